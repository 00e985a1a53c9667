"""A series at one place: times in UTC, values, NaN where nothing was measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from base import SurveyError

Floats = NDArray[np.float64]
#: ``datetime64`` of hours or seconds, UTC.
Times = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Series:
    """Values at one station.

    Attributes:
        name: of the place.
        station: its number or code at whoever measures.
        latitude, longitude: degrees, north and east positive; NaN where the file says nothing.
        times: strictly rising, UTC, shape (n,).
        values: in ``unit``, NaN for gaps, shape (n,).
        datum: what the values are counted from.
        unit: of the values.

    Raises:
        SurveyError: shapes that differ, times that do not rise, or no finite value.
    """

    name: str
    station: str
    latitude: float
    longitude: float
    times: Times
    values: Floats
    datum: str = ""
    unit: str = "m"

    def __post_init__(self) -> None:
        if self.times.ndim != 1 or self.times.shape != self.values.shape:
            raise SurveyError("times and values of different length", where=self.name)
        if len(self.times) > 1 and not (np.diff(self.times) > np.timedelta64(0)).all():
            raise SurveyError(
                "times that do not rise", where=self.name, hint="sort the rows, one per time"
            )
        if not np.isfinite(self.values).any():
            raise SurveyError("no value at all", where=self.name, hint="give another file")

    def __len__(self) -> int:
        return len(self.times)

    @property
    def hours(self) -> Floats:
        """Hours since 1970-01-01 UTC, shape (n,)."""
        return hours_of(self.times)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Where there is a value, shape (n,)."""
        return np.isfinite(self.values)

    def between(self, start: np.datetime64, end: np.datetime64) -> Series:
        """Return what lies in ``[start, end]``.

        Raises:
            SurveyError: there is no value in it.
        """
        chosen = (self.times >= start) & (self.times <= end)
        return replace(self, times=self.times[chosen], values=self.values[chosen])

    def with_values(self, values: Floats) -> Series:
        """Return the same times with other values."""
        return replace(self, values=values)


def hours_of(times: ArrayLike) -> Floats:
    """Return hours since 1970-01-01 UTC of ``datetime64`` times."""
    seconds = np.asarray(times, dtype="datetime64[s]").astype(np.int64)
    return seconds.astype(np.float64) / 3600


def on_hours(times: Times, values: Floats) -> tuple[Times, Floats]:
    """Return the values on every hour from the first to the last, NaN where there was none.

    Args:
        times: whole hours, rising, shape (n,).
        values: shape (n,).
    """
    whole = times.astype("datetime64[h]")
    every = np.arange(whole[0], whole[-1] + np.timedelta64(1, "h"))
    filled = np.full(len(every), np.nan)
    filled[(whole - whole[0]).astype(np.int64)] = values
    return every, filled
