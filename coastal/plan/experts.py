"""Experts: from the newest packet of a stream to surge at each hour ahead, with a variance.

An expert counts its lead from the hour that the packet speaks of, not from now. An old packet is
thus a forecast of longer lead, and its variance grows with age towards that of the climate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coastal.plan.simulate import Storm
from coastal.plan.streams import CLIMATE, STREAMS, VALID_HOURS, Floats, Ints

#: Longest lead of a fitted expert in hours; beyond it only the climate is known.
MOST_LEAD = 36
#: Validity of the climate in hours: it does not age.
FOREVER = 1e9
#: Fewest packets on which an expert is fitted.
FEWEST = 400
_RIDGE = 1.0


@dataclass(frozen=True)
class Expert:
    """What one stream says of surge ahead.

    Attributes:
        stream: whose packets it reads.
        weights: of the constant and the values of a packet for each lead in hours, shape
            (leads, 1 + d); where ``path``, of the constant, the values before the path, and the
            value of that lead.
        floor_m2, storm: variance for each lead is ``floor + storm * ref²`` with ``ref`` the
            largest surge that any stream speaks of: errors grow in storms. Shape (leads,).
        valid_hours: age from which a packet is stale.
        path: whether a packet ends in one value for each lead, as a forecast does.
        own: values before the path.
    """

    stream: str
    weights: Floats
    floor_m2: Floats
    storm: Floats
    valid_hours: float
    path: bool = False
    own: int = 0

    def mean(self, values: Floats, lead: Ints) -> Floats:
        """Return surge in metres.

        Args:
            values: of packets, shape (t, d).
            lead: hours from the packet, shape (t, h), at most :data:`MOST_LEAD`.
        """
        count = self.own if self.path else values.shape[1]
        before = self.weights[lead, 1 : 1 + count]
        told = self.weights[lead, 0] + np.einsum("thd,td->th", before, values[:, :count])
        if self.path:
            place = np.minimum(count + lead, values.shape[1] - 1)
            told = told + self.weights[lead, -1] * np.take_along_axis(values, place, axis=1)
        return np.asarray(told)

    def variance(self, lead: Ints, reference_m: Floats) -> Floats:
        """Return m² for leads of shape (t, h) and the reference surge, shape (t,)."""
        return np.asarray(self.floor_m2[lead] + self.storm[lead] * reference_m[:, None] ** 2)

    def gain(self, lead: Ints) -> Floats:
        """Return how much of an error in the first value passes on, for each lead."""
        return np.asarray(self.weights[lead, 1])


def decay_expert(
    stream: str, *, noise_m: float, climate_sd_m: float, memory_hours: float
) -> Expert:
    """Return the expert of a stream on which nothing was fitted: surge decays to the climate.

    The surge is taken for red noise of the climate's spread (Ornstein-Uhlenbeck): after ``L``
    hours ``exp(-L / memory)`` of a value is left.
    """
    left = np.exp(-np.arange(MOST_LEAD + 1) / memory_hours)
    trust = climate_sd_m**2 / (climate_sd_m**2 + noise_m**2)
    weights = np.column_stack([np.zeros(len(left)), trust * left])
    floor = climate_sd_m**2 * (1 - trust * left**2)
    # What has decayed was a storm that may still be there.
    return Expert(stream, weights, floor, 0.5 * (1 - left**2), VALID_HOURS.get(stream, 2.0))


def climate_expert(surge_m: Floats) -> Expert:
    """Return the prior: mean and variance of surge in storms that were seen, whatever the lead."""
    leads = np.ones(MOST_LEAD + 1)
    constant = np.column_stack([leads * float(np.mean(surge_m)), 0 * leads])
    return Expert(CLIMATE, constant, leads * float(np.var(surge_m)), leads, FOREVER)


def fit_expert(stream: str, storms: Sequence[Storm], *, path: bool = False, own: int = 0) -> Expert:
    """Fit an expert on storms by ridge regression for each lead, and measure its errors.

    Where some storms were measured, measured and synthetic ones weigh the same in all, and the
    larger of their errors counts.

    Args:
        stream: whose packets it reads.
        storms: to fit on.
        path, own: as in :class:`Expert`.

    Raises:
        ValueError: fewer packets than weights.
    """
    said, truth, measured = _pairs(storms, stream)
    if len(said) < FEWEST:
        raise ValueError(f"{stream}: too few packets")
    share = np.where(measured, 1 / max(measured.sum(), 1), 1 / max((~measured).sum(), 1))
    share *= len(said) / share.sum()
    means, weights = np.empty(truth.shape), []
    for lead in range(MOST_LEAD + 1):
        known = np.isfinite(truth[:, lead])
        columns = [*range(own), min(own + lead, said.shape[1] - 1)] if path else slice(None)
        table = np.column_stack([np.ones(len(said)), said[:, columns]])
        one = _ridge(table[known], truth[known, lead], share[known])
        weights.append(one)
        means[:, lead] = table @ one
    errors = truth - means
    reference = np.abs(means).max(axis=1)
    spreads = [
        _spread(errors[rows], reference[rows])
        for rows in (measured, ~measured)
        if rows.sum() >= FEWEST
    ] or [_spread(errors, reference)]
    floor = np.max([one for one, _ in spreads], axis=0)
    storm = np.max([one for _, one in spreads], axis=0)
    return Expert(
        stream, np.array(weights), floor, storm, VALID_HOURS[stream], path, own if path else 0
    )


def _pairs(
    storms: Iterable[Storm], stream: str
) -> tuple[Floats, Floats, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    said, truth, measured = [], [], []
    for storm in storms:
        table = storm.streams.get(stream)
        if table is None or not len(table.observed):
            continue
        ahead = table.observed[:, None] + np.arange(MOST_LEAD + 1)
        surge = np.interp(ahead, storm.hours, storm.surge, right=np.nan)
        said.append(table.values)
        truth.append(surge)
        measured.append(np.full(len(surge), storm.measured))
    if not said:
        return np.empty((0, 1)), np.empty((0, MOST_LEAD + 1)), np.zeros(0, dtype=bool)
    return np.vstack(said), np.vstack(truth), np.concatenate(measured)


def _ridge(table: Floats, truth: Floats, share: Floats) -> Floats:
    penalty = _RIDGE * 1e-3 * np.eye(table.shape[1])
    penalty[0, 0] = 0.0
    weighed = table * share[:, None]
    solved = np.linalg.solve(weighed.T @ table + penalty, weighed.T @ truth)
    return np.asarray(solved, dtype=np.float64)


def _spread(errors: Floats, reference: Floats) -> tuple[Floats, Floats]:
    """Fit error² = floor + storm · reference² for each lead; both stay non-negative."""
    floor, storm = np.empty(errors.shape[1]), np.empty(errors.shape[1])
    for lead in range(errors.shape[1]):
        known = np.isfinite(errors[:, lead])
        square, ref = errors[known, lead] ** 2, reference[known] ** 2
        ref_mean, mean = ref.mean(), square.mean()
        slope = ((ref - ref_mean) * (square - mean)).sum() / max(
            ((ref - ref_mean) ** 2).sum(), 1e-9
        )
        storm[lead] = float(np.clip(slope, 0.0, 0.95 * mean / max(ref_mean, 1e-9)))
        floor[lead] = max(mean - storm[lead] * ref_mean, 1e-4)
    return floor, storm


def fit_experts(
    storms: Sequence[Storm], *, paths: Mapping[str, int] | None = None
) -> dict[str, Expert]:
    """Return one expert for each stream of the storms, and the climate.

    A stream of one value with too few packets to fit on gets a :func:`decay_expert`.

    Args:
        storms: to fit on.
        paths: streams whose packets end in a path, and how many values stand before it; the
            forecast alone where ``None``.
    """
    ends = {"forecast": 0} if paths is None else paths
    surge = np.concatenate([storm.surge for storm in storms])
    experts: dict[str, Expert] = {}
    for name in STREAMS:
        tables = [storm.streams[name] for storm in storms if name in storm.streams]
        count = sum(len(table.observed) for table in tables)
        if count >= FEWEST:
            experts[name] = fit_expert(name, storms, path=name in ends, own=ends.get(name, 0))
        elif tables and tables[0].values.shape[1] == 1:
            experts[name] = decay_expert(
                name, noise_m=0.3, climate_sd_m=float(np.std(surge)), memory_hours=10.0
            )
    experts[CLIMATE] = climate_expert(surge)
    return experts
