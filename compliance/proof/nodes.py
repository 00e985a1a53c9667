"""From a judgement to the nodes of a proof: nothing is judged again, only shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from compliance.evaluate import ZONE_FACT, Comparison, FactLike, Judgement
from compliance.proof.tree import Kind, LawSpan, ProofFact, ProofNode
from compliance.proof.words import compared, sentence
from habitat.facts import show_value
from jurisdictions.predicate import (
    Any_,
    ByLaw,
    Compare,
    InZone,
    Known,
    LawBound,
    Not,
    Predicate,
    tests_of,
)
from jurisdictions.rulebook import LawValue, Rule

Place = Callable[[LawValue], LawSpan]


def node_of(
    judged: Judgement, rule: Rule, facts: Mapping[str, FactLike], place: Place
) -> ProofNode:
    """Show a judgement as a tree; parts stand in the order in which they were joined.

    Args:
        judged: a judgement of a predicate of ``rule``.
        rule: the rule.
        facts: the facts that it was judged on.
        place: says where a number of the law stands.
    """
    predicate = judged.predicate
    if predicate is None:
        raise ValueError("a condition that is not set has no proof")
    if judged.parts:
        return ProofNode(
            kind=_joined(predicate),
            statement="both ends of the range are kept"
            if isinstance(predicate, ByLaw)
            else sentence(predicate, rule),
            truth=judged.truth,
            children=tuple(node_of(part, rule, facts, place) for part in judged.parts),
        )
    comparison = judged.comparisons[0] if judged.comparisons else None
    number = _number(predicate, comparison, rule)
    asked = (ZONE_FACT if isinstance(test, InZone) else test.fact for test in tests_of(predicate))
    return ProofNode(
        kind=_kind(predicate),
        statement=sentence(predicate, rule) if comparison is None else compared(comparison),
        truth=judged.truth,
        facts=shown(asked, facts),
        law=None if number is None else place(number),
    )


def shown(names: Iterable[str], facts: Mapping[str, FactLike]) -> tuple[ProofFact, ...]:
    """Return facts as a proof shows them; those that the table lacks are unknown."""
    return tuple(
        ProofFact(
            name=name,
            value=show_value(facts[name].value) if name in facts else None,
            basis=_basis(facts[name]) if name in facts else "not given",
        )
        for name in names
    )


def _basis(fact: FactLike) -> str:
    return fact.basis or str(getattr(fact, "source", ""))


def _joined(predicate: Predicate) -> Kind:
    match predicate:
        case Any_():
            return "any"
        case Not():
            return "not"
    return "all"


def _kind(predicate: Predicate) -> Kind:
    match predicate:
        case ByLaw() | Compare():
            return "comparison"
        case InZone():
            return "zone"
        case Known():
            return "presence"
    return "test"


def _number(predicate: Predicate, comparison: Comparison | None, rule: Rule) -> LawValue | None:
    if comparison is not None:
        return comparison.law
    match predicate:
        case ByLaw(law=pointer) | Compare(bound=LawBound(law=pointer)):
            return rule.number(pointer)
    return None
