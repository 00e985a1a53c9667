"""Concepts: the facts that rules ask for, as numbers that a network can state and be told.

Three kinds: a flag has the probability that it holds, a word one probability per possible value, an
amount a mean and a spread on a scaled axis. Zones, the presence of a fact and whether a group of
provisions binds are flags too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compliance.evaluate import ZONE_FACT, literal_number, magnitude_in, pint_unit
from habitat.facts import Fact
from jurisdictions.predicate import (
    ByLaw,
    Compare,
    In,
    InZone,
    Is,
    Known,
    LawBound,
    Test,
)
from jurisdictions.rulebook import Rule, RuleBook

Floats = NDArray[np.float32]

#: Amounts that are estimated beside those that rules ask for: fact and unit.
PARAMETERS = {
    "hull.thickness": "mm",
    "waste.storage_capacity": "liter",
    "buoyancy.emergency": "kilonewton",
}
#: Amounts that the surveys tell of and the parameters follow from.
CONTEXT = {
    "site.depth": "m",
    "hull.inner_diameter": "m",
    "crew.mission_duration": "day",
    "crew.persons": "",
    "buoyancy.floodable_volume": "m**3",
    "discharges.oil_in_water": "milligram / liter",
}
#: Words that only a survey tells, with their values.
SURVEYED = {"survey.seabed": ("gravel", "mud", "rock", "sand")}
#: Thresholds of emergency response that a sensor series may cross.
EMERGENCIES = ("emergency.carbon_dioxide", "emergency.oxygen", "emergency.leak")
#: A standard deviation is never taken below this share of an axis's own.
_SMALLEST_SPREAD = 1e-3


@dataclass(frozen=True, slots=True)
class Axis:
    """How an amount becomes a number near 0: ``(g(x) - centre) / spread``.

    Attributes:
        unit: pint unit of ``x``; empty for counts and ratios.
        log: whether ``g`` is ``log(1 + x)``; the identity otherwise.
        centre, spread: of ``g(x)`` over the training designs.
    """

    unit: str
    log: bool
    centre: float = 0.0
    spread: float = 1.0

    def number(self, value: Any) -> float:
        """Return where a quantity, or plain number, lies on the axis."""
        return self.place(magnitude_in(value, self.unit))

    def place(self, magnitude: float) -> float:
        """Return where a magnitude in the axis's unit lies."""
        raw = math.log1p(max(magnitude, 0.0)) if self.log else magnitude
        return (raw - self.centre) / self.spread

    def magnitude(self, place: float) -> float:
        """Return the magnitude at a place of the axis."""
        raw = place * self.spread + self.centre
        return math.expm1(raw) if self.log else raw


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All concepts, in a fixed order: flags, then words, then amounts.

    Attributes:
        flags: dotted facts, ``zone:NAME``, ``known:FACT``, ``scope:NUMBER`` and emergencies.
        words: possible values by fact.
        amounts: axis by fact.
        scope_of: number of the scope group by rule id; rules of a group always bind together.
    """

    flags: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    amounts: Mapping[str, Axis]
    scope_of: Mapping[str, int]

    @property
    def logits(self) -> int:
        """How many logits state the flags and words."""
        return len(self.flags) + sum(map(len, self.words.values()))

    def to_json(self) -> str:
        """Return the vocabulary as JSON text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Vocabulary:
        """Read what :meth:`to_json` wrote."""
        data = json.loads(text)
        return cls(
            tuple(data["flags"]),
            {fact: tuple(values) for fact, values in data["words"].items()},
            {fact: Axis(**axis) for fact, axis in data["amounts"].items()},
            data["scope_of"],
        )

    def word_slices(self) -> dict[str, slice]:
        """Return where the logits of each word lie."""
        at, found = len(self.flags), {}
        for fact, values in self.words.items():
            found[fact] = slice(at, at + len(values))
            at += len(values)
        return found

    def encode(self, facts: Mapping[str, Fact]) -> tuple[Floats, Floats]:
        """Return what is known of the facts: 0 or 1 per logit, a place per amount, NaN unknown.

        Zones and the presence of facts are taken from the facts; scopes and emergencies stay NaN.
        """
        stated = np.full(self.logits, np.nan, dtype=np.float32)
        for at, name in enumerate(self.flags):
            stated[at] = _flag(name, facts)
        for fact, where in self.word_slices().items():
            value = _value(facts, fact)
            if value is not None and value in self.words[fact]:
                stated[where] = [float(value == word) for word in self.words[fact]]
        places = np.array(
            [
                np.nan if _value(facts, fact) is None else axis.number(_value(facts, fact))
                for fact, axis in self.amounts.items()
            ],
            dtype=np.float32,
        )
        return stated, places


