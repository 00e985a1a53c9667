"""The design space at a site as a finite abstraction: what a designer may choose, cut into regions.

A fact that the situation settles (the site, its zones, purpose, States, claims) has its value; an
unknown one stays free. Every other fact that a rule mentions is free within the type of its key:
flags, words, or numbers cut at all bounds that rules set on it, so that each region meets each
bound wholly or not at all. Values that no rule tells apart share a region. Equality of numbers is
that of :mod:`compliance.evaluate`, so equal bounds in other units coincide.

Three simplifications, each of which can only miss a conflict and never invents one: a derived fact
(``derived.…``) is a free value, not a function of the design; unknown facts of the site are free;
keys are chosen independently of each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from compliance.conflicts.formula import Domains
from compliance.evaluate import (
    RELATIVE_TOLERANCE,
    WORLDS_FACT,
    ZONE_FACT,
    FactLike,
    judge,
    literal_number,
    meets,
    pint_unit,
)
from compliance.logic import Truth
from habitat.kinds import Kind, kind_of
from habitat.units import quantity
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
    Predicate,
)
from jurisdictions.rulebook import LawValue, Rule

#: What a designer cannot choose at a given site, and what decided which law binds there.
SITUATION = frozenset({"purpose", "operator_state", "sponsoring_state", "contract.resource"})

Leaf = InZone | Is | In | Known | ByLaw | Compare


class Question(NamedTuple):
    """One elementary question about a fact.

    ``operand`` is a value (``is``), words (``in``), whether known (``known``), zones (``zone``) or
    order, bound and unit (``order``).
    """

    fact: str
    word: Literal["is", "in", "known", "zone", "order"]
    operand: Any

    def truth(self, value: Any, bound: float | None = None) -> Truth:
        """Answer for a value (``None`` is not given), a number against ``bound`` in its unit."""
        if self.word == "known":
            return (value is not None) == bool(self.operand)
        if value is None:
            return None
        if bound is not None:
            return meets(self.operand[0], float(value), bound)
        if self.word == "zone":
            return any(name in value for name in self.operand)
        return bool(value in self.operand if self.word == "in" else value == self.operand)


@dataclass(frozen=True, slots=True)
class Axis:
    """One free fact and a representative value of each of its regions.

    Numbers are in ``unit`` (``None`` for whole counts, which carry none); the value ``None`` stands
    for a fact that is not given.
    """

    fact: str
    values: tuple[Any, ...]
    unit: str | None = None

    @property
    def numeric(self) -> bool:
        """Whether its values are numbers."""
        return any(isinstance(v, int | float) and not isinstance(v, bool) for v in self.values)

    def value(self, region: int) -> Any:
        """Return the representative as a fact's value, a quantity where the key holds one."""
        value = self.values[region]
        if value is None or self.unit is None or isinstance(value, bool | str | frozenset):
            return value
        return quantity(value, self.unit)


@dataclass(frozen=True)
class Space:
    """The axes of a design space and the regions where each elementary question is true or false.

    Attributes:
        axes: free facts by name.
        domains: all regions of each free fact, as bits.
        facts: the situation's facts, which settle everything that is not an axis.
        regions: per question on a free fact, the regions where it is true and where it is false.
    """

    axes: Mapping[str, Axis]
    domains: Domains
    facts: Mapping[str, FactLike]
    regions: Mapping[Question, tuple[int, int]]


def build_space(
    rules: Iterable[Rule],
    facts: Mapping[str, FactLike],
    *,
    free_claims: frozenset[str] = frozenset(),
) -> Space:
    """Cut the design space at everything that some rules ask.

    Args:
        rules: rules whose questions matter.
        facts: facts of the situation, by dotted path.
        free_claims: claims that the designer may make; all others are as the situation has them.
    """
    asked: dict[str, set[Question]] = {}
    for rule in rules:
        for leaf in leaves_of(rule):
            for question in questions_of(leaf, rule) or ():
                if not settled(question, facts, free_claims):
                    asked.setdefault(question.fact, set()).add(question)
    axes: dict[str, Axis] = {}
    regions: dict[Question, tuple[int, int]] = {}
    for fact in sorted(asked):
        questions = sorted(asked[fact], key=repr)
        axis, answers = _cut(fact, questions, facts)
        axes[fact] = axis
        for question, column in zip(questions, answers, strict=True):
            regions[question] = (_bits(column, True), _bits(column, False))
    domains = {fact: (1 << len(axis.values)) - 1 for fact, axis in axes.items()}
    return Space(axes, domains, facts, regions)


