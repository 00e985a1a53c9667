"""What the agent learns from storms: experts, error correlations and the scale of its belief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from coastal.plan.belief import GROUPS, HORIZON, Beliefs, Fusion, believe
from coastal.plan.experts import Expert, fit_experts
from coastal.plan.features import GAUGE_VALUES
from coastal.plan.simulate import Storm
from coastal.plan.streams import CLIMATE, STREAMS, Floats, Packets
from coastal.plan.student import with_student
from distill.conformal import split_quantile

#: Share of a full correlation that is believed; the rest guards against chance.
_SHRINK = 0.85
#: Quantile of a standard normal at 95 %: half the width of a 90 % interval.
Z90 = 1.6449


#: How the gauge is read: value and changes alone, the surge student alone, or both.
Reading = Literal["changes", "student", "both"]
_GAUGE = "gauge"


@dataclass(frozen=True)
class Senses:
    """Experts and how to fuse them.

    Attributes:
        experts, fusion: for the streams as they are read.
        reading: of the gauge.
    """

    experts: Mapping[str, Expert]
    fusion: Fusion
    reading: Reading = "changes"

    def read(self, storm: Storm) -> Mapping[str, Packets]:
        """Return the streams of a storm as the experts want them."""
        return as_read(storm, self.reading)

    def fuse(self, now: object, read: Mapping[str, Packets]) -> Beliefs:
        """Return the beliefs at the hours ``now`` from streams as :meth:`read` gives them."""
        return believe(np.asarray(now), read, self.experts, self.fusion)

    def believe(self, now: object, storm: Storm) -> Beliefs:
        """Return the beliefs at the hours ``now`` of a storm."""
        return self.fuse(now, self.read(storm))


def as_read(storm: Storm, reading: Reading) -> Mapping[str, Packets]:
    """Return the streams of a storm with the gauge as it is read."""
    table = storm.streams.get(_GAUGE)
    if reading == "changes" or table is None:
        return storm.streams
    told = with_student(table, storm.tide)
    if reading == "student":
        told = replace(told, values=told.values[:, table.values.shape[1] :])
    return {**storm.streams, _GAUGE: told}


def learn(
    training: Sequence[Storm], apart: Sequence[Storm], *, reading: Reading = "both"
) -> Senses:
    """Fit experts on some storms, and the scale of the belief on others that nothing saw.

    Args:
        training: storms without failures.
        apart: storms with the failures to be expected.
        reading: of the gauge.
    """
    seen = [replace(storm, streams=dict(as_read(storm, reading))) for storm in training]
    paths = {"forecast": 0}
    if reading != "changes":
        paths[_GAUGE] = GAUGE_VALUES if reading == "both" else 0
    experts = fit_experts(seen, paths=paths)
    names = (*(name for name in STREAMS if name in experts), CLIMATE)
    plain = Fusion(names, np.tile(np.eye(len(names)), (len(GROUPS), 1, 1)))
    fusion = replace(plain, correlation=_correlations(seen, experts, plain))
    senses = Senses(experts, fusion, reading)
    return replace(senses, fusion=replace(fusion, scale=_scale(apart, senses)))


def _correlations(storms: Sequence[Storm], experts: Mapping[str, Expert], fusion: Fusion) -> Floats:
    names = fusion.names
    errors: list[Floats] = []
    for storm in storms:
        now = storm.hours[:-HORIZON]
        held = believe(now, storm.streams, experts, fusion)
        truth = _ahead(storm, now)
        errors.append((held.said - truth[:, None]) / held.said_sd)
    stacked = np.concatenate(errors)
    found = np.empty((len(GROUPS), len(names), len(names)))
    for group, first in enumerate(GROUPS):
        last = GROUPS[group + 1] if group + 1 < len(GROUPS) else HORIZON + 1
        rows = stacked[:, :, first:last].transpose(0, 2, 1).reshape(-1, len(names))
        found[group] = _shrunk(_pairwise(rows))
    return found


def _pairwise(rows: Floats) -> Floats:
    """Correlation (about zero) over the rows in which both are there."""
    there = np.isfinite(rows)
    filled = np.where(there, np.clip(rows, -8, 8), 0.0)
    cross = filled.T @ filled
    square = (filled**2).T @ there
    with np.errstate(invalid="ignore", divide="ignore"):
        found = cross / np.sqrt(square * square.T)
    few = there.T.astype(np.float64) @ there < 50
    return np.asarray(np.where(few | ~np.isfinite(found), 0.3, found))


def _shrunk(correlation: Floats) -> Floats:
    made = _SHRINK * np.clip(correlation, 0.0, 1.0)
    np.fill_diagonal(made, 1.0)
    # Pairs come from different rows, so the whole may fail to be one: lift its spectrum.
    values, vectors = np.linalg.eigh(made)
    lifted = (vectors * np.maximum(values, 0.05)) @ vectors.T
    size = np.sqrt(np.diag(lifted))
    return np.asarray(lifted / size[:, None] / size, dtype=np.float64)


def _scale(storms: Sequence[Storm], senses: Senses) -> Floats:
    """Return the factor by which deviations grow, so that 90 % intervals hold 90 %.

    One score for each storm and group, the 90 % quantile of its normalised errors, would promise
    for whole storms; hours are pooled here, and coverage is measured on storms apart.
    """
    scores: list[Floats] = []
    for storm in storms:
        now = storm.hours[:-HORIZON]
        held = senses.believe(now, storm)
        scores.append(np.abs(_ahead(storm, now) - held.mean) / held.sd)
    stacked = np.concatenate(scores)
    found = []
    for group, first in enumerate(GROUPS):
        last = GROUPS[group + 1] if group + 1 < len(GROUPS) else HORIZON + 1
        found.append(split_quantile(stacked[:, first:last].ravel(), 0.1) / Z90)
    return np.asarray(np.clip(np.array(found), 0.5, 3.0))


def _ahead(storm: Storm, now: Floats) -> Floats:
    """Surge at 0 to :data:`HORIZON` hours after each hour, shape (t, h)."""
    hours = now[:, None] + np.arange(HORIZON + 1)
    return np.asarray(np.interp(hours, storm.hours, storm.surge))
