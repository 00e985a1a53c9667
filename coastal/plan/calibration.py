"""The guard's caution from calibration storms: under chance failures, and without each stream."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coastal.plan.agent import horizon_of
from coastal.plan.guard import CHANCE, DOUBT, NONE, Guard, calibrate, matters, score
from coastal.plan.learn import Senses
from coastal.plan.simulate import Storm
from coastal.plan.site import Site
from coastal.plan.streams import Cut, Floats, with_cuts


def conditions(names: Sequence[str]) -> dict[str, tuple[Cut, ...]]:
    """Return the conditions to calibrate under: chance alone, each stream out, all out."""
    every = tuple(Cut(name) for name in names)
    return {CHANCE: (), **{name: (Cut(name),) for name in names}, NONE: every}


def calibrated(
    site: Site,
    senses: Senses,
    storms: Sequence[Storm],
    *,
    alpha: float,
    doubt: float | None = DOUBT,
) -> Guard:
    """Return the guard from storms that nothing else saw; only flooded ones have a score.

    Args:
        site: assets and responses.
        senses: whose beliefs it guards.
        storms: wide and tight ones are promised for apart.
        alpha, doubt: as for :func:`coastal.plan.guard.calibrate`.
    """
    kinds = [[one for one in storms if one.tight == tight] for tight in (False, True)]
    scores = [flood_scores(site, senses, kind) for kind in kinds if kind]
    names = scores[0] if scores else {}
    return calibrate({name: [kind[name] for kind in scores] for name in names}, alpha, doubt=doubt)


def flood_scores(site: Site, senses: Senses, storms: Sequence[Storm]) -> dict[str, list[float]]:
    """Return the scores of flooded storms by condition, in order of the storms."""
    names = [name for name in senses.fusion.names if name != "climate"]
    scores: dict[str, list[float]] = {name: [] for name in conditions(names)}
    for storm in storms:
        hours = matters(site, storm.level)
        if not len(hours):
            continue
        read, tide = senses.read(storm), tides(storm)
        for condition, cuts in conditions(names).items():
            beliefs = senses.fuse(hours, with_cuts(read, cuts))
            found = score(site, beliefs, tide, storm.level)
            if found is not None:
                scores[condition].append(found)
    return scores


def tides(storm: Storm) -> Floats:
    """Return the predicted level ahead at every hour of a storm, shape (t, h)."""
    return np.stack([horizon_of(storm.tide, row) for row in range(len(storm.hours))])