def _value(facts: Mapping[str, Fact], name: str) -> Any:
    fact = facts.get(name)
    return None if fact is None else fact.value


def _flag(name: str, facts: Mapping[str, Fact]) -> float:
    kind, _, rest = name.partition(":")
    if kind == "zone" and rest:
        zones = _value(facts, ZONE_FACT)
        return math.nan if zones is None else float(rest in zones)
    if kind == "known" and rest:
        return float(_value(facts, rest) is not None)
    value = _value(facts, name)
    return math.nan if value is None else float(bool(value))


def build_vocabulary(
    book: RuleBook,
    designs: Sequence[Mapping[str, Fact]],
    scopes: NDArray[np.bool_],
) -> Vocabulary:
    """Return the concepts of a rule book, with axes and scope groups fitted to training designs.

    Args:
        book: compiled law.
        designs: complete facts of training designs.
        scopes: whether each rule binds each design, shape (designs, rules), rules as in the book.
    """
    tests = [test for rule in book.rules for test in rule.tests]
    flags = sorted(
        {test.fact for test in tests if isinstance(test, Is) and isinstance(test.is_, bool)}
    )
    flags += [
        f"zone:{name}"
        for name in sorted({z for t in tests if isinstance(t, InZone) for z in t.zone})
    ]
    flags += [f"known:{name}" for name in sorted({t.fact for t in tests if isinstance(t, Known)})]
    groups, scope_of = _groups(book.rules, scopes)
    flags += [f"scope:{number}" for number in range(groups)]
    flags += list(EMERGENCIES)
    return Vocabulary(tuple(flags), _words(tests, designs), _axes(book.rules, designs), scope_of)


def _groups(rules: Sequence[Rule], scopes: NDArray[np.bool_]) -> tuple[int, dict[str, int]]:
    """Number the distinct columns of ``scopes``."""
    numbers: dict[bytes, int] = {}
    scope_of = {
        rule.id: numbers.setdefault(np.packbits(scopes[:, at]).tobytes(), len(numbers))
        for at, rule in enumerate(rules)
    }
    return len(numbers), scope_of


def _words(
    tests: Iterable[Test], designs: Sequence[Mapping[str, Fact]]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for test in tests:
        if isinstance(test, In):
            found.setdefault(test.fact, set()).update(test.in_)
        elif isinstance(test, Is) and isinstance(test.is_, str):
            found.setdefault(test.fact, set()).add(test.is_)
    for facts in designs:
        for fact, values in found.items():
            value = _value(facts, fact)
            if value is not None:
                values.add(value)
    words = {fact: tuple(sorted(found[fact])) for fact in sorted(found)}
    return words | SURVEYED


def _measured(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield the fact and the unit of every test of an amount."""
    for test in rule.tests:
        match test:
            case ByLaw(law=pointer) | Compare(bound=LawBound(law=pointer)):
                number = rule.number(pointer)
                if number is not None:
                    yield test.fact, number.unit
            case Compare(bound=str(words)):
                yield test.fact, literal_number(words)[1]
            case Compare():
                yield test.fact, ""


def _axes(rules: Sequence[Rule], designs: Sequence[Mapping[str, Fact]]) -> dict[str, Axis]:
    units = {fact: pint_unit(unit) for rule in rules for fact, unit in _measured(rule)}
    units |= CONTEXT | PARAMETERS
    axes = {}
    for fact in sorted(units):
        numbers = np.array(
            [
                magnitude_in(_value(facts, fact), units[fact])
                for facts in designs
                if _value(facts, fact) is not None
            ]
        )
        log = len(numbers) > 0 and bool(numbers.min() >= 0) and fact != "site.latitude"
        raw = np.log1p(numbers) if log else numbers
        spread = float(raw.std()) if len(raw) else 1.0
        axes[fact] = Axis(
            units[fact],
            log,
            float(raw.mean()) if len(raw) else 0.0,
            spread if spread > 1e-6 else 1.0,
        )
    return axes
