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

Floats = NDArray[np.float64]

#: A year counts with so many monthly means.
WHOLE_YEAR = 11
#: Years of a short record.
SHORT = (2, 3, 4, 5)
#: Years of a record that may teach.
LONG = 50
MISSING = -99999


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


def read_psmsl_monthly(path: Path, *, latitude: float, longitude: float, name: str) -> Monthly:
    """Read a monthly file of the Permanent Service for Mean Sea Level (Holgate et al. 2013).

    Columns are decimal year, millimetres above a datum 7 m below mean sea level, missing days and
    flags. Years with fewer than :data:`WHOLE_YEAR` months are left out.

    Raises:
        DistillError: the file cannot be read, or is of another form.
    """
    months: dict[int, Floats] = {}
    for number, line in enumerate(read_text(path, error=DistillError).splitlines(), start=1):
        try:
            decimal, level = (float(one) for one in line.split(";")[:2])
        except ValueError as problem:
            raise DistillError(
                "no line of a PSMSL monthly file", where=f"{path}, line {number}"
            ) from problem
        if level != MISSING:
            year = int(decimal)
            row = months.setdefault(year, np.full(12, np.nan))
            row[min(11, int((decimal - year) * 12))] = level / 1000 - 7
    kept = [year for year in sorted(months) if np.isfinite(months[year]).sum() >= WHOLE_YEAR]
    values = np.array([months[year] for year in kept]).reshape(len(kept), 12)
    return Monthly(np.array(kept, dtype=np.int64), values, latitude, longitude, name)


def read_psmsl_folder(folder: Path, *, at_least: int = LONG) -> list[Monthly]:
    """Read all stations of a folder with ``filelist.txt`` that hold enough whole years.

    Args:
        folder: holds the list and the files ``<id>.rlrdata``.
        at_least: whole years; others are left out.
    """
    found = []
    for line in read_text(folder / "filelist.txt", error=DistillError).splitlines()[1:]:
        parts = [one.strip() for one in line.split(";")]
        try:
            number, latitude, longitude = int(parts[0]), float(parts[1]), float(parts[2])
        except (ValueError, IndexError) as problem:
            raise DistillError(
                "no line of a PSMSL list", where=str(folder / "filelist.txt")
            ) from problem
        station = read_psmsl_monthly(
            folder / f"{number}.rlrdata",
            latitude=latitude, longitude=longitude, name=" ".join(parts[3].split()),
        )  # fmt: skip
        if len(station.years) >= at_least:
            found.append(station)
    return sorted(found, key=lambda one: (one.latitude, one.longitude, one.name))


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
