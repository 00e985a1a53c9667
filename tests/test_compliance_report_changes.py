"""What changed since an earlier audit, in every report that people read."""

from __future__ import annotations

import io
from functools import cache

import pytest

from compliance.baseline import compared, earlier_of
from compliance.finding import AuditResult
from compliance.report.as_json import to_data
from compliance.report.changes import rows
from compliance.report.formats import render
from compliance.report.html import to_html
from tests.report_cases import example

HOSTILE = "<b>=1+1</b> \u202e"


@cache
def later() -> AuditResult:
    """The audit of an example beside one of the same in which two verdicts were others."""
    now = example("florida_reef").result
    before = to_data(now)
    rules = [item for item in before["findings"] if item["rule"]]
    met = next(item for item in rules if item["verdict"] == "satisfied")
    met.update(verdict="violated", title=HOSTILE)
    owed = next(item for item in rules if item["verdict"] == "undetermined")
    owed["verdict"] = "satisfied"
    earlier = earlier_of(before, source={"file": f"{HOSTILE}.json"}, states={
        (item["provision"], item["rule"]): "open"
        for item in rules
        if item["verdict"] in ("violated", "undetermined")
    })  # fmt: skip
    return compared(now, earlier)


def test_every_change_is_one_row_with_the_urgent_first() -> None:
    baseline = later().baseline
    assert baseline is not None
    listed = rows(baseline)
    assert len(listed) == len(baseline.findings) + len(baseline.other)
    states = [row[0] for row in listed]
    assert states[0] == "new" and "fixed" in states
    assert next(row for row in listed if row[0] == "fixed")[4] == "violated → satisfied"
    assert any(row[4] == "still undetermined" for row in listed)


def test_the_page_shows_the_changes_and_nothing_acts() -> None:
    page = to_html(later())
    section = page[page.index('<section id="changes">') :]
    section = section[: section.index("</section>")]
    assert 'href="#changes"' in page
    assert "violated → satisfied" in section
    assert "&lt;b&gt;=1+1" in section and "<b>=1+1" not in page and "\u202e" not in page
    assert 'id="changes"' not in to_html(example("florida_reef").result)


@pytest.mark.parametrize("name", ["docx", "xlsx"])
def test_documents_show_the_changes(name: str) -> None:
    baseline = later().baseline
    assert baseline is not None
    content = io.BytesIO(render(name, later()))
    if name == "docx":
        import docx

        document = docx.Document(content)
        assert any(item.text == "Since the earlier audit" for item in document.paragraphs)
        (table,) = (t for t in document.tables if t.rows[0].cells[0].text == "State")
        shown = [(row.cells[0].text, row.cells[4].text) for row in list(table.rows)[1:]]
    else:
        import openpyxl

        sheet = openpyxl.load_workbook(content)["Changes"]
        shown = [(row[0] or "", row[4]) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert shown == [(row[0], row[4]) for row in rows(baseline)]
