"""Start-up stays light: what each command loads, counted in modules, since time is not tested."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.test_house import FLOORS

_SCRIPT = """
import contextlib, io, json, sys
from workbench.cli import run
with contextlib.redirect_stdout(io.StringIO()):
    status = run(json.loads(sys.argv[1]))
print(json.dumps([status, sorted(sys.modules)]))
"""

MODELS = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
#: What pint needs, and what it looks for: of the last only the root is loaded.
UNITS = {"flexcache", "flexparser", "numpy", "pint", "platformdirs"} | {
    "babel", "scipy", "uncertainties",
}  # fmt: skip
#: pyproj asks certifi for certificates that it never needs: its network is off.
PLACES = {"certifi", "numpy", "pyproj"}
RULES = MODELS | {"yaml"}
AUDIT = RULES | UNITS | PLACES | {"gsw"}
DESIGN = "azores_vent_station.yaml"


@dataclass(frozen=True)
class Budget:
    """What a command may load: packages of others, and how many modules beyond the standard ones.

    The number is what it loads today and a tenth more.
    """

    arguments: tuple[str, ...]
    packages: set[str]
    modules: int


BUDGETS = {
    "help": Budget(("--help",), set(), 22),
    "help of a command": Budget(("audit", "--help"), set(), 28),
    "version": Budget(("--version",), set(), 21),
    "audit": Budget(("audit", DESIGN), AUDIT | {"rich"}, 515),
    "audit --json": Budget(("audit", DESIGN, "--json"), AUDIT, 460),
    "explain --json": Budget(("explain", DESIGN, "--json"), AUDIT, 460),
    "whatif": Budget(("whatif", DESIGN, "--site", "10,-40"), AUDIT | {"rich"}, 535),
    "conflicts --json": Budget(("conflicts", DESIGN, "--json"), AUDIT, 460),
    "zone": Budget(("zone", "37.84", "-31.52"), MODELS | PLACES, 215),
    "hull": Budget(
        ("hull", "--form", "sphere", "--material", "Ti-6Al-4V ELI", "--inner-diameter", "2 m",
         "--depth", "6500 m"),
        RULES | UNITS | {"gsw"}, 325,
    ),
    "schema": Budget(("schema",), RULES, 172),
    "corpus list": Budget(("corpus", "list"), MODELS, 91),
    "corpus verify": Budget(("corpus", "verify"), MODELS, 91),
    "graph": Budget(("graph",), MODELS | {"networkx"}, 440),
}  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """What stood in ``sys.modules`` after a command, the standard library left out."""

    status: int
    modules: frozenset[str]

    @property
    def packages(self) -> set[str]:
        """Packages that are not of this project."""
        return {name.split(".")[0] for name in self.modules} - set(FLOORS)


def _loaded(arguments: tuple[str, ...], project: Path, environment: dict[str, str]) -> Loaded:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(arguments)],
        capture_output=True, text=True, check=True, cwd=project / "examples",
        env=os.environ | {"PYTHONPATH": str(project)} | environment,
    )  # fmt: skip
    status, names = json.loads(done.stdout.splitlines()[-1])
    # Names with a leading underscore are finders of editable installs and parts of extensions.
    standard = set(sys.stdlib_module_names) | {"cython_runtime"}
    found = (name for name in names if not name.startswith("_"))
    return Loaded(status, frozenset(name for name in found if name.split(".")[0] not in standard))


@pytest.fixture(scope="module")
def cached(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings under which the rules are compiled already, by a first audit."""
    folder = tmp_path_factory.mktemp("startup")
    settings = {"BATHYLEX_CACHE": str(folder), "BATHYLEX_HOME": str(folder / "home")}
    first = _loaded(("audit", DESIGN), project, settings)
    assert "spacy" in first.packages, "the first audit has to compile the rules"
    return settings


@pytest.mark.parametrize("name", BUDGETS)
def test_a_command_loads_no_more_than_its_budget(
    name: str, project: Path, cached: dict[str, str]
) -> None:
    budget = BUDGETS[name]
    found = _loaded(budget.arguments, project, cached)
    assert found.status in (0, 1, 3)
    assert found.packages <= budget.packages | {"click"}
    assert len(found.modules) <= budget.modules


def test_an_audit_loads_neither_extraction_nor_proposals_nor_numerics(
    project: Path, cached: dict[str, str]
) -> None:
    found = _loaded(("audit", DESIGN), project, cached).modules
    tables = {f"jurisdictions.{name}" for name in ("pipeline.lexicon", "pipeline.units")}
    tables.add("jurisdictions.proposals.model")
    for part in ("pipeline", "proposals", "learning", "references"):
        below = {name for name in found if name.startswith(f"jurisdictions.{part}.")}
        assert below <= tables
    numerics = ("linalg", "optimize", "sparse", "special", "stats", "integrate", "interpolate")
    assert not {f"scipy.{part}" for part in numerics} & found
    assert "rich.progress" not in found


def test_a_budget_sees_what_is_loaded_beyond_it(
    project: Path, cached: dict[str, str], tmp_path: Path
) -> None:
    """A check of the check: a package that loads with the command is noticed."""
    (tmp_path / "sitecustomize.py").write_text("import networkx\n", encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), str(project)])
    found = _loaded(("--help",), project, cached | {"PYTHONPATH": path})
    assert "networkx" in found.packages
    assert len(found.modules) > BUDGETS["help"].modules


def test_a_first_sweep_compiles_the_law_in_a_process_of_its_own(
    project: Path, tmp_path: Path
) -> None:
    space = tmp_path / "space.yaml"
    space.write_text(
        f"base: {project / 'examples' / DESIGN}\naxes:\n  safety_zone.radius: [400 m, 600 m]\n",
        "utf-8",
    )
    settings = {"BATHYLEX_CACHE": str(tmp_path / "cache"), "BATHYLEX_HOME": str(tmp_path / "home")}
    found = _loaded(("sweep", str(space), "--workers", "1"), project, settings)
    assert found.status == 0
    assert not {"spacy", "thinc", "torch"} & found.packages
    assert list((tmp_path / "cache").rglob("*.json"))
