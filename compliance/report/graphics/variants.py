"""The what-if matrix as a drawing: rules whose verdict changes, by variant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compliance.finding import WORST_FIRST, Verdict
from compliance.report.graphics.marks import mark
from compliance.report.graphics.svg import (
    INK,
    LINE,
    QUIET,
    WIDTH,
    figure,
    fitted,
    line,
    rect,
    text,
    titled,
)
from compliance.report.words import VERDICTS

_NAMES = 214.0
_ROW = 24.0
#: More rows than this are read better as a table.
MOST_ROWS = 60

#: Citation, title, and the verdict with its cause in each variant (no cause: as in the base).
MatrixRow = tuple[str, str, Sequence[tuple[Verdict | None, str]]]


def variants_chart(
    rows: Sequence[MatrixRow], labels: Sequence[str], *, name: str = "variants"
) -> str | None:
    """Draw the verdict of each changed rule in each variant; a frame marks a change.

    Args:
        rows: see :data:`MatrixRow`.
        labels: of the variants, the design as it is first.
        name: starts the ids inside.

    Returns:
        An ``<svg>`` element; ``None`` where nothing changes or there are too many rows or columns.
    """
    if not rows or len(rows) > MOST_ROWS or len(labels) > 20:
        return None
    step = min((WIDTH - _NAMES) / len(labels), 64.0)
    parts = list(_heads(labels, step))
    seen: set[Verdict] = set()
    for index, (citation, title, cells) in enumerate(rows):
        y = 24 + index * _ROW
        parts.append(line([(0, y + _ROW), (_NAMES + step * len(labels), y + _ROW)], stroke=LINE))
        parts.append(titled(f"{citation}: {title}", text(0, y + 16, fitted(citation, _NAMES - 12))))
        for column, (verdict, why) in enumerate(cells):
            seen |= {verdict} if verdict else set()
            parts.append(_cell(verdict, why, labels[column], _NAMES + column * step, y, step))
    bottom = 24 + len(rows) * _ROW + 14
    parts += _legend(seen, bottom)
    changed = sum(bool(why) for _, _, cells in rows for _, why in cells)
    return figure(
        name,
        bottom + 44,
        f"{len(rows)} rules by variant",
        f"{changed} verdicts differ from the design as it is. The table says the same in words.",
        parts,
    )


def _heads(labels: Sequence[str], step: float) -> Iterator[str]:
    yield text(0, 16, "Variant", size=11, fill=QUIET)
    for index, label in enumerate(labels):
        x = _NAMES + step * (index + 0.5)
        yield titled(label, text(x, 16, str(index), anchor="middle", bold=True))


def _cell(verdict: Verdict | None, why: str, label: str, x: float, y: float, step: float) -> str:
    words = VERDICTS[verdict][0] if verdict else "no such rule"
    middle = x + step / 2
    parts = [
        mark(verdict, middle - 8, y + 4)
        if verdict
        else text(middle, y + 16, "·", anchor="middle", bold=True)
    ]
    if why:
        parts.insert(0, rect(middle - 12, y + 1, 24, 22, stroke=INK, thick=1.8))
    return titled(f"{label}: {words}{f': {why}' if why else ''}", *parts)


def _legend(seen: set[Verdict], y: float) -> Iterator[str]:
    x = 0.0
    for verdict in WORST_FIRST:
        if verdict in seen:
            words = VERDICTS[verdict][0]
            yield mark(verdict, x, y)
            yield text(x + 21, y + 13, words)
            x += 40 + 6.4 * len(words)
    yield rect(1, y + 22, 16, 16, stroke=INK, thick=1.8)
    yield text(21, y + 35, "frame: differs from variant 0")
