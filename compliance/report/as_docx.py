"""The audit as a Word document that a law firm can edit: styles, tables, footnotes with citations.

Drawings are given as tables here; the HTML and PDF reports show them.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

from compliance.finding import AuditResult
from compliance.report import docx_parts as parts
from compliance.report import docx_sections as sections
from compliance.report.docx_sections import Prove
from compliance.report.footnotes import Footnotes
from compliance.report.ooxml import legal, repacked
from compliance.report.stamp import default_issue
from compliance.report.words import NO_ADVICE, headline
from compliance.verdicts import in_words

if TYPE_CHECKING:
    from docx.document import Document


def to_docx(
    result: AuditResult, *, prove: Prove | None = None, issued: datetime | None = None
) -> bytes:
    """Return the audit as a Word document.

    Args:
        result: the audit.
        prove: gives a finding its proof; without it the document has none.
        issued: when the report is issued; midnight of the law's date when ``None``.
    """
    from docx import Document as new_document

    moment = issued or default_issue(result)
    document = new_document()
    notes = Footnotes(document)
    parts.set_look(document)
    _properties(document, result, moment)
    parts.set_pages(document, f"Compliance audit: {result.design['name']}")
    _title(document, result, moment)
    sections.add_site(document, result)
    sections.add_changes(document, result)
    sections.add_violations(document, result, notes)
    sections.add_undetermined(document, result, notes)
    sections.add_estimates(document, result)
    sections.add_matrix(document, result)
    sections.add_judgement(document, result, notes)
    sections.add_waivers(document, result)
    sections.add_conflicts(document, result)
    sections.add_figures(document, result)
    sections.add_limits(document, result)
    sections.add_accounting(document, result)
    if prove is not None:
        sections.add_proofs(document, result, prove)
    sections.add_inputs(document, result)
    notes.finish()
    out = io.BytesIO()
    document.save(out)
    return repacked(out.getvalue(), moment)


def _properties(document: Document, result: AuditResult, moment: datetime) -> None:
    held = document.core_properties
    held.title = legal(f"Compliance audit: {result.design['name']}", 250)
    held.subject = legal(headline(result), 250)
    held.author = held.last_modified_by = f"bathylex {result.inputs.get('bathylex', '')}".strip()
    held.comments = NO_ADVICE
    held.keywords = ", ".join(item.id for item in result.jurisdictions if item.binding)[:250]
    held.language = "en-GB"
    held.category = "compliance audit"
    held.created = held.modified = moment.replace(tzinfo=None)
    held.revision = 1


def _title(document: Document, result: AuditResult, moment: datetime) -> None:
    document.add_paragraph(legal(result.design["name"], 400), "Title")
    parts.say(document, "Compliance audit", "Subtitle")
    line = parts.say(document, headline(result))
    line.runs[0].bold = True
    totals = result.totals
    parts.say(
        document,
        f"{totals['satisfied']} satisfied, {totals['open_norm']} for human judgement, "
        f"{totals['inapplicable']} not applicable, of {sum(totals.values())} provisions accounted "
        "for.",
    )
    parts.pairs(
        document,
        (
            ("Purpose", in_words(result.design["purpose"])),
            ("Law as of", result.as_of),
            ("Issued", f"{moment:%d %B %Y, %H:%M} UTC"),
            ("Prepared with", f"bathylex {result.inputs.get('bathylex', '')}"),
            ("Design file, SHA-256", result.inputs.get("design_sha256") or "not from a file"),
        ),
    )
    parts.say(document, NO_ADVICE)
    document.add_paragraph("Contents", "TOC Heading")
    parts.add_field(
        document.add_paragraph(),
        'TOC \\o "1-2" \\h \\z \\u',
        "Update this field to list the headings with their pages (F9 in Word).",
        update=True,
    )
    document.add_paragraph().add_run().add_break(parts.page_break())