def settled(
    question: Question, facts: Mapping[str, FactLike], free_claims: frozenset[str] = frozenset()
) -> bool:
    """Say whether the situation answers a question, whatever the design."""
    name = question.fact
    if name == ZONE_FACT:
        return not _value(facts, WORLDS_FACT)
    if name.startswith("claims."):
        return name not in free_claims
    if name.startswith("zone."):
        return question.word == "known" or _value(facts, name) is not None
    if name.startswith("site.") or name in SITUATION:
        return _value(facts, name) is not None
    return False


def leaves_of(rule: Rule) -> Iterator[Leaf]:
    """Yield every elementary predicate of a rule."""
    binding = rule.binding
    if binding.zones:
        yield InZone(zone=binding.zones)
    for predicate in binding.predicates:
        yield from _leaves(predicate)


def _leaves(predicate: Predicate | None) -> Iterator[Leaf]:
    match predicate:
        case None:
            return
        case All(all=parts) | Any_(any=parts):
            for part in parts:
                yield from _leaves(part)
        case Not(not_=part):
            yield from _leaves(part)
        case _:
            yield predicate


def questions_of(leaf: Leaf, rule: Rule) -> tuple[Question, ...] | None:
    """Return the questions whose conjunction a leaf is; ``None`` where its number is not read."""
    match leaf:
        case InZone(zone=names):
            return (Question(ZONE_FACT, "zone", names),)
        case Is(fact=fact, is_=value):
            return (Question(fact, "is", value),)
        case In(fact=fact, in_=words):
            return (Question(fact, "in", words),)
        case Known(fact=fact, known=known):
            return (Question(fact, "known", known),)
        case ByLaw(fact=fact, law=pointer):
            number = rule.number(pointer)
            return None if number is None else _law_questions(fact, number)
        case Compare(fact=fact, order=order, bound=LawBound(law=pointer)):
            number = rule.number(pointer)
            if number is None:
                return None
            return (Question(fact, "order", (order, number.value, number.unit)),)
        case Compare(fact=fact, order=order, bound=str(words)):
            number_of_words, unit = literal_number(words)
            return (Question(fact, "order", (order, number_of_words, unit)),)
        case Compare(fact=fact, order=order, bound=int() | float() as plain):
            return (Question(fact, "order", (order, float(plain), "")),)
    raise TypeError(f"not an elementary predicate: {leaf!r}")


def _law_questions(fact: str, number: LawValue) -> tuple[Question, ...]:
    if number.comparator != "range":
        return (Question(fact, "order", (number.comparator, number.value, number.unit)),)
    top = number.value if number.value_max is None else number.value_max
    return (
        Question(fact, "order", (">=", number.value, number.unit)),
        Question(fact, "order", ("<=", top, number.unit)),
    )


def unread(rule: Rule) -> tuple[LawNumber, ...]:
    """Return the pointers of a rule into the law that find no number in this edition."""
    return tuple(
        pointer
        for leaf in leaves_of(rule)
        if (pointer := _pointer(leaf)) is not None and rule.number(pointer) is None
    )


def _pointer(leaf: Leaf) -> LawNumber | None:
    match leaf:
        case ByLaw(law=pointer) | Compare(bound=LawBound(law=pointer)):
            return pointer
    return None


def answer(leaf: Leaf, rule: Rule, space: Space) -> Truth:
    """Answer a leaf that the situation settles."""
    return judge(leaf, space.facts, rule).truth


