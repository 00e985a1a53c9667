"""An audit: its verdict, its findings by law, verdict and priority, and its sign-offs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import Request
from starlette.responses import Response

from compliance.finding import WORST_FIRST, AuditResult, Finding
from compliance.report.formats import FORMATS
from compliance.report.words import headline
from workbench.register import AuditRecord
from workbench.serve.bench import Bench, found
from workbench.serve.pages.common import Id, about, go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.received import Received
from workbench.serve.render import STATES, bench_of, render

router = pages_router()

PRIORITIES = ("environmental", "safety", "commercial", "procedural")
SEVERITIES = ("critical", "major", "minor", "observation")
#: Findings on one page.
PAGE = 100
#: Up to so many findings are shown open; of more, only the violations that bind.
OPEN_TO = 3
#: What each format of reports is for.
WORDS = {
    "html": "HTML, one file that opens offline",
    "json": "JSON, everything",
    "pdf": "PDF, to print",
    "docx": "Word, to edit",
    "xlsx": "Excel, the compliance matrix",
    "sarif": "SARIF 2.1.0, for code scanners",
    "oscal": "OSCAL assessment results",
}


@router.get("/audits/{audit}")
def show(
    request: Request,
    audit: Id,
    jurisdiction: str = "",
    verdict: str = "",
    priority: str = "",
    state: str = "",
    page: int = 1,
) -> Response:
    """Show an audit; without a filter the findings that somebody has to act on come first."""
    bench = bench_of(request)
    record = found(bench.register.audit, audit)
    result = bench.register.result(audit)
    states = states_of(bench, audit)
    chosen = {
        "jurisdiction": jurisdiction if jurisdiction in result.totals_by_jurisdiction else "",
        "verdict": verdict if verdict in WORST_FIRST else "",
        "priority": priority if priority in PRIORITIES else "",
        "state": state if state in STATES else "",
    }
    findings = matching(result, states, **chosen)
    last = max(1, -(-len(findings) // PAGE))
    number = min(max(page, 1), last)
    return render(
        request,
        "audit.html",
        **about(bench, record.design, "audit"),
        audit=record,
        result=result,
        headline=headline(result),
        findings=findings[PAGE * (number - 1) : PAGE * number],
        count=len(findings),
        page=number,
        pages=last,
        open_to=OPEN_TO,
        chosen=chosen,
        states=states,
        verdicts=WORST_FIRST,
        priorities=PRIORITIES,
        counts=_counts(result),
        formats={name: WORDS[name] for name in FORMATS},
        sign_offs=bench.register.sign_offs(audit),
        number=_version_number(bench, record),
        key=key_of,
    )


@router.post("/audits/{audit}/sign-offs")
def sign(request: Request, audit: Id, form: Received) -> Response:
    """Record what a person declares of an audit."""
    bench = bench_of(request)
    bench.sign(audit, who=form.text("who", most=200), statement=form.text("statement", most=4000))
    return go(f"/audits/{audit}", said="signed")


def matching(
    result: AuditResult,
    states: dict[tuple[str, str], str],
    *,
    jurisdiction: str = "",
    verdict: str = "",
    priority: str = "",
    state: str = "",
) -> list[Finding]:
    """Return the findings of an audit that a filter leaves, in the order of the report.

    Those that ask nothing are shown only where they are asked for.
    """
    return [
        finding
        for finding in result.findings
        if (not jurisdiction or finding.jurisdiction == jurisdiction)
        and (finding.verdict == verdict if verdict else finding.verdict != "inapplicable")
        and (not priority or finding.priority == priority)
        and (not state or states.get(key_of(finding)) == state)
    ]


def key_of(finding: Finding) -> tuple[str, str]:
    """Return what the register knows a finding by."""
    return finding.provision, finding.rule or ""


def states_of(bench: Bench, audit: int) -> dict[tuple[str, str], str]:
    """Return where each finding with a life stands after an audit."""
    return {
        (item.provision, item.rule or ""): item.state
        for item in bench.register.findings(audit)
        if item.state is not None
    }


def _counts(result: AuditResult) -> dict[str, Counter[Any]]:
    applying = [item for item in result.findings if item.verdict != "inapplicable"]
    return {
        "verdict": Counter(item.verdict for item in result.findings),
        "jurisdiction": Counter(item.jurisdiction for item in applying),
        "priority": Counter(item.priority for item in applying),
    }


def _version_number(bench: Bench, record: AuditRecord) -> int:
    return bench.register.version(record.version).number
