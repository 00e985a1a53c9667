"""Any other text, by paragraphs: for extraction from law that the program does not know."""

from __future__ import annotations

import re
from collections.abc import Iterable

from base import CorpusError
from corpus.model import Instrument, LawText, Provision

_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?![ \t\r]*\n)[^\n]+)*")


def read(source: str, *, instrument: Instrument, file: str) -> LawText:
    """Return one provision per paragraph (a run of lines without a blank line between them).

    Args:
        source: the file's own characters.
        instrument: what to call the text; its id is the prefix of the paragraphs' ids.
        file: name for spans.

    Raises:
        CorpusError: a text without a word in it.
    """
    stretches = (found.span() for found in _PARAGRAPH.finditer(source))
    return numbered(source, stretches, instrument=instrument, file=file)


def numbered(
    source: str, stretches: Iterable[tuple[int, int]], *, instrument: Instrument, file: str
) -> LawText:
    """Return one provision for each stretch of the source that has a word in it.

    Args:
        source: the file's own characters.
        stretches: start and end of each, in order.
        instrument, file: as in :func:`read`.

    Raises:
        CorpusError: none of them has a word.
    """
    provisions: list[Provision] = []
    for begin, end in stretches:
        text = source[begin:end].strip()
        if not re.search(r"\w", text):
            continue
        start = source.index(text, begin)
        number = len(provisions) + 1
        provisions.append(
            Provision(
                id=f"{instrument.id}:{number}",
                citation=f"{instrument.short} para. {number}",
                kind="paragraph",
                label="",
                heading="",
                text=text,
                start=start,
                end=start + len(text),
                extent_start=start,
                extent_end=start + len(text),
            )
        )
    if not provisions:
        raise CorpusError("holds no text", where=file, hint="give a file with words in it")
    return LawText(instrument, file, source, tuple(provisions))
