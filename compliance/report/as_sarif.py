"""The audit as SARIF 2.1.0, the format in which analysis tools exchange findings.

Every finding is a result, those that ask nothing too (kind ``notApplicable``), so that the totals
can be taken from the file. Places are characters of the law texts, counted in code points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from base import sha256_text, visible
from compliance.finding import AuditResult, Finding, SpanRef, Verdict
from compliance.report.stamp import audit_id, default_issue, zulu
from compliance.report.words import EFFECTS, NO_ADVICE, SOURCES, headline
from jurisdictions.binding import Severity

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

#: What a verdict is in SARIF (section 3.27.9); a waived violation is a failure that is suppressed.
KINDS: dict[Verdict, str] = {
    "violated": "fail",
    "waived": "fail",
    "undetermined": "open",
    "open_norm": "review",
    "overridden": "informational",
    "satisfied": "pass",
    "inapplicable": "notApplicable",
}
LEVELS: dict[Severity, str] = {
    "critical": "error",
    "major": "error",
    "minor": "warning",
    "observation": "note",
}
_BASE = "LAWTEXTS"


def to_sarif(result: AuditResult, *, issued: datetime | None = None) -> str:
    """Return the audit as a SARIF log with one run.

    Args:
        result: the audit.
        issued: when the report is issued; midnight of the law's date when ``None``.
    """
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(result, issued)]}
    return json.dumps(log, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def escaped(text: str) -> str:
    """Return plain text for a message: no link, no placeholder, nothing that acts on a terminal.

    >>> escaped("see [here](x) {0}")
    'see \\\\[here\\\\](x) {{0}}'
    """
    shown = re.sub(r"([\\\[\]])", r"\\\1", visible(text))
    return shown.replace("{", "{{").replace("}", "}}")


def _run(result: AuditResult, issued: datetime | None) -> dict[str, Any]:
    moment = zulu(issued or default_issue(result))
    rules = _rules(result.findings)
    files = _files(result)
    return {
        "tool": {
            "driver": {
                "name": "bathylex",
                "semanticVersion": result.inputs.get("bathylex", "0.0.0"),
                "shortDescription": {"text": "Audits seabed habitats against the law of the sea."},
                "rules": list(rules.values()),
            }
        },
        "automationDetails": {
            "id": f"bathylex/audit/{result.as_of}",
            "guid": str(audit_id(result)),
            "description": {"text": escaped(result.design["name"][:400])},
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": result.exit_status,
                "startTimeUtc": moment,
                "endTimeUtc": moment,
            }
        ],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            _BASE: {"description": {"text": "The folder of the law texts that were read."}}
        },
        "artifacts": [*files.values(), _design(result)],
        "results": _results(result, list(rules), list(files)),
        "properties": {
            "verdict": result.verdict,
            "headline": headline(result),
            "totals": dict(result.totals),
            "totalsByJurisdiction": {
                name: dict(row) for name, row in result.totals_by_jurisdiction.items()
            },
            "asOf": result.as_of,
            "design": visible(result.design["name"]),
            "notice": NO_ADVICE,
        },
    }


def rule_id(finding: Finding) -> str:
    """Return the rule of a finding, or the provision of an account without one."""
    return finding.rule or finding.provision


def fingerprint(finding: Finding) -> str:
    """Return what stays the same for one rule on one provision over audits and editions."""
    return sha256_text(f"{finding.provision}\n{rule_id(finding)}")


def _rules(findings: Iterable[Finding]) -> dict[str, dict[str, Any]]:
    table: dict[str, dict[str, Any]] = {}
    for finding in findings:
        name = rule_id(finding)
        if name in table:
            continue
        asks = finding.title or finding.citation
        told = [finding.quote] if finding.quote else []
        told.append(f"{finding.citation}, {SOURCES[finding.text_source]}.")
        if finding.effect:
            told.append(f"Effect: {EFFECTS[finding.effect]}.")
        table[name] = {
            "id": name,
            "name": finding.citation,
            "shortDescription": {"text": escaped(f"{finding.citation}: {asks}")},
            "fullDescription": {"text": escaped(finding.quote or asks)},
            "help": {"text": escaped("\n\n".join(told))},
            "defaultConfiguration": {"level": LEVELS[finding.severity]},
            "properties": {
                "tags": [finding.jurisdiction, finding.priority, finding.severity],
                "provision": finding.provision,
            },
        }
    return table


def _files(result: AuditResult) -> dict[str, dict[str, Any]]:
    hashes = {text["file"]: text for text in result.inputs.get("texts", ())}
    files: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(finding.span.file for finding in result.findings):
        entry: dict[str, Any] = {"location": _artifact(name), "roles": ["policy"]}
        if name in hashes:
            entry["hashes"] = {"sha-256": hashes[name]["sha256"]}
            entry["description"] = {"text": escaped(hashes[name]["edition"] or name)}
        files[name] = entry
    return files


def _design(result: AuditResult) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "description": {"text": escaped(result.design["name"])},
        "roles": ["analysisTarget"],
    }
    if result.inputs.get("design_sha256"):
        entry["hashes"] = {"sha-256": result.inputs["design_sha256"]}
    return entry


def _artifact(name: str) -> dict[str, str]:
    return {"uri": quote(name, safe="/-._~"), "uriBaseId": _BASE}


def _results(result: AuditResult, rules: list[str], files: list[str]) -> list[dict[str, Any]]:
    rule_at = {name: index for index, name in enumerate(rules)}
    file_at = {name: index for index, name in enumerate(files)}
    return [
        _result(finding, rule_at[rule_id(finding)], file_at[finding.span.file])
        for finding in result.findings
    ]


def _result(finding: Finding, rule_index: int, file_index: int) -> dict[str, Any]:
    kind = KINDS[finding.verdict]
    entry: dict[str, Any] = {
        "ruleId": rule_id(finding),
        "ruleIndex": rule_index,
        "kind": kind,
        "level": LEVELS[finding.severity] if kind == "fail" else "none",
        "message": {"text": escaped(_message(finding))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {**_artifact(finding.span.file), "index": file_index},
                    "region": _region(finding.span, finding.quote),
                },
                "logicalLocations": [
                    {"fullyQualifiedName": finding.provision, "name": finding.citation}
                ],
            }
        ],
        "partialFingerprints": {"provisionRule/v1": fingerprint(finding)},
        "properties": _properties(finding),
    }
    if finding.bound is not None:
        span = finding.bound.span
        entry["relatedLocations"] = [
            {
                "id": 1,
                "message": {"text": "The number of the law."},
                "physicalLocation": {
                    "artifactLocation": _artifact(span.file),
                    "region": _region(span, finding.bound.text),
                },
            }
        ]
    if finding.verdict == "waived":
        entry["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": visible(f"{note.who}, until {note.until}: {note.reason}"),
            }
            for note in finding.waivers
            if note.standing == "in force"
        ]
    return entry


def _region(span: SpanRef, words: str) -> dict[str, Any]:
    return {
        "charOffset": span.start,
        "charLength": span.end - span.start,
        "snippet": {"text": visible(words)},
    }


def _message(finding: Finding) -> str:
    told = [f"{finding.citation}: {finding.reason or finding.title}"]
    if finding.remedy:
        told.append(f"Remedy: {finding.remedy}")
    elif finding.evidence:
        told.append(f"Evidence: {finding.evidence}")
    return ". ".join(told)


def _properties(finding: Finding) -> dict[str, Any]:
    held: dict[str, Any] = {
        "verdict": finding.verdict,
        "provision": finding.provision,
        "jurisdiction": finding.jurisdiction,
        "severity": finding.severity,
        "priority": finding.priority,
        "textSource": finding.text_source,
        "basis": finding.basis,
    }
    if finding.span.page is not None:
        held["page"] = finding.span.page
    for name in ("addressee", "effect", "margin", "margin_unit"):
        if getattr(finding, name) is not None:
            held[name] = getattr(finding, name)
    if finding.facts:
        held["facts"] = {
            name: visible(value) if isinstance(value, str) else value
            for name, value in finding.facts.items()
        }
    if finding.missing:
        held["missing"] = list(finding.missing)
    return held
