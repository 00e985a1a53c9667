"""What breaking a rule costs in a quadratic model: from LP duals, or the textbook's big number.

A state's energy splits, by the prices of the relaxation, into the LP bound, reduced costs of what
is chosen, and what rows are over- or underfilled by. An infeasible state therefore lies above
``upper`` where each rule's weight covers ``need = upper - bound + 1`` and the prices of the rows it
overfills: far less than a sum of cost ranges, and as safe (:mod:`optimize.weak_duality` checks it
in exact numbers).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np

from optimize.arrays import Floats
from optimize.encoding import Encoding
from optimize.layout import Layout
from optimize.relaxation import GRAIN, Relaxation

Scheme = Literal["dual", "big-m"]
SCHEMES: tuple[Scheme, ...] = ("dual", "big-m")


@dataclass(frozen=True)
class Duals:
    """Prices over a layout, and the bound that they prove by themselves.

    Attributes:
        capacity: at least 0, of each resource.
        forbidden: at least 0, of each forbidden product: prices of the rows that it overfills.
        group: likewise of each undecided attribute, where it holds several picks of a row.
        attribute: least priced cost of each undecided attribute.
        reduced: at least 0, of each column (open option).
        bound: of the objective over feasible choices.
    """

    capacity: Floats
    forbidden: Floats
    group: Floats
    attribute: Floats
    reduced: Floats
    bound: float


@dataclass(frozen=True)
class Penalties:
    """Weights of a quadratic model.

    Attributes:
        scheme, scale: how they were set; ``scale`` multiplied all but ``price`` and ``multiplier``.
        upper: objective of the best known feasible choice, or the largest there could be.
        bound: of the objective over feasible choices, from the prices.
        need: ``upper - bound + 1``, or 1 where that is less.
        price: added as ``price * (1 - picks of the attribute)``: zero on valid states.
        empty: added to ``price``, so that leaving out an attribute costs it.
        exclusion: of each exclusion of the encoding.
        forbidden: of each forbidden product.
        product: Rosenberg weight of each auxiliary bit.
        multiplier: of each resource, times use less capacity.
        square: of each resource, times the squared excess; 0 where there is none.
    """

    scheme: Scheme
    scale: float
    upper: float
    bound: float
    need: float
    price: Floats
    empty: Floats
    exclusion: Floats
    forbidden: Floats
    product: Floats
    multiplier: Floats
    square: Floats


def duals(
    layout: Layout, relaxation: Relaxation | None, *, capacities: bool = True, rows: bool = True
) -> Duals:
    """Return the prices of a relaxation over a layout's options.

    Only capacity and conflict prices are taken, those of attributes follow from them. A row that
    the layout's rules do not explain loses its price, so that the bound is never too high.

    Args:
        relaxation: of the same problem or of one that holds it; ``None`` prices nothing.
        capacities, rows: whether capacities and rows of conflicts are priced.
    """
    arrays, groups = layout.arrays, layout.groups()
    owners = [int(arrays.attribute[group[0]]) for group in groups]
    capacity = np.zeros(len(arrays.limit))
    priced = layout.linear.copy()
    forbidden, group_price = np.zeros(len(layout.forbidden)), np.zeros(len(groups))
    paid = 0.0
    if relaxation is not None and capacities:
        given = [relaxation.capacity_price.get(name, 0.0) for name in layout.resources]
        capacity = np.where(binding(layout), np.array(given, dtype=float), 0.0)
        capacity = np.round(np.maximum(0.0, capacity) / GRAIN) * GRAIN
        priced += arrays.uses @ capacity
    for row in priced_rows(layout, relaxation) if rows else ():
        paid += row.price * row.limit
        priced[list(row.picks)] += row.price
        forbidden[list(row.rules)] += row.price
        group_price[list(row.groups)] += row.price
    least = arrays.cheapest(priced, layout.alive)
    reduced = (priced - least[arrays.attribute])[list(layout.open)]
    bound = layout.constant + float(least.sum() - capacity @ arrays.limit) - paid
    return Duals(
        capacity=capacity,
        forbidden=forbidden,
        group=group_price,
        attribute=least[owners],
        reduced=reduced,
        bound=bound,
    )


@dataclass(frozen=True, slots=True)
class PricedRow:
    """A row of conflicts with its price, over live positions.

    Attributes:
        picks: of which at most ``limit`` may be chosen.
        rules: numbers of the forbidden products that say so.
        groups: numbers of undecided attributes that hold several of the picks.
    """

    price: float
    limit: int
    picks: tuple[int, ...]
    rules: tuple[int, ...]
    groups: tuple[int, ...]


def priced_rows(layout: Layout, relaxation: Relaxation | None) -> list[PricedRow]:
    """Return the rows with a price that the layout's rules explain."""
    if relaxation is None:
        return []
    arrays = layout.arrays
    number_of = {int(arrays.attribute[g[0]]): n for n, g in enumerate(layout.groups())}
    rule_at = {term.left: n for n, term in enumerate(layout.forbidden)}
    found = []
    for row, limit, cost in zip(
        relaxation.conflicts, relaxation.limits, relaxation.conflict_price, strict=True
    ):
        price = round(cost / GRAIN) * GRAIN
        live = [p for p in (arrays.index.get(pick, -1) for pick in row) if p >= 0]
        live = [p for p in live if layout.alive[p]]
        rules = _explained(live, limit, layout, rule_at) if price > 0 else None
        if rules is not None:
            count = Counter(int(arrays.attribute[p]) for p in live)
            several = tuple(number_of[one] for one, times in count.items() if times > 1)
            found.append(PricedRow(price, limit, tuple(live), tuple(rules), several))
    return found


