"""Baselines that borrow from long records: the index flood, and an empirical Bayes posterior."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coastal.extremes.examples import Lesson
from coastal.extremes.gev import from_l_moments, l_moments, levels, log_density, quantiles
from coastal.extremes.records import kilometres
from coastal.extremes.short import SAME_PLACE, Short
from coastal.extremes.teacher import Taught

Floats = NDArray[np.float64]

#: Share of every station's weight that does not fade with distance.
FLOOR = 0.01


class IndexFlood:
    """Regional L-moments (Hosking and Wallis 1997): one growth curve, scaled by the site's mean.

    The index is the mean annual maximum above the record's own mean level, so that a gauge's
    datum does not matter. Records without monthly means have no such index: their own L-scale
    scales a regional curve of mean nought instead.

    Args:
        stations: long records.
        reach: km over which stations are alike.
    """

    def __init__(self, stations: Sequence[Taught], *, reach: float = 1000.0) -> None:
        self.reach = reach
        self.places = np.array([one.place for one in stations])
        moments = [l_moments(one.record.maxima - one.trend) for one in stations]
        self.moments = np.stack(moments)

    def draws(self, short: Short, years: float, *, count: int = 400, seed: int = 0) -> Floats:
        """Return draws of a return level in metres above the record's base, shape (count,).

        Each draw takes the growth curve of one station, near ones more often, and adds the error
        that an index of so few years has on that curve. Their median is the level.
        """
        generator = np.random.default_rng(seed)
        weight = _weights(self.places, short, self.reach)
        site = generator.choice(len(weight), size=count, p=weight)
        moments = self.moments[site]
        regional = np.average(self.moments, axis=0, weights=weight)
        length = len(short.maxima)
        if short.monthly is None:
            moments = np.stack([0 * moments[:, 0], 0 * moments[:, 1] + 1, moments[:, 2]], axis=1)
            regional = np.array([0.0, 1.0, regional[2]])
            own = l_moments(short.maxima)
        else:
            moments[:, 1] /= moments[:, 0]
            regional = np.array([1.0, regional[1] / regional[0], regional[2]])
            moments[:, 0] = 1.0
        curve = from_l_moments(moments)
        chance = generator.uniform(size=(count, length))
        location, scale, shape = (one[:, None] for one in curve)
        drawn = quantiles(location, scale, shape, chance)
        growth = levels(*curve, years)
        middle = float(levels(*from_l_moments(regional), years))
        if short.monthly is None:
            seen = l_moments(drawn)
            size = np.clip(seen[:, 1], 0.05, None)
            found = own[0] - short.base + own[1] * (growth - seen[:, 0]) / size
            return np.asarray(found)
        index = float(short.maxima.mean() - short.base)
        found = index * growth / np.clip(drawn.mean(axis=1), 0.2, None)
        return np.asarray(found * index * middle / np.median(found), dtype=np.float64)


class EmpiricalBayes:
    """The teachers' lessons as a prior, weighed by distance and by the likelihood of the maxima.

    A hierarchical model without a parametric population: each lesson is a station's distribution
    as it looks from a window as short as the record, and counts by how well it explains the
    record's maxima (importance sampling). It knows no more of the record than maxima, unit and
    place.

    Args:
        taught: lessons of training stations.
        stations: whose numbers the lessons hold.
        reach: km over which stations are alike.
        seed: of one draw per lesson.
    """

    def __init__(
        self, taught: Sequence[Lesson], stations: Sequence[Taught], *,
        reach: float = 1000.0, seed: int = 0,
    ) -> None:  # fmt: skip
        generator = np.random.default_rng(seed)
        mean = np.array([one.mean for one in taught])
        spread = np.sqrt([one.variance for one in taught])
        drawn = mean + spread * generator.standard_normal(mean.shape)
        self.shape = np.clip(drawn[:, 2], -0.6, 0.6)
        self.scale = np.exp(drawn[:, 1])
        self.location = drawn[:, 0] - self.scale * quantiles(0.0, 1.0, self.shape, 0.5)
        self.station = np.array([one.station for one in taught])
        self.monthly = np.array([one.short.monthly is not None for one in taught])
        self.places = np.array([one.place for one in stations])
        self.reach = reach

    def draws(self, short: Short, years: float, *, count: int = 400, seed: int = 0) -> Floats:
        """Return draws of a return level in metres above the record's base, shape (count,)."""
        weight = _weights(self.places, short, self.reach)[self.station]
        fits = log_density(
            short.above[:, None], self.location, self.scale, self.shape
        ).sum(axis=0)  # fmt: skip
        alike = self.monthly == (short.monthly is not None)
        logged = np.where(alike, fits + np.log(weight), -np.inf)
        if not np.isfinite(logged).any():
            logged = np.where(alike, np.log(weight), -np.inf)
        share = np.exp(logged - logged.max())
        chosen = np.random.default_rng(seed).choice(len(share), size=count, p=share / share.sum())
        found = levels(self.location[chosen], self.scale[chosen], self.shape[chosen], years)
        return np.asarray(found * short.unit, dtype=np.float64)


def _weights(places: Floats, short: Short, reach: float) -> Floats:
    record = short.monthly
    if record is None or not np.isfinite([record.latitude, record.longitude]).all():
        return np.full(len(places), 1 / len(places))
    distance = kilometres(places[:, 0], places[:, 1], (record.latitude, record.longitude))
    weight = (np.exp(-0.5 * (distance / reach) ** 2) + FLOOR) * (distance > SAME_PLACE)
    return np.asarray(weight / weight.sum(), dtype=np.float64)
