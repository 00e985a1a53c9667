"""PDF: reading order, columns, pages, running lines, and files that cannot be read."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from base import CorpusError
from corpus.readers import isa, numbered, pdf
from corpus.sources import source

INSTRUMENT = source("isa-exploitation-draft").instrument(sha256="", verified=False)

Piece = tuple[int, int, str]


def make_pdf(*pages: list[Piece]) -> bytes:
    """Return a PDF that draws each piece of text at its place, in the order given."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
        }
    )
    reference = writer._add_object(font)
    for pieces in pages:
        page = writer.add_blank_page(width=600, height=800)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): reference})}
        )
        stream = DecodedStreamObject()
        commands = [
            f"BT /F1 10 Tf 1 0 0 1 {x} {y} Tm ({_escaped(words)}) Tj ET" for x, y, words in pieces
        ]
        stream.set_data("\n".join(commands).encode("cp1252"))
        page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _escaped(words: str) -> str:
    return words.replace("(", r"\(").replace(")", r"\)")


def lines(top: int, *texts: str, x: int = 50) -> list[Piece]:
    return [(x, top - 14 * index, text) for index, text in enumerate(texts)]


REGULATIONS = make_pdf(
    lines(760, "ISBA/99/C/1", "Regulation 1", "Use of lamps", "1. Each keeper shall light the lamp")
    + lines(60, "1 of 3"),
    lines(760, "ISBA/99/C/1", "that is given to it.", "2. Oil is free.") + lines(60, "2 of 3"),
    lines(760, "ISBA/99/C/1", "Regulation 2", "Bells", "No keeper shall ring a bell.")
    + lines(60, "3 of 3"),
)


def test_provisions_have_pages_and_sentences_cross_them() -> None:
    text = pdf.read(REGULATIONS, instrument=INSTRUMENT, file="r.pdf", scheme="regulations")
    found = {item.id.partition(":")[2]: (item.page, item.text) for item in text.provisions}
    assert found == {
        "1": (1, ""),
        "1.1": (1, "Each keeper shall light the lamp\fthat is given to it."),
        "1.2": (2, "Oil is free."),
        "2": (3, "No keeper shall ring a bell."),
    }
    assert text.broken_spans() == []
    assert text.by_id["isa-exploitation-draft:2"].heading == "Bells"


TREATY = make_pdf(
    lines(
        760,
        "PART II",
        "LAMPS OF THE SEA",
        "SECTION 1. GENERAL PROVISIONS",
        "Article 2",
        "Legal status of the lamps of the harbour, of the air space",
        "over the harbour and of its bed",
        "1. The lamp of a State extends to the bell.",
        "Article 3",
        "Breadth",
        "A State may light lamps, as article 2 says, up to a limit that does",
        "not exceed twelve of them, namely:",
        "(a) red ones; and",
        "(b) green ones.",
    )
    + lines(60, "1"),
    lines(760, "ANNEX III", "BASIC CONDITIONS", "Article 1", "Title", "Title passes.")
    + lines(60, "2"),
)


def test_a_treaty_with_articles_and_annexes() -> None:
    instrument = source("unclos").instrument(sha256="", verified=False)
    text = pdf.read(TREATY, instrument=instrument, file="t.pdf", scheme="articles")
    assert [(item.id.partition(":")[2], item.page, item.text) for item in text.provisions] == [
        ("part-ii", 1, ""),
        ("part-ii.section-1", 1, ""),
        ("2", 1, ""),
        ("2.1", 1, "The lamp of a State extends to the bell."),
        (
            "3",
            1,
            "A State may light lamps, as article 2 says, up to a limit that does "
            "not exceed twelve of them, namely:",
        ),
        ("3.a", 1, "red ones; and"),
        ("3.b", 1, "green ones."),
        ("annex-iii", 2, ""),
        ("annex-iii.1", 2, "Title passes."),
    ]
    assert text.by_id["unclos:annex-iii.1"].citation == "UNCLOS Annex III Art. 1"


def test_a_heading_drawn_before_the_text_above_it_is_put_in_its_place() -> None:
    data = make_pdf(
        [
            (50, 500, "§ 9.2 Bells."),
            *lines(700, "§ 9.1 Lamps.", "Lamps burn all night."),
            (50, 480, "Bells ring."),
        ]
    )
    assert pdf.reading_text(data, file="f.pdf").split("\n")[:4] == [
        "§ 9.1 Lamps.",
        "Lamps burn all night.",
        "§ 9.2 Bells.",
        "Bells ring.",
    ]


