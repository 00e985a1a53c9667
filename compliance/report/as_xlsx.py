"""The audit as an Excel workbook: totals by formula, matrix, evidence register, accounting.

Text never acts as a formula: every cell of text is typed as such and carries the quote prefix where
it starts like one. Totals are ``COUNTIFS`` over the sheet ``Accounting``, which has one row for
each provision, and keep their computed values for viewers that calculate nothing.
"""

from __future__ import annotations

import io
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from compliance.finding import WORST_FIRST, AuditResult, Finding
from compliance.report import changes
from compliance.report import xlsx_cells as cells
from compliance.report.ooxml import legal, repacked
from compliance.report.stamp import default_issue
from compliance.report.tables import counted, evidence, matrix, natural
from compliance.report.words import (
    EFFECTS,
    JURISDICTION_NAMES,
    NO_ADVICE,
    SOURCES,
    VERDICTS,
    conflict_headline,
    conflict_lines,
    headline,
    zone_words,
)
from compliance.verdicts import in_words

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


def to_xlsx(result: AuditResult, *, issued: datetime | None = None) -> bytes:
    """Return the audit as an Excel workbook.

    Args:
        result: the audit.
        issued: when the report is issued; midnight of the law's date when ``None``.
    """
    from openpyxl import Workbook

    book = Workbook()
    moment = issued or default_issue(result)
    _properties(book, result, moment)
    computed = _summary(book.active, result)
    _matrix(book, result)
    _changes(book, result)
    _evidence(book, result)
    _accounting(book, result)
    _conflicts(book, result)
    _waivers(book, result)
    _facts(book, result)
    _sources(book, result)
    out = io.BytesIO()
    book.save(out)
    return repacked(
        out.getvalue(),
        moment,
        {"xl/worksheets/sheet1.xml": partial(cells.with_values, computed=computed)},
    )


def _properties(book: Workbook, result: AuditResult, moment: datetime) -> None:
    held = book.properties
    held.title = f"Compliance audit: {legal(result.design['name'], 200)}"
    held.subject = headline(result)
    held.creator = f"bathylex {result.inputs.get('bathylex', '')}".strip()
    held.description = NO_ADVICE
    held.created = held.modified = moment.replace(tzinfo=None)
    held.language = "en"


def _summary(sheet: Worksheet, result: AuditResult) -> dict[str, int]:
    """Write the first sheet; returns what its formulas come to, by cell."""
    from openpyxl.styles import Font

    sheet.title = "Summary"
    site = result.site
    cells.put(sheet, 1, 1, result.design["name"][:300])
    sheet.cell(1, 1).font = Font(size=15, bold=True, color=cells.HEAD_COLOUR)
    lines = (
        ("Verdict", headline(result)),
        ("Purpose", in_words(result.design["purpose"])),
        ("Position", f"{site['latitude']}, {site['longitude']}"),
        ("Zones", zone_words(site["zones"])),
        ("Coastal State", site.get("coastal_state") or "none"),
        ("Law as of", result.as_of),
        ("Note", NO_ADVICE),
    )
    for row, (name, value) in enumerate(lines, start=2):
        cells.put(sheet, row, 1, name, bold=True)
        cells.put(sheet, row, 2, value)
    top = len(lines) + 3
    names = list(result.totals_by_jurisdiction)
    cells.put(sheet, top, 1, "Provisions by verdict", bold=True)
    cells.header(sheet, top + 1, ("Verdict", "What it means", *names, "All"))
    computed: dict[str, int] = {}
    for row, verdict in enumerate(WORST_FIRST, start=top + 2):
        cells.put(sheet, row, 1, VERDICTS[verdict][0], bold=True)
        cells.paint(sheet, row, 1, verdict)
        cells.put(sheet, row, 2, VERDICTS[verdict][2])
        for column, name in enumerate(names, start=3):
            named = f"{sheet.cell(top + 1, column).column_letter}${top + 1}"
            wanted = f"Accounting!$D:$D,$A{row},Accounting!$A:$A,{named}"
            place = cells.put_formula(sheet, row, column, f"=COUNTIFS({wanted})")
            computed[place] = result.totals_by_jurisdiction[name][verdict]
        whole = f"=COUNTIF(Accounting!$D:$D,$A{row})"
        computed[cells.put_formula(sheet, row, len(names) + 3, whole)] = result.totals[verdict]
    end = top + 2 + len(WORST_FIRST)
    cells.put(sheet, end, 1, "All", bold=True)
    for column in range(3, len(names) + 4):
        letter = sheet.cell(end, column).column_letter
        total = (
            sum(result.totals.values())
            if column == len(names) + 3
            else sum(result.totals_by_jurisdiction[names[column - 3]].values())
        )
        added = f"=SUM({letter}{top + 2}:{letter}{end - 1})"
        computed[cells.put_formula(sheet, end, column, added)] = total
    _binding(sheet, end + 2, result)
    cells.set_widths(sheet, (22, 54, *([14] * (len(names) + 1))))
    sheet.freeze_panes = "B2"
    cells.set_printing(sheet)
    return computed


def _binding(sheet: Worksheet, top: int, result: AuditResult) -> None:
    cells.put(sheet, top, 1, "Which jurisdictions bind", bold=True)
    cells.header(sheet, top + 1, ("Jurisdiction", "Why", "Binds"))
    for row, item in enumerate(result.jurisdictions, start=top + 2):
        cells.put(sheet, row, 1, item.id)
        cells.put(sheet, row, 2, item.reason)
        cells.put(sheet, row, 3, {True: "yes", False: "no", None: "open"}[item.binding])
    top += len(result.jurisdictions) + 3
    cells.put(sheet, top, 1, "Regimes that bear on the site and are not modelled", bold=True)
    for row, limit in enumerate(result.limits, start=top + 1):
        cells.put(sheet, row, 1, limit.name)
        cells.put(sheet, row, 2, limit.reason)


