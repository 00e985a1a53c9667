"""What the annealer reaches by itself on a problem with soft rules: one model for each tier."""

from __future__ import annotations

import dimod
import numpy as np

from base import SolverError
from optimize.anneal import Reached
from optimize.model import ConfigurationProblem
from optimize.presolve import Core, core_of
from optimize.propagate import Live
from optimize.qubo import Qubo, build
from optimize.relaxation import relax
from optimize.samplers import Sampler
from optimize.tiers import (
    Decided,
    restricted,
    stages,
    value_of,
    violated_weights,
    weights_of,
)

#: Reads of each stage by default, their sweeps, and shares of the exact penalties, one after
#: another.
READS, SWEEPS, SCALES = 300, 60, (0.5, 1.0)
#: What a unit of a decided tier weighs, in typical weights of the stage.
WORSE = 4
#: Inverse temperatures over the stage's typical weight.
HOT, COLD = 0.15, 4.0


def anneal_tiers(
    problem: ConfigurationProblem,
    live: Live,
    sampler: Sampler,
    reached: Reached,
    *,
    seed: int,
    reads: int = READS,
    sweeps: int = SWEEPS,
) -> None:
    """Anneal tier by tier; each keeps what the annealer itself reached in those before.

    Args:
        reached: is filled, also where the sampler fails on the way.

    Raises:
        SolverError: where the sampler cannot take the model or is not reached.
    """
    decided: list[Decided] = []
    for number, stage in enumerate(stages(problem)):
        tight, left = restricted(problem, live, decided)
        if not left.feasible:
            return
        core = core_of(tight, left)
        if core.problem is None:
            _take(problem, reached, core.whole({}))
        else:
            typical = _typical(core.problem, stage)
            weights = weights_of(core.problem, stage, decided, WORSE * typical)
            relaxation = relax(core.problem) if stage is None else None
            for part, scale in enumerate(SCALES):
                try:
                    qubo = build(
                        core.problem,
                        relaxation,
                        encoding="rest",
                        scale=scale,
                        capacity="multiplier" if stage is None else "none",
                        upper=None if not weights else _upper(core.problem, stage, typical),
                        weights=weights,
                    )
                except SolverError:  # propagation inside finds that the core holds no choice
                    break
                samples = sampler.sample(
                    qubo.bqm,
                    reads=-(-reads // len(SCALES)),
                    sweeps=sweeps,
                    seed=(seed + number * len(SCALES) + part) % 2**31,
                    beta_range=(HOT / typical, COLD / typical),
                )
                _keep(problem, core, qubo, samples, reached)
        if reached.choice is None:
            return
        if stage is not None:
            decided.append(Decided(stage, value_of(problem, stage, reached.choice)))


def _typical(core: ConfigurationProblem, stage: str | None) -> int:
    """Return what one change of a stage's objective is about."""
    if stage is None:
        return max(1, round(float(np.mean([
            np.ptp([one.cost for one in attribute.options]) for attribute in core.attributes
        ])) / 4))  # fmt: skip
    weights = [rule.weight for rule in core.soft if rule.tier == stage]
    return max(1, round(float(np.mean(weights)))) if weights else 1


def _upper(core: ConfigurationProblem, stage: str | None, typical: int) -> float:
    """Return an objective that sets penalties of some typical changes above the least."""
    if stage is None:
        least = sum(min(one.cost for one in attribute.options) for attribute in core.attributes)
        return float(least + 6 * typical)
    return float(6 * typical)


def _keep(
    problem: ConfigurationProblem,
    core: Core,
    qubo: Qubo,
    samples: dimod.SampleSet,
    reached: Reached,
) -> None:
    """Keep the best feasible read by the whole lexicographic objective."""
    decoded = qubo.decode_all(samples)
    reached.reads += len(decoded.feasible)
    reached.feasible_reads += int(decoded.feasible.sum())
    chosen = np.unique(decoded.chosen[decoded.feasible], axis=0)
    if len(chosen) and core.problem is not None:
        violated = violated_weights(core.problem, qubo.layout.arrays, chosen)
        cost = qubo.layout.arrays.cost[chosen].sum(axis=1)
        first = np.lexsort([cost, *violated.T[::-1]])[0]
        _take(problem, reached, core.whole(qubo.choice(chosen[first])))


def _take(problem: ConfigurationProblem, reached: Reached, choice: dict[str, str]) -> None:
    if problem.feasible(choice) and (
        reached.choice is None or problem.objective(choice) < problem.objective(reached.choice)
    ):
        reached.choice, reached.cost = choice, problem.cost(choice)
