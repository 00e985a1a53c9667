"""What experts read off hourly series: the newest value and how it has been changing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from coastal.plan.streams import Floats

#: Hours back of the differences.
_BACK = (1, 3, 6)
#: Values of a packet of a gauge.
GAUGE_VALUES = 1 + len(_BACK)
#: Metres of surge that 1 hPa of missing pressure makes: the inverse barometer.
METRES_PER_HPA = 0.01
#: Metres of surge per m²/s² of wind that :func:`weather_features` scales by; fitted weights follow.
METRES_PER_WIND_SQUARE = 0.0016
STANDARD_HPA = 1013.0


def gauge_features(surge_m: ArrayLike) -> Floats:
    """Return value and its change over 1, 3 and 6 hours, shape (n, 4), of an hourly series.

    A change that reaches over a gap is that of the longest span at hand, or 0.
    """
    series = np.asarray(surge_m, dtype=np.float64)
    return np.column_stack([series, *(_change(series, back) for back in _BACK)])


def weather_features(pressure_hpa: ArrayLike, wind_ms: ArrayLike) -> Floats:
    """Return inverse barometer and wind stress with their changes, shape (n, 6), in metres.

    Args:
        pressure_hpa: hourly pressure at sea level.
        wind_ms: hourly wind component, positive onshore.
    """
    rise = METRES_PER_HPA * (STANDARD_HPA - np.asarray(pressure_hpa, dtype=np.float64))
    wind = np.asarray(wind_ms, dtype=np.float64)
    push = METRES_PER_WIND_SQUARE * wind * np.abs(wind)
    return np.column_stack(
        [rise, push, *(_change(series, back) for series in (rise, push) for back in (3, 6))]
    )


def _change(series: Floats, back: int) -> Floats:
    change = np.zeros(len(series))
    change[back:] = series[back:] - series[:-back]
    return np.asarray(np.where(np.isfinite(change), change, 0.0))
