"""Rules compiled for a table of designs: verdicts and margins as arrays.

What :func:`compliance.verdicts.judge_rule` says of one design, a :class:`Program` says of all
designs of a table: before conflicts are settled and waivers count, as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compliance.engine.kinds import Array, Columns, Schema
from compliance.engine.nodes import Rail, Rails
from compliance.engine.predicates import Compiler, Measured
from compliance.finding import WORST_FIRST
from jurisdictions.predicate import InZone
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import Rule

#: Verdicts as codes: their places in :data:`compliance.finding.WORST_FIRST`, worst first.
CODES = {verdict: code for code, verdict in enumerate(WORST_FIRST)}
VIOLATED, UNDETERMINED, OPEN, OVERRIDDEN, WAIVED, SATISFIED, INAPPLICABLE = range(7)

#: Designs that are judged at a time: their columns stay in the cache of a core.
BLOCK = 16_384


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What judging a table gave.

    Attributes:
        codes: int8, one row per rule and one column per design.
        margins: float64 of the same shape, NaN where no number decided; ``None`` if not asked for.
        least: float64 per design, the least margin over the size of its bound among all rules; NaN
            where no number decided, ``None`` if not asked for.
    """

    codes: Array
    margins: Array | None = None
    least: Array | None = None


@dataclass(frozen=True, slots=True)
class _Content:
    """The rails of one rule that can apply."""

    row: int
    applies: Rails
    required: Rails
    #: Where a requirement that is not met is excused, and where it is not.
    excused: Rails
    good: int
    permission: bool
    open_scope: bool
    measured: tuple[Measured, ...]


class Program:
    """Rules compiled against what the facts of a table can be.

    Args:
        rules: each with whether it binds.
        schema: what each fact can be; one that it lacks is unknown.

    Raises:
        DimensionalityError: (pint) a rule compares a fact with a bound of another dimension.
    """

    def __init__(self, rules: Sequence[tuple[Rule, Scope]], schema: Schema) -> None:
        self.rules = tuple(rules)
        self.compiler = Compiler(schema)
        self._contents = [
            self._content(row, rule, scope)
            for row, (rule, scope) in enumerate(rules)
            if scope.binding is not False
        ]
        self._plain = self.compiler.steps.runner(_steps(self._contents, measured=False))
        self._full = self.compiler.steps.runner(_steps(self._contents, measured=True))

    def _content(self, row: int, rule: Rule, scope: Scope) -> _Content:
        binding, rails = rule.binding, self.compiler.rails
        applies = Rails(True, False)
        if binding.zones:
            applies = rails(InZone(zone=binding.zones), rule)
        # Where it is open whether the zone holds, the condition is not asked.
        if applies == Rails(True, False) and binding.when is not None:
            applies = rails(binding.when, rule)
        asked = binding.require if binding.permit is None else binding.permit
        excused = (
            Rails(False, True) if binding.unless is None else rails(binding.unless, rule)
        )
        measured = tuple(self.compiler.measured(asked, rule)) if scope.binding else ()
        return _Content(
            row=row,
            applies=applies,
            required=rails(asked, rule),
            excused=excused,
            good=OPEN if binding.question is not None else SATISFIED,
            permission=binding.permit is not None,
            open_scope=scope.binding is None,
            measured=measured,
        )

    def run(
        self, columns: Columns, size: int, *, margins: bool = False, least: bool = False
    ) -> Verdicts:
        """Judge every design of a table.

        Args:
            columns: an array for each fact of the schema that varies.
            size: number of designs.
            margins: whether to keep the margin of every rule.
            least: whether to keep the least relative margin of every design.
        """
        codes = np.empty((len(self.rules), size), dtype=np.int8)
        kept = np.full(codes.shape, np.nan) if margins else None
        lowest = np.full(size, np.nan) if least else None
        for start, part in blocks(columns, size):
            stop = min(start + BLOCK, size)
            self._block(
                part,
                codes[:, start:stop],
                None if kept is None else kept[:, start:stop],
                None if lowest is None else lowest[start:stop],
            )
        return Verdicts(codes, kept, lowest)

    def _block(
        self, columns: Columns, codes: Array, margins: Array | None, least: Array | None
    ) -> None:
        measured = margins is not None or least is not None
        done = (self._full if measured else self._plain)(columns)
        codes[:] = INAPPLICABLE
        for content in self._contents:
            row = codes[content.row]
            _judge(content, done, row)
            if not measured or not content.measured:
                continue
            margin, weight = _telling(content.measured, done)
            told = (row == VIOLATED) | (row == OPEN) | (row == SATISFIED)
            if margins is not None:
                np.copyto(margins[content.row], margin, where=told)
            if least is not None:
                np.fmin(least, np.where(told, margin / weight, np.nan), out=least)


