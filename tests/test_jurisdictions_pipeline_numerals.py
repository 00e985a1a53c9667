"""Numbers in digits and words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jurisdictions.pipeline.numerals import SMALL, lex, read_number, read_ordinal

_ONES = {value: word for word, value in SMALL.items()}


def spell(value: int) -> str:
    """Write a number below one million in English words."""
    if value >= 1000:
        head, rest = divmod(value, 1000)
        return f"{spell(head)} thousand" + (_rest(rest) if rest else "")
    if value >= 100:
        head, rest = divmod(value, 100)
        return f"{_ONES[head]} hundred" + (f" and {spell(rest)}" if rest else "")
    if value in _ONES:
        return _ONES[value]
    return f"{_ONES[value - value % 10]}-{_ONES[value % 10]}"


def _rest(value: int) -> str:
    return f" and {spell(value)}" if value < 100 else f" {spell(value)}"


def number(text: str) -> float | None:
    found = read_number(lex(text), 0)
    return found.value if found else None


@given(st.integers(min_value=0, max_value=999_999))
def test_words_read_back_as_the_number_they_spell(value: int) -> None:
    lexemes = lex(spell(value))
    found = read_number(lexemes, 0)
    assert found is not None
    assert found.value == value
    assert found.last == len(lexemes)


@given(st.integers(min_value=0, max_value=10**9), st.sampled_from([",", " ", ""]))
def test_digits_read_back_with_any_thousands_separator(value: int, separator: str) -> None:
    assert number(f"{value:,}".replace(",", separator)) == value


@given(st.integers(min_value=1, max_value=9), st.integers(min_value=1, max_value=999))
def test_a_scale_word_multiplies_digits(head: int, thousandths: int) -> None:
    assert number(f"{head}.{thousandths:03d} million") == pytest.approx(
        (head + thousandths / 1000) * 1e6
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("one third of the votes", 1 / 3),
        ("two-thirds majority", 2 / 3),
        ("three quarters", 0.75),
        ("one half", 0.5),
        ("half of the members", 0.5),
        ("2/3 of the crew", 2 / 3),
        ("2½ metres", 2.5),
        ("1 1/2 miles", 1.5),
    ],
)
def test_fractions(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "value"), [("third year", 3), ("twenty-first day", 21), ("15th day", 15)]
)
def test_ordinals(text: str, value: int) -> None:
    found = read_ordinal(lex(text), 0)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize("text", ["and five", "hundred", "million", "a vessel", "the half"])
def test_words_that_start_no_number(text: str) -> None:
    assert number(text) is None


def test_two_numbers_side_by_side_are_not_added() -> None:
    found = read_number(lex("three four"), 0)
    assert found is not None
    assert found.value == 3
