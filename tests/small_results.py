"""Results of audits, made up: a few findings on a design that nobody drew."""

from __future__ import annotations

from collections import Counter
from typing import Any

from compliance.finding import WORST_FIRST, AuditResult, Finding, SpanRef, Verdict

DESIGN = b"name: Hut\npurpose: other\n"


def finding(provision: str, verdict: Verdict, *, rule: str | None = "", **more: Any) -> Finding:
    """Return a finding; its rule is named after the provision unless told otherwise."""
    told: dict[str, Any] = {
        "provision": provision,
        "citation": f"Law {provision}",
        "jurisdiction": provision.partition(":")[0].upper(),
        "instrument": provision.partition(":")[0],
        "rule": f"{provision}#rule" if rule == "" else rule,
        "title": f"what {provision} asks",
        "verdict": verdict,
        "reason": f"it is {verdict}",
        "lead_in": "",
        "quote": "shall",
        "span": SpanRef(file="law.md", start=0, end=5),
        "text_source": "restated",
        "addressee": "operator",
        "effect": "direct",
        "basis": "law",
        "facts": {},
        "missing": (),
        "margin": None,
        "margin_unit": None,
        "bound": None,
        "priority": "safety",
        "severity": "major",
        "remedy": "",
        "evidence": "",
        "wording": "",
    }
    return Finding(**{**told, **more})


def result(
    *findings: Finding,
    design_sha256: str,
    name: str = "Hut",
    as_of: str = "2026-01-01",
    **more: Any,
) -> AuditResult:
    """Return the result of an audit with these findings."""
    verdicts = Counter(item.verdict for item in findings)
    totals = {verdict: verdicts.get(verdict, 0) for verdict in WORST_FIRST}
    worst = "violated" if totals["violated"] else "lawful"
    told: dict[str, Any] = {
        "design": {"name": name, "purpose": "other", "facts": {}},
        "site": {"latitude": 1.5, "longitude": 0.1, "zones": ["eez"]},
        "as_of": as_of,
        "verdict": "undetermined" if worst == "lawful" and totals["undetermined"] else worst,
        "jurisdictions": (),
        "findings": findings,
        "totals": totals,
        "totals_by_jurisdiction": {},
        "conflicts": (),
        "options": {"custom": True},
        "inputs": {"bathylex": "0", "design_sha256": design_sha256, "rules_sha256": "r"},
    }
    return AuditResult(**{**told, **more})
