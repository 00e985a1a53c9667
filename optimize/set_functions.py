"""Choosing by a table of what sets are worth, such as a student's accuracy by modalities.

A pairwise model is fitted to the table, minimised under the budget, and judged by the table itself,
next to greedy growth on the table and its best set: what a quadratic model can and cannot see of a
set function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from base import SolverError
from optimize.arrays import Floats
from optimize.samplers import Sampler
from optimize.selection import ROUNDING, select


@dataclass(frozen=True, slots=True)
class TableSelection:
    """A set chosen by a pairwise model of a set function, judged by the function itself.

    Attributes:
        chosen, value: by the pairwise model; ``value`` is the function's.
        greedy, greedy_value: grown by the function itself.
        best, best_value: of all sets within the budget.
        misfit: root mean square of the pairwise model's error over the table.
    """

    chosen: tuple[int, ...]
    value: float
    greedy: tuple[int, ...]
    greedy_value: float
    best: tuple[int, ...]
    best_value: float
    misfit: float


def pairwise_fit(
    values: Mapping[frozenset[int], float], count: int
) -> tuple[Floats, Floats, float]:
    """Fit relevance and redundancy to a set function by least squares, with a constant.

    Args:
        values: of some or all non-empty sets of members 0 to ``count`` - 1.

    Returns:
        relevance (count,), redundancy (count, count), and the root mean square error.

    Raises:
        SolverError: where the table is empty or names a member that there is not.
    """
    if not values or any(not s or min(s) < 0 or max(s) >= count for s in values):
        raise SolverError(
            "the table of sets is empty or names no member", hint=f"give sets of 0 to {count - 1}"
        )
    row, column = np.triu_indices(count, 1)
    sets = np.array([[member in one for member in range(count)] for one in values], dtype=float)
    features = np.column_stack([np.ones(len(sets)), sets, sets[:, row] * sets[:, column]])
    target = np.array(list(values.values()), dtype=float)
    found, *_ = np.linalg.lstsq(features, target, rcond=None)
    redundancy = np.zeros((count, count))
    redundancy[row, column] = -found[1 + count :]
    misfit = float(np.sqrt(np.mean((features @ found - target) ** 2)))
    return found[1 : 1 + count], redundancy + redundancy.T, misfit


def select_from_table(
    values: Mapping[frozenset[int], float],
    costs: ArrayLike,
    *,
    budget: float,
    sampler: Sampler,
    seed: int,
) -> TableSelection:
    """Choose by the pairwise model of a set function, such as a student's accuracy by modalities.

    Args:
        values: of every non-empty set that the budget allows.
        costs: of each member.

    Raises:
        SolverError: as :func:`pairwise_fit` and :func:`select`, or where no set is affordable, or
            an affordable set has no value.
    """
    price = np.asarray(costs, dtype=float)
    relevance, redundancy, misfit = pairwise_fit(values, len(price))
    model = select(relevance, redundancy, budget=budget, costs=price, sampler=sampler, seed=seed)
    affordable = [s for s in values if price[list(s)].sum() <= budget * (1 + ROUNDING)]
    if not affordable:
        raise SolverError(f"no set costs {budget:g} or less", hint="raise the budget")
    chosen = frozenset(model.chosen) or max(affordable, key=lambda s: (-len(s), values[s]))
    best = max(affordable, key=lambda s: (values[s], -len(s), [-one for one in sorted(s)]))
    grown = _grown(values, affordable, price)
    for one in (chosen, grown):
        if one not in values:
            raise SolverError(f"no value of the set {sorted(one)}", hint="complete the table")
    return TableSelection(
        chosen=tuple(sorted(chosen)),
        value=values[chosen],
        greedy=tuple(sorted(grown)),
        greedy_value=values[grown],
        best=tuple(sorted(best)),
        best_value=values[best],
        misfit=misfit,
    )


def _grown(
    values: Mapping[frozenset[int], float], affordable: Iterable[frozenset[int]], costs: Floats
) -> frozenset[int]:
    """Grow the empty set by the member that raises the function most, while one does."""
    allowed = set(affordable)
    current: frozenset[int] = frozenset()
    while True:
        wider = [
            s for m in range(len(costs)) if m not in current and (s := current | {m}) in allowed
        ]
        if not wider:
            return current
        best = max(wider, key=lambda s: (values[s], sorted(-one for one in s)))
        if current and values[best] <= values[current]:
            return current
        current = best
