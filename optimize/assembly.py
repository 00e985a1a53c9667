"""The sum of a quadratic model: objective, rules, capacities, slack; of picks, then of bits."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import dimod
import numpy as np
from scipy.sparse import coo_array, csr_array

from base import SolverError
from optimize.arrays import Floats
from optimize.encoding import Encoding
from optimize.layout import Layout
from optimize.penalties import Penalties, binding

#: Share of the need that excess by a typical option's use pays, where slack is coarse.
SOFTNESS = 0.2
#: Share of the need that a typical bit's change of use pays, where use is drawn to its target.
DRAW = 0.2


@dataclass(frozen=True)
class Slack:
    """Unused capacity as bits: ``use + offset + coefficients @ bits = capacity``, about.

    Attributes:
        resource: its number.
        coefficients: of the bits.
        grain: step of the values that the bits make; 1 where slack is exact.
        offset: half a grain; 0 where slack is exact.
        idle: share of its price that unused capacity pays.
        firm: whether excess is penalised as hard as any broken rule.
    """

    resource: int
    coefficients: tuple[int, ...]
    grain: int
    offset: int
    idle: float
    firm: bool


@dataclass(frozen=True, slots=True)
class Target:
    """A use that states are drawn to without slack bits, a little less than the capacity.

    Attributes:
        resource: its number.
        use: of all options chosen.
    """

    resource: int
    use: float


@dataclass
class _Sum:
    """A quadratic polynomial over picks, products and slack bits, as it is added up."""

    linear: Floats
    pairs: list[tuple[int, int, float]]
    dense: Floats | None
    offset: float


def slack_rows(
    layout: Layout, setting: Penalties, most_bits: int | None, idle: float, where: str
) -> tuple[tuple[Slack, ...], Floats]:
    """Return slack of each capacity that can be exceeded, and what an excess of 1 pays of the need.

    Args:
        setting: its need and prices say how much slack a choice within ``upper`` can leave.
        most_bits: for each capacity; ``None`` for exact slack.
        idle, where: as in :class:`Slack`; for messages.

    Raises:
        SolverError: where a capacity cannot be met.
    """
    arrays = layout.arrays
    uses = arrays.uses.astype(float)
    share = np.zeros(len(arrays.limit))
    found = []
    for resource in np.flatnonzero(binding(layout)).tolist():
        least = arrays.cheapest(uses[:, resource], layout.alive).sum()
        room = int(arrays.limit[resource] - least)
        if room < 0:
            name = layout.resources[resource]
            raise SolverError(f"capacity of {name} cannot be met", where=where)
        price = setting.multiplier[resource]
        if price > 0:  # more room than this costs more than the best known choice
            room = min(room, int(setting.need / price) + 1)
        exact = most_bits is None or room < 2**most_bits
        grain = 1 if exact else -(-(room + 1) // 2 ** (most_bits or 0))
        steps = -(-(room + 1) // grain) - 1
        coefficients: list[int] = []
        while steps > 0:
            part = min(steps, 2 ** len(coefficients))
            coefficients.append(part * grain)
            steps -= part
        pays = 1.0 if exact else idle
        firm = most_bits is None
        found.append(Slack(resource, tuple(coefficients), grain, grain // 2, pays, firm))
        typical = float(np.mean(uses[list(layout.open), resource] ** 2)) if layout.open else 1.0
        share[resource] = 1.0 if most_bits is None else SOFTNESS / max(typical, 1.0)
    return tuple(found), share


def targets(
    layout: Layout, encoding: Encoding, setting: Penalties, room: float
) -> tuple[tuple[Target, ...], Floats]:
    """Return the use of each priced capacity to draw states to, and what 1 off it pays of the need.

    Args:
        room: left in a capacity, as a share of what one bit typically changes its use by.
    """
    row, column, value = encoding.entries
    shape = (len(encoding.shift), len(encoding.labels))
    matrix = csr_array((value, (row, column)), shape=shape)
    changes = matrix.T @ layout.arrays.uses[list(layout.open)].astype(float)
    share = np.zeros(len(layout.arrays.limit))
    found = []
    for resource in np.flatnonzero(setting.multiplier > 0).tolist():
        moving = changes[changes[:, resource] != 0, resource]
        if len(moving):
            square = float(np.mean(moving**2))
            limit = float(layout.arrays.limit[resource])
            found.append(Target(resource, limit - room * square**0.5))
            share[resource] = DRAW / square
    return tuple(found), share


def assemble(
    layout: Layout,
    encoding: Encoding,
    weights: Penalties,
    slacks: tuple[Slack, ...] = (),
    drawn: tuple[Target, ...] = (),
) -> dimod.BinaryQuadraticModel:
    """Add up a model."""
    count = len(layout.open)
    size = count + len(layout.products) + sum(len(slack.coefficients) for slack in slacks)
    linear = np.zeros(size)
    linear[:count] = layout.linear[list(layout.open)]
    decided = float(layout.linear[list(layout.decided)].sum())
    total = _Sum(linear, [], None, layout.constant + decided)
    if encoding.may_be_empty:
        place = 0
        for group, price in zip(layout.groups(), weights.price + weights.empty, strict=True):
            total.linear[place : place + len(group)] -= price
            total.offset += price
            place += len(group)
    _add_products(total, layout, weights)
    _add_capacities(total, layout, weights, slacks, drawn)
    return _in_bits(total, layout, encoding, weights.exclusion, slacks)


def _add_products(total: _Sum, layout: Layout, weights: Penalties) -> None:
    """Add forbidden and priced products; products of three through their auxiliary bit.

    The bit t of x y is held by ``w (x y - 2 x t - 2 y t + 3 t)`` (Rosenberg 1975).
    """
    column = layout.columns
    bit = {pair: len(column) + n for n, pair in enumerate(layout.products)}
    for worth, term in (
        *zip(weights.forbidden.tolist(), layout.forbidden, strict=True),
        *((float(term.weight), term) for term in layout.priced),
    ):
        if len(term.left) == 2:
            total.pairs.append((column[term.left[0]], column[term.left[1]], worth))
        else:
            pair, third = layout.split[term.left]
            total.pairs.append((bit[pair], column[third], worth))
    for weight, (pair, at) in zip(weights.product.tolist(), bit.items(), strict=True):
        one, other = column[pair[0]], column[pair[1]]
        total.pairs += [(one, other, weight), (one, at, -2 * weight), (other, at, -2 * weight)]
        total.linear[at] += 3 * weight


def _add_capacities(
    total: _Sum,
    layout: Layout,
    weights: Penalties,
    slacks: tuple[Slack, ...],
    drawn: tuple[Target, ...],
) -> None:
    arrays, size = layout.arrays, len(total.linear)
    decided = arrays.uses[list(layout.decided)].sum(axis=0)
    limit = (arrays.limit - decided).astype(float)
    aims = {target.resource: target.use - float(decided[target.resource]) for target in drawn}
    place = len(layout.open) + len(layout.products)
    with_slack = {slack.resource: slack for slack in slacks}
    for resource, price in enumerate(weights.multiplier.tolist()):
        excess = np.zeros(size)
        excess[: len(layout.open)] = arrays.uses[list(layout.open), resource]
        total.linear += price * excess
        total.offset -= price * limit[resource]
        if resource in aims:
            constant = -aims[resource]
        elif (slack := with_slack.get(resource)) is not None:
            idle = np.zeros(size)
            idle[place : place + len(slack.coefficients)] = slack.coefficients
            place += len(slack.coefficients)
            total.linear += price * slack.idle * idle
            total.offset += price * slack.idle * slack.offset
            excess += idle
            constant = slack.offset - limit[resource]
        else:
            continue
        square = float(weights.square[resource])
        if total.dense is None:
            total.dense = np.zeros((size, size))
        total.dense += square * np.outer(excess, excess)
        total.linear += 2 * square * constant * excess
        total.offset += square * constant**2


def _in_bits(
    total: _Sum, layout: Layout, encoding: Encoding, exclusion: Floats, slacks: tuple[Slack, ...]
) -> dimod.BinaryQuadraticModel:
    """Put bits in place of picks; a squared bit is the bit."""
    rows, columns, values = encoding.entries
    size, picks, bits = len(total.linear), len(encoding.shift), len(encoding.labels)
    tail = np.arange(size - picks)
    ends = np.concatenate([rows, picks + tail]), np.concatenate([columns, bits + tail])
    entries = np.concatenate([values, np.ones(len(tail))])
    matrix = csr_array((entries, ends), shape=(size, bits + len(tail)))
    shift = np.concatenate([encoding.shift, np.zeros(len(tail))])
    first, second, worth = np.array(total.pairs, dtype=float).reshape(-1, 3).T
    at = first.astype(np.int64), second.astype(np.int64)
    pairs = coo_array((worth, at), shape=(size, size)).tocsr()
    if total.dense is not None:
        pairs = pairs + csr_array(total.dense)
    biases = matrix.T @ (total.linear + pairs @ shift + pairs.T @ shift)
    offset = total.offset + float(total.linear @ shift + shift @ (pairs @ shift))
    products = (matrix.T @ pairs @ matrix).tocoo()
    low, high = np.minimum(products.row, products.col), np.maximum(products.row, products.col)
    weight = products.data
    np.add.at(biases, low[low == high], weight[low == high])
    one = np.array([e.bits for e in encoding.exclusions], dtype=np.int64).reshape(-1, 2)
    inverted = np.array([e.inverted for e in encoding.exclusions], dtype=bool)
    np.add.at(biases, one[inverted, 1], exclusion[inverted])
    apart = low != high
    low = np.concatenate([low[apart], one[:, 0]])
    high = np.concatenate([high[apart], one[:, 1]])
    weight = np.concatenate([weight[apart], np.where(inverted, -exclusion, exclusion)])
    summed = coo_array((weight, (low, high)), shape=(len(biases), len(biases))).tocsr().tocoo()
    kept = summed.data != 0
    return dimod.BinaryQuadraticModel.from_numpy_vectors(
        biases,
        (summed.row[kept], summed.col[kept], summed.data[kept]),
        offset,
        dimod.BINARY,
        variable_order=_labels(layout, encoding, slacks),
    )


def _labels(layout: Layout, encoding: Encoding, slacks: tuple[Slack, ...]) -> list[Hashable]:
    picks = layout.arrays.picks
    return [
        *encoding.labels,
        *(("product", picks[one], picks[other]) for one, other in layout.products),
        *(
            ("slack", layout.resources[slack.resource], number)
            for slack in slacks
            for number in range(len(slack.coefficients))
        ),
    ]
