"""What a student has to beat: persistence, the tide alone, and linear autoregression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coastal.gauge.series import Floats
from coastal.surge.windows import LEADS
from distill.batch import ModalityBatch

#: Penalties of the ridge that validation chooses from, per sample.
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)


def filled(history: NDArray[np.float32]) -> Floats:
    """Return histories with each gap filled by the newest value before it, 0 where none is.

    Args:
        history: shape (n, hours), NaN in gaps.
    """
    known = np.isfinite(history)
    place = np.maximum.accumulate(np.where(known, np.arange(history.shape[1]), -1), axis=1)
    found = np.take_along_axis(np.nan_to_num(history), np.maximum(place, 0), axis=1)
    return np.where(place >= 0, found, 0.0).astype(np.float64)


def persistence(batch: ModalityBatch) -> Floats:
    """Return the newest value for every lead, in the unit of the batch, shape (n, 12)."""
    return np.repeat(filled(batch.values["gauge"].numpy())[:, -1:], LEADS, axis=1)


def harmonic_only(batch: ModalityBatch) -> Floats:
    """Return no surge at all, shape (n, 12)."""
    return np.zeros((len(batch), LEADS))


@dataclass(frozen=True, slots=True)
class Ridge:
    """A linear map of the last 49 hours (gaps filled), and the tide ahead, to each lead."""

    weights: Floats
    offset: Floats

    def __call__(self, batch: ModalityBatch) -> Floats:
        """Return the surge ahead in the unit of the batch, shape (n, 12)."""
        return np.asarray(_seen(batch) @ self.weights + self.offset)


def fit_ridge(data: ModalityBatch, check: ModalityBatch, *, towards: Ridge | None = None) -> Ridge:
    """Fit by penalised least squares, lead by lead; the penalty is chosen on ``check``.

    Args:
        data, check: windows to fit and to choose on; unknown targets do not count.
        towards: weights that the penalty pulls to, instead of none.
    """
    inputs, target = _seen(data), data.targets["surge"].numpy().astype(np.float64)
    start = towards or Ridge(np.zeros((inputs.shape[1], LEADS)), np.zeros(LEADS))
    gap = target - start(data)
    truth = check.targets["surge"].numpy().astype(np.float64)
    tried = []
    for penalty in PENALTIES:
        found = _solved(inputs, gap, penalty)
        one = Ridge(start.weights + found.weights, start.offset + found.offset)
        tried.append((float(np.nanmean((one(check) - truth) ** 2)), one))
    return min(tried, key=lambda pair: pair[0])[1]


def _solved(inputs: Floats, target: Floats, penalty: float) -> Ridge:
    weights, offset = np.zeros((inputs.shape[1], LEADS)), np.zeros(LEADS)
    for lead in range(LEADS):
        known = np.isfinite(target[:, lead])
        if known.sum() < 2:
            continue
        rows, aims = inputs[known], target[known, lead]
        middle, level = rows.mean(axis=0), aims.mean()
        centred = rows - middle
        matrix = centred.T @ centred + penalty * len(rows) * np.eye(rows.shape[1])
        weights[:, lead] = np.linalg.solve(matrix, centred.T @ (aims - level))
        offset[lead] = level - middle @ weights[:, lead]
    return Ridge(weights, offset)


def _seen(batch: ModalityBatch) -> Floats:
    return np.hstack([filled(batch.values["gauge"].numpy()), batch.values["tide"].numpy()])