LEFT = [f"left column line number {index} of ten" for index in range(10)]
RIGHT = [f"right column line number {index} of ten" for index in range(10)]


@pytest.mark.parametrize("across", [True, False], ids=["drawn across", "drawn down"])
def test_two_columns_are_read_one_after_the_other(across: bool) -> None:
    left, right = lines(700, *LEFT), lines(700, *RIGHT, x=320)
    if across:
        drawn = [piece for pair in zip(left, right, strict=True) for piece in pair]
    else:
        drawn = left + right
    words = pdf.reading_text(make_pdf(drawn), file="f.pdf").split()
    assert words == " ".join(LEFT + RIGHT).split()


def encrypted() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(REGULATIONS)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty file"),
        (b"not a PDF at all", "corrupt PDF"),
        (REGULATIONS[:400], "corrupt PDF"),
        (b"%PDF-1.7\n%%EOF", "corrupt PDF"),
        (encrypted(), "encrypted PDF"),
        (make_pdf([]), "PDF without text"),
        (make_pdf(lines(700, "A shopping list.")), "no regulation found"),
    ],
    ids=["empty", "text", "cut", "hollow", "encrypted", "blank", "other"],
)
def test_files_that_cannot_be_read_give_one_line(
    data: bytes, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CorpusError) as caught:
        pdf.read(data, instrument=INSTRUMENT, file="law.pdf", scheme="regulations")
    line = str(caught.value)
    assert line.startswith("law.pdf: ")
    assert message in line
    assert "\n" not in line
    assert capsys.readouterr() == ("", "")


@pytest.mark.official
@pytest.mark.parametrize("part", [970, 971])
def test_federal_regulations_agree_with_their_plain_text(corpora: Path, part: int) -> None:
    folder = corpora / "other/us"
    instrument = source(f"cfr-15-{part}").instrument(sha256="", verified=False)
    printed = pdf.read(
        (folder / f"cfr_15_part_{part}.pdf").read_bytes(),
        instrument=instrument,
        file="f.pdf",
        scheme="sections",
    )
    plain = numbered.read(
        (folder / f"cfr_15_part_{part}.txt").read_text(encoding="utf-8"),
        instrument=instrument,
        file="f.txt",
    )
    sections = [item.id for item in plain.provisions if item.kind == "section"]
    assert [item.id for item in printed.provisions if item.kind == "section"] == sections
    shared = set(printed.by_id) & set(plain.by_id)
    assert len(shared) >= 0.8 * len(plain.provisions)
    same = sum(
        printed.by_id[item].text.split() == plain.by_id[item].text.split() for item in shared
    )
    assert same >= 0.9 * len(shared)
    assert "enhanced display" not in " ".join(item.text for item in printed.provisions)
    pages = [item.page or 0 for item in printed.provisions]
    assert pages == sorted(pages)
    assert printed.broken_spans() == []


@pytest.mark.official
def test_the_draft_exploitation_regulations(corpora: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    name = "isa/isba_31_c_crp2_draft_exploitation_regulations_2025"
    writer = PdfWriter()
    # The whole file takes a quarter of a minute: its beginning and the end of its last Part do.
    writer.append(PdfReader(corpora / f"{name}.pdf"), pages=[*range(14, 30), *range(130, 139)])
    out = io.BytesIO()
    writer.write(out)
    text = pdf.read(out.getvalue(), instrument=INSTRUMENT, file="cut.pdf", scheme="regulations")
    found = {item.id.partition(":")[2] for item in text.provisions if item.kind == "regulation"}
    # The draft dropped regulation 102 and left its number empty.
    expected = {*map(str, range(1, 8)), "101", *map(str, range(103, 108))}
    assert expected | {"4bis", "4ter", "103quat", "105bis"} <= found
    assert "102" not in found
    plain = isa.read(
        (corpora / f"{name}.txt").read_text(encoding="utf-8"), instrument=INSTRUMENT, file="t"
    )
    shared = [item for item in text.provisions if item.id in plain.by_id]
    assert len(shared) >= 0.6 * len(text.provisions)
    same = sum(item.text.split() == plain.by_id[item.id].text.split() for item in shared)
    assert same >= 0.6 * len(shared)
    assert text.broken_spans() == []
    # Its own table of contents puts regulation 107 on page 138, which is the 24th that is left.
    assert text.by_id["isa-exploitation-draft:107"].page == 24
