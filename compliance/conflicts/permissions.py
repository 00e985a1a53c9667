"""Permissions that other rules leave no room for: deontic conflicts.

A permission asks nothing, so a design can always meet the rules by abstaining. It conflicts with
rules that can be met together, but not by any design that uses what it permits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compliance.conflicts.checker import Checker
from compliance.conflicts.cores import Limits, minimal_conflicts
from compliance.conflicts.encode import used
from compliance.conflicts.formula import Formula, facts_in
from compliance.conflicts.order import InForce
from compliance.conflicts.space import Space
from compliance.conflicts.witness import components, reduce, witness


@dataclass(frozen=True, slots=True)
class Deadlock:
    """A minimal set of rules that rules out the use of a permission, and over which facts."""

    rules: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deadlocks:
    """All of them for one permission; ``complete`` if none of the size asked for lacks."""

    locks: tuple[Deadlock, ...] = ()
    complete: bool = True
    checks: int = 0


def deadlocks(
    permission: InForce,
    formulas: Mapping[str, Formula],
    space: Space,
    size: int | None,
    limits: Limits,
) -> Deadlocks:
    """Return the minimal sets of rules that leave no design which uses a permission.

    Args:
        permission: a rule with ``permit``.
        formulas: where each duty is met, those that are no constant and can be met alone.
        space: the design space of all of them.
        size: most duties in a set; ``None`` for any.
        limits: effort.
    """
    goal = used(permission.rule, space)
    if isinstance(goal, bool):
        # It does not apply here, or every design uses it: nothing to choose, nothing to rule out.
        return Deadlocks()
    reduced, domains = reduce({**formulas, permission.id: goal}, space.domains)
    tied = next((group for group in components(reduced) if permission.id in group), ())
    if witness([reduced[name] for name in tied], domains) is not None:
        return Deadlocks()
    others = {name: reduced[name] for name in tied if name != permission.id}
    checker = Checker(others, domains, goal=reduced[permission.id])
    without = Checker(others, domains)
    found = Deadlocks()
    if checker.consistent([]) and not checker.consistent(list(others)):
        cores = minimal_conflicts(checker, sorted(others), size=size, limits=limits)
        found = Deadlocks(
            tuple(
                Deadlock(core, _touched(goal, [formulas[name] for name in core]))
                for core in cores.sets
                if without.consistent(core)
            ),
            cores.complete,
        )
    checks = checker.checks + without.checks
    checker.close()
    without.close()
    return Deadlocks(found.locks, found.complete, checks)


def _touched(goal: Formula, formulas: list[Formula]) -> tuple[str, ...]:
    """Return the facts of the permission that some rule depends on, else all that rules share."""
    asked = frozenset().union(*(facts_in(formula) for formula in formulas))
    return tuple(sorted(facts_in(goal) & asked))
