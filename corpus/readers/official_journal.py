"""Read acts of the European Union as plain text of the Official Journal.

In such text a label often stands on a line of its own, above its words. Recitals end where the
enacting terms begin, and the footnotes that follow the signatures end where an annex begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.model import Instrument, Kind, LawText
from corpus.readers.builder import TreeBuilder, check_source, squeeze
from corpus.readers.outline import Placed, Span, arrange, cut, text_lines, write_outline
from corpus.readers.treaty import list_kind

EXPECTED = "an act of the Official Journal with lines such as 'Article 1'"

_HEADING = re.compile(
    r"(?P<word>Article|CHAPTER|Chapter|TITLE|Title|SECTION|Section|ANNEX|Annex)"
    r"(?: (?P<number>\d{1,3}[a-z]?|[IVXLC]+|[A-Z]))?"
)
_TABLE = re.compile(r"Table (?P<number>\d{1,2}[a-z]?)")
_ENACTING = re.compile(r"HA(?:VE|S) ADOPTED THIS")
_SIGNED = re.compile(r"Done at \S")
_REFERENCE = re.compile(r"\(referred to in ")
_RECITAL = re.compile(r"\((\d{1,3})\)")
_MARKUP = re.compile(r"#{1,6} |<a |\| ?-{3}|-{3}$")
_DASH = "—"
_LONGEST_TITLE = 200

_CHAPTER, _SECTION, _ARTICLE, _INSIDE = 1, 2, 3, 4


def read(source: str, *, instrument: Instrument, file: str) -> LawText:
    """Read a directive, regulation or decision.

    Args:
        source: the characters of the file.
        instrument: the act and edition.
        file: the file as the user named it.

    Returns:
        Recitals, articles with paragraphs and points, annexes. The points of an annex of
        descriptors are descriptors. Citations, signatures and footnotes are left out.

    Raises:
        CorpusError: where the file is empty, binary, or has no article.
    """
    check_source(source, file, expected=EXPECTED)
    builder = TreeBuilder(instrument, source, file=file)
    lines = [
        _cell(source, start, end)
        for start, end in text_lines(source)
        if not _MARKUP.match(source, start, end)
    ]
    first, last = _recital_range(source, lines)
    _recitals(builder, lines[first:last])
    at = last
    signed = False
    while at < len(lines):
        start, end = lines[at]
        heading = _HEADING.fullmatch(source, start, end)
        if heading is None:
            signed = signed or _SIGNED.match(source, start, end) is not None
            if signed:
                builder.close(0, start)
            at += 1
            continue
        signed = signed and heading["word"].upper() != "ANNEX"
        stop = at + 1
        while stop < len(lines) and not (
            _HEADING.fullmatch(source, *lines[stop]) or _SIGNED.match(source, *lines[stop])
        ):
            stop += 1
        if not signed:
            _division(builder, heading, lines[at + 1 : stop])
        at = stop
    return builder.build(need="article", expected=EXPECTED)


def _cell(source: str, start: int, end: int) -> Span:
    """Return the words of a line that is a table row, bars left out."""
    while start < end and source[start] in "| ":
        start += 1
    while end > start and source[end - 1] in "| ":
        end -= 1
    return start, end


def _recital_range(source: str, lines: Sequence[Span]) -> tuple[int, int]:
    whereas = next(
        (index for index, line in enumerate(lines) if source[slice(*line)] == "Whereas:"), None
    )
    if whereas is None:
        return 0, 0
    for index in range(whereas, len(lines)):
        if _ENACTING.match(source, *lines[index]):
            return whereas + 1, index
    return whereas + 1, whereas + 1


def _recitals(builder: TreeBuilder, lines: Sequence[Span]) -> None:
    source = builder.source
    number = 0
    for start, end in lines:
        found = _RECITAL.match(source, start, end)
        if found and int(found[1]) == number + 1:
            number += 1
            builder.open(
                0,
                "recital",
                f"recital-{number}",
                at=start,
                body=found.end(),
                label=found.group(),
                cite=f" recital {number}",
            )
    if lines:
        builder.close(0, lines[-1][1])


def _division(builder: TreeBuilder, heading: re.Match[str], lines: list[Span]) -> None:
    """Open the chapter, article or annex that ``heading`` announces and write its inside."""
    source = builder.source
    word, number = heading["word"].lower(), heading["number"] or ""
    title = ""
    body = heading.end()
    if lines and _is_title(source, *lines[0], alone=word != "article" or len(lines) > 1):
        title = squeeze(source[slice(*lines[0])])
        body = lines.pop(0)[1]
    if word == "annex" and lines and _REFERENCE.match(source, *lines[0]):
        body = lines.pop(0)[1]
    depth, kind, token, cite = _place(word, number)
    builder.open(
        depth,
        kind,
        token,
        at=heading.start(),
        body=body,
        label=heading.group(),
        heading=title,
        cite=cite,
    )
    if kind == "annex":
        _annex(builder, title, lines)
    elif lines:
        placed = arrange(source, cut(source, lines))
        write_outline(builder, placed, depth=_INSIDE, kind_of=list_kind)


def _place(word: str, number: str) -> tuple[int, Kind, str, str]:
    if word == "article":
        return _ARTICLE, "article", number, f" Art. {number}"
    if word == "annex":
        return 0, "annex", f"annex-{number.lower()}".rstrip("-"), f" Annex {number}".rstrip()
    token = f"{word}-{number.lower()}"
    if word == "section":
        return _SECTION, "chapter", token, f", section {number}"
    return _CHAPTER, "chapter", token, f" {word.capitalize()} {number}"


def _is_title(source: str, start: int, end: int, *, alone: bool) -> bool:
    """Return whether a line below a heading is its title: short, unlabelled, no sentence."""
    labelled = cut(source, [(start, end)])[0].label is not None
    return (
        alone
        and not labelled
        and end - start <= _LONGEST_TITLE
        and source[end - 1] not in ".;:,"
        and not _TABLE.fullmatch(source, start, end)
        and source[start] != _DASH
    )


def _annex(builder: TreeBuilder, title: str, lines: list[Span]) -> None:
    source = builder.source
    if any(source[slice(*line)] == _DASH for line in lines):
        _tables(builder, lines)
        return
    point: Kind = "descriptor" if "descriptor" in title.lower() else "point"

    def kind_of(item: Placed) -> Kind:
        return point if item.level == 0 else "point"

    placed = arrange(source, cut(source, lines))
    write_outline(builder, placed, depth=_INSIDE, kind_of=kind_of, led_in=True)


def _tables(builder: TreeBuilder, lines: list[Span]) -> None:
    """Write indicative lists: tables, groups with a heading of their own, dashed entries.

    Neither groups nor entries are numbered in the text; ids and citations count them.
    """
    source = builder.source
    group = entry = 0
    texts = [source[slice(*line)] for line in lines]
    for index, (start, end) in enumerate(lines):
        following = texts[index + 1] if index + 1 < len(lines) else ""
        previous = texts[index - 1] if index else ""
        table = _TABLE.fullmatch(texts[index])
        if table is not None:
            group = 0
            number = table["number"]
            builder.open(
                _CHAPTER,
                "section",
                number,
                at=start,
                body=end,
                label=table.group(),
                cite=f" Table {number}",
            )
        elif _TABLE.fullmatch(previous):
            builder.entitle(squeeze(texts[index]), body=end)
        elif texts[index] == _DASH:
            entry += 1
            builder.open(_INSIDE + 1, "point", str(entry), at=start, body=end, label=_DASH)
        elif following == _DASH and previous != _DASH:
            group, entry = group + 1, 0
            builder.open(
                _INSIDE, "point", str(group), at=start, body=end, heading=squeeze(texts[index])
            )
