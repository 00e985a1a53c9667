"""A storm's surge and weather at one place: a wide low, or the passage of a tight cyclone.

A wide low rises for hours. How fast a tight cyclone rises follows from its passage time
``T = R / V`` of radius of greatest wind over forward speed: pressure and wind at a fixed place
depend on the distance ``sqrt(b² + (V t)²)`` from the centre alone (Holland 1980), and the sea
follows within the time of a long wave over the shelf.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from coastal.plan.features import METRES_PER_HPA, METRES_PER_WIND_SQUARE, STANDARD_HPA
from coastal.plan.streams import Floats

#: Passage time of tight storms in hours, median and deviation of its logarithm: the best tracks of
#: eight hurricanes (Dorian, Florence, Gustav, Harvey, Ike, Irene, Irma, Matthew) north of 25° N
#: with winds of 25 m/s or more: median 2.49 h, 0.87 to 8.24 h in nine fixes of ten.
PASSAGE_HOURS, PASSAGE_LOG_SD = 2.5, 0.68
#: Shelves whose long waves (L / sqrt(g h)) set how soon the sea follows: km and m, as in
#: :mod:`coastal.surge.simulate`.
_FETCH_KM, _DEPTH_M = (40.0, 200.0), (30.0, 130.0)
_STEPS = 10


class Shape(Protocol):
    """Surge over time at the site, as the streams of :mod:`coastal.plan.simulate` see it.

    Attributes:
        peak_hour: when the surge is highest.
        tight: whether it is a cyclone's passage.
        elsewhere: least and greatest share of the surge that comes to a neighbour.
    """

    @property
    def peak_hour(self) -> float: ...
    @property
    def tight(self) -> bool: ...
    @property
    def elsewhere(self) -> tuple[float, float]: ...

    def at(self, hour: Floats) -> Floats:
        """Return surge in metres at hours."""

    def weather(
        self, rng: np.random.Generator, hour: Floats, noise: Floats
    ) -> tuple[Floats, Floats]:
        """Return pressure (hPa) and wind (m/s, positive onshore) at hours."""


@dataclass(frozen=True)
class Low:
    """A wide low: rise, slower fall, a forerunner, and damped ringing after the peak."""

    peak_m: float
    peak_hour: float
    rise: float
    fall: float
    forerunner: float
    ringing: float
    period: float
    pressure_share: float
    lag: float
    tight: bool = False
    elsewhere: tuple[float, float] = (0.7, 1.15)

    @classmethod
    def draw(cls, rng: np.random.Generator, peak_m: float, peak_hour: float) -> Low:
        return cls(
            peak_m=peak_m,
            peak_hour=peak_hour,
            rise=float(rng.uniform(4.0, 10.0)),
            fall=float(rng.uniform(5.0, 14.0)),
            forerunner=float(rng.uniform(0.0, 0.25)),
            ringing=float(rng.uniform(0.0, 0.25)),
            period=float(rng.uniform(6.0, 14.0)),
            pressure_share=float(rng.uniform(0.25, 0.5)),
            lag=float(rng.uniform(0.0, 2.0)),
        )

    def at(self, hour: Floats) -> Floats:
        x = hour - self.peak_hour
        wide = np.where(x < 0, self.rise, self.fall)
        bell = np.exp(-0.5 * (x / wide) ** 2)
        early = self.forerunner * np.exp(-0.5 * ((x + 2.2 * self.rise) / self.rise) ** 2)
        after = np.where(
            x > 0, np.exp(-np.maximum(x, 0) / 14) * np.sin(2 * np.pi * x / self.period), 0
        )
        return np.asarray(self.peak_m * (bell + early - self.ringing * after))

    def weather(
        self, rng: np.random.Generator, hour: Floats, noise: Floats
    ) -> tuple[Floats, Floats]:
        x = hour - self.peak_hour + self.lag
        wide = np.where(x < 0, 1.15 * self.rise, 1.1 * self.fall)
        bell = np.exp(-0.5 * (x / wide) ** 2)
        return _sky(
            rng,
            self.peak_m * self.pressure_share * bell,
            self.peak_m * (1 - self.pressure_share) * bell,
            noise,
        )


@dataclass(frozen=True)
class Passage:
    """A tight cyclone that passes at ``beside`` radii, with ``hours`` to move by one radius.

    Attributes:
        peak_m, peak_hour: of the surge.
        hours: passage time, radius over forward speed.
        beside: least distance of the centre in radii.
        profile: Holland's ``B``.
        turn: angle between the wind at the nearest approach and the way into the harbour, radians.
        memory: hours that the sea takes to follow.
        pressure_share: of the surge that pressure makes.
        clock, surge, push, deep: hours before and after the peak; surge, wind's share and
            pressure's share before the sea followed, in metres of a surge of one metre.
    """

    peak_m: float
    peak_hour: float
    hours: float
    beside: float
    profile: float
    turn: float
    memory: float
    pressure_share: float
    clock: Floats
    surge: Floats
    push: Floats
    deep: Floats
    tight: bool = True
    #: One that strikes here may pass the neighbour by.
    elsewhere: tuple[float, float] = (0.2, 1.15)

    @classmethod
    def draw(cls, rng: np.random.Generator, peak_m: float, peak_hour: float) -> Passage:
        fetch, depth = rng.uniform(*_FETCH_KM), rng.uniform(*_DEPTH_M)
        return cls.made(
            peak_m,
            peak_hour,
            hours=float(PASSAGE_HOURS * np.exp(PASSAGE_LOG_SD * rng.normal())),
            beside=float(rng.uniform(0.3, 2.0)),
            profile=float(rng.uniform(1.0, 1.8)),
            turn=float(np.radians(rng.uniform(-60.0, 60.0))),
            memory=float(1000 * fetch / np.sqrt(9.81 * depth) / 3600),
            pressure_share=float(rng.uniform(0.25, 0.5)),
        )

    @classmethod
    def made(
        cls,
        peak_m: float,
        peak_hour: float,
        *,
        hours: float,
        beside: float,
        profile: float,
        turn: float,
        memory: float,
        pressure_share: float,
    ) -> Passage:
        """Return the passage; see the class for the arguments."""
        clock = np.arange(-150.0, 150.0, 1 / _STEPS)
        along = clock / hours
        ratio = np.hypot(beside, along) ** -profile
        # Gradient balance without the turning of the Earth: speed² goes with this.
        square = ratio * np.exp(-ratio)
        into = np.cos(np.arctan2(along, beside) + turn)
        push, deep = square * into, 1 - np.exp(-ratio)
        push, deep = push / push.max(), deep / deep.max()
        push, deep = (1 - pressure_share) * push, pressure_share * deep
        surge = _lagged(push + deep, memory)
        top = int(np.argmax(surge))
        scale = surge[top]
        return cls(
            peak_m, peak_hour, hours, beside, profile, turn, memory, pressure_share,
            clock - clock[top], surge / scale, push / scale, deep / scale,
        )  # fmt: skip

    def at(self, hour: Floats) -> Floats:
        return self._of(self.surge, hour)

    def weather(
        self, rng: np.random.Generator, hour: Floats, noise: Floats
    ) -> tuple[Floats, Floats]:
        return _sky(rng, self._of(self.deep, hour), self._of(self.push, hour), noise)

    def _of(self, part: Floats, hour: Floats) -> Floats:
        return np.asarray(self.peak_m * np.interp(hour - self.peak_hour, self.clock, part))


def _sky(
    rng: np.random.Generator, deep_m: Floats, push_m: Floats, noise: Floats
) -> tuple[Floats, Floats]:
    """Return pressure and wind that make so much surge, with noise of their own."""
    hpa = (deep_m + 0.5 * noise) / METRES_PER_HPA
    pressure = STANDARD_HPA - hpa + 1.2 * red(rng, len(noise), 24.0)
    speed = np.sign(push_m) * np.sqrt(np.abs(push_m) / METRES_PER_WIND_SQUARE)
    return np.asarray(pressure), np.asarray(speed + 2.0 * red(rng, len(noise), 4.0))


def _lagged(forcing: Floats, memory_hours: float) -> Floats:
    from scipy.signal import lfilter

    keep = np.exp(-1 / (memory_hours * _STEPS))
    return np.asarray(lfilter([1 - keep], [1.0, -keep], forcing), dtype=np.float64)


def red(rng: np.random.Generator, count: int, scale_hours: float) -> Floats:
    """Return red noise of unit variance with an e-folding time in hours."""
    from scipy.signal import lfilter

    keep = np.exp(-1 / scale_hours)
    drawn = rng.normal(size=count) * np.sqrt(1 - keep**2)
    drawn[0] = rng.normal()
    return np.asarray(lfilter([1.0], [1.0, -keep], drawn), dtype=np.float64)
