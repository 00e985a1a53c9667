"""All minimal conflicting sets of rules up to a size, by MARCO (Liffiton et al., Constraints 2016).

A second solver, the map, holds which subsets are still unexplored. Each subset it proposes either
can be met, then it grows to a maximal one and all its subsets are struck off; or it cannot, then it
shrinks to a minimal one, which is recorded, and all its supersets are struck off.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from base import SolverError
from compliance.conflicts.checker import Checker


@dataclass(frozen=True, slots=True)
class Limits:
    """How much effort to spend.

    Attributes:
        sets: minimal conflicting sets per group of rules tied by shared facts.
        checks: questions to the solver per group; the same on every machine.
        choices: combinations of open conflicts that the resolver tells apart per group.
        seconds: wall time per group, or ``None``; a result cut off by it may differ between runs.
    """

    sets: int = 500
    checks: int = 50_000
    choices: int = 512
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Cores:
    """Minimal conflicting sets, each sorted, all sorted; ``complete`` if none of the size lacks."""

    sets: tuple[tuple[str, ...], ...]
    complete: bool


def minimal_conflicts(
    checker: Checker, names: Sequence[str], *, size: int | None, limits: Limits
) -> Cores:
    """Return all minimal conflicting sets of at most ``size`` rules (any size when ``None``)."""
    explorer = _Map(names, size)
    found: list[tuple[str, ...]] = []
    start, begun = checker.checks, time.monotonic()
    complete = True
    while (seed := explorer.seed()) is not None:
        if (
            len(found) >= limits.sets
            or checker.checks - start >= limits.checks
            or (limits.seconds is not None and time.monotonic() - begun > limits.seconds)
        ):
            complete = False
            break
        if checker.consistent(seed):
            grown = _grow(checker, names)
            if len(grown) == len(names):
                break
            explorer.block_down(grown)
        else:
            smallest = checker.shrink(checker.core() or seed)
            verify(checker, smallest)
            found.append(smallest)
            explorer.block_up(smallest)
    explorer.close()
    return Cores(tuple(sorted(found)), complete)


def _grow(checker: Checker, names: Sequence[str]) -> frozenset[str]:
    """Add rules while they can be met together; start from all that the last point meets."""
    grown = checker.met() & frozenset(names)
    for name in names:
        if name not in grown and checker.consistent(grown | {name}):
            grown |= checker.met() & frozenset(names)
    return grown


def verify(checker: Checker, conflict: Sequence[str]) -> None:
    """Check that rules conflict and that any of them can be spared.

    Raises:
        SolverError: they do not; a fault of the program, never of its input.
    """
    if checker.consistent(conflict):
        raise SolverError("rules said to conflict can be met together", where=", ".join(conflict))
    for spared in conflict:
        if not checker.consistent([name for name in conflict if name != spared]):
            raise SolverError(f"conflict is not minimal: {spared}", where=", ".join(conflict))


class _Map:
    """Which subsets are unexplored, as a propositional formula with one variable per rule."""

    def __init__(self, names: Sequence[str], size: int | None) -> None:
        from pysat.card import CardEnc, EncType
        from pysat.solvers import Minisat22

        self._variable = {name: place for place, name in enumerate(names, start=1)}
        self._name = {place: name for name, place in self._variable.items()}
        self._solver: Any = Minisat22()
        variables = list(self._name)
        if size is not None and size < len(names):
            capped = CardEnc.atmost(
                variables, bound=size, top_id=len(names), encoding=EncType.seqcounter
            )
            self._solver.append_formula(capped.clauses)
        # Prefer large subsets: they shrink to conflicts, or grow to maximal ones, sooner.
        self._solver.set_phases(variables)

    def seed(self) -> frozenset[str] | None:
        if not self._solver.solve():
            return None
        return frozenset(self._name[v] for v in self._solver.get_model() if v in self._name)

    def block_down(self, names: frozenset[str]) -> None:
        self._solver.add_clause([v for name, v in self._variable.items() if name not in names])

    def block_up(self, names: Iterable[str]) -> None:
        self._solver.add_clause([-self._variable[name] for name in names])

    def close(self) -> None:
        self._solver.delete()
