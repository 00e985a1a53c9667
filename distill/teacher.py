"""A frozen, calibrated teacher: its weights and temperatures no longer change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from distill.calibration import fit_temperature
from distill.encoder import HeadedEncoder


class CalibratedTeacher:
    """Answers with logits that were calibrated on validation data.

    Args:
        network: its parameters are frozen here.
        temperatures: what the logits of each task are divided by.
    """

    def __init__(self, network: HeadedEncoder, temperatures: Mapping[str, float]) -> None:
        network.requires_grad_(False)
        network.eval()
        self.network = network
        self.temperatures = dict(temperatures)

    def logits(self, task: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return calibrated logits, shape (texts, labels)."""
        raw = self.network.answer(task, texts)
        return np.asarray(raw / self.temperatures[task], dtype=np.float32)


def calibrated(
    network: HeadedEncoder, validation: Mapping[str, tuple[Sequence[str], NDArray[np.float32]]]
) -> CalibratedTeacher:
    """Return a frozen teacher with one temperature per task.

    Args:
        network: a trained encoder.
        validation: texts and target probabilities (texts, labels) by task; one label is yes or no.
    """
    temperatures = {}
    for task, (texts, target) in validation.items():
        logits = network.answer(task, texts)
        single = target.shape[1] == 1
        temperatures[task] = fit_temperature(
            logits[:, 0] if single else logits, target[:, 0] if single else target
        )
    return CalibratedTeacher(network, temperatures)
