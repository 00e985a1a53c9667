"""Normalisation that keeps every offset."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.pipeline.text import label_end, normalise


@given(st.text(max_size=300))
def test_length_never_changes(text: str) -> None:
    assert len(normalise(text)) == len(text)


@given(st.text(alphabet="abcdefghij .,;", max_size=80))
def test_plain_words_are_left_alone_after_the_label(text: str) -> None:
    start = label_end(text)
    assert normalise(text)[start:] == text[start:]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3. Every owner", "Every owner"),
        ("10.3 The crew", "The crew"),
        ("(a) (iv) the hull", "the hull"),
        (".2 at sea", "at sea"),
        (".1at least", "at least"),
        ("e)Developing tools", "Developing tools"),
        ("(weather permitting) the crew", "(weather permitting) the crew"),
        ("50 metres", "50 metres"),
    ],
)
def test_labels_end_where_the_words_begin(text: str, words: str) -> None:
    assert text[label_end(text) :] == words


def test_typography_becomes_plain() -> None:
    assert (
        normalise("the\u00a0owner\u2019s \u201cplan\u201d\n12\u202fm") == 'the owner\'s "plan" 12 m'
    )
