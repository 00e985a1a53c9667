"""Intervals: the paired bootstrap of a difference, exact bounds of a share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from distill.metrics import f1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference and the bounds between which 95 % of its resamples lie."""

    difference: float
    low: float
    high: float


def paired_bootstrap(
    ours: ArrayLike,
    theirs: ArrayLike,
    *,
    statistic: Callable[[Floats], Floats] = f1,
    groups: ArrayLike | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> Interval:
    """Return ``statistic(ours) - statistic(theirs)`` with its 95 % percentile interval.

    Items are drawn with replacement and both systems are scored on the same draw, so that what is
    hard for both cancels (Efron and Tibshirani 1993, ch. 13).

    Args:
        ours, theirs: counts per item, shape (items, k), same order; a draw sums its rows.
        statistic: from summed counts, shape (..., k), to scores, shape (...).
        groups: what the items belong to, such as a site or a storm, shape (items,). Whole groups
            are drawn, because items of one are alike: an interval over items would be too narrow.
            It still is with fewer than about ten groups.
        resamples: number of draws.
        seed: of the draws.
    """
    first, second = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if groups is not None:
        first, second = _by_group(first, groups), _by_group(second, groups)
    items = len(first)
    draws = np.random.default_rng(seed).multinomial(items, np.full(items, 1 / items), resamples)
    spread = statistic(draws @ first) - statistic(draws @ second)
    low, high = np.quantile(spread, [0.025, 0.975])
    whole = statistic(first.sum(axis=0)) - statistic(second.sum(axis=0))
    return Interval(float(whole), float(low), float(high))


def _by_group(counts: Floats, groups: ArrayLike) -> Floats:
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    summed = np.zeros((len(names), counts.shape[1]))
    np.add.at(summed, place, counts)
    return summed


def share_bounds(hits: int, total: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return exact two-sided bounds of a binomial share (Clopper and Pearson 1934).

    Args:
        hits, total: counts, 0 <= hits <= total.
        confidence: that both bounds hold together.
    """
    tail = (1 - confidence) / 2
    return 1 - upper_share(total - hits, total, confidence=1 - tail), upper_share(
        hits, total, confidence=1 - tail
    )


def upper_share(hits: int, total: int, *, confidence: float = 0.95) -> float:
    """Return the one-sided Clopper-Pearson upper bound of a share; 1 where nothing was seen.

    It is the largest share under which as few as ``hits`` still come with probability
    ``1 - confidence``.
    """
    from scipy.stats import beta

    if hits >= total:
        return 1.0
    return float(beta.ppf(confidence, hits + 1, total - hits))
