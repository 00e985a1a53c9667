"""How far a tide is off that was fitted to few hours: the fit itself, done on simulated gauges."""

from __future__ import annotations

import numpy as np

from coastal.gauge.series import Floats
from coastal.gauge.tide import HOURS_PER_COEFFICIENT, LINES
from coastal.surge.physics import lagged
from coastal.surge.storms import draw_share

#: Hours of a gauge's record, and the fewest that a tide is fitted to.
RECORD, FEWEST = 6600, 150
#: Gauges drawn: one for so many episodes, within bounds.
PER_GAUGE, LEAST, MOST = 10, 12, 150
#: Period in hours and height beside M2 of each of :data:`LINES`.
PERIODS = (
    12.4206, 23.9345, 12.0, 25.8193, 12.6583, 6.2103, 11.9672, 24.0659, 26.8684, 12.6260,
    12.8718, 12.9054, 12.1916, 327.86,
)  # fmt: skip
HEIGHTS = (1.0, 0.4, 0.35, 0.3, 0.2, 0.05, 0.1, 0.13, 0.06, 0.04, 0.04, 0.03, 0.04, 0.05)


def tide_errors(count: int, rng: np.random.Generator, *, hours: int) -> Floats:
    """Return fitted less true tide in metres, mean level included, shape (count, hours).

    Each simulated gauge has a tide of :data:`LINES` and nine months of weather in its level. A
    share of the hours, from a week to all, is drawn as for a real gauge; as many lines as these can
    bear are fitted to them by least squares. What is off is then cut out at random times.

    Args:
        count: of episodes.
        rng: draws all.
        hours: of an episode.
    """
    gauges = int(np.clip(count // PER_GAUGE, LEAST, MOST))
    level = _weather(gauges, rng)
    waves = np.concatenate([_waves(), np.ones((RECORD, 1))], axis=1)
    off = np.empty((gauges, RECORD))
    for row in range(gauges):
        share = np.exp(rng.uniform(np.log(FEWEST / RECORD), 0.0))
        drawn = draw_share(np.ones(RECORD, dtype=bool), share, seed=int(rng.integers(2**31)))
        known = drawn.known
        size = 0.5 * rng.lognormal(0.0, 0.6) * np.repeat(HEIGHTS, 2)
        tide = waves[:, :-1] @ (size * rng.normal(size=2 * len(HEIGHTS)) / np.sqrt(2))
        lines = min(len(LINES), max(1, (int(known.sum()) // HOURS_PER_COEFFICIENT - 1) // 2))
        borne = waves[:, [*range(2 * lines), waves.shape[1] - 1]]
        fitted = np.linalg.lstsq(borne[known], (tide + level[row])[known], rcond=None)[0]
        off[row] = borne @ fitted - tide
    chosen, start = rng.integers(gauges, size=count), rng.integers(RECORD - hours, size=count)
    return np.asarray(off[chosen[:, None], start[:, None] + np.arange(hours)])


def _waves() -> Floats:
    phase = 2 * np.pi * np.arange(RECORD)[:, None] / np.array(PERIODS)
    return np.stack([np.cos(phase), np.sin(phase)], axis=2).reshape(RECORD, -1)


def _weather(gauges: int, rng: np.random.Generator) -> Floats:
    """Return levels that weather (two days) and the season (two weeks) make, metres."""
    found = np.zeros((gauges, RECORD))
    for hours, size in ((40.0, 0.1), (360.0, 0.05)):
        white = np.sqrt(2 * hours) * rng.normal(size=(gauges, RECORD))
        white[:, 0] /= np.sqrt(2 * hours)
        found += size * rng.lognormal(0.0, 0.3, (gauges, 1)) * lagged(white, np.full(gauges, hours))
    return found
