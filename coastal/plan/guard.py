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

from coastal.plan.belief import HORIZON, Beliefs
from coastal.plan.site import Asset, Site
from coastal.plan.streams import Floats
from distill.conformal import split_quantile

#: The condition under which streams fail by chance.
CHANCE = "chance"
NONE = "none"


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


def need(asset: Asset, site: Site, beliefs: Beliefs, tide: Floats) -> Floats:
    """Return the smallest ``k`` at which the guard demands the response, at each hour, shape (t,).

    Args:
        tide: predicted level at 0 to :data:`HORIZON` hours after each hour, shape (t, h).
    """
    reach = int(np.ceil(site.action(asset.response).lead_hours)) + site.watch_hours + 1
    gap = asset.threshold_m - tide[:, :reach] - beliefs.mean[:, :reach]
    return np.asarray((gap / beliefs.sd[:, :reach]).min(axis=1))


def score(site: Site, beliefs: Beliefs, tide: Floats, level: Floats) -> float | None:
    """Return the smallest ``k`` under which no flood of a storm is missed, ``None`` without flood.

    Args:
        beliefs: at hours 0, 1, ... of the storm.
        tide: as for :func:`need`.
        level: true level at these hours, shape (t,).
    """
    worst: float | None = None
    for asset in site.assets:
        lead = int(np.ceil(site.action(asset.response).lead_hours))
        wet = np.flatnonzero(level > asset.threshold_m)
        wet = wet[wet >= lead]
        if not len(wet):
            continue
        needed = need(asset, site, beliefs, tide)
        for hour in wet:
            early = needed[max(0, hour - site.hold_hours) : hour - lead + 1]
            worst = float(early.min()) if worst is None else max(worst, float(early.min()))
    return worst


def calibrate(scores: Mapping[str, Sequence[float]], alpha: float) -> Guard:
    """Return the guard whose chance of a miss among floods is at most ``alpha``.

    Args:
        scores: of flooded storms by condition; infinite caution where they are too few.
        alpha: share of floods that may be missed.
    """
    k = {name: max(0.0, split_quantile(found, alpha)) for name, found in scores.items()}
    return Guard(alpha, k, {name: len(found) for name, found in scores.items()})


def ahead(series: Floats) -> Floats:
    """Return a series at 0 to :data:`HORIZON` hours after each hour, shape (t - h, h + 1)."""
    return np.lib.stride_tricks.sliding_window_view(series, HORIZON + 1)
