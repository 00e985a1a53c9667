"""The published schema of the JSON report: audits keep to it, and it says something."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from compliance.report.as_json import to_data
from compliance.report.schema import audit_schema, schema_text
from tests.report_cases import HOSTILE, example, hostile

CHECK = jsonschema.Draft202012Validator(audit_schema())


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(audit_schema())


@pytest.mark.parametrize("name", ["florida_reef", "azores_vent_station", "ccz_nodule_habitat"])
def test_audits_keep_to_the_schema(name: str) -> None:
    CHECK.validate(to_data(example(name).result))


@pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[6], HOSTILE[12]])
def test_an_audit_with_waivers_and_estimates_keeps_to_the_schema(text: str) -> None:
    data = to_data(hostile(text))
    assert data["waivers"]
    assert data["estimates"]
    CHECK.validate(data)


def test_the_published_file_is_the_schema(project: Path) -> None:
    held = (project / "docs" / "audit.schema.json").read_text(encoding="utf-8")
    assert held == schema_text(), "write it again with: bathylex schema -o docs/audit.schema.json"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("verdict",), "fine"),
        (("surprise",), 1),
        (("findings", 0, "verdict"), "maybe"),
        (("findings", 0, "span", "start"), "7"),
        (("findings", 0, "surprise"), 1),
        (("totals", "violated"), "many"),
        (("zone",), None),
        (("site", "latitude"), "north"),
        (("inputs", "texts"), None),
        (("design", "name"), 7),
    ],
)
def test_what_is_wrong_is_refused(path: tuple[str | int, ...], value: object) -> None:
    data = json.loads(json.dumps(to_data(hostile("plain"))))
    spot = data
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = value
    assert not CHECK.is_valid(data)


@pytest.mark.parametrize("key", ["design", "zone", "findings", "totals", "inputs", "jurisdictions"])
def test_what_others_rely_on_is_required(key: str) -> None:
    data = to_data(hostile("plain"))
    del data[key]
    assert not CHECK.is_valid(data)
