"""The best choice without an exact solver: local search on cores, branch by branch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optimize.anneal import first_guess
from optimize.arrays import Floats
from optimize.landscape import MOST_DENSE, Landscape, landscape_of
from optimize.model import Choice, ConfigurationProblem
from optimize.polish import exchange, starts, tabu
from optimize.presolve import TOLERANCE, Bounds, Core, core_of
from optimize.propagate import propagate
from optimize.relaxation import Prices

#: Options of the first core, for each attribute; later ones are larger by the factor.
FIRST_OPTIONS, WIDEN = 3.0, 1.3
#: Rounds, choices that walk side by side, and moves of each, more of them in larger problems.
ROUNDS, BATCH = 16, 36
LEAST_MOVES, MOVES_PER_ATTRIBUTE, MOST_MOVES = 60, 7, 900
#: Rounds without a better choice after which the search ends, and one more for so many attributes.
PATIENCE, ATTRIBUTES_PER_ROUND = 1, 12
#: Chance given to options that the relaxation does not choose, and weight of an exceeded rule.
SOFTEN, EXCLUSION = 0.04, 10.0


def search(
    problem: ConfigurationProblem,
    bounds: Bounds,
    *,
    known: Choice | None,
    seed: int,
) -> tuple[dict[str, str] | None, int | None]:
    """Look for the cheapest choice by local search.

    Args:
        bounds: of the problem's cost.
        known: a feasible choice, to start from and to better.

    Returns:
        The best feasible choice and its cost, at least as good as ``known``.
    """
    rng = np.random.default_rng(seed)
    best = None if known is None else dict(known)
    upper = None if best is None else problem.cost(best)
    size, idle, within = FIRST_OPTIONS, 0, -np.inf
    grounds: list[_Ground] = []
    patience = PATIENCE + len(problem.attributes) // ATTRIBUTES_PER_ROUND
    for _ in range(ROUNDS):
        if (upper is not None and upper < bounds.bound + 1 - TOLERANCE) or idle == patience:
            break
        guess = first_guess(bounds, size)
        size *= WIDEN
        before = upper
        wanted = guess if upper is None else min(guess, upper)
        if wanted != within:
            within, grounds = wanted, list(_grounds(problem, bounds, wanted))
        for ground in grounds:
            found = _walk(problem, ground, best, rng)
            cost = None if found is None else problem.cost(found)
            if found is not None and cost is not None and (upper is None or cost < upper):
                best, upper = found, cost
        if upper is not None:
            idle = 0 if upper != before else idle + 1
    return best, upper


def _moves(attributes: int) -> int:
    """Return how many moves a core of so many attributes gets."""
    return min(max(LEAST_MOVES, MOVES_PER_ATTRIBUTE * attributes), MOST_MOVES)


@dataclass(frozen=True)
class _Ground:
    """Where one walk goes: the core of a branch, its landscape, and the branch's relaxation.

    Attributes:
        landscape: ``None`` where nothing is left to choose.
        likely: weight of each option of the landscape.
    """

    core: Core
    landscape: Landscape | None
    likely: Floats
    prices: Prices


def _grounds(problem: ConfigurationProblem, bounds: Bounds, upper: float) -> Iterator[_Ground]:
    """Yield the cores that may hold a choice of cost ``upper``."""
    for prices, live in bounds.cases(upper):
        propagate(live)
        if not live.feasible or int(live.alive.sum()) > MOST_DENSE:
            continue
        core = core_of(problem, live)
        landscape = None if core.problem is None else landscape_of(core.problem)
        kept = () if landscape is None else landscape.arrays.picks
        likely = prices.value[[live.arrays.index[pick] for pick in kept]] + SOFTEN
        yield _Ground(core, landscape, likely, prices)


def _walk(
    problem: ConfigurationProblem,
    ground: _Ground,
    known: Choice | None,
    rng: np.random.Generator,
) -> dict[str, str] | None:
    """Search one core from many starts."""
    core, landscape, prices = ground.core, ground.landscape, ground.prices
    if landscape is None:
        choice = core.whole({})
        return choice if problem.feasible(choice) else None
    begin = starts(landscape, ground.likely, BATCH, rng)
    names = {name for name, _ in landscape.arrays.picks}
    if known is not None and all((name, known[name]) in landscape.arrays.index for name in names):
        begin[-1] = landscape.positions({name: known[name] for name in names})
    found, _ = tabu(
        landscape,
        begin,
        weights=np.concatenate([[EXCLUSION], np.maximum(prices.capacity, 0.2) * 3]),
        moves=_moves(landscape.arrays.attributes),
        rng=rng,
        target=np.ceil(prices.bound - TOLERANCE) - core.base,
    )
    if found is None:
        return None
    choice = core.whole(landscape.choice(exchange(landscape, found)))
    return choice if problem.feasible(choice) else None
