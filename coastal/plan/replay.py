"""Hurricane Juan at Halifax, September 2003, from the gauge and the weather station.

What was measured is replayed hour by hour; tide, experts and climate come from days before the
storm alone. The files are those of Fisheries and Oceans Canada (station 490) and Environment
Canada (station 6358), in ``tide-gauge/`` of a data folder.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from base import SurveyError
from coastal.gauge import Series, Weather, harmonic_tide, read_meds, read_weather
from coastal.plan.features import gauge_features, weather_features
from coastal.plan.simulate import Storm
from coastal.plan.streams import Floats, Packets, packets

GAUGE = "tide-gauge/halifax_490_2003_hourly.csv"
WEATHER = "tide-gauge/halifax_airport_met_2003-09_hourly.csv"
#: Start and hours of the replay; the surge peaks at hour 76 (29 September, 04:00 UTC).
START = datetime(2003, 9, 26, tzinfo=UTC)
HOURS = 97
#: Nothing from here on is learned from.
LEARN_UNTIL = np.datetime64("2003-09-25T00", "h")
#: Wind from here blows into the harbour, degrees.
_ONSHORE_DEG = 150.0
_CHUNK = 97


def juan(data: Path) -> tuple[Storm, tuple[Storm, ...]]:
    """Return the storm, and windows of earlier months to learn from.

    Args:
        data: folder that holds :data:`GAUGE` and :data:`WEATHER`.

    Raises:
        SurveyError: a file is missing or malformed.
    """
    levels = read_meds(data / GAUGE)
    hours = levels.times.astype("datetime64[h]")
    learned = int((hours < LEARN_UNTIL).sum())
    first = int((hours < np.datetime64(START.replace(tzinfo=None), "h")).sum())
    if first + HOURS > len(hours) or learned < 24 * 60:
        raise SurveyError(
            "the series does not hold January to September 2003",
            where=str(data / GAUGE),
            hint="give the file that PROVENANCE.md names",
        )
    tide = _tide(levels, learned)
    surge = levels.values - tide
    pressure, wind = _on(hours, read_weather(data / WEATHER))
    count = np.arange(len(hours))
    table = {
        "gauge": packets(count, _gapless(gauge_features(surge), surge)),
        "weather": packets(count, weather_features(pressure, wind)),
    }
    storm = _window(first, HOURS, tide, surge, table)
    earlier = tuple(
        _window(start, _CHUNK, tide, surge, table)
        for start in range(0, learned - _CHUNK, _CHUNK)
        if np.isfinite(surge[start : start + _CHUNK]).mean() > 0.9
    )
    return storm, earlier


def _gapless(features: Floats, series: Floats) -> Floats:
    return np.where(np.isfinite(series)[:, None], features, np.nan)


def _window(
    first: int, hours: int, tide: Floats, surge: Floats, table: dict[str, Packets]
) -> Storm:
    here = slice(first, first + hours)
    held = {}
    for name, one in table.items():
        inside = one.where((one.observed >= first) & (one.observed < first + hours))
        held[name] = Packets(
            inside.observed - first, inside.arrived - first, inside.values, inside.variance
        )
    known = np.isfinite(surge[here])
    filled = np.interp(np.arange(hours), np.flatnonzero(known), surge[here][known])
    return Storm(np.arange(hours, dtype=np.float64), tide[here], filled, held, measured=True)


def _tide(levels: Series, learned: int) -> Floats:
    """Predicted tide for all hours, from levels before the storm alone."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = harmonic_tide(levels, fit_on=np.arange(len(levels)) < learned)
        return fitted.predict(levels.times)


def _on(
    hours: np.ndarray[tuple[int, ...], np.dtype[np.datetime64]], met: Weather
) -> tuple[Floats, Floats]:
    """Return pressure at sea level (hPa) and wind onshore (m/s) at hours, NaN where none is."""
    pressure, wind = np.full(len(hours), np.nan), np.full(len(hours), np.nan)
    at = ((met.times.astype("datetime64[h]") - hours[0]) / np.timedelta64(1, "h")).astype(int)
    inside = (at >= 0) & (at < len(hours))
    pressure[at[inside]] = met.sea_level_hpa[inside]
    # The component from the mouth of the harbour: wind is named by where it comes from.
    bearing = np.radians(_ONSHORE_DEG)
    onshore = -(met.eastward_ms * np.sin(bearing) + met.northward_ms * np.cos(bearing))
    wind[at[inside]] = onshore[inside]
    return pressure, wind
