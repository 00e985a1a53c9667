"""What can be changed about a design: levers, each with the changes that it offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from habitat.design import Design
from habitat.units import amount

#: The name of the option that changes nothing.
KEEP = "as designed"
EMERGENCY = "buoyancy.emergency"
#: Levers that change several keys, or one that is worked out.
HULL, LIFT, DIVIDE, PLACE = "hull", "lift", "compartments", "place"

#: Values by dotted key of the design file; ``None`` makes a key unknown.
Settings = Mapping[str, Any]
#: The change chosen of each lever, by name; a lever that is not named stays as designed.
Picks = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One way to use a lever.

    Attributes:
        name: unique within its lever, for people.
        settings: what it sets.
        cost: whole units of money, zero or more.
        source: where the cost is from.
        group: changes of one group differ in degree only, so that they are no alternatives.
        weight_n: by how many newtons it lowers the emergency buoyancy; negative where it adds.
    """

    name: str
    settings: Settings
    cost: int
    source: str
    group: str
    weight_n: int = 0


@dataclass(frozen=True)
class Lever:
    """Keys that change together.

    Attributes:
        name: of what changes, often its key.
        changes: without the one that changes nothing.
    """

    name: str
    changes: tuple[Change, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Change]:
        """Changes by name, the one that changes nothing first."""
        return {KEEP: Change(KEEP, {}, 0, "", KEEP), **{one.name: one for one in self.changes}}

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key that one of its changes sets, or whose value it shifts."""
        set_ = {key for change in self.changes for key in change.settings}
        if any(change.weight_n for change in self.changes):
            set_.add(EMERGENCY)
        return frozenset(set_)


@dataclass(frozen=True)
class Levers:
    """All levers of one design.

    Attributes:
        design: as given.
        levers: in a fixed order, with unique names.
    """

    design: Design
    levers: tuple[Lever, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Lever]:
        """Levers by name."""
        return {lever.name: lever for lever in self.levers}

    @cached_property
    def reserve_n(self) -> float | None:
        """The emergency buoyancy as designed, in N."""
        return amount(self.design.buoyancy.emergency, "N")

    def chosen(self, picks: Picks) -> list[tuple[Lever, Change]]:
        """Return the changes that picks make, in the order of the levers."""
        return [
            (lever, lever.by_name[picks[lever.name]])
            for lever in self.levers
            if picks.get(lever.name, KEEP) != KEEP
        ]

    def settings(self, picks: Picks) -> dict[str, Any]:
        """Return the values that picks set, the emergency buoyancy reckoned with all weights.

        Where it would fall below zero it is zero: no lift is left.
        """
        chosen = self.chosen(picks)
        found = {key: value for _, change in chosen for key, value in change.settings.items()}
        weight = sum(change.weight_n for _, change in chosen)
        if weight and self.reserve_n is not None:
            found[EMERGENCY] = newtons(max(0.0, self.reserve_n - weight))
        return found

    def cost(self, picks: Picks) -> int:
        """Return what picks cost."""
        return sum(change.cost for _, change in self.chosen(picks))

    def only(self, names: Iterable[str]) -> Levers:
        """Return the levers with these names alone."""
        wanted = set(names)
        return Levers(self.design, tuple(one for one in self.levers if one.name in wanted))


def newtons(force: float) -> str:
    """Write a force to a thousandth of a newton, in kN.

    >>> newtons(84123.5)
    '84.1235 kN'
    """
    return f"{force / 1000.0:.6f}".rstrip("0").rstrip(".") + " kN"
