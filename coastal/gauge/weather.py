"""Hourly weather of Environment Canada, from local standard time to UTC."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from base import SurveyError, csv_problems, read_text
from coastal.gauge.series import Floats, Times

#: Atlantic standard time: what the file calls local.
ZONE_HOURS = -4
NEEDED = ("Date/Time", "Wind Dir (10s deg)", "Wind Spd (km/h)", "Stn Press (kPa)")


@dataclass(frozen=True, slots=True)
class Weather:
    """Hourly weather at one station; NaN for gaps.

    Attributes:
        name: of the station.
        latitude, longitude: degrees, north and east positive.
        elevation_m: of the barometer.
        times: UTC, shape (n,).
        pressure_kpa: at the station, not at sea level.
        wind_kmh: speed.
        direction_deg: where the wind comes from, clockwise from north; NaN in a calm.
    """

    name: str
    latitude: float
    longitude: float
    elevation_m: float
    times: Times
    pressure_kpa: Floats
    wind_kmh: Floats
    direction_deg: Floats

    @property
    def sea_level_hpa(self) -> Floats:
        """Pressure at sea level, by the standard atmosphere near the ground (12 Pa per metre)."""
        return self.pressure_kpa * 10 + 0.12 * self.elevation_m

    @property
    def eastward_ms(self) -> Floats:
        """Wind component toward the east, m/s; 0 in a calm."""
        return -self._component(np.sin)

    @property
    def northward_ms(self) -> Floats:
        """Wind component toward the north, m/s; 0 in a calm."""
        return -self._component(np.cos)

    def _component(self, part: np.ufunc) -> Floats:
        along = self.wind_kmh / 3.6 * part(np.radians(self.direction_deg))
        return np.asarray(np.where(self.wind_kmh == 0, 0.0, along), dtype=np.float64)


def read_weather(path: Path, *, zone_hours: float = ZONE_HOURS) -> Weather:
    """Read an hourly file of Environment Canada.

    Args:
        path: CSV with a head about the station, then the table.
        zone_hours: of its local standard time against UTC.

    Raises:
        SurveyError: it is no such file, or a row cannot be read.
    """
    text = read_text(path, error=SurveyError).removeprefix("﻿")
    head: dict[str, str] = {}
    columns: dict[str, int] = {}
    rows: list[tuple[np.datetime64, float, float, float]] = []
    with csv_problems(str(path), SurveyError):
        table = list(csv.reader(text.splitlines()))
    for number, row in enumerate(table, 1):
        if not row:
            continue
        if not columns and row[0] == "Date/Time":
            columns = {name: at for at, name in enumerate(row)}
            absent = [name for name in NEEDED if name not in columns]
            if absent:
                raise SurveyError(f"no column {absent[0]!r}", where=f"{path}:{number}")
        elif not columns:
            head[row[0]] = row[1] if len(row) > 1 else ""
        else:
            rows.append(_row(row, columns, f"{path}:{number}"))
    if not rows:
        raise SurveyError(
            "no hourly weather", where=str(path), hint="give an hourly CSV of Environment Canada"
        )
    times = np.array([row[0] for row in rows]) - np.timedelta64(round(zone_hours * 60), "m")
    if not (np.diff(times) > np.timedelta64(0)).all():
        raise SurveyError("times that do not rise", where=str(path), hint="sort the rows")
    direction, wind, pressure = np.array([row[1:] for row in rows], dtype=np.float64).T
    if np.nanmin(pressure, initial=100.0) < 80 or np.nanmax(pressure, initial=100.0) > 110:
        raise SurveyError("a pressure outside 80 to 110 kPa", where=str(path), hint="check units")
    place = [_value(head.get(key, ""), str(path)) for key in ("Latitude", "Longitude", "Elevation")]
    return Weather(
        head.get("Station Name", path.stem), place[0], place[1], np.nan_to_num(place[2]),
        times.astype("datetime64[h]"), pressure, wind, direction * 10,
    )  # fmt: skip


def _row(
    row: list[str], columns: dict[str, int], where: str
) -> tuple[np.datetime64, float, float, float]:
    # A header may name a column twice.
    due = max(columns.values()) + 1
    if len(row) < due:
        raise SurveyError(f"{len(row)} columns instead of {due}", where=where)
    stamp = row[columns["Date/Time"]]
    try:
        time = np.datetime64(stamp.replace(" ", "T"), "m")
    except ValueError:
        raise SurveyError(f"{stamp!r} is no time", where=where) from None
    direction, wind, pressure = (_value(row[columns[name]], where) for name in NEEDED[1:])
    return time, direction, wind, pressure


def _value(text: str, where: str) -> float:
    if not text.strip():
        return float("nan")
    try:
        return float(text)
    except ValueError:
        raise SurveyError(f"{text!r} is no number", where=where) from None
