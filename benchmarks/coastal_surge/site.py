"""Another site: Honolulu 2010, which nothing was fitted to but its tide."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.coastal_surge.intervals import NORMAL, quantiles, scaled
from benchmarks.coastal_surge.workshop import CALIBRATE, Workshop
from coastal.gauge import read_uhslc
from coastal.surge.baselines import harmonic_only, persistence
from coastal.surge.calibration import calibrated, deviation, scores_of
from coastal.surge.forecast import LEVEL
from coastal.surge.record import record
from coastal.surge.storms import draw_share
from coastal.surge.uncertainty import by_distilled
from coastal.surge.windows import LEADS, with_gaps
from distill.metrics import interval_score

LEAD = 6


def site(shop: Workshop, draw: int) -> dict[str, Any]:
    """Return errors (cm), and coverage, width and score of intervals, six hours ahead."""
    series = read_uhslc(shop.data / "tide-gauge" / "honolulu_2010_hourly.asc")
    drawn = draw_share(series.present, 0.05, seed=draw)
    made = record(series, drawn.known)
    seen = np.isfinite(with_gaps(made.surge, 0.2, np.random.default_rng(draw)))
    rows = made.windows(np.arange(len(series)), seen=seen)
    student, held, at = shop.distilled(), shop.windows(CALIBRATE), LEAD - 1
    told = by_distilled(student, rows)
    scores = scores_of(told, rows)
    ahead = np.arange(len(scores))[:, None] + np.arange(1, LEADS + 1)
    heard = np.where(np.append(seen, np.zeros(LEADS, dtype=bool))[ahead], scores, np.nan)
    truth, mean = 10 * rows.targets["surge"].numpy()[:, at], 10 * told.mean.numpy()[:, at]
    open_hours = np.isfinite(truth) & ~drawn.known
    answers = {"distilled": mean, "persistence": 10 * persistence(rows)[:, at],
               "harmonic only": 10 * harmonic_only(rows)[:, at]}  # fmt: skip
    found: dict[str, Any] = {
        name: float(np.sqrt(np.mean((one - truth)[open_hours] ** 2)))
        for name, one in answers.items()
    }
    storms = calibrated(student, shop.storms_aside)
    bounds = {
        "gaussian": NORMAL,
        "simulated windows": quantiles(scores_of(by_distilled(student, held), held))[at],
        "storms, fixed": quantiles(storms.fixed)[at],
        "storms, scaled": scaled(storms, heard)[:, at],
    }
    chosen = np.flatnonzero(open_hours)[::6]
    for name, bound in bounds.items():
        wide = 10 * bound * deviation(told)[:, at]
        low, high = (mean - wide)[chosen], (mean + wide)[chosen]
        score = interval_score(low, high, truth[chosen], level=LEVEL)
        inside = (low <= truth[chosen]) & (truth[chosen] <= high)
        found[f"coverage {name}"] = [
            float(inside.mean()), len(inside), float((high - low).mean()), float(score.mean()),
        ]  # fmt: skip
    return found


def site_of(parts: list[Any]) -> dict[str, Any]:
    """Return means over draws."""
    return {name: np.mean([one[name] for one in parts], axis=0).tolist() for name in parts[0]}
