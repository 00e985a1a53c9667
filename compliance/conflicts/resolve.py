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
from dataclasses import dataclass, replace
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
        exact: whether this is proved; if not, nothing is overridden and all members are open.
        choices: what each preferred subtheory gives up, and perhaps joint choices between groups
            that no one sequence gives (see :func:`preferred`); empty where not exact.
    """

    conflicts: tuple[Conflict, ...]
    overridden: tuple[Defeat, ...]
    open: tuple[str, ...]
    exact: bool
    choices: tuple[Given_up, ...] = ()


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
            return Resolution(tuple(sorted(known)), (), members, False)
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
        True,
        tuple(sorted(choices, key=sorted)),
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
    """Return what preferred subtheories give up, or ``None`` where too many states arise.

    Rules whose conflicts fell apart are solved apart and joined in every way. Each part is exact by
    itself; a joint choice may be more than any one sequence gives, which does not change which
    rules are given up always, sometimes or never.

    Args:
        conflicts: minimal conflicting sets.
        order: which goes before which.
        most: how many choices may be told apart (states: 40 times as many).
    """
    sets = [frozenset(conflict) for conflict in conflicts]
    members = frozenset().union(*sets)
    above = {name: order.above(name) & members for name in members}
    return _Sequences(above, sets, most).outcomes(members)


class _TooMany(Exception):
    """More states than the effort allows."""


@dataclass(frozen=True, slots=True)
class _State:
    """Where a sequence stands: what waits, what of it is never to be taken, what is placed."""

    waiting: frozenset[str]
    refused: frozenset[str]
    taken: frozenset[str]
    dropped: frozenset[str]


class _Sequences:
    """All sequences that respect the order, told apart only by what they give up.

    Of a rule that may come next, either the outcome holds it, and then taking it at once changes
    nothing: whatever the outcome holds agrees with it, and what was excluded stays excluded. Or it
    does not, and then the rule waits, and holds up those after it, until taken ones exclude it.
    """

    def __init__(
        self, above: dict[str, frozenset[str]], sets: Sequence[frozenset[str]], most: int
    ) -> None:
        self._above, self._most, self._states = above, most, 0
        self._own = {name: [one for one in sets if name in one] for name in above}

    def outcomes(self, members: frozenset[str]) -> list[Given_up] | None:
        """Return the sets of rules given up, or ``None`` beyond the effort."""
        none: frozenset[str] = frozenset()
        try:
            return self._solve(_State(members, none, none, none))
        except _TooMany:
            return None

    def _solve(self, start: _State) -> list[Given_up]:
        self._states += 1
        if self._states > 40 * self._most:
            raise _TooMany
        state = self._forced(start)
        if state is None:
            return []
        if not state.waiting:
            return [state.dropped]
        parts = self._parts(state)
        results = self._apart(state, parts) if len(parts) > 1 else self._branch(state)
        if len(results) > self._most:
            raise _TooMany
        return sorted(results, key=sorted)

    def _apart(self, state: _State, parts: list[frozenset[str]]) -> set[Given_up]:
        solved = [
            self._solve(replace(state, waiting=part, refused=state.refused & part))
            for part in parts
        ]
        if prod(map(len, solved)) > self._most:
            raise _TooMany
        return {frozenset().union(*choice) for choice in product(*solved)}

    def _branch(self, state: _State) -> set[Given_up]:
        ready = [
            name for name in state.waiting - state.refused if not self._above[name] & state.waiting
        ]
        if not ready:
            return set()
        name = min(ready, key=lambda name: (-len(self._own[name]), name))
        taken = replace(state, waiting=state.waiting - {name}, taken=state.taken | {name})
        refused = replace(state, refused=state.refused | {name})
        return {*self._solve(taken), *self._solve(refused)}

    def _forced(self, state: _State) -> _State | None:
        """Place what any sequence may place at once; ``None`` where a refused rule would be taken.

        A rule that the taken ones exclude stays excluded; one whose conflicts each lost a member
        excludes nothing any more.
        """
        waiting, taken, dropped = state.waiting, state.taken, state.dropped
        moved = True
        while moved:
            moved = False
            for name in sorted(waiting):
                if self._above[name] & waiting:
                    continue
                if any(conflict - {name} <= taken for conflict in self._own[name]):
                    dropped |= {name}
                elif name in state.refused:
                    continue
                elif all(conflict & dropped for conflict in self._own[name]):
                    taken |= {name}
                else:
                    continue
                waiting -= {name}
                moved = True
        refused = state.refused & waiting
        barren = dropped | refused
        for name in refused:
            if not any(not (conflict - {name}) & barren for conflict in self._own[name]):
                return None
        return _State(waiting, refused, taken, dropped)

    def _parts(self, state: _State) -> list[frozenset[str]]:
        """Split what waits into parts that share no conflict which can still arise."""
        alive = [
            tuple(sorted(conflict & state.waiting))
            for conflict in {one for name in state.waiting for one in self._own[name]}
            if not conflict & state.dropped
        ]
        parts = [
            frozenset(name for conflict in group for name in conflict) for group in _groups(alive)
        ]
        free = state.waiting.difference(*parts)
        return sorted([*parts, *(frozenset((name,)) for name in free)], key=sorted)
