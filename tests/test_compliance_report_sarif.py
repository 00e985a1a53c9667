"""SARIF: the structure that the standard asks for, places in the law, kinds and levels."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
import pytest

from compliance.report.as_sarif import KINDS, LEVELS, escaped, to_sarif
from corpus.digests import load_digests
from tests.report_cases import HOSTILE, example, hostile

#: What sections 3.13 to 3.52 of SARIF 2.1.0 require of the objects that are used here.
MESSAGE = {
    "type": "object",
    "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}},
}
ARTIFACT = {
    "type": "object",
    "required": ["uri"],
    "properties": {
        "uri": {"type": "string", "format": "uri-reference", "pattern": r"^[A-Za-z0-9._~/%\-]+$"},
        "uriBaseId": {"enum": ["LAWTEXTS"]},
        "index": {"type": "integer", "minimum": 0},
    },
    "additionalProperties": False,
}
PLACE = {
    "type": "object",
    "required": ["artifactLocation", "region"],
    "properties": {
        "artifactLocation": ARTIFACT,
        "region": {
            "type": "object",
            "required": ["charOffset", "charLength"],
            "properties": {
                "charOffset": {"type": "integer", "minimum": 0},
                "charLength": {"type": "integer", "minimum": 0},
                "snippet": MESSAGE | {"properties": {"text": {"type": "string"}}},
            },
            "additionalProperties": False,
        },
    },
}
RESULT = {
    "type": "object",
    "required": ["ruleId", "message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "kind": {"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": MESSAGE,
        "locations": {"type": "array", "items": {"properties": {"physicalLocation": PLACE}}},
        "relatedLocations": {"type": "array", "items": {"properties": {"physicalLocation": PLACE}}},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "suppressions": {
            "type": "array",
            "items": {
                "required": ["kind"],
                "properties": {
                    "kind": {"enum": ["inSource", "external"]},
                    "status": {"enum": ["accepted", "underReview", "rejected"]},
                },
            },
        },
        "properties": {"type": "object"},
    },
    "additionalProperties": False,
    # 3.27.10: a result that is no failure has no level.
    "if": {"properties": {"kind": {"const": "fail"}}},
    "else": {"properties": {"level": {"const": "none"}}},
}
LOG = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "required": ["id", "help"],
                                            "properties": {
                                                "help": MESSAGE,
                                                "shortDescription": MESSAGE,
                                                "fullDescription": MESSAGE,
                                            },
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "results": {"type": "array", "items": RESULT},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                },
            },
        },
    },
}


@cache
def run() -> dict[str, Any]:
    (made,) = json.loads(to_sarif(example("florida_reef").result))["runs"]
    return dict(made)


@pytest.mark.parametrize("name", ["florida_reef", *HOSTILE])
def test_the_log_has_the_structure_of_the_standard(name: str) -> None:
    result = example(name).result if name == "florida_reef" else hostile(name)
    jsonschema.Draft202012Validator(LOG).validate(json.loads(to_sarif(result)))


def test_each_place_is_the_words_of_the_law() -> None:
    digests = {f"corpus/digest/{name}.md": text.source for name, text in load_digests().items()}
    checked = 0
    for item in run()["results"]:
        where = item["locations"][0]["physicalLocation"]
        region = where["region"]
        source = digests[where["artifactLocation"]["uri"]]
        words = source[region["charOffset"] : region["charOffset"] + region["charLength"]]
        assert words == region["snippet"]["text"]
        checked += 1
    assert checked == len(example("florida_reef").result.findings)


def test_indices_and_ids_are_right() -> None:
    rules = run()["tool"]["driver"]["rules"]
    files = run()["artifacts"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for item in run()["results"]:
        assert rules[item["ruleIndex"]]["id"] == item["ruleId"]
        where = item["locations"][0]["physicalLocation"]["artifactLocation"]
        assert files[where["index"]]["location"]["uri"] == where["uri"]
        assert len(files[where["index"]]["hashes"]["sha-256"]) == 64


def test_kinds_and_levels_follow_verdict_and_severity() -> None:
    findings = example("florida_reef").result.findings
    for finding, item in zip(findings, run()["results"], strict=True):
        assert item["kind"] == KINDS[finding.verdict]
        failed = finding.verdict in ("violated", "waived")
        assert item["level"] == (LEVELS[finding.severity] if failed else "none")


def test_a_waived_violation_is_a_failure_that_is_suppressed() -> None:
    result = hostile("plain")
    (waived,) = result.by_verdict("waived")
    items = json.loads(to_sarif(result))["runs"][0]["results"]
    (item,) = (item for item in items if item["properties"]["verdict"] == "waived")
    assert (item["kind"], item["level"]) == ("fail", LEVELS[waived.severity])
    words = "plain, until 2030-01-01: plain"
    (suppression,) = item["suppressions"]
    assert suppression == {"kind": "external", "status": "accepted", "justification": words}


def test_fingerprints_tell_findings_apart_and_outlast_an_edition() -> None:
    prints = [item["partialFingerprints"]["provisionRule/v1"] for item in run()["results"]]
    assert len(set(prints)) == len(prints)
    result = example("florida_reef").result
    moved = [
        item.model_copy(
            update={
                "span": item.span.model_copy(
                    update={"start": item.span.start + 7, "end": item.span.end + 7}
                )
            }
        )
        for item in result.findings
    ]
    later = to_sarif(result.model_copy(update={"findings": tuple(moved), "as_of": "2027-01-01"}))
    assert prints == [
        item["partialFingerprints"]["provisionRule/v1"]
        for item in json.loads(later)["runs"][0]["results"]
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see [here](x)", r"see \[here\](x)"),
        ("{0} and {{1}}", "{{0}} and {{{{1}}}}"),
        ("a\\b", r"a\\b"),
        ("\x1b[31m", r"\[U+001B\]\[31m"),
    ],
)
def test_nothing_in_a_message_is_a_link_or_a_placeholder(text: str, shown: str) -> None:
    assert escaped(text) == shown
