"""Predicates as steps: the same answers as :func:`compliance.evaluate.judge`, for all designs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from compliance.engine.arrays import like
from compliance.engine.edges import edges
from compliance.engine.kinds import (
    UNKNOWN,
    Array,
    Columns,
    Constant,
    Given,
    Levels,
    Number,
    Schema,
    factor,
    value_at,
)
from compliance.engine.nodes import Rails, Steps
from compliance.evaluate import (
    WORLDS_FACT,
    ZONE_FACT,
    Judgement,
    judge,
    literal_number,
    pint_unit,
)
from jurisdictions.predicate import (
    All,
    Any_,
    ByLaw,
    Compare,
    InZone,
    Known,
    LawBound,
    Not,
    Order,
    Predicate,
    Test,
)
from jurisdictions.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Measured:
    """One comparison with a number: its margin in each design, and how much the bound weighs.

    Attributes:
        margin: number of the step that gives the margin, NaN where it is unknown.
        weight: the bound's size, by which margins of one rule are compared; 1 for a bound of 0.
        lawful: whether the bound is a number of the law.
    """

    margin: int
    weight: float
    lawful: bool


class Compiler:
    """Turns predicates into steps for tables of one schema."""

    def __init__(self, schema: Schema) -> None:
        self.schema, self.steps = schema, Steps()

    def rails(self, predicate: Predicate | None, rule: Rule) -> Rails:
        """Return where a predicate is true and where it is false; an absent one is true."""
        match predicate:
            case None:
                return Rails(True, False)
            case All(all=parts):
                return self.every([self.rails(part, rule) for part in parts])
            case Any_(any=parts):
                return self.every([self.rails(part, rule).swapped for part in parts]).swapped
            case Not(not_=part):
                return self.rails(part, rule).swapped
            case InZone():
                return _settled(judge(predicate, self._zones(), rule))
        return self._test(predicate, rule)

    def every(self, parts: list[Rails]) -> Rails:
        """Return the rails of a conjunction."""
        return Rails(
            self.steps.every(part.true for part in parts),
            self.steps.some(part.false for part in parts),
        )

    def measured(self, predicate: Predicate | None, rule: Rule) -> list[Measured]:
        """Return the comparisons that judging a predicate makes, in its order."""
        match predicate:
            case None:
                return []
            case All(all=parts) | Any_(any=parts):
                return [item for part in parts for item in self.measured(part, rule)]
            case Not(not_=part):
                return self.measured(part, rule)
            case ByLaw() | Compare():
                return [
                    Measured(self._margin(predicate.fact, bound), bound.weight, bound.lawful)
                    for bound in bounds_of(predicate, rule)
                ]
        return []

    def _zones(self) -> dict[str, Given]:
        found = {}
        for name in (ZONE_FACT, WORLDS_FACT):
            kind = self.schema.get(name, UNKNOWN)
            if not isinstance(kind, Constant):
                raise ValueError(f"{name} must be the same in every design of a table")
            found[name] = Given(kind.value)
        return found

    def _test(self, test: Test, rule: Rule) -> Rails:
        assert not isinstance(test, InZone)
        kind = self.schema.get(test.fact, UNKNOWN)
        match kind:
            case Constant(value=value):
                return _settled(judge(test, {test.fact: Given(value)}, rule))
            case Levels(values=values):
                truths = [judge(test, {test.fact: Given(one)}, rule).truth for one in values]
                return Rails(
                    self.steps.table(test.fact, tuple(truth is True for truth in truths)),
                    self.steps.table(test.fact, tuple(truth is False for truth in truths)),
                )
            case Number():
                return self._number(test, rule, kind)
        raise TypeError(f"not a kind of fact: {kind!r}")

    def _number(self, test: Any, rule: Rule, kind: Number) -> Rails:
        fact = test.fact
        match test:
            case Known(known=wanted):
                given = self.steps.known(fact)
                rails = Rails(given, self.steps.invert(given))
                return rails if wanted else rails.swapped
            case ByLaw() | Compare():
                bounds = bounds_of(test, rule)
                if not bounds:
                    return Rails(False, False)
                return self.every([self._bound(fact, bound, kind) for bound in bounds])
        return self._one_by_one(test, rule, kind)

    def _bound(self, fact: str, bound: Bound, kind: Number) -> Rails:
        low, high = edges(bound.value, factor(kind.unit, pint_unit(bound.unit)))
        steps = self.steps
        match bound.order:
            case "<=":
                met = steps.compare(fact, "<=", high)
            case "<":
                met = steps.compare(fact, "<", low)
            case ">=":
                met = steps.compare(fact, ">=", low)
            case ">":
                met = steps.compare(fact, ">", high)
            case _:
                at_least, at_most = (
                    steps.compare(fact, ">=", low),
                    steps.compare(fact, "<=", high),
                )
                met = steps.every((at_least, at_most))
        return Rails(met, steps.without(steps.known(fact), met))

    def _one_by_one(self, test: Any, rule: Rule, kind: Number) -> Rails:
        """Ask the interpreter for each distinct number: words of a number are rare."""
        fact = test.fact

        def truths(columns: Columns) -> Any:
            column: Any = columns[fact]
            # Words of a number are looked up where Python runs, whatever the device.
            array = column if isinstance(column, np.ndarray) else column.cpu().numpy()
            found, places = np.unique(array, return_inverse=True)
            codes = []
            for row in range(len(found)):
                value = value_at(kind, found, row)
                truth = judge(test, {fact: Given(value)}, rule).truth
                codes.append({None: 0, False: 1, True: 2}[truth])
            return like(column, np.array(codes, dtype=np.int8)[places])

        asked = self.steps.add((fact, repr(test)), lambda columns, _: truths(columns))
        true = self.steps.add(("is", asked, 2), lambda _, done: done[asked] == 2, (asked,))
        false = self.steps.add(("is", asked, 1), lambda _, done: done[asked] == 1, (asked,))
        return Rails(true, false)

    def _margin(self, fact: str, bound: Bound) -> int:
        kind = self.schema.get(fact, UNKNOWN)
        key = (fact, "margin", bound.order, bound.value, bound.unit)
        match kind:
            case Constant(value=value):
                margin = bound.margin(value)
                return self.steps.add(key, lambda columns, _: margin)
            case Levels(values=values):
                table = np.array([bound.margin(value) for value in values])
                return self.steps.add(
                    key, lambda columns, _: like(columns[fact], table)[columns[fact]]
                )
        scale = factor(kind.unit, pint_unit(bound.unit))
        low, high = edges(bound.value, scale)
        sign, value = bound.order, bound.value

        def margins(columns: Columns) -> Array:
            array = columns[fact]
            if sign in ("<=", "<"):
                margin = value - (array if scale == 1.0 else array * scale)
            else:
                margin = (array if scale == 1.0 else array * scale) - value
                if sign == "=":
                    margin = -abs(margin)
            near = array >= low
            near &= array <= high
            margin[near] = 0.0
            return margin

        return self.steps.add(key, lambda columns, _: margins(columns))


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound on a fact, as a test sets it.

    Attributes:
        order: how the fact must stand to it.
        value, unit: of the bound.
        lawful: whether the number stands in the law text.
    """

    order: Order
    value: float
    unit: str
    lawful: bool

    @property
    def weight(self) -> float:
        """Its size, 1 for zero."""
        return abs(self.value) or 1.0

    def margin(self, value: Any) -> float:
        """Return the margin of one fact's value, NaN where it is unknown."""
        if value is None:
            return float("nan")
        test = Compare.model_validate(
            {"fact": "value", "order": self.order, "bound": f"{self.value!r} {self.unit}".strip()}
        )
        return judge(test, {"value": Given(value)}, _NO_RULE).comparisons[0].margin


def bounds_of(test: ByLaw | Compare, rule: Rule) -> tuple[Bound, ...]:
    """Return the bounds that a test sets; none where the law text has no number for it."""
    match test:
        case ByLaw(law=pointer):
            number = rule.number(pointer)
            if number is None:
                return ()
            if number.comparator != "range":
                return (Bound(number.comparator, number.value, number.unit, True),)
            if number.value_max is None:
                raise ValueError(f"{number.provision}: a range without an upper end")
            return (
                Bound(">=", number.value, number.unit, True),
                Bound("<=", number.value_max, number.unit, True),
            )
        case Compare(order=order, bound=LawBound(law=pointer)):
            number = rule.number(pointer)
            return () if number is None else (Bound(order, number.value, number.unit, True),)
        case Compare(order=order, bound=str(words)):
            value, unit = literal_number(words)
            return (Bound(order, value, unit, False),)
        case Compare(order=order, bound=int() | float() as bound):
            return (Bound(order, float(bound), "", False),)
    raise TypeError(f"not a comparison: {test!r}")


#: A literal bound asks the rule for nothing.
_NO_RULE: Any = None


def _settled(judgement: Judgement) -> Rails:
    return Rails(judgement.truth is True, judgement.truth is False)
