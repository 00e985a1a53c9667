"""A configuration problem as a quadratic binary model, and its samples as choices."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import dimod
import numpy as np
from scipy.sparse import coo_array, csr_array

from base import SolverError
from optimize.arrays import Bools, Floats, Ints
from optimize.encoding import NAMES, Encoding, encode
from optimize.encoding import Name as EncodingName
from optimize.layout import Layout, lay_out
from optimize.model import ConfigurationProblem, Pick
from optimize.penalties import SCHEMES, Penalties, Scheme, binding, duals, weigh
from optimize.relaxation import Relaxation

CapacityName = Literal["multiplier", "slack", "none"]
CAPACITIES: tuple[CapacityName, ...] = ("multiplier", "slack", "none")
#: Share of a penalty that a capacity's squared excess pays at a typical option's use.
SOFTNESS = 0.45


@dataclass(frozen=True)
class Slack:
    """Unused capacity as bits: ``use + offset + grain * sum(2^k bit) = capacity``, about.

    Attributes:
        resource: its number.
        coefficients: of the bits.
        offset: half a grain, rounded down; 0 where slack is exact.
        grain: 1 where slack is exact.
    """

    resource: int
    coefficients: tuple[int, ...]
    offset: int
    grain: int


@dataclass(frozen=True)
class Decoded:
    """Samples as choices, in the order of the sample set.

    Attributes:
        chosen: position (:attr:`Arrays.picks`) of each attribute's option, or -1 where a sample
            picks none or several, shape (reads, attributes).
        feasible: samples that are complete and break no rule, shape (reads,).
        cost: of the options chosen, shape (reads,); meaningful where complete.
    """

    chosen: Ints
    feasible: Bools
    cost: Ints


@dataclass(frozen=True)
class Qubo:
    """A quadratic model with what it takes to read its samples.

    Energies of feasible choices are their costs (or ``weights``) with capacities ``none`` and exact
    slack; with multipliers they are Lagrangian values, at most the cost; with coarse slack they
    exceed the cost by up to :attr:`residual`.

    Attributes:
        bqm: binary; a bit of the one-hot encoding is labelled by its pick.
        penalties: weights in it.
        capacity: how capacities are treated.
    """

    bqm: dimod.BinaryQuadraticModel
    penalties: Penalties
    encoding: Encoding
    layout: Layout
    capacity: CapacityName
    slacks: tuple[Slack, ...]

    @property
    def residual(self) -> float:
        """Most that a feasible choice pays because slack is coarse, at its best slack bits."""
        return sum(
            self.penalties.multiplier[s.resource] * (s.grain // 2)
            + self.penalties.square[s.resource] * (s.grain // 2) ** 2
            for s in self.slacks
        )

    @property
    def beta_range(self) -> tuple[float, float]:
        """Inverse temperatures to anneal between, from the penalties and the unit of cost."""
        need = max(1.0, self.penalties.need * self.penalties.scale)
        return HOT / need, max(COLD / need, COLDEST)

    def decode(self, sample: Mapping[Hashable, int]) -> dict[str, str]:
        """Return the choice of one sample; attributes of which it picks none or several are absent.

        Bits that the sample lacks count as 0, and those that the model does not know are ignored.
        """
        bits = np.array([[int(sample.get(label, 0) > 0) for label in self.encoding.labels]])
        picks = self.layout.arrays.picks
        return dict(picks[p] for p in self._positions(bits)[0].tolist() if p >= 0)

    def decode_all(self, samples: dimod.SampleSet) -> Decoded:
        """Return the choices of all samples, and which break no rule, before any repair."""
        at = {label: n for n, label in enumerate(samples.variables)}
        order = [at[label] for label in self.encoding.labels]
        chosen = self._positions(samples.record.sample[:, order] > 0)
        complete = (chosen >= 0).all(axis=1)
        arrays = self.layout.arrays
        used = arrays.uses[chosen].sum(axis=1)
        feasible: Bools = complete & (used <= arrays.limit).all(axis=1)
        for rules in (arrays.pairs, arrays.triples):
            if len(rules):
                owners = arrays.attribute[rules]
                feasible &= ~(chosen[:, owners] == rules).all(axis=2).any(axis=1)
        if len(arrays.single):
            owners = arrays.attribute[arrays.single]
            feasible &= ~(chosen[:, owners] == arrays.single).any(axis=1)
        return Decoded(chosen, feasible, arrays.cost[chosen].sum(axis=1))

    def choice(self, chosen: Ints) -> dict[str, str]:
        """Return one row of :attr:`Decoded.chosen` by name."""
        return dict(self.layout.arrays.picks[p] for p in chosen.tolist() if p >= 0)

    @cached_property
    def _matrix(self) -> csr_array:
        row, column, value = self.encoding.entries
        shape = (len(self.encoding.shift), len(self.encoding.labels))
        return csr_array((value, (row, column)), shape=shape)

    def _positions(self, bits: Bools | Ints) -> Ints:
        """Return the position chosen for each attribute, shape (reads, attributes)."""
        layout = self.layout
        found = np.full((len(bits), layout.arrays.attributes), -1, dtype=np.int64)
        for position in layout.decided:
            found[:, layout.arrays.attribute[position]] = position
        if not layout.open:
            return found
        picks = (self._matrix @ bits.T.astype(float)).T + self.encoding.shift
        place = 0
        for group in layout.groups():
            block = picks[:, place : place + len(group)]
            valid = (np.abs(block).sum(axis=1) == 1) & (block.sum(axis=1) == 1)
            owner = layout.arrays.attribute[group[0]]
            found[valid, owner] = np.array(group)[np.argmax(block[valid], axis=1)]
            place += len(group)
        return found


#: Ends of the annealing schedule in units of 1 / penalty, and the least cold end per unit of cost.
HOT, COLD, COLDEST = 1.0, 5.0, 0.5


def build(
    problem: ConfigurationProblem,
    relaxation: Relaxation | None,
    *,
    encoding: EncodingName = "one-hot",
    penalties: Scheme = "dual",
    scale: float = 1.0,
    capacity: CapacityName = "multiplier",
    upper: float | None = None,
    weights: Mapping[tuple[Pick, ...], int] | None = None,
    slack_bits: int | None = 3,
) -> Qubo:
    """Build a model.

    Args:
        problem: usually a presolved core; its soft rules are left out.
        relaxation: of the problem, or of one that holds it; ``None`` prices nothing.
        encoding: of options as bits.
        penalties: from LP duals, or large enough whatever the prices.
        scale: of the penalties; below 1 infeasible states may lie below feasible ones.
        capacity: ``multiplier`` adds the LP's price of what is used beyond capacity, without bits;
            ``slack`` a squared excess with slack bits; ``none`` nothing.
        upper: objective of a known feasible choice: the closer, the smaller the penalties.
        weights: objective in place of the cost: what each pick, or combination of up to three,
            adds where it is chosen, such as one tier of soft rules. Combinations weigh zero or
            more.
        slack_bits: at most, of each capacity; ``None`` takes as many as exactness needs, and then
            penalises excess as hard as any rule.

    Raises:
        SolverError: where an attribute has no option left, a capacity cannot be met, or an
            argument is unknown.
    """
    for given, known, what in (
        (encoding, NAMES, "encoding"),
        (penalties, SCHEMES, "penalties"),
        (capacity, CAPACITIES, "treatment of capacities"),
    ):
        if given not in known:
            raise SolverError(f"no {what} {given!r}", hint=f"one of {', '.join(known)}")
    if scale <= 0:
        raise SolverError(f"scale {scale} of penalties", hint="give a positive number")
    layout = lay_out(problem, weights)
    prices = duals(layout, relaxation, capacities=capacity != "none", rows=penalties == "dual")
    arrays = layout.arrays
    encoded = encode(
        encoding, _columns(layout), [arrays.picks[p] for p in layout.open], prices.reduced
    )
    setting = weigh(layout, encoded, prices, scheme=penalties, scale=scale, upper=upper)
    slacks: tuple[Slack, ...] = ()
    if capacity == "slack":
        slacks, share = _slacks(layout, setting, slack_bits, problem)
        setting = weigh(
            layout, encoded, prices, scheme=penalties, scale=scale, upper=upper, square=share
        )
    bqm = _assemble(layout, encoded, setting, slacks)
    return Qubo(bqm, setting, encoded, layout, capacity, slacks)


def rebuilt(qubo: Qubo, penalties: Penalties) -> Qubo:
    """Return the same model with other weights."""
    bqm = _assemble(qubo.layout, qubo.encoding, penalties, qubo.slacks)
    return replace(qubo, bqm=bqm, penalties=penalties)


def _columns(layout: Layout) -> list[list[int]]:
    """Return columns (places among the open options) of each undecided attribute."""
    found, place = [], 0
    for group in layout.groups():
        found.append(list(range(place, place + len(group))))
        place += len(group)
    return found


def _slacks(
    layout: Layout, setting: Penalties, most_bits: int | None, problem: ConfigurationProblem
) -> tuple[tuple[Slack, ...], Floats]:
    """Return slack bits of each capacity that can be exceeded, and its share of the need."""
    arrays = layout.arrays
    least = arrays.limit.astype(float).copy()
    for resource in range(len(least)):
        uses = arrays.uses[:, resource].astype(float)
        least[resource] -= arrays.cheapest(uses, layout.alive).sum()
    if (least < 0).any():
        name = layout.resources[int(np.argmin(least))]
        raise SolverError(f"capacity of {name} cannot be met", where=problem.name)
    slacks = []
    share = np.zeros(len(least))
    open_uses = arrays.uses[list(layout.open)].astype(float)
    for resource in np.flatnonzero(binding(layout)).tolist():
        room = int(least[resource])
        price = setting.multiplier[resource]
        if price > 0:  # more room than this costs more than the best known choice
            room = min(room, int(setting.need / price) + 1)
        grain = 1 if most_bits is None else -(-(room + 1) // 2**most_bits)
        steps = -(-(room + 1) // grain) - 1
        coefficients: list[int] = []
        while steps > 0:
            part = min(steps, 2 ** len(coefficients))
            coefficients.append(part * grain)
            steps -= part
        slacks.append(Slack(resource, tuple(coefficients), (grain - 1) // 2, grain))
        typical = float(np.mean(open_uses[:, resource] ** 2)) if len(open_uses) else 1.0
        share[resource] = 1.0 if most_bits is None else SOFTNESS / max(typical, 1.0)
    return tuple(slacks), share


def _assemble(
    layout: Layout, encoding: Encoding, weights: Penalties, slacks: tuple[Slack, ...]
) -> dimod.BinaryQuadraticModel:
    """Add up the model over picks, products and slack bits, then put bits in place of picks."""
    arrays, count = layout.arrays, len(layout.open)
    column = {position: n for n, position in enumerate(layout.open)}
    products = {pair: count + n for n, pair in enumerate(layout.products)}
    size = count + len(products) + sum(len(s.coefficients) for s in slacks)
    linear = np.zeros(size)
    linear[:count] = layout.linear[list(layout.open)]
    decided = list(layout.decided)
    offset = layout.constant + float(layout.linear[decided].sum())
    quadratic: list[tuple[int, int, float]] = []
    for number, group in enumerate(_columns(layout) if encoding.may_be_empty else []):
        linear[group] -= weights.price[number] + weights.empty[number]
        offset += weights.price[number] + weights.empty[number]
    for worth, term in (
        *zip(weights.forbidden.tolist(), layout.forbidden, strict=True),
        *((float(term.weight), term) for term in layout.priced),
    ):
        if len(term.left) == 2:
            quadratic.append((column[term.left[0]], column[term.left[1]], worth))
        else:
            pair, third = layout.split[term.left]
            quadratic.append((products[pair], column[third], worth))
    for weight, (pair, bit) in zip(weights.product.tolist(), products.items(), strict=True):
        one, other = column[pair[0]], column[pair[1]]
        quadratic += [(one, other, weight), (one, bit, -2 * weight), (other, bit, -2 * weight)]
        linear[bit] += 3 * weight
    limit = arrays.limit - arrays.uses[decided].sum(axis=0)
    with_slack = {slack.resource: slack for slack in slacks}
    dense = np.zeros((0, 0))
    place = count + len(products)
    for resource, price in enumerate(weights.multiplier.tolist()):
        excess = np.zeros(size)
        excess[:count] = arrays.uses[list(layout.open), resource]
        constant = -float(limit[resource])
        if resource in with_slack:
            slack = with_slack[resource]
            excess[place : place + len(slack.coefficients)] = slack.coefficients
            constant += slack.offset
            place += len(slack.coefficients)
        linear += price * excess
        offset += price * constant
        if square := float(weights.square[resource]):
            dense = dense if len(dense) else np.zeros((size, size))
            dense += square * np.outer(excess, excess)
            linear += 2 * square * constant * excess
            offset += square * constant**2
    return _in_bits(encoding, linear, quadratic, dense, offset, weights.exclusion, layout, slacks)


def _in_bits(
    encoding: Encoding,
    linear: Floats,
    quadratic: list[tuple[int, int, float]],
    dense: Floats,
    offset: float,
    exclusion: Floats,
    layout: Layout,
    slacks: tuple[Slack, ...],
) -> dimod.BinaryQuadraticModel:
    """Substitute picks by bits; a squared bit is the bit."""
    rows, columns, values = encoding.entries
    more = len(linear) - len(encoding.shift)
    bits = len(encoding.labels)
    tail = np.arange(more)
    matrix = csr_array(
        (
            np.concatenate([values, np.ones(more)]),
            (
                np.concatenate([rows, len(encoding.shift) + tail]),
                np.concatenate([columns, bits + tail]),
            ),
        ),
        shape=(len(linear), bits + more),
    )
    shift = np.concatenate([encoding.shift, np.zeros(more)])
    first, second, worth = np.array(quadratic, dtype=float).reshape(-1, 3).T
    shape = (len(linear), len(linear))
    pairs = coo_array((worth, (first.astype(int), second.astype(int))), shape=shape).tocsr()
    if len(dense):
        pairs = pairs + csr_array(dense)
    offset += float(linear @ shift + shift @ (pairs @ shift))
    biases = matrix.T @ (linear + pairs @ shift + pairs.T @ shift)
    products = (matrix.T @ pairs @ matrix).tocoo()
    row, column, value = products.row, products.col, products.data
    same = row == column
    np.add.at(biases, row[same], value[same])
    weights = {(min(i, j), max(i, j)): 0.0 for i, j in zip(row[~same], column[~same], strict=True)}
    for i, j, v in zip(
        row[~same].tolist(), column[~same].tolist(), value[~same].tolist(), strict=True
    ):
        weights[min(i, j), max(i, j)] += v
    for weight, one in zip(exclusion.tolist(), encoding.exclusions, strict=True):
        i, j = one.bits
        weights[i, j] = weights.get((i, j), 0.0) + (-weight if one.inverted else weight)
        if one.inverted:
            biases[j] += weight
    picks = layout.arrays.picks
    labels = [
        *encoding.labels,
        *(("product", picks[p], picks[q]) for p, q in layout.products),
        *(
            ("slack", layout.resources[s.resource], k)
            for s in slacks
            for k in range(len(s.coefficients))
        ),
    ]
    bqm = dimod.BinaryQuadraticModel("BINARY")
    for label, bias in zip(labels, biases.tolist(), strict=True):
        bqm.add_linear(label, bias)
    for (i, j), value in weights.items():
        if value:
            bqm.add_quadratic(labels[i], labels[j], value)
    bqm.offset = offset
    return bqm
