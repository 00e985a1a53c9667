"""The teacher: what a long record says of a station's extremes, and with what doubt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coastal.extremes.gev import fit_l_moments, levels, log_density
from coastal.extremes.records import Monthly

Floats = NDArray[np.float64]

#: A weak prior on the shape, so that a record with one freak year has no infinite mean.
SHAPE_DEVIATION = 0.25


@dataclass(frozen=True, slots=True)
class Posterior:
    """A Gaussian posterior of location, log scale and shape by Laplace's method.

    Attributes:
        mean: shape (3,), metres, log metres, none.
        covariance: shape (3, 3).
    """

    mean: Floats
    covariance: Floats

    def draws(self, count: int, generator: np.random.Generator) -> Floats:
        """Return draws, shape (count, 3)."""
        drawn = generator.multivariate_normal(self.mean, self.covariance, size=count, method="eigh")
        drawn[:, 2] = np.clip(drawn[:, 2], -0.6, 0.6)
        return drawn


@dataclass(frozen=True, slots=True)
class Taught:
    """A long record with its trend, and what it teaches.

    Attributes:
        record: monthly means as read.
        trend: of each year, metres, shape (n,).
        posterior: of the annual maxima of monthly means above the trend.
        deviation: standard deviation of monthly means about the trend, metres.
    """

    record: Monthly
    trend: Floats
    posterior: Posterior
    deviation: float

    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude in degrees."""
        return self.record.latitude, self.record.longitude

    def level(self, years: float) -> float:
        """Return the posterior median of a return level above the trend, in metres."""
        drawn = self.posterior.draws(800, np.random.default_rng(0))
        found = levels(drawn[:, 0], np.exp(drawn[:, 1]), drawn[:, 2], years)
        return float(np.median(found))


def taught(record: Monthly) -> Taught:
    """Learn from a long record: trend removed, all annual maxima of its monthly means used."""
    trend = record.trend()
    above = record.maxima - trend
    spread = float(np.nanstd(record.values - trend[:, None]))
    return Taught(record, trend, posterior(above), spread)


def posterior(maxima: Floats) -> Posterior:
    """Return the Laplace posterior of a generalised extreme value distribution.

    Flat priors on location and log scale, ``N(0, SHAPE_DEVIATION²)`` on the shape.

    Args:
        maxima: metres, shape (n,), of a record long enough for a likelihood.
    """
    from scipy.optimize import minimize

    start = fit_l_moments(maxima)
    unit = start.scale

    def loss(place: Floats) -> float:
        if abs(place[2]) > 0.9 or abs(place[1]) > 20:
            return 1e10
        density = log_density(
            maxima, unit * place[0] + start.location, unit * np.exp(place[1]), place[2]
        ).sum()
        return float(min(0.5 * (place[2] / SHAPE_DEVIATION) ** 2 - density, 1e10))

    options = {"xatol": 1e-6, "fatol": 1e-8, "maxiter": 2000}
    begun = np.array([0.0, 0.0, np.clip(start.shape, -0.5, 0.5)])
    best = minimize(loss, begun, method="Nelder-Mead", options=options).x
    covariance = np.linalg.pinv(_hessian(loss, best), hermitian=True)
    values, vectors = np.linalg.eigh(covariance)
    covariance = (vectors * np.clip(values, 1e-3, 1.0)) @ vectors.T
    size = np.array([unit, 1.0, 1.0])
    centre = np.array([start.location + unit * best[0], np.log(unit) + best[1], best[2]])
    return Posterior(centre, covariance * np.outer(size, size))


def _hessian(loss: object, at: Floats, step: float = 5e-3) -> Floats:
    assert callable(loss)
    size = len(at)
    found = np.empty((size, size))
    moves = np.eye(size) * step
    for one in range(size):
        for two in range(size):
            found[one, two] = (
                loss(at + moves[one] + moves[two]) - loss(at + moves[one] - moves[two])
                - loss(at - moves[one] + moves[two]) + loss(at - moves[one] - moves[two])
            ) / (4 * step**2)  # fmt: skip
    return found
