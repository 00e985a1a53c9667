"""A configuration problem as a quadratic binary model, and its samples as choices."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import dimod
import numpy as np
from scipy.sparse import csr_array

from base import SolverError
from optimize.arrays import Bools, Ints
from optimize.assembly import Slack, Target, assemble, slack_rows, targets
from optimize.encoding import NAMES, Encoding, encode
from optimize.encoding import Name as EncodingName
from optimize.layout import Layout, lay_out
from optimize.model import ConfigurationProblem, Pick
from optimize.penalties import SCHEMES, Penalties, Scheme, duals, weigh
from optimize.relaxation import Relaxation

CapacityName = Literal["multiplier", "drawn", "slack", "none"]
CAPACITIES: tuple[CapacityName, ...] = ("multiplier", "drawn", "slack", "none")
#: Ends of the annealing schedule, times the need.
HOT, COLD = 2.0, 12.0


@dataclass(frozen=True)
class Decoded:
    """Samples as choices, in the order of the sample set.

    Attributes:
        chosen: position (:attr:`Arrays.picks`) of each attribute's option, or -1 where a sample
            picks none or several, shape (reads, attributes).
        feasible: samples that are complete and break no rule, shape (reads,).
        cost: objective of the options chosen, meaningful where complete, shape (reads,).
    """

    chosen: Ints
    feasible: Bools
    cost: Ints


@dataclass(frozen=True)
class Qubo:
    """A quadratic model with what it takes to read its samples.

    Energies of feasible choices are their objective where capacities are left out or slack is
    exact. With multipliers they are Lagrangian values, at most the objective. With coarse slack
    they exceed the Lagrangian value by up to :attr:`residual` at the best slack bits; where use is
    drawn to a target, by a squared distance that has no such bound.

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
    slacks: tuple[Slack, ...] = ()
    drawn: tuple[Target, ...] = ()

    @property
    def residual(self) -> float:
        """Most that a feasible choice pays above its objective because slack is coarse."""
        most = 0.0
        for slack in self.slacks:
            off = max(slack.offset, slack.grain - 1 - slack.offset)
            price = float(self.penalties.multiplier[slack.resource])
            most += price * off + float(self.penalties.square[slack.resource]) * off**2
        return most

    @property
    def beta_range(self) -> tuple[float, float]:
        """Inverse temperatures to anneal between, from the penalties."""
        need = max(1.0, self.penalties.need)
        return HOT / need, COLD / need

    def decode(self, sample: Mapping[Hashable, int]) -> dict[str, str]:
        """Return the choice of one sample; attributes of which it picks none or several are absent.

        Bits that the sample lacks count as 0, and those that the model does not know are ignored.
        """
        bits = np.array([[sample.get(label, 0) > 0 for label in self.encoding.labels]], dtype=bool)
        return self.choice(self._positions(bits)[0])

    def decode_all(self, samples: dimod.SampleSet) -> Decoded:
        """Return the choices of all samples, and which break no rule, before any repair."""
        at = {label: number for number, label in enumerate(samples.variables)}
        order = [at[label] for label in self.encoding.labels]
        chosen = self._positions(samples.record.sample[:, order] > 0)
        complete = (chosen >= 0).all(axis=1)
        arrays, layout = self.layout.arrays, self.layout
        feasible: Bools = complete & (arrays.uses[chosen].sum(axis=1) <= arrays.limit).all(axis=1)
        for rules in (arrays.single[:, None], arrays.pairs, arrays.triples):
            feasible &= ~_all_chosen(chosen, rules, arrays.attribute).any(axis=1)
        cost = layout.linear.astype(np.int64)[chosen].sum(axis=1) + layout.constant
        for term in layout.priced:
            rule = np.array([term.whole])
            cost += term.weight * _all_chosen(chosen, rule, arrays.attribute)[:, 0]
        return Decoded(chosen, feasible, cost)

    def choice(self, chosen: Ints) -> dict[str, str]:
        """Return one row of :attr:`Decoded.chosen` by name, without what is -1."""
        return dict(self.layout.arrays.picks[p] for p in chosen.tolist() if p >= 0)

    @cached_property
    def _matrix(self) -> csr_array:
        row, column, value = self.encoding.entries
        shape = (len(self.encoding.shift), len(self.encoding.labels))
        return csr_array((value, (row, column)), shape=shape)

    def _positions(self, bits: Bools) -> Ints:
        """Return the position chosen for each attribute, shape (reads, attributes)."""
        layout = self.layout
        found = np.full((len(bits), layout.arrays.attributes), -1, dtype=np.int64)
        decided = list(layout.decided)
        found[:, layout.arrays.attribute[decided]] = decided
        picks = (self._matrix @ bits.T.astype(float)).T + self.encoding.shift
        place = 0
        for group in layout.groups():
            block = picks[:, place : place + len(group)]
            valid = (np.abs(block).sum(axis=1) == 1) & (block.sum(axis=1) == 1)
            owner = layout.arrays.attribute[group[0]]
            found[valid, owner] = np.array(group)[np.argmax(block[valid], axis=1)]
            place += len(group)
        return found


