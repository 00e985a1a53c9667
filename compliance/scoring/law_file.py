"""The pieces of a law text that a user hands in: provisions where known, else paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

from base import CorpusError, read_bytes, sha256_bytes

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_LAW_BYTES = 64 * 1024 * 1024
#: A piece with fewer words is a heading, a page number or a table's cell.
LEAST_WORDS = 4

_MARKUP = (".html", ".htm", ".xhtml")
_WORD = re.compile(r"\w{2,}")
_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n")
_UNREAD = frozenset(("script", "style", "head", "title"))
_INLINE = frozenset(("a", "abbr", "b", "cite", "em", "i", "q", "small", "span", "strong", "sub"))


def read_law(path: Path) -> tuple[tuple[str, ...], str]:
    """Read a law text and cut it into pieces as a student takes them.

    A file in which a known instrument is recognised gives its provisions. Any other PDF, HTML, XML,
    CSV or UTF-8 text gives its paragraphs.

    Args:
        path: the file, at most 64 MiB.

    Returns:
        Pieces of at least :data:`LEAST_WORDS` words, in order, and the SHA-256 of the file.

    Raises:
        CorpusError: the file is missing, broken, or holds no words.
    """
    data = read_bytes(path, limit=MAX_LAW_BYTES, error=CorpusError)
    if not data.strip():
        raise CorpusError("empty file", where=str(path), hint="give a text of the law")
    pieces = tuple(one for one in _known(path) or _paragraphs(path, data) if _worded(one))
    if not pieces:
        raise CorpusError("holds no text", where=str(path), hint="give a file with words in it")
    return pieces, sha256_bytes(data)


def _known(path: Path) -> list[str]:
    """Return the provisions of the instruments in a file; none where it holds no whole one."""
    from corpus.library import any_texts, recognise

    try:
        if path.suffix.lower() != ".csv" and not recognise(path):
            return []
        texts = any_texts(path)
    except CorpusError:
        # A part of a text may be recognised and yet not be read by its articles.
        return []
    return [_line(provision.text) for text in texts for provision in text.provisions]


def _paragraphs(path: Path, data: bytes) -> list[str]:
    suffix = path.suffix.lower()
    if data.lstrip()[:5] == b"%PDF-" or suffix == ".pdf":
        from corpus.readers.pdf import reading_text

        return [_line(one) for one in reading_text(data, file=str(path)).split("\n")]
    if suffix == ".xml":
        from corpus.readers.xml_tree import parse

        return list(_outermost(parse(data, file=str(path))))
    text = _decoded(path, data)
    if suffix in _MARKUP:
        page = _Page()
        try:
            page.feed(text)
            page.close()
        except AssertionError as problem:
            # The library's parser says so of a marked section that it does not know.
            raise CorpusError(
                "no HTML that can be read", where=str(path), hint="save the page again"
            ) from problem
        return page.blocks()
    return [_line(one) for one in _EMPTY_LINE.split(text)]


def _outermost(element: Element) -> Iterator[str]:
    """Yield the text of the outermost elements that begin with words, and words between others."""
    from corpus.readers.xml_tree import words

    if (element.text or "").strip():
        yield words(element)
        return
    for item in element:
        yield from _outermost(item)
        yield _line(item.tail or "")


def _decoded(path: Path, data: bytes) -> str:
    from corpus.copies import decode

    text = decode(data, str(path))
    if "\0" in text:
        raise CorpusError(
            "no text: it holds a zero byte", where=str(path), hint="give a PDF or a text"
        )
    return text


def _line(text: str) -> str:
    return " ".join(text.split())


def _worded(text: str) -> bool:
    return len(_WORD.findall(text)) >= LEAST_WORDS


class _Page(HTMLParser):
    """Collects the words of an HTML page, block by block; nothing in it is run or fetched."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[list[str]] = [[]]
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in _UNREAD
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in _UNREAD and self._unread > 0
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._parts[-1].append(data)

    def _break(self, tag: str) -> None:
        if tag not in _INLINE and self._parts[-1]:
            self._parts.append([])

    def blocks(self) -> list[str]:
        """Return the text of each block."""
        return [_line("".join(part)) for part in self._parts]
