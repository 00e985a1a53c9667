"""Which of some items to keep where sets of them exclude each other, tier by tier, by annealing.

Items have a tier (0 weighs infinitely more than 1, and so on) and a weight; a conflict is a set of
items that cannot all be kept. Wanted is the choice whose given-up weight is least in tier 0, then
in tier 1 among those, and so on: a lexicographic hitting set. Items that are in no doubt go first
(:mod:`.provisions_kernel`); then each tier has a quadratic model of its own
(:mod:`.provisions_qubo`), which is annealed, and its reads are repaired and improved
(:mod:`.provisions_polish`). Nothing here is a proof: :mod:`.provisions_exact` gives one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from base import SolverError
from optimize.provisions_kernel import Kernel, kernel_of
from optimize.provisions_polish import Part, parts_of
from optimize.provisions_qubo import Reads, TierModel, tier_model

if TYPE_CHECKING:
    from optimize.samplers import Sampler

#: Reads of each tier's model, and sweeps of each read: many short reads beat few long ones.
READS, SWEEPS = 100, 100
#: Distinct reads of one part that are repaired and improved.
STARTS = 8


@dataclass(frozen=True, slots=True)
class Item:
    """Something to keep or give up.

    Attributes:
        name: unique.
        tier: 0 or more; the smaller, the more it matters.
        weight: positive; weights given up in one tier add.
        hard: never given up.
    """

    name: str
    tier: int = 0
    weight: int = 1
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer of the annealing route.

    Attributes:
        kept, given_up: names, in the order of the items.
        objective: given-up weight of each tier in ``tiers``, the first matters most.
        tiers: the tiers that occur, ascending.
        alternatives: other choices with the same objective that were met on the way, as what they
            give up: between them tiers and weights do not decide. One for each part of the problem
            and way to settle it; there may be more.
        annealed: objective of the best read of the last model that broke no conflict, before any
            repair; ``None`` where there was no such read, all of ``objective`` where nothing was in
            doubt and no model was needed.
        variables, auxiliary, couplings: of the last model; 0 where nothing was in doubt.
        reads, feasible_reads: of the last model.
    """

    kept: tuple[str, ...]
    given_up: tuple[str, ...]
    objective: tuple[int, ...]
    tiers: tuple[int, ...]
    alternatives: tuple[tuple[str, ...], ...]
    annealed: tuple[int, ...] | None
    variables: int = 0
    auxiliary: int = 0
    couplings: int = 0
    reads: int = 0
    feasible_reads: int = 0


def choose_provisions(
    items: Sequence[Item],
    conflicts: Iterable[Collection[str]],
    *,
    sampler: Sampler | None = None,
    seed: int = 0,
    reads: int = READS,
    sweeps: int = SWEEPS,
    settle: bool = True,
) -> Kept:
    """Choose what to keep so that the given-up weight is least, tier by tier.

    Args:
        items: with unique names.
        conflicts: sets of names, of any size, that cannot all be kept.
        sampler: of quadratic models; simulated annealing by default.
        seed: of the sampler; the same seed gives the same answer.
        reads, sweeps: of each tier's model.
        settle: whether what is in no doubt is settled first; if not, models hold every conflict.

    Raises:
        SolverError: names repeat or are unknown, a weight or tier is no such integer, or items that
            are never given up exclude each other.
    """
    kernel = kernel_of(items, conflicts, settle=settle)
    tiers = sorted({kernel.items[name].tier for conflict in kernel.open for name in conflict})
    best: list[list[frozenset[str]]] = []
    last: tuple[TierModel, Reads] | None = None
    for tier in tiers:
        parts = parts_of(kernel, tier)
        if not parts:
            continue
        model = tier_model(kernel, parts)
        kept = _draw(sampler or _default(), model, reads, sweeps, seed)
        incumbent = frozenset().union(*(choices[0] for choices in best))
        best = [
            part.best(
                [part.repair(incumbent), *_starts(part, model, kept)],
                deep=tier == tiers[-1],
                seed=seed,
            )
            for part in parts
        ]
        last = model, kept
    return _answer(kernel, best, last)


def objective_of(items: Iterable[Item], given_up: Collection[str]) -> tuple[int, ...]:
    """Return the given-up weight of each tier that occurs, ascending."""
    items = list(items)
    weight = dict.fromkeys(sorted({item.tier for item in items}), 0)
    for item in items:
        if item.name in given_up:
            weight[item.tier] += item.weight
    return tuple(weight.values())


def _default() -> Sampler:
    from optimize.samplers import sampler

    return sampler("simulated-annealing")


def _draw(sampler: Sampler, model: TierModel, reads: int, sweeps: int, seed: int) -> Reads:
    found = sampler.sample(
        model.bqm, reads=reads, sweeps=sweeps, seed=seed, beta_range=model.beta_range
    )
    column = {name: place for place, name in enumerate(found.variables)}
    return np.asarray(found.record.sample[:, [column[name] for name in model.names]] > 0)


def _starts(part: Part, model: TierModel, kept: Reads) -> list[frozenset[str]]:
    """Return the best distinct reads of one part, repaired."""
    column = {name: place for place, name in enumerate(model.names)}
    rows = np.unique(kept[:, [column[name] for name in part.names]], axis=0)
    energy = model.energies(part, rows)
    found = {
        part.repair(name for name, keep in zip(part.names, row, strict=True) if not keep)
        for row in rows[np.argsort(energy, kind="stable")[:STARTS]]
    }
    return sorted(found, key=part.rank)


def _answer(
    kernel: Kernel, best: Sequence[Sequence[frozenset[str]]], last: tuple[TierModel, Reads] | None
) -> Kept:
    chosen = kernel.forced.union(*(choices[0] for choices in best))
    for conflict in kernel.conflicts:
        if not conflict & chosen:
            raise SolverError("a conflict is left", where=", ".join(sorted(conflict)))
    others = [chosen - choices[0] | other for choices in best for other in choices[1:]]
    every = list(kernel.items.values())
    answer = Kept(
        kept=tuple(name for name in kernel.items if name not in chosen),
        given_up=kernel.sorted(chosen),
        objective=objective_of(every, chosen),
        tiers=tuple(sorted({item.tier for item in every})),
        alternatives=tuple(kernel.sorted(other) for other in others),
        annealed=None,
    )
    if last is None:
        return replace(answer, annealed=answer.objective)
    model, kept = last
    whole = kept[model.holds(kept)]
    reached = [kernel.forced.union(model.given_up(row)) for row in np.unique(whole, axis=0)]
    return replace(
        answer,
        annealed=min((objective_of(every, one) for one in reached), default=None),
        variables=len(model.bqm.variables),
        auxiliary=len(model.bqm.variables) - len(model.names),
        couplings=len(model.bqm.quadratic),
        reads=len(kept),
        feasible_reads=len(whole),
    )
