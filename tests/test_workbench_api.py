"""The Python API: few names, the same answers as the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

import workbench.api as api
from base import BathylexError, DesignError, UsageError
from examples import examples
from tests.small_workbench import law
from workbench.cli import run

DAY = date(2026, 1, 1)
PLAIN = {"name": "A", "purpose": "other", "site": {"latitude": 10.0, "longitude": -120.0}}


def test_its_names_are_those_of_the_documentation(project: Path) -> None:
    told = (project / "docs" / "python.md").read_text(encoding="utf-8")
    assert all(f"`{name}(" in told for name in api.__all__)
    assert len(api.__all__) < 10


def test_an_audit_is_that_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    path = next(path for path in examples() if path.stem == "us_shelf_energy")
    result = api.audit_design(path, as_of=DAY, law=law().book)
    assert run(["audit", str(path), "--as-of", "2026-01-01", "--json"]) == result.exit_status
    shown = json.loads(capsys.readouterr().out)
    assert shown["totals"] == result.totals
    assert shown["inputs"] == result.inputs
    again = api.audit_design(api.read_design(path), as_of=DAY, law=law().book)
    assert again.totals == result.totals


def test_plain_data_is_a_design() -> None:
    assert api.read_design(PLAIN) == api.read_design(api.read_design(PLAIN))
    part = api.audit_design(PLAIN, as_of=DAY, law=law().book, jurisdictions=["UNCLOS"])
    assert {item.id for item in part.jurisdictions if item.binding} == {"UNCLOS"}
    with pytest.raises(DesignError, match=r"site\.latitude"):
        api.read_design({**PLAIN, "site": {"latitude": 91, "longitude": 0}})
    with pytest.raises(UsageError, match="not modelled"):
        api.audit_design(PLAIN, as_of=DAY, law=law().book, jurisdictions=["X"])
    with pytest.raises(BathylexError, match="no such file"):
        api.read_design("nothing.yaml")


def test_variants_and_repairs() -> None:
    asked = [{"safety_zone.radius": "400 m"}, {"safety_zone.radius": "600 m"}]
    compared = api.whatif_design(PLAIN, changes=asked, as_of=DAY, law=law().book)
    assert len(compared.variants) == 3
    repaired = api.repair_design(PLAIN, as_of=DAY, law=law().book, alternatives=0)
    assert repaired.audit.totals["violated"] == 0


def test_reports_are_written_by_the_ending_of_their_name(tmp_path: Path) -> None:
    result = api.audit_design(PLAIN, as_of=DAY, law=law().book)
    for name in ("a.json", "a.sarif", "a.oscal.json", "A.XLSX"):
        assert api.write_report(result, tmp_path / name).stat().st_size > 1000
    assert "assessment-results" in (tmp_path / "a.oscal.json").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="no report is written"):
        api.write_report(result, tmp_path / "a.txt")


def test_the_register_opens(tmp_path: Path) -> None:
    with api.open_register(f"sqlite:///{tmp_path / 'r.db'}") as register:
        assert register.designs() == []
