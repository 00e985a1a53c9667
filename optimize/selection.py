"""Choosing few of many: relevance less redundancy under a budget, as quadratic models.

The worth of a set is the sum of its members' relevance, less the redundancy of each pair. Left to
itself this form takes all where relevances outweigh redundancies and next to nothing where they do
not: two unlike scales decide the size. Here each size has a model of its own, drawn to that size,
and dear members are priced by a multiplier that is searched until the budget is kept. The best of
all samples within the budget is the answer, next to what greedy growth and, where it is small
enough, trying everything find for the same worth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import dimod
import numpy as np
from numpy.typing import ArrayLike

from base import SolverError
from optimize.arrays import Bools, Floats
from optimize.samplers import LARGEST_SEED, Sampler

#: Members up to which all sets are tried.
MOST_EXHAUSTIVE = 16
#: Prices of cost tried for each size, at most.
MOST_PRICES = 10
#: Share of a budget by which rounding may exceed it.
ROUNDING = 1e-9
READS, SWEEPS = 100, 100
#: Share of the weight that would hold a size for certain, and the schedule's ends times the weight.
HOLD, HOT, COLD = 0.5, 1.0, 100.0


@dataclass(frozen=True, slots=True)
class Selection:
    """A set within a budget.

    Attributes:
        chosen: members, ascending; empty where nothing is worth its place.
        value: its worth.
        cost: of the set.
        greedy: what greedy growth chose, and its worth.
        exhaustive: the best set of all and its worth, or ``None`` where there are too many.
    """

    chosen: tuple[int, ...]
    value: float
    cost: float
    greedy: tuple[int, ...]
    greedy_value: float
    exhaustive: tuple[int, ...] | None
    exhaustive_value: float | None


@dataclass(frozen=True, slots=True)
class Scores:
    """What members are worth alone and in pairs, and what they cost.

    Attributes:
        relevance: shape (members,).
        redundancy: symmetric, zero diagonal, shape (members, members); negative where two are worth
            more together than apart.
        costs: positive, shape (members,).
    """

    relevance: Floats
    redundancy: Floats
    costs: Floats

    def worth(self, sets: Bools) -> Floats:
        """Return the worth of sets, shape (sets,), from members of shape (sets, members)."""
        rows = sets.astype(float)
        pairs = np.einsum("si,ij,sj->s", rows, self.redundancy, rows, optimize=True) / 2
        found: Floats = rows @ self.relevance - pairs
        return found


def scores(relevance: ArrayLike, redundancy: ArrayLike, costs: ArrayLike | None = None) -> Scores:
    """Check scores and put them in shape.

    Args:
        redundancy: its diagonal is ignored; the two halves are averaged.
        costs: 1 each where absent.

    Raises:
        SolverError: where shapes differ, a number is not finite, or a cost is not positive.
    """
    alone = np.asarray(relevance, dtype=float)
    pairs = np.asarray(redundancy, dtype=float)
    price = np.ones(len(alone)) if costs is None else np.asarray(costs, dtype=float)
    if alone.ndim != 1 or not len(alone):
        raise SolverError("relevance is no vector", hint="give one number for each member")
    if pairs.shape != (len(alone), len(alone)) or price.shape != alone.shape:
        raise SolverError(
            f"{len(alone)} members, redundancy of shape {pairs.shape}, costs of {price.shape}",
            hint="give a row and a column, and a cost, for each member",
        )
    if not all(np.isfinite(one).all() for one in (alone, pairs, price)):
        raise SolverError("a score or cost is not finite", hint="leave out what is not known")
    if (price <= 0).any():
        raise SolverError("a cost is not positive", hint="give each member its cost")
    pairs = (pairs + pairs.T) / 2
    np.fill_diagonal(pairs, 0.0)
    return Scores(alone, pairs, price)


def select(
    relevance: ArrayLike,
    redundancy: ArrayLike,
    *,
    budget: float,
    costs: ArrayLike | None = None,
    sampler: Sampler,
    seed: int,
    reads: int = READS,
    sweeps: int = SWEEPS,
) -> Selection:
    """Choose the set of most worth within a budget.

    Args:
        relevance, redundancy, costs: as in :func:`scores`.
        budget: of the sum of costs; with no costs, the largest size.
        reads, sweeps: of each model.

    Raises:
        SolverError: where scores make no sense, or the sampler fails.
    """
    given = scores(relevance, redundancy, costs)
    if not 0 <= budget < np.inf:
        raise SolverError(f"budget {budget}", hint="give zero or more")
    best = np.zeros(len(given.costs), dtype=bool)
    for sets in _sampled(given, budget, sampler, seed, reads, sweeps):
        worth = given.worth(sets)
        if worth.max() > given.worth(best[None])[0]:
            best = sets[int(worth.argmax())]
    greedy = greedy_set(given, budget)
    every = exhaustive_set(given, budget)
    return Selection(
        chosen=_members(best),
        value=float(given.worth(best[None])[0]),
        cost=float(given.costs[best].sum()),
        greedy=_members(greedy),
        greedy_value=float(given.worth(greedy[None])[0]),
        exhaustive=None if every is None else _members(every),
        exhaustive_value=None if every is None else float(given.worth(every[None])[0]),
    )


def sized_model(
    given: Scores, size: int, price: float, *, hold: float = 1.0
) -> tuple[dimod.BinaryQuadraticModel, float]:
    """Return the model of sets of one size, least where worth less priced cost is most.

    Args:
        hold: at 1 a flip towards the size gains more than it can lose, from any state; at less, the
            size is drawn to rather than held, and swaps meet a lower barrier.

    Returns:
        the model, and the weight of the squared difference of size.
    """
    count = len(given.relevance)
    linear = price * given.costs - given.relevance
    worth = np.max(-linear + np.maximum(0.0, -given.redundancy).sum(axis=1))
    overlap = np.sort(np.maximum(0.0, given.redundancy), axis=1)[:, count - size :].sum(axis=1)
    weight = hold * max(float(worth), float(np.max(linear + overlap)), 0.0) * 1.01 + 1e-9
    row, column = np.triu_indices(count, 1)
    model = dimod.BinaryQuadraticModel.from_numpy_vectors(
        linear + weight * (1 - 2 * size),
        (row, column, given.redundancy[row, column] + 2 * weight),
        weight * size**2,
        dimod.BINARY,
    )
    return model, weight


def greedy_set(given: Scores, budget: float) -> Bools:
    """Grow a set by the member that adds most, or most for its cost, while one adds anything.

    Returns:
        the better of the two, shape (members,).
    """
    found = []
    for by in (np.ones(len(given.costs)), given.costs):
        chosen = np.zeros(len(given.costs), dtype=bool)
        while True:
            gain = given.relevance - given.redundancy @ chosen
            left = budget * (1 + ROUNDING) - given.costs[chosen].sum()
            open_ = ~chosen & (given.costs <= left) & (gain > 0)
            if not open_.any():
                break
            chosen[int(np.argmax(np.where(open_, gain / by, -np.inf)))] = True
        found.append(chosen)
    worth = given.worth(np.array(found))
    return found[int(worth.argmax())]


def exhaustive_set(given: Scores, budget: float) -> Bools | None:
    """Return the best set within a budget, or ``None`` where there are too many to try."""
    count = len(given.costs)
    if count > MOST_EXHAUSTIVE:
        return None
    sets = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    sets = sets[sets @ given.costs <= budget * (1 + ROUNDING)]
    best: Bools = sets[int(given.worth(sets).argmax())]
    return best


def _sampled(
    given: Scores, budget: float, sampler: Sampler, seed: int, reads: int, sweeps: int
) -> Iterator[Bools]:
    """Yield sampled sets within the budget, model by model; sizes are not trusted but counted."""
    within = budget * (1 + ROUNDING)
    least = np.cumsum(np.sort(given.costs))
    for size in range(1, int((least <= within).sum()) + 1):
        low, high = 0.0, None
        price, steepest = 0.0, float(np.abs(given.relevance).max() + np.abs(given.redundancy).max())
        for turn in range(MOST_PRICES):
            model, weight = sized_model(given, size, price, hold=HOLD)
            drawn = sampler.sample(
                model,
                reads=reads,
                sweeps=sweeps,
                seed=(seed + turn) % (LARGEST_SEED + 1),
                beta_range=(HOT / weight, COLD / weight),
            )
            sets = drawn.record.sample[:, np.argsort(list(drawn.variables))] > 0
            cost = sets @ given.costs
            kept = cost <= within
            if kept.any():
                yield sets[kept]
            if kept[int(drawn.record.energy.argmin())]:
                high = price
                if price == 0.0:
                    break
            else:
                low = price
            first = steepest / float(given.costs.mean())
            price = (low + high) / 2 if high is not None else max(2 * low, first / 4)


def _members(chosen: Bools) -> tuple[int, ...]:
    return tuple(np.flatnonzero(chosen).tolist())
