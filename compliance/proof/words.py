"""The sentences of a proof: what a predicate says, for people."""

from __future__ import annotations

from compliance.evaluate import Comparison
from compliance.verdicts import in_words, measure
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

_ORDERS = {"<=": "at most", "<": "less than", ">=": "at least", ">": "more than", "=": "exactly"}


def sentence(predicate: Predicate, rule: Rule) -> str:
    """Say a predicate in words; numbers of the law are those that ``rule`` was compiled against."""
    match predicate:
        case All():
            return "all of these hold"
        case Any_():
            return "one of these holds"
        case Not():
            return "this does not hold"
        case InZone(zone=names):
            return f"the site lies in {_either(names)}"
        case Is(fact=fact, is_=wanted):
            return f"{fact} is {in_words(wanted)}"
        case In(fact=fact, in_=words):
            return f"{fact} is {_either(words)}"
        case Known(fact=fact, known=wanted):
            return f"{fact} is {'given' if wanted else 'not given'}"
        case ByLaw(fact=fact, law=pointer):
            return f"{fact} is {_bound(rule.number(pointer), pointer)}"
        case Compare(fact=fact, order=order, bound=LawBound(law=pointer)):
            number = rule.number(pointer)
            if number is None:
                return f"{fact} is {_bound(None, pointer)}"
            return f"{fact} is {_ORDERS[order]} {measure(number.value, number.unit)}"
        case Compare(fact=fact, order=order, bound=bound):
            return f"{fact} is {_ORDERS[order]} {bound}"


def compared(comparison: Comparison) -> str:
    """Say what a comparison asks, and by how much it is met or failed."""
    unit, margin = comparison.unit, comparison.margin
    return (
        f"{comparison.fact} is {_ORDERS[comparison.order]} {measure(comparison.bound, unit)} "
        f"({'margin' if margin >= 0 else 'short by'} {measure(abs(margin), unit, digits=4)})"
    )


def _bound(number: LawValue | None, pointer: LawNumber) -> str:
    if number is None:
        kind = pointer.unit or f"ordinal of a {pointer.ordinal}"
        return f"as the law says, but this edition states no number here ({kind})"
    if number.comparator == "range" and number.value_max is not None:
        low, high = measure(number.value, number.unit), measure(number.value_max, number.unit)
        return f"between {low} and {high}"
    return f"{_ORDERS[number.comparator]} {measure(number.value, number.unit)}"


def _either(words: tuple[str, ...]) -> str:
    shown = [word.replace("_", " ") for word in words]
    return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"
