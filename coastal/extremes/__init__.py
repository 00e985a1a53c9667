"""Return levels of sea level from short records, with what long records of a region teach."""

from coastal.extremes.gev import Gev, fit_l_moments, fit_likelihood, fit_regression
from coastal.extremes.levels import ReturnLevel, return_level
from coastal.extremes.records import (
    Monthly,
    block_maxima,
    read_maxima,
    read_psmsl_folder,
    read_psmsl_monthly,
)
from coastal.extremes.student import Student, train

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
    "read_psmsl_folder",
    "read_psmsl_monthly",
    "return_level",
    "train",
]
