"""Any other text, by paragraphs: for extraction from law that the program does not know."""

from __future__ import annotations

import re

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
    provisions: list[Provision] = []
    for found in _PARAGRAPH.finditer(source):
        text = found.group().strip()
        if not re.search(r"\w", text):
            continue
        start = found.start() + found.group().index(text)
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
