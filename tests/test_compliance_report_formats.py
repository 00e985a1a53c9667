"""Every format says the same totals, is the same bytes each time, and shows text as text."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from base import UsageError
from compliance.finding import WORST_FIRST
from compliance.report.formats import FORMATS, render
from compliance.report.stamp import issued_at
from tests.report_cases import HOSTILE, READERS, background, example, hostile

#: A day on which nothing else in the audit is dated; zip archives tell even seconds.
LATER = datetime(2027, 3, 4, 5, 6, 8, tzinfo=UTC)
KINDS = [pytest.param(text, id=f"hostile-{number}") for number, text in enumerate(HOSTILE)]


def test_every_format_has_a_reader() -> None:
    assert list(READERS) == list(FORMATS)


@pytest.mark.parametrize("name", list(FORMATS))
def test_totals_are_the_same_in_every_format(name: str) -> None:
    result = example("florida_reef").result
    found = READERS[name](render(name, result, background=background("florida_reef")))
    expected = {v: n for v, n in result.totals.items() if n or name not in ("html", "pdf")}
    assert found == expected
    assert sum(found.values()) == sum(result.totals.values()) > 1000


@pytest.mark.parametrize("name", list(FORMATS))
def test_totals_with_a_waiver(name: str) -> None:
    result = hostile(HOSTILE[0])
    assert result.totals["waived"] == 0, "the notice is undetermined and counts first"
    found = READERS[name](render(name, result))
    assert {v: found.get(v, 0) for v in WORST_FIRST} == result.totals


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "pdf"])
def test_a_report_is_the_same_bytes_each_time(name: str) -> None:
    given = {"background": background("florida_reef"), "issued": LATER}
    result = example("florida_reef").result
    assert render(name, result, **given) == render(name, result, **given)  # type: ignore[arg-type]


def test_a_pdf_is_the_same_bytes_each_time() -> None:
    result = hostile("plain")
    first = render("pdf", result, issued=LATER)
    assert first == render("pdf", result, issued=LATER)
    told = PdfReader(io.BytesIO(first)).metadata
    assert told is not None
    assert told.creation_date == told.modification_date == LATER


@pytest.mark.parametrize("name", ["docx", "xlsx"])
def test_office_files_bear_the_date_they_were_given(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(render(name, hostile("plain"), issued=LATER))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2027, 3, 4, 5, 6, 8)}
        core = package.read("docProps/core.xml").decode()
    assert re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core) == ["2027-03-04T05:06:08Z"] * 2


@pytest.mark.parametrize("text", KINDS)
@pytest.mark.parametrize("name", [name for name in FORMATS if name != "pdf"])
def test_hostile_text_breaks_no_report(name: str, text: str) -> None:
    result = hostile(text)
    made = render(name, result)
    found = READERS[name](made)
    assert {v: found.get(v, 0) for v in WORST_FIRST} == result.totals
    if name != "json":
        shown = _words(name, made)
        for mark in "\x00\x07\x08\x0b\x0c\x1b\u202e\u2066\u200f\ufffe\uffff":
            assert mark not in shown


@pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[6], HOSTILE[7], HOSTILE[8], HOSTILE[12]])
def test_hostile_text_breaks_no_pdf(text: str) -> None:
    result = hostile(text)
    found = READERS["pdf"](render("pdf", result))
    assert {v: found.get(v, 0) for v in WORST_FIRST} == result.totals


@pytest.mark.parametrize("name", ["html", "docx", "xlsx"])
def test_hostile_text_is_shown_as_it_is_written(name: str) -> None:
    text = HOSTILE[0]
    assert text.strip() in " ".join(_words(name, render(name, hostile(text))).split())


def _words(name: str, made: bytes) -> str:
    """Return the text that a reader of a report sees, markup resolved."""
    if name == "html":
        from lxml import html

        return str(html.fromstring(made.decode()).text_content())
    if name in ("docx", "xlsx"):
        from lxml import etree

        with zipfile.ZipFile(io.BytesIO(made)) as package:
            names = [name for name in package.namelist() if name.endswith(".xml")]
            parts = [etree.fromstring(package.read(name)) for name in names]
        return "\n".join("".join(part.itertext()) for part in parts)
    return made.decode()


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"'odt' is not a report format.*use json, html, pdf"):
        render("odt", hostile("plain"))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-02-03", datetime(2026, 2, 3, tzinfo=UTC)),
        ("2026-02-03T04:05:06.7+02:00", datetime(2026, 2, 3, 2, 5, 6, tzinfo=UTC)),
        ("2026-02-03T04:05:06Z", datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)),
    ],
)
def test_the_moment_of_issue(text: str | None, moment: datetime) -> None:
    assert issued_at(text, hostile("plain")) == moment


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "", "0001-01-01T00:00:00+23:00"])
def test_no_moment(text: str) -> None:
    with pytest.raises(UsageError, match="is no date and time"):
        issued_at(text, hostile("plain"))
