"""The belief over still-water level in the hours ahead, fused from whatever streams arrived.

Experts are joined by the best linear rule under their measured error correlations, masked to
those present; with no correlation this is the product of Gaussian experts. Weights are never
negative. The climate joins as one more expert, so that with no stream the belief is the prior.

What is stale takes part with a variance that grows with its age, and says so. What contradicts
the others widens the belief (:mod:`coastal.plan.contradiction`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from coastal.plan.contradiction import down_weighted, innovations
from coastal.plan.experts import MOST_LEAD, Expert
from coastal.plan.streams import CLIMATE, Floats, Packets

#: Hours ahead that a belief covers.
HORIZON = 12
#: Leads are grouped for correlations and calibration: first hour ahead of each group.
GROUPS = (0, 3, 6, 9)
_GROUP = np.searchsorted(GROUPS, np.arange(HORIZON + 1), side="right") - 1
#: Variance of an expert that is absent, m².
_ABSENT = 1e6
#: Weight from which a stream counts as used.
USED = 1e-3


@dataclass(frozen=True)
class Fusion:
    """What fusing needs beside the experts.

    Attributes:
        names: of the experts in order, the climate last.
        correlation: of their errors for each group of leads, shape (groups, k, k).
        scale: factor on the standard deviation for each group of leads, from storms apart.
    """

    names: tuple[str, ...]
    correlation: Floats
    scale: Floats = field(default_factory=lambda: np.ones(len(GROUPS)))


@dataclass(frozen=True)
class Beliefs:
    """Beliefs at several hours.

    Attributes:
        now: hours at which they are held, shape (t,).
        mean, sd: of surge in metres for 0 to :data:`HORIZON` hours ahead, shape (t, h).
        names: of the experts, length k.
        weight: of each expert, shape (t, k), the mean over the hours ahead.
        age: hours since what each expert's packet speaks of, NaN where absent, shape (t, k).
        stale: whether the packet is older than it is valid for, shape (t, k).
        inflation: variance of the expert as it is over that of a packet at the limit of its
            validity or younger, 1 where it is valid; shape (t, k).
        strange: largest squared normalised innovation against the others, shape (t, k).
        clash: whether the test of contradiction failed for the expert, shape (t, k).
        said, said_sd: mean and standard deviation of each expert, shape (t, k, h).
    """

    now: Floats
    mean: Floats
    sd: Floats
    names: tuple[str, ...]
    weight: Floats
    age: Floats
    stale: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    inflation: Floats
    strange: Floats
    clash: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    said: Floats
    said_sd: Floats


def believe(
    now: ArrayLike,
    streams: Mapping[str, Packets],
    experts: Mapping[str, Expert],
    fusion: Fusion,
) -> Beliefs:
    """Return the belief at each hour of ``now``, from what had arrived by then alone.

    Args:
        now: hours, shape (t,).
        streams: packets by stream; any may be absent or empty.
        experts: by stream, and of the climate.
        fusion: correlations and scale, for the same experts.
    """
    at = np.atleast_1d(np.asarray(now, dtype=np.float64))
    ahead = np.arange(HORIZON + 1)
    names = fusion.names
    shape = (len(at), len(names), len(ahead))
    mean, present = np.zeros(shape), np.zeros(shape, dtype=bool)
    lead = np.zeros(shape, dtype=np.int64)
    age, extra = np.full(shape[:2], np.nan), np.zeros(shape)
    for k, name in enumerate(names):
        if name == CLIMATE:
            mean[:, k] = experts[name].weights[0, 0]
            age[:, k], present[:, k] = 0.0, True
            continue
        table = streams.get(name)
        if table is None or not len(table.observed):
            continue
        newest = table.latest(at)
        there = newest >= 0
        old = at - table.observed[newest]
        hours = np.floor(old + 0.5).astype(np.int64)[:, None] + ahead
        seen = there[:, None] & (hours <= MOST_LEAD)
        lead[:, k] = np.clip(hours, 0, MOST_LEAD)
        said = experts[name].mean(table.values[newest], lead[:, k])
        mean[:, k] = np.where(seen, said, 0.0)
        present[:, k] = seen
        noise = table.variance[newest][:, None]
        extra[:, k] = noise * experts[name].gain(lead[:, k]) ** 2
        age[:, k] = np.where(seen[:, 0], old, np.nan)
    reference = np.abs(np.where(present, mean, 0.0)).max(axis=(1, 2))
    return _fuse(at, mean, present, lead, age, extra, reference, experts, fusion)


def _fuse(
    at: Floats,
    mean: Floats,
    present: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    lead: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    age: Floats,
    extra: Floats,
    reference: Floats,
    experts: Mapping[str, Expert],
    fusion: Fusion,
) -> Beliefs:
    variance = np.full(mean.shape, _ABSENT)
    valid = np.array([experts[name].valid_hours for name in fusion.names])
    stale = np.asarray(np.nan_to_num(age, nan=-1.0) > valid)
    over = 1.0 + np.where(stale, (np.nan_to_num(age) - valid) / valid, 0.0)
    inflation = np.ones(age.shape)
    for k, name in enumerate(fusion.names):
        own = experts[name].variance(lead[:, k], reference) + extra[:, k]
        fresh = np.minimum(lead[:, k], int(min(valid[k], MOST_LEAD)) + np.arange(mean.shape[2]))
        limit = experts[name].variance(fresh, reference) + extra[:, k]
        own = np.maximum(own, limit) * over[:, k, None]
        inflation[:, k] = (own / limit).mean(axis=1)
        variance[:, k] = np.where(present[:, k], own, _ABSENT)
    strange, clash = innovations(mean, variance, present, fusion.names)
    variance = down_weighted(variance, strange, clash)
    correlation = fusion.correlation[_GROUP]
    weight = _weights(variance, present, correlation)
    spread = np.sqrt(variance) * weight
    both = present[:, :, None, :] & present[:, None, :, :]
    cross = np.where(both.transpose(0, 3, 1, 2), correlation, 0.0)
    fused = np.einsum("tkh,tlh,thkl->th", spread, spread, cross)
    centre = (weight * mean).sum(axis=1)
    # Between-expert spread counts in full where they contradict, or else not at all.
    apart = (weight * (mean - centre[:, None]) ** 2).sum(axis=1)
    # An odd one out keeps little weight; what it says still widens the belief.
    odd = np.where(clash[:, :, None] & present, (mean - centre[:, None]) ** 2, 0.0).max(axis=1)
    doubt = np.where(np.asarray(clash.any(axis=1))[:, None], np.maximum(apart, 0.25 * odd), 0.0)
    sd = np.sqrt(np.maximum(fused, 1e-6) + doubt) * fusion.scale[_GROUP]
    return Beliefs(
        now=at,
        mean=centre,
        sd=np.asarray(sd),
        names=fusion.names,
        weight=np.asarray(weight.mean(axis=2)),
        age=age,
        stale=stale,
        inflation=np.where(np.isnan(age), 1.0, inflation),
        strange=strange,
        clash=clash,
        said=np.where(present, mean, np.nan),
        said_sd=np.where(present, np.sqrt(variance), np.nan),
    )


def _weights(
    variance: Floats,
    present: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    correlation: Floats,
) -> Floats:
    """Return weights that sum to 1 over the present, shape (t, k, h); none is negative."""
    deviation = np.sqrt(variance).transpose(0, 2, 1)
    there = present.transpose(0, 2, 1)
    both = there[..., :, None] & there[..., None, :]
    masked = np.where(both, correlation, 0.0)
    same = np.eye(variance.shape[1], dtype=bool)
    masked = np.where(same, 1.0, masked)
    covariance = masked * deviation[..., :, None] * deviation[..., None, :]
    ones = np.ones((*covariance.shape[:-1], 1))
    raw = np.linalg.solve(covariance, ones)[..., 0]
    raw = np.where(there, np.maximum(raw, 0.0), 0.0)
    total = raw.sum(axis=-1, keepdims=True)
    alone = np.where(there, 1.0 / deviation**2, 0.0)
    raw = np.where(total > 0, raw, alone)
    shares = raw / raw.sum(axis=-1, keepdims=True)
    return np.asarray(shares.transpose(0, 2, 1))
