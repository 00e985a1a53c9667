"""Claims that would resolve a conflict: exceptions of the law that nobody has invoked so far.

A claim is an exception that its beneficiary must prove, so conflicts are found with every claim as
the design makes it. A conflict that only a claim escapes is real, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compliance.conflicts.checker import satisfiable
from compliance.conflicts.encode import met, used
from compliance.conflicts.order import InForce
from compliance.conflicts.space import build_space, leaves_of, questions_of
from compliance.evaluate import FactLike


def resolving_claims(members: Sequence[InForce], facts: Mapping[str, FactLike]) -> tuple[str, ...]:
    """Return the claims, not made so far, each of which alone lets a design meet all members.

    Where no single one does but several together do, a smallest such choice is returned.
    """
    asked = {
        question.fact
        for item in members
        for leaf in leaves_of(item.rule)
        for question in questions_of(leaf, item.rule) or ()
        if question.fact.startswith("claims.") and _not_made(facts, question.fact)
    }
    alone = tuple(claim for claim in sorted(asked) if _met_with({claim}, members, facts))
    if alone or not asked or not _met_with(asked, members, facts):
        return alone
    needed = set(asked)
    for claim in sorted(asked):
        if _met_with(needed - {claim}, members, facts):
            needed -= {claim}
    return tuple(sorted(needed))


def _not_made(facts: Mapping[str, FactLike], claim: str) -> bool:
    fact = facts.get(claim)
    return fact is None or getattr(fact, "source", "claim not made") == "claim not made"


def _met_with(claims: set[str], members: Sequence[InForce], facts: Mapping[str, FactLike]) -> bool:
    space = build_space((item.rule for item in members), facts, free_claims=frozenset(claims))
    wanted = [
        used(item.rule, space) if item.rule.binding.permit is not None else met(item.rule, space)
        for item in members
    ]
    return satisfiable(wanted, space.domains)
