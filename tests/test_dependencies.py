"""The bill of materials and the review agree with what is declared and pinned."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from benchmarks.sbom import bill, constraints, direct


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
