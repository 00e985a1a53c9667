"""Scores of a flood map on valid pixels: IoU, F1 and Brier, never accuracy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from distill.metrics import f1, iou

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Score:
    """How well a map agrees with the label of a chip.

    Attributes:
        iou, f1: of water; ``None`` where the label has no water, because nothing can be found.
        brier: mean squared distance of probability and label, 0 to 1.
        false_share: share of dry pixels called water.
        valid: pixels that were scored.
    """

    iou: float | None
    f1: float | None
    brier: float
    false_share: float
    valid: int


def counted(water: ArrayLike, label: ArrayLike) -> Counts:
    """Return water found, falsely found and missed, shape (3,), over pixels whose label is valid.

    Args:
        water: boolean, shape (height, width).
        label: 1 water, 0 dry, -1 not valid, same shape.
    """
    said, truth = np.asarray(water, dtype=bool), np.asarray(label)
    wet, dry = truth == 1, truth == 0
    return np.array([(said & wet).sum(), (said & dry).sum(), (~said & wet).sum()], dtype=np.int64)


def scored(probability: ArrayLike, label: ArrayLike, *, threshold: float = 0.5) -> Score:
    """Return the scores of a map; water is where the probability is at least the threshold.

    Args:
        probability: of water, shape (height, width).
        label: 1 water, 0 dry, -1 not valid, same shape; at least one pixel is valid.
        threshold: 0 to 1.
    """
    stated, truth = np.asarray(probability, dtype=np.float64), np.asarray(label)
    valid = truth >= 0
    counts = counted(stated >= threshold, truth)
    wet, dry = int((truth == 1).sum()), int((truth == 0).sum())
    return Score(
        float(iou(counts)) if wet else None,
        float(f1(counts.astype(np.float64))) if wet else None,
        float(((stated[valid] - truth[valid]) ** 2).mean()),
        float(counts[1] / dry) if dry else 0.0,
        int(valid.sum()),
    )


def best_threshold(
    probability: ArrayLike, label: ArrayLike, *, grid: ArrayLike | None = None
) -> float:
    """Return the threshold of greatest IoU; 0.5 where the label has no water.

    For validation pixels only. Among equals the one nearest 0.5 is taken.

    Args:
        probability, label: as of :func:`scored`, any shape.
        grid: thresholds to choose among.
    """
    stated, truth = np.asarray(probability), np.asarray(label)
    choices = np.asarray(np.linspace(0.1, 0.9, 17) if grid is None else grid)
    if not (truth == 1).any():
        return 0.5
    found = np.array([float(iou(counted(stated >= one, truth))) for one in choices])
    best = choices[found >= found.max() - 1e-12]
    return float(best[np.argmin(np.abs(best - 0.5))])
