"""Conflicts between bounds: rules that no design can meet together, and which one prevails.

Two bounds on one fact conflict only if no value meets both; two bounds that can both be met are
both applied. The graph's relations decide first (``legal``), then the priority classes
Environmental > Safety > Commercial > Procedural (``policy``); ties stay ``open``. Structural and
life-support rules are never overridden.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf
from typing import Literal

from compliance.evaluate import RELATIVE_TOLERANCE, pint_unit
from habitat.units import quantity
from jurisdictions.binding import PriorityClass
from jurisdictions.order import PartialOrder
from jurisdictions.predicate import ByLaw
from jurisdictions.relations import Relation, prevails
from jurisdictions.rulebook import LawValue, Rule

Resolution = Literal["legal", "policy", "open"]

PRIORITY: tuple[PriorityClass, ...] = ("environmental", "safety", "commercial", "procedural")


@dataclass(frozen=True, slots=True)
class Bound:
    """The values that one rule allows for one fact, in the fact's base unit."""

    rule: Rule
    jurisdiction: str
    fact: str
    low: float
    high: float
    low_open: bool
    high_open: bool

    def meets(self, other: Bound) -> bool:
        """Say whether some value satisfies both bounds."""
        low = max(self, other, key=lambda bound: (bound.low, bound.low_open))
        high = min(self, other, key=lambda bound: (bound.high, not bound.high_open))
        gap = high.high - low.low
        slack = RELATIVE_TOLERANCE * max(1e-300, min(abs(high.high), abs(low.low)))
        if gap > slack:
            return True
        return abs(gap) <= slack and not (low.low_open or high.high_open)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two rules whose bounds exclude each other, and the outcome.

    ``winner`` is ``None`` when nothing decides; ``kind`` says by what it was decided.
    """

    first: Bound
    second: Bound
    winner: Bound | None
    kind: Resolution
    reason: str

    @property
    def loser(self) -> Bound | None:
        """The bound that gives way, or ``None``."""
        if self.winner is None:
            return None
        return self.second if self.winner is self.first else self.first


def bounds_of(rule: Rule, jurisdiction: str) -> tuple[Bound, ...]:
    """Return the bounds that a rule's requirement sets by a number of the law."""
    requirement = rule.binding.require
    if not isinstance(requirement, ByLaw):
        return ()
    number = rule.number(requirement.law)
    if number is None:
        return ()
    return (_bound(rule, jurisdiction, requirement.fact, number),)


def _bound(rule: Rule, jurisdiction: str, fact: str, number: LawValue) -> Bound:
    value = _base(number.value, number.unit)
    top = _base(number.value_max, number.unit) if number.value_max is not None else value
    low, high = {
        "<=": (-inf, value),
        "<": (-inf, value),
        ">=": (value, inf),
        ">": (value, inf),
        "=": (value, value),
        "range": (value, top),
    }[number.comparator]
    return Bound(
        rule, jurisdiction, fact, low, high, number.comparator == ">", number.comparator == "<"
    )


def _base(value: float, unit: str) -> float:
    return float(quantity(value, pint_unit(unit)).to_base_units().magnitude)


def find_clashes(bounds: Iterable[Bound], order: PartialOrder | None = None) -> tuple[Clash, ...]:
    """Find every pair of bounds on one fact that no value meets, in an order-independent way.

    Args:
        bounds: the bounds that apply.
        order: the order of laws at the site; without it relations count wherever they may hold.
    """
    by_fact: dict[str, list[Bound]] = {}
    for bound in sorted(bounds, key=lambda item: item.rule.id):
        by_fact.setdefault(bound.fact, []).append(bound)
    return tuple(
        _decide(first, second, order)
        for group in by_fact.values()
        for first, second in combinations(group, 2)
        if not first.meets(second)
    )


def _relation(winner: Bound, loser: Bound, order: PartialOrder | None) -> Relation | None:
    """The relation by which one bound's law prevails over the other's, if there is one."""
    if order is not None:
        return order.prevails(winner.rule.binding.provision, loser.rule.binding.provision)
    return prevails(winner.rule.instrument, loser.rule.instrument) or prevails(
        winner.jurisdiction, loser.jurisdiction
    )


def _decide(first: Bound, second: Bound, order: PartialOrder | None) -> Clash:
    protected = [bound for bound in (first, second) if bound.jurisdiction == "ENGINEERING"]
    if len(protected) == 1:
        return Clash(
            first,
            second,
            protected[0],
            "policy",
            "structural and life-support rules are never overridden",
        )
    for winner, loser in ((first, second), (second, first)):
        relation = _relation(winner, loser, order)
        if relation is not None:
            return Clash(first, second, winner, "legal", f"{relation.reason}")
    ranks: Sequence[int] = [
        PRIORITY.index(bound.rule.binding.priority) for bound in (first, second)
    ]
    if ranks[0] == ranks[1]:
        return Clash(first, second, None, "open", "no relation and no priority decides")
    winner = first if ranks[0] < ranks[1] else second
    loser = second if winner is first else first
    return Clash(
        first,
        second,
        winner,
        "policy",
        f"{winner.rule.binding.priority} prevails over {loser.rule.binding.priority}; the losing "
        "duty is still owed",
    )
