"""Coarse climate statistics: recorded floods around a place, and El Niño seen in tide gauges."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from base import DistillError, csv_problems, read_text
from coastal.extremes.records import Monthly, kilometres

Floats = NDArray[np.float64]

#: Gauges of the eastern Pacific, where the sea stands high in an El Niño.
EASTERN = ("BALBOA", "SAN DIEGO (QUARANTINE STATION)", "LA JOLLA (SCRIPPS PIER)", "SAN FRANCISCO")
#: How far floods count for a place, km.
REACH = 500.0
FIRST_FLOODS = 1985


@dataclass(frozen=True, slots=True)
class Floods:
    """Events of the Dartmouth Flood Observatory: news reports, so noisy, and more of them lately.

    Attributes:
        latitude, longitude: of a rough centre, degrees.
        year: in which it began.
        severity: 1, 1.5 or 2.
    """

    latitude: Floats
    longitude: Floats
    year: NDArray[np.int64]
    severity: Floats

    def before(self, latitude: float, longitude: float, year: int) -> tuple[float, float]:
        """Return events a year within :data:`REACH`, and their mean severity, before a year.

        As a share of the world's events in the same years, times 100, because reports grow in
        number; noughts before the archive begins.
        """
        past = self.year < year
        if not past.any():
            return 0.0, 0.0
        near = past & (kilometres(self.latitude, self.longitude, (latitude, longitude)) < REACH)
        severity = float(self.severity[near].mean()) if near.any() else 0.0
        return 100 * float(near.sum()) / float(past.sum()), severity


def read_floods(path: Path) -> Floods:
    """Read the archive's CSV; rows without a place or a date are left out.

    Raises:
        DistillError: the file cannot be read, or has other columns.
    """
    text = io.StringIO(read_text(path, error=DistillError), newline="")
    with csv_problems(str(path), DistillError):
        rows = list(csv.DictReader(text))
    found = []
    try:
        for row in rows:
            try:
                numbers = float(row["lat"]), float(row["long"]), int(row["Began"][:4])
                severity = float(row["Severity"])
            except (TypeError, ValueError):
                continue
            if abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and 1 <= severity <= 2:
                found.append((*numbers, severity))
    except KeyError as problem:
        raise DistillError(f"no column {problem}", where=str(path)) from problem
    table = np.array(found).reshape(-1, 4)
    return Floods(table[:, 0], table[:, 1], table[:, 2].astype(np.int64), table[:, 3])


def el_nino(stations: Sequence[Monthly]) -> dict[int, float]:
    """Return the mean anomaly of eastern Pacific gauges in each year, in standard deviations.

    Each year's value knows the trend of that and earlier years only, so that nothing of the future
    is in it: the anomaly is from the mean of the nine years before.
    """
    anomalies: dict[int, list[float]] = {}
    for one in stations:
        if one.name not in EASTERN:
            continue
        means = dict(zip(one.years.tolist(), one.means.tolist(), strict=True))
        for year, value in means.items():
            past = [means[at] for at in range(year - 9, year) if at in means]
            if len(past) >= 5:
                anomalies.setdefault(year, []).append(value - float(np.mean(past)))
    return {year: float(np.mean(found)) / 0.05 for year, found in sorted(anomalies.items())}
