"""Audits that the tests of reports share, and readers that take totals back from a report."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from compliance import AuditResult
from compliance.audit import Assessment, assess
from compliance.finding import WORST_FIRST, EstimatedFinding
from compliance.report.formats import Background, background_of
from compliance.report.words import VERDICTS
from compliance.waivers import Waiver
from corpus.digests import load_digests
from examples import examples
from habitat.load import load_design
from jurisdictions.compiler import rulebook_for
from tests.test_compliance_audit import book as small_book
from tests.test_compliance_audit import design as small_design

AS_OF = date(2026, 1, 1)

#: Text that acts somewhere: in a page, a formula, a terminal, a word processor, Markdown, XML.
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> & \"quoted\" 'too' ]]> <!-- ",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\tTabbed",
    "evil \u202etxt.exe\u202c \u2066isolated\u2069 \u200f",
    "bell\x07 escape\x1b[31m null\x00 form\x0c return\r\n backspace\x08",
    "\ufffe\uffff not characters \U0001ffff",
    "_x0041_ and _x000D_",
    "[link](javascript:alert(1)) **bold** `code` {0} {{x}} {% raw %}",
    "#N/A",
    "long " + "x" * 10_000,
    "\U0001f41f" * 4_000,
)


@cache
def example(name: str) -> Assessment:
    """Return the audit of an example design against the embedded digests."""
    design = load_design(next(path for path in examples() if path.stem == name))
    return assess(design, rulebook_for(load_digests()), as_of=AS_OF, design_hash="ab" * 32)


def background(name: str) -> Background:
    return background_of(example(name))


@cache
def hostile(text: str) -> AuditResult:
    """Return an audit into which a text got wherever a user can put one."""
    design = small_design(safety_zone={"radius": "600 m"})
    waiver = Waiver(provision="width", reason=text, who=text, until="2030-01-01", reference=text)
    result = assess(design, small_book(), as_of=AS_OF, waivers=[waiver]).result
    findings = [
        item.model_copy(
            update={
                "title": text,
                "reason": text,
                "quote": text,
                "remedy": text,
                "evidence": text,
                "facts": {**item.facts, "said": text},
            }
        )
        if item.rule
        else item
        for item in result.findings
    ]
    facts = {**result.design["facts"], "said": text}
    rule = next(item for item in findings if item.rule)
    estimate = EstimatedFinding(
        provision=rule.provision,
        citation=rule.citation,
        jurisdiction=rule.jurisdiction,
        rule=rule.rule or "",
        title=text,
        severity=rule.severity,
        applies=0.5,
        met=0.5,
        facts=({"fact": "said", "value": text, "probability": 0.4, "source": "estimated"},),
    )
    return result.model_copy(
        update={
            "findings": tuple(findings),
            "design": {**result.design, "name": text, "facts": facts},
            "estimates": (estimate,),
        }
    )


def named(words: Iterable[str], numbers: Iterable[str]) -> dict[str, int]:
    """Return totals by verdict from the words of a table and the numbers beside them."""
    verdict_of = {VERDICTS[verdict][0]: verdict for verdict in WORST_FIRST}
    return {verdict_of[word]: int(number) for word, number in zip(words, numbers, strict=True)}


def totals_of_html(page: bytes) -> dict[str, int]:
    from lxml import html

    table = html.fromstring(page.decode()).xpath("//section[@id='site']//table")[0]
    words = [cell.text_content().split(" ", 1)[1] for cell in table.xpath(".//th[@class='n']")]
    last = table.xpath(".//tbody/tr[last()]/td[@class='n']")
    return named(words, (cell.text_content() for cell in last))


def pdf_pages(data: bytes) -> list[str]:
    """Return the text of each page of a PDF."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    pages = []
    for page in document:
        words = page.get_textpage()
        pages.append(words.get_text_range())
        words.close()
        page.close()
    document.close()
    return pages


