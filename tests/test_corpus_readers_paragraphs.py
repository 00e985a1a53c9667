"""Texts that no reader knows, by paragraphs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import CorpusError
from corpus.model import Instrument
from corpus.readers import paragraphs

NAMED = Instrument(id="text", jurisdiction="OTHER", title="Rules", short="Rules")


def test_paragraphs_keep_their_lines_together() -> None:
    source = "First rule\nruns on.\n\n  \t\nSecond rule.\r\n\r\n***\n\nThird"
    text = paragraphs.read(source, instrument=NAMED, file="rules.txt")
    assert [item.text for item in text.provisions] == [
        "First rule\nruns on.",
        "Second rule.",
        "Third",
    ]
    assert text.provisions[1].citation == "Rules para. 2"


@given(st.text(alphabet="ab .\n\t\r", max_size=80))
def test_spans_hold_and_no_word_is_lost(source: str) -> None:
    if not any(character in "ab" for character in source):
        with pytest.raises(CorpusError, match="holds no text"):
            paragraphs.read(source, instrument=NAMED, file="rules.txt")
        return
    text = paragraphs.read(source, instrument=NAMED, file="rules.txt")
    assert not text.broken_spans()
    kept = "".join(item.text for item in text.provisions)
    assert [letter for letter in kept if letter in "ab"] == [
        letter for letter in source if letter in "ab"
    ]
