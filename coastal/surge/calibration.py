"""Intervals that hold for a new storm: scores of whole simulated storms, scaled by the last hours.

The hours of a storm are alike, so that an hour of a new storm is exchangeable with no hour of an
old one: the storm is. Each simulated storm therefore weighs the same, however long it lasts, and
the bound is the quantile of an hour of a storm (Lee, Barber and Willett 2023, arXiv:2306.06342).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from base import SurveyError
from coastal.gauge.series import Floats
from coastal.gauge.tracks import Track
from coastal.surge.learning import episodes
from coastal.surge.network import SurgeNetwork
from coastal.surge.simulate import EPISODE
from coastal.surge.storms import find_storms, hours_of_storms
from coastal.surge.uncertainty import by_distilled
from coastal.surge.windows import HISTORY, LEADS, samples
from distill.batch import ModalityBatch
from distill.conformal import grouped_quantiles
from distill.uncertainty import Spread

#: First hour of an episode that a forecast is issued at, and issues of an episode.
FIRST = HISTORY // 2
ISSUES = EPISODE - FIRST
#: Hours of issue whose errors say how wide the next interval should be.
RECENT = 48
#: Hours for which the deviation that the network states counts beside them, for each hour ahead:
#: errors of forecasts that overlap are alike, so that fewer of them are news.
PRIOR = 2.0
#: Scores beyond it count as it: a missed onset is past once it is seen.
STRANGEST = 3.0
#: Ranks kept of the calibration scores.
RANKS = 999


@dataclass(frozen=True, slots=True)
class StormHours:
    """Forecasts of every hour of simulated storms.

    Attributes:
        windows: one for each storm and hour of issue, storm by storm.
        inside: which hours ahead belong to the storm, shape (storms, :data:`ISSUES`, 12).
    """

    windows: ModalityBatch
    inside: NDArray[np.bool_]

    def scores(self, student: SurgeNetwork) -> Floats:
        """Return ``|y - μ| / σ`` of all hours, in the storm or not, shape as ``inside``."""
        told = by_distilled(student, self.windows)
        return scores_of(told, self.windows).reshape(self.inside.shape)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Calibration scores by lead, even ranks in rising order, shape (ranks, 12) each.

    Attributes:
        fixed: ``|y - μ| / σ``.
        scaled: the same over :func:`recent_scale`.
    """

    fixed: Floats
    scaled: Floats


def storm_hours(count: int, *, seed: int, tracks: Sequence[Track] = ()) -> StormHours:
    """Return the storms of ``count`` simulated episodes, found as those of a record are.

    Args:
        count: of episodes; about six in ten hold a storm.
        seed: of all that is drawn.
        tracks: as in :func:`coastal.surge.simulate.simulate`.

    Raises:
        SurveyError: none of them holds a storm.
    """
    made, history, _ = episodes(count, seed=seed, tracks=tracks)
    spans = np.stack([hours_of_storms(find_storms(row), EPISODE) for row in made.surge])
    rows, hours = np.flatnonzero(spans.any(axis=1)), np.arange(FIRST, EPISODE)
    if not len(rows):
        raise SurveyError(
            f"no storm in {count} simulated episodes", where="calibration", hint="simulate more"
        )
    place, at = np.repeat(rows, ISSUES), np.tile(hours, len(rows))
    ahead = np.pad(spans[rows], ((0, 0), (0, LEADS)))
    inside = np.stack([ahead[:, hours + lead] for lead in range(1, LEADS + 1)], axis=2)
    return StormHours(samples(made.surge, made.tide, place, at, history=history), inside)


def calibrated(student: SurgeNetwork, held: StormHours) -> Bounds:
    """Return the scores of storms that a student has not seen, with the finite-sample correction.

    A rank beyond what so few storms can promise is the strangest score.
    """
    scores = held.scores(student)
    storm = np.broadcast_to(np.arange(len(scores))[:, None], scores.shape[:2])
    misses = 1 - np.arange(1, RANKS + 1) / (RANKS + 1)

    def ranks(values: Floats) -> Floats:
        columns = []
        for lead in range(LEADS):
            chosen = held.inside[..., lead] & np.isfinite(values[..., lead])
            known = values[..., lead][chosen]
            found = grouped_quantiles(known, storm[chosen], misses)
            columns.append(np.minimum(found, known.max(initial=0.0)))
        return np.stack(columns, axis=1)

    return Bounds(ranks(scores), ranks(scores / recent_scale(scores)))


def recent_scale(scores: Floats) -> Floats:
    """Return by how much forecasts were off of late, beside what they said; same shape.

    At hour ``t`` and lead ``l`` it is the root of ``(k + Σ s²) / (k + n)`` over the ``n`` scores
    known by then: of forecasts of that lead issued in the :data:`RECENT` hours until ``t - l``;
    ``k`` is :data:`PRIOR` times ``l``. It is the scale of an inverse-gamma prior after them.

    Args:
        scores: ``|y - μ| / σ`` by hour of issue and lead, shape (..., hours, leads), NaN where
            the truth was not seen.
    """
    known = np.isfinite(scores).astype(np.float64)
    square = np.minimum(np.nan_to_num(scores), STRANGEST) ** 2
    found = np.empty_like(scores)
    for lead in range(1, scores.shape[-1] + 1):
        prior, column = PRIOR * lead, (..., lead - 1)
        total, count = _of_late(square[column], lead), _of_late(known[column], lead)
        found[column] = np.sqrt((prior + total) / (prior + count))
    return found


def _of_late(values: Floats, lead: int) -> Floats:
    """Return sums over what is known at each hour, shape (..., hours)."""
    upto = np.zeros((*values.shape[:-1], values.shape[-1] + 1))
    upto[..., 1:] = values.cumsum(axis=-1)
    end = np.clip(np.arange(values.shape[-1]) - lead + 1, 0, None)
    return np.asarray(upto[..., end] - upto[..., np.clip(end - RECENT, 0, None)])


def scores_of(told: Spread, batch: ModalityBatch) -> Floats:
    """Return ``|y - μ| / σ``, shape (samples, 12), NaN where the truth is unknown."""
    target = batch.targets["surge"].numpy().astype(np.float64)
    return np.asarray(np.abs(target - told.mean.numpy()) / deviation(told))


def deviation(told: Spread) -> Floats:
    """Return the standard deviation of both parts together."""
    return np.asarray(told.total.sqrt().numpy(), dtype=np.float64)
