"""PDF, Word and Excel as documents: contents, headings, notes, filters, properties."""

from __future__ import annotations

import builtins
import io
import itertools
import re
import zipfile
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from base import UsageError
from compliance.report.as_pdf import PACKAGES, NoFetcher, html_to_pdf, load_weasyprint, to_pdf
from compliance.report.formats import render
from compliance.report.ooxml import legal, repacked
from compliance.report.tables import evidence, matrix
from tests.report_cases import HOSTILE, background, example, hostile

MOMENT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@cache
def made(name: str) -> bytes:
    return render(
        name, example("florida_reef").result, background=background("florida_reef"), issued=MOMENT
    )


def flat(text: str) -> str:
    return re.sub(r"[\s\u00ad‐-]", "", text)


def test_the_pdf_has_a_title_page_contents_and_numbered_pages() -> None:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(made("pdf")))
    pages = [page.extract_text() for page in reader.pages]
    assert "Conch Reef lodge" in pages[0]
    assert "Page 1" not in pages[0]
    for number, text in enumerate(pages[1:], start=2):
        assert f"Page {number} of {len(pages)}" in text
    listed = dict(re.findall(r"^([A-Z][\w ]+?)[ .]*\.[ .]*(\d+)$", pages[1], re.MULTILINE))
    for entry, heading in (
        ("Violations", "Violations"),
        ("Compliance matrix", "Compliance matrix"),
        ("Accounting", "Accounting: every provision, once"),
        ("Proofs", "Proofs"),
    ):
        assert flat(heading) in flat(pages[int(listed[entry]) - 1])


def test_the_pdf_has_bookmarks_tags_and_properties() -> None:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(made("pdf")))
    top = [item.title for item in reader.outline if not isinstance(item, list)]
    assert top[:3] == [
        "Site and law that binds there",
        "Violations",
        "Undetermined: which evidence would settle it",
    ]
    assert reader.metadata is not None
    assert reader.metadata.title == "Conch Reef lodge: compliance audit"
    assert reader.metadata.creation_date == MOMENT
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]


def test_the_pdf_holds_every_proof() -> None:
    from pypdf import PdfReader

    text = flat("".join(page.extract_text() for page in PdfReader(io.BytesIO(made("pdf"))).pages))
    proofs = text[text.rindex("Howeachverdict") :]
    for finding in example("florida_reef").result.findings:
        if finding.verdict != "inapplicable":
            assert flat(finding.citation) in proofs


def test_the_pdf_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(_: object, url: str, *__: object, **___: object) -> None:
        asked.append(url)
        raise ValueError("no")

    monkeypatch.setattr(NoFetcher, "__call__", refuse)
    weasyprint = load_weasyprint()
    html_to_pdf(weasyprint, '<img src="file:///etc/passwd"><p>x', identifier="a")
    assert asked == ["file:///etc/passwd"]
    asked.clear()
    to_pdf(hostile(HOSTILE[0]))
    assert asked == []


