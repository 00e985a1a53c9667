"""Storms of a record, which hours are held out with them, and how little of the rest is given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coastal.gauge.series import Floats
from coastal.surge.windows import HISTORY, LEADS

#: Metres of surge above which a storm is counted, and hours below it that part two storms.
THRESHOLD_M, APART = 0.2, 48
#: Hours before the first and after the last exceedance that belong to a storm.
AROUND = 24

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Storm:
    """Hours ``start`` to ``end`` (exclusive) of a record, and the peak in metres."""

    start: int
    end: int
    peak: int
    peak_m: float


def find_storms(surge: Floats, *, threshold_m: float = THRESHOLD_M) -> list[Storm]:
    """Return peaks over a threshold, declustered, in order of time.

    Args:
        surge: hourly, metres, NaN in gaps, shape (hours,).
        threshold_m: as :data:`THRESHOLD_M`.
    """
    above = np.flatnonzero(np.nan_to_num(surge, nan=-np.inf) > threshold_m)
    if not len(above):
        return []
    parts = np.split(above, np.flatnonzero(np.diff(above) > APART) + 1)
    found = []
    for part in parts:
        peak = int(part[np.argmax(surge[part])])
        start, end = max(0, int(part[0]) - AROUND), min(len(surge), int(part[-1]) + AROUND + 1)
        found.append(Storm(start, end, peak, float(surge[peak])))
    return found


def folds(storms: list[Storm], count: int) -> list[list[Storm]]:
    """Return ``count`` groups of storms to hold out, dealt in order of time."""
    return [storms[at::count] for at in range(count)]


def hours_of_storms(storms: list[Storm], hours: int) -> Mask:
    """Return which hours lie in a storm, shape (hours,)."""
    found = np.zeros(hours, dtype=bool)
    for one in storms:
        found[one.start : one.end] = True
    return found


@dataclass(frozen=True, slots=True)
class Share:
    """Hours that a student may learn from, shape (hours,) each.

    Attributes:
        known: all of them: tide, training and validation.
        validation: those of them on which training is stopped and intervals are calibrated.
    """

    known: Mask
    validation: Mask

    @property
    def training(self) -> Mask:
        """Those that weights are fitted to."""
        return self.known & ~self.validation


def draw_share(open_hours: Mask, share: float, *, seed: int) -> Share:
    """Return about a share of the open hours, in whole blocks; a quarter of them validates.

    Blocks are two days long, or one day where less than two weeks are to be had, so that four at
    least are drawn.

    Args:
        open_hours: which are neither held out nor gaps, shape (hours,).
        share: of those hours, up to 1.
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    wanted = share * open_hours.sum()
    length = 48 if wanted >= 14 * 24 else 24
    blocks = rng.permutation(-(-len(open_hours) // length))
    known, validation = (np.zeros(len(open_hours), dtype=bool) for _ in range(2))
    count = 0
    for block in blocks:
        if known.sum() >= wanted and count >= 4:
            break
        part = slice(block * length, (block + 1) * length)
        if not open_hours[part].any():
            continue
        known[part] = open_hours[part]
        validation[part] = known[part] & (count % 4 == 3)
        count += 1
    return Share(known, validation)


def issue_hours(mask: Mask) -> NDArray[np.int64]:
    """Return hours of issue that have a known hour at or before them, and one ahead, in a mask."""
    before, after = np.zeros(len(mask), dtype=bool), np.zeros(len(mask), dtype=bool)
    for back in range(min(6, HISTORY)):
        before[back:] |= mask[: len(mask) - back]
    for lead in range(1, LEADS + 1):
        after[:-lead] |= mask[lead:]
    return np.flatnonzero(before & after)
