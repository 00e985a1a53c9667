"""Lessons of risk: an asset at a gauge in a year, what was known before, and what the water did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coastal.extremes.gev import from_l_moments, l_moments, levels
from coastal.extremes.records import Monthly
from coastal.extremes.short import FEATURES, Region, Short, features, from_maxima, shortened
from coastal.extremes.teacher import Taught
from coastal.risk.climate import FIRST_FLOODS, Floods
from coastal.risk.curves import KINDS, Curve, depth_damage
from coastal.risk.scenarios import PAST

Floats = NDArray[np.float64]

#: Depths in units of the record at which the curve is shown to the student.
SHOWN = (0.5, 1.0, 2.0, 3.0)
#: Probabilities at whose quantiles the record's own Gumbel is averaged.
EVEN = (np.arange(12) + 0.5) / 12
CLIMATE = ("el_nino", "floods_a_year", "severity")
OWN = ("freeboard", "rise_deviation", "lead", *CLIMATE, *(f"damage_{one}" for one in SHOWN),
       "own_flood", "own_damage")  # fmt: skip
#: Features of the asset, not of the water.
OF_ASSET = ("freeboard", *(f"damage_{one}" for one in SHOWN), "own_flood", "own_damage")
#: What the student sees.
STUDENT = (*FEATURES, *OWN)
#: What the teacher sees besides.
HISTORY = (
    "past_median", "past_ten", "past_fifty", "past_deviation", "past_slope", "past_exceeded",
    "last_mean", "last_maximum", "past_years",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """Lessons as tables.

    Attributes:
        student, teacher: features, shapes (n, len(STUDENT)) and (n, len(STUDENT + HISTORY)).
        flooded: 0 or 1, shape (n,).
        surge: the year's highest water above the base, in units, shape (n,).
        damage: share of the value by the curve at the true depth, shape (n,).
        station, year: of each lesson.
        freeboard: of the floor above the expected base, in units.
        unit: metres of a unit.
    """

    student: Floats
    teacher: Floats
    flooded: Floats
    surge: Floats
    damage: Floats
    station: NDArray[np.int64]
    year: NDArray[np.int64]
    freeboard: Floats
    unit: Floats


def own_features(
    short: Short, region: Region, curve: Curve, *, floor: float, rise: float, rise_deviation: float,
    lead: float, climate: Sequence[float],
) -> Floats:  # fmt: skip
    """Return what the student sees, shape (len(STUDENT),).

    Args:
        short: the gauge's record.
        region: what the long records say.
        curve: of the asset.
        floor: metres above the record's datum.
        rise, rise_deviation: expected from the record's centre to the year asked for, metres.
        lead: years between them.
        climate: El Niño, floods a year and their severity.
    """
    freeboard = (floor - short.base - rise) / short.unit
    shares = curve.share(np.array([(one - freeboard) * short.unit for one in SHOWN]))
    own = np.array(
        [np.clip(freeboard, -20, 30), np.log(rise_deviation / short.unit + 0.05), lead / 10]
    )
    site = _own_gumbel(short, curve, freeboard)
    return np.concatenate([features(short, region), own, np.asarray(climate), shares, site])


def _own_gumbel(short: Short, curve: Curve, freeboard: float) -> list[float]:
    """Return the logits of flood and damage share by a Gumbel through the record's maxima."""
    mean, spread, _ = l_moments(short.above)
    scale = max(float(spread) / np.log(2), 0.1)
    location = float(mean) - 0.5772 * scale
    passed = -np.expm1(-np.exp(-np.clip((freeboard - location) / scale, -5, 12)))
    water = location - scale * np.log(-np.log(EVEN))
    lost = float(curve.share((water - freeboard) * short.unit).mean())
    return [_logit(float(passed)), _logit(lost)]


def _logit(share: float) -> float:
    inside = min(max(share, 1e-3), 1 - 1e-3)
    return float(np.log(inside / (1 - inside)))


