"""Cutting long texts and putting together what was read out of the pieces."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jurisdictions.norm import Extraction, Norm, TextSpan
from jurisdictions.pieces import pieces, put_together


@settings(deadline=None)
@given(text=st.text(alphabet='aB .;\n"1', max_size=200), limit=st.integers(2, 50))
def test_pieces_are_short_and_make_up_the_text(text: str, limit: int) -> None:
    cut = list(pieces(text, limit))
    assert "".join(piece for _, piece in cut) == text
    assert all(len(piece) <= limit for _, piece in cut)
    assert all(text[start : start + len(piece)] == piece for start, piece in cut)
    assert all(piece for _, piece in cut) or text == ""


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("A rule of some length. Another one that follows.", "A rule of some length. "),
        ("See art. 5 of the act, no. 7 of it, and so on", "See art. 5 of the act, no. 7 of "),
        ("x" * 60, "x" * 34),
    ],
)
def test_cuts_come_at_a_sentence_end_else_at_a_space(text: str, first: str) -> None:
    assert next(pieces(text, 34)) == (0, first)


def test_offsets_count_the_whole_text() -> None:
    part = Extraction(
        norms=(Norm("obligation", "shall", 4, 9, None, "rest", 0, 14),),
        exceptions=(TextSpan("unless it", 15, 24),),
        zones=("eez",),
    )
    whole = put_together([(0, part), (100, part)])
    assert [(norm.start, norm.clause_end) for norm in whole.norms] == [(4, 14), (104, 114)]
    assert [item.start for item in whole.exceptions] == [15, 115]
    assert whole.zones == ("eez",)
    assert not whole.binds_installation
