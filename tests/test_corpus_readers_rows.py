"""Tables of comma-separated values."""

from __future__ import annotations

from pathlib import Path

import pytest

from base import CorpusError
from corpus.library import any_texts
from corpus.model import Instrument
from corpus.readers import rows

TABLE = Instrument(id="text", jurisdiction="OTHER", title="terms.csv", short="terms")


def test_a_row_is_a_provision_whatever_ends_its_lines() -> None:
    source = 'K1,Clean the tank\r\n\r\nK2,"Keep it\nclean, and ""dry"""\r\n,,\nK3,Close it'
    text = rows.read(source, instrument=TABLE, file="terms.csv")
    assert [(item.id, item.text) for item in text.provisions] == [
        ("text:1", "K1,Clean the tank"),
        ("text:2", 'K2,"Keep it\nclean, and ""dry"""'),
        ("text:3", "K3,Close it"),
    ]
    assert all(source[item.start : item.end] == item.text for item in text.provisions)


@pytest.mark.parametrize(
    ("source", "words"), [(",,\n,", "holds no text"), ("a" * 200_000, "not CSV")]
)
def test_what_is_no_table_of_words_is_refused(source: str, words: str) -> None:
    with pytest.raises(CorpusError, match=words):
        rows.read(source, instrument=TABLE, file="terms.csv")


@pytest.mark.parametrize(
    ("name", "ids"), [("terms.csv", ["text:1", "text:2"]), ("terms.md", ["text:1"])]
)
def test_any_text_is_read_by_what_its_name_says(tmp_path: Path, name: str, ids: list[str]) -> None:
    path = tmp_path / name
    path.write_text("one,two\nthree,four\n", encoding="utf-8")
    (text,) = any_texts(path)
    assert [item.id for item in text.provisions] == ids


def test_no_other_format_is_read_unless_an_instrument_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "terms.json"
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(CorpusError, match="no known instrument"):
        any_texts(path)
