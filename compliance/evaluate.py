"""Evaluate predicates and rules on the facts of a site and a design, in three-valued logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from compliance.logic import Truth, conjunction, disjunction, negation
from jurisdictions.pipeline.units import PINT_UNITS
from jurisdictions.predicate import (
    All,
    Any_,
    ByLaw,
    Compare,
    In,
    InZone,
    Is,
    Known,
    LawBound,
    LawNumber,
    Not,
    Order,
    Predicate,
)
from jurisdictions.rulebook import LawValue, Rule

#: Two magnitudes closer than this share of the bound are equal: "not exceeding 500 metres" holds
#: at exactly 500 m, also when 500 m was written as 1640.4199475 ft and rounded on the way.
RELATIVE_TOLERANCE = 1e-9

ZONE_FACT = "zone.zones"
#: The sets of zones between which only a State's limits beyond 200 nautical miles could decide.
WORLDS_FACT = "zone.possible_zones"


class FactLike(Protocol):
    """A fact: its value, ``None`` when unknown, and what it rests on."""

    @property
    def value(self) -> Any: ...

    @property
    def basis(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison of a fact with a bound, in the bound's unit.

    ``margin`` is signed: positive (or zero) when met, negative by how much it fails.
    """

    fact: str
    order: Order
    bound: float
    value: float
    unit: str
    margin: float
    law: LawValue | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """The truth of a predicate with the facts that decide it.

    Attributes:
        truth: true, false or ``None``.
        deciding: facts that make it so (empty when unknown).
        missing: facts that are unknown and could change it (empty unless unknown).
        comparisons: every comparison with a number that was made.
        unread: pointers into the law that found no number in this edition.
        predicate: what was judged; ``None`` for a condition that is not set.
        parts: the judgements that it was joined from, in the order of the predicate. With them a
            judgement is its own proof tree: a proof shows it and evaluates nothing again.
    """

    truth: Truth
    deciding: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    unread: tuple[LawNumber, ...] = ()
    predicate: Predicate | None = None
    parts: tuple[Judgement, ...] = ()


def judge(predicate: Predicate | None, facts: Mapping[str, FactLike], rule: Rule) -> Judgement:
    """Judge a predicate on facts; numbers of the law come from ``rule``.

    An absent predicate is true. A fact that the mapping lacks is unknown.
    """
    match predicate:
        case None:
            return Judgement(True)
        case All(all=parts):
            judged = [judge(part, facts, rule) for part in parts]
            return _combine(conjunction(item.truth for item in judged), judged, True, predicate)
        case Any_(any=parts):
            judged = [judge(part, facts, rule) for part in parts]
            return _combine(disjunction(item.truth for item in judged), judged, False, predicate)
        case Not(not_=part):
            inner = judge(part, facts, rule)
            return Judgement(
                negation(inner.truth),
                inner.deciding,
                inner.missing,
                inner.comparisons,
                inner.unread,
                predicate,
                (inner,),
            )
        case InZone(zone=names):
            return _in_zone(names, facts, predicate)
        case Is(fact=fact, is_=wanted):
            return _test(facts, fact, lambda value: value == wanted, predicate)
        case In(fact=fact, in_=words):
            return _test(facts, fact, lambda value: value in words, predicate)
        case Known(fact=fact, known=wanted):
            given = _value(facts, fact) is not None
            return Judgement(given == wanted, (fact,), predicate=predicate)
        case ByLaw(fact=fact, law=pointer):
            number = rule.number(pointer)
            if number is None:
                return Judgement(None, unread=(pointer,), predicate=predicate)
            return _by_law(facts, fact, number, predicate)
        case Compare(fact=fact, order=order, bound=LawBound(law=pointer)):
            number = rule.number(pointer)
            if number is None:
                return Judgement(None, unread=(pointer,), predicate=predicate)
            return _compare(facts, fact, order, number.value, number.unit, number, predicate)
        case Compare(fact=fact, order=order, bound=str(words)):
            value, unit = literal_number(words)
            return _compare(facts, fact, order, value, unit, None, predicate)
        case Compare(fact=fact, order=order, bound=int() | float() as bound):
            return _compare(facts, fact, order, float(bound), "", None, predicate)
    raise TypeError(f"not a predicate: {predicate!r}")


