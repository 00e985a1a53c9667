"""Marks on law text: exact, whether they lie apart, in one another, or cross."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.digests import load_digests
from jurisdictions.norm import Extraction, Norm, Quantity, TextSpan
from workbench.serve.lawtext import (
    KINDS,
    Mark,
    Reader,
    cut,
    is_unit,
    marks_of,
    unit_of,
    units,
    within,
)

TEXTS = st.text("ab ü\n", max_size=40)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    text = draw(TEXTS)
    ends = st.integers(-2, len(text) + 2)
    kinds = st.sampled_from(sorted(KINDS))
    return text, draw(st.lists(st.builds(Mark, ends, ends, kinds, st.just("n")), max_size=8))


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(marked())
def test_pieces_are_the_text_and_know_every_mark_over_them(case: tuple[str, list[Mark]]) -> None:
    text, marks = case
    pieces = cut(text, marks)
    assert "".join(piece.text for piece in pieces) == text
    at = 0
    for piece in pieces:
        for place in range(at, at + len(piece.text)):
            over = {m.kind for m in marks if 0 <= m.start <= place < m.end <= len(text)}
            assert set(piece.kinds) == over
        at += len(piece.text)


def test_crossing_marks_are_cut_at_every_end() -> None:
    pieces = cut("may not pass", [Mark(0, 7, "permission", "a"), Mark(4, 12, "exception", "b")])
    assert [(p.text, p.kinds) for p in pieces] == [
        ("may ", ("permission",)),
        ("not", ("permission", "exception")),
        (" pass", ("exception",)),
    ]


def test_what_was_read_becomes_marks_in_the_order_of_the_text() -> None:
    text = "Unless agreed, the zone shall not exceed 500 metres."
    read = Extraction(
        norms=(Norm("prohibition", "shall not", 24, 33, "zone", "exceed", 0, 51),),
        quantities=(Quantity("500 metres", 41, 51, 500.0, "m", "<=", measures="zone"),),
        exceptions=(TextSpan("Unless agreed", 0, 13),),
    )
    marks = marks_of(read)
    assert [text[m.start : m.end] for m in marks] == ["Unless agreed", "shall not", "500 metres"]
    assert marks[2].note == "<= 500 m, of the zone"


@pytest.mark.parametrize("name", sorted(load_digests()))
def test_every_provision_stands_on_the_page_of_one_unit(name: str) -> None:
    text = load_digests()[name]
    listed = [piece for piece, _ in units(text) if is_unit(text, piece)]
    on_pages = [piece.id for unit in listed for piece, _ in within(text, unit)]
    assert len(on_pages) == len(set(on_pages))
    groups = {piece.id for piece, _ in units(text) if not is_unit(text, piece)}
    assert set(on_pages) | groups == set(text.by_id)
    for unit in listed[:40]:
        for piece, _ in within(text, unit):
            assert unit_of(text, piece.id) == unit


def test_the_marks_of_a_real_article_are_its_words() -> None:
    text = load_digests()["unclos"]
    reader = Reader()
    unit = text.by_id["unclos:60"]
    read = reader.read(text, unit)
    assert reader.read(text, unit) == read
    notes = []
    for item in read:
        words = item.provision.text
        assert "".join(piece.text for piece in item.pieces) == words
        assert text.source[item.provision.start : item.provision.end] == words
        for mark in item.marks:
            assert words[mark.start : mark.end].strip()
            notes.append((words[mark.start : mark.end], mark.kind))
    assert any("500" in words and kind == "quantity" for words, kind in notes)
    assert {kind for _, kind in notes} & {"obligation", "permission"}
