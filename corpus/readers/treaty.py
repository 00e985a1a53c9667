"""Read treaties as Markdown or plain text: articles under parts and sections, annexes, lists.

Headings may be Markdown (``### Article  5``, the title on a heading line of its own below) or
plain lines (``Article 5. Normal baseline``, ``Article 5 Normal baseline``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from corpus.model import Instrument, Kind, LawText
from corpus.readers.builder import TreeBuilder, check_source, squeeze
from corpus.readers.outline import (
    Placed,
    Span,
    arrange,
    cut,
    ends_sentence,
    text_lines,
    write_outline,
)
from corpus.readers.running import is_running, write_running

EXPECTED = "a treaty with headings such as 'Article 1' or 'Regulation 1'"

#: Longest plain line taken for a heading; longer ones are sentences that begin with a reference.
_LONGEST_HEADING = 220

_NUMBER = r"[A-E]-\d+|\d{1,3}\s?(?:bis|ter|quater|[A-Z]\b)?|[IVXLC]+(?:-\d+)?|[A-Z]"
_HEADING = re.compile(
    r"(?P<marks>#{1,6})?\s*(?:conference\s)?(?P<word>article|part|sub-?section|section|annex|appendix|chapter"
    r"|regulation|rule|resolution|protocol|addendum)\b"
    rf"\s*(?P<number>(?:{_NUMBER})(?![\w’']))?\s*[.:–—-]?\s*(?P<title>.*)",
    re.IGNORECASE,
)
_PLAIN_WORDS = re.compile(
    r"(?:Article|Regulation|Rule|ARTICLE|PART|SECTION|SUBSECTION|ANNEX|CHAPTER|Annex|Appendix)\b"
)
_CLOSING = re.compile(r"(?:in witness whereof|done (?:at|in) [A-Z])", re.IGNORECASE)


class _Rank(NamedTuple):
    depth: int
    kind: Kind


_RANKS: dict[str, _Rank] = {
    "protocol": _Rank(0, "annex"),
    "annex": _Rank(0, "annex"),
    "addendum": _Rank(0, "annex"),
    "resolution": _Rank(0, "annex"),
    "appendix": _Rank(1, "appendix"),
    "chapter": _Rank(2, "section"),
    "part": _Rank(3, "part"),
    "section": _Rank(4, "chapter"),
    "subsection": _Rank(5, "chapter"),
    "article": _Rank(6, "article"),
    "regulation": _Rank(6, "regulation"),
    "rule": _Rank(6, "rule"),
}
_UNITS = frozenset({"article", "regulation", "rule"})
_INSIDE = 7

_NAMES: dict[str, str] = {
    "article": "Art.",
    "regulation": "reg.",
    "rule": "rule",
    "annex": "Annex",
    "appendix": "Appendix",
    "addendum": "Addendum",
    "protocol": "Protocol",
    "resolution": "Resolution",
    "chapter": "Chapter",
}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading line: what it announces, its number as printed and its title, if on the line."""

    word: str
    number: str
    title: str
    title_at: int
    at: int
    end: int


def read(source: str, *, instrument: Instrument, file: str) -> LawText:
    """Read a treaty.

    Args:
        source: the characters of the file.
        instrument: the treaty and edition.
        file: the file as the user named it.

    Returns:
        Articles (regulations, rules) with paragraphs and points, grouped by parts and sections;
        annexes with their own articles. Preamble and signatures are left out.

    Raises:
        CorpusError: where the file is empty, binary, or has neither articles nor regulations.
    """
    check_source(source, file, expected=EXPECTED)
    if is_running(source):
        builder = TreeBuilder(instrument, source, file=file)
        write_running(builder)
        return builder.build(need="article", expected=EXPECTED)
    lines = list(text_lines(source))
    headings = {start: find_heading(source, start, end) for start, end in lines}
    nesting = _nesting(source, lines, headings)
    inline = not any(source[start] == "#" for start, _ in lines)
    builder = TreeBuilder(instrument, source, file=file)
    waiting: list[Span] = []
    untitled = False
    for start, end in lines:
        heading = headings[start]
        marked = source[start] == "#"
        closing = not marked and _CLOSING.match(source, start, end) is not None
        titled = _is_title(source, start, end) or (inline and _is_loose_title(source, start, end))
        if heading is None and untitled and not waiting and titled:
            builder.entitle(squeeze(source[start:end].lstrip("#")), body=end)
            untitled = False
            continue
        if heading is None and not marked and not closing:
            waiting.append((start, end))
            continue
        _write(builder, waiting, inline=inline)
        waiting = []
        untitled = heading is not None and not heading.title
        if heading is not None:
            _open(builder, heading, nests=start in nesting)
        elif closing:
            builder.close(0, start)
        else:
            _subheading(builder, source[start:end].lstrip("#").strip(), start, end)
    _write(builder, waiting, inline=inline)
    need: Kind = "article" if re.search("article", source, re.IGNORECASE) else "regulation"
    return builder.build(need=need, expected=EXPECTED)


