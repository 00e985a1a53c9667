"""Soft rules in tiers: one model for each tier, the violated weight it reaches is kept by the next.

A single model with weights that spread over all tiers is exact on paper and hopeless for an
annealer. Here each tier is minimised by itself while those before it may not get worse; where
nothing of a tier needs to be violated, its rules simply become hard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimize.arrays import Arrays, Ints, arrays_of
from optimize.landscape import MOST_DENSE, Landscape, landscape_of
from optimize.model import Choice, ConfigurationProblem, Forbidden, Pick
from optimize.polish import exchange, starts, tabu
from optimize.presolve import Core, core_of
from optimize.propagate import Live, dominate, live_of, propagate

#: Choices that walk side by side, moves of each, and walks of one stage.
BATCH, MOVES, MOVES_PER_ATTRIBUTE, WALKS = 16, 100, 4, 2
#: Weight at the start of a broken rule, a unit over a capacity, a unit over a decided tier.
BROKEN, OVER, WORSE = 10.0, 1.0, 5.0

#: A tier, or ``None`` for the cost.
Stage = str | None


@dataclass(frozen=True)
class Decided:
    """A tier with the violated weight that may not be exceeded."""

    tier: str
    most: int


def stages(problem: ConfigurationProblem) -> list[Stage]:
    """Return what is minimised, in order: tiers with soft rules, then the cost."""
    used = {rule.tier for rule in problem.soft}
    return [tier for tier in problem.tiers if tier in used] + [None]


def value_of(problem: ConfigurationProblem, stage: Stage, choice: Choice) -> int:
    """Return what a stage minimises."""
    return problem.cost(choice) if stage is None else problem.violated(choice)[stage]


def violated_weights(problem: ConfigurationProblem, arrays: Arrays, chosen: Ints) -> Ints:
    """Return the violated weight of each tier, shape (batch, tiers).

    Args:
        chosen: positions, shape (batch, attributes).
    """
    found = np.zeros((len(chosen), len(problem.tiers)), dtype=np.int64)
    number = {tier: n for n, tier in enumerate(problem.tiers)}
    for size in {len(rule.picks) for rule in problem.soft}:
        rules = [rule for rule in problem.soft if len(rule.picks) == size]
        at = np.array([[arrays.index[pick] for pick in rule.picks] for rule in rules])
        hit = np.ones((len(chosen), len(rules)), dtype=bool)
        for place in range(size):
            hit &= chosen[:, arrays.attribute[at[:, place]]] == at[:, place]
        weight = np.zeros((len(rules), len(problem.tiers)), dtype=np.int64)
        weight[range(len(rules)), [number[r.tier] for r in rules]] = [r.weight for r in rules]
        found += hit @ weight
    return found


def live_options(problem: ConfigurationProblem) -> Live:
    """Return the options that presolve leaves, soft rules minded."""
    live = live_of(arrays_of(problem))
    propagate(live)
    if live.feasible:
        dominate(live, soft_keys(problem, live))
    return live


def soft_keys(problem: ConfigurationProblem, live: Live) -> dict[int, dict[object, int]]:
    """Return by option the soft rules that it is part of: other picks and tier, with weight."""
    found: dict[int, dict[object, int]] = defaultdict(lambda: defaultdict(int))
    for rule in problem.soft:
        for pick in rule.picks:
            others = tuple(sorted(one for one in rule.picks if one != pick))
            found[live.arrays.index[pick]][rule.tier, others] += rule.weight
    return found


def restricted(
    problem: ConfigurationProblem, live: Live, decided: Sequence[Decided]
) -> tuple[ConfigurationProblem, Live]:
    """Return the problem that keeps decided tiers, as far as rules and options can say it.

    A soft rule that weighs more than its tier may violate becomes hard. What the rest of a tier
    adds up to is left to the search.
    """
    most = {one.tier: one.most for one in decided}
    hard = [
        Forbidden(rule.picks, rule.label)
        for rule in problem.soft
        if rule.tier in most and rule.weight > most[rule.tier]
    ]
    soft = tuple(
        rule for rule in problem.soft if rule.tier not in most or rule.weight <= most[rule.tier]
    )
    tight = replace(problem, forbidden=(*problem.forbidden, *hard), soft=soft)
    arrays = arrays_of(tight)
    left = Live(arrays, live.alive.copy(), dict(live.reasons))
    left.delete(arrays.single, "violates more than its tier may")
    single: dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]] = {}
    for rule in soft:
        if rule.tier in most and len(rule.picks) == 1:
            weight = single.setdefault(rule.tier, np.zeros(len(arrays.picks), dtype=np.int64))
            weight[arrays.index[rule.picks[0]]] += rule.weight
    for tier, weight in single.items():
        least = arrays.cheapest(weight.astype(float), left.alive)
        if np.isfinite(least).all():
            over = least.sum() + weight - least[arrays.attribute] > most[tier]
            left.delete(np.flatnonzero(over), f"violates more of {tier} than needed")
    propagate(left)
    return tight, left


def search_tiers(
    problem: ConfigurationProblem, live: Live, *, known: Choice | None, seed: int
) -> dict[str, str] | None:
    """Look for the lexicographically best choice by local search, tier by tier.

    Args:
        known: a feasible choice, to start from.
    """
    rng = np.random.default_rng(seed)
    best = None if known is None else dict(known)
    decided: list[Decided] = []
    for stage in stages(problem):
        tight, left = restricted(problem, live, decided)
        if left.feasible and int(left.alive.sum()) <= MOST_DENSE:
            core = core_of(tight, left)
            found = _walk(problem, core, stage, decided, best, rng)
            if found is not None and (
                best is None or problem.objective(found) < problem.objective(best)
            ):
                best = found
        if best is None:
            return None
        if stage is not None:
            decided.append(Decided(stage, problem.violated(best)[stage]))
    return best


def _walk(
    problem: ConfigurationProblem,
    core: Core,
    stage: Stage,
    decided: Sequence[Decided],
    known: Choice | None,
    rng: np.random.Generator,
) -> dict[str, str] | None:
    """Search one stage's core; return its best choice of the whole problem."""
    if core.problem is None:
        choice = core.whole({})
        return choice if problem.feasible(choice) else None
    # What the fixed options violate among themselves is not in the core's rules.
    base = {one.tier: _fixed_violation(problem, core, one.tier) for one in decided}
    landscape = landscape_of(
        core.problem,
        tier=stage,
        decided=[(one.tier, one.most - base[one.tier]) for one in decided],
    )
    resources = len(landscape.arrays.limit)
    weights = np.concatenate([[BROKEN], np.full(resources, OVER), np.full(len(decided), WORSE)])
    moves = MOVES + MOVES_PER_ATTRIBUTE * landscape.arrays.attributes
    best, best_value = None, np.inf
    for _ in range(WALKS):
        begin = starts(landscape, _likely(landscape), BATCH, rng)
        if best is not None:
            begin[-1] = best
        elif known is not None and _holds(landscape, core, known):
            begin[-1] = landscape.positions({n: known[n] for n in core.problem.by_name})
        found, value = tabu(
            landscape, begin, weights=weights, moves=moves, rng=rng, target=0 if stage else -np.inf
        )
        if found is not None and value < best_value:
            best = exchange(landscape, found)
            best_value = float(landscape.totals(best[None, :])[0, 0])
    if best is None:
        return None
    choice = core.whole(landscape.choice(best))
    return choice if problem.feasible(choice) else None


