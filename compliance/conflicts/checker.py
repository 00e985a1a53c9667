"""The exact check: can these rules be met together? Propositional satisfiability by MiniSat.

Each region of a free fact is a literal, exactly one per fact; each rule has a selector that
switches its clauses on. Formulas are positive, so one direction of Tseitin's encoding is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations
from typing import Any

from compliance.conflicts.formula import Among, Domains, Every, Formula, Some, facts_in, holds
from compliance.conflicts.witness import witness

Clause = list[int]


def satisfiable(formulas: Iterable[Formula], domains: Domains) -> bool:
    """Say whether some point of the space meets all formulas: by a cheap search where it can."""
    wanted = list(formulas)
    if witness(wanted, domains) is not None:
        return True
    named = {str(place): formula for place, formula in enumerate(wanted)}
    checker = Checker(named, domains)
    found = checker.consistent(named)
    checker.close()
    return found


class Checker:
    """Answers whether sets of rules can be met together, and at which point.

    Args:
        formulas: where each rule is met, by name.
        domains: all regions of each fact, as bits.
        goal: what must hold besides, such as the use of a permission.

    Attributes:
        checks: how many questions were put to the solver.
    """

    def __init__(
        self, formulas: Mapping[str, Formula], domains: Domains, *, goal: Formula = True
    ) -> None:
        from pysat.solvers import Minisat22

        self.formulas = dict(formulas)
        self.checks = 0
        self._solver: Any = Minisat22()
        self._top = 0
        self._literals: dict[str, dict[int, int]] = {}
        self._goal_facts = facts_in(goal)
        self._facts = {name: facts_in(formula) for name, formula in formulas.items()}
        used = self._goal_facts.union(*self._facts.values())
        for fact in sorted(used):
            self._add_fact(fact, domains[fact])
        self._add(self._clauses(goal))
        self._selectors: dict[str, int] = {}
        for name in sorted(formulas):
            selector = self._new()
            self._selectors[name] = selector
            self._add([-selector, *clause] for clause in self._clauses(formulas[name]))

    def consistent(self, names: Collection[str]) -> bool:
        """Say whether some design meets all of these rules (and the goal)."""
        self.checks += 1
        return bool(
            self._solver.solve(assumptions=[self._selectors[name] for name in sorted(names)])
        )

    def core(self) -> frozenset[str]:
        """Return rules that already exclude each other, after ``consistent`` said no."""
        found = set(self._solver.get_core() or ())
        return frozenset(name for name, selector in self._selectors.items() if selector in found)

    def met(self) -> frozenset[str]:
        """Return all rules that the point found by the last ``consistent`` meets."""
        point = self.point()
        return frozenset(name for name, formula in self.formulas.items() if holds(formula, point))

    def point(self) -> dict[str, int]:
        """Return the region of each fact at the point found by the last ``consistent``."""
        true = {literal for literal in self._solver.get_model() if literal > 0}
        chosen: dict[str, int] = {}
        for fact, literals in self._literals.items():
            chosen[fact] = next(
                region
                for region, literal in literals.items()
                if (literal in true if literal > 0 else -literal not in true)
            )
        return chosen

    def neighbours(self, name: str) -> frozenset[str] | None:
        """Return the rules that share a fact with one; ``None`` where the goal shares one too."""
        facts = self._facts[name]
        if facts & self._goal_facts:
            return None
        return frozenset(
            other for other, theirs in self._facts.items() if other != name and theirs & facts
        )

    def shrink(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return a minimal conflicting subset of conflicting rules: drop what is not needed.

        The same set gives the same result, whatever was asked before.
        """
        needed = sorted(names)
        for name in list(needed):
            rest = [other for other in needed if other != name]
            if not self.consistent(rest):
                needed = rest
        return tuple(needed)

    def close(self) -> None:
        """Free the solver."""
        self._solver.delete()

    def _new(self) -> int:
        self._top += 1
        return self._top

    def _add(self, clauses: Iterable[Clause]) -> None:
        for clause in clauses:
            self._solver.add_clause(clause)

    def _add_fact(self, fact: str, domain: int) -> None:
        """One literal per region, exactly one true; two regions share one variable."""
        regions = [place for place in range(domain.bit_length()) if domain >> place & 1]
        if len(regions) == 2:
            variable = self._new()
            self._literals[fact] = {regions[0]: variable, regions[1]: -variable}
            return
        self._literals[fact] = {place: self._new() for place in regions}
        literals = list(self._literals[fact].values())
        self._add([literals])
        self._add([-one, -two] for one, two in combinations(literals, 2))

    def _clauses(self, formula: Formula) -> list[Clause]:
        match formula:
            case True:
                return []
            case False:
                return [[]]
            case Among(fact=fact, regions=regions):
                return [
                    [
                        literal
                        for region, literal in self._literals[fact].items()
                        if regions >> region & 1
                    ]
                ]
            case Every(parts=parts):
                return [clause for part in parts for clause in self._clauses(part)]
            case Some(parts=parts):
                return [[literal for part in parts for literal in self._either(part)]]
        raise TypeError(f"not a formula: {formula!r}")

    def _either(self, part: Formula) -> Clause:
        """Return literals one of which implies the part, where the part is one of several."""
        clauses = self._clauses(part)
        if len(clauses) == 1:
            return clauses[0]
        helper = self._new()
        self._add([-helper, *clause] for clause in clauses)
        return [helper]
