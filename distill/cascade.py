"""A cascade: the student answers where it is sure, the teacher where it is not, with a proof."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from distill.intervals import upper_share

#: Thresholds tried, fixed before any data are seen: the proof needs that.
GRID = tuple(float(value) for value in np.linspace(0.5, 1.0, 26))


def certified_threshold(
    confidence: ArrayLike, wrong: ArrayLike, *, risk: float, doubt: float = 0.05,
    grid: Sequence[float] = GRID,
) -> float | None:  # fmt: skip
    """Return the lowest confidence from which the student errs at most at ``risk``, or ``None``.

    With probability ``1 - doubt`` over calibration data the true share of errors among accepted
    samples is at most ``risk``: one-sided Clopper-Pearson bounds, ``doubt`` shared by the grid.

    Args:
        confidence: of the student on calibration samples that it never saw, shape (n,).
        wrong: whether it erred, shape (n,).
        risk: the share of errors allowed among accepted samples.
        doubt: probability that the promise fails.
        grid: thresholds chosen without looking at these samples.
    """
    sure, failed = np.asarray(confidence, dtype=np.float64), np.asarray(wrong, dtype=bool)
    for threshold in sorted(grid):
        accepted = sure >= threshold
        errors, total = int(failed[accepted].sum()), int(accepted.sum())
        if upper_share(errors, total, confidence=1 - doubt / len(grid)) <= risk:
            return threshold
    return None
