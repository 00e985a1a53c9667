"""Why nothing is feasible: a minimal set of rules and capacities that cannot hold together.

That one option of each attribute is chosen is always there. Rules of the same label are one
candidate, since it is the label that is named. A set is minimal where each of its members, left
out, makes the rest feasible; each such set is checked again by itself.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optimize.certify import WORK
from optimize.model import ConfigurationProblem, Pick


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot hold together.

    Attributes:
        names: of the rules, in the problem's order; capacities as ``capacity of R``.
        minimal: whether every one of them is proved to be needed.
    """

    names: tuple[str, ...]
    minimal: bool


def conflict_of(
    problem: ConfigurationProblem, *, time_limit: float | None = None, seed: int = 0
) -> Conflict | None:
    """Return a minimal conflict of an infeasible problem.

    Args:
        time_limit: seconds; ``None`` limits the work and not the time.

    Returns:
        ``None`` where the problem is feasible, or the limit came before an answer.
    """
    for trusting in (True, False):
        checker = _Checker(problem, time_limit, seed, trusting)
        found = _shrink(checker)
        if found is None:
            return None
        if checker.core(found.names) is not None:
            return found
    return None


def _shrink(checker: _Checker) -> Conflict | None:
    """Halve and halve again what cannot hold together (QuickXplain, Junker 2004)."""
    left = checker.core(checker.names)
    if left is None:
        return None
    while len(smaller := checker.core(left) or left) < len(left):
        left = smaller
    minimal = True

    def needed(kept: list[str], grown: bool, candidates: list[str]) -> list[str]:
        nonlocal minimal
        if grown:
            if checker.core(kept) is not None:
                return []
            minimal = minimal and checker.last_feasible
        if len(candidates) == 1:
            return candidates
        half = len(candidates) // 2
        first, second = candidates[:half], candidates[half:]
        of_second = needed([*kept, *first], True, second)
        of_first = needed([*kept, *of_second], bool(of_second), first)
        return [*of_first, *of_second]

    found = set(needed([], False, left))
    return Conflict(tuple(name for name in checker.names if name in found), minimal)


class _Checker:
    """Feasibility of chosen rules, each behind a bit of its own.

    Args:
        trusting: believe the solver which rules it used; what follows is checked at the end.
    """

    def __init__(
        self, problem: ConfigurationProblem, time_limit: float | None, seed: int, trusting: bool
    ) -> None:
        self.problem, self.seed, self.trusting = problem, seed, trusting
        self.deadline = None if time_limit is None else time.monotonic() + time_limit
        rules: dict[str, list[tuple[Pick, ...]]] = {}
        for rule in problem.forbidden:
            rules.setdefault(str(rule), []).append(rule.picks)
        self.rules: Mapping[str, Sequence[tuple[Pick, ...]]] = rules
        self.capacities = {f"capacity of {name}": name for name in problem.capacity}
        self.names = (*self.capacities, *rules)
        self.last_feasible = False

    def core(self, names: Sequence[str]) -> list[str] | None:
        """Return rules among those given that cannot hold together; ``None`` where all can."""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        bits = {pick: model.new_bool_var("") for pick in self.problem.picks()}
        for attribute in self.problem.attributes:
            model.add_exactly_one(bits[attribute.name, one.name] for one in attribute.options)
        switches = {}
        for name in names:
            switch = model.new_bool_var("")
            switches[switch.index] = name
            if name in self.capacities:
                resource = self.capacities[name]
                used = sum(
                    amount * bit
                    for pick, bit in bits.items()
                    if (amount := self.problem.option(pick).uses.get(resource, 0))
                )
                model.add(used <= self.problem.capacity[resource]).only_enforce_if(switch)
            else:
                for picks in self.rules[name]:
                    model.add_bool_or([switch.negated(), *(bits[p].negated() for p in picks)])
            model.add_assumption(switch)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = self.seed % 2**31
        # With presolve, the literals that come back are not those that were assumed.
        solver.parameters.cp_model_presolve = False
        solver.parameters.max_deterministic_time = WORK
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            solver.parameters.max_time_in_seconds = max(left, 0.01)
        status = solver.solve(model)
        self.last_feasible = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        if status != cp_model.INFEASIBLE:
            return None
        if not self.trusting:
            return list(names)
        used_switches = set(solver.sufficient_assumptions_for_infeasibility())
        found = {name for index, name in switches.items() if index in used_switches}
        return [name for name in names if name in found] if found else list(names)