def test_missing_libraries_are_one_line_that_names_packages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def broken(name: str, *rest: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(UsageError) as caught:
        render("pdf", hostile("plain"))
    line = str(caught.value)
    assert "\n" not in line
    assert all(package in line for package in PACKAGES)


def test_the_word_document_has_headings_in_order_and_notes() -> None:
    from docx import Document

    document = Document(io.BytesIO(made("docx")))
    levels = [
        int(paragraph.style.name.removeprefix("Heading "))
        for paragraph in document.paragraphs
        if paragraph.style.name.startswith("Heading ")
    ]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    result = example("florida_reef").result
    quoted = [item for item in result.findings if item.verdict in ("violated", "open_norm")]
    with zipfile.ZipFile(io.BytesIO(made("docx"))) as package:
        notes = package.read("word/footnotes.xml").decode()
        body = package.read("word/document.xml").decode()
        types = package.read("[Content_Types].xml").decode()
    assert "footnotes+xml" in types
    referred = re.findall(r'<w:footnoteReference w:id="(\d+)"/>', body)
    assert referred == re.findall(r'<w:footnote w:id="(\d+)">', notes)
    assert len(referred) == len(quoted) + 1
    for finding in quoted:
        assert f"{finding.citation}, " in notes
        assert f"characters {finding.span.start}–{finding.span.end}." in notes
    assert 'TOC \\o "1-2"' in body


def test_tables_of_the_word_document_repeat_their_header() -> None:
    from docx import Document
    from docx.oxml.ns import qn

    tables = Document(io.BytesIO(made("docx"))).tables
    headed = [t for t in tables if t.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None]
    assert len(headed) >= 10
    rows = sum(
        len(table.rows) - 1 for table in headed if table.rows[0].cells[1].text == "Requirement"
    )
    assert rows == sum(map(len, matrix(example("florida_reef").result.findings).values()))


def test_the_word_document_has_properties() -> None:
    from docx import Document

    held = Document(io.BytesIO(made("docx"))).core_properties
    assert held.title == "Compliance audit: Conch Reef lodge"
    assert held.author.startswith("bathylex ")
    assert held.created == MOMENT


def test_the_workbook_can_be_filtered_and_is_coloured_by_verdict() -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(made("xlsx")))
    result = example("florida_reef").result
    assert book.sheetnames[:4] == ["Summary", "Matrix", "Evidence", "Accounting"]
    sheet = book["Matrix"]
    assert sheet.freeze_panes == "C2"
    assert sheet.max_row - 1 == sum(map(len, matrix(result.findings).values()))
    assert sheet.auto_filter.ref == f"A1:T{sheet.max_row}"
    (area,) = sheet.conditional_formatting
    assert str(area.sqref) == f"D2:D{sheet.max_row}"
    assert len(area.rules) == 7
    assert book["Evidence"].max_row - 1 == len(evidence(result.findings))
    assert book["Accounting"].max_row - 1 == sum(result.totals.values())
    margins = [c.value for c in sheet["H"][1:] if c.value is not None]
    assert margins
    assert all(isinstance(value, int | float) for value in margins)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_but_the_totals_is_a_formula(text: str) -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(render("xlsx", hostile(text))))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert sheet.title == "Summary"
                    assert re.match(r"=(COUNTIFS?|SUM)\(", cell.value)
                elif isinstance(cell.value, str) and cell.value[0] in "=+-@\t":
                    assert cell.quotePrefix
                assert cell.data_type != "e"


def test_text_that_excel_would_decode_stays_as_it_is() -> None:
    with zipfile.ZipFile(io.BytesIO(render("xlsx", hostile(HOSTILE[9])))) as package:
        sheets = [package.read(name).decode() for name in package.namelist() if "sheet" in name]
    assert any("_x005F_x0041_ and _x005F_x000D_" in sheet for sheet in sheets)
    assert not any(" _x000D_" in sheet for sheet in sheets)


def test_legal_text_is_cut_and_has_nothing_that_xml_refuses() -> None:
    from lxml import etree

    everything = "".join(map(chr, (*range(0x3000), *range(0xFFF0, 0x10000), 0x1FFFF, 0xD800)))
    shown = legal(everything, 100_000)
    etree.Element("a").text = shown
    assert legal("x" * 50, 10) == "x" * 8 + " …"


def test_repacking_edits_only_what_it_is_asked_to() -> None:
    source = io.BytesIO()
    with zipfile.ZipFile(source, "w") as package:
        package.writestr("a.xml", "<a/>")
        package.writestr("b.bin", b"\xff\x00")
    out = repacked(source.getvalue(), MOMENT, {"a.xml": lambda text: text.replace("a", "c")})
    with zipfile.ZipFile(io.BytesIO(out)) as package:
        assert package.read("a.xml") == b"<c/>"
        assert package.read("b.bin") == b"\xff\x00"
