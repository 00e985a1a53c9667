"""The steps of a compiled program: arrays of truth from columns, each step made once.

A predicate has two rails, where it is true and where it is false; elsewhere it is unknown. That is
Kleene's logic with plain bits: a conjunction is true where all are and false where one is. A rail
is the number of a step, or a plain ``bool`` where every design has the same answer.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from compliance.engine.arrays import like
from compliance.engine.kinds import Columns

Rail = int | bool
#: From columns and earlier steps; arrays are NumPy's, or tensors of PyTorch.
Step = Callable[[Columns, list[Any]], Any]


@dataclass(frozen=True, slots=True)
class Rails:
    """Where a predicate is true, and where it is false."""

    true: Rail
    false: Rail

    @property
    def swapped(self) -> Rails:
        """The rails of the negation."""
        return Rails(self.false, self.true)


#: Codes that are compared one by one before a table of answers is looked up.
_FEW = 8

_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}


class Steps:
    """Steps in the order in which they run; equal ones are kept once."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._operands: list[tuple[int, ...]] = []
        self._known: dict[Any, int] = {}

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, key: Any, step: Step, operands: tuple[int, ...] = ()) -> int:
        """Add a step, or find the one with this key; ``operands`` are steps that it reads."""
        if key not in self._known:
            self._known[key] = len(self._steps)
            self._steps.append(step)
            self._operands.append(operands)
        return self._known[key]

    def compare(self, fact: str, order: str, bound: float) -> Rail:
        """A column against a number; NaN meets nothing."""
        test = _ORDERS[order]
        return self.add((fact, order, bound), lambda columns, _: test(columns[fact], bound))

    def table(self, fact: str, answers: tuple[bool, ...]) -> Rail:
        """Look the answer up by the code of a fact."""
        if all(answers) or not any(answers):
            return answers[0]
        yes = [code for code, answer in enumerate(answers) if answer]
        if 2 * len(yes) > len(answers):
            return self.invert(self.table(fact, tuple(not answer for answer in answers)))
        if len(yes) <= _FEW:
            # Comparing small integers is a hundred times as fast as looking each up.
            return self.some([self._code(fact, code) for code in yes])
        array = np.array(answers)
        return self.add(
            (fact, answers), lambda columns, _: like(columns[fact], array)[columns[fact]]
        )

    def _code(self, fact: str, code: int) -> Rail:
        return self.add((fact, "code", code), lambda columns, _: columns[fact] == code)

    def known(self, fact: str) -> Rail:
        """Where a column of numbers is not NaN."""
        return self.add((fact, "known"), lambda columns, _: columns[fact] == columns[fact])

    def without(self, whole: Rail, part: Rail) -> Rail:
        """Where a rail is and another is not."""
        if isinstance(whole, bool) or isinstance(part, bool):
            return self.every((whole, self.invert(part)))
        return self._pair(operator.gt, whole, part)

    def invert(self, rail: Rail) -> Rail:
        """Where a rail is not."""
        if isinstance(rail, bool):
            return not rail
        return self.add(("not", rail), lambda _, done: ~done[rail], (rail,))

    def every(self, rails: Iterable[Rail]) -> Rail:
        """Where all rails are."""
        return self._join(rails, operator.and_, absorbing=False)

    def some(self, rails: Iterable[Rail]) -> Rail:
        """Where at least one rail is."""
        return self._join(rails, operator.or_, absorbing=True)

    def _join(
        self, rails: Iterable[Rail], join: Callable[[Any, Any], Any], *, absorbing: bool
    ) -> Rail:
        parts: dict[int, None] = {}
        for rail in rails:
            if isinstance(rail, bool):
                if rail is absorbing:
                    return absorbing
            else:
                parts[rail] = None
        if not parts:
            return not absorbing
        first, *others = sorted(parts)
        for other in others:
            first = self._pair(join, first, other)
        return first

    def _pair(self, join: Callable[[Any, Any], Any], one: int, two: int) -> int:
        return self.add((join, one, two), lambda _, done: join(done[one], done[two]), (one, two))

    def runner(self, wanted: Iterable[int]) -> Callable[[Columns], list[Any]]:
        """Return what runs the steps that some wanted ones need; the others stay ``None``."""
        keep = set(wanted)
        needed = set(keep)
        for place in range(len(self._steps) - 1, -1, -1):
            if place in needed:
                needed.update(self._operands[place])
        plan = [(place, self._steps[place]) for place in sorted(needed)]
        size = len(self._steps)

        def run(columns: Columns) -> list[Any]:
            done: list[Any] = [None] * size
            for place, step in plan:
                done[place] = step(columns, done)
            return done

        return run
