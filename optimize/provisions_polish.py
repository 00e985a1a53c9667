"""Repair and lexicographic improvement of choices, each independent part of a problem by itself."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from optimize.provisions_kernel import Conflict, Kernel

#: Choices of one part that are shaken, and improved by exchanges of two.
DEEP = 2
#: Times that each is shaken, for each item of its part; items kept in one shake.
SHAKES, SHAKEN = 3, 3


@dataclass(frozen=True)
class Part:
    """Open conflicts tied by shared items.

    Attributes:
        kernel: the problem.
        conflicts: of this part, sorted.
        members: its items, ``names`` in sorted order.
        holding: numbers of the conflicts that hold each item.
        near: items that share a conflict with each item, itself included.
    """

    kernel: Kernel
    conflicts: tuple[Conflict, ...]
    members: frozenset[str] = field(init=False)
    names: tuple[str, ...] = field(init=False)
    holding: dict[str, tuple[int, ...]] = field(init=False)
    near: dict[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        holding: dict[str, list[int]] = {}
        for number, conflict in enumerate(self.conflicts):
            for name in conflict:
                holding.setdefault(name, []).append(number)
        near = {
            name: frozenset().union(*(self.conflicts[number] for number in own))
            for name, own in holding.items()
        }
        object.__setattr__(self, "members", frozenset(holding))
        object.__setattr__(self, "names", tuple(sorted(holding)))
        object.__setattr__(self, "holding", {n: tuple(own) for n, own in holding.items()})
        object.__setattr__(self, "near", near)

    def rank(self, given_up: Collection[str]) -> tuple[int, list[str]]:
        """Return what orders choices: the value given up, then names."""
        return self.kernel.cost(given_up), sorted(given_up)

    def repair(self, given_up: Iterable[str]) -> frozenset[str]:
        """Return a choice that breaks no conflict and gives nothing up in vain."""
        state = _State(self, given_up)
        state.cover([n for n, count in enumerate(state.counts) if not count])
        state.spare(self.names)
        return frozenset(state.chosen)

    def improve(self, given_up: frozenset[str], *, pairs: bool) -> frozenset[str]:
        """Keep one item (or two that are near each other) instead, as long as that gains.

        Args:
            given_up: a choice as :meth:`repair` returns it.
            pairs: whether exchanges of two are tried.
        """
        state = _State(self, given_up)
        gained = True
        while gained:
            gained = state.settle(state.chosen)
            if gained or not pairs:
                continue
            for pair in self._pairs(state.chosen):
                gained |= state.chosen.issuperset(pair) and state.exchange(pair)
        return frozenset(state.chosen)

    def shake(self, given_up: frozenset[str], seed: int) -> frozenset[str]:
        """Keep some neighbouring items come what may, improve around them, undo what does not gain.

        Args:
            given_up: a choice as :meth:`improve` returns it.
            seed: of the items drawn.
        """
        chance = random.Random(seed)
        state, best = _State(self, given_up), self.kernel.cost(given_up)
        for _ in range(SHAKES * len(self.names)):
            around = self.near[chance.choice(self.names)]
            wide = frozenset().union(*(self.near[name] for name in sorted(around)))
            given = sorted(state.chosen & wide)
            back = chance.sample(given, min(SHAKEN, len(given)))
            before = set(state.chosen), list(state.counts)
            if state.exchange(back, always=True):
                state.settle(wide)
            cost = self.kernel.cost(state.chosen)
            if cost > best:
                state.chosen, state.counts = before
            best = min(best, cost)
        return frozenset(state.chosen)

    def _pairs(self, given_up: Collection[str]) -> list[tuple[str, str]]:
        """Return pairs of items given up that share a neighbour, in a fixed order."""
        pairs: set[tuple[str, str]] = set()
        for name in self.names:
            pairs.update(combinations(sorted(self.near[name].intersection(given_up)), 2))
        return sorted(pairs)

    def best(
        self, starts: Iterable[frozenset[str]], *, deep: bool, seed: int
    ) -> list[frozenset[str]]:
        """Return the best choices reached from some, all of equal value, in a fixed order.

        Args:
            starts: choices as :meth:`repair` returns them; from nothing where there is none.
            deep: whether the best are also shaken, and improved by exchanges of two.
            seed: of the shaking.
        """
        single = {self.improve(start, pairs=False) for start in starts or [self.repair(())]}
        ranked = sorted(single, key=self.rank)
        if deep:
            shaken = [self.shake(one, seed) for one in ranked[:DEEP]]
            double = {self.improve(one, pairs=True) for one in shaken}
            ranked = sorted(single | double, key=self.rank)
        least = self.kernel.cost(ranked[0])
        return [one for one in ranked if self.kernel.cost(one) == least]


class _State:
    """A choice under change, with how many members each conflict gives up."""

    def __init__(self, part: Part, given_up: Iterable[str]) -> None:
        self.part, self.chosen = part, set(given_up) & part.members
        self.counts = [len(conflict & self.chosen) for conflict in part.conflicts]

    def add(self, name: str) -> None:
        self.chosen.add(name)
        for number in self.part.holding[name]:
            self.counts[number] += 1

    def remove(self, name: str) -> None:
        self.chosen.remove(name)
        for number in self.part.holding[name]:
            self.counts[number] -= 1

    def cover(self, left: Sequence[int], keep: Collection[str] = ()) -> list[str] | None:
        """Give up more until no conflict of ``left`` is broken, least value per conflict first.

        Args:
            left: numbers of broken conflicts.
            keep: items not to give up.

        Returns:
            What was given up; ``None`` where a conflict has no other member, with nothing changed.
        """
        value, conflicts = self.part.kernel.value, self.part.conflicts
        added: list[str] = []
        while left:
            gain: dict[str, int] = {}
            for number in left:
                for name in conflicts[number]:
                    if name not in keep:
                        gain[name] = gain.get(name, 0) + 1
            if not gain or any(conflicts[number].issubset(keep) for number in left):
                for name in added:
                    self.remove(name)
                return None
            least = min(gain, key=lambda name: (value[name] * _SCALE // gain[name], name))
            self.add(least)
            added.append(least)
            left = [number for number in left if not self.counts[number]]
        return added

    def spare(self, names: Iterable[str]) -> list[str]:
        """Keep what need not be given up among some items, the most valuable first."""
        value = self.part.kernel.value
        spared = []
        for name in sorted(self.chosen.intersection(names), key=lambda n: (-value[n], n)):
            if all(self.counts[number] > 1 for number in self.part.holding[name]):
                self.remove(name)
                spared.append(name)
        return spared

    def settle(self, names: Collection[str]) -> bool:
        """Keep one item at a time of some that are given up as long as that gains; say if any."""
        value, gained = self.part.kernel.value, False
        for name in sorted(self.chosen.intersection(names), key=lambda n: (-value[n], n)):
            gained |= name in self.chosen and self.exchange((name,))
        return gained

    def exchange(self, back: Sequence[str], *, always: bool = False) -> bool:
        """Keep some items that are given up, and give up others; say whether that was done.

        Args:
            back: items to keep.
            always: do it where it can be done; otherwise only where it gains.
        """
        value = self.part.kernel.value
        for name in back:
            self.remove(name)
        broken = [n for name in back for n in self.part.holding[name] if not self.counts[n]]
        added = self.cover(sorted(set(broken)), keep=back)
        if added is not None:
            near = frozenset().union(*(self.part.near[name] for name in added))
            spared = self.spare(near)
            before = sum(value[name] for name in (*back, *spared))
            if always or sum(value[name] for name in added) < before:
                return True
            for name in spared:
                self.add(name)
            for name in added:
                self.remove(name)
        for name in back:
            self.add(name)
        return False


#: Scale of the integer comparison of ratios.
_SCALE = 1 << 20


def parts_of(kernel: Kernel, tier: int | None = None) -> tuple[Part, ...]:
    """Split the open conflicts into parts that share no item.

    Args:
        kernel: the problem.
        tier: conflicts with a member of a later tier are left out; ``None`` for all conflicts.
    """
    groups: list[tuple[set[str], list[Conflict]]] = []
    for conflict in kernel.open:
        if tier is not None and any(kernel.items[name].tier > tier for name in conflict):
            continue
        members, joined, apart = set(conflict), [conflict], []
        for group in groups:
            if group[0] & members:
                members |= group[0]
                joined += group[1]
            else:
                apart.append(group)
        groups = [*apart, (members, joined)]
    return tuple(
        Part(kernel, tuple(sorted(joined, key=sorted)))
        for _, joined in sorted(groups, key=lambda group: sorted(group[0]))
    )
