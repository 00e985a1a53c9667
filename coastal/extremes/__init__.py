"""Return levels of sea level from short records, with what long records of a region teach.

Importing this package is cheap; torch is loaded when a student is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from coastal.extremes.gev import Gev, fit_l_moments, fit_likelihood, fit_regression
from coastal.extremes.levels import ReturnLevel, return_level
from coastal.extremes.records import (
    Monthly,
    block_maxima,
    read_maxima,
    read_psmsl_monthly,
    read_psmsl_stations,
)

if TYPE_CHECKING:
    from coastal.extremes.student import Student, train

_OF_STUDENT = ("Student", "train")

__all__ = [
    "Gev",
    "Monthly",
    "ReturnLevel",
    "Student",
    "block_maxima",
    "fit_l_moments",
    "fit_likelihood",
    "fit_regression",
    "read_maxima",
    "read_psmsl_monthly",
    "read_psmsl_stations",
    "return_level",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _OF_STUDENT:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.student"), name)
