"""Return levels with intervals, by whichever method the record can bear."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from base import UsageError
from coastal.extremes.gev import (
    ENOUGH_FOR_LIKELIHOOD,
    bootstrap_interval,
    fit_l_moments,
    fit_likelihood,
    profile_interval,
)
from coastal.extremes.records import Monthly
from coastal.extremes.short import Short, from_maxima, shortened

if TYPE_CHECKING:
    from coastal.extremes.student import Student

Floats = NDArray[np.float64]
Method = Literal["auto", "likelihood", "l-moments", "student"]
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class ReturnLevel:
    """A return level in metres above the record's datum, with the bounds of its interval.

    Attributes:
        level, lo, hi: metres.
        period: years.
        method: that made it.
        confidence: of the interval.
        of: "annual maxima", or "monthly means": the highest monthly mean of a year stands far
            below the year's highest hour, and its level is no flood level.
    """

    level: float
    lo: float
    hi: float
    period: float
    method: str
    confidence: float
    of: str


def return_level(
    record: ArrayLike | Monthly, years: float, method: Method = "auto", *,
    confidence: float = 0.9, student: Student | None = None,
) -> ReturnLevel:  # fmt: skip
    """Return the level that a year's maximum exceeds with probability ``1 / years``.

    Args:
        record: annual maxima in metres, shape (n,), or monthly means with their place.
        years: the return period, more than 1.
        method: "likelihood" (profile interval), "l-moments" (parametric bootstrap), "student"
            (two to five years, or more), or "auto": the likelihood from ten maxima on.
        confidence: of the interval; the student's was calibrated at 0.9.
        student: instead of the one that comes with the package.

    Raises:
        UsageError: an unknown method, a period of a year or less, or an odd confidence.
        DistillError: too few maxima for the method.
    """
    if method not in get_args(Method):
        raise UsageError(
            f"no method {method}", where="method", hint=f"use one of {', '.join(get_args(Method))}"
        )
    if not years > 1 or not 0 < confidence < 1:
        raise UsageError("a period above 1 year and a confidence between 0 and 1 are due")
    maxima = record.maxima if isinstance(record, Monthly) else np.asarray(record, dtype=np.float64)
    kind = "monthly means" if isinstance(record, Monthly) else "annual maxima"
    if method == "auto":
        method = "likelihood" if len(maxima) >= ENOUGH_FOR_LIKELIHOOD else "student"
    if method == "likelihood":
        level = fit_likelihood(maxima).level(years)
        low, high = profile_interval(maxima, years, confidence=confidence)
    elif method == "l-moments":
        level = fit_l_moments(maxima).level(years)
        low, high = bootstrap_interval(maxima, years, confidence=confidence)
    else:
        drawn = level_draws(record, years, student=student)
        tail = (1 - confidence) / 2
        low, level, high = (float(one) for one in np.quantile(drawn, [tail, 0.5, 1 - tail]))
    return ReturnLevel(level, low, high, years, method, confidence, kind)


def level_draws(
    record: ArrayLike | Monthly, years: float, *, student: Student | None = None
) -> Floats:
    """Return draws of the student's return level, metres above the record's datum."""
    short: Short = (
        shortened(record)
        if isinstance(record, Monthly)
        else from_maxima(np.asarray(record, dtype=np.float64))
    )
    taught = student if student is not None else shipped_student()
    return taught.draws(short, years, count=DRAWS) + short.base


@cache
def shipped_student() -> Student:
    """Return the student that comes with the package."""
    from coastal.extremes.student import Student

    return Student.load()
