"""Rules compiled for a table of designs: verdicts and margins as arrays.

What :func:`compliance.verdicts.judge_rule` says of one design, a :class:`Program` says of all
designs of a table: before conflicts are settled and waivers count, as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compliance.engine.arrays import Arrays, arrays_on
from compliance.engine.kinds import Array, Columns, Schema
from compliance.engine.nodes import Rail, Rails
from compliance.engine.predicates import Compiler, Measured
from compliance.finding import WORST_FIRST
from jurisdictions.predicate import InZone, Predicate
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import Rule

#: Verdicts as codes: their places in :data:`compliance.finding.WORST_FIRST`, worst first.
CODES = {verdict: code for code, verdict in enumerate(WORST_FIRST)}
VIOLATED, UNDETERMINED, OPEN, OVERRIDDEN, WAIVED, SATISFIED, INAPPLICABLE = range(7)


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
    """One rule that may bind, as what is added to the code of undetermined.

    Attributes:
        row: of its codes.
        four: where 4 is added: satisfied, and inapplicable with one more.
        one: where 1 is added: open norms, and inapplicable.
        violated: where 1 is taken away.
        measured: comparisons that the margin is taken from.
    """

    row: int
    four: Rail
    one: Rail
    violated: Rail
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
        self._out = [row for row, (_, scope) in enumerate(rules) if scope.binding is False]
        self._plain = self.compiler.steps.runner(_steps(self._contents, measured=False))
        self._full = self.compiler.steps.runner(_steps(self._contents, measured=True))

    def _content(self, row: int, rule: Rule, scope: Scope) -> _Content:
        binding, rails = rule.binding, self.compiler.rails
        steps = self.compiler.steps
        applies = Rails(True, False)
        if binding.zones:
            applies = rails(InZone(zone=binding.zones), rule)
        # Where it is open whether the zone holds, the condition is not asked.
        if applies == Rails(True, False) and binding.when is not None:
            applies = rails(binding.when, rule)
        if scope.binding is None:
            return _Content(row, applies.false, applies.false, False, ())
        if binding.permit is not None:
            used = rails(binding.permit, rule).true
            unused = steps.every((applies.true, steps.invert(used)))
            out = steps.some((applies.false, unused))
            four = steps.some((out, steps.every((applies.true, used))))
            return _Content(row, four, out, False, self._measured(binding.permit, rule))
        required = rails(binding.require, rule)
        excused = Rails(False, True) if binding.unless is None else rails(binding.unless, rule)
        met, one = required.true, applies.false
        if binding.question is not None:
            one = steps.some((one, steps.every((applies.true, met))))
            met = steps.without(excused.true, met)
        else:
            met = steps.some((met, excused.true))
        four = steps.some((applies.false, steps.every((applies.true, met))))
        violated = steps.every((applies.true, required.false, excused.false))
        return _Content(row, four, one, violated, self._measured(binding.require, rule))

    def _measured(self, predicate: Predicate | None, rule: Rule) -> tuple[Measured, ...]:
        return tuple(self.compiler.measured(predicate, rule))

    def run(
        self,
        columns: Columns,
        size: int,
        *,
        margins: bool = False,
        least: bool = False,
        device: str | None = None,
    ) -> Verdicts:
        """Judge every design of a table.

        Args:
            columns: an array for each fact of the schema that varies.
            size: number of designs.
            margins: whether to keep the margin of every rule.
            least: whether to keep the least relative margin of every design.
            device: of PyTorch, such as ``cuda``, on which to judge; NumPy does where ``None``. The
                verdicts and margins are the same, and come back as NumPy's.
        """
        arrays = arrays_on(device)
        codes = np.empty((len(self.rules), size), dtype=np.int8)
        kept = np.full(codes.shape, np.nan) if margins else None
        lowest = np.full(size, np.nan) if least else None
        for start, part in blocks(columns, size, arrays.block):
            stop = min(start + arrays.block, size)
            targets = (
                codes[:, start:stop],
                None if kept is None else kept[:, start:stop],
                None if lowest is None else lowest[start:stop],
            )
            buffers = [None if one is None else arrays.buffer(one) for one in targets]
            self._block(arrays, arrays.columns(part), *buffers)
            for buffer, target in zip(buffers, targets, strict=True):
                if target is not None:
                    arrays.settle(buffer, target)
        return Verdicts(codes, kept, lowest)

    def _block(
        self, arrays: Arrays, columns: Columns, codes: Any, margins: Any, least: Any
    ) -> None:
        xp = arrays.xp
        measured = margins is not None or least is not None
        done = (self._full if measured else self._plain)(columns)
        for row in self._out:
            codes[row] = INAPPLICABLE
        for content in self._contents:
            row = codes[content.row]
            _judge(content, done, row, xp)
            if not measured or not content.measured:
                continue
            margin, weight = _telling(content.measured, done, arrays)
            told = (row == VIOLATED) | (row == OPEN) | (row == SATISFIED)
            if margins is not None:
                margins[content.row] = xp.where(told, margin, np.nan)
            if least is not None:
                xp.fmin(least, xp.where(told, margin / weight, np.nan), out=least)


def blocks(columns: Columns, size: int, length: int) -> Iterator[tuple[int, Columns]]:
    """Yield a table in parts of at most ``length`` designs, each with where it begins."""
    for start in range(0, size, length):
        yield start, {name: array[start : start + length] for name, array in columns.items()}


def _judge(content: _Content, done: list[Any], row: Any, xp: Any) -> None:
    """Write the codes of one rule; additions of small integers are the fastest way there is."""
    base = UNDETERMINED
    if isinstance(content.four, bool):
        row[:] = 4 * content.four
    else:
        mask = done[content.four].view(xp.int8)
        xp.add(mask, mask, out=row)
        xp.add(row, row, out=row)
    if isinstance(content.one, bool):
        base += content.one
    else:
        xp.add(row, done[content.one].view(xp.int8), out=row)
    if isinstance(content.violated, bool):
        base -= content.violated
    else:
        xp.subtract(row, done[content.violated].view(xp.int8), out=row)
    xp.add(row, base, out=row)


def _telling(measured: tuple[Measured, ...], done: list[Any], arrays: Arrays) -> tuple[Any, Any]:
    """Return, per design, the margin that tells most and the size of its bound.

    Of the comparisons with a number of the law, else of all, the one that is failed by most or met
    by least relative to the bound; the first of equals.
    """
    lawful = [item for item in measured if item.lawful]
    margin, weight = _least(lawful or measured, done, arrays)
    if lawful and len(lawful) < len(measured):
        other, size = _least(measured, done, arrays)
        xp, open_ = arrays.xp, arrays.xp.isnan(margin)
        margin, weight = xp.where(open_, other, margin), xp.where(open_, size, weight)
    return margin, weight


def _least(measured: Sequence[Measured], done: list[Any], arrays: Arrays) -> tuple[Any, Any]:
    first, *others = measured
    xp = arrays.xp
    margin, weight = _number(done[first.margin], arrays), arrays.number(first.weight)
    for item in others:
        found, size = _number(done[item.margin], arrays), arrays.number(item.weight)
        # NaN is less than nothing, so that an unknown margin gives way to any known one.
        better = (found / size < margin / weight) | (xp.isnan(margin) & ~xp.isnan(found))
        margin, weight = xp.where(better, found, margin), xp.where(better, size, weight)
    return margin, weight


def _number(margin: Any, arrays: Arrays) -> Any:
    """Return a margin as an array; one that is the same in every design is a plain number."""
    return arrays.number(margin) if isinstance(margin, float) else margin


def _steps(contents: Iterable[_Content], *, measured: bool) -> set[int]:
    found: set[int] = set()
    for content in contents:
        rails = (content.four, content.one, content.violated)
        found.update(rail for rail in rails if not isinstance(rail, bool))
        if measured:
            found.update(item.margin for item in content.measured)
    return found
