"""Cut the inside of one article, regulation or section into its lists and write them to a tree."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.model import Kind
from corpus.readers.builder import TreeBuilder, squeeze
from corpus.readers.labels import Label, Ladder, Style, match_label

Mark = Literal["line", "chain", "inline"]
Span = tuple[int, int]

_TERMINAL = re.compile(r"(?:[.;:,!?—–”\"»\]]|\band|\bor)$")
_REFERENCE = re.compile(
    r"\b(?:paragraph|section|article|regulation|clause|point|annex|part)s?$", re.IGNORECASE
)
_INLINE = re.compile(
    r"([:;.,—])(?: \d{1,3} \d{2}-\d{5})?\s*(?:(?:and|or)\s*)?-?\s?"
    r"(?=\(\w{1,4}\)|\d{1,2}\.|[a-z][.)]\s)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that begins at a label or a line: ``source[at:end]``, words from ``body``."""

    at: int
    body: int
    end: int
    label: Label | None
    mark: Mark = "line"
    before: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece with its list level, from 0 for the outermost; ``None`` for unlabelled text."""

    piece: Piece
    level: int | None
    style: Style | None


#: Tells where the heading of a list item ends: (source, body, end, more inside) to an offset.
HeadingRule = Callable[[str, int, int, bool], int]


def text_lines(source: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Yield the offsets of each line that is not blank, white space at both ends left out."""
    stop = len(source) if end is None else end
    at = start
    while at < stop:
        newline = source.find("\n", at, stop)
        line_end = stop if newline < 0 else newline
        left, right = at, line_end
        while left < right and source[left].isspace():
            left += 1
        while right > left and source[right - 1].isspace():
            right -= 1
        if left < right:
            yield left, right
        at = line_end + 1


def cut(source: str, lines: Sequence[Span], *, inline: bool = False) -> list[Piece]:
    """Cut lines at the labels that begin them and, where ``inline``, at labels inside them."""
    pieces: list[Piece] = []
    for start, end in lines:
        at = start
        while at < end and source[at] == "[":
            at += 1
        mark: Mark = "line"
        while found := match_label(source, at, end):
            label, body = found
            body = _skip_space(source, body, end, "|")
            pieces.append(Piece(start if mark == "line" else at, body, end, label, mark))
            at, mark = body, "chain"
        if mark == "line":
            pieces.append(Piece(start, start, end, None))
        if inline:
            pieces.extend(_inline_pieces(source, at, end))
    return pieces


def _inline_pieces(source: str, start: int, end: int) -> Iterator[Piece]:
    for stop in _INLINE.finditer(source, start, end):
        if stop.end() == start or not (found := match_label(source, stop.end(), end)):
            continue
        label, after = found
        body = _skip_space(source, after, end)
        # A label with a stop behind it is a reference in an enumeration: "(f); (g); (h)".
        if body < end and source[body] not in ";,.:)":
            yield Piece(stop.end(), body, end, label, "inline", stop.group(1))


def arrange(source: str, pieces: Sequence[Piece]) -> list[Placed]:
    """Give each labelled piece its level; labels that no list calls for stay part of the text."""
    ladder = Ladder()
    placed: list[Placed] = []
    labels = [(index, piece.label) for index, piece in enumerate(pieces) if piece.label]
    ahead = [label for _, label in labels]
    rank = {index: place for place, (index, _) in enumerate(labels)}
    previous_end = 0
    for index, piece in enumerate(pieces):
        if piece.label is None:
            placed.append(Placed(piece, None, None))
            previous_end = piece.end
            continue
        following = ahead[rank[index] + 1 : rank[index] + 65]
        whole = previous_end == 0 or ends_sentence(source, previous_end)
        referred = _is_reference(source, piece, previous_end)
        if not _called_for(ladder, piece, piece.label, following, whole=whole, referred=referred):
            if piece.mark == "line":
                placed.append(Placed(piece, None, None))
                previous_end = piece.end
            continue
        level = ladder.place(piece.label, following)
        placed.append(Placed(piece, level, ladder.lists[level].style))
        previous_end = piece.end
    return placed


def _is_reference(source: str, piece: Piece, before: int) -> bool:
    """Return whether a line was broken between "paragraph" and its number "(d) of this section"."""
    return (
        not source[piece.body : piece.body + 1].isupper()
        and _REFERENCE.search(source, max(0, before - 16), before) is not None
    )


