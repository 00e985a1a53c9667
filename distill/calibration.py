"""Calibration by one temperature, fitted on validation data (Guo et al. 2017, arXiv:1706.04599)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from distill.metrics import negative_log_likelihood

#: Temperatures that are searched; beyond them validation data say nothing reliable.
COLDEST, HOTTEST = 0.2, 10.0

Floats = NDArray[np.float64]


def fit_temperature(logits: ArrayLike, target: ArrayLike) -> float:
    """Return the temperature that minimises the validation negative log-likelihood.

    The likelihood is convex in 1/T, so that a bounded scalar search finds its only minimum; it
    stays within :data:`COLDEST` and :data:`HOTTEST`.

    Args:
        logits, target: as in :func:`distill.metrics.negative_log_likelihood`, from data that
            nobody trained on.
    """
    from scipy.optimize import minimize_scalar

    def loss(inverse: float) -> float:
        return negative_log_likelihood(logits, target, temperature=1 / inverse)

    found = minimize_scalar(loss, bounds=(1 / HOTTEST, 1 / COLDEST), method="bounded")
    return float(1 / found.x)


def fit_platt(logits: ArrayLike, target: ArrayLike) -> tuple[float, float]:
    """Return temperature and offset of ``sigmoid(z / T + b)`` (Platt 1999) on validation data.

    The offset mends a wrong base rate, as of a reader that sees less than it was trained on; the
    likelihood is convex in ``1 / T`` and ``b``. ``T`` stays within the bounds of a temperature,
    ``b`` within ±10.

    Args:
        logits: shape (n,).
        target: probabilities of the same shape, from data that nobody trained on.
    """
    from scipy.optimize import minimize

    scores = np.asarray(logits, dtype=np.float64)
    wanted = np.asarray(target, dtype=np.float64)

    def loss(place: Floats) -> tuple[float, Floats]:
        shifted = scores * place[0] + place[1]
        wrong = sigmoid(shifted) - wanted
        value = float((np.logaddexp(0, shifted) - wanted * shifted).mean())
        return value, np.array([(wrong * scores).mean(), wrong.mean()])

    bounds = [(1 / HOTTEST, 1 / COLDEST), (-10.0, 10.0)]
    found = minimize(loss, np.array([1.0, 0.0]), jac=True, bounds=bounds, method="L-BFGS-B")
    return float(1 / found.x[0]), float(found.x[1])


def sigmoid(logits: ArrayLike) -> Floats:
    """Return ``1 / (1 + e^-z)`` without overflow."""
    scores = np.asarray(logits, dtype=np.float64)
    return np.asarray(0.5 * (1 + np.tanh(scores / 2)), dtype=np.float64)


def softmax(logits: ArrayLike) -> Floats:
    """Return the softmax over the last axis without overflow."""
    scores = np.asarray(logits, dtype=np.float64)
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float64)