def totals_of_pdf(data: bytes) -> dict[str, int]:
    text = "\n".join(pdf_pages(data)[:8]).replace("\r\n", "\n")
    said = re.search(
        r"(\d+) satisfied, (\d+) for human judgement, (\d+) not\s+applicable, of (\d+)", text
    )
    assert said is not None
    row = re.search(r"^All\s*((?:\d+\s*)+)$", text, re.MULTILINE)
    assert row is not None
    # Hyphens at the end of a line are the layout's.
    heads = re.sub(r"[-\u00ad‐]\n|\s", "", text[: row.start()])
    signs = {v: f"{VERDICTS[v][1]}{VERDICTS[v][0]}".replace(" ", "") for v in WORST_FIRST}
    shown = [v for v in WORST_FIRST if signs[v] in heads]
    found = dict(zip(shown, map(int, row[1].split()), strict=True))
    told = (found.get("satisfied", 0), found.get("open_norm", 0), found.get("inapplicable", 0))
    assert told == tuple(map(int, said.groups()[:3]))
    assert sum(found.values()) == int(said[4])
    return dict(found)


def totals_of_docx(data: bytes) -> dict[str, int]:
    from docx import Document

    table = next(
        table
        for table in Document(io.BytesIO(data)).tables
        if table.rows[0].cells[0].text == "Verdict" and table.rows[0].cells[-1].text == "All"
    )
    rows = [(row.cells[0].text.split(" ", 1)[1], row.cells[-1].text) for row in table.rows[1:]]
    return named(*zip(*rows, strict=True))


def totals_of_xlsx(data: bytes) -> dict[str, int]:
    """Compute the formulas of the summary from the cells of the sheet that they count."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data))
    cached = load_workbook(io.BytesIO(data), data_only=True)["Summary"]
    counted = [
        (row[0], row[3]) for row in book["Accounting"].iter_rows(min_row=2, values_only=True)
    ]
    sheet, found = book["Summary"], {}
    for row in sheet.iter_rows():
        for cell in row:
            formula = str(cell.value)
            if formula.startswith("=COUNTIFS("):
                named_cell = re.search(r"([A-Z]+)\$(\d+)\)$", formula)
                assert named_cell is not None
                own = sheet[f"{named_cell[1]}{named_cell[2]}"].value
                value = counted.count((own, sheet[f"A{cell.row}"].value))
                assert cached[cell.coordinate].value == value
            elif formula.startswith("=COUNTIF("):
                word = sheet[f"A{cell.row}"].value
                found[word] = sum(verdict == word for _, verdict in counted)
                assert cached[cell.coordinate].value == found[word]
            elif formula.startswith("=SUM("):
                place = re.fullmatch(r"=SUM\(([A-Z]+)(\d+):[A-Z]+(\d+)\)", formula)
                assert place is not None
                rows = range(int(place[2]), int(place[3]) + 1)
                total = sum(cached[f"{place[1]}{index}"].value for index in rows)
                assert cached[cell.coordinate].value == total
    return named(found, map(str, found.values()))


def totals_of_sarif(data: bytes) -> dict[str, int]:
    (run,) = json.loads(data)["runs"]
    rank = {verdict: index for index, verdict in enumerate(WORST_FIRST)}
    worst: dict[tuple[str, str], int] = {}
    for item in run["results"]:
        held = item["properties"]
        place = (held["jurisdiction"], held["provision"])
        worst[place] = min(worst.get(place, 99), rank[held["verdict"]])
    found = {verdict: list(worst.values()).count(rank[verdict]) for verdict in WORST_FIRST}
    assert found == run["properties"]["totals"]
    return dict(found)


def totals_of_oscal(data: bytes) -> dict[str, int]:
    (result,) = json.loads(data)["assessment-results"]["results"]
    (selection,) = result["reviewed-controls"]["control-selections"]
    verdicts = [
        prop["value"]
        for item in result.get("findings", ())
        for prop in item["props"]
        if prop["name"] == "verdict"
    ]
    found = {verdict: verdicts.count(verdict) for verdict in WORST_FIRST}
    found["inapplicable"] += len(selection.get("exclude-controls", ()))
    told = {prop["name"]: prop["value"] for prop in result["props"]}
    assert {v: int(told[f"total-{v.replace('_', '-')}"]) for v in WORST_FIRST} == found
    return dict(found)


READERS = {
    "json": lambda data: json.loads(data)["totals"],
    "html": totals_of_html,
    "pdf": totals_of_pdf,
    "docx": totals_of_docx,
    "xlsx": totals_of_xlsx,
    "sarif": totals_of_sarif,
    "oscal": totals_of_oscal,
}
