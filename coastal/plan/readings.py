"""Readings at any time brought to hours: series, packets, windows to learn from, forecast runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from base import SurveyError
from coastal.gauge.feeds import Feed
from coastal.gauge.series import Floats, Times, hours_of
from coastal.gauge.tide import HarmonicTide
from coastal.plan.belief import HORIZON
from coastal.plan.features import gauge_features
from coastal.plan.simulate import FORECAST_HOURS, Storm
from coastal.plan.streams import Packets, packets

#: Hours before the newest reading of an hour over which it is averaged.
AVERAGED = 0.25
#: Longest gap over which what came is taken to be a straight line, in hours.
BRIDGED = 3.0
#: Longest time that the last reading of all speaks for, in hours.
HELD = 0.5
#: Hours of a window to learn from, the share of it that must be measured, and the fewest windows.
WINDOW, MEASURED, FEWEST = 97, 0.9, 10
#: Memory of a surge beyond the end of a forecast run, in hours.
FADES = 18.0


def since(times: Times, begins: np.datetime64) -> Floats:
    """Return hours since hour 0, shape (n,)."""
    return np.asarray(hours_of(times) - float(hours_of(begins)))


@dataclass(frozen=True)
class Hourly:
    """A series on whole hours, each the mean of the quarter of an hour to the newest reading in it.

    Attributes:
        hours: whole, from the first reading's to the last of the plan, shape (t,).
        values: NaN where no reading fell in the hour before, shape (t,).
        observed, arrived: hours of the newest reading used, and of the latest arrival.
        known, read: hours and values of all readings, shape (n,).
    """

    hours: Floats
    values: Floats
    observed: Floats
    arrived: Floats
    known: Floats
    read: Floats

    @classmethod
    def of(cls, feed: Feed, values: Floats, begins: np.datetime64, last: int) -> Hourly:
        """Return the series of values at the times of a feed, none of them after hour ``last``."""
        there = np.isfinite(values)
        at, arrived = since(feed.times[there], begins), since(feed.arrived[there], begins)
        read = np.asarray(values[there], dtype=np.float64)
        whole = np.ceil(at - 1e-9).astype(np.int64)
        hours = np.arange(min(int(whole[0]) if len(whole) else 0, 0), last + 1, dtype=np.float64)
        made = np.full((3, len(hours)), np.nan)
        for hour in np.unique(whole):
            end = int(np.searchsorted(whole, hour, side="right"))
            start = int(np.searchsorted(at, at[end - 1] - AVERAGED + 1e-9))
            start = max(start, int(np.searchsorted(whole, hour)))
            row = int(hour - hours[0])
            made[:, row] = read[start:end].mean(), at[end - 1], arrived[start:end].max()
        return cls(hours, made[0], made[1], made[2], at, read)

    def packets(self, features: Floats | None = None) -> Packets:
        """Return a packet for each hour that has a value.

        Args:
            features: of the series, shape (t, d); those of a gauge if not given.
        """
        told = gauge_features(self.values) if features is None else features
        told = np.where(np.isfinite(self.values)[:, None], told, np.nan)
        observed = np.where(np.isfinite(self.values), self.observed, np.nan)
        return packets(observed, told, delay=np.nan_to_num(self.arrived - self.observed))

    def came(self, hours: Floats) -> Floats:
        """Return what came at hours, NaN where no readings are near."""
        if not len(self.known):
            return np.full(len(hours), np.nan)
        after = np.searchsorted(self.known, hours)
        right = np.r_[self.known, np.inf][after]
        left = np.r_[-np.inf, self.known][np.searchsorted(self.known, hours, side="right")]
        near = (right - left <= BRIDGED) | (hours - left <= HELD)
        return np.asarray(np.where(near, np.interp(hours, self.known, self.read), np.nan))


def earlier_windows(
    series: Mapping[str, Hourly], streams: Mapping[str, Packets], tide: HarmonicTide,
    begins: np.datetime64,
) -> tuple[Storm, ...]:  # fmt: skip
    """Return windows before hour 0 in which the gauge measured nearly always, none if too few.

    Args:
        series: hourly, with that of ``gauge``.
        streams: packets of streams that go on all the time are taken into the windows.
        tide: of the gauge.
        begins: time of hour 0.
    """
    own = series["gauge"]
    found = []
    for start in range(-WINDOW, int(own.hours[0]) - 1, -WINDOW):
        here = (own.hours >= start) & (own.hours < start + WINDOW)
        surge = own.values[here]
        known = np.isfinite(surge)
        if known.mean() < MEASURED:
            continue
        hours = np.arange(WINDOW, dtype=np.float64)
        inside = {
            name: table.where((table.observed >= start) & (table.observed < start + WINDOW))
            for name, table in streams.items() if name in ("gauge", "neighbour", "weather")
        }  # fmt: skip
        moved = {
            name: Packets(one.observed - start, one.arrived - start, one.values, one.variance)
            for name, one in inside.items()
        }
        found.append(Storm(
            hours, tide.predict(begins + np.arange(start, start + WINDOW)),
            np.interp(hours, hours[known], surge[known]), moved, measured=True,
        ))  # fmt: skip
    return tuple(found[::-1]) if len(found) >= FEWEST else ()


def forecast_packets(feed: Feed, tide: HarmonicTide, begins: np.datetime64) -> Packets:
    """Return a packet of hourly surge for each run; beyond its end the last value fades.

    Raises:
        SurveyError: a run without rising times, or that ends before the plan's horizon.
    """
    lead = feed.values["lead"]
    valid = feed.times + np.round(3600 * lead).astype("timedelta64[s]")
    if "surge" in feed.values:
        surge = feed.values["surge"]
    else:
        surge = feed.values["level"] - (tide.predict(valid) if len(valid) else 0.0)
    issued = np.unique(feed.times)
    leads = np.arange(FORECAST_HOURS + 1, dtype=np.float64)
    table, arrived = np.full((len(issued), len(leads)), np.nan), np.zeros(len(issued))
    for row, time in enumerate(issued):
        rows = np.flatnonzero((feed.times == time) & np.isfinite(surge))
        where = f"{feed.path}: run of {np.datetime_as_string(time, unit='m')}Z"
        if len(rows) and (np.diff(lead[rows]) <= 0).any():
            raise SurveyError("a run whose times do not rise", where=where, hint="sort the rows")
        if not len(rows) or lead[rows][-1] < HORIZON:
            raise SurveyError(
                f"a run that ends before {HORIZON} hours", where=where, hint="leave the run out"
            )
        end = lead[rows][-1]
        told = np.interp(leads, lead[rows], surge[rows])
        table[row] = told * np.exp(-np.maximum(leads - end, 0.0) / FADES)
        arrived[row] = since(feed.arrived[rows], begins).max()
    at = since(issued, begins)
    return packets(at, table, delay=arrived - at)