def _matrix(book: Workbook, result: AuditResult) -> None:
    head = (
        "Jurisdiction", "Provision", "Requirement", "Verdict", "Reason", "Facts", "Missing",
        "Margin", "Unit", "Severity", "Class", "Effect", "Addressee", "Remedy", "Words of the law",
        "Text", "File", "First character", "Last character", "Rule",
    )  # fmt: skip
    rows = [
        (
            finding.jurisdiction, finding.citation, finding.title, VERDICTS[finding.verdict][0],
            finding.reason, _shown(finding), ", ".join(finding.missing), finding.margin,
            finding.margin_unit or "", finding.severity, finding.priority,
            EFFECTS[finding.effect] if finding.effect else "", finding.addressee or "",
            finding.remedy, finding.quote, SOURCES[finding.text_source], _place(finding),
            finding.span.start, finding.span.end, finding.rule or "",
        )
        for group in matrix(result.findings).values()
        for finding in group
    ]  # fmt: skip
    widths = (14, 24, 36, 15, 34, 36, 30, 12, 9, 13, 15, 20, 12, 40, 60, 20, 28, 10, 10, 34)
    cells.table(book, "Matrix", head, rows, widths, verdict_column="D")


def _changes(book: Workbook, result: AuditResult) -> None:
    if result.baseline is None:
        return
    head = ("State", "Provision", "Requirement", "Severity", "Verdict then and now")
    rows = changes.rows(result.baseline)
    cells.table(book, "Changes", head, rows, (13, 28, 60, 13, 34))


def _evidence(book: Workbook, result: AuditResult) -> None:
    head = (
        "Provision", "What is asked", "Verdict", "Severity", "Missing facts", "Evidence",
        "Remedy", "Addressee", "Responsible", "Due", "Received", "Remarks",
    )  # fmt: skip
    rows = [
        (
            finding.citation, finding.title, VERDICTS[finding.verdict][0], finding.severity,
            ", ".join(finding.missing), finding.evidence, finding.remedy,
            finding.addressee or "", "", "", "", "",
        )
        for finding in evidence(result.findings)
    ]  # fmt: skip
    widths = (24, 40, 15, 13, 34, 48, 48, 12, 18, 12, 12, 30)
    cells.table(book, "Evidence", head, rows, widths, verdict_column="C")


def _accounting(book: Workbook, result: AuditResult) -> None:
    head = ("Jurisdiction", "Instrument", "Provision", "Verdict", "Citation", "Reason", "Text")
    order = {name: index for index, name in enumerate(JURISDICTION_NAMES)}
    rows = [
        (
            item.jurisdiction, item.instrument, item.provision, VERDICTS[item.verdict][0],
            item.citation, item.reason, SOURCES[item.text_source],
        )
        for item in sorted(
            counted(result.findings),
            key=lambda item: (order[item.jurisdiction], item.instrument, natural(item.provision)),
        )
    ]  # fmt: skip
    widths = (14, 18, 30, 15, 30, 70, 26)
    cells.table(book, "Accounting", head, rows, widths, verdict_column="D", wrap=False)


def _conflicts(book: Workbook, result: AuditResult) -> None:
    if not result.conflicts:
        return
    head = ("Conflict", "What is done", "Gives way", "Still owed", "Words")
    rows = [
        (
            conflict_headline(item), "\n".join(conflict_lines(item)), ", ".join(item.overridden),
            ", ".join(item.still_owed),
            "\n\n".join(
                f"{citation}: {words}"
                for citation, words in zip(item.citations, item.quotes, strict=True)
            ),
        )
        for item in result.conflicts
    ]  # fmt: skip
    cells.table(book, "Conflicts", head, rows, (44, 60, 30, 30, 90))


def _waivers(book: Workbook, result: AuditResult) -> None:
    if not result.waivers:
        return
    head = ("Provision or rule", "Status", "By", "From", "Until", "Reason", "Reference", "Effect")
    rows = [
        (
            item.provision, item.status, item.who, item.start or "", item.until, item.reason,
            item.reference or "", item.explanation,
        )
        for item in result.waivers
    ]  # fmt: skip
    cells.table(book, "Waivers", head, rows, (28, 14, 24, 12, 12, 50, 30, 50))


def _facts(book: Workbook, result: AuditResult) -> None:
    rows: list[cells.Row] = [
        (name, in_words(value), "as given in the design")
        for name, value in result.design["facts"].items()
    ]
    rows += [
        (name, in_words(figure["value"]), figure["basis"])
        for name, figure in result.derived.items()
    ]
    cells.table(book, "Facts", ("Fact", "Value", "Basis"), rows, (44, 40, 80))


def _sources(book: Workbook, result: AuditResult) -> None:
    inputs = result.inputs
    rows: list[cells.Row] = [
        (text["id"], text["edition"], SOURCES[text["text_source"]], text["file"], text["sha256"])
        for text in inputs.get("texts", ())
    ]
    rows.append(("design", "", "", "", inputs.get("design_sha256") or "not from a file"))
    rows.append(("rules", "", "", "", inputs.get("rules_sha256", "")))
    rows.append(("bathylex", inputs.get("bathylex", ""), "", "", ""))
    head = ("Input", "Edition", "Text", "File", "SHA-256")
    cells.table(book, "Sources", head, rows, (22, 50, 26, 40, 70))


def _shown(finding: Finding) -> str:
    return "; ".join(f"{name} = {in_words(value)}" for name, value in finding.facts.items())


def _place(finding: Finding) -> str:
    page = f", page {finding.span.page}" if finding.span.page else ""
    return f"{finding.span.file}{page}"
