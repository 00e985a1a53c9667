"""Read sections of the United States Code as plain text, down to the last clause.

Levels run (a), (1), (A), (i), (I), (aa); a section may begin at any of them. Headings stand
between a label and its words, on the label's line or closed by a full stop and a dash. Source
credits and whatever follows them in a section are left out.
"""

from __future__ import annotations

import re

from base import CorpusError
from corpus.model import Instrument, Kind, LawText
from corpus.readers.builder import TreeBuilder, check_source, squeeze
from corpus.readers.labels import Style
from corpus.readers.outline import (
    Placed,
    Span,
    arrange,
    cut,
    ends_sentence,
    text_lines,
    write_outline,
)

EXPECTED = "sections with headings such as '§ 1331. Definitions'"

_SECTION = re.compile(
    r"(?:§+\s?|Section )(?P<number>\d{1,5}[a-z]{0,2}(?:-\d{1,2})?)\.\s+(?P<name>.+)"
)
_DIVISION = re.compile(r"(?:SUBCHAPTER|CHAPTER|PART|SUBPART) [IVXLC0-9A-Z]+\s?[—–-]")
_CREDIT = re.compile(
    r"\((?:Added |As added )?(?:Pub\. L\.|R\.S\.|[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4})"
)
_ORDER = re.compile(r"(\d+)([a-z]*)(?:-(\d+))?")

#: Longest heading closed by a full stop and a dash.
_LONGEST_HEADING = 300

#: What the Code calls the levels; subparagraphs and all below them are points here.
_KINDS: dict[Style, Kind] = {
    "lower": "subsection",
    "digit": "paragraph",
    "upper": "point",
    "roman": "point",
    "roman_upper": "point",
    "double": "point",
    "double_upper": "point",
}


def read(
    source: str,
    *,
    instrument: Instrument,
    file: str,
    sections: tuple[str, str] | None = None,
) -> LawText:
    """Read sections of one act from a text of the Code.

    Args:
        source: the characters of the file, which may hold several acts.
        instrument: the act and edition; its ``short`` names the title (``43 U.S.C.``).
        file: the file as the user named it.
        sections: first and last section of the act (``("1331", "1356c")``); ``None`` for all.

    Returns:
        Sections with subsections, paragraphs, subparagraphs, clauses, subclauses and items.

    Raises:
        CorpusError: where the file is empty, binary, or has no section in that range.
    """
    check_source(source, file, expected=EXPECTED)
    low, high = (None, None) if sections is None else map(_order, sections)
    builder = TreeBuilder(instrument, source, file=file)
    waiting: list[Span] = []
    reading = False
    for start, end in text_lines(source):
        found = _SECTION.match(source, start, end)
        if found is None and not _DIVISION.match(source, start, end):
            if _is_credit(source, start, end):
                _write(builder, waiting)
                builder.close(0, start)
                waiting, reading = [], False
            elif reading:
                waiting.append((start, end))
            continue
        _write(builder, waiting)
        builder.close(0, start)
        waiting, reading = [], False
        if found is not None:
            number = _order(found["number"])
            reading = low is None or high is None or low <= number <= high
        if found is not None and reading:
            builder.open(
                0,
                "section",
                found["number"],
                at=start,
                body=end,
                label=source[start : found.start("name")].rstrip(" ."),
                heading=squeeze(found["name"]).rstrip("."),
            )
    _write(builder, waiting)
    return builder.build(need="section", expected=EXPECTED)


def _order(number: str) -> tuple[int, str, int]:
    """Return the place of a section in its title: 1338 before 1338a before 1340."""
    found = _ORDER.fullmatch(number)
    if found is None:
        raise CorpusError(f"{number!r} is no section number", hint="give one such as 1338a")
    return int(found[1]), found[2], int(found[3] or 0)


def _is_credit(source: str, start: int, end: int) -> bool:
    return _CREDIT.match(source, start, end) is not None and "Stat." in source[start:end]


def _write(builder: TreeBuilder, lines: list[Span]) -> None:
    if not lines or builder.kind is None:
        return
    placed = arrange(builder.source, cut(builder.source, lines))
    write_outline(builder, placed, depth=1, kind_of=_kind, cite_of=_cite, heading_rule=_heading_end)


def _kind(item: Placed) -> Kind:
    return _KINDS[item.style] if item.style is not None else "point"


def _cite(item: Placed) -> str | None:
    return f"({item.piece.label.key})" if item.piece.label is not None else None


def _heading_end(source: str, body: int, end: int, more: bool) -> int:
    """Return where the heading that follows a label ends; ``body`` where there is none."""
    if body >= end or not (source[body].isupper() or source[body] in '“"0123456789'):
        return body
    dash = source.find(".—", body, min(end, body + _LONGEST_HEADING))
    if dash >= 0 and ". " not in source[body:dash]:
        return dash + 2
    open_ended = not ends_sentence(source, end) or source.endswith("etc.", body, end)
    return end if more and open_ended else body
