"""Kleene's tables, checked against every way of filling in what is unknown."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from compliance.logic import Truth, conjunction, disjunction, negation

TRUTHS = st.sampled_from([True, False, None])


def _completions(values: list[Truth]) -> list[tuple[bool, ...]]:
    return list(product(*([True, False] if value is None else [value] for value in values)))


def _agreed(results: set[bool]) -> Truth:
    return results.pop() if len(results) == 1 else None


@given(st.lists(TRUTHS, max_size=6))
def test_conjunction_is_what_all_completions_agree_on(values: list[Truth]) -> None:
    assert conjunction(values) is _agreed({all(row) for row in _completions(values)})


@given(st.lists(TRUTHS, max_size=6))
def test_disjunction_is_what_all_completions_agree_on(values: list[Truth]) -> None:
    assert disjunction(values) is _agreed({any(row) for row in _completions(values)})


@given(TRUTHS)
def test_negation_is_an_involution(value: Truth) -> None:
    assert negation(negation(value)) is value


@given(st.lists(TRUTHS, max_size=5), st.lists(TRUTHS, max_size=5))
def test_more_knowledge_never_contradicts(first: list[Truth], second: list[Truth]) -> None:
    """A verdict reached with facts missing stands whatever the facts turn out to be."""
    formula = conjunction([disjunction(first), negation(conjunction(second))])
    if formula is None:
        return
    for row in product(_completions(first), _completions(second)):
        assert conjunction([any(row[0]), not all(row[1])]) is formula
