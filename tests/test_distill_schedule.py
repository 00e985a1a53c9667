"""Temperatures end where they should."""

from __future__ import annotations

import numpy as np
import pytest

from distill.calibration import softmax
from distill.schedule import entropy_matched, geometric


@pytest.mark.parametrize("epochs", [1, 2, 10])
def test_the_last_epoch_has_the_last_temperature(epochs: int) -> None:
    assert geometric(epochs - 1, epochs) == pytest.approx(1)
    assert geometric(0, epochs) == (5 if epochs > 1 else 1)


def test_matched_entropy_is_met_and_a_flat_teacher_is_softened_less() -> None:
    sharp = np.random.default_rng(0).normal(size=(50, 4)) * 6
    found = entropy_matched(sharp, 1.0)
    chance = softmax(sharp / found)
    assert -(chance * np.log(chance)).sum(axis=1).mean() == pytest.approx(1, abs=1e-6)
    assert entropy_matched(sharp / 3, 1.0) == pytest.approx(found / 3)
