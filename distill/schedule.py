"""Softening temperatures over the epochs of a training."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from distill.calibration import softmax


def geometric(epoch: int, epochs: int, *, start: float = 5.0, end: float = 1.0) -> float:
    """Return ``start (end / start)^(e / (E - 1))``: exactly ``end`` in the last epoch.

    Args:
        epoch: from 0.
        epochs: ``E``; a single epoch has the last temperature.
    """
    return end if epochs == 1 else float(start * (end / start) ** (epoch / (epochs - 1)))


def entropy_matched(
    logits: ArrayLike, entropy: float, *, low: float = 0.1, high: float = 20.0
) -> float:
    """Return the temperature at which the teacher's mean entropy is ``entropy``, by bisection.

    Entropy grows with temperature; what lies beyond the bounds gets the nearer bound. A teacher
    that is flat already is softened less.

    Args:
        logits: calibrated, shape (n, classes).
        entropy: in nats, between 0 and log(classes).
    """
    for _ in range(60):
        middle = (low * high) ** 0.5
        chance = softmax(np.asarray(logits) / middle)
        found = -(chance * np.log(np.maximum(chance, 1e-300))).sum(axis=-1).mean()
        low, high = (middle, high) if found < entropy else (low, middle)
    return float((low * high) ** 0.5)