def _explained(
    live: Sequence[int], limit: int, layout: Layout, rule_at: dict[tuple[int, ...], int]
) -> list[int] | None:
    """Return the rules that say a row holds, or ``None`` where they do not."""
    owner = layout.arrays.attribute
    by_owner: dict[int, list[int]] = {}
    for position in live:
        by_owner.setdefault(int(owner[position]), []).append(position)
    if len(by_owner) <= limit:
        return []
    if limit not in (1, 2) or (limit == 2 and len(by_owner) > 3):
        return None
    fixed = set(layout.decided)
    found: set[int] = set()
    for owners in combinations(by_owner.values(), limit + 1):
        chosen: list[tuple[int, ...]] = [()]
        for options in owners:
            chosen = [(*start, option) for start in chosen for option in options]
        for combination in chosen:
            left = tuple(sorted(p for p in combination if p not in fixed))
            parts = [left, *combinations(left, 2)] if len(left) == 3 else [left]
            rule = next((rule_at[part] for part in parts if part in rule_at), None)
            if rule is None:
                return None
            found.add(rule)
    return sorted(found)


def binding(layout: Layout) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which capacities some choice of live options exceeds, shape (resources,)."""
    arrays = layout.arrays
    uses = np.where(layout.alive[:, None], arrays.uses, np.iinfo(np.int64).min // 4)
    largest = np.maximum.reduceat(uses, arrays.start[:-1], axis=0).sum(axis=0)
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = largest > arrays.limit
    return found


def largest_objective(layout: Layout) -> float:
    """Return what no choice of live options exceeds."""
    largest = -layout.arrays.cheapest(-layout.linear, layout.alive)
    return float(largest.sum()) + layout.constant + sum(term.weight for term in layout.priced)


def weigh(
    layout: Layout,
    encoding: Encoding,
    prices: Duals,
    *,
    scheme: Scheme,
    scale: float,
    upper: float | None,
) -> Penalties:
    """Set the weights.

    Args:
        prices: for the big number, without the relaxation's conflict rows.
        upper: objective of a feasible choice; ``None`` or more than the largest there could be
            takes that.
    """
    most = largest_objective(layout)
    if upper is not None:
        most = min(most, float(upper))
    need = max(1.0, most - prices.bound + 1)
    groups = layout.groups()
    column = layout.columns
    if scheme == "big-m":
        ranges = sum(np.ptp(layout.linear[group]) for group in groups)
        need = max(need, float(ranges) + sum(term.weight for term in layout.priced) + 1)
        price = np.zeros(len(groups))
        empty = np.full(len(groups), need + max((abs(prices.attribute)).tolist(), default=0.0))
        spared = np.zeros(len(layout.open))
    else:
        price, empty = prices.attribute, np.full(len(groups), need)
        spared = prices.reduced
    paid = [sum(spared[column[p]] for p in term.left) for term in layout.forbidden]
    forbidden = prices.forbidden + np.maximum(0.0, need - np.array(paid))
    product = _product_weights(layout, forbidden, prices, need)
    negative = negative_cost(layout, forbidden, product) + prices.reduced
    exclusion = np.zeros(len(encoding.exclusions))
    for n, one in enumerate(encoding.exclusions):
        extra = max(0.0, need - sum(spared[c] for c in one.picks)) + prices.group[one.group]
        if one.negative >= 0:
            exclusion[n] = extra + negative[one.negative]
        else:
            exclusion[n] = extra + empty[one.group] + price[one.group] - prices.attribute[one.group]
    return Penalties(
        scheme=scheme,
        scale=scale,
        upper=most,
        bound=prices.bound,
        need=need,
        price=price,
        empty=_grid(scale * empty),
        exclusion=_grid(scale * exclusion),
        forbidden=_grid(scale * forbidden),
        product=_grid(scale * product),
        multiplier=prices.capacity,
        square=np.zeros(len(prices.capacity)),
    )


def _grid(weights: Floats) -> Floats:
    """Round up to multiples of the prices' grain, so that energies stay exact sums."""
    found: Floats = np.ceil(weights / GRAIN) * GRAIN
    return found


