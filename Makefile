# Both main targets create .venv first; nothing else needs to be installed beforehand.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE ?= examples/azores_vent_station.yaml
OUT ?= out
# Official law texts, annotated segments and reference data that benchmarks read.
CORPORA ?= ../shared/corpora
GOLD ?= ../shared/gold
DATA ?= ../shared/data
WORK ?= $(OUT)/learning
BLIND ?=

STUDENT ?= $(OUT)/student

.PHONY: audit test test-packages lint typecheck benchmarks learn-extraction student clean
.PHONY: evaluate-student benchmark-student fuzz docs sbom startup

$(BIN)/bathylex: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("bathylex needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test-tools: $(BIN)/bathylex
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,docs,bench]'
	@touch $@

$(VENV)/.train-tools: $(BIN)/bathylex
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[train]'
	@touch $@

$(VENV)/.fuzz-tools: $(BIN)/bathylex
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,fuzz]'
	@touch $@

$(VENV)/.docs-tools: $(BIN)/bathylex
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	@touch $@

$(VENV)/.bench-tools: $(BIN)/bathylex
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,bench]'
	@touch $@

$(VENV)/.all-tools: $(BIN)/bathylex
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,bench,docs,fuzz,ray,quantum,postgres,train]'
	@touch $@

# Audits an example (EXAMPLE=...) and writes the reports to OUT. Exit status 1 of the audit means
# "violations found", 3 "facts missing": both are answers, so they do not fail the target.
audit: $(BIN)/bathylex
	@$(BIN)/bathylex audit $(EXAMPLE) -o $(OUT) --format json,html; status=$$?; \
	  if [ $$status -eq 2 ]; then exit 2; fi; \
	  echo "Report: $(OUT)/$(basename $(notdir $(EXAMPLE))).html (audit exit status $$status)"

test: $(VENV)/.test-tools test-packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile

# Debian packages that some tests need; installed where that is possible, named where it is not.
test-packages:
	@sh tests/install_packages.sh

lint: $(VENV)/.test-tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

typecheck: $(VENV)/.test-tools
	$(BIN)/mypy

# Benchmarks whose data are absent are skipped with the reason; all others run to the end.
benchmarks: $(VENV)/.bench-tools
	@sh benchmarks/all.sh $(BIN)/python "$(CORPORA)" "$(GOLD)" "$(DATA)"

# Trains the judge that could decide where the extraction rules are unsure, and compares it with the
# rules (docs/learning.md). CORPORA and GOLD are folders of law texts and of annotated segments, BLIND
# any more folders of annotated segments, WORK keeps what was made so that a run can go on.
learn-extraction: $(BIN)/bathylex
	$(BIN)/python -m benchmarks.learning $(CORPORA) $(GOLD) --work $(WORK) $(BLIND:%=--blind %)

# Makes the student that ships: simulated surveys, teachers, distillation, calibration (docs/student.md).
# A stopped run goes on from STUDENT, the folder of data, teachers and checkpoints.
student: $(VENV)/.train-tools
	$(BIN)/bathylex distill train --work $(STUDENT) --data $(DATA) --corpus $(CORPORA) -o compliance/scoring/student.safetensors

# Opens the test split and scores the shipped student on it, beside its teachers.
evaluate-student: $(VENV)/.train-tools
	$(BIN)/bathylex distill evaluate --work $(STUDENT) --data $(DATA) --corpus $(CORPORA)

# Ablations, subsets, uncertainty; consolidation; speed. Resumable, hours on two cores.
benchmark-student: $(VENV)/.train-tools
	$(BIN)/python -m benchmarks.distill $(STUDENT) --data $(DATA) --corpus $(CORPORA)
	$(BIN)/python -m benchmarks.continual
	$(BIN)/python -m benchmarks.student_speed $(STUDENT) --data $(DATA) --corpus $(CORPORA)

# Fuzzes the readers of each family for SECONDS (docs/threat_model.md); crashes are kept in OUT/fuzz.
SECONDS ?= 60
FAMILIES ?= law survey design model
fuzz: $(VENV)/.fuzz-tools
	@status=0; for family in $(FAMILIES); do \
	  $(BIN)/python -m tests.fuzz $$family --seconds $(SECONDS) --out $(OUT)/fuzz || status=1; \
	done; exit $$status

# Builds the site into OUT/site; a broken link or a page that is missing fails.
docs: $(VENV)/.docs-tools
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet --site-dir $(OUT)/site

# Writes the bill of materials of what constraints.txt installs, and the review of every pin, for
# which every extra has to be there (docs/dependencies.md).
sbom: $(VENV)/.all-tools
	$(BIN)/python -m benchmarks.sbom docs/sbom.json
	$(BIN)/python -m benchmarks.pins docs/pins.md

# Start-up time as a ratio to python itself, and peak memory, of each command.
startup: $(BIN)/bathylex
	$(BIN)/python -m benchmarks.startup --data $(DATA) --corpora $(CORPORA)

clean:
	rm -rf $(VENV) $(OUT) build *.egg-info
