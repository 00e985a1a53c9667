"""USLM: levels, lead-ins, closing words, what is left out, and agreement with the plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from base import CorpusError
from corpus.model import LawText
from corpus.readers import uscode_text, uslm
from corpus.sources import source

INSTRUMENT = source("ocsla").instrument(sha256="", verified=False)


def section(body: str, *, number: str = "1333", more: str = "") -> bytes:
    place = f"/us/usc/t43/s{number}"
    return (
        f'<section xmlns="http://xml.house.gov/schemas/uslm/1.0" identifier="{place}" {more}>'
        f'<num value="{number}">§\u202f{number}.</num><heading> Lamps at sea</heading>'
        f"{body}</section>"
    ).encode()


LISTED = section(
    '<subsection identifier="/us/usc/t43/s1333/a"><num value="a">(a)</num>'
    "<heading> <inline>Duty</inline>.—</heading><chapeau>A keeper shall carry—</chapeau>"
    '<paragraph><num value="1">(1)</num><content> a lamp<note type="footnote"><num>1</num> So in '
    'original.</note> and <ref class="footnoteRef">1</ref>oil; and</content></paragraph>'
    '<paragraph><num value="2">(2)</num><content> a bell,</content></paragraph>'
    "<continuation>and shall ring it.</continuation></subsection>"
    "<sourceCredit>(Pub. L. 1-1.)</sourceCredit><notes><note><p>Not law.</p></note></notes>"
)


def read(data: bytes) -> LawText:
    return uslm.read(data, instrument=INSTRUMENT, file="1333.xml")


def test_levels_labels_and_citations() -> None:
    text = read(LISTED)
    assert [item.id for item in text.provisions] == [
        "ocsla:1333",
        "ocsla:1333.a",
        "ocsla:1333.a.1",
        "ocsla:1333.a.2",
        "ocsla:1333.a.flush",
    ]
    second = text.by_id["ocsla:1333.a.2"]
    assert (second.citation, second.label) == ("43 U.S.C. § 1333(a)(2)", "(2)")
    assert text.by_id["ocsla:1333"].heading == "Lamps at sea"
    assert text.by_id["ocsla:1333.a"].heading == "Duty"
    assert text.by_id["ocsla:1333.a"].locator == "/us/usc/t43/s1333/a"


def test_lead_in_and_closing_words_stand_with_their_list() -> None:
    text = read(LISTED)
    assert text.lead_in("ocsla:1333.a.1") == "A keeper shall carry—"
    closing = text.by_id["ocsla:1333.a.flush"]
    assert (closing.text, closing.kind) == ("and shall ring it.", "flush")


def test_footnotes_notes_and_credits_are_no_law() -> None:
    text = read(LISTED)
    assert text.by_id["ocsla:1333.a.1"].text == "a lamp and oil; and"
    assert not {"original", "Pub.", "Not law"} & set(text.source.split())
    assert text.broken_spans() == []


def test_sections_stand_in_the_order_of_the_code_and_outside_ones_are_left() -> None:
    content = "<content>Words.</content>"
    parts = [(section(content, number=number), number) for number in ("1338a", "1340", "1338")]
    text = uslm.read_many(parts, instrument=INSTRUMENT, file="folder", sections=("1331", "1338a"))
    assert [item.id for item in text.provisions] == ["ocsla:1338", "ocsla:1338a"]


def test_repealed_sections_are_left_out() -> None:
    data = (
        b"<title>"
        + section("<content>A.</content>")
        + (section("", number="1334", more='status="repealed"') + b"</title>")
    )
    assert [item.id for item in read(data).provisions] == ["ocsla:1333"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html><p>Hello</p></html>", "no section found"),
        (b"<t>" + LISTED + LISTED + b"</t>", "section 1333 comes twice"),
        (section("<content>A.</content>", number="twelve"), "section numbered 'twelve'"),
    ],
)
def test_other_files_are_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read(data)


ACTS = [
    ("sla", "ocsla/ocsla_43usc_ch29_s1301-1356c.txt", "ocsla/uslm", 8),
    ("ocsla", "ocsla/ocsla_43usc_ch29_s1301-1356c.txt", "ocsla/uslm", 28),
    ("dshmra", "other/us/30usc_ch26_dshmra.txt", "other/us/uslm/30usc_ch26_dshmra", 37),
    ("otec", "other/us/42usc_ch99_otec.txt", "other/us/uslm/42usc_ch99_otec", 30),
]


@pytest.mark.official
@pytest.mark.parametrize(("identifier", "plain", "folder", "sections"), ACTS)
def test_xml_and_plain_text_give_the_same_ids_and_words(
    corpora: Path, identifier: str, plain: str, folder: str, sections: int
) -> None:
    act = source(identifier)
    instrument = act.instrument(sha256="", verified=False)
    parts = [(path.read_bytes(), path.name) for path in sorted((corpora / folder).glob("*.xml"))]
    marked_up = uslm.read_many(parts, instrument=instrument, file=folder, sections=act.sections)
    printed = uscode_text.read(
        (corpora / plain).read_text(encoding="utf-8"),
        instrument=instrument,
        file=plain,
        sections=act.sections,
    )

    def content(text: LawText) -> list[tuple[str, str, str, str]]:
        return [
            (item.id, item.citation, item.heading, " ".join(item.text.split()))
            for item in text.provisions
        ]

    assert content(marked_up) == content(printed)
    assert sum(item.kind == "section" for item in marked_up.provisions) == sections
    assert marked_up.broken_spans() == []


@pytest.mark.official
def test_every_file_of_the_other_chapters_reads(corpora: Path) -> None:
    folders = sorted((corpora / "other/us/uslm").iterdir())
    for folder in folders:
        parts = [(path.read_bytes(), path.name) for path in sorted(folder.glob("*.xml"))]
        text = uslm.read_many(parts, instrument=INSTRUMENT, file=folder.name)
        found = [item for item in text.provisions if item.kind == "section"]
        assert len(found) == len(parts), folder.name
        assert text.broken_spans() == []
    assert len(folders) == 8
