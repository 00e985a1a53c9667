"""Lessons: short windows of long records, each with what its whole record says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coastal.extremes.gev import quantiles
from coastal.extremes.records import SHORT, kilometres
from coastal.extremes.short import SAME_PLACE, UNIT, Short, from_maxima, shortened
from coastal.extremes.teacher import Taught

Floats = NDArray[np.float64]

#: Maxima of hourly levels vary more than those of monthly means: log of the factor, and its spread.
HOURLY = (1.0, 0.6)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A short record, and location, log scale and shape of its whole record seen from it.

    Attributes:
        short: the record.
        station: number of its station among those given.
        mean: median, log scale and shape in units of the short record, above its base, shape (3,).
        variance: of the three, from the teacher's posterior.
        offset: metres from the station's trend up to the base.
        rows: years of the whole record that the window holds.
    """

    short: Short
    station: int
    mean: Floats
    variance: Floats
    offset: float
    rows: slice


def lessons(
    stations: Sequence[Taught], *, each: int, seed: int, lengths: Sequence[int] = SHORT
) -> list[Lesson]:
    """Return windows of two to five years, drawn without replacement from each station.

    The teacher's posterior is shifted to the window: it is told above the window's own mean.
    """
    generator = np.random.default_rng(seed)
    found = []
    for number, one in enumerate(stations):
        every = [rows for length in lengths for rows in one.record.windows(length)]
        chosen = generator.permutation(len(every))[:each]
        for at in sorted(chosen):
            found.append(_lesson(one, number, every[at]))
    return found


def _lesson(one: Taught, number: int, rows: slice) -> Lesson:
    short = shortened(one.record.part(rows))
    offset = short.base - float(one.trend[rows].mean())
    location, log_scale, shape = one.posterior.mean
    median = float(quantiles(location, np.exp(log_scale), shape, 0.5))
    variance = np.diag(one.posterior.covariance) / np.array([short.unit**2, 1.0, 1.0])
    mean = np.array([(median - offset) / short.unit, log_scale - np.log(short.unit), shape])
    return Lesson(short, number, mean, variance, offset, rows)


def simulated(stations: Sequence[Taught], *, count: int, seed: int) -> list[Lesson]:
    """Return drawn records of annual maxima of hourly levels, of which no population is at hand.

    Shapes are drawn from the teachers' posteriors; scales too, times a log-normal factor
    :data:`HOURLY`: a prior that is stated, not learnt.
    """
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        number = int(generator.integers(len(stations)))
        _, log_scale, shape = stations[number].posterior.draws(1, generator)[0]
        scale = float(np.exp(log_scale + generator.normal(*HOURLY)))
        length = int(generator.choice(SHORT))
        drawn = quantiles(0.0, scale, shape, generator.uniform(size=length))
        short = from_maxima(drawn)
        median = float(quantiles(0.0, scale, shape, 0.5))
        mean = np.array([(median - short.base) / UNIT, np.log(scale / UNIT), shape])
        found.append(Lesson(short, number, mean, np.full(3, 1e-3), short.base, slice(0, length)))
    return found


def clusters(stations: Sequence[Taught]) -> NDArray[np.int64]:
    """Return a number for each station; stations within :data:`SAME_PLACE` share it."""
    places = np.array([one.place for one in stations])
    group = np.arange(len(stations))
    for at in range(len(stations)):
        near = kilometres(places[:, 0], places[:, 1], (places[at, 0], places[at, 1])) < SAME_PLACE
        group[np.isin(group, group[near])] = group[near].min()
    return group


@dataclass(frozen=True, slots=True)
class Split:
    """Numbers of the stations to learn from, to choose by, and to be scored on."""

    train: list[int]
    validation: list[int]
    test: list[int]


def split(stations: Sequence[Taught], *, seed: int) -> Split:
    """Split stations: always the same 30 % for the test, the others by the seed.

    Stations of one cluster stay together.
    """
    group = clusters(stations)
    names = np.unique(group)
    fixed = np.random.default_rng(2026).permutation(names)
    held = set(fixed[: round(0.3 * len(names))].tolist())
    rest = np.random.default_rng(seed).permutation([one for one in names if one not in held])
    chosen = set(rest[: round(0.25 * len(rest))].tolist())
    where: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
    for number, name in enumerate(group.tolist()):
        part = "test" if name in held else "validation" if name in chosen else "train"
        where[part].append(number)
    return Split(**where)
