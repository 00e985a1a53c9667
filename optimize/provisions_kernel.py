"""What of a choice between conflicting items is in no doubt, so that models hold only the rest.

Every step keeps all optimal choices. Items that are never given up leave their conflicts. A
conflict of one item settles that item. An item each of whose conflicts has a member of a later tier
is kept: giving up those members instead costs nothing in its tier or before. An item is kept, too,
if one that weighs strictly less is in all of its conflicts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from base import SolverError
from optimize.checks import whole

if TYPE_CHECKING:
    from optimize.provisions import Item

Conflict = frozenset[str]


@dataclass(frozen=True)
class Kernel:
    """A checked problem and what is left of it.

    Attributes:
        items: by name, in the order given.
        conflicts: as given.
        forced: items that every choice gives up.
        open: minimal conflicts between items that are in doubt, sorted; each has two or more.
    """

    items: Mapping[str, Item]
    conflicts: tuple[Conflict, ...]
    forced: frozenset[str]
    open: tuple[Conflict, ...]

    @cached_property
    def value(self) -> Mapping[str, int]:
        """One number for each item, so large that sums compare as tiers do."""
        base = 1 + sum(item.weight for item in self.items.values())
        tiers = sorted({item.tier for item in self.items.values()}, reverse=True)
        power = {tier: place for place, tier in enumerate(tiers)}
        return {name: item.weight * base ** power[item.tier] for name, item in self.items.items()}

    def cost(self, given_up: Collection[str]) -> int:
        """Return what a choice gives up as one number that compares as tiers do."""
        return sum(self.value[name] for name in given_up)

    def sorted(self, names: Collection[str]) -> tuple[str, ...]:
        """Return names in the order of the items."""
        return tuple(name for name in self.items if name in names)


def kernel_of(
    items: Sequence[Item], conflicts: Iterable[Collection[str]], *, settle: bool = True
) -> Kernel:
    """Check a problem and settle what is in no doubt.

    Args:
        items, conflicts: as for :func:`optimize.provisions.choose_provisions`.
        settle: if not, only conflicts of one item are settled, after hard items have left.

    Raises:
        SolverError: as :func:`optimize.provisions.choose_provisions`.
    """
    by_name = _checked(items)
    given = tuple(frozenset(conflict) for conflict in conflicts)
    for conflict in given:
        unknown = sorted(conflict - by_name.keys())
        if unknown:
            raise SolverError(f"no item {unknown[0]!r}", where="a conflict", hint="check the name")
        if all(by_name[name].hard for name in conflict):
            raise SolverError(
                "items that are never given up exclude each other"
                if conflict
                else "a conflict without members",
                where=", ".join(sorted(conflict)),
                hint="let one of them be given up",
            )
    left = _minimal(frozenset(n for n in conflict if not by_name[n].hard) for conflict in given)
    forced: frozenset[str] = frozenset()
    while True:
        single = frozenset().union(*(conflict for conflict in left if len(conflict) == 1))
        forced |= single
        left = [conflict for conflict in left if not conflict & single]
        kept = _always_kept(left, by_name) if settle else frozenset()
        if not kept:
            break
        left = _minimal(conflict - kept for conflict in left)
    return Kernel(by_name, given, forced, tuple(sorted(left, key=sorted)))


def _checked(items: Sequence[Item]) -> dict[str, Item]:
    by_name: dict[str, Item] = {}
    for item in items:
        if item.name in by_name:
            raise SolverError(f"item {item.name!r} is named twice", hint="rename one")
        if whole(item.tier, f"{item.name}: tier") < 0:
            raise SolverError(f"tier {item.tier}", where=item.name, hint="give zero or more")
        if whole(item.weight, f"{item.name}: weight") <= 0:
            raise SolverError(f"weight {item.weight}", where=item.name, hint="give one or more")
        by_name[item.name] = item
    return by_name


def _minimal(conflicts: Iterable[Conflict]) -> list[Conflict]:
    """Return conflicts without those that contain another."""
    found: list[Conflict] = []
    holding: dict[str, list[Conflict]] = {}
    for conflict in sorted(set(conflicts), key=lambda one: (len(one), sorted(one))):
        if not any(less <= conflict for name in conflict for less in holding.get(name, ())):
            found.append(conflict)
            for name in conflict:
                holding.setdefault(name, []).append(conflict)
    return found


def _always_kept(conflicts: Sequence[Conflict], items: Mapping[str, Item]) -> frozenset[str]:
    """Return items that no optimal choice gives up."""
    holding: dict[str, list[Conflict]] = {}
    for conflict in conflicts:
        for name in conflict:
            holding.setdefault(name, []).append(conflict)

    def cheaper(other: str, name: str) -> bool:
        one, two = items[other], items[name]
        return one.tier > two.tier or (one.tier == two.tier and one.weight < two.weight)

    found: set[str] = set()
    for name, own in holding.items():
        later = all(any(items[o].tier > items[name].tier for o in conflict) for conflict in own)
        shared = frozenset.intersection(*own) - {name}
        if later or any(cheaper(other, name) for other in shared):
            found.add(name)
    return frozenset(found)
