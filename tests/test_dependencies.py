"""The bill of materials and the review agree with what is declared and pinned."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from benchmarks import sbom
from benchmarks.pins import IDLE, LICENCES, REVIEWED, STRONG, kind_of
from benchmarks.sbom import below, bill, constraints, direct


@pytest.fixture(scope="module")
def settings(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pinned(project: Path) -> dict[str, str]:
    return constraints((project / "constraints.txt").read_text(encoding="utf-8"))


def test_the_committed_bill_agrees_with_the_constraints(
    project: Path, settings: dict[str, Any], pinned: dict[str, str]
) -> None:
    told = json.loads((project / "docs" / "sbom.json").read_text(encoding="utf-8"))
    versions = {item["name"]: item["version"] for item in told["components"]}
    assert set(direct(settings)) <= set(versions)
    assert {name: pinned.get(name) for name in versions} == versions
    references = {item["bom-ref"] for item in told["components"]}
    for entry in told["dependencies"]:
        assert set(entry["dependsOn"]) <= references


def test_the_committed_bill_is_what_the_program_writes(
    project: Path, settings: dict[str, Any], pinned: dict[str, str]
) -> None:
    told = json.loads((project / "docs" / "sbom.json").read_text(encoding="utf-8"))
    assert bill(settings, pinned)["dependencies"][0] == told["dependencies"][0]


def test_every_direct_dependency_is_reviewed(project: Path, settings: dict[str, Any]) -> None:
    text = (project / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert [name for name in direct(settings) if f"| {name} |" not in text] == []


@pytest.fixture(scope="module")
def pins(project: Path) -> dict[str, list[str]]:
    """The review of every pin: the cells after the name of a package."""
    lines = (project / "docs" / "pins.md").read_text(encoding="utf-8").splitlines()
    table = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if "|" in line
    ]
    return {cells[0]: cells[1:] for cells in table[2:]}


def test_every_pin_is_reviewed(pinned: dict[str, str], pins: dict[str, list[str]]) -> None:
    assert {name: cells[0] for name, cells in pins.items()} == pinned


def test_every_licence_was_looked_at(pins: dict[str, list[str]]) -> None:
    for name, (_, stated, kind, _, used, _) in pins.items():
        if kind == "not installed":
            assert used == IDLE, name
        else:
            assert stated in LICENCES[kind], name


def test_the_base_has_no_strong_copyleft_and_is_the_bill(
    project: Path, pins: dict[str, list[str]]
) -> None:
    base = {name for name, cells in pins.items() if cells[4] == "base"}
    assert {pins[name][2] for name in base} == {"permissive", "weak copyleft"}
    assert any(cells[2] == STRONG for cells in pins.values())
    told = json.loads((project / "docs" / "sbom.json").read_text(encoding="utf-8"))
    assert base == {item["name"] for item in told["components"]}


def test_the_review_says_its_day_method_and_findings(
    project: Path, pinned: dict[str, str], pins: dict[str, list[str]]
) -> None:
    date.fromisoformat(REVIEWED)
    assert f"Reviewed {REVIEWED}" in (project / "docs" / "pins.md").read_text(encoding="utf-8")
    text = (project / "docs" / "dependencies.md").read_text(encoding="utf-8")
    base = [cells for cells in pins.values() if cells[4] == "base"]
    free = sum(cells[2] == "permissive" for cells in base)
    for said in (
        f"Day: {REVIEWED}. Method:",
        f"pins {len(pinned)} packages",
        f"Of the {len(base)} packages of the base {free} are permissive",
        f"{sum(cells[3] == 'compiled' for cells in base)} packages of the base bring some",
    ):
        assert said in text
    for name, cells in pins.items():
        if cells[4] == IDLE:
            assert name in text


def test_an_unknown_licence_is_not_passed_over() -> None:
    with pytest.raises(SystemExit, match=r"look at the licence 'Own Licence 1\.0'"):
        kind_of("Own Licence 1.0")


def test_what_an_extra_asks_for_counts_though_the_package_was_met_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {
        "one": ["two", "three[more]"],
        "two": ["three"],
        "three": ["four; extra == 'more'", "five; extra == 'other'"],
        "four": [],
    }
    monkeypatch.setattr(sbom, "requires", lambda name: told[name])
    found = below([Requirement("one")])
    assert found == {"one": {"two", "three"}, "two": {"three"}, "three": {"four"}, "four": set()}