def _all_chosen(chosen: Ints, rules: Ints, owner: Ints) -> Bools:
    """Return which rules' picks are all chosen, shape (reads, rules)."""
    found: Bools = np.ones((len(chosen), len(rules)), dtype=bool)
    for picks in rules.T:
        found &= chosen[:, owner[picks]] == picks
    return found


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
    idle: float = 0.25,
    room: float = 0.6,
) -> Qubo:
    """Build a model.

    Args:
        problem: usually a presolved core; its soft rules are left out.
        relaxation: of the problem, or of one that holds it; ``None`` prices nothing.
        encoding: of options as bits.
        penalties: from LP duals, or large enough whatever the prices.
        scale: of the penalties; below 1 infeasible states may lie below feasible ones.
        capacity: ``multiplier`` adds the LP's price of what is used beyond capacity, without bits;
            ``drawn`` also a squared distance from a little less than capacity, likewise;
            ``slack`` in place of that a squared excess with slack bits; ``none`` nothing.
        upper: objective of a known feasible choice: the closer, the smaller the penalties.
        weights: objective in place of the cost: what each pick, or combination of up to three,
            adds where it is chosen, such as one tier of soft rules. Combinations weigh zero or
            more.
        slack_bits: at most, of each capacity; ``None`` takes as many as exactness needs, and then
            penalises excess as hard as any rule.
        idle: share of its price that unused capacity pays, where slack is coarse: the less, the
            more reads are feasible, and the fewer of those are near the optimum.
        room: left in a drawn capacity, as a share of what one bit typically changes its use by;
            the more, the more reads are feasible, and the fewer of those are near the optimum.

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
    if not scale > 0:
        raise SolverError(f"scale {scale} of penalties", hint="give a positive number")
    layout = lay_out(problem, weights)
    prices = duals(layout, relaxation, capacities=capacity != "none", rows=penalties == "dual")
    picks = [layout.arrays.picks[position] for position in layout.open]
    groups = [[layout.columns[position] for position in group] for group in layout.groups()]
    encoded = encode(encoding, groups, picks, prices.reduced)
    setting = weigh(layout, encoded, prices, scheme=penalties, scale=scale, upper=upper)
    slacks: tuple[Slack, ...] = ()
    drawn: tuple[Target, ...] = ()
    square = np.zeros(len(problem.capacity))
    if capacity == "slack":
        slacks, square = slack_rows(layout, setting, slack_bits, idle, problem.name)
    elif capacity == "drawn":
        drawn, square = targets(layout, encoded, setting, room)
    setting = replace(setting, square=square * setting.need * (scale if slacks else 1.0))
    bqm = assemble(layout, encoded, setting, slacks, drawn)
    return Qubo(bqm, setting, encoded, layout, capacity, slacks, drawn)


def rebuilt(qubo: Qubo, penalties: Penalties) -> Qubo:
    """Return the same model with other weights."""
    bqm = assemble(qubo.layout, qubo.encoding, penalties, qubo.slacks, qubo.drawn)
    return replace(qubo, bqm=bqm, penalties=penalties)