def _in_zone(
    names: tuple[str, ...], facts: Mapping[str, FactLike], predicate: Predicate
) -> Judgement:
    """Say whether a zone holds; where a shelf may reach the site, whether it holds either way."""
    zones = _value(facts, ZONE_FACT)
    if zones is None:
        return Judgement(None, missing=(ZONE_FACT,), predicate=predicate)
    worlds = _value(facts, WORLDS_FACT) or (zones,)
    found = {any(name in world for name in names) for world in worlds}
    if len(found) > 1:
        return Judgement(None, missing=("site.zone",), predicate=predicate)
    return Judgement(found.pop(), (ZONE_FACT,), predicate=predicate)


def _combine(
    truth: Truth, parts: list[Judgement], neutral: bool, predicate: Predicate
) -> Judgement:
    """Join parts; only those that decide speak: one is enough unless all are ``neutral``."""
    if truth is None:
        deciding: tuple[str, ...] = ()
        missing = _unique(fact for part in parts for fact in part.missing)
    elif truth is neutral:
        deciding = _unique(fact for part in parts for fact in part.deciding)
        missing = ()
    else:
        deciding = next(part.deciding for part in parts if part.truth is truth)
        missing = ()
    return Judgement(
        truth,
        deciding,
        missing,
        tuple(item for part in parts for item in part.comparisons),
        tuple(item for part in parts for item in part.unread) if truth is None else (),
        predicate,
        tuple(parts),
    )


def _unique(names: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _value(facts: Mapping[str, FactLike], name: str) -> Any:
    fact = facts.get(name)
    return None if fact is None else fact.value


def _test(facts: Mapping[str, FactLike], name: str, holds: Any, predicate: Predicate) -> Judgement:
    value = _value(facts, name)
    if value is None:
        return Judgement(None, missing=(name,), predicate=predicate)
    return Judgement(bool(holds(value)), (name,), predicate=predicate)


def _by_law(
    facts: Mapping[str, FactLike], name: str, number: LawValue, predicate: Predicate
) -> Judgement:
    if number.comparator != "range":
        order, bound = number.comparator, number.value
        return _compare(facts, name, order, bound, number.unit, number, predicate)
    if number.value_max is None:
        raise ValueError(f"{number.provision}: a range without an upper end")
    parts = [
        _compare(facts, name, ">=", number.value, number.unit, number, predicate),
        _compare(facts, name, "<=", number.value_max, number.unit, number, predicate),
    ]
    return _combine(conjunction(part.truth for part in parts), parts, True, predicate)


def _compare(
    facts: Mapping[str, FactLike],
    name: str,
    order: Order,
    bound: float,
    unit: str,
    law: LawValue | None,
    predicate: Predicate,
) -> Judgement:
    value = _value(facts, name)
    if value is None:
        return Judgement(None, missing=(name,), predicate=predicate)
    magnitude = magnitude_in(value, unit)
    difference = excess(magnitude, bound)
    met = meets(order, magnitude, bound)
    margin = {"<=": -difference, "<": -difference, ">=": difference, ">": difference}.get(
        order, -abs(difference)
    )
    comparison = Comparison(name, order, bound, magnitude, unit, margin + 0.0, law)
    return Judgement(met, (name,), (), (comparison,), (), predicate)


def excess(magnitude: float, bound: float) -> float:
    """Return by how much a number exceeds a bound, zero where both are equal up to rounding."""
    near = abs(magnitude - bound) <= RELATIVE_TOLERANCE * max(abs(bound), abs(magnitude))
    return 0.0 if near else magnitude - bound


def meets(order: Order, magnitude: float, bound: float) -> bool:
    """Say whether a number meets a bound in the same unit."""
    difference = excess(magnitude, bound)
    return {
        "<=": difference <= 0,
        "<": difference < 0,
        ">=": difference >= 0,
        ">": difference > 0,
        "=": difference == 0,
    }[order]


def magnitude_in(value: Any, unit: str) -> float:
    """Return a fact's number in a unit word of the law (``nmi``, ``percent``, ``count``, ...).

    Raises:
        DimensionalityError: (pint) when the fact measures something else; binding files are
            checked against this at load time.
    """
    if isinstance(value, int | float):
        return float(value)
    return float(value.to(pint_unit(unit)).magnitude)


def pint_unit(unit: str) -> str:
    """Return pint's name of a unit word of the law (``feet`` is ``foot``, a count has none).

    Parts per million are of a substance in water, a litre of which weighs about one kilogram: they
    are held against a concentration as mg/L, as the design file reads them.
    """
    return PINT_UNITS.get(unit) or {"count": "", "ppm": "milligram / liter"}.get(unit, unit)


def literal_number(words: str) -> tuple[float, str]:
    """Return the number and the unit of a literal bound such as ``500 m``."""
    number, _, unit = words.strip().partition(" ")
    return float(number), unit.strip()
