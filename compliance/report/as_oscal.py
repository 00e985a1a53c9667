"""The audit as OSCAL 1.1.2 assessment results, for tools of governance and compliance.

The mapping is told in ``docs/reports.md``: provisions are controls, findings are observations, each
provision that asks something is one finding under its worst verdict, and provisions that ask
nothing are excluded controls. Identifiers are made from content, so that an audit keeps its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from base import one_line, visible
from compliance.finding import AuditResult, Finding, Verdict
from compliance.report.stamp import audit_id, content_id, default_issue, zulu
from compliance.report.tables import counted
from compliance.report.words import EFFECTS, NO_ADVICE, SOURCES, VERDICTS, headline

VERSION = "1.1.2"
#: The name space of our own properties.
NAMESPACE = "urn:bathylex:oscal"

#: State and reason of a finding's objective. OSCAL has two states: what is not shown to be met is
#: not satisfied; the property ``verdict`` tells the seven apart.
STATES: dict[Verdict, tuple[str, str]] = {
    "satisfied": ("satisfied", "pass"),
    "violated": ("not-satisfied", "fail"),
    "undetermined": ("not-satisfied", "other"),
    "open_norm": ("not-satisfied", "other"),
    "overridden": ("not-satisfied", "other"),
    "waived": ("not-satisfied", "other"),
}
_RISKS: dict[Verdict, str] = {"violated": "open", "waived": "deviation-approved"}


def to_oscal(result: AuditResult, *, issued: datetime | None = None) -> str:
    """Return the audit as an OSCAL assessment-results document in JSON.

    Args:
        result: the audit.
        issued: when the report is issued; midnight of the law's date when ``None``.
    """
    moment = zulu(issued or default_issue(result))
    own = str(audit_id(result))
    plan = str(content_id(own, "plan"))
    document = {
        "assessment-results": {
            "uuid": own,
            "metadata": {
                "title": markup(f"Compliance audit: {result.design['name'][:400]}"),
                "last-modified": moment,
                "version": result.as_of,
                "oscal-version": VERSION,
                "props": [_prop("bathylex", result.inputs.get("bathylex", "unknown"))],
                "remarks": markup(NO_ADVICE),
            },
            "import-ap": {
                "href": f"#{plan}",
                "remarks": "No plan stands apart: the rule book says what is assessed.",
            },
            "results": [_result(result, own, moment)],
            "back-matter": {"resources": [_plan(result, plan), *_texts(result, own)]},
        }
    }
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def token(name: str) -> str:
    """Return a provision or rule as a token: ``unclos:60.5`` is ``unclos_60.5``."""
    made = re.sub(r"[^\w.\-]", "_", name)
    return made if made[:1].isalpha() or made[:1] == "_" else f"_{made}"


def markup(text: str) -> str:
    """Return plain text as markup of OSCAL: nothing in it acts as Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]<>&^~$|#!])", r"\\\1", visible(text)) or "-"


def _prop(name: str, value: object, remarks: str = "") -> dict[str, str]:
    shown = one_line(str(value)) or "-"
    made = {"name": name, "ns": NAMESPACE, "value": shown}
    return {**made, "remarks": markup(remarks)} if remarks else made


def _result(result: AuditResult, own: str, moment: str) -> dict[str, Any]:
    judged = [item for item in counted(result.findings) if item.verdict != "inapplicable"]
    left = [item for item in counted(result.findings) if item.verdict == "inapplicable"]
    named = {(item.jurisdiction, item.provision) for item in judged}
    by_provision: dict[tuple[str, str], list[Finding]] = {place: [] for place in named}
    for finding in result.findings:
        place = (finding.jurisdiction, finding.provision)
        if place in named and finding.verdict != "inapplicable":
            by_provision[place].append(finding)
    selection: dict[str, Any] = {"include-all": {}}
    if left:
        selection["description"] = "All provisions that were read, without those that ask nothing."
        selection["exclude-controls"] = [{"control-id": token(item.provision)} for item in left]
    seen = [finding for group in by_provision.values() for finding in group]
    seen.sort(key=lambda finding: (finding.provision, finding.rule or ""))
    risks = [_risk(own, item) for item in seen if item.verdict in _RISKS]
    made: dict[str, Any] = {
        "uuid": str(content_id(own, "result")),
        "title": markup(headline(result)),
        "description": markup(_about(result)),
        "start": moment,
        "end": moment,
        "props": [
            _prop("verdict", result.verdict),
            _prop("as-of", result.as_of),
            *(_prop(f"total-{name.replace('_', '-')}", n) for name, n in result.totals.items()),
        ],
        "reviewed-controls": {"control-selections": [selection]},
    }
    if seen:
        made["observations"] = [_observation(own, item, moment) for item in seen]
    if risks:
        made["risks"] = risks
    if judged:
        made["findings"] = [
            _finding(own, item, by_provision[item.jurisdiction, item.provision]) for item in judged
        ]
    return made


def _about(result: AuditResult) -> str:
    site = result.site
    return (
        f"{result.design['name'][:400]}, {result.design['purpose']}, at {site['latitude']}, "
        f"{site['longitude']}; law as of {result.as_of}. Design file SHA-256: "
        f"{result.inputs.get('design_sha256') or 'not from a file'}."
    )


