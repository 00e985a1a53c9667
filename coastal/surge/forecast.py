"""What the surge will be, how wide, and how old the newest datum was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coastal.gauge import Series
from coastal.gauge.series import Floats, Times


@dataclass(frozen=True, slots=True)
class Forecast:
    """Surge at a gauge for the coming hours; arrays of shape (hours ahead,).

    Attributes:
        station: of the gauge.
        issued: when it was made, UTC.
        times: what it is for, UTC, one to ``hours_ahead`` hours later.
        mean_m: expected surge above the tide, metres.
        low_m, high_m: conformal interval at ``level``.
        aleatoric_m: standard deviation that more data would not remove.
        epistemic_m: standard deviation of what the model has not learned.
        level: promised coverage.
        age_hours: from the newest datum to ``issued``.
    """

    station: str
    issued: np.datetime64
    times: Times
    mean_m: Floats
    low_m: Floats
    high_m: Floats
    aleatoric_m: Floats
    epistemic_m: Floats
    level: float
    age_hours: float


def newest(history: Series, issued: np.datetime64) -> np.datetime64 | None:
    """Return when the newest value at or before ``issued`` was measured, if there is one."""
    seen: NDArray[np.bool_] = history.present & (history.times <= issued)
    return history.times[seen][-1] if seen.any() else None
