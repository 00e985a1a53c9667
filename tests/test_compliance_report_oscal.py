"""OSCAL: tokens, references and identifiers as its model asks, and what becomes of each verdict."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import jsonschema
import pytest

from compliance.report.as_oscal import markup, to_oscal, token
from tests.report_cases import HOSTILE, example, hostile

TOKEN = r"^(\p{L}|_)(\p{L}|\p{N}|[.\-_])*$".replace(r"\p{L}", r"[^\W\d_]").replace(r"\p{N}", r"\d")
HEX = "[0-9A-Fa-f]"
UUID_PATTERN = f"^{HEX}{{8}}-{HEX}{{4}}-[45]{HEX}{{3}}-[89ABab]{HEX}{{3}}-{HEX}{{12}}$"
#: What the assessment results model of OSCAL 1.1.2 requires of the parts that are used here.
LINE = {"type": "string", "pattern": r"^\S(.*\S)?$"}
ID = {"type": "string", "pattern": UUID_PATTERN}
PROPS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "required": ["name", "value"],
        "properties": {
            "name": {"type": "string", "pattern": TOKEN},
            "ns": {"type": "string", "pattern": "^urn:"},
            "value": LINE,
        },
    },
}
DATE = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def part(*required: str, **properties: Any) -> dict[str, Any]:
    held = {name.replace("_", "-"): value for name, value in properties.items()}
    return {"type": "object", "required": [name.replace("_", "-") for name in required],
            "properties": {"uuid": ID, "props": PROPS, **held}}  # fmt: skip


def listed(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": item}


MODEL = part(
    "assessment_results",
    assessment_results=part(
        "uuid", "metadata", "import_ap", "results",
        metadata=part("title", "last_modified", "version", "oscal_version",
                      title={"type": "string", "minLength": 1}, last_modified=DATE,
                      version=LINE, oscal_version=LINE),
        import_ap=part("href"),
        results=listed(part(
            "uuid", "title", "description", "start", "reviewed_controls",
            start=DATE,
            reviewed_controls=part("control_selections", control_selections=listed(part(
                exclude_controls=listed(part("control_id",
                                             control_id={"type": "string", "pattern": TOKEN}))))),
            observations=listed(part("uuid", "description", "methods", "collected",
                                     methods=listed({"enum": ["EXAMINE", "TEST"]}),
                                     collected=DATE)),
            risks=listed(part("uuid", "title", "description", "statement", "status",
                              status={"enum": ["open", "deviation-approved"]})),
            findings=listed(part(
                "uuid", "title", "description", "target",
                target=part("type", "target_id", "status",
                            type={"enum": ["statement-id", "objective-id"]},
                            target_id={"type": "string", "pattern": TOKEN},
                            status=part("state",
                                        state={"enum": ["satisfied", "not-satisfied"]},
                                        reason={"enum": ["pass", "fail", "other"]})))),
        )),
    ),
)  # fmt: skip


@cache
def document() -> dict[str, Any]:
    return dict(json.loads(to_oscal(example("florida_reef").result))["assessment-results"])


def ids(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if "uuid" in tree:
            yield tree["uuid"]
        for value in tree.values():
            yield from ids(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from ids(value)


@pytest.mark.parametrize("name", ["florida_reef", *HOSTILE])
def test_the_document_has_the_structure_of_the_model(name: str) -> None:
    result = example(name).result if name == "florida_reef" else hostile(name)
    jsonschema.Draft202012Validator(MODEL).validate(json.loads(to_oscal(result)))


def test_identifiers_are_unique_and_made_from_content() -> None:
    found = list(ids(document()))
    assert len(set(found)) == len(found) > 50
    assert {UUID(item).version for item in found} == {5}
    other = example("florida_reef").result.model_copy(update={"as_of": "2025-01-01"})
    elsewhere = set(ids(json.loads(to_oscal(other))["assessment-results"]))
    assert not elsewhere & set(found)


def test_the_moment_of_issue_changes_dates_alone() -> None:
    result = example("florida_reef").result
    later = to_oscal(result, issued=datetime(2027, 1, 2, tzinfo=UTC))
    assert later.replace("2027-01-02T00", "2026-01-01T00") == to_oscal(result)


def test_every_reference_is_to_something_in_the_document() -> None:
    (result,) = document()["results"]
    observed = {item["uuid"] for item in result["observations"]}
    risks = {item["uuid"] for item in result["risks"]}
    texts = {item["uuid"] for item in document()["back-matter"]["resources"]}
    related: set[str] = set()
    for finding in result["findings"]:
        related |= {item["observation-uuid"] for item in finding["related-observations"]}
        assert {item["risk-uuid"] for item in finding.get("related-risks", ())} <= risks
    assert related == observed
    for item in result["observations"]:
        for evidence in item.get("relevant-evidence", ()):
            assert evidence["href"].removeprefix("#") in texts
    assert document()["import-ap"]["href"].removeprefix("#") in texts


def test_a_violation_is_an_open_risk_with_its_remedy() -> None:
    violated = example("florida_reef").result.by_verdict("violated")
    (result,) = document()["results"]
    assert [item["status"] for item in result["risks"]] == ["open"] * len(violated)
    told = {item["remediations"][0]["description"] for item in result["risks"]}
    assert told == {markup(item.remedy) for item in violated}


def test_a_waived_violation_is_a_deviation() -> None:
    (result,) = json.loads(to_oscal(hostile("plain")))["assessment-results"]["results"]
    assert [item["status"] for item in result["risks"]] == ["deviation-approved"]


def test_only_what_is_met_is_satisfied() -> None:
    (result,) = document()["results"]
    for item in result["findings"]:
        verdict = next(p["value"] for p in item["props"] if p["name"] == "verdict")
        state = item["target"]["status"]
        assert (state["state"] == "satisfied") == (verdict == "satisfied")
        assert (state["reason"] == "fail") == (verdict == "violated")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("unclos:60.5", "unclos_60.5"),
        ("isa-nodules:annex-iv.10.1", "isa-nodules_annex-iv.10.1"),
        ("3rd party", "_3rd_party"),
    ],
)
def test_provisions_as_tokens(name: str, made: str) -> None:
    assert token(name) == made
    assert re.match(TOKEN, made)


def test_tokens_tell_all_provisions_apart() -> None:
    names = {item.provision for item in example("florida_reef").result.findings}
    assert len({token(name) for name in names}) == len(names)


def test_nothing_in_prose_is_markup() -> None:
    assert markup("<b>*x*</b> [a](b)") == r"\<b\>\*x\*\</b\> \[a\](b)"
    assert markup("") == "-"