def lessons(
    stations: Sequence[Taught], region: Region, floods: Floods, el_nino: dict[int, float], *,
    years: range, each: int, seed: int, plain: bool = False,
) -> Rows:  # fmt: skip
    """Return lessons at some stations in some years.

    The record ends one to five years before the year asked for and holds two to five years. Metres
    are stretched by a factor of 1 to 15, since flood levels vary more than monthly means do, and
    three in ten records keep nothing but their annual maxima; with ``plain`` neither.

    Args:
        stations: gauges with long records.
        region: of the stations that may teach.
        floods: events; only those before the year are looked at.
        el_nino: the index by year; that of the year before is used.
        years: asked for.
        each: lessons of a station and year.
        seed: of all draws.
    """
    generator = np.random.default_rng(seed)
    found: list[tuple[Floats, Floats, float, float, float, int, int, float, float]] = []
    for number, one in enumerate(stations):
        record = one.record
        where = {int(year): at for at, year in enumerate(record.years)}
        for year in years:
            if year not in where:
                continue
            for _ in range(each):
                factor = 1.0 if plain else float(np.exp(generator.uniform(0, np.log(15.0))))
                length, gap = int(generator.integers(2, 6)), int(generator.integers(0, 5))
                window = [where[at] for at in range(year - gap - length, year - gap) if at in where]
                past = np.array([at for at in range(where[year]) if record.years[at] < year - gap])
                height, kind = generator.uniform(-0.5, 4.5), str(generator.choice(KINDS))
                bare = not plain and generator.uniform() < 0.3
                if len(window) < 2 or len(past) < 20:
                    continue
                scaled = Monthly(
                    record.years[window], factor * record.values[window],
                    record.latitude, record.longitude, record.name,
                )  # fmt: skip
                short = from_maxima(scaled.maxima) if bare else shortened(scaled)
                lead = float(year - scaled.years.mean())
                spread = scaled.maxima.std() if bare else short.unit
                floor = short.base + height * max(float(spread), 0.02)
                curve = depth_damage(kind)
                water = factor * float(record.maxima[where[year]])
                known = (
                    el_nino.get(year - 1, 0.0),
                    *(floods.before(*one.place, year) if year > FIRST_FLOODS else (0.0, 0.0)),
                )
                own = own_features(
                    short, region, curve, floor=floor, rise=factor * PAST * lead,
                    rise_deviation=factor * 0.002 * lead, lead=lead, climate=known,
                )  # fmt: skip
                rich = _history(one, past, short, factor, floor, where[year])
                found.append((
                    own, np.concatenate([own, rich]), float(water > floor),
                    (water - short.base) / short.unit, float(curve.share(water - floor)),
                    number, year, float(own[len(FEATURES)]), short.unit,
                ))  # fmt: skip
    columns = [np.array(one) for one in zip(*found, strict=True)]
    return Rows(*columns)


def _history(
    one: Taught, past: NDArray[np.int64], short: Short, factor: float, floor: float, at: int
) -> Floats:
    """Return what decades before the year say, in units of the short record."""
    record = one.record
    years, means = record.years[past].astype(np.float64), record.means[past]
    slope, offset = np.polyfit(years - years[-1], means, 1)
    above = record.maxima[past] - (slope * (years - years[-1]) + offset)
    now = factor * (offset + slope * (float(record.years[at]) - years[-1]))
    curve = from_l_moments(l_moments(factor * above))
    told = [(float(levels(*curve, period)) + now - short.base) for period in (2.0, 10.0, 50.0)]
    exceeded = float((factor * above + now > floor).mean())
    last = [factor * float(means[-1]), factor * float(record.maxima[past][-1])]
    inside = [*told, factor * one.deviation, 10 * factor * slope]
    return np.array([
        *(value / short.unit for value in inside), 4 * exceeded,
        *((value - short.base) / short.unit for value in last), len(past) / 50,
    ])  # fmt: skip
