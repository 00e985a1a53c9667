"""What a record of two to five years shows, as numbers for a learner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from base import DistillError
from coastal.extremes.gev import l_moments
from coastal.extremes.records import SHORT, Monthly, kilometres
from coastal.extremes.teacher import Taught

Floats = NDArray[np.float64]

#: The unit of maxima without monthly means, in metres.
UNIT = 0.15
#: Names of the features of :func:`features`.
FEATURES = (
    "monthly", "years", "log_unit", "mean_maximum", "l_scale", "highest", "lowest", "annual_means",
    "season", "skewness", "upper_twentieth", "x", "y", "z", "near_location", "near_scale",
    "near_shape", "near_distance",
)  # fmt: skip
#: How far neighbours are heard, in km.
REACH = 500.0
#: Closer stations are taken for the same one.
SAME_PLACE = 30.0


@dataclass(frozen=True, slots=True)
class Short:
    """A short record.

    Attributes:
        maxima: annual maxima in metres, shape (n,).
        base: what levels are counted from: the mean of the months, or of the maxima.
        unit: metres of one unit of the learner.
        monthly: the months, if there are any.
    """

    maxima: Floats
    base: float
    unit: float
    monthly: Monthly | None

    @property
    def above(self) -> Floats:
        """The maxima above the base, in units."""
        return (self.maxima - self.base) / self.unit


def shortened(record: Monthly) -> Short:
    """Return a short record of monthly means; its unit is their standard deviation."""
    spread = float(np.nanstd(record.values))
    if not spread > 0:
        raise DistillError("monthly means that never change", where=record.name or "record")
    return Short(record.maxima, float(np.nanmean(record.values)), spread, record)


def from_maxima(maxima: Floats) -> Short:
    """Return a short record of nothing but annual maxima."""
    if len(maxima) < min(SHORT):
        raise DistillError(
            f"{len(maxima)} annual maxima", where="maxima", hint=f"give {min(SHORT)} at least"
        )
    return Short(maxima, float(maxima.mean()), UNIT, None)


@dataclass(frozen=True, slots=True)
class Region:
    """What long records around the world say, in units of each station's monthly deviation.

    Attributes:
        latitude, longitude: degrees, shape (stations,).
        median: of annual maxima above the trend, in units.
        log_scale: of the scale in units.
        shape: of the distribution.
    """

    latitude: Floats
    longitude: Floats
    median: Floats
    log_scale: Floats
    shape: Floats

    @classmethod
    def of(cls, stations: Sequence[Taught]) -> Region:
        """Return the table of some stations."""
        means = np.array([one.posterior.mean for one in stations])
        unit = np.array([one.deviation for one in stations])
        places = np.array([one.place for one in stations])
        medians = np.array([one.level(2.0) for one in stations])
        return cls(
            places[:, 0], places[:, 1], medians / unit, means[:, 1] - np.log(unit), means[:, 2]
        )

    def around(self, latitude: float, longitude: float) -> Floats:
        """Return median, log scale and shape near a place, and log10 km to the nearest station.

        Gaussian weights of :data:`REACH` with a floor, so that far from all it is the world's mean.
        Stations within :data:`SAME_PLACE` are not heard: nobody learns from itself.
        """
        distance = kilometres(self.latitude, self.longitude, (latitude, longitude))
        heard = distance > SAME_PLACE
        weight = (np.exp(-0.5 * (distance / REACH) ** 2) + 0.002) * heard
        share = weight / weight.sum()
        table = np.stack([self.median, self.log_scale, self.shape])
        return np.append(table @ share, np.log10(distance[heard].min()) - 2)


def features(short: Short, region: Region) -> Floats:
    """Return the features of a short record, shape (len(FEATURES),)."""
    above = short.above
    moments = l_moments(above)
    found = np.zeros(len(FEATURES))
    found[1:7] = (
        len(above) / 5, np.log(short.unit / UNIT), moments[0], np.log(moments[1] + 0.05),
        above.max() - moments[0], above.min() - moments[0],
    )  # fmt: skip
    record = short.monthly
    if record is None:
        found[3] = 0.0
        return found
    found[0] = 1.0
    apart = (record.values - short.base) / short.unit
    known = apart[np.isfinite(apart)]
    season = np.nanmean(apart[:, np.isfinite(apart).any(axis=0)], axis=0)
    found[7:11] = (
        np.nanmean(apart, axis=1).std(), season.std(),
        np.clip((known**3).mean(), -3, 3), np.quantile(known, 0.95),
    )  # fmt: skip
    if np.isfinite([record.latitude, record.longitude]).all():
        north, east = np.radians([record.latitude, record.longitude])
        found[11:14] = np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)
        found[14:18] = region.around(record.latitude, record.longitude)
    else:
        found[14:18] = region.median.mean(), region.log_scale.mean(), region.shape.mean(), 1.5
    return found
