"""Cells, tables and colours of a workbook: text is always text, whatever it starts with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from compliance.finding import Verdict
from compliance.report.ooxml import legal
from compliance.report.words import VERDICTS

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: Fill and ink of a verdict: light enough to read black or dark text on, and in greyscale.
COLOURS: dict[Verdict, tuple[str, str]] = {
    "violated": ("F6C7B6", "7A1F00"),
    "undetermined": ("FBF3B0", "5C4300"),
    "open_norm": ("EBCFE0", "5B2A5B"),
    "overridden": ("CFE8F7", "0B4A6B"),
    "waived": ("BFD7EA", "00395C"),
    "satisfied": ("BFE5D6", "004D38"),
    "inapplicable": ("EDEDED", "4D4D4D"),
}
HEAD_COLOUR = "0B3C5D"
#: Characters that make a spreadsheet take a text for a formula when it is typed or imported.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")

#: Characters of a cell: Excel takes 32,767 units of UTF-16, two for some characters.
_MOST = 16_000

Row = Sequence[Any]


def table(
    book: Workbook,
    title: str,
    head: Row,
    rows: Iterable[Row],
    widths: Sequence[int],
    *,
    verdict_column: str | None = None,
    wrap: bool = True,
) -> None:
    """Add a sheet with a frozen header, filters and, where a column has verdicts, their colours."""
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    header(sheet, 1, head)
    count = 1
    for count, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            put(sheet, count, column, value, wrap=wrap)
    sheet.freeze_panes = "A2" if title != "Matrix" else "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(head))}{count}"
    if verdict_column:
        _colour_rules(sheet, f"{verdict_column}2:{verdict_column}{max(count, 2)}", verdict_column)
    set_widths(sheet, widths)
    set_printing(sheet)


def _colour_rules(sheet: Worksheet, area: str, column: str) -> None:
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import Font, PatternFill

    for verdict, (fill, ink) in COLOURS.items():
        sheet.conditional_formatting.add(
            area,
            FormulaRule(
                formula=[f'${column}2="{VERDICTS[verdict][0]}"'],
                fill=PatternFill(bgColor=fill, fill_type="solid"),
                font=Font(color=ink, bold=verdict != "inapplicable"),
            ),
        )


def put(
    sheet: Worksheet, row: int, column: int, value: Any, *, bold: bool = False, wrap: bool = True
) -> None:
    """Write a number, or text as text whatever it starts with."""
    from openpyxl.styles import Alignment, Font

    cell = sheet.cell(row, column)
    if isinstance(value, int | float) and not isinstance(value, bool):
        cell.value = value
    elif value is not None and value != "":
        text = _unescaped(legal(str(value), _MOST))
        cell.value = text
        cell.data_type = "s"
        if text.startswith(_ACTIVE):
            cell.quotePrefix = True
    if wrap:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)


def _unescaped(text: str) -> str:
    """Keep ``_x0041_``, which Excel would read as the letter A, as it is written."""
    return re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)


def put_formula(sheet: Worksheet, row: int, column: int, formula: str) -> str:
    """Write a formula and return the name of its cell."""
    cell = sheet.cell(row, column)
    cell.value = formula
    return str(cell.coordinate)


def header(sheet: Worksheet, row: int, names: Row) -> None:
    """Write a row of column headings; the first row is repeated on every printed page."""
    from openpyxl.styles import Alignment, Font, PatternFill

    for column, name in enumerate(names, start=1):
        cell = sheet.cell(row, column)
        cell.value = str(name)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill(fgColor=HEAD_COLOUR, fill_type="solid")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if row == 1:
        sheet.print_title_rows = "1:1"


def paint(sheet: Worksheet, row: int, column: int, verdict: Verdict) -> None:
    """Give a cell the colours of a verdict."""
    from openpyxl.styles import Font, PatternFill

    fill, ink = COLOURS[verdict]
    cell = sheet.cell(row, column)
    cell.fill = PatternFill(fgColor=fill, fill_type="solid")
    cell.font = Font(bold=True, color=ink)


def set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    """Set the widths of the first columns, in characters."""
    from openpyxl.utils import get_column_letter

    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def set_printing(sheet: Worksheet) -> None:
    """Print on landscape A4, as wide as the page, with numbered pages."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "&A, page &P of &N"


def with_values(xml: str, *, computed: dict[str, int]) -> str:
    """Put what each formula comes to beside it, for viewers that do not calculate."""

    def fill(found: re.Match[str]) -> str:
        value = computed[found["cell"]]
        return f"{found['open']}<f>{found['formula']}</f><v>{value}</v></c>"

    return re.sub(
        r'(?P<open><c r="(?P<cell>[A-Z]+\d+)"[^>]*>)<f>(?P<formula>[^<]*)</f><v\s*/?>(?:</v>)?</c>',
        fill,
        xml,
    )
