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
    """Return all minimal conflicting sets of at most ``size`` rules (any size when ``None``).

    Args:
        checker: the exact check over them.
        names: the rules, sorted, each of which can be met by itself.
        size: most rules in a set.
        limits: effort.
    """
    explorer = _Map(checker, names, size)
    growth = _Growth(checker, names)
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
            grown = growth.grow(seed)
            if len(grown) == len(names):
                break
            explorer.block_down(grown)
        else:
            smallest = checker.shrink(checker.core())
            verify(checker, smallest)
            found.append(smallest)
            growth.learn(frozenset(smallest))
            explorer.block_up(smallest)
    explorer.close()
    return Cores(tuple(sorted(found)), complete)


class _Growth:
    """Grows sets that can be met to maximal ones, with what is known of sets that cannot.

    Rules that few of the earlier maximal sets held come first, so that the sets differ and together
    cover all subsets sooner.
    """

    def __init__(self, checker: Checker, names: Sequence[str]) -> None:
        self._checker, self._names = checker, frozenset(names)
        self._held = dict.fromkeys(names, 0)
        self._excluded: dict[str, list[frozenset[str]]] = {name: [] for name in names}

    def learn(self, conflict: frozenset[str]) -> None:
        """Note rules that cannot be met together."""
        for name in conflict:
            self._excluded[name].append(conflict - {name})

    def grow(self, seed: frozenset[str]) -> frozenset[str]:
        """Return a maximal set around one that the last question found can be met."""
        grown = seed
        contested = [name for name in self._names - seed if self._excluded[name]]
        for name in sorted(contested, key=lambda name: (self._held[name], name)):
            grown = self._with(name, grown)
        # The others seldom stand in each other's way: take all that one point meets at once.
        if self._checker.consistent(grown):
            grown |= self._checker.met() & self._names
        for name in sorted(self._names - grown):
            grown = self._with(name, grown)
        for name in grown:
            self._held[name] += 1
        return grown

    def _with(self, name: str, grown: frozenset[str]) -> frozenset[str]:
        if any(rest <= grown for rest in self._excluded[name]):
            return grown
        if self._checker.consistent(grown | {name}):
            return grown | {name}
        self.learn(self._checker.core())
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
    """Which subsets are unexplored, as a propositional formula with one variable per rule.

    A rule that shares no fact with another member (nor with the goal) is never in a minimal
    conflicting set, since it can be met by itself; such subsets are left out from the start.
    """

    def __init__(self, checker: Checker, names: Sequence[str], size: int | None) -> None:
        from pysat.card import CardEnc, EncType
        from pysat.solvers import Minisat22

        self._variable = {name: place for place, name in enumerate(names, start=1)}
        self._name = {place: name for name, place in self._variable.items()}
        self._solver: Any = Minisat22()
        variables = list(self._name)
        for name in names:
            others = checker.neighbours(name)
            if others is not None:
                tied = sorted(self._variable[other] for other in others & self._variable.keys())
                self._solver.add_clause([-self._variable[name], *tied])
        if size is not None and size < len(names):
            capped = CardEnc.atmost(
                variables, bound=size, top_id=len(names), encoding=EncType.totalizer
            )
            self._solver.append_formula(capped.clauses)
        else:
            # Prefer large subsets: they shrink to conflicts, or grow to maximal ones, sooner.
            self._solver.set_phases(variables)

    def seed(self) -> frozenset[str] | None:
        """Return an unexplored subset, or ``None`` when there is none."""
        if not self._solver.solve():
            return None
        return frozenset(self._name[v] for v in self._solver.get_model() if v in self._name)

    def block_down(self, names: frozenset[str]) -> None:
        """Strike off all subsets of rules that can be met together."""
        self._solver.add_clause([v for name, v in self._variable.items() if name not in names])

    def block_up(self, names: Iterable[str]) -> None:
        """Strike off all supersets of rules that conflict."""
        self._solver.add_clause([-self._variable[name] for name in names])

    def close(self) -> None:
        """Free the solver."""
        self._solver.delete()
