"""Records of sea level: annual maxima, monthly means, and what of a long one a short one shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from base import DistillError, csv_problems, read_text
from coastal.gauge import Series, read_psmsl, read_psmsl_folder

Floats = NDArray[np.float64]

#: A year counts with so many monthly means.
WHOLE_YEAR = 11
#: Years of a short record.
SHORT = (2, 3, 4, 5)
#: Years of a record that may teach.
LONG = 50


@dataclass(frozen=True, slots=True)
class Monthly:
    """Monthly means of a gauge; whole calendar years.

    Attributes:
        years: calendar years that count, ascending, shape (n,).
        values: metres, shape (n, 12), NaN where a month is missing.
        latitude, longitude: degrees; NaN if unknown.
        name: of the station.
    """

    years: NDArray[np.int64]
    values: Floats
    latitude: float = float("nan")
    longitude: float = float("nan")
    name: str = ""

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.years), 12):
            raise DistillError("monthly means are twelve columns, one row a year", where=self.name)

    @property
    def maxima(self) -> Floats:
        """The highest monthly mean of each year, in metres: no flood level, and far below one."""
        return np.asarray(np.nanmax(self.values, axis=1), dtype=np.float64)

    @property
    def means(self) -> Floats:
        """The mean of each year."""
        return np.asarray(np.nanmean(self.values, axis=1), dtype=np.float64)

    def part(self, rows: slice) -> Monthly:
        """Return some of the years."""
        return Monthly(
            self.years[rows], self.values[rows], self.latitude, self.longitude, self.name
        )

    def trend(self) -> Floats:
        """Return a parabola through the years' means, shape (n,): land and sea that move slowly."""
        centred = (self.years - self.years.mean()) / 50.0
        degree = min(2, len(self.years) - 1)
        return np.asarray(np.polyval(np.polyfit(centred, self.means, degree), centred))

    def windows(self, length: int) -> Iterator[slice]:
        """Yield every stretch of so many years without a gap."""
        for start in range(len(self.years) - length + 1):
            if self.years[start + length - 1] - self.years[start] == length - 1:
                yield slice(start, start + length)

    @classmethod
    def of(cls, series: Series) -> Monthly:
        """Return the whole years of monthly means, one value a month at most.

        Years with fewer than :data:`WHOLE_YEAR` months are left out.
        """
        there = series.present
        months = series.times[there].astype("datetime64[M]").astype(np.int64)
        years, where = np.unique(1970 + months // 12, return_inverse=True)
        values = np.full((len(years), 12), np.nan)
        values[where, months % 12] = series.values[there]
        whole = np.isfinite(values).sum(axis=1) >= WHOLE_YEAR
        return cls(
            years[whole].astype(np.int64), values[whole], series.latitude, series.longitude,
            series.name,
        )  # fmt: skip


def read_psmsl_monthly(path: Path, *, latitude: float, longitude: float, name: str) -> Monthly:
    """Read the whole years of a PSMSL monthly file, as :func:`coastal.gauge.read_psmsl`.

    Raises:
        SurveyError: the file cannot be read, or is of another form.
    """
    return Monthly.of(read_psmsl(path, name=name, latitude=latitude, longitude=longitude))


def read_psmsl_stations(folder: Path, *, at_least: int = LONG) -> list[Monthly]:
    """Read all stations of a folder, as :func:`coastal.gauge.read_psmsl_folder`, that are long.

    Args:
        folder: holds the list and the files ``<id>.rlrdata``.
        at_least: whole years; others are left out.

    Raises:
        SurveyError: the list or a file cannot be read.
    """
    found = [Monthly.of(series) for series in read_psmsl_folder(folder).values()]
    kept = (one for one in found if len(one.years) >= at_least)
    return sorted(kept, key=lambda one: (one.latitude, one.longitude, one.name))


def read_maxima(path: Path) -> dict[str, Floats]:
    """Read annual maxima with a header: ``Year,SeaLevel`` and, where given, ``SOI``.

    Returns the columns by their name.

    Raises:
        DistillError: the file cannot be read, has no such columns, or other than numbers in them.
    """
    text = io.StringIO(read_text(path, error=DistillError).lstrip("\ufeff"), newline="")
    with csv_problems(str(path), DistillError):
        rows = list(csv.DictReader(text))
    if not rows or not {"Year", "SeaLevel"} <= set(rows[0]):
        raise DistillError("columns Year and SeaLevel are due", where=str(path))
    try:
        return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    except (TypeError, ValueError) as problem:
        raise DistillError("a value that is no number", where=str(path)) from problem


def block_maxima(hourly: Floats, block: int) -> Floats:
    """Return the maxima of blocks of hours, such as months of a single year; NaN is skipped.

    Args:
        hourly: levels, shape (hours,).
        block: hours; what is left over at the end is dropped.
    """
    whole = hourly[: len(hourly) // block * block].reshape(-1, block)
    kept = whole[np.isfinite(whole).mean(axis=1) > 0.5]
    return np.asarray(np.nanmax(kept, axis=1), dtype=np.float64)


def kilometres(latitude: Floats, longitude: Floats, other: tuple[float, float]) -> Floats:
    """Return great-circle distances from places to another one, both in degrees."""
    one, two = np.radians(latitude), np.radians(other[0])
    apart = np.radians(longitude) - np.radians(other[1])
    chord = np.sin((one - two) / 2) ** 2 + np.cos(one) * np.cos(two) * np.sin(apart / 2) ** 2
    return np.asarray(2 * 6371.0 * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)
