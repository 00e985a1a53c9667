"""The guard on missed floods: it demands a response where water may come before it could be late.

A flood is missed where water stands over an asset's threshold while its response is not in
effect. The guard demands the response when ``mean + k * sd`` of the level reaches the threshold
within its lead and a little more. The smallest ``k`` under which a storm is not missed is its
score; the conformal quantile of the scores of flooded calibration storms bounds the chance of a
miss among exchangeable floods by ``alpha`` (conformal risk control with a loss of 0 or 1:
arXiv:2208.02814; on floods alone, as for classes: Vovk 2012). A larger ``k`` only demands more,
so the largest over several conditions keeps the promise of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coastal.plan.belief import HORIZON, Beliefs
from coastal.plan.site import Asset, Site
from coastal.plan.streams import Floats
from distill.conformal import split_quantile, tolerance_quantile

#: The condition under which streams fail by chance.
CHANCE = "chance"
NONE = "none"
#: Chance, over calibrations, that one promise of the guard is broken.
DOUBT = 0.05


@dataclass(frozen=True)
class Guard:
    """How cautious to be.

    Attributes:
        alpha: share of floods that may be missed.
        k: standard deviations by condition: :data:`CHANCE`, a stream that is out, :data:`NONE`.
        floods: flooded calibration storms by condition.
    """

    alpha: float
    k: Mapping[str, float]
    floods: Mapping[str, int]

    def caution(self, out: Sequence[str], *, blind: bool) -> float:
        """Return ``k`` when some streams are out, all of them where ``blind``."""
        names = [CHANCE, *out, *([NONE] if blind else [])]
        return max(self.k.get(name, 0.0) for name in names)

    def cautions(self, beliefs: Beliefs, expected: Sequence[str]) -> Floats:
        """Return ``k`` at each hour of the beliefs, from which streams are absent or stale."""
        out = {
            name: np.isnan(beliefs.age[:, k]) | beliefs.stale[:, k]
            for k, name in enumerate(beliefs.names)
        }
        gone = np.ones(len(beliefs.now), dtype=bool)
        states = np.stack([out.get(name, gone) for name in expected], axis=1)
        return np.array(
            [
                self.caution(
                    [name for name, is_out in zip(expected, row, strict=True) if is_out],
                    blind=bool(row.all()),
                )
                for row in states
            ]
        )


def need(asset: Asset, site: Site, beliefs: Beliefs, tide: Floats) -> Floats:
    """Return the smallest ``k`` at which the guard demands the response, at each hour, shape (t,).

    Args:
        tide: predicted level at 0 to :data:`HORIZON` hours after each hour, shape (t, h).
    """
    reach = int(np.ceil(site.action(asset.response).lead_hours)) + site.watch_hours + 1
    gap = asset.threshold_m - tide[:, :reach] - beliefs.mean[:, :reach]
    return np.asarray((gap / beliefs.sd[:, :reach]).min(axis=1))


def score(
    site: Site, beliefs: Beliefs, tide: Floats, level: Floats, *, caution: Floats | float = 0.0
) -> float | None:
    """Return the smallest ``k`` under which no flood of a storm is missed, ``None`` without flood.

    Args:
        beliefs: at whole hours of the storm, those of :func:`matters` among them.
        tide: as for :func:`need`, for every hour from 0, shape (t, h).
        level: true level at these hours, shape (t,).
        caution: what is there already, at each hour of the beliefs; the score is what is wanting
            beyond it, so that a flood is missed where it is positive.
    """
    worst: float | None = None
    rows = np.round(beliefs.now).astype(np.int64)
    for asset in site.assets:
        lead, wet = _wet(asset, site, level)
        if not len(wet):
            continue
        needed = np.full(len(level), np.inf)
        needed[rows] = need(asset, site, beliefs, tide[rows]) - caution
        for hour in wet:
            early = needed[_first(site, hour) : hour - lead + 1]
            worst = float(early.min()) if worst is None else max(worst, float(early.min()))
    return worst


def matters(site: Site, level: Floats) -> NDArray[np.int64]:
    """Return the hours at which a demand would meet a flood, none where nothing is flooded."""
    marked = np.zeros(len(level), dtype=bool)
    for asset in site.assets:
        lead, wet = _wet(asset, site, level)
        for hour in wet:
            marked[_first(site, hour) : hour - lead + 1] = True
    return np.flatnonzero(marked)


def _wet(asset: Asset, site: Site, level: Floats) -> tuple[int, NDArray[np.int64]]:
    """Return the lead of the response, and the wet hours that it could have met."""
    lead = int(np.ceil(site.action(asset.response).lead_hours))
    wet = np.flatnonzero(level > asset.threshold_m)
    return lead, wet[wet >= lead]


def _first(site: Site, hour: int) -> int:
    """Return the first hour whose demand is still held at ``hour``."""
    return max(0, int(hour) - site.hold_hours + 1)


def calibrate(
    scores: Mapping[str, Sequence[Sequence[float]]], alpha: float, *, doubt: float | None = DOUBT
) -> Guard:
    """Return the guard whose chance of a miss among floods of each kind is at most ``alpha``.

    Args:
        scores: of flooded storms by condition, for each kind of storm; infinite caution where one
            kind has too few.
        alpha: share of floods that may be missed.
        doubt: chance, over calibrations, that the promise of one condition and kind is broken;
            where ``None``, it holds in the mean over calibrations only.
    """

    def least(found: Sequence[float]) -> float:
        if doubt is None:
            return split_quantile(found, alpha)
        return tolerance_quantile(found, alpha, doubt=doubt)

    k = {name: max(0.0, *map(least, kinds)) for name, kinds in scores.items()}
    return Guard(alpha, k, {name: sum(map(len, kinds)) for name, kinds in scores.items()})


def ahead(series: Floats) -> Floats:
    """Return a series at 0 to :data:`HORIZON` hours after each hour, shape (t - h, h + 1)."""
    return np.lib.stride_tricks.sliding_window_view(series, HORIZON + 1)
