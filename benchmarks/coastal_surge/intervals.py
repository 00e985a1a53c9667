"""How often, and at what width, intervals hold the truth in storms that nobody saw."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.coastal_surge.errors import LEADS_SHOWN
from benchmarks.coastal_surge.workshop import CALIBRATE, FOLDS, MEMBERS, Split, Workshop
from coastal.surge.calibration import Bounds, calibrated, deviation, recent_scale, scores_of
from coastal.surge.forecast import LEVEL
from coastal.surge.network import SurgeNetwork
from coastal.surge.uncertainty import alone, by_distilled, by_dropout, by_ensemble
from coastal.surge.windows import LEADS
from distill.batch import ModalityBatch
from distill.conformal import adaptive_quantiles, split_quantile
from distill.metrics import coverage_holds, interval_score
from distill.uncertainty import Spread

Floats = NDArray[np.float64]
#: Two-sided 90 % of a Gaussian.
NORMAL = 1.6449
#: Of the adaptive level: how fast it follows, and how many scores it remembers.
RATE, MEMORY = 0.01, 720
SHIPPED = "storms, scaled"


def intervals(shop: Workshop, draw: int) -> dict[str, Any]:
    """Return hits, widths and interval scores by lead, way and storm, at 5 % of the hours.

    The record is followed hour by hour through the whole year, as in use.
    """
    found: dict[str, Any] = {}
    for fold in range(FOLDS):
        split = shop.split(fold, 0.05, draw)
        rows = split.made.windows(np.arange(len(split.made.surge)), seen=split.seen)
        members = [shop.fitted(shop.student(at), split, draw + at) for at in range(MEMBERS)]
        others = {
            "one network; gaussian": alone(members[0], rows),
            "dropout; gaussian": by_dropout(members[0], rows),
            "ensemble; gaussian": by_ensemble(members, rows),
        }
        for name, told in others.items():
            _note(found, name, split, rows, told, np.full(deviation(told).shape, NORMAL), [6])
        one = shop.fitted(shop.distilled(), split, draw)
        told = by_distilled(one, rows)
        for name, bound in ways(shop, one, split, rows, told).items():
            shown = LEADS_SHOWN if name in (SHIPPED, "storms, fixed") else (6,)
            _note(found, f"distilled ensemble; {name}", split, rows, told, bound, shown)
    return found


def ways(
    shop: Workshop, one: SurgeNetwork, split: Split, rows: ModalityBatch, told: Spread
) -> dict[str, Floats]:
    """Return bounds in units of the stated deviation, shape (hours, 12), of each calibration."""
    scores = scores_of(told, rows)
    # What the gauge did not report corrects nothing.
    reported = np.append(split.seen, np.zeros(LEADS, dtype=bool))
    ahead = np.arange(len(scores))[:, None] + np.arange(1, LEADS + 1)
    heard = np.where(reported[ahead], scores, np.nan)
    held, check = shop.windows(CALIBRATE), split.check
    windows = scores_of(by_distilled(one, held), held)
    own = scores_of(by_distilled(one, check), check)
    storms = calibrated(one, shop.storms_aside)
    fixed = quantiles(storms.fixed)
    found = {
        "gaussian": np.full(LEADS, NORMAL),
        "own validation hours": quantiles(own),
        "simulated windows": quantiles(windows),
        "simulated windows, adaptive": _adaptive(heard, windows),
        "storms, fixed": fixed,
        "storms, adaptive, only widening": np.maximum(_adaptive(heard, storms.fixed), fixed),
        SHIPPED: scaled(storms, heard),
    }
    return {name: np.broadcast_to(bound, scores.shape) for name, bound in found.items()}


def quantiles(scores: Floats) -> Floats:
    """Return the split conformal bound of each lead, shape (12,)."""
    return np.array([split_quantile(one[np.isfinite(one)], 1 - LEVEL) for one in scores.T])


def scaled(storms: Bounds, heard: Floats) -> Floats:
    """Return the bounds of the shipped intervals, shape (hours, 12)."""
    return np.asarray(quantiles(storms.scaled) * recent_scale(heard))


def _adaptive(heard: Floats, start: Floats) -> Floats:
    """Return adaptive bounds six hours ahead (others: NaN), at most twice the strangest score."""
    found, lead = np.full(heard.shape, np.nan), 6
    known = start[:, lead - 1][np.isfinite(start[:, lead - 1])]
    bounds = adaptive_quantiles(
        heard[:, lead - 1], 1 - LEVEL, start=known, rate=RATE, delay=lead, window=MEMORY
    )
    found[:, lead - 1] = np.minimum(bounds, 2 * known.max())
    return found


def _note(
    found: dict[str, Any], name: str, split: Split, rows: ModalityBatch, told: Spread,
    bound: Floats, leads: Any,
) -> None:  # fmt: skip
    """Note every sixth known hour of each storm: inside or not, width and score (sums, cm)."""
    truth = rows.targets["surge"].numpy().astype(np.float64)
    mean, wide = told.mean.numpy().astype(np.float64), bound * deviation(told)
    for storm in split.storms:
        for lead in leads:
            hours = np.arange(storm.start, storm.end) - lead
            hours = hours[hours >= 0]
            hours, at = hours[np.isfinite(truth[hours, lead - 1])][::6], lead - 1
            low, high = (10 * (mean + sign * wide)[hours, at] for sign in (-1, 1))
            seen = 10 * truth[hours, at]
            score = interval_score(low, high, seen, level=LEVEL)
            entry = found.setdefault(name, {}).setdefault(str(lead), {})
            entry[str(storm.start)] = [
                ((low <= seen) & (seen <= high)).tolist(),
                float((high - low).sum()),
                float(score.sum()),
            ]


def coverage_of(parts: list[Any]) -> dict[str, Any]:
    """Return coverage, widths and scores by way and lead, over all draws and draw by draw."""
    from scipy.stats import binom

    found: dict[str, Any] = {}
    for name in parts[0]:
        for lead in parts[0][name]:
            draws = [list(one[name][lead].values()) for one in parts]
            each = [coverage_holds([hit for hits, *_ in draw for hit in hits]) for draw in draws]
            counts = [sum(len(hits) for hits, *_ in draw) for draw in draws]
            by_storm = {
                key: float(np.mean([hit for one in parts for hit in one[name][lead][key][0]]))
                for key in parts[0][name][lead]
            }
            lone = [np.mean(hits) for draw in draws for hits, *_ in draw if hits]
            found.setdefault(name, {})[lead] = {
                "coverage": sum(
                    share * count for (share, _), count in zip(each, counts, strict=True)
                )
                / sum(counts),
                "by draw": [share for share, _ in each],
                "bounds": (np.array(binom.interval(0.95, counts[0], LEVEL)) / counts[0]).tolist(),
                "hours of a draw": counts,
                "holds in draws": sum(holds for _, holds in each),
                "draws": len(parts),
                "by storm": by_storm,
                "mean of storms": float(np.mean(list(by_storm.values()))),
                "worst storm, all draws": min(by_storm.values()),
                "worst storm of any draw": float(np.min(lone)),
                "width_cm": sum(wide for draw in draws for _, wide, _ in draw) / sum(counts),
                "score_cm": sum(score for draw in draws for *_, score in draw) / sum(counts),
            }
    return found