def blocks(columns: Columns, size: int, length: int = BLOCK) -> Iterator[tuple[int, Columns]]:
    """Yield a table in parts of at most ``length`` designs, each with where it begins."""
    for start in range(0, size, length):
        yield start, {name: array[start : start + length] for name, array in columns.items()}


def _judge(content: _Content, done: list[Any], row: Array) -> None:
    """Write the codes of one rule; every case below is disjoint from the others."""
    applies, outside = _at(content.applies.true, done), _at(content.applies.false, done)
    if content.open_scope:
        row[:] = _where(outside, INAPPLICABLE, UNDETERMINED)
        return
    required, failed = _at(content.required.true, done), _at(content.required.false, done)
    if content.permission:
        if applies is np.True_:
            row[:] = _where(required, SATISFIED, INAPPLICABLE)
            return
        row[:] = UNDETERMINED
        row += _int(applies & required) * np.int8(SATISFIED - UNDETERMINED)
        unused = applies & ~required if required is not np.True_ else np.False_
        row += _int(outside | unused) * np.int8(INAPPLICABLE - UNDETERMINED)
        return
    pardoned, unpardoned = _at(content.excused.true, done), _at(content.excused.false, done)
    row[:] = UNDETERMINED
    met = required
    violated = failed if unpardoned is np.True_ else failed & unpardoned
    if applies is not np.True_:
        met = applies & met if met is not np.True_ else applies
        violated = applies & violated
        row += _int(outside) * np.int8(INAPPLICABLE - UNDETERMINED)
    row -= _int(violated)
    row += _int(met) * np.int8(content.good - UNDETERMINED)
    if pardoned is not np.False_:
        excused = pardoned & ~required if required is not np.True_ else np.False_
        if applies is not np.True_:
            excused = applies & excused
        row += _int(excused) * np.int8(SATISFIED - UNDETERMINED)


def _telling(measured: tuple[Measured, ...], done: list[Any]) -> tuple[Any, Any]:
    """Return, per design, the margin that tells most and the size of its bound.

    Of the comparisons with a number of the law, else of all, the one that is failed by most or met
    by least relative to the bound; the first of equals.
    """
    lawful = [item for item in measured if item.lawful]
    margin, weight = _least(lawful or measured, done)
    if lawful and len(lawful) < len(measured):
        other, size = _least(measured, done)
        open_ = np.isnan(margin)
        margin, weight = np.where(open_, other, margin), np.where(open_, size, weight)
    return margin, weight


def _least(measured: Sequence[Measured], done: list[Any]) -> tuple[Any, Any]:
    first, *others = measured
    margin: Any = done[first.margin]
    weight: Any = first.weight
    for item in others:
        found = done[item.margin]
        # NaN is less than nothing, so that an unknown margin gives way to any known one.
        better = (found / item.weight < margin / weight) | (np.isnan(margin) & ~np.isnan(found))
        margin, weight = np.where(better, found, margin), np.where(better, item.weight, weight)
    return margin, weight


def _steps(contents: Iterable[_Content], *, measured: bool) -> set[int]:
    found: set[int] = set()
    for content in contents:
        rails: list[Rail] = [content.applies.true, content.applies.false]
        if not content.open_scope:
            rails += [content.required.true, content.required.false]
            rails += [content.excused.true, content.excused.false]
        found.update(rail for rail in rails if not isinstance(rail, bool))
        if measured:
            found.update(item.margin for item in content.measured)
    return found


def _at(rail: Rail, done: list[Any]) -> Any:
    return np.bool_(rail) if isinstance(rail, bool) else done[rail]


def _int(mask: Any) -> Any:
    return np.asarray(mask).view(np.int8) if np.ndim(mask) else np.int8(bool(mask))


def _where(mask: Any, yes: int, no: int) -> Any:
    return np.int8(no) + _int(mask) * np.int8(yes - no)

