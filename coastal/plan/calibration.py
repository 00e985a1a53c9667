"""The guard from calibration storms: under chance failures, and without each stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coastal.plan.agent import horizon_of
from coastal.plan.belief import HORIZON, Beliefs
from coastal.plan.guard import CHANCE, NONE, Guard, calibrate, matters, score
from coastal.plan.learn import Senses
from coastal.plan.simulate import Storm
from coastal.plan.site import Site
from coastal.plan.streams import CLIMATE, Cut, Floats, with_cuts

#: Quantile of the rise over a belief, in floods set apart, that shapes the margin.
_SHORT = 0.9
Scores = dict[str, list[float]]
#: ``alpha`` and ``doubt`` of a guard, as for :func:`coastal.plan.guard.calibrate`.
Promise = tuple[float, float | None]


def conditions(names: Sequence[str]) -> dict[str, tuple[Cut, ...]]:
    """Return the conditions to calibrate under: chance alone, each stream out, all out."""
    every = tuple(Cut(name) for name in names)
    return {CHANCE: (), **{name: (Cut(name),) for name in names}, NONE: every}


def calibrated(
    site: Site,
    senses: Senses,
    groups: Sequence[Sequence[Storm]],
    apart: Sequence[Storm],
    *,
    promises: Sequence[Promise],
) -> list[Guard]:
    """Return guards from storms that nothing else saw; only flooded ones have a score.

    Args:
        site: assets and responses.
        senses: whose beliefs it guards.
        groups: of storms; what is promised is promised for each.
        apart: others, which shape the margin.
        promises: what each guard is to keep.
    """
    shortfall = shortfalls(site, senses, apart)
    scores = [flood_scores(site, senses, group, shortfall) for group in groups]
    by_name = {name: [group[name] for group in scores] for name in conditions(_names(senses))}
    return [
        calibrate(by_name, alpha, shortfall=shortfall, doubt=doubt) for alpha, doubt in promises
    ]


def shortfalls(site: Site, senses: Senses, storms: Sequence[Storm]) -> dict[str, Floats]:
    """Return by how much surge rose over the mean believed before floods, by condition.

    The 90 % quantile in metres at 0 to :data:`HORIZON` hours ahead, shape (h,), never below 0.
    """
    rises: dict[str, list[Floats]] = {}
    for storm, held in _before_floods(site, senses, storms):
        for name, beliefs in held.items():
            ahead = beliefs.now[:, None] + np.arange(HORIZON + 1)
            surge = np.interp(ahead, storm.hours, storm.surge)
            rises.setdefault(name, []).append(np.maximum(surge - beliefs.mean, 0.0))
    return {name: np.quantile(np.concatenate(one), _SHORT, axis=0) for name, one in rises.items()}


def flood_scores(
    site: Site, senses: Senses, storms: Sequence[Storm], shortfall: Mapping[str, Floats]
) -> Scores:
    """Return the scores of flooded storms by condition, in order of the storms."""
    scores: Scores = {name: [] for name in conditions(_names(senses))}
    for storm, held in _before_floods(site, senses, storms):
        tide = tides(storm)
        for name, beliefs in held.items():
            margin = beliefs.sd + shortfall.get(name, 0.0)
            found = score(site, beliefs, tide, storm.level, margin)
            if found is not None:
                scores[name].append(found)
    return scores


def guard_misses(
    site: Site,
    senses: Senses,
    guards: Sequence[Guard],
    storms: Sequence[Storm],
    expected: Sequence[str],
) -> dict[str, NDArray[np.bool_]]:
    """Return whether each guard alone misses a flood, by condition, shape (floods, guards).

    What cost alone would have started beyond a guard is not counted, so that an agent misses
    no more.
    """
    found: dict[str, list[list[bool]]] = {}
    for storm, held in _before_floods(site, senses, storms):
        tide = tides(storm)
        for name, beliefs in held.items():
            least = [
                score(site, beliefs, tide, storm.level, one.margins(beliefs, expected))
                for one in guards
            ]
            found.setdefault(name, []).append([one is not None and one > 1 for one in least])
    return {name: np.array(rows, dtype=bool) for name, rows in found.items()}


def _before_floods(
    site: Site, senses: Senses, storms: Sequence[Storm]
) -> Iterator[tuple[Storm, dict[str, Beliefs]]]:
    """Yield flooded storms with the beliefs at the hours that matter, by condition."""
    listed = conditions(_names(senses))
    for storm in storms:
        hours = matters(site, storm.level)
        if not len(hours):
            continue
        read = senses.read(storm)
        held = {CHANCE: senses.fuse(hours, read)}
        quiet = np.asarray(np.isnan(held[CHANCE].age).all(axis=0))
        silent = dict(zip(held[CHANCE].names, quiet, strict=True))
        for name, cuts in listed.items():
            # What said nothing before the flood is not missed by a belief.
            same = name == CHANCE or silent.get(name, False)
            held[name] = held[CHANCE] if same else senses.fuse(hours, with_cuts(read, cuts))
        yield storm, held


def _names(senses: Senses) -> list[str]:
    return [name for name in senses.fusion.names if name != CLIMATE]


def tides(storm: Storm) -> Floats:
    """Return the predicted level ahead at every hour of a storm, shape (t, h)."""
    return np.stack([horizon_of(storm.tide, row) for row in range(len(storm.hours))])
