"""Streams of observations: what arrived by now, how old it is, and windows in which one is cut.

Times are hours on the clock of the scenario. A stream is known only by what it delivered: the
agent sees at ``now`` the packet of latest observation among those that arrived by then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from base import UsageError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Streams and what they are in plain words; the climate is the prior and cannot be cut.
STREAMS = {
    "gauge": "the tide gauge at the site",
    "neighbour": "the neighbour gauge up the coast",
    "weather": "the weather station (pressure and wind)",
    "forecast": "the surge forecast",
    "sar": "the flood map from radar",
    "optical": "the flood map from optical images",
    "reports": "reports of people on site",
}
CLIMATE = "climate"
#: Hours after which an observation is stale.
VALID_HOURS = {
    "gauge": 2.0,
    "neighbour": 2.0,
    "weather": 2.0,
    "forecast": 10.0,
    "sar": 6.0,
    "optical": 6.0,
    "reports": 2.0,
}


@dataclass(frozen=True)
class Packets:
    """All deliveries of one stream.

    Attributes:
        observed: hour that each speaks of (for a forecast: when it was made), shape (n,).
        arrived: hour at which each was there to be read, never before ``observed``, shape (n,).
        values: what each says, shape (n, d); metres of surge, or what an expert was fitted on.
        variance: of its noise beyond what the stream usually has, m², shape (n,).
    """

    observed: Floats
    arrived: Floats
    values: Floats
    variance: Floats

    def latest(self, now: ArrayLike) -> Ints:
        """Return for each hour the index of the newest packet there, -1 where there is none."""
        at = np.asarray(now, dtype=np.float64)
        if not len(self.observed):
            return np.full(at.shape, -1, dtype=np.int64)
        order = np.argsort(self.arrived, kind="stable")
        newest = np.maximum.accumulate(self.observed[order])
        # The last packet that raised the running maximum is the newest one so far.
        rises = np.r_[True, np.diff(newest) > 0]
        holder = order[np.maximum.accumulate(np.where(rises, np.arange(len(order)), 0))]
        place = np.searchsorted(self.arrived[order], at, side="right") - 1
        return np.asarray(np.where(place >= 0, holder[place], -1), dtype=np.int64)

    def where(self, keep: NDArray[np.bool_]) -> Packets:
        """Return only the packets that are marked."""
        return Packets(
            self.observed[keep], self.arrived[keep], self.values[keep], self.variance[keep]
        )

    def with_one(self, observed: float, arrived: float, value: float, variance: float) -> Packets:
        """Return the packets and one more, of one value."""
        width = self.values.shape[1]
        return Packets(
            np.r_[self.observed, observed],
            np.r_[self.arrived, arrived],
            np.vstack([self.values, np.full((1, width), value)]),
            np.r_[self.variance, variance],
        )


def packets(
    observed: ArrayLike,
    values: ArrayLike,
    *,
    delay: ArrayLike = 0.0,
    variance: ArrayLike = 0.0,
) -> Packets:
    """Return packets in which no value is missing.

    Args:
        observed: hours, shape (n,).
        values: shape (n,) or (n, d); a row with NaN is no packet.
        delay: hours from observation to arrival, at least 0.
        variance: m², at least 0.
    """
    hours = np.asarray(observed, dtype=np.float64)
    table = np.asarray(values, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    late = np.broadcast_to(np.maximum(np.asarray(delay, dtype=np.float64), 0.0), hours.shape)
    noise = np.broadcast_to(np.asarray(variance, dtype=np.float64), hours.shape)
    whole = Packets(hours, hours + late, table, np.array(noise))
    return whole.where(np.isfinite(table).all(axis=1) & np.isfinite(hours))


@dataclass(frozen=True, slots=True)
class Cut:
    """A stream delivers nothing from one hour to another (to the end where none is given)."""

    stream: str
    start: float = -math.inf
    stop: float = math.inf


_CUT = re.compile(r"([a-z_]+)(?::(-?\d+(?:\.\d+)?)?-(-?\d+(?:\.\d+)?)?)?")


def read_cut(text: str, *, known: Iterable[str] = STREAMS, where: str = "--cut") -> Cut:
    """Read ``STREAM`` or ``STREAM:FROM-TO`` in hours of the scenario; either end may be left out.

    Raises:
        UsageError: not of that form, an unknown stream, or a window that ends before it begins.
    """
    found = _CUT.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{text!r} is no cut", where=where, hint="write STREAM or STREAM:FROM-TO in hours"
        )
    name, start, stop = found.groups()
    if name not in known:
        raise UsageError(
            f"no stream is called {name!r}", where=where, hint=f"use {', '.join(known)}"
        )
    cut = Cut(name, float(start or -math.inf), float(stop or math.inf))
    if cut.stop <= cut.start:
        raise UsageError(f"{text!r} ends before it begins", where=where, hint="write FROM-TO")
    return cut


def with_cuts(streams: Mapping[str, Packets], cuts: Iterable[Cut]) -> dict[str, Packets]:
    """Return the streams without what would have arrived in the windows of the cuts."""
    left = dict(streams)
    for cut in cuts:
        if cut.stream in left:
            table = left[cut.stream]
            left[cut.stream] = table.where(
                (table.arrived < cut.start) | (table.arrived >= cut.stop)
            )
    return left
