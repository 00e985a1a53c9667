"""Text as hashed words: padded, the same everywhere, pairs after words."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from compliance.scoring.words import BUCKETS, hashed, sentences, table


def test_short_texts_are_padded_with_zero() -> None:
    ids = hashed("No dumping", 9)
    assert ids.shape == (9,) and ids.dtype == np.int16
    assert (ids[:3] > 0).all() and (ids[3:] == 0).all()
    assert (hashed("", 4) == 0).all() and (hashed("— § …", 4) == 0).all()


def test_pairs_come_after_words() -> None:
    ids = hashed("the safety zone", 9)
    assert ids[0] == hashed("the", 9)[0]
    assert ids[2] == hashed("zone", 9)[0]
    # Two words and their pair: the pair comes third.
    assert ids[3] == hashed("the safety", 9)[2]
    assert ids[4] == hashed("safety zone", 9)[2]


def test_pairs_keep_a_third_of_the_places() -> None:
    words = [f"word{'abcdefghijklmnopqrst'[at]}" for at in range(20)]
    ids = hashed(" ".join(words), 12)
    assert (ids > 0).all()
    assert ids[:8].tolist() == [hashed(one, 1 + 1)[0] for one in words[:8]]
    assert ids[8] == hashed(" ".join(words[:2]), 9)[2]


def test_case_and_marks_do_not_count_and_numbers_stay_whole() -> None:
    assert hashed("Zone, zone!", 6)[:2].tolist() == [hashed("zone", 6)[0]] * 2
    assert hashed("1,000.5 metres", 6)[0] != hashed("1 metres", 6)[0]


def test_buckets_fit_the_table() -> None:
    text = " ".join(f"{one}{two}" for one in "abcdefghij" for two in "abcdefghijklmnopqrstuvwxyz")
    ids = hashed(text, 600)
    assert ids.min() >= 0 and ids.max() < BUCKETS


def test_another_process_hashes_alike() -> None:
    """Python's own hash is salted; this one may not be."""
    words = "print(hashed('shall not exceed', 8).tolist())"
    code = f"from compliance.scoring.words import hashed; {words}"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert told.strip() == str(hashed("shall not exceed", 8).tolist())


def test_a_table_has_a_row_per_text() -> None:
    rows = table(["one", "two three"], 5)
    assert rows.shape == (2, 5)
    np.testing.assert_array_equal(rows[1], hashed("two three", 5))
    assert table([], 5).shape == (0, 5)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four; (Five) six.", ["One.", "Two!", "Three?", "Four;", "(Five) six."]),
        ("It is 3.5 m wide. The end", ["It is 3.5 m wide.", "The end"]),
        ("A title\n\nA paragraph e.g. this", ["A title", "A paragraph e.g. this"]),
        ("  \n\n ", []),
    ],
)
def test_sentences_end_at_stops_before_capitals(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts
