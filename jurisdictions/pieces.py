"""Long texts in pieces: the parser's memory then depends on the piece, not on the text.

A text is cut where a sentence ends, so that no clause is torn; what was read out of the pieces is
put together again with offsets that count the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from jurisdictions.norm import Extraction, Norm, Ordinal, Quantity, TextSpan

#: Of the law texts at hand one provision (a chapter of forms) is longer than this.
PIECE_CHARACTERS = 20_000

_SENTENCE_END = re.compile(r"(?:;|[.?!][\"')\]]*(?=\s+[A-Z(\[\"']))\s+")
_SPACE = re.compile(r"\s+")

_Placed = TypeVar("_Placed", Quantity, Ordinal, TextSpan)


def pieces(text: str, limit: int = PIECE_CHARACTERS) -> Iterator[tuple[int, str]]:
    """Yield ``(start, piece)`` for pieces of at most ``limit`` characters that make up the text.

    Args:
        text: any text; an empty one is one empty piece.
        limit: characters of a piece, at least 2.

    >>> list(pieces("One rule. Two rules.", 12))
    [(0, 'One rule. '), (10, 'Two rules.')]
    """
    start = 0
    while len(text) - start > limit:
        end = _cut(text, start, start + limit)
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _cut(text: str, start: int, end: int) -> int:
    """Return the last sentence end in the second half of ``start:end``, else the last space."""
    middle = (start + end) // 2
    for pattern in (_SENTENCE_END, _SPACE):
        places = [found.end() for found in pattern.finditer(text, middle, end)]
        if places:
            return places[-1]
    return end


def put_together(parts: Iterable[tuple[int, Extraction]]) -> Extraction:
    """Return one extraction for a text from those of its pieces.

    Args:
        parts: where each piece starts, and what was read out of it, in order.
    """
    placed = list(parts)
    if len(placed) == 1 and placed[0][0] == 0:
        return placed[0][1]
    return Extraction(
        norms=tuple(_moved_norm(norm, by) for by, part in placed for norm in part.norms),
        quantities=_moved((by, part.quantities) for by, part in placed),
        ordinals=_moved((by, part.ordinals) for by, part in placed),
        exceptions=_moved((by, part.exceptions) for by, part in placed),
        conditions=_moved((by, part.conditions) for by, part in placed),
        zones=tuple(dict.fromkeys(zone for _, part in placed for zone in part.zones)),
        binds_installation=any(part.binds_installation for _, part in placed),
    )


def _moved(parts: Iterable[tuple[int, tuple[_Placed, ...]]]) -> tuple[_Placed, ...]:
    return tuple(
        replace(item, start=item.start + by, end=item.end + by)
        for by, items in parts
        for item in items
    )


def _moved_norm(norm: Norm, by: int) -> Norm:
    return replace(
        norm,
        start=norm.start + by,
        end=norm.end + by,
        clause_start=norm.clause_start + by,
        clause_end=norm.clause_end + by,
    )
