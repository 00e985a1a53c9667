"""Global mean sea level rise by scenario (IPCC AR6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from base import UsageError

SOURCE = "Fox-Kemper et al. 2021, IPCC AR6 WGI chapter 9, table 9.9 (medium confidence)"
#: Metres above the mean of 1995-2014 (centre 2005): median, and bounds of the likely range. Read
#: from restatements of the table, not from the report: all of them stand alike in two that were
#: made apart (the comparison in the code of the climate model Pathfinder, Bossy et al. 2022, and a
#: transcription of the whole table with its rates and contributions), and the ranges of 2100 but
#: that of SSP3-7.0 in the summary for policymakers too (B.5.3). Chapter 9's text has 0.30 as the
#: upper bound of SSP5-8.5 in 2050.
TABLE = {
    "SSP1-1.9": {2050: (0.18, 0.15, 0.23), 2100: (0.38, 0.28, 0.55)},
    "SSP1-2.6": {2050: (0.19, 0.16, 0.25), 2100: (0.44, 0.32, 0.62)},
    "SSP2-4.5": {2050: (0.20, 0.17, 0.26), 2100: (0.56, 0.44, 0.76)},
    "SSP3-7.0": {2050: (0.22, 0.18, 0.27), 2100: (0.68, 0.55, 0.90)},
    "SSP5-8.5": {2050: (0.23, 0.20, 0.29), 2100: (0.77, 0.63, 1.01)},
}
CENTRE = 2005
#: Metres a year before: 0.20 m from 1901 to 2018 (AR6 WGI, summary for policymakers, A.1.7).
PAST = 0.0017
#: Likely is taken for the central 66 %: a normal deviate of 0.954 on either side.
LIKELY = 0.954
#: Land moves by some mm a year, which no scenario knows: deviation in metres a year.
LAND = 0.002


@dataclass(frozen=True, slots=True)
class Rise:
    """Rise of the sea between two years, in metres: median and standard deviation."""

    median: float
    deviation: float


def rise(scenario: str, since: float, until: float) -> Rise:
    """Return the rise of relative sea level between two years under a scenario.

    Medians are joined by parabolas through 2005, 2050 and 2100; the deviation is half the likely
    range, plus land motion :data:`LAND` that is not known.

    Args:
        scenario: a key of :data:`TABLE`.
        since: the centre of the record, a year.
        until: the year asked for, at most 2100.

    Raises:
        UsageError: no such scenario, or years out of order or beyond 2100.
    """
    if scenario not in TABLE:
        raise UsageError(
            f"no scenario {scenario}", where="scenario", hint=f"use one of {', '.join(TABLE)}"
        )
    if not 1900 <= since <= until <= 2100:
        raise UsageError(f"years {since:.0f} to {until:.0f}", where="year", hint="1900 to 2100")
    points = TABLE[scenario]

    def at(year: float, which: int) -> float:
        middle, end = points[2050][which], points[2100][which]
        if year <= CENTRE:
            return PAST * (year - CENTRE)
        through = np.polyfit([CENTRE, 2050, 2100], [0.0, middle, end], 2)
        return float(np.polyval(through, year))

    low, high = (at(until, which) - at(since, which) for which in (1, 2))
    spread = max(high - low, 0.0) / 2 / LIKELY
    land = LAND * (until - since)
    return Rise(at(until, 0) - at(since, 0), float(np.hypot(spread, land)))
