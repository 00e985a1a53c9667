"""The quadratic model of one tier's choice between conflicting items.

A bit says that an item is kept. The model of a tier holds the items of this tier and those before
it, and the conflicts between them; a conflict with a member of a later tier costs nothing yet. Its
energy, less a constant, is the given-up weight, with a multiplier for each tier, plus a penalty for
each conflict all of whose members are kept.

*Penalty.* For each conflict one more than the weight of its cheapest member. A state that breaks
the conflict is improved by giving that member up: the penalty goes, its weight comes, and no other
conflict is broken by it. So no ground state breaks a conflict, and no larger penalty is needed.

*Larger conflicts.* The product of the members' bits is reduced by auxiliary bits, two factors at a
time (Rosenberg 1975): ``a = x y`` costs ``M (x y - 2 x a - 2 y a + 3 a)``, which is 0 where it
holds and at least ``M`` where not. With ``M`` as large as the penalty itself a wrong auxiliary bit
never pays, so the least energy over the auxiliary bits is that of the product.

*Multipliers.* A tier's multiplier is one more than all that the tiers after it, as far as this
model holds them, can weigh in the same part of the problem: with it the ground states are exactly
the lexicographic optima. Such numbers grow by the product over tiers, and single-flip annealing
freezes in them; so the ratio of one tier to the next is capped at :data:`STEEPEST`, and what the
cap may spoil is mended by the polish, which compares tiers exactly.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dimod
import numpy as np

if TYPE_CHECKING:
    from optimize.provisions_kernel import Conflict, Kernel
    from optimize.provisions_polish import Part

#: Most by which one unit of a tier outweighs one unit of the next in a model.
STEEPEST = 16

#: Shape (reads, items): True where a read keeps an item.
Reads = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class TierModel:
    """A model of one tier.

    Attributes:
        bqm: binary; variables are item names, and pairs (conflict number, step) for auxiliary bits.
        names: items of the model, in the columns of decoded reads.
        conflicts: those that the model holds.
        weights: of each item in the energy.
        exact: whether no multiplier was capped, so that ground states are lexicographic optima.
    """

    bqm: dimod.BinaryQuadraticModel
    names: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    weights: Mapping[str, int]
    exact: bool

    @property
    def beta_range(self) -> tuple[float, float]:
        """Inverse temperatures, hot and cold, from the energies that one flip can change.

        Hot accepts the largest change every second time, cold the smallest, which is 1 since all
        weights are integers, once in a thousand.
        """
        field = {name: abs(bias) for name, bias in self.bqm.linear.items()}
        for (one, two), bias in self.bqm.quadratic.items():
            field[one] += abs(bias)
            field[two] += abs(bias)
        return math.log(2) / max(1.0, *field.values()), math.log(1000)

    def holds(self, kept: Reads) -> Reads:
        """Return for each read, shape (reads,), whether it breaks no conflict."""
        fine = np.ones(len(kept), dtype=bool)
        for broken in _broken(self.names, self.conflicts, kept):
            fine &= ~broken
        return fine

    def energies(self, part: Part, kept: Reads) -> Floats:
        """Return the least energy of reads of one part over auxiliary bits, shape (reads,).

        Args:
            part: a part of the model.
            kept: with columns in the order of the part's names.
        """
        found = ~kept @ np.array([float(self.weights[name]) for name in part.names])
        broken = _broken(part.names, part.conflicts, kept)
        for conflict, all_kept in zip(part.conflicts, broken, strict=True):
            found += self.penalty(conflict) * all_kept
        return np.asarray(found, dtype=np.float64)

    def penalty(self, conflict: Conflict) -> int:
        """Return what it costs to keep all members of a conflict."""
        return 1 + min(self.weights[name] for name in conflict)

    def given_up(self, row: Reads) -> tuple[str, ...]:
        """Return the items that one read gives up."""
        return tuple(name for name, keep in zip(self.names, row, strict=True) if not keep)


def tier_model(
    kernel: Kernel,
    parts: Sequence[Part],
    *,
    steepest: int | None = STEEPEST,
    share: float = 1.0,
) -> TierModel:
    """Return the model of the tiers that some parts hold.

    Args:
        kernel: the problem.
        parts: its independent parts, up to a tier.
        steepest: cap on the ratio of multipliers; ``None`` for none.
        share: of each penalty to use; less than 1 breaks the argument above.
    """
    weights: dict[str, int] = {}
    exact = True
    for part in parts:
        found, whole = _weights(kernel, part.names, steepest)
        weights.update(found)
        exact &= whole
    bqm = dimod.BinaryQuadraticModel(dimod.BINARY)
    for name in sorted(weights):
        bqm.add_linear(name, -weights[name])
        bqm.offset += weights[name]
    conflicts = tuple(conflict for part in parts for conflict in part.conflicts)
    model = TierModel(bqm, tuple(sorted(weights)), conflicts, weights, exact)
    for number, conflict in enumerate(conflicts):
        _add_product(bqm, sorted(conflict), share * model.penalty(conflict), number)
    return model


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
        if steepest is not None and len(multiplier) > 1 and wanted > steepest * last:
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


def _broken(names: Sequence[str], conflicts: Sequence[Conflict], kept: Reads) -> Iterator[Reads]:
    """Yield for each conflict which reads keep all of its members, shape (reads,)."""
    column = {name: place for place, name in enumerate(names)}
    for conflict in conflicts:
        yield np.asarray(kept[:, [column[name] for name in sorted(conflict)]].all(axis=1))
