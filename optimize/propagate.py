"""Options that no feasible choice holds, or that another of their attribute makes needless."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from optimize.arrays import Arrays, Bools, Ints
from optimize.model import Pick


@dataclass
class Live:
    """Which options are left, and why the others are not.

    Attributes:
        arrays: the problem.
        alive: shape (options,).
        reasons: by position of a deleted option.
    """

    arrays: Arrays
    alive: Bools
    reasons: dict[int, str] = field(default_factory=dict)

    @property
    def feasible(self) -> bool:
        """Whether every attribute still has an option."""
        return bool(np.logical_or.reduceat(self.alive, self.arrays.start[:-1]).all())

    def delete(self, positions: Ints, reason: str) -> None:
        """Delete options for one reason."""
        for position in positions[self.alive[positions]].tolist():
            self.reasons[position] = reason
        self.alive[positions] = False

    def copy(self) -> Live:
        """Return one that can be changed apart from this."""
        return Live(self.arrays, self.alive.copy(), dict(self.reasons))


def live_of(arrays: Arrays) -> Live:
    """Return all options but those that a rule forbids alone."""
    live = Live(arrays, np.ones(len(arrays.picks), dtype=bool))
    live.delete(arrays.single, "forbidden")
    return live


def propagate(live: Live) -> None:
    """Delete what arc consistency and the capacities rule out, until nothing changes.

    Stops early where an attribute has no option left.
    """
    while live.feasible:
        before = int(live.alive.sum())
        _over_capacity(live)
        if not live.feasible:
            return
        _unsupported(live)
        if int(live.alive.sum()) == before:
            return


def _over_capacity(live: Live) -> None:
    """Delete options that exceed a capacity even where all others use as little as they can."""
    arrays, alive = live.arrays, live.alive
    for resource, limit in enumerate(arrays.limit.tolist()):
        use = arrays.uses[:, resource]
        least = np.minimum.reduceat(np.where(alive, use, np.iinfo(np.int64).max), arrays.start[:-1])
        room = limit - int(least.sum())
        over = use - least[arrays.attribute] > room
        live.delete(np.flatnonzero(over & alive), "over capacity with the least of all others")


def _unsupported(live: Live) -> None:
    """Delete options that exclude every option of another attribute."""
    arrays, alive = live.arrays, live.alive
    pairs = arrays.pairs[alive[arrays.pairs].all(axis=1)]
    sizes = np.add.reduceat(alive.astype(np.int64), arrays.start[:-1])
    triples = arrays.triples[alive[arrays.triples].all(axis=1)]
    if len(triples):  # one that names a decided attribute is a pair of the other two
        decided = sizes[arrays.attribute[triples]] == 1
        first = np.argsort(~decided, axis=1, kind="stable")
        turned = np.take_along_axis(triples, first, axis=1)[decided.any(axis=1)]
        pairs = np.concatenate([pairs, turned[:, 1:]])
    if not len(pairs):
        return
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    ends = np.concatenate([pairs, pairs[:, ::-1]])
    key = ends[:, 0] * arrays.attributes + arrays.attribute[ends[:, 1]]
    keys, counts = np.unique(key, return_counts=True)
    gone = keys[counts == sizes[keys % arrays.attributes]]
    for position, other in zip(
        (gone // arrays.attributes).tolist(), (gone % arrays.attributes).tolist(), strict=True
    ):
        name = arrays.picks[int(arrays.start[other])][0]
        live.delete(np.array([position]), f"excludes every option of {name}")


def dominate(live: Live, soft: Mapping[int, Mapping[object, int]] | None = None) -> None:
    """Delete options for which another of the attribute costs, uses and excludes no more.

    Args:
        soft: by position, the weight of each soft rule that the option is part of, under a key
            that tells the rule's other picks.
    """
    arrays, alive = live.arrays, live.alive
    excluded = _exclusions(live)
    for worse, better in _candidates(live):
        if not (alive[worse] and alive[better]):
            continue
        if not excluded[better] <= excluded[worse]:
            continue
        if soft is not None:
            mine = soft.get(worse, {})
            if any(weight > mine.get(key, 0) for key, weight in soft.get(better, {}).items()):
                continue
        live.delete(np.array([worse]), f"dominated by {arrays.picks[better][1]}")


def _candidates(live: Live) -> Iterator[tuple[int, int]]:
    """Yield (worse, better) of one attribute by cost and uses; of two equal ones the later."""
    arrays = live.arrays
    table = np.column_stack([arrays.cost, arrays.uses])
    for attribute in range(arrays.attributes):
        first, stop = int(arrays.start[attribute]), int(arrays.start[attribute + 1])
        mine = first + np.flatnonzero(live.alive[first:stop])
        part = table[mine]
        no_more = (part[None, :, :] <= part[:, None, :]).all(axis=2)
        equal = no_more & no_more.T
        no_more &= ~(equal & (np.arange(len(mine))[None, :] >= np.arange(len(mine))[:, None]))
        for worse, better in np.argwhere(no_more).tolist():
            yield int(mine[worse]), int(mine[better])


def _exclusions(live: Live) -> dict[int, set[int | tuple[int, int]]]:
    """Return what each option excludes: single options, and pairs of them, that live."""
    arrays, alive = live.arrays, live.alive
    found: dict[int, set[int | tuple[int, int]]] = defaultdict(set)
    for one, other in arrays.pairs[alive[arrays.pairs].all(axis=1)].tolist():
        found[one].add(other)
        found[other].add(one)
    for one, other, last in arrays.triples[alive[arrays.triples].all(axis=1)].tolist():
        found[one].add((other, last))
        found[other].add((one, last))
        found[last].add((one, other))
    return found


def reasons_of(live: Live) -> dict[Pick, str]:
    """Return why each deleted option is gone."""
    return {live.arrays.picks[position]: why for position, why in live.reasons.items()}
