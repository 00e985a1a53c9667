"""The guard's caution from calibration storms: under chance failures, and without each stream."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coastal.plan.agent import horizon_of
from coastal.plan.guard import CHANCE, NONE, Guard, calibrate, score
from coastal.plan.learn import Senses
from coastal.plan.play import with_streams
from coastal.plan.simulate import Storm
from coastal.plan.site import Site
from coastal.plan.streams import Cut, with_cuts


def conditions(names: Sequence[str]) -> dict[str, tuple[Cut, ...]]:
    """Return the conditions to calibrate under: chance alone, each stream out, all out."""
    every = tuple(Cut(name) for name in names)
    return {CHANCE: (), **{name: (Cut(name),) for name in names}, NONE: every}


def calibrated(site: Site, senses: Senses, storms: Sequence[Storm], *, alpha: float) -> Guard:
    """Return the guard from storms that nothing else saw; only flooded ones have a score."""
    names = [name for name in senses.fusion.names if name != "climate"]
    scores: dict[str, list[float]] = {}
    lowest = min(asset.threshold_m for asset in site.assets)
    flooded = [storm for storm in storms if storm.level.max() > lowest]
    for condition, cuts in conditions(names).items():
        found = []
        for storm in flooded:
            beliefs = senses.believe(
                storm.hours, with_streams(storm, with_cuts(storm.streams, cuts))
            )
            tide = np.stack([horizon_of(storm.tide, row) for row in range(len(storm.hours))])
            worst = score(site, beliefs, tide, storm.level)
            if worst is not None:
                found.append(worst)
        scores[condition] = found
    return calibrate(scores, alpha)
