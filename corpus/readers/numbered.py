"""Read plain texts that are numbered through: federal regulations and judicial opinions.

Federal regulations have sections (``Section 970.101. Definitions``, ``§ 585.902 What ...?``) with
lists; an opinion has paragraphs counted from its first page to its last.
"""

from __future__ import annotations

import re

from corpus.model import Instrument, Kind, LawText
from corpus.readers.builder import TreeBuilder, check_source, squeeze
from corpus.readers.outline import Placed, Span, arrange, cut, text_lines, write_outline

EXPECTED = "sections such as '§ 970.101' or paragraphs numbered '1.', '2.', '3.'"

#: ``§ 970.101 Definitions``, ``### Sec. 250.106 What ...?``, and of a code ``Section 1401. Title``.
_SECTION = re.compile(
    r"(?:#{1,4} )?(?:§+ ?|Section |Sec\. )"
    r"(?P<number>\d{1,4}\.\d{1,4}[a-z]?(?=\.? )|\d{3,5}[a-z]?(?=\. ))\.? "
    r"(?P<name>[A-Z“\[][^.?]{1,240}[.?]?)(?=\s|$)"
)
_SUBPART = re.compile(r"Subpart (?P<letter>[A-Z]{1,2})\s?[—–-]\s?(?P<name>.+)")
_SOURCE_NOTE = re.compile(r"\[\d+ FR \d+|(?:Source|Authority): ")
_PARAGRAPH = re.compile(r"(?P<number>\d{1,4})\. (?=\S)")
#: Paragraph numbers that a copy may have lost between two that it kept.
_WIDEST_GAP = 10


def read(source: str, *, instrument: Instrument, file: str) -> LawText:
    """Read a part of the Code of Federal Regulations, or an opinion with numbered paragraphs.

    Args:
        source: the characters of the file.
        instrument: the text and edition.
        file: the file as the user named it.

    Raises:
        CorpusError: where the file is empty, binary, or has neither such sections nor paragraphs.
    """
    check_source(source, file, expected=EXPECTED)
    builder = TreeBuilder(instrument, source, file=file)
    lines = list(text_lines(source))
    if any(_SECTION.match(source, start, end) for start, end in lines):
        _sections(builder, lines)
        return builder.build(need="section", expected=EXPECTED)
    _paragraphs(builder, lines)
    return builder.build(need="paragraph", expected=EXPECTED)


def _sections(builder: TreeBuilder, lines: list[Span]) -> None:
    source = builder.source
    waiting: list[Span] = []
    for start, end in lines:
        section = _SECTION.match(source, start, end)
        subpart = _SUBPART.match(source, start, end)
        if section is None and subpart is None:
            if _SOURCE_NOTE.match(source, start, end):
                _write(builder, waiting)
                waiting = []
                builder.stop(start)
            elif builder.kind not in (None, "part"):
                waiting.append((start, end))
            continue
        _write(builder, waiting)
        waiting = []
        if subpart is not None:
            letter = subpart["letter"]
            builder.open(
                0,
                "part",
                f"subpart-{letter.lower()}",
                at=start,
                body=end,
                label=f"Subpart {letter}",
                heading=squeeze(subpart["name"]),
                cite=f" subpart {letter}",
            )
        elif section is not None:
            builder.open(
                1,
                "section",
                section["number"],
                at=start,
                body=section.end(),
                label=source[start : section.start("name")].rstrip(" ."),
                heading=squeeze(section["name"]).rstrip("."),
            )
            if section.end() < end:
                waiting = [(section.end(), end)]
    _write(builder, waiting)


def _write(builder: TreeBuilder, lines: list[Span]) -> None:
    if lines and builder.kind == "section":
        placed = arrange(builder.source, cut(builder.source, lines, inline=True))
        write_outline(builder, placed, depth=2, kind_of=_kind)


def _kind(item: Placed) -> Kind:
    return "paragraph" if item.level == 0 else "point"


def _paragraphs(builder: TreeBuilder, lines: list[Span]) -> None:
    """Open the paragraphs whose numbers rise; lists that count again from one stay inside."""
    source = builder.source
    last = 0
    for start, end in lines:
        found = _PARAGRAPH.match(source, start, end)
        if found is None:
            continue
        number = int(found["number"])
        if last < number <= last + _WIDEST_GAP:
            last = number
            builder.open(
                0,
                "paragraph",
                str(number),
                at=start,
                body=found.end(),
                label=f"{number}.",
                cite=f" para. {number}",
            )
