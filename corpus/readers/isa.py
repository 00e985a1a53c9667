"""Read regulations of the International Seabed Authority as plain text made from their PDFs.

The text keeps traces of the page: a page number and document symbol inside or after a sentence
(``6 13-40403``), footnotes after the last sentence of a page, and headings with the sentence that
follows them on one line. Traces at the end of a provision are left out of its words; those in the
middle stay, for the words of a provision are one stretch of the source.
"""

from __future__ import annotations

import re

from corpus.model import Instrument, Kind, LawText
from corpus.readers.builder import TreeBuilder, check_source, squeeze
from corpus.readers.labels import LATIN, to_roman
from corpus.readers.outline import Placed, Span, arrange, cut, text_lines, write_outline
from corpus.readers.treaty import list_kind

EXPECTED = "regulations with headings such as 'Regulation 1. Use of terms'"

_HEADING = re.compile(
    r"\[{0,2}(?P<word>Regulation|Part|Section|Annex|Schedule|Appendix) "
    rf"(?P<number>\d{{1,3}}|[IVX]{{1,5}})(?:\s(?P<latin>{LATIN}|Alt)\b)?"
    r"(?:\.(?:\s+|$)|\s+(?=[A-Z\[])|$)"
)
#: Page number and document symbol, as at the foot or head of a page: ``6 13-40403``.
_PAGE = re.compile(r"(?:\d{1,3} \d{2}-\d{5}|\d{2}-\d{5} \d{1,3})$")
_NOTE = re.compile(r"(?<=[.;:”]) (\d{1,2}|[a-z]) (?=[A-Z][a-z]+ )")
_LONGEST_NOTE = 700

#: Words that begin a sentence and do not stand capitalised inside a heading.
_STARTER = re.compile(
    r"A|All|An|Any|At|Each|For|If|In|Neither|No|Note|Nothing|On|Pursuant|Subject|The|These"
    r"|This|THIS|To|Upon|When|Where|Within|Without"
)
#: Names that headings write with a capital; any other capital in a long line begins a sentence.
_NAME = re.compile(
    r"Agreement|Area|Authority|Commission|Contractors?|Convention|Council|Enterprise|Legal|Part"
    r"|Regulations|Secretary-General|Section|States?|Technical"
)
_NUMBERED = re.compile(r"\[{0,2}\d{1,2}\.(?:\d{1,2})?\s")
_LONGEST_HEADING = 160

_PART, _SECTION, _UNIT, _INSIDE = 1, 2, 3, 4


def read(source: str, *, instrument: Instrument, file: str) -> LawText:
    """Read a set of regulations with its annexed forms and standard clauses.

    Args:
        source: the characters of the file.
        instrument: the regulations and edition.
        file: the file as the user named it.

    Returns:
        Regulations with paragraphs and points, grouped by parts and sections; annexes, whose
        numbered sections are clauses. Annex ids are Roman (``annex-iv``) also where the text
        prints digits. The decision that adopts the regulations and the preamble are left out.

    Raises:
        CorpusError: where the file is empty, binary, or has no regulation.
    """
    check_source(source, file, expected=EXPECTED)
    builder = TreeBuilder(instrument, source, file=file, tail=_tail)
    waiting: list[Span] = []
    in_annex = False
    for start, end in text_lines(source):
        found = _HEADING.match(source, start, end)
        if found is None:
            if builder.kind is not None:
                waiting.append((start, end))
            continue
        _write(builder, waiting)
        in_annex = in_annex or found["word"] == "Annex"
        body = _open(builder, found, end, in_annex=in_annex)
        waiting = [(body, end)] if body < end else []
    _write(builder, waiting)
    return builder.build(need="regulation", expected=EXPECTED)


def _open(builder: TreeBuilder, found: re.Match[str], end: int, *, in_annex: bool) -> int:
    """Open the piece that a heading announces; return where its words begin."""
    word, number = found["word"], found["number"]
    suffix = found["latin"] or ""
    shown = f"{number} {suffix}".strip()
    body = title_end(builder.source, found.end(), end)
    token = f"{word}-{number}{suffix}".lower()
    depth, cite = _UNIT, f" reg. {shown}"
    kind: Kind = "regulation"
    if word == "Regulation":
        token = f"{number}{suffix}".lower()
    elif word == "Annex":
        roman = to_roman(int(number)) if number.isdigit() else number
        token = f"annex-{roman}{suffix}".lower()
        depth, kind, cite = 0, "annex", f" Annex {shown}"
    elif word == "Part":
        depth, kind, cite = _PART, "part", f" Part {shown}"
    elif word in ("Schedule", "Appendix"):
        depth, kind, cite = _SECTION, "appendix", f" {word} {shown}"
    elif in_annex and number.isdigit():
        token = f"{number}{suffix}".lower()
        depth, kind, cite = _SECTION, "clause", f" cl. {shown}"
    else:
        depth, kind, cite = _SECTION, "chapter", f", section {shown}"
    builder.open(
        depth,
        kind,
        token,
        at=found.start(),
        body=body,
        label=found.group().strip(" [."),
        heading=squeeze(builder.source[found.end() : body]),
        cite=cite,
    )
    return body


def title_end(source: str, start: int, end: int) -> int:
    """Return where the heading at ``start`` ends and text glued to it begins; ``end`` if none.

    A sentence begins at a list label, at a word that opens sentences, where the heading's first
    word comes again, or, in a line too long for a heading, at a capital that is no name.
    """
    words = list(re.finditer(r"\S+", source[start:end]))
    fallback = end
    for word in words[1:60]:
        at = start + word.start()
        text = word.group()
        bare = text.lstrip("[(“").rstrip(",.;:")
        if _NUMBERED.match(source, at, end):
            return at
        if _STARTER.fullmatch(bare) or (bare == words[0].group() and bare[0].isupper()):
            return at
        if fallback == end and bare[:1].isupper() and not _NAME.fullmatch(bare):
            fallback = at
    return fallback if end - start > _LONGEST_HEADING else end


def _write(builder: TreeBuilder, lines: list[Span]) -> None:
    if not lines or builder.kind is None:
        return
    placed = arrange(builder.source, cut(builder.source, lines, inline=True))
    write_outline(builder, placed, depth=_INSIDE, kind_of=_kind)


def _kind(item: Placed) -> Kind:
    label = item.piece.label
    return "clause" if label is not None and label.shape == "clause" else list_kind(item)


def _tail(source: str, start: int, end: int) -> int:
    """Return where the words end once the page traces and footnotes after them are left out."""
    page = _PAGE.search(source, max(start, end - 16), end)
    if page is None:
        return end
    cut_at = page.start()
    for note in _NOTE.finditer(source, max(start, cut_at - _LONGEST_NOTE), cut_at):
        mark = re.compile(rf"[a-z.,;:”]{note[1]}(?=\s)")
        if mark.search(source, max(0, note.start() - 8000), note.start()):
            return note.start()
    return cut_at
