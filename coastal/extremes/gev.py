"""The generalised extreme value distribution: levels, likelihood, L-moments, intervals.

The shape is that of Coles (2001): positive means a heavy tail without bound, negative an upper end
at ``location - scale / shape``. scipy's ``genextreme`` and Hosking's ``k`` have the opposite sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from base import DistillError

Floats = NDArray[np.float64]

#: Below this the shape is taken for nought, where the formulas of the two cases agree to 1e-9.
FLAT = 1e-8
#: Fewest maxima of which a likelihood of three parameters has a maximum worth the name.
ENOUGH_FOR_LIKELIHOOD = 10
#: L-moments: three maxima give three moments; with two, the shape is taken for nought (Gumbel).
ENOUGH_FOR_MOMENTS = 2
#: Stands for an infinite loss, so that a simplex can still subtract.
IMPOSSIBLE = 1e10


@dataclass(frozen=True, slots=True)
class Gev:
    """Location and scale in metres, shape without unit."""

    location: float
    scale: float
    shape: float

    def level(self, years: float) -> float:
        """Return the level that a year's maximum exceeds with probability ``1 / years``."""
        return float(levels(self.location, self.scale, self.shape, years))


def levels(location: ArrayLike, scale: ArrayLike, shape: ArrayLike, years: ArrayLike) -> Floats:
    """Return return levels, in the unit of location and scale; all arguments broadcast.

    ``location + scale (y^-shape - 1) / shape`` with ``y = -log(1 - 1 / years)`` (Coles 2001, 3.4).

    Raises:
        DistillError: a period of a year or less.
    """
    period = np.asarray(years, dtype=np.float64)
    if np.any(~(period > 1)):
        raise DistillError("a return period must be longer than a year", where="years")
    return quantiles(location, scale, shape, 1 - 1 / period)


def quantiles(
    location: ArrayLike, scale: ArrayLike, shape: ArrayLike, probability: ArrayLike
) -> Floats:
    """Return the values that a maximum stays below with a probability between 0 and 1."""
    bent = np.asarray(shape, dtype=np.float64)
    rare = np.log(-np.log(np.asarray(probability, dtype=np.float64)))
    flat = np.abs(bent) < FLAT
    safe = np.where(flat, 1.0, bent)
    growth = np.where(flat, -rare, np.expm1(-safe * rare) / safe)
    return np.asarray(np.asarray(location) + np.asarray(scale) * growth, dtype=np.float64)


def log_density(
    values: ArrayLike, location: ArrayLike, scale: ArrayLike, shape: ArrayLike
) -> Floats:
    """Return the log density, minus infinity outside the support; all arguments broadcast."""
    size, bent = np.asarray(scale, dtype=np.float64), np.asarray(shape, dtype=np.float64)
    apart = (np.asarray(values, dtype=np.float64) - np.asarray(location)) / size
    flat = np.abs(bent) < FLAT
    safe = np.where(flat, 1.0, bent)
    inside = np.where(flat, 1.0, 1 + safe * apart)
    held = inside > 0
    log_inside = np.log(np.where(held, inside, 1.0))
    reduced = np.where(flat, apart, log_inside / safe)
    with np.errstate(over="ignore"):
        density = -np.log(size) - reduced * (1 + bent) - np.exp(-reduced)
    return np.where(held, density, -np.inf)


def l_moments(values: ArrayLike) -> Floats:
    """Return mean, L-scale and L-skewness ratio over the last axis, stacked on a new last axis.

    Unbiased estimators (Hosking 1990). With two values the ratio is that of a Gumbel, 0.1699.

    Raises:
        DistillError: fewer than two values.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=-1)
    count = ordered.shape[-1]
    if count < ENOUGH_FOR_MOMENTS:
        raise DistillError("L-moments need two values at least", where="maxima")
    rank = np.arange(count, dtype=np.float64)
    first = ordered.mean(axis=-1)
    second = 2 * (ordered * rank / (count - 1)).mean(axis=-1) - first
    if count == ENOUGH_FOR_MOMENTS:
        return np.stack([first, second, np.full_like(first, 0.1699)], axis=-1)
    weight = rank * (rank - 1) / ((count - 1) * (count - 2))
    third = 6 * (ordered * weight).mean(axis=-1) - 3 * (second + first) + first
    ratio = third / np.where(second > 0, second, 1.0)
    return np.stack([first, second, ratio], axis=-1)


def from_l_moments(moments: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return location, scale and shape that have given L-moments (Hosking et al. 1985).

    Args:
        moments: shape (..., 3): mean, L-scale and L-skewness ratio.
    """
    from scipy.special import gamma

    mean, spread, ratio = np.moveaxis(np.asarray(moments, dtype=np.float64), -1, 0)
    bound = np.clip(ratio, -0.9, 0.9)
    near = 2 / (3 + bound) - np.log(2) / np.log(3)
    bent = 7.8590 * near + 2.9554 * near**2
    bent = np.where(np.abs(bent) < 1e-6, 1e-6, bent)
    factor = gamma(1 + bent)
    scale = spread * bent / ((1 - 2.0**-bent) * factor)
    return mean - scale * (1 - factor) / bent, scale, -bent


def fit_l_moments(maxima: ArrayLike) -> Gev:
    """Fit by L-moments: stable where maxima are few."""
    return Gev(*(float(one) for one in from_l_moments(l_moments(_finite(maxima)))))


