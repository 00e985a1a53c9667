"""Values that a number may be given: the bounds of the law on it, and steps beyond them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from compliance.conflicts.space import Question, questions_of
from compliance.evaluate import pint_unit
from habitat.kinds import Kind
from habitat.units import Quantity, quantity, read_quantity, show
from jurisdictions.predicate import All, Any_, Not, Predicate, Test
from jurisdictions.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules ask of one fact, each question once and in order.

    Attributes:
        every: all of it.
        wanted: what requirements and exceptions ask.
        avoided: what conditions ask, and what a negation turns round: one may want it to fail.
    """

    every: tuple[Question, ...]
    wanted: tuple[Question, ...]
    avoided: frozenset[Question]


def asked_by(rules: Iterable[Rule]) -> dict[str, Asked]:
    """Return what rules ask, by fact; zones apart, which nobody sets."""
    every: dict[str, dict[Question, bool]] = {}
    avoided: set[Question] = set()
    for rule in rules:
        binding = rule.binding
        parts = ((binding.require, True), (binding.unless, True), (binding.when, False))
        for part, wanted in parts:
            for test, turned in _tests(part):
                for question in questions_of(test, rule) or ():
                    if question.word == "zone":
                        continue
                    known = every.setdefault(question.fact, {})
                    known[question] = known.get(question, False) or wanted
                    if turned or not wanted:
                        avoided.add(question)
    return {
        fact: Asked(
            tuple(known),
            tuple(question for question, wanted in known.items() if wanted),
            frozenset(known) & avoided,
        )
        for fact, known in every.items()
    }


def _tests(predicate: Predicate | None, turned: bool = False) -> Iterator[tuple[Test, bool]]:
    """Yield the tests of a predicate, and whether a negation turns each round."""
    match predicate:
        case None:
            return
        case All(all=parts) | Any_(any=parts):
            for part in parts:
                yield from _tests(part, turned)
        case Not(not_=part):
            yield from _tests(part, not turned)
        case _:
            yield predicate, turned


def candidates(asked: Asked, kind: Kind, past: Iterable[str], unit: str) -> list[float | int | str]:
    """Return the values that bounds suggest for a number: text with a unit where it takes one.

    Every bound is a value itself, whatever its unit in the law. Where the bound itself does not do,
    because it is strict or one may want to miss it, the nearest step on both sides stands in.

    Args:
        asked: of the number.
        kind: of its key.
        past: steps beyond a bound, on both sides of it.
        unit: of a step where ``past`` has none and the kind is no whole number.
    """
    steps = [read_quantity(text, where="") for text in past]
    found: dict[float, float | int | str] = {}
    for question in asked.every:
        if question.word != "order":
            continue
        order, bound, stated = question.operand
        offsets = list(steps)
        if not offsets and (order in ("<", ">") or question in asked.avoided):
            offsets = [_least(bound, stated, kind, unit)]
        values: list[Quantity] = [_stated(bound, stated, kind)]
        near = [_like(step, values[0]) for step in offsets]
        values += [values[0] + sign * step for step in near for sign in (-1, 1)]
        for value in values:
            plain = _plain(value, kind)
            if plain is not None:
                found.setdefault(round(_number(value, kind), 9), plain)
    return [found[number] for number in sorted(found)]


def _stated(bound: float, stated: str, kind: Kind) -> Quantity:
    unit = pint_unit(stated)
    if kind.whole:
        return quantity(bound, "")
    return quantity(bound, unit or kind.unit)


def _least(bound: float, stated: str, kind: Kind, unit: str) -> Quantity:
    """A step where none is given: one unit of the price, else a hundredth of the bound."""
    if kind.whole or unit:
        return quantity(1.0, "" if kind.whole else pint_unit(unit))
    return quantity(max(abs(bound) / 100.0, 1e-3), pint_unit(stated))


def _like(step: Quantity, value: Quantity) -> Quantity:
    if value.is_compatible_with(step):
        return step.to(value.units)
    # A count has no unit of its own in the design file.
    return quantity(math.ceil(float(step.magnitude)), str(value.units))


def _number(value: Quantity, kind: Kind) -> float:
    return float(value.magnitude if kind.whole else value.to(kind.unit).magnitude)


def _plain(value: Quantity, kind: Kind) -> float | int | str | None:
    """Return a value as a design file has it, or ``None`` where it cannot be."""
    number = _number(value, kind)
    low = number > kind.minimum if kind.above else number >= kind.minimum
    if not low or number > kind.maximum:
        return None
    if kind.whole:
        return round(number) if math.isclose(number, round(number)) else None
    if kind.unit == "":
        return float(f"{number:.12g}")
    tidy = quantity(float(f"{float(value.magnitude):.12g}"), str(value.units))
    return words(tidy)


def least(fits: Callable[[int], bool], start: int, most: int, *, near: int) -> int | None:
    """Return a smallest whole number that fits, where larger ones do too.

    Args:
        fits: the question; asked few times where ``near`` is near.
        start, most: first and last number that are looked at.
        near: a guess.

    >>> least(lambda n: n >= 700, 1, 10_000, near=650)
    700
    """
    at = min(max(near, start), most)
    step = 1
    if fits(at):
        high, low = at, at - 1
        while low >= start and fits(low):
            high, low, step = low, low - step, step * 2
        low = max(low, start - 1)
    else:
        low, high = at, at + 1
        while high <= most and not fits(high):
            low, high, step = high, high + step, step * 2
        if high > most and (low >= most or not fits(most)):
            return None
        high = min(high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


#: Words of units that people read more easily than symbols; the design file takes both.
_WORDS = {"a": "year", "d": "day", "h": "hour", "l": "L"}


def words(value: Quantity) -> str:
    """Return a quantity as text for people that a design file takes too.

    >>> words(quantity(90, "day")), words(quantity(2.5, "km**2"))
    ('90 day', '2.5 km2')
    """
    number, _, unit = show(value).partition(" ")
    return f"{number} {_WORDS.get(unit, unit.replace('**', ''))}".strip()


def magnitude(value: Any, unit: str) -> float | None:
    """Return the number of a fact in a unit, ``None`` where it is unknown."""
    if value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    return float(value.to(pint_unit(unit)).magnitude)
