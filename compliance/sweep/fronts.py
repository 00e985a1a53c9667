"""The best of a sweep: the cheapest designs, and those that no other beats in every measure."""

from __future__ import annotations

import numpy as np

from compliance.engine.kinds import Array


def cheapest(cost: Array, places: Array, count: int) -> Array:
    """Return the rows of the cheapest designs, cheapest first; of equals the earlier place."""
    if count < len(cost):
        edge = np.partition(cost, count - 1)[count - 1] if count else -np.inf
        rows = np.flatnonzero(cost <= edge) if count else np.array([], dtype=np.intp)
    else:
        rows = np.arange(len(cost))
    return rows[np.lexsort((places[rows], cost[rows]))][:count]


def front(points: Array, places: Array) -> Array:
    """Return the rows of the Pareto front, in the order of the first measure.

    Args:
        points: designs by measures, float64, less is better; NaN is worst.
        places: of the designs; of equal points the earliest place stands for all.
    """
    filled = np.where(np.isnan(points), np.inf, points)
    order = np.lexsort((places, *reversed(filled.T)))
    rows = filled[order]
    if not len(rows):
        return order
    fresh = np.ones(len(rows), dtype=bool)
    fresh[1:] = np.any(rows[1:] != rows[:-1], axis=1)
    order, rows = order[fresh], rows[fresh]
    if rows.shape[1] <= 2:
        return order[_staircase(rows)]
    kept: list[int] = []
    found = np.empty((0, rows.shape[1]))
    for row, point in enumerate(rows):
        # Sorted, so that only an earlier point can beat a later one.
        if not np.any(np.all(found <= point, axis=1)):
            kept.append(row)
            found = np.vstack([found, point])
    return order[kept]


def _staircase(rows: Array) -> Array:
    """Return which of some sorted points step below all before them in the second measure."""
    if rows.shape[1] == 1:
        return np.arange(1)
    lowest = np.minimum.accumulate(rows[:, 1])
    steps = np.ones(len(rows), dtype=bool)
    steps[1:] = rows[1:, 1] < lowest[:-1]
    return np.flatnonzero(steps)