def _likely(landscape: Landscape) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return weights of options to start from: the less an option adds by itself, the likelier."""
    adds = landscape.linear[0]
    owner = landscape.arrays.attribute
    least = np.minimum.reduceat(adds, landscape.arrays.start[:-1])
    spread = np.maximum(np.maximum.reduceat(adds, landscape.arrays.start[:-1]) - least, 1e-9)
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = np.exp(
        -3.0 * (adds - least[owner]) / spread[owner]
    )
    return found


def _holds(landscape: Landscape, core: Core, known: Choice) -> bool:
    names = core.problem.by_name if core.problem is not None else {}
    return all((name, known[name]) in landscape.arrays.index for name in names)


def _fixed_violation(problem: ConfigurationProblem, core: Core, tier: str) -> int:
    """Return the violated weight of soft rules whose picks are all fixed."""
    return sum(
        rule.weight
        for rule in problem.soft
        if rule.tier == tier and all(core.fixed.get(a) == o for a, o in rule.picks)
    )


def weights_of(
    problem: ConfigurationProblem, stage: Stage, decided: Sequence[Decided], worse: int
) -> dict[tuple[Pick, ...], int]:
    """Return an objective for a quadratic model: a stage, and decided tiers ``worse`` times."""
    found: dict[tuple[Pick, ...], int] = defaultdict(int)
    kept = {one.tier for one in decided}
    for rule in problem.soft:
        if rule.tier == stage:
            found[rule.picks] += rule.weight
        elif rule.tier in kept:
            found[rule.picks] += rule.weight * worse
    if stage is None:
        for pick in problem.picks():
            found[(pick,)] += problem.option(pick).cost
    return dict(found)