def fit_likelihood(maxima: ArrayLike) -> Gev:
    """Fit by maximum likelihood, from the L-moments' fit on.

    Raises:
        DistillError: fewer than :data:`ENOUGH_FOR_LIKELIHOOD` maxima, or all alike.
    """
    values = _finite(maxima)
    if len(values) < ENOUGH_FOR_LIKELIHOOD or np.ptp(values) == 0:
        raise DistillError(
            f"{len(values)} maxima are too few for a likelihood of three parameters",
            where="maxima",
            hint=f"give {ENOUGH_FOR_LIKELIHOOD} unlike ones, or use method bayes or student",
        )
    start = fit_l_moments(values)
    found = _least(
        lambda place: _negative(values, place[0], place[1], place[2]),
        [start.location, np.log(start.scale), start.shape],
    )
    return Gev(float(found.x[0]), float(np.exp(found.x[1])), float(found.x[2]))


@dataclass(frozen=True, slots=True)
class Regression:
    """A fit whose location moves with covariates.

    Attributes:
        gev: where all covariates are nought.
        slopes: of the location, metres per unit of each covariate, shape (k,).
        log_likelihood: at its maximum; twice its gain is compared with a chi-square of k.
    """

    gev: Gev
    slopes: Floats
    log_likelihood: float


def fit_regression(maxima: ArrayLike, covariates: ArrayLike) -> Regression:
    """Fit ``location = a + covariates @ slopes`` by maximum likelihood (Coles 2001, 6.2).

    Args:
        maxima: metres, shape (n,).
        covariates: such as years and an index of El Niño, centred, shape (n, k); k may be 0.
    """
    values = _finite(maxima)
    table = np.asarray(covariates, dtype=np.float64).reshape(len(values), -1)
    columns = table.shape[1]
    size = np.where(table.std(axis=0) > 0, table.std(axis=0), 1.0)

    def loss(place: Floats) -> float:
        moved = values - (table / size) @ place[:columns]
        return _negative(moved, place[-3], place[-2], place[-1])

    straight = np.column_stack([table / size, np.ones(len(values))])
    slopes = np.linalg.lstsq(straight, values, rcond=None)[0][:columns]
    rest = fit_likelihood(values - (table / size) @ slopes)
    found = _least(loss, [*slopes, rest.location, np.log(rest.scale), rest.shape])
    found = _least(loss, list(found.x))
    gev = Gev(float(found.x[-3]), float(np.exp(found.x[-2])), float(found.x[-1]))
    return Regression(gev, found.x[:columns] / size, -float(found.fun))


def profile_interval(
    maxima: ArrayLike, years: float, *, confidence: float = 0.9
) -> tuple[float, float]:
    """Return the bounds of a return level by profile likelihood (Coles 2001, 2.6.6 and 3.3.4).

    The level takes the place of the location; at each level the likelihood is maximised over the
    other two, and the interval holds those within half a chi-square quantile of the maximum.
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2

    values = _finite(maxima)
    best = fit_likelihood(values)
    lowest = _negative(values, best.location, np.log(best.scale), best.shape)
    centre, allowed = best.level(years), 0.5 * chi2.ppf(confidence, 1)

    def excess(level: float) -> float:
        def loss(place: Floats) -> float:
            growth = float(levels(0.0, 1.0, place[1], years))
            return _negative(values, level - np.exp(place[0]) * growth, place[0], place[1])

        found = min(
            (_least(loss, [np.log(best.scale) + far, best.shape + bend])
             for far, bend in ((0.0, 0.0), (0.3, 0.1), (-0.3, -0.1))),
            key=lambda one: float(one.fun),
        )  # fmt: skip
        return float(found.fun - lowest - allowed)

    def bound(direction: float) -> float:
        step = best.scale * direction
        for _ in range(40):
            if excess(centre + step) > 0:
                return float(brentq(excess, centre, centre + step, xtol=1e-4 * best.scale))
            step *= 1.6
        return float("inf") * direction

    return bound(-1.0), bound(1.0)


def bootstrap_interval(
    maxima: ArrayLike, years: float, *, confidence: float = 0.9, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Return the bounds of a return level by the parametric bootstrap of the L-moments' fit."""
    values = _finite(maxima)
    fitted = fit_l_moments(values)
    chance = np.random.default_rng(seed).uniform(size=(draws, len(values)))
    drawn = quantiles(fitted.location, fitted.scale, fitted.shape, chance)
    found = levels(*from_l_moments(l_moments(drawn)), years)
    # Reflected: the error of the fit is what the draws tell, not the place of the draws.
    tail = (1 - confidence) / 2
    low, high = np.quantile(found, [tail, 1 - tail])
    whole = fitted.level(years)
    return float(2 * whole - high), float(2 * whole - low)


def _negative(values: Floats, location: float, log_scale: float, shape: float) -> float:
    if not (abs(shape) < 1 and abs(log_scale) < 50):
        return IMPOSSIBLE
    found = -float(log_density(values, location, np.exp(log_scale), shape).sum())
    return float(min(found, IMPOSSIBLE))


def _least(loss: Any, start: list[float]) -> Any:
    from scipy.optimize import minimize

    options = {"xatol": 1e-6, "fatol": 1e-8, "maxiter": 1500}
    return minimize(loss, np.asarray(start), method="Nelder-Mead", options=options)


def _finite(maxima: ArrayLike) -> Floats:
    values = np.asarray(maxima, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise DistillError(
            "maxima are one list of finite numbers", where="maxima", hint="leave gaps out"
        )
    return values
