"""Which rules to keep in a conflict: preferred subtheories (Brewka 1989, IJCAI, 1043-1048).

Put the rules into any sequence that respects the order and take each rule that can still be met
together with those taken before: the result is a preferred subtheory, a maximal set of rules that
some design can meet. A rule is *kept* if it is in all of them, *overridden* if it is in none, and
*open* if it is in some.

The subtheories are computed from minimal conflicting sets. Those known may be only a part of all:
each computed subtheory is checked exactly, and a conflict found in it joins the known ones until
all computed subtheories can be met. Then they are the preferred subtheories: along each sequence
fewer known conflicts could only have let more rules in, up to a conflict that the check would see.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from compliance.conflicts.checker import Checker
from compliance.conflicts.cores import Limits, verify
from compliance.conflicts.order import Order

Conflict = tuple[str, ...]
Given_up = frozenset[str]


@dataclass(frozen=True, slots=True)
class Defeat:
    """How an overridden rule loses: with whom it cannot be met, and by what they go before it.

    ``legal`` holds if the kept rules that prevail by relations of the law suffice.
    """

    rule: str
    winners: tuple[str, ...]
    legal: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """The outcome for one group of rules.

    Attributes:
        conflicts: minimal conflicting sets that were used, sorted.
        overridden: rules in no preferred subtheory, with how they lose.
        open: rules in some but not all.
        given_up: what each preferred subtheory leaves out; empty when too many to list.
        exact: whether this is proved; if not, nothing is overridden and all members are open.
    """

    conflicts: tuple[Conflict, ...]
    overridden: tuple[Defeat, ...]
    open: tuple[str, ...]
    given_up: tuple[tuple[str, ...], ...]
    exact: bool


def resolve(
    names: Sequence[str],
    checker: Checker,
    order: Order,
    conflicts: Iterable[Conflict],
    limits: Limits,
) -> Resolution:
    """Resolve the conflicts of one group.

    Args:
        names: all rules of the group.
        checker: the exact check over them.
        order: which goes before which.
        conflicts: minimal conflicting sets known so far; more are found where needed.
        limits: ``choices`` bounds how many subtheories are told apart.
    """
    known = set(conflicts)
    while True:
        groups = [preferred(group, order, limits.choices) for group in _groups(known)]
        settled = [group for group in groups if group is not None]
        if len(settled) < len(groups) or prod(map(len, settled)) > limits.choices:
            members = tuple(sorted({name for conflict in known for name in conflict}))
            return Resolution(tuple(sorted(known)), (), members, (), False)
        choices = [frozenset().union(*choice) for choice in product(*settled)]
        missed = _missed(names, choices, checker)
        if missed is None:
            return _resolution(names, checker, order, known, choices)
        verify(checker, missed)
        known.add(missed)


def _missed(names: Sequence[str], choices: list[Given_up], checker: Checker) -> Conflict | None:
    for given_up in choices:
        kept = [name for name in names if name not in given_up]
        if not checker.consistent(kept):
            return checker.shrink(checker.core())
    return None


def _resolution(
    names: Sequence[str],
    checker: Checker,
    order: Order,
    known: set[Conflict],
    choices: list[Given_up],
) -> Resolution:
    lost = frozenset.intersection(*choices)
    touched = frozenset().union(*choices)
    kept = frozenset(names) - touched
    return Resolution(
        tuple(sorted(known)),
        tuple(_defeat(name, kept, known, checker, order) for name in sorted(lost)),
        tuple(sorted(touched - lost)),
        tuple(sorted(tuple(sorted(choice)) for choice in choices)),
        True,
    )


def _defeat(
    name: str, kept: frozenset[str], known: set[Conflict], checker: Checker, order: Order
) -> Defeat:
    above = order.above(name)
    lawful = frozenset(other for other in kept if order.by_law(other, name))
    for legal, candidates in ((True, lawful), (False, kept & above)):
        if not checker.consistent(candidates | {name}):
            winners = [other for other in checker.shrink(candidates | {name}) if other != name]
            reasons = dict.fromkeys(order.why(other, name).reason for other in winners)
            return Defeat(name, tuple(winners), legal, "; ".join(reasons))
    # It loses to open rules: whichever of them is kept, it goes before.
    rivals = {other for conflict in known if name in conflict for other in conflict} & above
    reasons = dict.fromkeys(order.why(other, name).reason for other in sorted(rivals))
    return Defeat(name, tuple(sorted(rivals)), False, "; ".join(reasons))


def _groups(conflicts: Iterable[Conflict]) -> list[list[Conflict]]:
    """Group conflicts that share rules."""
    groups: list[tuple[set[str], list[Conflict]]] = []
    for conflict in sorted(conflicts):
        members, joined = set(conflict), [conflict]
        apart = []
        for group in groups:
            if group[0] & members:
                members |= group[0]
                joined += group[1]
            else:
                apart.append(group)
        groups = [*apart, (members, joined)]
    return [sorted(joined) for _, joined in groups]


def preferred(conflicts: Sequence[Conflict], order: Order, most: int) -> list[Given_up] | None:
    """Return what each preferred subtheory gives up, or ``None`` where too many states arise.

    Args:
        conflicts: minimal conflicting sets, tied by shared rules.
        order: which goes before which.
        most: how many subtheories may be told apart (states: 40 times as many).
    """
    members = sorted({name for conflict in conflicts for name in conflict})
    above = {name: order.above(name) & frozenset(members) for name in members}
    sets = [frozenset(conflict) for conflict in conflicts]
    results: set[Given_up] = set()
    seen: set[tuple[frozenset[str], frozenset[str]]] = set()
    stack: list[tuple[frozenset[str], frozenset[str]]] = [(frozenset(), frozenset())]
    while stack:
        state = _forced(*stack.pop(), members, above, sets)
        if state in seen:
            continue
        seen.add(state)
        if len(seen) > 40 * most or len(results) > most:
            return None
        taken, dropped = state
        ready = [
            name
            for name in members
            if name not in taken and name not in dropped and above[name] <= taken | dropped
        ]
        if not ready:
            results.add(dropped)
        stack.extend((taken | {name}, dropped) for name in ready)
    return sorted(results, key=sorted)


def _forced(
    taken: frozenset[str],
    dropped: frozenset[str],
    members: Sequence[str],
    above: dict[str, frozenset[str]],
    sets: Sequence[frozenset[str]],
) -> tuple[frozenset[str], frozenset[str]]:
    """Take and drop what any sequence may do at once without losing an outcome.

    A rule that the taken ones exclude stays excluded; one whose conflicts each lost a member
    already excludes nothing any more.
    """
    moved = True
    while moved:
        moved = False
        for name in members:
            if name in taken or name in dropped or not above[name] <= taken | dropped:
                continue
            own = [conflict for conflict in sets if name in conflict]
            if any(conflict - {name} <= taken for conflict in own):
                dropped |= {name}
                moved = True
            elif all(conflict & dropped for conflict in own):
                taken |= {name}
                moved = True
    return taken, dropped
