"""Observations as they come in: when each speaks of, when it was there to be read, and its value.

Levels may be plain CSV (:mod:`.columns`) or a file of Fisheries and Oceans Canada or of the
University of Hawaii; weather plain CSV or a file of Environment Canada.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from base import SurveyError, read_text
from coastal.gauge.columns import Columns, read_columns
from coastal.gauge.levels import read_meds, read_uhslc
from coastal.gauge.series import Floats, Times, hours_of
from coastal.gauge.weather import read_weather

#: A row of UHSLC: days and millimetres.
_UHSLC = re.compile(r"\d+(\.\d*)?\s+-?\d+(\.\d*)?")


@dataclass(frozen=True, slots=True)
class Feed:
    """Rows of a file.

    Attributes:
        path: of the file.
        times: that each row speaks of (of a forecast: its issue), UTC, shape (n,).
        arrived: when it was there to be read, never before, shape (n,).
        values: by name, NaN for gaps, shape (n,).
    """

    path: Path
    times: Times
    arrived: Times
    values: dict[str, Floats]


def read_levels(path: Path, *, delay_hours: float = 0.0) -> Feed:
    """Read levels of a gauge in metres; rows rise in time.

    Args:
        path: CSV of ``time`` and ``level_m`` (or cm, mm, ft), or a file of MEDS or UHSLC.
        delay_hours: from a reading to its arrival where no column ``arrived`` says.

    Raises:
        SurveyError: a row cannot be read, or times do not rise.
    """
    text = read_text(path, error=SurveyError)
    start = next((line for line in text.splitlines() if line.strip()), "")
    if start.startswith("Station_Name") or _UHSLC.fullmatch(start.strip()):
        series = read_meds(path) if start.startswith("Station_Name") else read_uhslc(path)
        times = series.times.astype("datetime64[s]")
        return Feed(path, times, _later(times, delay_hours), {"level": series.values})
    table = read_columns(path, times=("time",), values=("level",))
    return _rising(_feed(path, table, "time", delay_hours), table)


def read_marks(path: Path, *, delay_hours: float = 0.0) -> Feed:
    """Read levels that were read off maps or told by people, in any order; ``sd_m`` may be there.

    Raises:
        SurveyError: a row cannot be read.
    """
    table = read_columns(path, times=("time",), values=("level",), may=("sd",))
    feed = _feed(path, table, "time", delay_hours)
    feed.values.setdefault("sd", np.full(len(feed.times), np.nan))
    return feed


def read_runs(path: Path, *, delay_hours: float = 0.0) -> Feed:
    """Read forecasts: ``issued``, ``time`` and ``surge_m`` or ``level_m``; adds ``lead`` in hours.

    Raises:
        SurveyError: a row cannot be read, or speaks of a time before its issue.
    """
    table = read_columns(path, times=("issued", "time"), values=(), either=("surge", "level"))
    feed = _feed(path, table, "issued", delay_hours)
    lead = hours_of(table.times["time"]) - hours_of(feed.times)
    _refuse(lead < 0, path, table, "a forecast of a time before its issue")
    feed.values["lead"] = lead
    return feed


def read_sky(
    path: Path, *, delay_hours: float = 0.0, elevation_m: float = 0.0,
    zone_hours: float | None = None,
) -> Feed:  # fmt: skip
    """Read pressure at sea level (hPa) and wind components (m/s); rows rise in time.

    Args:
        path: CSV of ``time``, ``pressure_hpa`` (or mbar, kpa), ``wind_ms`` (or kmh, kn) and
            ``wind_from_deg``, or a file of Environment Canada.
        delay_hours: from a reading to its arrival where no column ``arrived`` says.
        elevation_m: of the barometer above the sea, where pressure is not reduced to it already.
        zone_hours: of the local standard time of a file of Environment Canada.

    Raises:
        SurveyError: a row cannot be read, times do not rise, or the zone is not said.
    """
    if "Stn Press (kPa)" in read_text(path, error=SurveyError):
        if zone_hours is None:
            raise SurveyError(
                "a file in local time", where=str(path), hint="give zone_hours, -4 in Halifax"
            )
        met = read_weather(path, zone_hours=zone_hours)
        times = met.times.astype("datetime64[s]")
        return Feed(path, times, _later(times, delay_hours), {
            "pressure": met.sea_level_hpa, "eastward": met.eastward_ms,
            "northward": met.northward_ms,
        })  # fmt: skip
    table = read_columns(path, times=("time",), values=("pressure", "wind", "wind_from"))
    feed = _rising(_feed(path, table, "time", delay_hours), table)
    wind, bearing = feed.values.pop("wind"), np.radians(feed.values.pop("wind_from"))
    calm = wind == 0
    feed.values["pressure"] = feed.values["pressure"] + 0.12 * elevation_m
    feed.values["eastward"] = np.where(calm, 0.0, -wind * np.sin(bearing))
    feed.values["northward"] = np.where(calm, 0.0, -wind * np.cos(bearing))
    return feed


def _feed(path: Path, table: Columns, time: str, delay_hours: float) -> Feed:
    times = table.times[time]
    arrived = _later(times, delay_hours)
    if "arrived" in table.times:
        told = table.times["arrived"]
        arrived = np.where(np.isnat(told), arrived, told)
        _refuse(arrived < times, path, table, "arrived before the time it speaks of")
    return Feed(path, times, arrived, dict(table.values))


def _later(times: Times, delay_hours: float) -> Times:
    return times + np.timedelta64(round(3600 * delay_hours), "s")


def _rising(feed: Feed, table: Columns) -> Feed:
    falls = np.r_[False, np.diff(feed.times) <= np.timedelta64(0)]
    _refuse(falls, feed.path, table, "a time that does not rise")
    return feed


def _refuse(
    wrong: Sequence[bool] | np.ndarray[tuple[int, ...], np.dtype[np.bool_]], path: Path,
    table: Columns, words: str,
) -> None:  # fmt: skip
    rows = np.flatnonzero(wrong)
    if len(rows):
        raise SurveyError(
            words, where=f"{path}:{table.lines[rows[0]]}", hint="mend or leave out the row"
        )
