"""Errors of the means on held-out storms, arm by arm."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from benchmarks.coastal_surge.workshop import FOLDS, STOP, TRAIN, Workshop, held_windows
from coastal.surge.baselines import fit_ridge, harmonic_only, persistence
from coastal.surge.learning import finetune
from coastal.surge.network import SurgeNetwork
from coastal.surge.uncertainty import alone
from distill.intervals import paired_bootstrap

LEADS_SHOWN = (1, 3, 6, 12)


def errors(shop: Workshop, share: float, draw: int, *, ablated: bool = False) -> dict[str, Any]:
    """Return squared errors (cm², and their number) by arm, lead and storm, of all folds."""
    found: dict[str, Any] = {}
    linear = fit_ridge(shop.windows(TRAIN), shop.windows(STOP))
    for fold in range(FOLDS):
        split = shop.split(fold, share, draw)
        rows, storm, truth = held_windows(split)
        told = {
            "persistence": persistence(rows),
            "harmonic only": harmonic_only(rows),
            "ridge": fit_ridge(split.train, split.check)(rows),
            "ridge, simulated": linear(rows),
            "distilled": alone(shop.fitted(shop.student(draw), split, draw), rows).mean,
        }
        if share == 0.05:
            own = fit_ridge(split.train, split.check, towards=linear)
            told["ridge, simulated then own"] = own(rows)
            told["distilled, not fitted"] = alone(shop.student(draw), rows).mean
        if ablated:
            bare = shop.fitted(shop.student(draw, taught=False), split, draw)
            told["simulated, no teacher"] = alone(bare, rows).mean
        else:
            torch.manual_seed(draw)
            bare = SurgeNetwork()
            finetune(bare, split.train, split.check, seed=draw, steps=10, epochs=12, rate=3e-3)
            told["no distillation"] = alone(bare, rows).mean
        for name, mean in told.items():
            error = (10 * (np.asarray(mean) - truth)) ** 2
            for one in np.unique(storm):
                for lead in LEADS_SHOWN:
                    each = error[storm == one, lead - 1]
                    counts = [float(np.nansum(each)), int(np.isfinite(each).sum())]
                    found.setdefault(name, {}).setdefault(str(lead), {})[str(one)] = counts
    return found


def errors_of(parts: list[Any]) -> dict[str, Any]:
    """Return the error of each arm and lead in cm, and at 6 hours differences with intervals."""

    def sums(name: str, lead: int) -> Any:
        storms = sorted(parts[0][name][str(lead)], key=int)
        return np.mean([[one[name][str(lead)][key] for key in storms] for one in parts], axis=0)

    def root(counts: Any) -> Any:
        return np.sqrt(counts[..., 0] / counts[..., 1])

    def whole(name: str) -> dict[str, float]:
        return {str(lead): float(root(sums(name, lead).sum(axis=0))) for lead in LEADS_SHOWN}

    arms = list(parts[0])
    six = {}
    for name in arms:
        each = [
            float(root(np.sum([one[name]["6"][key] for key in one[name]["6"]], axis=0)))
            for one in parts
        ]
        lone = paired_bootstrap(sums(name, 6), np.ones((len(sums(name, 6)), 2)), statistic=root)
        six[name] = {"draws": each, "interval": [lone.low + 1, lone.high + 1]}
    gains = {}
    for other in arms:
        if other != "distilled":
            one = paired_bootstrap(sums("distilled", 6), sums(other, 6), statistic=root)
            gains[other] = [one.difference, one.low, one.high]
    storms = {
        name: {
            key: float(root(np.mean([one[name]["6"][key] for one in parts], axis=0)))
            for key in parts[0][name]["6"]
        }
        for name in ("distilled", "persistence", "harmonic only", "ridge")
    }
    return {"rmse_cm": {name: whole(name) for name in arms}, "six": six,
            "distilled less other": gains, "by storm": storms}  # fmt: skip
