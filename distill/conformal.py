"""Conformal prediction: sets and intervals that hold the truth as often as promised."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def split_quantile(scores: ArrayLike, miss: float) -> float:
    """Return the ``⌈(n + 1)(1 - α)⌉``-th smallest calibration score; infinite where n is too few.

    Args:
        scores: nonconformity of calibration samples, shape (n,); higher is stranger.
        miss: ``α``, the share of misses that is allowed (Vovk et al. 2005; arXiv:2107.07511).
    """
    ordered = np.sort(np.asarray(scores, dtype=np.float64))
    # Rounding guards against 0.9 * 10 landing a hair above 9.
    rank = math.ceil(round((len(ordered) + 1) * (1 - miss), 9))
    return float(ordered[rank - 1]) if 0 < rank <= len(ordered) else math.inf


def tolerance_quantile(scores: ArrayLike, miss: float, *, doubt: float = 0.05) -> float:
    """Return a bound that at most ``miss`` of new scores exceed, but with probability ``doubt``.

    :func:`split_quantile` keeps its promise in the mean over calibration samples; this is the
    tolerance limit that keeps it for nearly every one (Wilks 1941; Vovk 2012, arXiv:1209.2673).
    Infinite where the scores are too few to promise anything.

    Args:
        scores: of calibration samples, shape (n,), exchangeable with the new ones.
        miss: the share of new scores that may lie above.
        doubt: probability, over calibration samples, that more do.
    """
    from scipy.stats import binom

    ordered = np.sort(np.asarray(scores, dtype=np.float64))[::-1]
    # With k scores above the bound the true share exceeds ``miss`` with the probability that a
    # binomial count is at most k.
    above = int(binom.ppf(doubt, len(ordered), miss)) if len(ordered) else -1
    while above >= 0 and binom.cdf(above, len(ordered), miss) > doubt:
        above -= 1
    return float(ordered[above]) if above >= 0 else math.inf


def grouped_quantiles(scores: ArrayLike, groups: ArrayLike, misses: ArrayLike) -> Floats:
    """Return the bounds of one item of a new group, from scores of items in groups.

    Items of a group are alike, so that only groups are exchangeable. Each of ``k`` groups has the
    weight ``1 / (k + 1)``, shared evenly by its items, and the new group's weight lies at infinity
    (Lee, Barber and Willett 2023, arXiv:2306.06342). With one item each it is
    :func:`split_quantile`.

    Args:
        scores: of calibration items, shape (n,).
        groups: what each belongs to, shape (n,).
        misses: shares of misses that are allowed, shape (m,); the answer has that shape.
    """
    strange = np.asarray(scores, dtype=np.float64)
    _, place, size = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    order = np.argsort(strange, kind="stable")
    weight = (1 / ((len(size) + 1) * size[place]))[order].cumsum()
    # Rounding guards as in split_quantile.
    rank = np.searchsorted(weight, np.asarray(1 - np.asarray(misses, dtype=np.float64)) - 1e-11)
    return np.append(strange[order], math.inf)[rank]


def class_quantiles(scores: ArrayLike, label: ArrayLike, classes: int, miss: float) -> Floats:
    """Return one quantile per class, so that the promise holds for each class alone.

    Args:
        scores: of the true class, shape (n,).
        label: class numbers, shape (n,).
        classes: how many; an unseen one is in every set.
        miss: as in :func:`split_quantile`.
    """
    strange, known = np.asarray(scores, dtype=np.float64), np.asarray(label)
    return np.array([split_quantile(strange[known == one], miss) for one in range(classes)])


def prediction_sets(probability: ArrayLike, quantile: ArrayLike) -> NDArray[np.bool_]:
    """Return which classes are in the set of each sample: those with ``1 - p`` at most the bound.

    Args:
        probability: shape (n, classes).
        quantile: one bound, or one per class.
    """
    return np.asarray(1 - np.asarray(probability, dtype=np.float64) <= np.asarray(quantile))


def quantile_scores(low: ArrayLike, high: ArrayLike, truth: ArrayLike) -> Floats:
    """Return ``max(low - y, y - high)`` for conformalised quantile regression (1905.03222).

    The calibrated interval is ``[low - q, high + q]`` with the split quantile ``q`` of these.
    """
    seen = np.asarray(truth, dtype=np.float64)
    return np.asarray(np.maximum(np.asarray(low) - seen, seen - np.asarray(high)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class AdaptiveLevel:
    """The level of adaptive conformal prediction in a stream (arXiv:2106.00170).

    Attributes:
        target: the share of misses wanted.
        rate: ``γ``, how fast the level follows.
        current: the level in use; at most 0 means an infinite interval, at least 1 an empty one.
    """

    target: float
    rate: float
    current: float

    def after(self, missed: bool) -> AdaptiveLevel:
        """Return the next level: ``α + γ (target - err)``, with ``err`` 1 on a miss."""
        step = self.rate * (self.target - float(missed))
        return AdaptiveLevel(self.target, self.rate, self.current + step)

    def bound(self, scores: ArrayLike) -> float:
        """Return the quantile of past scores at the current level."""
        if self.current <= 0:
            return math.inf
        return -math.inf if self.current >= 1 else split_quantile(scores, self.current)


def adaptive_quantiles(
    scores: ArrayLike, miss: float, *, start: ArrayLike, rate: float, delay: int, window: int
) -> Floats:
    """Return the bound in use at each step of a stream, by adaptive conformal prediction.

    The answer to the forecast of step ``t`` comes ``delay`` steps later: the bound of step ``t``
    rests on the scores up to ``t - delay`` alone (Gibbs and Candès 2021, arXiv:2106.00170).

    Args:
        scores: nonconformity of the forecast issued at each step, shape (n,); NaN where the truth
            was never seen: no feedback comes of it.
        miss: the share of misses wanted.
        start: calibration scores from before the stream, shape (m,), which count until the last
            ``window`` scores are of the stream.
        rate: ``γ``.
        delay: steps from a forecast to its truth, at least 1.
        window: how many scores are remembered.
    """
    stream = np.asarray(scores, dtype=np.float64)
    memory = [float(one) for one in np.asarray(start, dtype=np.float64)][-window:]
    level, bounds = AdaptiveLevel(miss, rate, miss), np.empty(len(stream))
    for step in range(len(stream)):
        known = step - delay
        if known >= 0 and not math.isnan(stream[known]):
            level = level.after(bool(stream[known] > bounds[known]))
            memory = [*memory, float(stream[known])][-window:]
        bounds[step] = level.bound(memory)
    return bounds
