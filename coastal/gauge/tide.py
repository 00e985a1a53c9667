"""The astronomical tide of a gauge, fitted by harmonic analysis (UTide)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from base import SurveyError
from coastal.gauge.series import Floats, Series, hours_of

#: The strongest lines, in the order in which short records can bear them.
LINES = ("M2", "K1", "S2", "O1", "N2", "M4", "K2", "P1", "Q1", "NU2", "MU2", "2N2", "L2", "MF")
#: Cycles an hour of :data:`LINES`, from their Doodson numbers.
CYCLES = dict(zip(LINES, (
    0.0805114, 0.0417807, 0.0833333, 0.0387307, 0.0789992, 0.1610228, 0.0835615, 0.0415526,
    0.0372185, 0.0792016, 0.0776895, 0.0774871, 0.0820236, 0.0030501,
), strict=True))  # fmt: skip
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
            for a short one, at :data:`HOURS_PER_COEFFICIENT` each, and no two that the span of
            the record cannot tell apart (Rayleigh criterion).

    Raises:
        SurveyError: there are too few values, or a constituent is unknown.
    """
    import utide

    chosen = series.present if fit_on is None else series.present & fit_on
    count = int(chosen.sum())
    if lines is None and count < LONG:
        lines = LINES[: max(1, (count // HOURS_PER_COEFFICIENT - 1) // 2)]
        hours = series.hours[chosen]
        lines = separable(lines, float(hours.max() - hours.min()) if count else 0.0)
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


def separable(lines: Sequence[str], hours: float) -> tuple[str, ...]:
    """Return the lines, in order, that a span of hours tells apart from those before and the mean.

    The first stays in any case.
    """
    kept: list[str] = []
    for name in lines:
        apart = (abs(CYCLES[name] - other) for other in (0.0, *(CYCLES[one] for one in kept)))
        if not kept or min(apart) * hours >= 1.0:
            kept.append(name)
    return tuple(kept)


def tide_of_constants(
    constants: Mapping[str, tuple[float, float]], *, mean_m: float, latitude: float
) -> HarmonicTide:
    """Return the tide of given harmonic constants.

    Args:
        constants: amplitude in metres and phase lag in degrees on Greenwich (UTC), by constituent.
        mean_m: mean level.
        latitude: degrees, for the nodal corrections, which are those of each time predicted for.

    Raises:
        SurveyError: no constituent, or one that UTide does not know.
    """
    import utide

    if not constants:
        raise SurveyError("no constituent", where="tide", hint="give M2: [amplitude_m, phase_deg]")
    # UTide has no door for constants: any fit gives the frame that they are put into.
    steps = np.arange(481)
    try:
        found = utide.solve(
            steps / 24, np.cos(steps), lat=latitude, epoch="1970-01-01", method="ols",
            conf_int="none", trend=False, verbose=False, constit=list(constants),
        )  # fmt: skip
    except (KeyError, IndexError, ValueError) as problem:
        raise SurveyError(
            f"a constituent of {', '.join(constants)} is unknown",
            where="tide",
            hint="names are those of UTide, such as M2, S2, N2, K1, O1, MSF",
        ) from problem
    names = [str(name) for name in found.name]
    found.A, found.g = (np.array(one) for one in zip(*(constants[name] for name in names),
                                                     strict=True))  # fmt: skip
    found.mean = mean_m
    return HarmonicTide(found, mean_m, tuple(names))


def residual(series: Series, *, fit_on: NDArray[np.bool_] | None = None) -> Series:
    """Return a series less its own harmonic tide, as :func:`harmonic_tide`."""
    return harmonic_tide(series, fit_on=fit_on).residual(series)
