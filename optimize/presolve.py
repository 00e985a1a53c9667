"""From a problem to its core: the options that a choice no dearer than an upper bound can hold.

Deleting by reduced cost is a proof: by weak duality a choice with the option costs at least the
bound plus the reduced cost. The relaxation is weak until the attribute that ties most others is
decided, so it is solved once for each of that attribute's options.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from optimize.arrays import Arrays, Bools, Floats
from optimize.model import (
    Attribute,
    Choice,
    ConfigurationProblem,
    Forbidden,
    Option,
    SoftRule,
)
from optimize.propagate import Live
from optimize.relaxation import Prices, prices

#: Options of an attribute to branch on, at most.
MOST_BRANCHES = 16
#: A choice of integer cost that is dearer than a bound by less than this is not excluded.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Core:
    """A smaller problem, and how its choices read in the whole one.

    Attributes:
        problem: attributes with two options or more, uses shifted so that each attribute's least
            use of a resource is 0; ``None`` where nothing is left to choose.
        fixed: attributes with one option left.
        base: cost of the whole choice less that of the core's.
        alive: options of the whole problem that the core or ``fixed`` holds.
    """

    problem: ConfigurationProblem | None
    fixed: Choice
    base: int
    alive: Bools

    def whole(self, choice: Choice) -> dict[str, str]:
        """Return the whole problem's choice from one of the core."""
        return {**self.fixed, **choice}


@dataclass(frozen=True)
class Branch:
    """The relaxation where one option of the branching attribute is chosen.

    Attributes:
        prices: ``None`` where it has no solution.
    """

    position: int
    prices: Prices | None


@dataclass(frozen=True)
class Bounds:
    """Lower bounds of a problem's cost, whole and by branch.

    Attributes:
        live: the options they hold for.
        root: the relaxation without branching.
        branches: the cases, one of which every feasible choice falls into.
    """

    live: Live
    root: Prices | None
    branches: tuple[Branch, ...]

    @property
    def bound(self) -> float:
        """No feasible choice costs less; infinity where there is none."""
        return min(
            (one.prices.bound for one in self.branches if one.prices is not None), default=math.inf
        )

    def excess(self) -> Floats:
        """Return by position the least cost of a choice with that option, by the branches."""
        found = np.full(len(self.live.alive), np.inf)
        for branch in self.branches:
            if branch.prices is not None:
                found = np.minimum(found, branch.prices.bound + branch.prices.reduced)
        return found

    def within(self, upper: float) -> Live:
        """Return the options of choices that cost no more than ``upper``."""
        least = self.excess()
        live = self.live.copy()
        gone = live.alive & ~(least <= upper + TOLERANCE)
        live.delete(np.flatnonzero(gone), f"no choice with it costs {upper:g} or less")
        return live

    def cases(self, upper: float) -> list[tuple[Prices, Live]]:
        """Return each branch that may hold a choice of cost ``upper``, with its live options."""
        within = self.within(upper)
        found = []
        for branch in self.branches:
            if branch.prices is None or branch.prices.bound > upper + TOLERANCE:
                continue
            live = within.copy()
            gone = live.alive & ~(branch.prices.bound + branch.prices.reduced <= upper + TOLERANCE)
            live.delete(np.flatnonzero(gone), f"no choice with it costs {upper:g} or less")
            found.append((branch.prices, live))
        return found


def bounds_of(live: Live, cost: Floats | None = None) -> Bounds:
    """Solve the relaxations of the live options.

    Args:
        cost: in place of the options' own.
    """
    root = prices(live.arrays, live.alive, cost)
    if root is None:
        return Bounds(live, None, ())
    attribute = tying_attribute(live.arrays, live.alive)
    if attribute is None:
        return Bounds(live, root, (Branch(-1, root),))
    first, stop = live.arrays.start[attribute], live.arrays.start[attribute + 1]
    found = []
    for position in (first + np.flatnonzero(live.alive[first:stop])).tolist():
        alive = chosen(live.arrays, live.alive, position)
        found.append(Branch(position, prices(live.arrays, alive, cost)))
    return Bounds(live, root, tuple(found))


def chosen(arrays: Arrays, alive: Bools, position: int) -> Bools:
    """Return the options left where one is chosen: without its rivals and what it excludes."""
    left = alive.copy()
    attribute = arrays.attribute[position]
    left[arrays.start[attribute] : arrays.start[attribute + 1]] = False
    left[position] = True
    left[arrays.pairs[arrays.pairs[:, 0] == position, 1]] = False
    left[arrays.pairs[arrays.pairs[:, 1] == position, 0]] = False
    return left


def tying_attribute(arrays: Arrays, alive: Bools) -> int | None:
    """Return the attribute with most exclusions for each of its options, if one is worth it."""
    pairs = arrays.pairs[alive[arrays.pairs].all(axis=1)]
    if not len(pairs):
        return None
    sizes = np.add.reduceat(alive.astype(np.int64), arrays.start[:-1])
    count = np.bincount(arrays.attribute[pairs].ravel(), minlength=arrays.attributes)
    worth = np.where((sizes > 1) & (sizes <= MOST_BRANCHES), count / np.maximum(sizes, 1) ** 2, 0.0)
    best = int(worth.argmax())
    return best if worth[best] > 0 else None


def core_of(problem: ConfigurationProblem, live: Live) -> Core:
    """Build the problem over the live options; every attribute must have one."""
    arrays, alive = live.arrays, live.alive
    fixed: dict[str, str] = {}
    base = 0
    room = dict(problem.capacity)
    attributes: list[Attribute] = []
    position = 0
    for attribute in problem.attributes:
        kept = [one for n, one in enumerate(attribute.options) if alive[position + n]]
        position += len(attribute.options)
        least = {name: min(one.uses.get(name, 0) for one in kept) for name in room}
        for name, amount in least.items():
            room[name] -= amount
        if len(kept) == 1:
            fixed[attribute.name] = kept[0].name
            base += kept[0].cost
            continue
        options = tuple(
            Option(one.name, one.cost, {n: one.uses.get(n, 0) - least[n] for n in room})
            for one in kept
        )
        attributes.append(Attribute(attribute.name, options))
    if not attributes:
        return Core(None, fixed, base, alive)
    index = arrays.index
    forbidden: dict[tuple[tuple[str, str], ...], Forbidden] = {}
    for rule in problem.forbidden:
        if all(alive[index[pick]] for pick in rule.picks):
            picks = tuple(pick for pick in rule.picks if pick[0] not in fixed)
            if picks:
                forbidden.setdefault(picks, Forbidden(picks, rule.label))
    soft = []
    for wish in problem.soft:
        if all(alive[index[pick]] for pick in wish.picks):
            picks = tuple(pick for pick in wish.picks if pick[0] not in fixed)
            if picks:
                soft.append(SoftRule(wish.tier, wish.weight, picks, wish.label))
    core = ConfigurationProblem(
        f"{problem.name} core", tuple(attributes), room, tuple(forbidden.values()), tuple(soft),
        problem.tiers, check=False,
    )  # fmt: skip
    return Core(core, fixed, base, alive)
