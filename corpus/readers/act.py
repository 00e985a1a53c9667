"""The parts of an EU act, written alike whichever of the Publications Office's formats it is in."""

from __future__ import annotations

import re

from base import CorpusError
from corpus.readers.reading import Reading

EXPECTED = "an EU act with numbered articles"

#: Depths of the parts in the tree; lists nest below the paragraph or the group they stand in.
CHAPTER, ARTICLE, PARAGRAPH = 0, 2, 3
ANNEX, GROUP = 0, 3

_ARTICLE = re.compile(r"Article\s+(\d+[a-z]*)\b", re.IGNORECASE)
_DIVISION = re.compile(r"(PART|TITLE|CHAPTER|SECTION)\s+([0-9]+|[IVXLC]+)[a-z]?\b", re.IGNORECASE)
_ANNEX = re.compile(r"ANNEX(?:\s+([0-9]+|[IVXLC]+[a-z]?))?$", re.IGNORECASE)
_POINT = re.compile(r"\(?(\d{1,3}|[a-z]{1,6}|[A-Z]{1,6})[.)]")
_PARAGRAPH = re.compile(r"(\d{1,3}[a-z]?)\.\s+(?=\S)")


def chapter(reading: Reading, title: str, heading: str, *, locator: str | None = None) -> None:
    """Open a chapter or section; a title without a number is printed and opens nothing."""
    found = _DIVISION.match(title)
    if found is None:
        reading.aside(f"{title} {heading}".strip())
        return
    section = found[1].lower() == "section"
    reading.open(
        CHAPTER + section,
        "chapter",
        f"{found[1]}-{found[2]}".lower(),
        label=title,
        heading=heading,
        locator=locator,
    )


def article(
    reading: Reading, title: str, heading: str, *, file: str, locator: str | None = None
) -> None:
    """Open an article.

    Raises:
        CorpusError: where the title has no article number.
    """
    found = _ARTICLE.match(title)
    if found is None:
        raise CorpusError(f"article titled '{title[:40]}'", where=file, hint=f"expected {EXPECTED}")
    reading.open(ARTICLE, "article", found[1], label=title, heading=heading, locator=locator)


def annex_number(title: str) -> str | None:
    """Return the token of an annex title, such as ``annex-iii`` or ``annex``; else ``None``."""
    found = _ANNEX.match(title)
    if found is None:
        return None
    return f"annex-{found[1].lower()}" if found[1] else "annex"


def annex(reading: Reading, title: str, heading: str, *, locator: str | None = None) -> None:
    """Open an annex; a title that is not one is printed and opens nothing."""
    token = annex_number(title)
    if token is None:
        reading.aside(f"{title} {heading}".strip())
    else:
        reading.open(ANNEX, "annex", token, label=title, heading=heading, locator=locator)


def recital(reading: Reading, label: str, *, locator: str | None = None) -> None:
    """Open a recital from its label, such as ``(12)``."""
    number = label.strip("()")
    reading.open(
        CHAPTER,
        "recital",
        f"recital-{number}",
        label=label,
        cite=f" recital {number}",
        locator=locator,
    )


def paragraph(reading: Reading, label: str, *, locator: str | None = None) -> None:
    """Open a numbered paragraph of an article from its label, such as ``3.``."""
    reading.open(PARAGRAPH, "paragraph", label.rstrip("."), label=label, locator=locator)


def group(reading: Reading, label: str, heading: str) -> None:
    """Open a numbered group of an annex, such as ``1. INFORMATION TO BE SUBMITTED``."""
    reading.open(GROUP, "paragraph", label.rstrip("."), label=label, heading=heading)


def point(reading: Reading, depth: int, label: str, *, locator: str | None = None) -> None:
    """Open an item of a list; one without number or letter is counted by the builder (``~2``)."""
    found = point_token(label)
    reading.open(depth, "point", found or "dash", label=label, locator=locator)


def point_token(label: str) -> str | None:
    """Return ``a`` for ``(a)``, ``12`` for ``12.``; ``None`` where there is no such label."""
    found = _POINT.fullmatch(label)
    return found[1] if found else None


def split_paragraph(line: str) -> tuple[str, str] | None:
    """Return label and words of a line such as ``3.   Member States ...``; else ``None``."""
    found = _PARAGRAPH.match(line)
    return (f"{found[1]}.", line[found.end() :]) if found else None
