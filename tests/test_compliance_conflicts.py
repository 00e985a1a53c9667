"""Clashes between bounds: found exactly, decided in a fixed order, whatever the order of rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.conflicts import Bound, bounds_of, find_clashes
from jurisdictions.binding import RuleBinding
from jurisdictions.predicate import LawNumber
from jurisdictions.rulebook import LawValue, ResolvedNumber, Rule


def bound(
    name: str,
    comparator: str,
    value: float,
    unit: str = "m",
    *,
    priority: str = "safety",
    jurisdiction: str = "UNCLOS",
    instrument: str = "unclos",
) -> Bound:
    pointer = LawNumber(unit=unit)
    number = LawValue(
        provision="x:1",
        span="",
        start=0,
        end=0,
        value=value,
        unit=unit,
        comparator=comparator,  # type: ignore[arg-type]
    )
    binding = RuleBinding.model_validate(
        {
            "id": name,
            "provision": "x:1",
            "title": "a bound on a fact",
            "class": priority,
            "severity": "major",
            "addressee": "operator",
            "effect": "direct",
            "remedy": "change it",
            "require": {"fact": "safety_zone.radius", "law": {"unit": unit}},
        }
    )
    rule = Rule(
        binding=binding,
        instrument=instrument,
        numbers=(ResolvedNumber(pointer=pointer, value=number),),
    )
    (found,) = bounds_of(rule, jurisdiction)
    return found


def test_two_bounds_that_can_both_be_met_do_not_clash() -> None:
    assert not find_clashes([bound("a", "<=", 500), bound("b", ">=", 400)])
    assert not find_clashes([bound("a", "<=", 500), bound("b", "<=", 400)])
    assert not find_clashes([bound("a", "<=", 500), bound("b", ">=", 0.5, "km")])


def test_bounds_in_different_units_clash_by_their_meaning() -> None:
    (clash,) = find_clashes([bound("a", "<=", 500), bound("b", ">=", 0.6, "km")])
    assert clash.winner is None
    assert clash.kind == "open"


@pytest.mark.parametrize(("open_end", "clashes"), [("<", 1), ("<=", 0)])
def test_an_open_end_at_the_same_value_excludes_it(open_end: str, clashes: int) -> None:
    assert len(find_clashes([bound("a", open_end, 5), bound("b", ">=", 5)])) == clashes


def test_priority_decides_and_says_that_it_is_policy() -> None:
    (clash,) = find_clashes(
        [
            bound("a", "<=", 500, priority="commercial"),
            bound("b", ">=", 600, priority="environmental"),
        ]
    )
    assert clash.winner is not None
    assert (clash.winner.rule.id, clash.kind) == ("b", "policy")
    assert clash.loser is not None
    assert clash.loser.rule.id == "a"


def test_a_relation_of_the_law_goes_before_priority() -> None:
    (clash,) = find_clashes(
        [
            bound("a", "<=", 500, priority="procedural", instrument="part-xi-agreement"),
            bound("b", ">=", 600, priority="environmental"),
        ]
    )
    assert clash.winner is not None
    assert (clash.winner.rule.id, clash.kind) == ("a", "legal")


def test_structural_rules_are_never_overridden() -> None:
    (clash,) = find_clashes(
        [
            bound("a", "<=", 500, priority="environmental"),
            bound("b", ">=", 600, jurisdiction="ENGINEERING", instrument="engineering"),
        ]
    )
    assert clash.winner is not None
    assert clash.winner.rule.id == "b"


BOUNDS = st.builds(
    lambda number, comparator, value, priority: bound(
        f"r{number}", comparator, float(value), priority=priority
    ),
    st.integers(0, 999),
    st.sampled_from(["<=", "<", ">=", ">", "="]),
    st.integers(1, 9),
    st.sampled_from(["environmental", "safety", "commercial", "procedural"]),
)


def _allows(item: Bound, value: float) -> bool:
    above = value > item.low if item.low_open else value >= item.low
    below = value < item.high if item.high_open else value <= item.high
    return above and below


@given(st.lists(BOUNDS, max_size=6, unique_by=lambda item: item.rule.id), st.randoms())
def test_clashes_are_what_no_value_can_meet_in_any_order(items: list[Bound], random: Any) -> None:
    grid = [value / 4 for value in range(48)]
    expected = {
        frozenset((first.rule.id, second.rule.id))
        for index, first in enumerate(items)
        for second in items[index + 1 :]
        if not any(_allows(first, value) and _allows(second, value) for value in grid)
    }
    shuffled = list(items)
    random.shuffle(shuffled)
    forward, other = find_clashes(items), find_clashes(shuffled)
    assert {frozenset((c.first.rule.id, c.second.rule.id)) for c in forward} == expected
    assert forward == other
