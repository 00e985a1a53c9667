"""Text operations of a page: the same as pypdf reads, or left to pypdf."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ContentStream, DecodedStreamObject

from corpus.readers.pdf import page_texts
from corpus.readers.pdf_content import TEXT_OPERATORS, text_operations


def as_pypdf_reads(data: bytes) -> list[tuple[list[Any], bytes]]:
    stream = DecodedStreamObject()
    stream.set_data(data)
    read = ContentStream(stream, None, "bytes").operations
    return [(list(operands), name) for operands, name in read if name in TEXT_OPERATORS]


numbers = st.one_of(
    st.integers(-999, 999).map(str),
    st.decimals(-999, 999, places=3).map(str),
    st.sampled_from([".5", "-.25", "+3", "7.", "0.00000912"]),
)
strings = st.sampled_from(
    ["(Art. 1)", "()", r"(a \(b\) c)", r"(\101\\)", "<41 42>", "<4>", "<>", "(% no comment)"]
)
arrays = st.lists(st.one_of(numbers, strings), max_size=4).map(lambda items: f"[{' '.join(items)}]")
operations = st.one_of(
    st.sampled_from(["q", "Q", "BT", "ET", "T*", "W* n", "EMC", "0 g", "1 0 0 RG", "[3 2] 0 d"]),
    st.sampled_from(["/P <</MCID 0>> BDC", "/Span<</ActualText<FEFF0052>>> BDC", "/X1 Do"]),
    st.tuples(numbers).map(lambda n: f"/F1 {n[0]} Tf"),
    st.lists(numbers, min_size=6, max_size=6).map(lambda n: f"{' '.join(n)} Tm"),
    st.lists(numbers, min_size=2, max_size=2).map(lambda n: f"{' '.join(n)} Td"),
    strings.map(lambda string: f"{string}Tj"),
    arrays.map(lambda array: f"{array} TJ"),
)


@settings(deadline=None)
@given(st.lists(operations, max_size=8), st.sampled_from([" ", "\n", "\r\n"]))
def test_usual_operations_are_those_of_pypdf(parts: list[str], space: str) -> None:
    data = space.join(parts).encode("latin-1") + space.encode("latin-1")
    assert text_operations(data) == as_pypdf_reads(data)


@settings(deadline=None)
@given(st.lists(st.one_of(operations, st.sampled_from(list("()<>[]{}/%'\"\\ R1-."))), max_size=8))
def test_unusual_operations_are_left_to_pypdf_or_the_same(parts: list[str]) -> None:
    data = " ".join(parts).encode("latin-1")
    found = text_operations(data)
    if found is not None:
        assert found == as_pypdf_reads(data)


@pytest.mark.parametrize(
    "data",
    [
        b"BI /W 1 /H 1 ID x EI",
        b"1 0 R Tj",
        b"% a comment\nq",
        b"(nested (brackets)) Tj",
        b"/A#20B 9 Tf",
        b"1-2 0 Td",
        b"(never ends",
        b'1 2 (a) "',
        b"[(a) /N] TJ",
        b"<zz> Tj",
    ],
)
def test_what_is_left_to_pypdf(data: bytes) -> None:
    assert text_operations(data) is None


def test_long_rubbish_is_given_up_at_once() -> None:
    assert text_operations(b"(" * 200_000) is None
    assert text_operations(b"/P <<" + b"a " * 200_000) is None
    assert text_operations(b"1 " * 200_000) is None


@pytest.mark.official
def test_official_pages_read_the_same_with_and_without(
    corpora: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = next(corpora.rglob("itlos*.pdf")).read_bytes()
    page = PdfReader(io.BytesIO(data)).pages[3]
    contents = page.get_contents()
    assert contents is not None
    assert text_operations(contents.get_data())
    fast = page_texts(data, file="law.pdf", limit=6)
    monkeypatch.setattr("corpus.readers.pdf_content.text_operations", lambda data: None)
    assert page_texts(data, file="law.pdf", limit=6) == fast
