"""The formats of an audit's report: each a view of the one result, made by the same call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from base import UsageError

if TYPE_CHECKING:
    from compliance.audit import Assessment
    from compliance.finding import AuditResult, Finding
    from compliance.proof.tree import Proof
    from jurisdictions.relations import Relation

#: Format, the ending of its file, and its media type.
FORMATS: dict[str, tuple[str, str]] = {
    "json": (".json", "application/json"),
    "html": (".html", "text/html; charset=utf-8"),
    "pdf": (".pdf", "application/pdf"),
    "docx": (
        ".docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "xlsx": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "sarif": (".sarif", "application/sarif+json"),
    "oscal": (".oscal.json", "application/json"),
}


@dataclass(frozen=True, slots=True)
class Background:
    """What an audit knows beside its result; reports of a stored result do without.

    Attributes:
        prove: gives a finding its proof.
        relations: relations between laws that hold at the site.
    """

    prove: Callable[[Finding], Proof] | None = None
    relations: tuple[Relation, ...] = ()


def background_of(assessment: Assessment) -> Background:
    """Return what the reports of an audit may draw on beside its result."""
    from compliance.proof.build import Prover
    from jurisdictions.relations import load_relations

    at = assessment.situation.circumstances
    held = tuple(item for item in load_relations() if item.holds(at) is True)
    return Background(Prover(assessment).prove, held)


def render(
    name: str,
    result: AuditResult,
    *,
    background: Background | None = None,
    issued: datetime | None = None,
) -> bytes:
    """Return a report of an audit.

    Args:
        name: one of :data:`FORMATS`.
        result: the audit.
        background: proofs and relations; without them the report has none.
        issued: when the report is issued; midnight, UTC, of the law's date when ``None``.

    Raises:
        UsageError: no such format, or what it needs is not installed.
    """
    known = background or Background()
    match name:
        case "json":
            from compliance.report.as_json import to_json

            return to_json(result).encode()
        case "html":
            from compliance.report.html import to_html

            page = to_html(result, prove=known.prove, relations=known.relations, issued=issued)
            return page.encode()
        case "pdf":
            from compliance.report.as_pdf import to_pdf

            return to_pdf(result, prove=known.prove, relations=known.relations, issued=issued)
        case "docx":
            from compliance.report.as_docx import to_docx

            return to_docx(result, prove=known.prove, issued=issued)
        case "xlsx":
            from compliance.report.as_xlsx import to_xlsx

            return to_xlsx(result, issued=issued)
        case "sarif":
            from compliance.report.as_sarif import to_sarif

            return to_sarif(result, issued=issued).encode()
        case "oscal":
            from compliance.report.as_oscal import to_oscal

            return to_oscal(result, issued=issued).encode()
    raise UsageError(f"{name!r} is not a report format", hint=f"use {', '.join(FORMATS)}")


def check_ready(name: str) -> None:
    """Ask before an audit whether a format can be made here.

    Raises:
        UsageError: what it needs is not installed.
    """
    if name == "pdf":
        from compliance.report.as_pdf import load_weasyprint

        load_weasyprint()
