"""The guard on missed floods: it demands a response where water may come before it could be late.

A flood is missed where water stands over an asset's threshold while its response is not in
effect. The guard demands the response when the mean level and a margin ``k * (sd + e)`` reach the
threshold within its lead and a little more; ``e`` is by how much the level ahead rose over such
beliefs in floods set apart. The smallest ``k`` under which a storm is not missed is its score. An
upper quantile of the scores of flooded calibration storms bounds the chance of a miss among
exchangeable floods by ``alpha`` (a tolerance limit, which holds for nearly every calibration:
Wilks 1941, Vovk 2012; or conformal risk control with a loss of 0 or 1, which holds in the mean:
arXiv:2208.02814). It is taken for each group of storms that is promised for. A larger margin only
demands more, so the largest over several conditions and groups keeps the promise of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
        k: by condition: :data:`CHANCE`, a stream that is out, :data:`NONE`.
        floods: flooded calibration storms by condition.
        shortfall: ``e`` in metres by condition, shape (h,); nothing where one is not named.
    """

    alpha: float
    k: Mapping[str, float]
    floods: Mapping[str, int]
    shortfall: Mapping[str, Floats] = field(default_factory=dict)

    def margins(self, beliefs: Beliefs, expected: Sequence[str]) -> Floats:
        """Return metres to add to the mean level at each hour of the beliefs, shape (t, h).

        Args:
            beliefs: those without what was asked for: the guard was calibrated on such.
            expected: streams that should be there; one that is absent or stale counts as out.
        """
        out = states_out(beliefs, expected)
        holds = {
            CHANCE: np.ones(len(out), dtype=bool),
            NONE: out.all(axis=1),
            **{name: out[:, place] for place, name in enumerate(expected)},
        }
        margin = np.zeros_like(beliefs.sd)
        for name, rows in holds.items():
            if name in self.k and rows.any():
                wide = self.k[name] * (beliefs.sd[rows] + self.shortfall.get(name, 0.0))
                margin[rows] = np.maximum(margin[rows], wide)
        return margin


def states_out(beliefs: Beliefs, expected: Sequence[str]) -> NDArray[np.bool_]:
    """Return which streams are absent or stale at each hour of the beliefs, shape (t, streams)."""
    states = np.ones((len(beliefs.now), len(expected)), dtype=bool)
    for place, name in enumerate(expected):
        if name in beliefs.names:
            k = beliefs.names.index(name)
            states[:, place] = np.isnan(beliefs.age[:, k]) | beliefs.stale[:, k]
    return states


def need(asset: Asset, site: Site, beliefs: Beliefs, tide: Floats, margin: Floats) -> Floats:
    """Return the least share of the margin at which the guard demands the response, shape (t,).

    Args:
        asset, site: whose response.
        beliefs: at t hours.
        tide: predicted level at 0 to :data:`HORIZON` hours after each hour, shape (t, h).
        margin: in metres, same shape; demanded is what needs no more than 1.
    """
    reach = int(np.ceil(site.action(asset.response).lead_hours)) + site.watch_hours + 1
    gap = asset.threshold_m - tide[:, :reach] - beliefs.mean[:, :reach]
    # Without a margin, only the mean itself demands.
    share = gap / np.maximum(margin[:, :reach], 1e-9)
    return np.asarray(share.min(axis=1))


def score(
    site: Site, beliefs: Beliefs, tide: Floats, level: Floats, margin: Floats
) -> float | None:
    """Return the smallest ``k`` under which no flood of a storm is missed, ``None`` without flood.

    Args:
        site: assets and responses.
        beliefs: at whole hours of the storm, those of :func:`matters` among them.
        tide: predicted level ahead for every hour from 0, shape (t, h).
        level: true level at these hours, shape (t,).
        margin: what ``k`` multiplies at each hour of the beliefs, in metres; with the guard's own
            margins a flood is missed where the score is over 1.
    """
    worst: float | None = None
    rows = np.round(beliefs.now).astype(np.int64)
    for asset in site.assets:
        lead, wet = _wet(asset, site, level)
        if not len(wet):
            continue
        needed = np.full(len(level), np.inf)
        needed[rows] = need(asset, site, beliefs, tide[rows], margin)
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
    scores: Mapping[str, Sequence[Sequence[float]]],
    alpha: float,
    *,
    shortfall: Mapping[str, Floats] | None = None,
    doubt: float | None = DOUBT,
) -> Guard:
    """Return the guard whose chance of a miss among floods of each kind is at most ``alpha``.

    Args:
        scores: of flooded storms by condition, for each kind of storm; infinite caution where one
            kind has too few.
        alpha: share of floods that may be missed.
        shortfall: that the scores were made with.
        doubt: chance, over calibrations, that the promise of one condition and kind is broken;
            where ``None``, it holds in the mean over calibrations only.
    """

    def least(found: Sequence[float]) -> float:
        if doubt is None:
            return split_quantile(found, alpha)
        return tolerance_quantile(found, alpha, doubt=doubt)

    k = {name: max(0.0, *map(least, kinds)) for name, kinds in scores.items()}
    floods = {name: sum(map(len, kinds)) for name, kinds in scores.items()}
    return Guard(alpha, k, floods, dict(shortfall or {}))


def ahead(series: Floats) -> Floats:
    """Return a series at 0 to :data:`HORIZON` hours after each hour, shape (t - h, h + 1)."""
    return np.lib.stride_tricks.sliding_window_view(series, HORIZON + 1)
