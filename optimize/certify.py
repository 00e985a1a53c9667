"""Optimum or bound by OR-Tools CP-SAT, after the annealer has answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimize.arrays import Arrays, Bools, Ints
from optimize.relaxation import conflict_rows

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

#: Deterministic time where no limit is given: about as many seconds of work, on any machine.
WORK = 120.0


@dataclass(frozen=True)
class Proof:
    """What an exact solver found.

    Attributes:
        positions: its best choice, shape (attributes,); ``None`` where it found none.
        value: of the objective, for that choice.
        bound: proved lower bound of the objective; ``None`` where nothing was proved.
        exhausted: whether there is no choice, or none better than ``positions``.
    """

    positions: Ints | None
    value: int | None
    bound: int | None
    exhausted: bool


class Model:
    """The hard part of a problem over its live options, for CP-SAT.

    Attributes:
        model: to which more can be added.
        bits: by live position.
    """

    def __init__(self, arrays: Arrays, alive: Bools) -> None:
        from ortools.sat.python import cp_model

        self.arrays = arrays
        self.model: cp_model.CpModel = cp_model.CpModel()
        self.bits = {
            position: self.model.new_bool_var(f"x{position}")
            for position in np.flatnonzero(alive).tolist()
        }
        owner = arrays.attribute
        groups: dict[int, list[int]] = {int(a): [] for a in range(arrays.attributes)}
        for position in self.bits:
            groups[int(owner[position])].append(position)
        for group in groups.values():
            self.model.add_exactly_one(self.bits[position] for position in group)
        rows, limits = conflict_rows(arrays, alive)
        for row, limit in zip(rows, limits.tolist(), strict=True):
            if limit == 1:
                self.model.add_at_most_one(self.bits[position] for position in row)
            else:
                self.model.add_linear_constraint(
                    sum(self.bits[position] for position in row), 0, limit
                )
        for resource, most in enumerate(arrays.limit.tolist()):
            self.model.add(self.linear(arrays.uses[:, resource]) <= most)

    def linear(self, coefficients: Ints) -> cp_model.LinearExprT:
        """Return a weighted sum of the live options."""
        from ortools.sat.python import cp_model

        terms = [(bit, int(coefficients[p])) for p, bit in self.bits.items() if coefficients[p]]
        return cp_model.LinearExpr.weighted_sum([bit for bit, _ in terms], [c for _, c in terms])

    def hint(self, positions: Ints) -> None:
        """Say what choice is known; options that do not live are left out."""
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        chosen = set(positions.tolist())
        for position, bit in self.bits.items():
            self.model.add_hint(bit, position in chosen)

    def solve(self, *, time_limit: float | None, seed: int) -> Proof:
        """Solve the model as it stands.

        Args:
            time_limit: seconds; ``None`` limits the work and not the time, so that the same seed
                gives the same answer on any machine.
        """
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.random_seed = seed % 2**31
        if time_limit is None:
            solver.parameters.max_deterministic_time = WORK
        else:
            solver.parameters.max_time_in_seconds = max(time_limit, 0.01)
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return Proof(None, None, None, True)
        bound = int(np.ceil(solver.best_objective_bound - 1e-6))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Proof(None, None, bound if self.model.has_objective() else None, False)
        found = [position for position, bit in self.bits.items() if solver.boolean_value(bit)]
        value = round(solver.objective_value)
        return Proof(np.array(sorted(found)), value, bound, status == cp_model.OPTIMAL)


def cheapest(
    arrays: Arrays,
    alive: Bools,
    *,
    hint: Ints | None = None,
    time_limit: float | None = None,
    seed: int = 0,
    no_more: int | None = None,
) -> Proof:
    """Find the cheapest choice of live options, or prove a bound.

    Args:
        hint: a known choice.
        no_more: leave out choices that cost more.
    """
    model = Model(arrays, alive)
    cost = model.linear(arrays.cost)
    model.model.minimize(cost)
    if no_more is not None:
        model.model.add(cost <= no_more)
    if hint is not None:
        model.hint(hint)
    return model.solve(time_limit=time_limit, seed=seed)


def choice_of_positions(arrays: Arrays, positions: Ints) -> Mapping[str, str]:
    """Return positions by name."""
    return dict(arrays.picks[position] for position in positions.tolist())
