"""The distilled surge student as a reader of the gauge: hours ahead, from what had arrived alone.

The student (:mod:`coastal.surge`) reads 48 hours of one gauge, gaps and all, beside the predicted
tide. It learned from a teacher that saw weather and a neighbour. Here it turns each packet of
the gauge into a path of surge ahead, which the gauge's expert then takes for its own.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from coastal.plan.streams import Floats, Packets

if TYPE_CHECKING:
    from coastal.surge.network import SurgeNetwork

#: Hours ahead for which the student speaks.
AHEAD = 12


def with_student(table: Packets, tide: Floats) -> Packets:
    """Return the packets with the student's path behind their own values, shape (n, d + 13).

    The path begins with the newest value itself. Each packet is read with those that speak of the
    48 hours before it and had arrived when it did; nothing that came later is known to it.

    Args:
        table: packets of a gauge at whole hours; the first value is surge in metres.
        tide: predicted level at hours 0, 1, ..., shape (t,); after its end it is not known.
    """
    from coastal.surge.windows import HISTORY, UNIT_M

    count = len(table.observed)
    hours = np.round(table.observed).astype(np.int64)
    path = np.empty((count, AHEAD + 1))
    path[:, 0] = table.values[:, 0]
    if count:
        back = hours[:, None] + np.arange(-HISTORY, 1)
        series, arrived = _by_hour(table, hours)
        inside = (back >= hours.min()) & (back <= hours.max())
        place = np.clip(back - hours.min(), 0, len(series) - 1)
        there = inside & (arrived[place] <= table.arrived[:, None])
        seen = np.where(there, series[place], np.nan)
        ahead = hours[:, None] + np.arange(AHEAD + 1)
        known = (ahead >= 0) & (ahead < len(tide))
        swing = np.where(known, tide[np.clip(ahead, 0, len(tide) - 1)] - tide.mean(), 0.0)
        path[:, 1:] = UNIT_M * _told(seen / UNIT_M, swing)
    return replace(table, values=np.hstack([table.values, path]))


def _by_hour(
    table: Packets, hours: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> tuple[Floats, Floats]:
    """Return values and arrivals of the hours from first to last; never arrived where none is."""
    first = hours.min()
    series = np.full(hours.max() - first + 1, np.nan)
    arrived = np.full(len(series), np.inf)
    series[hours - first], arrived[hours - first] = table.values[:, 0], table.arrived
    return series, arrived


def _told(seen: Floats, swing: Floats) -> Floats:
    import torch

    from distill.batch import ModalityBatch

    values = {"gauge": seen, "tide": swing}
    batch = ModalityBatch.complete(
        {name: torch.from_numpy(one.astype(np.float32)) for name, one in values.items()}
    )
    with torch.no_grad():
        mean = _network()(batch)[:, :AHEAD]
    return np.asarray(mean.numpy(), dtype=np.float64)


@lru_cache(maxsize=1)
def _network() -> SurgeNetwork:
    from coastal.surge import SurgeStudent

    return SurgeStudent.load().network
