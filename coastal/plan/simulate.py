"""Storms made by rule: tide, surge, and what each stream would have told, failures included.

Every storm is synthetic. Sizes are those of a mid-latitude harbour with a tide of two metres;
the surge has a rise, a slower fall, a forerunner and damped ringing after the peak, part of it
from pressure (1 cm a hPa) and part from wind, over a background of weather noise. Streams see it
as such instruments do: the neighbour earlier, the forecast with errors of size and time that grow
with lead, images at passes only, people where water stands on the quay.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from coastal.plan.features import gauge_features, weather_features
from coastal.plan.shapes import Low, Passage, Shape, red
from coastal.plan.streams import STREAMS, Floats, Packets, packets

#: Constituents: period in hours (Doodson 1921), then amplitude in metres, of the size at Halifax.
TIDE = (
    ("M2", 12.4206, 0.63),
    ("N2", 12.6583, 0.14),
    ("S2", 12.0, 0.14),
    ("K1", 23.9345, 0.10),
    ("O1", 25.8193, 0.05),
)
#: Leads of a surge forecast in hours.
FORECAST_HOURS = 36
#: Hours before the first that are simulated.
_PAST = 12
#: Tries for each flooded storm that is asked for.
_TRIES = 12


@dataclass(frozen=True)
class Climate:
    """What storms and tides of a site are like.

    Attributes:
        mean_level_m: of the sea above the datum.
        tide: name, period in hours and amplitude in metres of each constituent.
        background_sd_m: of the residual outside storms.
        peak_scale_m, peak_shape: of the gamma law of storm peaks.
        tight_share: share of storms that are the passage of a tight cyclone, a round figure: one of
            17 surges over 0.2 m at Halifax in 2003 was a hurricane's.
        hours: that a storm lasts, its peak in the middle third.
    """

    mean_level_m: float = 1.0
    tide: tuple[tuple[str, float, float], ...] = TIDE
    background_sd_m: float = 0.07
    peak_scale_m: float = 0.28
    peak_shape: float = 2.4
    tight_share: float = 0.1
    hours: int = 97


@dataclass(frozen=True)
class Failures:
    """How streams fail: chances for one stream in one storm.

    Attributes:
        outage: that it falls silent for a while; twice as likely near the peak.
        outage_hours: mean length of silence.
        late: that it delivers late, by up to 8 hours, for a day.
        offset: that it is wrong by 0.3 to 0.9 m from some hour on.
    """

    outage: float = 0.25
    outage_hours: float = 12.0
    late: float = 0.10
    offset: float = 0.03


NO_FAILURES = Failures(outage=0.0, late=0.0, offset=0.0)


@dataclass(frozen=True)
class Storm:
    """One storm: the truth by hour, and what the streams delivered.

    Attributes:
        hours: 0, 1, ..., shape (t,).
        tide: predicted level above the datum, shape (t,), with the hours of a horizon after.
        surge: level less predicted tide, same shape.
        streams: what each delivered.
        failed: in words, what failed.
        measured: whether it is no synthetic storm.
        tight: whether it is a tight cyclone's passage, where synthetic.
    """

    hours: Floats
    tide: Floats
    surge: Floats
    streams: dict[str, Packets]
    failed: tuple[str, ...] = ()
    measured: bool = False
    tight: bool = False

    @property
    def level(self) -> Floats:
        """Still-water level above the datum, shape (t,)."""
        return np.asarray(self.tide + self.surge)


def simulate(
    rng: np.random.Generator,
    climate: Climate | None = None,
    failures: Failures | None = None,
    *,
    quay_m: float = 2.2,
) -> Storm:
    """Return one storm.

    Args:
        rng: source of chance.
        climate: of the site.
        failures: of its streams; the default law where none is given.
        quay_m: level from which people see water and report it.
    """
    site = climate or Climate()
    return _told(rng, _Truth.draw(rng, site), site, failures or Failures(), quay_m)


def flooding(
    rng: np.random.Generator,
    climate: Climate,
    failures: Failures,
    *,
    quay_m: float,
    count: int,
    tight: bool | None = None,
) -> list[Storm]:
    """Return storms whose level rises over ``quay_m``; fewer where floods are rare.

    Args:
        rng: source of chance.
        climate: of the site.
        failures: of its streams.
        quay_m: level of the lowest asset.
        count: how many are wanted.
        tight: whether only tight cyclones or only wide lows; as the climate mixes them where
            ``None``.
    """
    site = climate if tight is None else replace(climate, tight_share=float(tight))
    found: list[Storm] = []
    for _ in range(_TRIES * count):
        truth = _Truth.draw(rng, site)
        if (truth.tide + truth.surge)[_here(site)].max() > quay_m:
            found.append(_told(rng, truth, site, failures, quay_m))
            if len(found) == count:
                break
    return found


@dataclass(frozen=True)
class _Truth:
    """Tide, shape, noise and surge over the hours of a storm, with a past and a future."""

    hour: Floats
    tide: Floats
    shape: Shape
    noise: Floats
    surge: Floats

    @classmethod
    def draw(cls, rng: np.random.Generator, site: Climate) -> _Truth:
        hour = np.arange(-float(_PAST), site.hours + FORECAST_HOURS + 1)
        tide = _tide(rng, site, hour)
        shape = _drawn(rng, site)
        noise = red(rng, len(hour), 18.0) * site.background_sd_m
        return cls(hour, tide, shape, noise, shape.at(hour) + noise)


def _here(site: Climate) -> slice:
    return slice(_PAST, _PAST + site.hours)


def _told(
    rng: np.random.Generator, truth: _Truth, site: Climate, law: Failures, quay_m: float
) -> Storm:
    grid, shape, noise, surge = truth.hour, truth.shape, truth.noise, truth.surge
    here, level = _here(site), truth.tide + surge
    sky = shape.weather(rng, grid, noise)
    series: dict[str, Packets] = {
        "gauge": _thin(
            packets(grid, gauge_features(surge + 0.015 * rng.normal(size=len(grid)))), site
        ),
        "neighbour": _thin(_neighbour(rng, shape, grid, noise), site),
        "weather": _thin(packets(grid, weather_features(*sky)), site),
        "forecast": _forecast(rng, shape, grid, noise, site),
        "sar": _image(rng, grid, surge, level, quay_m, every=12.0, sd=0.15, clear=1.0),
        "optical": _image(rng, grid, surge, level, quay_m, every=24.0, sd=0.25, clear=0.25),
        "reports": _reports(rng, grid, surge, level, quay_m, site),
    }
    failed: list[str] = []
    for name in STREAMS:
        series[name], said = _fail(rng, name, series[name], law, shape.peak_hour, site.hours)
        failed += said
    return Storm(
        np.arange(site.hours, dtype=np.float64),
        truth.tide[here],
        surge[here],
        series,
        tuple(failed),
        tight=shape.tight,
    )


def _drawn(rng: np.random.Generator, site: Climate) -> Shape:
    tight = rng.uniform() < site.tight_share
    peak_m = float(rng.gamma(site.peak_shape, site.peak_scale_m))
    peak_hour = float(rng.uniform(0.4, 0.7) * site.hours)
    return (Passage if tight else Low).draw(rng, peak_m, peak_hour)


def _tide(rng: np.random.Generator, site: Climate, hour: Floats) -> Floats:
    start = rng.uniform(0, 24 * 365)
    level = np.full(len(hour), site.mean_level_m)
    for number, (_, period, amplitude) in enumerate(site.tide):
        level += amplitude * np.cos(2 * np.pi * (hour + start) / period + 1.7 * number)
    return level


def _thin(table: Packets, site: Climate) -> Packets:
    return table.where((table.observed >= 0) & (table.observed < site.hours))


def _neighbour(rng: np.random.Generator, shape: Shape, hour: Floats, noise: Floats) -> Packets:
    ahead, gain = rng.uniform(2.0, 5.0), rng.uniform(*shape.elsewhere)
    own = red(rng, len(hour), 18.0)
    level = gain * shape.at(hour + ahead) + 0.6 * noise + 0.05 * own
    return packets(hour, gauge_features(level + 0.02 * rng.normal(size=len(hour))))


def _forecast(
    rng: np.random.Generator, shape: Shape, hour: Floats, noise: Floats, site: Climate
) -> Packets:
    """A run every 6 hours, read 2 hours later."""
    made = np.arange(0.0, site.hours, 6.0)
    return _runs(
        rng, made, shape.at, lambda start: float(np.interp(start, hour, noise)), shape.peak_hour
    )


def forecast_of(rng: np.random.Generator, hours: Floats, surge: Floats) -> Packets:
    """Return forecasts made from a surge that is known, with the errors of the simulator."""

    def at(when: Floats) -> Floats:
        return np.interp(when, hours, surge)

    made = np.arange(0.0, len(hours), 6.0)
    return _runs(rng, made, at, lambda start: 0.0, float(np.argmax(surge)))


def _runs(
    rng: np.random.Generator,
    made: Floats,
    surge_at: Callable[[Floats], Floats],
    noise_at: Callable[[float], float],
    peak_hour: float,
) -> Packets:
    """Forecasts whose errors of size and of time settle as the peak nears."""
    leads = np.arange(FORECAST_HOURS + 1, dtype=np.float64)
    size, time = red(rng, len(made), 5.0), red(rng, len(made), 5.0)
    values = np.empty((len(made), len(leads)))
    for row, start in enumerate(made):
        away = np.clip((peak_hour - start) / 24, 0.15, 2.0)
        told = np.exp(0.22 * away * size[row]) * surge_at(start + leads - 3.0 * away * time[row])
        fade = np.exp(-leads / 18) * noise_at(float(start))
        values[row] = told + fade + 0.03 * red(rng, len(leads), 8.0)
    return packets(made, values, delay=2.0)


def _image(
    rng: np.random.Generator,
    hour: Floats,
    surge: Floats,
    level: Floats,
    quay_m: float,
    *,
    every: float,
    sd: float,
    clear: float,
) -> Packets:
    """Passes; the edge of the water tells its level only where some ground is wet."""
    when = np.arange(rng.uniform(0, every), hour[-1] - FORECAST_HOURS, every)
    wet = np.interp(when, hour, level) > quay_m - 0.1
    seen = wet & (rng.uniform(size=len(when)) < clear)
    told = np.interp(when, hour, surge) + sd * rng.normal(size=len(when))
    return packets(when[seen], told[seen], delay=3.0)


def _reports(
    rng: np.random.Generator,
    hour: Floats,
    surge: Floats,
    level: Floats,
    quay_m: float,
    site: Climate,
) -> Packets:
    seen = (hour >= 0) & (hour < site.hours) & (level > quay_m)
    seen &= rng.uniform(size=len(hour)) < 0.5
    told = surge + 0.2 * rng.normal(size=len(hour))
    return packets(hour[seen], told[seen], delay=0.5)


def _fail(
    rng: np.random.Generator, name: str, table: Packets, law: Failures, peak: float, hours: int
) -> tuple[Packets, list[str]]:
    said: list[str] = []
    chance = rng.uniform(size=3)
    near = rng.uniform() < 0.5
    start = rng.normal(peak - 6, 8) if near else rng.uniform(0, hours)
    length = rng.exponential(law.outage_hours) + 1
    late, begin = rng.uniform(2, 8), rng.uniform(0, hours)
    wrong = rng.choice([-1, 1]) * rng.uniform(0.3, 0.9)
    since = rng.uniform(0, hours)
    if chance[1] < law.late:
        slow = (table.observed >= begin) & (table.observed < begin + 24)
        table = Packets(table.observed, table.arrived + late * slow, table.values, table.variance)
        said.append(f"{name} {late:.0f} h late from hour {begin:.0f}")
    if chance[2] < law.offset:
        after = (table.observed >= since)[:, None]
        if name in ("gauge", "neighbour", "weather"):
            # Differences stay; only the first feature is a level.
            after = after * (np.arange(table.values.shape[1]) == 0)
        table = Packets(table.observed, table.arrived, table.values + wrong * after, table.variance)
        said.append(f"{name} off by {wrong:+.2f} m from hour {since:.0f}")
    if chance[0] < law.outage:
        table = table.where((table.arrived < start) | (table.arrived >= start + length))
        said.append(f"{name} silent from hour {start:.0f} for {length:.0f} h")
    return table, said
