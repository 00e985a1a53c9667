"""The astronomical tide of a gauge, fitted by harmonic analysis (UTide)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from base import SurveyError
from coastal.gauge.series import Floats, Series, hours_of

#: The strongest lines, in the order in which short records can bear them.
LINES = ("M2", "K1", "S2", "O1", "N2", "M4", "K2", "P1", "Q1", "NU2", "MU2", "2N2", "L2", "MF")
#: Measured hours wanted per fitted coefficient before another line is added.
HOURS_PER_COEFFICIENT = 10
#: From so many measured hours on, UTide chooses the lines itself (Rayleigh criterion).
LONG = 4000


@dataclass(frozen=True, slots=True)
class HarmonicTide:
    """A fitted tide.

    Attributes:
        coefficients: as UTide gives them.
        mean_m: the mean level that it was fitted around.
        lines: names of the constituents.
    """

    coefficients: Any
    mean_m: float
    lines: tuple[str, ...]

    def predict(self, times: ArrayLike) -> Floats:
        """Return the tide with the mean level, metres, at ``datetime64`` times in UTC."""
        import utide

        days = hours_of(times) / 24
        found = utide.reconstruct(days, self.coefficients, epoch="1970-01-01", verbose=False)
        return np.asarray(found.h, dtype=np.float64)

    def residual(self, series: Series) -> Series:
        """Return what is left of the levels: the surge, and all else that is no tide."""
        return series.with_values(series.values - self.predict(series.times))


def harmonic_tide(
    series: Series, *, fit_on: NDArray[np.bool_] | None = None, lines: Sequence[str] | None = None
) -> HarmonicTide:
    """Fit the tide by ordinary least squares.

    Args:
        series: levels in metres.
        fit_on: which rows may be used, shape (n,), so that no storm that is held out leaks into
            the tide; all with a value if not given.
        lines: constituents; if not given, UTide's choice for a long record and the strongest few
            for a short one, at :data:`HOURS_PER_COEFFICIENT` each.

    Raises:
        SurveyError: there are too few values, or a constituent is unknown.
    """
    import utide

    chosen = series.present if fit_on is None else series.present & fit_on
    count = int(chosen.sum())
    if lines is None and count < LONG:
        lines = LINES[: max(1, (count // HOURS_PER_COEFFICIENT - 1) // 2)]
    if count < 30 or (lines is not None and count < 2 * (2 * len(lines) + 1)):
        raise SurveyError(
            f"{count} values are too few for a tide", where=series.name,
            hint="give a longer record, or fewer lines",
        )  # fmt: skip
    try:
        found = utide.solve(
            hours_of(series.times[chosen]) / 24, series.values[chosen],
            lat=0.0 if np.isnan(series.latitude) else series.latitude, epoch="1970-01-01",
            method="ols", conf_int="none", trend=False, verbose=False,
            constit="auto" if lines is None else list(lines),
        )  # fmt: skip
    except (KeyError, IndexError, ValueError) as problem:
        raise SurveyError(
            f"no tide could be fitted ({problem})", where=series.name, hint="check the lines"
        ) from problem
    return HarmonicTide(found, float(found.mean), tuple(str(name) for name in found.name))


def residual(series: Series, *, fit_on: NDArray[np.bool_] | None = None) -> Series:
    """Return a series less its own harmonic tide, as :func:`harmonic_tide`."""
    return harmonic_tide(series, fit_on=fit_on).residual(series)
