"""Calibration by one temperature, fitted on validation data (Guo et al. 2017, arXiv:1706.04599)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: Temperatures that are searched; beyond them validation data say nothing reliable.
COLDEST, HOTTEST = 0.2, 10.0

Floats = NDArray[np.float64]


def negative_log_likelihood(
    logits: ArrayLike, target: ArrayLike, *, temperature: float = 1.0
) -> float:
    """Return the mean negative log-likelihood of soft targets under softened logits.

    Args:
        logits: shape (n, classes), or (n,) for one yes-no label.
        target: probabilities of the same shape.
        temperature: what the logits are divided by.
    """
    scores = np.asarray(logits, dtype=np.float64) / temperature
    wanted = np.asarray(target, dtype=np.float64)
    if scores.ndim == 1:
        scores = np.stack([np.zeros_like(scores), scores], axis=-1)
        wanted = np.stack([1 - wanted, wanted], axis=-1)
    top = scores.max(axis=-1, keepdims=True)
    normaliser = top + np.log(np.exp(scores - top).sum(axis=-1, keepdims=True))
    return float(-(wanted * (scores - normaliser)).sum(axis=-1).mean())


def fit_temperature(logits: ArrayLike, target: ArrayLike) -> float:
    """Return the temperature that minimises the validation negative log-likelihood.

    The likelihood is convex in 1/T, so that a bounded scalar search finds its only minimum; it
    stays within :data:`COLDEST` and :data:`HOTTEST`.

    Args:
        logits, target: as in :func:`negative_log_likelihood`, from data not trained on.
    """
    from scipy.optimize import minimize_scalar

    def loss(inverse: float) -> float:
        return negative_log_likelihood(logits, target, temperature=1 / inverse)

    found = minimize_scalar(loss, bounds=(1 / HOTTEST, 1 / COLDEST), method="bounded")
    return float(1 / found.x)


def expected_calibration_error(
    probability: ArrayLike, outcome: ArrayLike, *, bins: int = 10
) -> float:
    """Return the mean distance of stated probability and observed share over equal-width bins.

    Args:
        probability: stated probability of "yes", shape (n,).
        outcome: 0 or 1, shape (n,).
        bins: how many.
    """
    stated = np.asarray(probability, dtype=np.float64)
    seen = np.asarray(outcome, dtype=np.float64)
    place = np.minimum((stated * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    gap = np.abs(
        np.bincount(place, weights=stated, minlength=bins)
        - np.bincount(place, weights=seen, minlength=bins)
    )
    return float(gap[count > 0].sum() / len(stated))


def sigmoid(logits: ArrayLike) -> Floats:
    """Return ``1 / (1 + e^-z)`` without overflow."""
    scores = np.asarray(logits, dtype=np.float64)
    return np.asarray(0.5 * (1 + np.tanh(scores / 2)), dtype=np.float64)


def softmax(logits: ArrayLike) -> Floats:
    """Return the softmax over the last axis without overflow."""
    scores = np.asarray(logits, dtype=np.float64)
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float64)