def _value(facts: Mapping[str, FactLike], name: str) -> Any:
    fact = facts.get(name)
    return None if fact is None else fact.value


def _bits(answers: Iterable[Truth], wanted: bool) -> int:
    return sum(1 << place for place, truth in enumerate(answers) if truth is wanted)


def _cut(
    fact: str, questions: list[Question], facts: Mapping[str, FactLike]
) -> tuple[Axis, list[tuple[Truth, ...]]]:
    """Return the axis of a fact, and each question's answers region by region."""
    kind = kind_of(fact)
    unit: str | None = None
    bounds: dict[Question, float] = {}
    if any(question.word == "order" for question in questions):
        kind = kind if kind is not None and kind.form == "number" else _number_of(questions)
        bounds = {
            question: _bound(question, kind) for question in questions if question.word == "order"
        }
        unit = None if kind.whole else kind.unit
        candidates = _numbers(sorted(set(bounds.values())), kind) + _named(questions)
    else:
        candidates = _words(fact, questions, kind, facts)
    if any(question.word == "known" for question in questions):
        candidates = [*candidates, None]
    rows: dict[tuple[Truth, ...], Any] = {}
    for value in candidates:
        rows.setdefault(
            tuple(question.truth(value, bounds.get(question)) for question in questions), value
        )
    return Axis(fact, tuple(rows.values()), unit), list(zip(*rows, strict=True))


def _words(
    fact: str, questions: list[Question], kind: Kind | None, facts: Mapping[str, FactLike]
) -> list[Any]:
    """Return what a fact that is no number can be: its words, or flags, or worlds of zones."""
    if fact == ZONE_FACT:
        return list(_value(facts, WORLDS_FACT))
    named = _named(questions)
    if kind is not None and kind.words is not None:
        return list(kind.words)
    if (kind is not None and kind.form == "flag") or any(isinstance(one, bool) for one in named):
        return [False, True]
    return [*sorted(set(named), key=repr), "another"]


def _named(questions: list[Question]) -> list[Any]:
    """Return the values that questions name."""
    named = [question.operand for question in questions if question.word == "is"]
    return named + [
        word for question in questions if question.word == "in" for word in question.operand
    ]


def _number_of(questions: list[Question]) -> Kind:
    """Return the kind of a number that is no key of the design file: any real, in a unit asked."""
    stated = next(question.operand[2] for question in questions if question.word == "order")
    return Kind("number", unit=pint_unit(stated))


def _bound(question: Question, kind: Kind) -> float:
    """Return a bound in the unit of the fact; a count is compared with the bare number."""
    _, bound, stated = question.operand
    unit = pint_unit(stated)
    if kind.whole or unit == kind.unit:
        return float(bound)
    return float(quantity(bound, unit).to(kind.unit).magnitude)


def _numbers(cuts: list[float], kind: Kind) -> list[Any]:
    """Return a number from each region between and at some bounds, in increasing order."""
    found = _whole(cuts, kind) if kind.whole else _real(cuts, kind)
    return sorted(
        value
        for value in found
        if (value > kind.minimum if kind.above else value >= kind.minimum) and value <= kind.maximum
    )


def _whole(cuts: list[float], kind: Kind) -> set[int]:
    near = {math.floor(cut) + step for cut in cuts for step in (-1, 0, 1, 2)}
    return near | {int(kind.minimum), int(kind.maximum)}


def _real(cuts: list[float], kind: Kind) -> set[float]:
    """Return every cut, the ends, and a number between any two edges of where cuts are met."""
    edges = {cut + sign * RELATIVE_TOLERANCE * abs(cut) for cut in cuts for sign in (-1, 1)}
    low, high = min(edges), max(edges)
    below = kind.minimum if math.isfinite(kind.minimum) else low - 2 * max(1.0, abs(low))
    above = kind.maximum if math.isfinite(kind.maximum) else high + 2 * max(1.0, abs(high))
    line = sorted(edges | {below, above})
    return {*cuts, below, above, *((one + two) / 2 for one, two in pairwise(line))}
