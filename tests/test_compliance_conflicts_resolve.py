"""Preferred subtheories of abstract conflicts: rules are letters, conflicts are sets of letters."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.conflicts.order import Order
from compliance.conflicts.resolve import preferred

Pairs = set[tuple[str, str]]


class Letters:
    """A strict partial order of letters, by the pairs that it ranks."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs

    def above(self, name: str) -> frozenset[str]:
        return frozenset(first for first, second in self.pairs if second == name)


def ask(conflicts: list[tuple[str, ...]], pairs: Pairs, most: int = 512) -> Any:
    return preferred(conflicts, cast(Order, Letters(pairs)), most)


@st.composite
def cases(draw: Any) -> tuple[list[tuple[str, ...]], Pairs]:
    letters = "abcdef"[: draw(st.integers(2, 6))]
    sizes = st.lists(st.sampled_from(letters), min_size=2, max_size=4, unique=True)
    drawn = {frozenset(one) for one in draw(st.lists(sizes, min_size=1, max_size=6))}
    minimal = [one for one in drawn if not any(other < one for other in drawn)]
    sequence = draw(st.permutations(letters))
    ranked = [pair for pair in combinations(sequence, 2) if draw(st.integers(0, 2)) == 0]
    return sorted(tuple(sorted(one)) for one in minimal), _transitive(set(ranked))


def _transitive(pairs: Pairs) -> Pairs:
    while True:
        more = {(a, d) for a, b in pairs for c, d in pairs if b == c} - pairs
        if not more:
            return pairs
        pairs |= more


def by_definition(conflicts: list[tuple[str, ...]], pairs: Pairs) -> set[frozenset[str]]:
    """What is given up along every sequence that respects the order."""
    letters = sorted({name for conflict in conflicts for name in conflict})
    found = set()
    for sequence in permutations(letters):
        place = {name: at for at, name in enumerate(sequence)}
        if any(place[a] > place[b] for a, b in pairs if a in place and b in place):
            continue
        taken: set[str] = set()
        for name in sequence:
            if not any(set(conflict) <= taken | {name} for conflict in conflicts):
                taken.add(name)
        found.add(frozenset(letters) - taken)
    return found


@settings(max_examples=2000, deadline=None)
@given(cases())
def test_what_is_given_up_is_what_every_sequence_gives(
    case: tuple[list[tuple[str, ...]], Pairs],
) -> None:
    conflicts, pairs = case
    truth, found = by_definition(conflicts, pairs), set(ask(conflicts, pairs))
    assert truth <= found
    assert frozenset.intersection(*found) == frozenset.intersection(*truth)
    assert frozenset().union(*found) == frozenset().union(*truth)
    for given_up in found:
        assert all(set(conflict) & given_up for conflict in conflicts), "the rest is consistent"
        for name in given_up:
            rest = given_up - {name}
            assert not all(set(conflict) & rest for conflict in conflicts), "and maximal"


def test_a_rule_held_up_by_one_that_only_waits() -> None:
    """b must wait for a, and a falls only to c: b is then free of a."""
    assert ask([("a", "c"), ("b", "d")], {("a", "b")}) == [
        frozenset("ab"), frozenset("ad"), frozenset("bc"), frozenset("cd"),
    ]  # fmt: skip
    assert ask([("a", "b")], {("a", "b")}) == [frozenset("b")]


def test_beyond_the_effort_nothing_is_said() -> None:
    many = [(f"a{n}", f"b{n}") for n in range(12)]
    assert ask(many, set(), most=64) is None
    assert len(ask(many[:5], set(), most=64)) == 32
