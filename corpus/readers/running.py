"""Read treaties printed as one line in small letters, where only the unit words are capitals.

Line breaks are lost in such copies, and with them the end of a heading: ``ARTICLE 2geographical
coverage1. the area``. Numbers are told from the words glued to them by sequence. A heading is
recognised where a numbered paragraph follows it; elsewhere it stays with the words.
"""

from __future__ import annotations

import re

from corpus.model import Kind
from corpus.readers.builder import TreeBuilder, squeeze
from corpus.readers.labels import roman_value, to_roman
from corpus.readers.outline import Placed, arrange, cut, write_outline

_UNIT = re.compile(r"(?<!\S)(?P<word>ARTICLE|ANNEX|APPENDIX)\s+(?P<glued>\d{1,3}|[ivxlc]{0,8})")
_TITLE = re.compile(r"[^.;:]{0,120}?(?=1\.\s)")
_INSIDE = 2


def is_running(source: str) -> bool:
    """Return whether a text has no lines to speak of and its articles in capitals."""
    return source.count("\n") < 5 and _UNIT.search(source) is not None


def write_running(builder: TreeBuilder) -> None:
    """Write the articles and annexes of the builder's source to it."""
    source = builder.source
    units = list(_UNIT.finditer(source))
    last = {"ARTICLE": 0, "ANNEX": 0, "APPENDIX": 0}
    for index, unit in enumerate(units):
        end = units[index + 1].start() if index + 1 < len(units) else len(source)
        word, glued = unit["word"], unit["glued"]
        number, length = _next_number(glued, last[word])
        if word != "APPENDIX" and number == 0:
            builder.close(0, unit.start())
            continue
        last[word] = number
        printed = glued[:length]
        _open(builder, unit, printed, end)


def _open(builder: TreeBuilder, unit: re.Match[str], printed: str, end: int) -> None:
    source = builder.source
    named = unit.start("glued") + len(printed)
    title = _TITLE.match(source, named, end)
    body = title.end() if title is not None else named
    kinds: dict[str, Kind] = {"ARTICLE": "article", "ANNEX": "annex", "APPENDIX": "appendix"}
    word = unit["word"]
    name = "" if word == "ARTICLE" else f"{word.lower()}-"
    short = "Art." if word == "ARTICLE" else word.capitalize()
    builder.open(
        0,
        kinds[word],
        f"{name}{printed}".rstrip("-"),
        at=unit.start(),
        body=body,
        label=f"{word} {printed}".rstrip(),
        heading=squeeze(source[named:body]),
        cite=f" {short} {printed.upper()}".rstrip(),
    )
    placed = arrange(source, cut(source, [(body, end)], inline=True))
    write_outline(builder, placed, depth=_INSIDE, kind_of=_kind)


def _next_number(glued: str, last: int) -> tuple[int, int]:
    """Return the number that ``glued`` begins with and its length; ``(0, 0)`` where it is past.

    The number expected next comes first; failing that, the largest one beyond the last.
    """
    if glued.isdigit():
        number = int(glued)
        return (number, len(glued)) if number > last else (0, 0)
    expected = to_roman(last + 1)
    if glued.startswith(expected):
        return last + 1, len(expected)
    for length in range(len(glued), 0, -1):
        number = roman_value(glued[:length]) or 0
        if number > last:
            return number, length
    return 0, 0


def _kind(item: Placed) -> Kind:
    label = item.piece.label
    numbered = label is not None and label.shape == "dot" and label.token.isdigit()
    return "paragraph" if item.level == 0 and numbered else "point"