def _product_weights(layout: Layout, forbidden: Floats, prices: Duals, need: float) -> Floats:
    """Return weights that hold each auxiliary bit to its product, and cover a rule it would hide.

    The bit is worth at most what all rules over it cost together, one option per attribute.
    """
    owner = layout.arrays.attribute
    hidden: dict[tuple[int, int], dict[int, float]] = {pair: {} for pair in layout.products}
    cover = dict.fromkeys(layout.products, 0.0)
    for worth, price, term in (
        *((forbidden[n], prices.forbidden[n], t) for n, t in enumerate(layout.forbidden)),
        *((float(t.weight), None, t) for t in layout.priced),
    ):
        if len(term.left) < 3:
            continue
        pair, third = layout.split[term.left]
        at = hidden[pair]
        at[third] = at.get(third, 0.0) + float(worth)
        if price is not None:
            cover[pair] = max(cover[pair], need) + float(price)
    found = []
    for pair, thirds in hidden.items():
        best: dict[int, float] = {}
        for third, worth in thirds.items():
            best[int(owner[third])] = max(best.get(int(owner[third]), 0.0), worth)
        found.append(max(sum(best.values()), cover[pair]))
    return np.array(found)


def negative_cost(layout: Layout, forbidden: Floats, product: Floats) -> Floats:
    """Return how far products can fall where a column's pick is -1, at most, shape (open,)."""
    column = layout.columns
    found = np.zeros(len(layout.open))
    for worth, term in (
        *((forbidden[n], t) for n, t in enumerate(layout.forbidden)),
        *((float(t.weight), t) for t in layout.priced),
    ):
        of = term.left if len(term.left) == 2 else (layout.split[term.left][1],)
        for position in of:
            found[column[position]] += worth
    for weight, pair in zip(product, layout.products, strict=True):
        for position in pair:
            found[column[position]] += weight
    return found
