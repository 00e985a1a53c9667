"""Cuts: combinations of changes that no completion makes lawful, worked out rule by rule.

A rule depends on few facts and these on few levers, so that its verdict on every combination of
their changes can be tabled. A cut is a part of such a combination that is unlawful whatever the
other levers of the rule do; cuts are minimal, and together they are all that a table says. Tables
that would be too large are cut where a solver's answer breaks their rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from math import prod

import numpy as np

from compliance.finding import Verdict
from compliance.repair.bench import Bench, touches
from compliance.repair.levers import HULL, KEEP, PLACE, Lever, Levers, Picks

#: Cells of the largest table that is worked out whole.
TABLE = 1024
#: The same where each cell sizes a hull at another place.
COSTLY_TABLE = 64
#: Cells that are looked at to see whether a pick can be left out of a cut.
LOOK = 4096

#: Picks that no completion makes lawful, in the order of the levers.
Cut = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Wish:
    """What counts as lawful.

    Attributes:
        settle: questions that the design leaves open have to be settled too.
        reopen: whether a change may leave a question open that the design as given does not.
    """

    settle: bool = False
    reopen: bool = False


class Lawfulness:
    """Says which changes are lawful, and cuts away those that are not.

    Args:
        bench: judges rules.
        levers: what can be changed.
        wish: what counts as lawful.
    """

    def __init__(self, bench: Bench, levers: Levers, wish: Wish = Wish()) -> None:
        self.bench, self.levers, self.wish = bench, levers, wish
        self._before: dict[str, Verdict] = {}
        self._bad: dict[tuple[str, Cut], bool] = {}
        self.excused: set[str] = set()
        self._context = [lever for lever in levers.levers if _sets_context(lever)]
        self._rivals = self._gather()
        self.levers_of = {rule: self._levers_of(rule) for rule in self._binding()}
        self.tabled: dict[str, tuple[Cut, ...]] = {}
        self.large: list[str] = []
        for rule in self.levers_of:
            self._table(rule)

    def bad(self, rule: str, picks: Picks) -> bool:
        """Say whether a rule is unlawful with some changes."""
        names = [lever.name for lever in self.levers_of[rule]]
        key = tuple((name, picks[name]) for name in names if picks.get(name, KEEP) != KEEP)
        known = self._bad.get((rule, key))
        if known is None:
            known = self._bad[rule, key] = self._judge(rule, dict(key))
        return known

    def broken(self, picks: Picks) -> list[str]:
        """Return the rules that are unlawful with some changes."""
        return [rule for rule in self.levers_of if self.bad(rule, picks)]

    def cut(self, rule: str, picks: Picks) -> Cut:
        """Return a cut of a rule that some changes break, with as few picks as can be seen."""
        levers = list(self.levers_of[rule])
        kept = {lever.name: picks.get(lever.name, KEEP) for lever in levers}
        free: list[Lever] = []
        for lever in sorted(levers, key=lambda one: len(one.changes)):
            trial = [*free, lever]
            if prod(len(one.by_name) for one in trial) > LOOK:
                continue
            rest = {name: pick for name, pick in kept.items() if name != lever.name}
            if all(
                self.bad(rule, {**rest, **dict(zip((o.name for o in trial), cell, strict=True))})
                for cell in product(*(one.by_name for one in trial))
            ):
                free, kept = trial, rest
        return tuple(kept.items())

    def _judge(self, rule: str, picks: Picks) -> bool:
        settings = self.levers.settings(picks)
        verdict, outcome = self.bench.judged(rule, settings)
        if verdict == "violated":
            return True
        if verdict != "undetermined" or rule in self.excused:
            return False
        if self.wish.settle:
            return True
        if self.wish.reopen or self.before(rule) == "undetermined":
            return False
        # What has to be surveyed at a new place is no question that the design opens.
        place = {key for key, value in settings.items() if value is None} | {"site.zone"}
        return not outcome.missing or not set(outcome.missing) <= place

    def before(self, rule: str) -> Verdict:
        """Return the verdict of a rule on the design as given."""
        if rule not in self._before:
            self._before[rule] = self.bench.verdict(rule, {})
        return self._before[rule]

    def _binding(self) -> list[str]:
        contexts = self._contexts()
        return [
            rule
            for rule in self.bench.rules
            if any(self.bench.binds(rule, settings) for settings in contexts)
        ]

    def _contexts(self) -> list[Mapping[str, object]]:
        names = [lever.name for lever in self._context]
        return [
            self.levers.settings(dict(zip(names, cell, strict=True)))
            for cell in product(*(lever.by_name for lever in self._context))
        ]

    def _gather(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for settings in self._contexts():
            for rule, rivals in self.bench.rivals(settings).items():
                found[rule] = found.get(rule, frozenset()) | rivals
        return found

    def _levers_of(self, rule: str) -> tuple[Lever, ...]:
        """Levers on which the verdict of a rule may depend, in their order."""
        rivals = self._rivals.get(rule, frozenset())
        inputs = self.bench.inputs(rule).union(*(self.bench.inputs(name) for name in rivals))
        return tuple(
            lever
            for lever in self.levers.levers
            if touches(lever.keys, inputs)
            or any(key.startswith("site.") for key in lever.keys)
            or (rivals and lever in self._context)
        )

    def _table(self, rule: str) -> None:
        levers = self.levers_of[rule]
        costly = {HULL, PLACE} <= {lever.name for lever in levers}
        if prod(len(lever.by_name) for lever in levers) > (COSTLY_TABLE if costly else TABLE):
            self.large.append(rule)
            return
        cells = self._cells(rule, levers)
        if self.wish.settle and cells.all():
            # Nothing that can be changed settles it, so that it stays a question.
            self.excused.add(rule)
            self._bad = {key: bad for key, bad in self._bad.items() if key[0] != rule}
            cells = self._cells(rule, levers)
        self.tabled[rule] = tuple(minimal_cuts(cells, levers))

    def _cells(self, rule: str, levers: tuple[Lever, ...]) -> np.ndarray:
        names = [lever.name for lever in levers]
        answers = [
            self.bad(rule, dict(zip(names, cell, strict=True)))
            for cell in product(*(lever.by_name for lever in levers))
        ]
        return np.array(answers, dtype=bool).reshape([len(lever.by_name) for lever in levers])


def minimal_cuts(cells: np.ndarray, levers: Iterable[Lever]) -> list[Cut]:
    """Return every minimal combination of picks whose completions are all bad.

    Args:
        cells: bool, one axis for each lever, true where the combination is bad.
        levers: in the order of the axes.
    """
    axes = list(levers)
    options = [list(lever.by_name) for lever in axes]
    whole: dict[tuple[int, ...], np.ndarray] = {}
    found: list[Cut] = []
    for size in range(len(axes) + 1):
        for chosen in combinations(range(len(axes)), size):
            rest = tuple(axis for axis in range(len(axes)) if axis not in chosen)
            bad = whole[chosen] = np.asarray(cells.all(axis=rest))
            new = bad.copy()
            for left in chosen:
                # A cut of fewer picks says it already.
                smaller = whole[tuple(axis for axis in chosen if axis != left)]
                new &= ~np.expand_dims(smaller, chosen.index(left))
            found.extend(
                tuple((axes[a].name, options[a][i]) for a, i in zip(chosen, cell, strict=True))
                for cell in zip(*np.nonzero(new), strict=True)
            ) if size else found.extend([()] if bool(new) else [])
    return found


def _sets_context(lever: Lever) -> bool:
    return any(key.startswith(("site.", "claims.")) for key in lever.keys)
