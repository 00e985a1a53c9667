"""Hurricane Juan at Halifax, September 2003, from the gauge and the weather station.

What was measured is replayed hour by hour; tide, experts and climate come from days before the
storm alone. The files are those of Fisheries and Oceans Canada (station 490) and Environment
Canada (station 6358), in ``tide-gauge/`` of a data folder.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from base import SurveyError, read_text
from coastal.plan.features import gauge_features, weather_features
from coastal.plan.simulate import Storm
from coastal.plan.streams import Floats, Packets, packets

GAUGE = "tide-gauge/halifax_490_2003_hourly.csv"
WEATHER = "tide-gauge/halifax_airport_met_2003-09_hourly.csv"
#: Start and hours of the replay; the surge peaks at hour 76 (29 September, 04:00 UTC).
START = datetime(2003, 9, 26, tzinfo=UTC)
HOURS = 97
#: Nothing from here on is learned from.
LEARN_UNTIL = datetime(2003, 9, 25, tzinfo=UTC)
_YEAR = datetime(2003, 1, 1, tzinfo=UTC)
#: Wind from here blows into the harbour, degrees.
_ONSHORE_DEG = 150.0
#: Hectopascals from the station (145.4 m) down to the sea, at 8.3 m a hectopascal.
_TO_SEA_HPA = 145.4 / 8.3
_CHUNK = 97


def juan(data: Path) -> tuple[Storm, tuple[Storm, ...]]:
    """Return the storm, and windows of earlier months to learn from.

    Args:
        data: folder that holds :data:`GAUGE` and :data:`WEATHER`.

    Raises:
        SurveyError: a file is missing or malformed.
    """
    level = _by_hour(_gauge(data / GAUGE))
    pressure, wind = (_by_hour(one) for one in _weather(data / WEATHER))
    first = int((START - _YEAR) / timedelta(hours=1))
    learned = int((LEARN_UNTIL - _YEAR) / timedelta(hours=1))
    tide = _tide(level, learned)
    surge = level - tide
    table = {
        "gauge": packets(np.arange(len(level)), _gapless(gauge_features(surge), surge)),
        "weather": packets(np.arange(len(level)), weather_features(pressure, wind)),
    }
    storm = _window(first, HOURS, tide, surge, table)
    earlier = tuple(
        _window(start, _CHUNK, tide, surge, table)
        for start in range(24 * 15, learned - _CHUNK, _CHUNK)
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
    return Storm(
        np.arange(hours, dtype=np.float64), tide[here], filled, held, measured=True
    )


def _tide(level: Floats, learned: int) -> Floats:
    """Predicted tide for all hours, from levels before ``learned`` (UTide, Codiga 2011)."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import utide

        days = np.datetime64("2003-01-01T00:00") + np.arange(len(level)) * np.timedelta64(1, "h")
        solved = utide.solve(
            days[:learned],
            np.where(np.isfinite(level[:learned]), level[:learned], np.nan),
            lat=44.67,
            method="ols",
            conf_int="none",
            trend=False,
            verbose=False,
        )
        told = utide.reconstruct(days, solved, verbose=False).h
    return np.asarray(told, dtype=np.float64)


def _by_hour(rows: dict[datetime, float]) -> Floats:
    hours = int((datetime(2003, 10, 8, tzinfo=UTC) - _YEAR) / timedelta(hours=1))
    series = np.full(hours, np.nan)
    for when, value in rows.items():
        at = round((when - _YEAR) / timedelta(hours=1))
        if 0 <= at < hours:
            series[at] = value
    return series


def _gauge(path: Path) -> dict[datetime, float]:
    rows = {}
    for row in csv.reader(io.StringIO(read_text(path, error=SurveyError))):
        if len(row) >= 2 and row[0][:1].isdigit():
            try:
                when = datetime.strptime(row[0], "%Y/%m/%d %H:%M").replace(tzinfo=UTC)
                rows[when] = float(row[1])
            except ValueError as problem:
                raise SurveyError(
                    f"no time and level: {row[:2]}", where=str(path), hint="see PROVENANCE.md"
                ) from problem
    if len(rows) < 5000:
        raise SurveyError(f"only {len(rows)} levels", where=str(path), hint="give the whole file")
    return rows


def _weather(path: Path) -> tuple[dict[datetime, float], dict[datetime, float]]:
    text = read_text(path, error=SurveyError)
    at = text.find('"Date/Time"')
    if at < 0:
        raise SurveyError("no column Date/Time", where=str(path), hint="see PROVENANCE.md")
    pressure, wind = {}, {}
    for row in csv.DictReader(io.StringIO(text[at:])):
        try:
            # Local standard time is four hours behind.
            when = datetime.strptime(row["Date/Time"], "%Y-%m-%d %H:%M").replace(
                tzinfo=UTC
            ) + timedelta(hours=4)
            if row["Stn Press (kPa)"]:
                pressure[when] = 10 * float(row["Stn Press (kPa)"]) + _TO_SEA_HPA
            if row["Wind Spd (km/h)"]:
                from_deg = 10 * float(row["Wind Dir (10s deg)"] or 0)
                speed = float(row["Wind Spd (km/h)"]) / 3.6
                wind[when] = speed * float(np.cos(np.radians(from_deg - _ONSHORE_DEG)))
        except (KeyError, TypeError, ValueError) as problem:
            raise SurveyError(
                "a row without time, pressure or wind", where=str(path), hint="see PROVENANCE.md"
            ) from problem
    return pressure, wind
