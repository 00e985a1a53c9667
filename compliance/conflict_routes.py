"""Both routes through the conflicts of a design's law, side by side: exact and annealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from compliance.audit import judge_rules
from compliance.conflicts import InForce, find_conflicts
from compliance.conflicts.annealed import Comparison, compare
from compliance.conflicts.order import Relations, relations_at
from compliance.evaluate import FactLike
from compliance.settlement import in_force
from compliance.situation import situate
from jurisdictions.rulebook import RuleBook

if TYPE_CHECKING:
    from habitat.design import Design
    from optimize.samplers import Sampler


def compare_rules(
    rules: Iterable[InForce],
    facts: Mapping[str, FactLike],
    *,
    relations: Relations | None = None,
    sampler: Sampler | None = None,
    seed: int = 0,
) -> tuple[Comparison, ...]:
    """Settle the conflicts of some rules by both routes, and compare contest by contest.

    Args:
        rules, facts, relations: as for :func:`compliance.conflicts.find_conflicts`.
        sampler, seed: as for :func:`compliance.conflicts.annealed.compare`.
    """
    found = find_conflicts(rules, facts, relations=relations)
    return tuple(compare(contest, sampler=sampler, seed=seed) for contest in found.contests)


def compare_design(
    design: Design,
    book: RuleBook,
    *,
    as_of: date,
    sampler: Sampler | None = None,
    seed: int = 0,
) -> tuple[Comparison, ...]:
    """Settle the conflicts that an audit of a design settles by both routes, and compare.

    Args:
        design, book, as_of: as for :func:`compliance.audit`.
        sampler, seed: as for :func:`compliance.conflicts.annealed.compare`.
    """
    situation = situate(design, as_of=as_of)
    return compare_rules(
        in_force(judge_rules(book, situation)),
        situation.facts,
        relations=relations_at(situation.circumstances),
        sampler=sampler,
        seed=seed,
    )
