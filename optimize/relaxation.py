"""The linear relaxation of a configuration problem: a safe bound, prices and reduced costs.

Forbidden pairs are aggregated: all picks of one attribute that exclude the same picks of another
share a row, which is tighter than pair by pair. The bound does not trust the LP solver: its prices
are clipped to their sign and the bound computed anew from them (weak duality), so that it holds
whatever the solver's tolerances.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from optimize.arrays import Arrays, Bools, Floats, Ints, arrays_of
from optimize.model import ConfigurationProblem, Pick

#: Prices are multiples of this power of two, so that sums of moderate numbers are exact.
GRAIN = 2.0**-20
#: Share by which the bound is lowered against rounding where numbers are not moderate.
MARGIN = 1e-12


@dataclass(frozen=True)
class Relaxation:
    """A solved relaxation. For every pick of attribute a::

        reduced_cost = cost + sum(capacity_price * use) + sum(conflict_price of its rows)
                       - attribute_price[a]  >= 0
        bound = sum(attribute_price) - sum(capacity_price * capacity)
                - sum(conflict_price * limit)

    Attributes:
        bound: no feasible choice costs less.
        value: of each pick in the LP's solution, 0 to 1.
        capacity_price: at least 0, by resource.
        attribute_price: dual of each one-hot row, signed.
        conflict_price: at least 0, one for each row of ``conflicts``.
        conflicts: picks of which at most ``limits`` may be chosen. A row of limit 1 spans two
            attributes and every pick of the first excludes every pick of the second; a row of
            limit 2 spans three attributes, and all its picks of the third share the first two.
        limits: 1 or 2.
        reduced_cost: at least 0; what the bound rises by, at least, where the pick is chosen;
            infinite for picks that a rule forbids alone.
    """

    bound: float
    value: Mapping[Pick, float]
    capacity_price: Mapping[str, float]
    attribute_price: Mapping[str, float]
    conflict_price: tuple[float, ...]
    conflicts: tuple[tuple[Pick, ...], ...]
    limits: tuple[int, ...]
    reduced_cost: Mapping[Pick, float]


@dataclass(frozen=True)
class Prices:
    """A relaxation as arrays; picks that are not alive have value 0 and infinite reduced cost.

    Attributes:
        bound, value, capacity, attribute, reduced: as in :class:`Relaxation`.
        conflict: price of each row.
        rows: positions of each row.
        limits: shape (rows,).
    """

    bound: float
    value: Floats
    capacity: Floats
    attribute: Floats
    reduced: Floats
    conflict: Floats
    rows: tuple[tuple[int, ...], ...]
    limits: Ints


def relax(problem: ConfigurationProblem) -> Relaxation | None:
    """Solve the relaxation of a problem's costs and hard rules.

    Returns:
        ``None`` where not even the relaxation has a solution.
    """
    arrays = arrays_of(problem)
    alive = np.ones(len(arrays.picks), dtype=bool)
    alive[arrays.single] = False
    found = prices(arrays, alive)
    if found is None:
        return None
    names = [one.name for one in problem.attributes]
    picks = arrays.picks
    return Relaxation(
        bound=found.bound,
        value=dict(zip(picks, found.value.tolist(), strict=True)),
        capacity_price=dict(zip(problem.capacity, found.capacity.tolist(), strict=True)),
        attribute_price=dict(zip(names, found.attribute.tolist(), strict=True)),
        conflict_price=tuple(found.conflict.tolist()),
        conflicts=tuple(tuple(picks[p] for p in row) for row in found.rows),
        limits=tuple(found.limits.tolist()),
        reduced_cost=dict(zip(picks, found.reduced.tolist(), strict=True)),
    )


def prices(arrays: Arrays, alive: Bools, cost: Floats | None = None) -> Prices | None:
    """Solve the relaxation over the live options.

    Args:
        cost: in place of the options' own.

    Returns:
        ``None`` where the relaxation has no solution.
    """
    if not np.isfinite(arrays.cheapest(np.zeros(len(alive)), alive)).all():
        return None
    live = np.flatnonzero(alive)
    column = np.full(len(alive), -1)
    column[live] = np.arange(len(live))
    objective = (arrays.cost if cost is None else cost).astype(float)
    rows, limits = conflict_rows(arrays, alive)
    sizes = [len(row) for row in rows]
    across = column[np.fromiter((p for row in rows for p in row), dtype=np.int64)]
    down = np.repeat(np.arange(len(rows)), sizes)
    resources = len(arrays.limit)
    use_down, use_across = np.nonzero(arrays.uses[live].T)
    data = np.concatenate([np.ones(len(down)), arrays.uses[live].T[use_down, use_across]])
    down, across = (
        np.concatenate([down + resources, use_down]),
        np.concatenate([across, use_across]),
    )
    upper = csr_array(
        (data, (down, across)),
        shape=(resources + len(rows), len(live)),
    )
    most = np.concatenate([arrays.limit, limits]).astype(float)
    onehot = csr_array(
        (np.ones(len(live)), (arrays.attribute[live], np.arange(len(live)))),
        shape=(arrays.attributes, len(live)),
    )
    answer = linprog(
        objective[live],
        A_ub=upper if len(most) else None,
        b_ub=most if len(most) else None,
        A_eq=onehot,
        b_eq=np.ones(arrays.attributes),
        bounds=(0, None),
        method="highs",
    )
    if answer.status == 2:
        return None
    if answer.status == 0:
        paid = np.maximum(0.0, np.round(-answer.ineqlin.marginals / GRAIN) * GRAIN)
        value = np.zeros(len(alive))
        value[live] = np.clip(answer.x, 0.0, 1.0)
    else:  # the solver gave up: prices of zero still give a bound
        paid, value = np.zeros(len(most)), np.zeros(len(alive))
    full = np.full(len(alive), np.inf)
    full[live] = objective[live] + paid @ upper if len(most) else objective[live]
    least = arrays.cheapest(full, alive)
    bound = float(least.sum() - paid @ most)
    bound -= MARGIN * float(np.abs(least).sum() + paid @ np.abs(most))
    return Prices(
        bound=bound,
        value=value,
        capacity=paid[:resources],
        attribute=least,
        reduced=full - least[arrays.attribute],
        conflict=paid[resources:],
        rows=rows,
        limits=limits,
    )


def conflict_rows(arrays: Arrays, alive: Bools) -> tuple[tuple[tuple[int, ...], ...], Ints]:
    """Return aggregated rows over live positions, and how many of each row may be chosen."""
    pairs = arrays.pairs[alive[arrays.pairs].all(axis=1)]
    triples = arrays.triples[alive[arrays.triples].all(axis=1)]
    between: dict[tuple[int, int], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    owner = arrays.attribute
    ends = zip(owner[pairs[:, 0]].tolist(), owner[pairs[:, 1]].tolist(), strict=True)
    for (one, other), ends_of in zip(pairs.tolist(), ends, strict=True):
        between[ends_of][one].add(other)
    rows: list[tuple[int, ...]] = []
    for excluded in between.values():
        seen: set[frozenset[int]] = set()
        for others in excluded.values():
            common = frozenset(others)
            if common not in seen:
                seen.add(common)
                left = sorted(one for one, mine in excluded.items() if common <= mine)
                rows.append((*left, *sorted(common)))
    count = len(rows)
    third: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for one, other, last in triples.tolist():
        third[one, other, int(owner[last])].append(last)
    rows += [(one, other, *lasts) for (one, other, _), lasts in third.items()]
    limits = np.ones(len(rows), dtype=np.int64)
    limits[count:] = 2
    return tuple(rows), limits
