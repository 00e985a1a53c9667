"""The lexicographic optimum, proved tier by tier by OR-Tools CP-SAT."""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimize.arrays import Arrays, Bools, Ints
from optimize.certify import Model, choice_of_positions
from optimize.model import Choice, ConfigurationProblem
from optimize.tiers import stages, value_of

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True)
class TierProof:
    """What was proved.

    Attributes:
        choice: the best known; ``None`` where there is none.
        optimal: whether it is the lexicographic optimum, or there is no choice at all.
        bound: of the cost, where all tiers were proved; else ``None``.
    """

    choice: Choice | None
    optimal: bool
    bound: int | None


def prove_tiers(
    problem: ConfigurationProblem,
    arrays: Arrays,
    alive: Bools,
    *,
    known: Choice | None,
    time_limit: float | None,
    seed: int,
) -> TierProof:
    """Minimise each tier and then the cost, each under the values proved before.

    Args:
        alive: options that a lexicographic optimum holds.
        known: a feasible choice.
        time_limit: seconds for all tiers; ``None`` limits the work and not the time.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    model = Model(arrays, alive)
    violated = violations(problem, arrays, model)
    best = known
    for stage in stages(problem):
        objective = model.linear(arrays.cost) if stage is None else violated[stage]
        model.model.minimize(objective)
        if best is not None:
            model.hint(_positions(arrays, best))
        left = None if deadline is None else max(deadline - time.monotonic(), 0.01)
        proof = model.solve(time_limit=left, seed=seed)
        if proof.positions is not None:
            found = choice_of_positions(arrays, proof.positions)
            if best is None or problem.objective(found) < problem.objective(best):
                best = found
        if not proof.exhausted or best is None:
            bound = proof.bound if stage is None else None
            return TierProof(best, proof.exhausted, bound)
        value = value_of(problem, stage, best)
        if stage is None:
            return TierProof(best, True, value)
        model.model.add(objective <= value)
    return TierProof(best, False, None)


def violations(
    problem: ConfigurationProblem, arrays: Arrays, model: Model
) -> dict[str, cp_model.LinearExprT]:
    """Return each tier's violated weight; rules that differ in one pick share a bit."""
    from ortools.sat.python import cp_model

    terms: dict[str, list[tuple[cp_model.LinearExprT, int]]] = {tier: [] for tier in problem.tiers}
    pairs: dict[tuple[str, tuple[int, ...]], int] = defaultdict(int)
    for rule in problem.soft:
        at = tuple(sorted(arrays.index[pick] for pick in rule.picks))
        if all(position in model.bits for position in at):
            pairs[rule.tier, at] += rule.weight
    shared: dict[tuple[str, tuple[int, ...], int, int], list[int]] = defaultdict(list)
    for (tier, at), weight in pairs.items():
        if len(at) == 1:
            terms[tier].append((model.bits[at[0]], weight))
        else:
            shared[tier, at[:-1], int(arrays.attribute[at[-1]]), weight].append(at[-1])
    for (tier, given, _, weight), lasts in shared.items():
        bit = model.model.new_bool_var("")
        picked = [model.bits[position] for position in (*given, *lasts)]
        model.model.add(cp_model.LinearExpr.sum(picked) - bit <= len(given))
        terms[tier].append((bit, weight))
    return {
        tier: cp_model.LinearExpr.weighted_sum([one for one, _ in of], [w for _, w in of])
        for tier, of in terms.items()
    }


def _positions(arrays: Arrays, choice: Choice) -> Ints:
    import numpy as np

    return np.array([arrays.index[pick] for pick in choice.items()], dtype=np.int64)
