"""The quadratic model of one tier's choice between conflicting items.

A bit says that an item is kept. The model of a tier holds the items of this tier and those before
it, and the conflicts between them; a conflict with a member of a later tier costs nothing yet. Its
energy, less a constant, is the given-up weight, with a multiplier for each tier, plus a penalty for
each conflict all of whose members are kept.

*Penalty.* For each conflict one more than the weight of its cheapest member. A state that breaks
the conflict is improved by giving that member up: the penalty goes, its weight comes, and no other
conflict is broken by it. So no ground state breaks a conflict, and no larger penalty is needed.

*Larger conflicts.* The product of the members' bits is reduced by auxiliary bits, two factors at a
time (Rosenberg 1975): ``a = x y`` costs ``M (x y - 2 x a - 2 y a + 3 a)``, which is 0 where it holds
and at least ``M`` where not. With ``M`` as large as the penalty itself a wrong auxiliary bit never
pays, so the least energy over the auxiliary bits is that of the product.

*Multipliers.* A tier's multiplier is one more than all that the tiers after it, as far as this
model holds them, can weigh in the same part of the problem: with it the ground states are exactly
the lexicographic optima. Such numbers grow by the product over tiers, and single-flip annealing
freezes in them; so the ratio of one tier to the next is capped at :data:`STEEPEST`, and what the
cap may spoil is mended by the polish, which compares tiers exactly.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np

if TYPE_CHECKING:
    from optimize.provisions_kernel import Conflict, Kernel
    from optimize.provisions_polish import Part

#: Most by which one unit of a tier outweighs one unit of the next in a model.
STEEPEST = 8

Rows = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class TierModel:
    """A model of one tier.

    Attributes:
        bqm: binary; variables are item names, and pairs (conflict number, step) for auxiliary bits.
        names: items of the model, in the columns of decoded reads.
        conflicts: those that the model holds.
        weights: of each item in the energy.
        beta_range: inverse temperatures from which single flips are free to which they freeze.
        exact: whether no multiplier was capped, so that ground states are lexicographic optima.
    """

    bqm: dimod.BinaryQuadraticModel
    names: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    weights: Mapping[str, int]
    beta_range: tuple[float, float]
    exact: bool

    def holds(self, kept: Rows) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return for each read whether it breaks no conflict.

        Args:
            kept: (reads, items), True where an item is kept.
        """
        column = {name: place for place, name in enumerate(self.names)}
        fine = np.ones(len(kept), dtype=bool)
        for conflict in self.conflicts:
            fine &= ~kept[:, [column[name] for name in sorted(conflict)]].all(axis=1)
        return fine

    def given_up(self, row: Rows) -> tuple[str, ...]:
        """Return the items that one read gives up."""
        return tuple(name for name, keep in zip(self.names, row, strict=True) if not keep)


def tier_model(
    kernel: Kernel,
    parts: Sequence[Part],
    tier: int,
    *,
    steepest: int | None = STEEPEST,
    penalty: float = 1.0,
) -> TierModel:
    """Return the model of a tier.

    Args:
        kernel: the problem.
        parts: its independent parts.
        tier: the last tier that the model holds.
        steepest: cap on the ratio of multipliers; ``None`` for none.
        penalty: share of each penalty to use; less than 1 breaks the argument above.
    """
    weights: dict[str, int] = {}
    held: list[Conflict] = []
    exact = True
    for part in parts:
        inside = [
            conflict
            for conflict in part.conflicts
            if all(kernel.items[name].tier <= tier for name in conflict)
        ]
        names = frozenset().union(*inside)
        held += inside
        found, whole = _weights(kernel, names, steepest)
        weights.update(found)
        exact &= whole
    bqm = dimod.BinaryQuadraticModel(dimod.BINARY)
    for name in sorted(weights):
        bqm.add_linear(name, -weights[name])
        bqm.offset += weights[name]
    for number, conflict in enumerate(held):
        size = 1 + min(weights[name] for name in conflict)
        _add_product(bqm, sorted(conflict), penalty * size, number)
    return TierModel(
        bqm, tuple(sorted(weights)), tuple(held), weights, _beta_range(bqm), exact
    )


def _weights(
    kernel: Kernel, names: Collection[str], steepest: int | None
) -> tuple[dict[str, int], bool]:
    """Return the weight of each item in the energy, and whether no multiplier was capped."""
    total: dict[int, int] = {}
    for name in names:
        item = kernel.items[name]
        total[item.tier] = total.get(item.tier, 0) + item.weight
    multiplier: dict[int, int] = {}
    after, last, exact = 0, 1, True
    for tier in sorted(total, reverse=True):
        wanted = 1 + after
        multiplier[tier] = wanted
        if steepest is not None and multiplier and wanted > steepest * last:
            multiplier[tier], exact = steepest * last, False
        last = multiplier[tier]
        after += last * total[tier]
    return {
        name: kernel.items[name].weight * multiplier[kernel.items[name].tier] for name in names
    }, exact


def _add_product(
    bqm: dimod.BinaryQuadraticModel, names: Sequence[str], penalty: float, number: int
) -> None:
    """Add a penalty times the product of two or more bits."""
    first: Any = names[0]
    for step, name in enumerate(names[1:-1]):
        pair = (number, step)
        bqm.add_quadratic(first, name, penalty)
        bqm.add_quadratic(first, pair, -2 * penalty)
        bqm.add_quadratic(name, pair, -2 * penalty)
        bqm.add_linear(pair, 3 * penalty)
        first = pair
    bqm.add_quadratic(first, names[-1], penalty)


def _beta_range(bqm: dimod.BinaryQuadraticModel) -> tuple[float, float]:
    """Return inverse temperatures from the energies that one flip can change.

    At the first the largest change is accepted every second time; at the last the smallest, 1
    since all weights are integers, once in a thousand.
    """
    if not len(bqm.variables):
        return 1.0, 1.0
    field = {name: abs(bias) for name, bias in bqm.linear.items()}
    for (one, two), bias in bqm.quadratic.items():
        field[one] += abs(bias)
        field[two] += abs(bias)
    return math.log(2) / max(1.0, *field.values()), math.log(1000)
