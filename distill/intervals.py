"""Intervals for the difference of two systems on the same items: the paired bootstrap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference and the bounds between which 95 % of its resamples lie."""

    difference: float
    low: float
    high: float


def f1(counts: Floats) -> Floats:
    """Return F1 from true positives, false positives, false negatives on the last axis.

    Nothing to find and nothing found is 1.
    """
    hits, false, missed = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    total = 2 * hits + false + missed
    return np.asarray(np.where(total > 0, 2 * hits / np.where(total > 0, total, 1), 1.0))


def paired_bootstrap(
    ours: ArrayLike,
    theirs: ArrayLike,
    *,
    statistic: Callable[[Floats], Floats] = f1,
    resamples: int = 10_000,
    seed: int = 0,
) -> Interval:
    """Return ``statistic(ours) - statistic(theirs)`` with its 95 % percentile interval.

    Items are drawn with replacement and both systems are scored on the same draw, so that what is
    hard for both cancels (Efron and Tibshirani 1993, ch. 13).

    Args:
        ours, theirs: counts per item, shape (items, k), same order; a draw sums its rows.
        statistic: from summed counts, shape (..., k), to scores, shape (...).
        resamples: number of draws.
        seed: of the draws.
    """
    first, second = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    items = len(first)
    draws = np.random.default_rng(seed).multinomial(items, np.full(items, 1 / items), resamples)
    spread = statistic(draws @ first) - statistic(draws @ second)
    low, high = np.quantile(spread, [0.025, 0.975])
    whole = statistic(first.sum(axis=0)) - statistic(second.sum(axis=0))
    return Interval(float(whole), float(low), float(high))
