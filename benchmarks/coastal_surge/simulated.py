"""What the calibration was chosen on: fresh simulated storms, as they are, larger and smaller."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.coastal_surge.errors import LEADS_SHOWN
from benchmarks.coastal_surge.intervals import quantiles
from benchmarks.coastal_surge.workshop import EPISODES, TEST, Workshop
from coastal.surge.calibration import (
    StormHours,
    calibrated,
    deviation,
    recent_scale,
    scores_of,
    storm_hours,
)
from coastal.surge.forecast import LEVEL
from coastal.surge.uncertainty import by_distilled
from distill.metrics import interval_score

#: Every surge, noise too, times so much: a storm of another size than the simulator's.
TIMES = (1.0, 1.7, 0.6)


def on_simulated(shop: Workshop) -> dict[str, Any]:
    """Return coverage, width and score of fixed and scaled intervals of the unfitted student."""
    student = shop.distilled()
    bounds = calibrated(student, shop.storms_aside)
    fresh = storm_hours(EPISODES // 2, seed=10_000 * TEST, tracks=shop.tracks)
    found: dict[str, Any] = {}
    for times in TIMES:
        storms = _larger(fresh, times)
        told, shape = by_distilled(student, storms.windows), storms.inside.shape
        scores = scores_of(told, storms.windows).reshape(shape)
        truth = storms.windows.targets["surge"].numpy().astype(np.float64).reshape(shape)
        mean = told.mean.numpy().astype(np.float64).reshape(shape)
        chosen = storms.inside & np.isfinite(scores)
        ways = {
            "fixed": quantiles(bounds.fixed),
            "scaled": quantiles(bounds.scaled) * recent_scale(scores),
        }
        for name, bound in ways.items():
            wide = bound * deviation(told).reshape(shape)
            for lead in LEADS_SHOWN:
                at = (chosen[..., lead - 1], lead - 1)
                seen, centre, half = (10 * one[..., at[1]][at[0]] for one in (truth, mean, wide))
                found.setdefault(f"times {times}", {}).setdefault(name, {})[str(lead)] = {
                    "coverage": float(np.mean(np.abs(seen - centre) <= half)),
                    "width_cm": float(np.mean(2 * half)),
                    "score_cm": float(
                        interval_score(centre - half, centre + half, seen, level=LEVEL).mean()
                    ),
                }
    return found


def _larger(storms: StormHours, times: float) -> StormHours:
    windows = storms.windows
    values = {**windows.values, "gauge": windows.values["gauge"] * times}
    targets = {"surge": windows.targets["surge"] * times}
    return StormHours(replace(windows, values=values, targets=targets), storms.inside)
