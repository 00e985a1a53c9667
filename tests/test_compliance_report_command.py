"""``bathylex audit --format`` and ``bathylex schema`` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compliance.report.formats import FORMATS
from workbench.cli import run
from workbench.options import AUDIT_FORMATS


def azores(project: Path) -> str:
    return str(project / "examples" / "azores_vent_station.yaml")


def test_the_command_line_knows_every_format() -> None:
    assert list(FORMATS) == list(AUDIT_FORMATS)


def test_each_format_is_written_beside_the_others(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    formats = "json,html,docx,xlsx,sarif,oscal"
    done = run(
        ["audit", azores(project), "-o", str(tmp_path), "--format", formats, "--issued",
         "2026-02-03T04:05:06Z", "--as-of", "2026-01-01", "--json"]
    )  # fmt: skip
    assert done == 0
    endings = {FORMATS[name][0] for name in formats.split(",")}
    assert {path.name for path in tmp_path.iterdir()} == {
        f"azores_vent_station{ending}" for ending in endings
    }
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((tmp_path / "azores_vent_station.json").read_text("utf-8"))
    oscal = json.loads((tmp_path / "azores_vent_station.oscal.json").read_text("utf-8"))
    metadata = oscal["assessment-results"]["metadata"]
    assert metadata["last-modified"] == "2026-02-03T04:05:06Z"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--format", "odt"], "use json, html, pdf, docx, xlsx, sarif, oscal"),
        (["--format", "json", "--issued", "soon"], "--issued: 'soon' is no date and time"),
    ],
)
def test_what_is_no_format_or_moment_is_one_line(
    asked: list[str], told: str, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", azores(project), "-o", str(tmp_path), *asked]) == 2
    shown = capsys.readouterr()
    assert told in shown.err
    assert shown.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_the_schema_is_printed_or_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["schema"]) == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)["title"] == "Audit"
    assert run(["schema", "-o", str(tmp_path / "s.json")]) == 0
    assert (tmp_path / "s.json").read_text("utf-8") == printed
