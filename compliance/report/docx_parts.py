"""Parts of a Word document: headings, tables with a repeated header, fields, page numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from compliance.finding import Verdict
from compliance.report.ooxml import legal
from compliance.report.words import VERDICTS
from compliance.report.xlsx_cells import COLOURS

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph


def set_look(document: Document) -> None:
    """Set page, fonts and language; headings keep the built-in styles, so that firms restyle."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2.2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.paragraph_format.space_after = Pt(5)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    normal.element.get_or_add_rPr().append(language)
    for level in (1, 2, 3):
        style = document.styles[f"Heading {level}"]
        style.font.name, style.font.color.rgb = "Calibri", RGBColor(0x0B, 0x3C, 0x5D)
        fonts = style.element.rPr.find(qn("w:rFonts"))
        for key in list(fonts.attrib):
            if key.endswith("Theme"):
                del fonts.attrib[key]


def set_pages(document: Document, words: str) -> None:
    """Write a running header, and ``Page n of m`` at the foot of every page but the first."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    head = section.header.paragraphs[0]
    head.text = legal(words, 90)
    foot = section.footer.paragraphs[0]
    foot.alignment = 1
    foot.add_run("Page ")
    add_field(foot, "PAGE", "1")
    foot.add_run(" of ")
    add_field(foot, "NUMPAGES", "1")


def add_field(
    paragraph: Paragraph, instruction: str, shown: str = "", *, update: bool = False
) -> None:
    """Add a field with the text that stands for it until the word processor computes it."""
    for kind in ("begin", "instruction", "separate", "text", "end"):
        run = paragraph.add_run(shown if kind == "text" else "")
        if kind != "text":
            run._r.append(_field_part(kind, instruction, update and kind == "begin"))


def _field_part(kind: str, instruction: str, update: bool) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if kind == "instruction":
        part = OxmlElement("w:instrText")
        part.set(qn("xml:space"), "preserve")
        part.text = f" {instruction} "
        return part
    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    if update:
        part.set(qn("w:dirty"), "true")
    return part


def page_break() -> Any:
    """Return the kind of break that starts a page."""
    from docx.enum.text import WD_BREAK

    return WD_BREAK.PAGE


def say(document: Document, words: str, style: str | None = None) -> Paragraph:
    """Add a paragraph of plain text."""
    return document.add_paragraph(legal(words), style)


def heading(document: Document, words: str, level: int) -> Paragraph:
    """Add a heading of plain text."""
    made: Paragraph = document.add_heading(legal(" ".join(words.split()), 300), level)
    return made


def pairs(document: Document, rows: Iterable[tuple[str, str]]) -> None:
    """Add a table of names and values."""
    table(document, None, rows, (4.6, 12.0))


def table(
    document: Document,
    head: Sequence[str] | None,
    rows: Iterable[Sequence[str]],
    widths_cm: Sequence[float],
    *,
    verdict_column: int | None = None,
    verdicts: Sequence[Verdict] = (),
) -> Table:
    """Add a table; its header row is repeated on each page and rows do not break over pages.

    Args:
        document: the document.
        head: column headings, or ``None``.
        rows: text of the cells.
        widths_cm: of the columns.
        verdict_column: column that is shaded by verdict.
        verdicts: of each row, where there is such a column.
    """
    from docx.shared import Cm

    listed = [tuple(row) for row in rows]
    made: Table = document.add_table(rows=len(listed) + (head is not None), cols=len(widths_cm))
    made.style = "Table Grid"
    made.autofit = False
    lines = [tuple(head), *listed] if head is not None else listed
    for index, (row, line) in enumerate(zip(made.rows, lines, strict=True)):
        _keep_whole(row._tr, repeat=head is not None and index == 0)
        for column, (cell, words) in enumerate(zip(row.cells, line, strict=True)):
            cell.width = Cm(widths_cm[column])
            bold = column == 0 if head is None else index == 0
            _fill(cell, words, bold=bold)
            if head is not None and index == 0:
                _shade(cell, "DCE8F0")
            elif column == verdict_column:
                _shade(cell, COLOURS[verdicts[index - (head is not None)]][0])
    document.add_paragraph()
    return made


def verdict_words(verdict: Verdict) -> str:
    """Return the sign and the word of a verdict."""
    word, sign, _ = VERDICTS[verdict]
    return f"{sign} {word}"


def _fill(cell: _Cell, words: str, *, bold: bool) -> None:
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    run = paragraph.add_run(legal(words, 4_000))
    run.font.size = Pt(9)
    run.bold = bold or None


def _shade(cell: _Cell, colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _keep_whole(row: Any, *, repeat: bool) -> None:
    from docx.oxml import OxmlElement

    properties = row.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeat:
        properties.append(OxmlElement("w:tblHeader"))