def _name(finding: Finding) -> str:
    return finding.rule or finding.provision


def _id(own: str, kind: str, finding: Finding) -> str:
    return str(content_id(own, kind, finding.jurisdiction, finding.provision, _name(finding)))


def _observation(own: str, finding: Finding, moment: str) -> dict[str, Any]:
    span = finding.span
    page = f", page {span.page}" if span.page else ""
    props = [
        _prop("verdict", finding.verdict),
        _prop("provision", finding.provision),
        _prop("rule", finding.rule or "none"),
        _prop("jurisdiction", finding.jurisdiction),
        _prop("severity", finding.severity),
        _prop("priority", finding.priority),
        _prop("text-source", finding.text_source),
        _prop("span", f"{span.file}{page}, characters {span.start}-{span.end}"),
    ]
    if finding.effect:
        props.append(_prop("effect", EFFECTS[finding.effect]))
    if finding.margin is not None:
        props.append(_prop("margin", f"{finding.margin!r} {finding.margin_unit or ''}".strip()))
    props += [_prop("fact", f"{name} = {value}") for name, value in finding.facts.items()]
    props += [_prop("missing", name) for name in finding.missing]
    made: dict[str, Any] = {
        "uuid": _id(own, "observation", finding),
        "title": markup(f"{finding.citation}: {finding.title or VERDICTS[finding.verdict][0]}"),
        "description": markup(finding.reason or VERDICTS[finding.verdict][2]),
        "props": props,
        "methods": ["EXAMINE"],
        "types": ["finding"],
        "collected": moment,
    }
    if finding.evidence:
        made["remarks"] = markup(f"Evidence: {finding.evidence}")
    if finding.quote:
        made["relevant-evidence"] = [
            {
                "href": f"#{content_id(own, 'text', finding.instrument)}",
                "description": markup(finding.quote),
                "remarks": markup(f"{finding.citation}, {SOURCES[finding.text_source]}"),
            }
        ]
    return made


def _risk(own: str, finding: Finding) -> dict[str, Any]:
    made: dict[str, Any] = {
        "uuid": _id(own, "risk", finding),
        "title": markup(f"{finding.citation}: {finding.title}"),
        "description": markup(finding.reason),
        "statement": markup(finding.wording or finding.reason),
        "props": [_prop("severity", finding.severity), _prop("rule", _name(finding))],
        "status": _RISKS[finding.verdict],
    }
    if finding.remedy:
        made["remediations"] = [
            {
                "uuid": _id(own, "remedy", finding),
                "lifecycle": "recommendation",
                "title": "Remedy",
                "description": markup(finding.remedy),
            }
        ]
    return made


def _finding(own: str, worst: Finding, rules: Iterable[Finding]) -> dict[str, Any]:
    items = list(rules)
    state, reason = STATES[worst.verdict]
    made: dict[str, Any] = {
        "uuid": _id(own, "finding", worst),
        "title": markup(f"{worst.citation}: {VERDICTS[worst.verdict][0]}"),
        "description": markup(worst.reason or VERDICTS[worst.verdict][2]),
        "props": [
            _prop("verdict", worst.verdict),
            _prop("provision", worst.provision),
            _prop("jurisdiction", worst.jurisdiction),
        ],
        "target": {
            "type": "objective-id",
            "target-id": token(worst.provision),
            "status": {"state": state, "reason": reason},
        },
        "related-observations": [
            {"observation-uuid": _id(own, "observation", item)} for item in items
        ],
    }
    risks = [{"risk-uuid": _id(own, "risk", item)} for item in items if item.verdict in _RISKS]
    if risks:
        made["related-risks"] = risks
    return made


def _plan(result: AuditResult, plan: str) -> dict[str, Any]:
    return {
        "uuid": plan,
        "title": "Rule book of this audit",
        "description": "What is assessed: the rules compiled from the law texts listed here.",
        "props": [
            _prop("rulebook", result.inputs.get("rulebook", "unknown")),
            _prop("rules-sha256", result.inputs.get("rules_sha256", "unknown")),
        ],
    }


def _texts(result: AuditResult, own: str) -> list[dict[str, Any]]:
    made = [
        {
            "uuid": str(content_id(own, "text", text["id"])),
            "title": markup(text["id"]),
            "props": [
                _prop("edition", text["edition"]),
                _prop("text-source", text["text_source"]),
                _prop("status", text["status"]),
                _prop("file", text["file"]),
            ],
            "rlinks": [
                {
                    "href": f"urn:sha256:{text['sha256']}",
                    "hashes": [{"algorithm": "SHA-256", "value": text["sha256"]}],
                }
            ],
        }
        for text in result.inputs.get("texts", ())
    ]
    known = {text["id"] for text in result.inputs.get("texts", ())}
    rest = dict.fromkeys(
        item.instrument for item in result.findings if item.instrument not in known
    )
    return made + [
        {"uuid": str(content_id(own, "text", name)), "title": markup(name)} for name in rest
    ]