def _nesting(source: str, lines: list[Span], headings: dict[int, Heading | None]) -> frozenset[int]:
    """Return where the parts and sections stand whose number the ids below them need.

    Parts and sections only group while articles are numbered through; they become pieces of
    their own where numbers start again below each, or where text stands in them directly.
    """
    found: set[int] = set()
    groups: list[int] = []
    numbers: list[str] = []
    group: Heading | None = None
    first = ""

    def settle() -> None:
        if len(set(numbers)) < len(numbers):
            found.update(groups)
        groups.clear()
        numbers.clear()

    for start, end in lines:
        heading = headings[start]
        if heading is None:
            if group is not None and not _is_title(source, start, end):
                found.add(group.at)
                group = None
            continue
        depth = _RANKS[heading.word].depth
        if depth <= _RANKS["chapter"].depth:
            settle()
            first = ""
            group = None
        elif heading.word in _UNITS:
            numbers.append(heading.number)
            group = None
        else:
            first = first or heading.word
            if heading.word == first:
                groups.append(start)
            group = heading
    settle()
    return frozenset(found)


def _is_title(source: str, start: int, end: int) -> bool:
    line = source[start:end].lstrip("# ")
    return not line.isdigit() and (source[start] == "#" or line.isupper())


def _is_loose_title(source: str, start: int, end: int) -> bool:
    """Return whether a plain line below ``Article 5`` is its title: no label and no sentence."""
    labelled = cut(source, [(start, end)])[0].label is not None
    return end - start <= _LONGEST_HEADING and not labelled and not ends_sentence(source, end)


def find_heading(source: str, start: int, end: int) -> Heading | None:
    """Return the heading that a line is; ``None`` where it is a line of text."""
    found = _HEADING.match(source, start, end)
    if found is None:
        return None
    title = found["title"].strip()
    number = found["number"] or ""
    if found["marks"]:
        if title and not number:
            return None
    else:
        if end - start > _LONGEST_HEADING or not _PLAIN_WORDS.match(source, start, end):
            return None
        bare = found["word"].upper() == found["word"] and not title
        if not (number or bare) or (title and not title[0].isupper() and title[0] not in "\"“['"):
            return None
        if title.endswith((",", ";")):
            return None
    word = found["word"].lower().replace("-", "")
    return Heading(word, squeeze(number), squeeze(title), found.start("title"), start, end)


def _open(builder: TreeBuilder, heading: Heading, *, nests: bool) -> None:
    rank = _RANKS[heading.word]
    number = heading.number.replace(" ", "")
    token = number if heading.word in _UNITS else f"{heading.word}-{number}".rstrip("-")
    cite = None
    if heading.word in _NAMES:
        cite = f" {_NAMES[heading.word]} {heading.number}".rstrip()
    elif nests:
        cite = f", {heading.word} {heading.number}".rstrip()
    builder.open(
        rank.depth,
        "section" if nests else rank.kind,
        token.lower(),
        at=heading.at,
        body=heading.end,
        label=squeeze(builder.source[heading.at : heading.title_at]).lstrip("# ").rstrip(" ."),
        heading=heading.title,
        cite=cite,
    )


def _subheading(builder: TreeBuilder, title: str, start: int, end: int) -> None:
    """Take a heading line of another form: a bare number opens a paragraph, others end text."""
    if title.isdigit():
        builder.close(_INSIDE - 1, start)
    if title.isdigit() and builder.kind is not None:
        builder.open(_INSIDE - 1, "paragraph", title, at=start, body=end, label=title)
    else:
        builder.stop(start)


def _write(builder: TreeBuilder, lines: list[Span], *, inline: bool) -> None:
    if not lines or builder.kind is None:
        return
    placed = arrange(builder.source, cut(builder.source, lines, inline=inline))
    write_outline(builder, placed, depth=_INSIDE, kind_of=list_kind)


def list_kind(item: Placed) -> Kind:
    """Return ``paragraph`` for the numbered paragraphs of an article, else ``point``."""
    label = item.piece.label
    numbered = label is not None and label.shape == "dot" and label.token.isdigit()
    return "paragraph" if item.level == 0 and numbered else "point"