def _called_for(
    ladder: Ladder,
    piece: Piece,
    label: Label,
    ahead: Sequence[Label],
    *,
    whole: bool,
    referred: bool,
) -> bool:
    """Return whether a piece's label is one of the text's own lists, no reference, no number.

    ``whole`` says that the text before it ends a sentence, ``referred`` that it ends in a word
    such as "paragraph", so that the label only begins a line that was broken there.
    """
    if piece.mark == "line":
        return whole or (ladder.fits(label) and not referred)
    if piece.mark == "chain":
        return ladder.starts(label) or (label.shape == "clause" and ladder.fits(label))
    if ladder.continues(label) and (piece.before in ";.:" or label.shape == "clause"):
        return True
    if not ladder.starts(label) or piece.before not in ":—" or label.clause:
        return False
    return any(
        other.shape == label.shape and 2 in [rank for _, rank in other.readings()]
        for other in ahead[:24]
    )


def ends_sentence(source: str, end: int) -> bool:
    """Return whether the text before ``end`` may be followed by a new piece."""
    return _TERMINAL.search(source, max(0, end - 4), end) is not None


def write_outline(
    builder: TreeBuilder,
    placed: Sequence[Placed],
    *,
    depth: int,
    kind_of: Callable[[Placed], Kind],
    cite_of: Callable[[Placed], str | None] = lambda item: None,
    heading_rule: HeadingRule | None = None,
    led_in: bool = False,
) -> None:
    """Open the placed pieces below the innermost open piece of ``builder``.

    Args:
        builder: holds the article whose inside this is, already open.
        placed: what :func:`arrange` returned.
        depth: depth for pieces of level 0; deeper levels count up from it.
        kind_of: kind of a labelled piece.
        cite_of: what a labelled piece adds to the citation; ``None`` for the usual form.
        heading_rule: tells where the heading of a labelled piece ends, if it has any.
        led_in: whether something before the pieces leads into their outermost list.
    """
    source = builder.source
    levels = [item.level for item in placed]
    upcoming = _next_levels(levels)
    introduced = [False] * (max((level for level in levels if level is not None), default=0) + 2)
    introduced[0] = led_in
    current = -1
    flushed = False
    headed: int | None = None
    for index, item in enumerate(placed):
        piece = item.piece
        if item.level is None or piece.label is None:
            if headed == index - 1 or current < 0:
                introduced[current + 1] = True
            elif not flushed:
                target = _flush_level(source, placed, index, current, upcoming[index], introduced)
                if target is not None:
                    builder.flush(depth + target, at=piece.at)
                    flushed = True
            continue
        current, flushed = item.level, False
        end = piece.end
        following = placed[index + 1] if index + 1 < len(placed) else None
        if following and following.piece.at < end:
            end = following.piece.at
        body = piece.body
        if heading_rule is not None:
            inside = following is not None and (
                following.level is None or following.level > current
            )
            body = heading_rule(source, piece.body, end, inside)
        introduced[current + 1] = bool(source[body:end].strip())
        headed = index if body >= end else None
        builder.open(
            depth + current,
            kind_of(item),
            piece.label.key,
            at=piece.at,
            body=_skip_space(source, body, end),
            label=piece.label.text,
            heading=squeeze(source[piece.body : body]).rstrip("—").rstrip(" ."),
            cite=cite_of(item),
        )


def _next_levels(levels: Sequence[int | None]) -> list[int]:
    following = -1
    result = [following] * len(levels)
    for index in range(len(levels) - 1, -1, -1):
        result[index] = following
        level = levels[index]
        if level is not None:
            following = level
    return result


def _flush_level(
    source: str,
    placed: Sequence[Placed],
    index: int,
    current: int,
    following: int,
    introduced: Sequence[bool],
) -> int | None:
    """Return the level whose list unlabelled text closes; ``None`` where the text just goes on.

    Text between two items of one list belongs to the first. Otherwise it closes a list that has
    words leading into it: a new sentence the outermost that ends here, a sentence that goes on
    the innermost.
    """
    piece = placed[index].piece
    if source[piece.at] == "|" or following >= current:
        return None
    if not ends_sentence(source, placed[index - 1].piece.end):
        return None
    closing = [level for level in range(following + 1, current + 1) if introduced[level]]
    if not closing:
        return None
    return closing[-1] if source[piece.at].islower() else closing[0]


def _skip_space(source: str, at: int, end: int, also: str = "") -> int:
    while at < end and (source[at].isspace() or source[at] in also):
        at += 1
    return at
