"""Read the XHTML in which EUR-Lex publishes acts of the Official Journal.

The classes of paragraphs (``oj-ti-art``, ``oj-normal``, ...) say what a line is; lists are tables
of two columns, label and words. Older files have the same classes without ``oj-``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from typing import TYPE_CHECKING

from corpus.model import Instrument, LawText
from corpus.readers import act
from corpus.readers.reading import Reading
from corpus.readers.xml_tree import classes, name, parse, raw_words, squeeze

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})

#: Footnotes and the marks that refer to them; the brackets around a mark are their siblings.
_NOTES = ("note", "oj-note", "note-tag", "oj-note-tag")
_LOST_MARK = re.compile(r"\s*\(\s*\)")
_ADOPTED = re.compile(r"HA(?:S|VE) ADOPTED THIS", re.IGNORECASE)


def read(data: bytes, *, instrument: Instrument, file: str) -> LawText:
    """Read one act: recitals, chapters, articles, paragraphs, points and annexes.

    Args:
        data: the bytes of the file.
        instrument: the instrument that it holds.
        file: the file as the user named it.

    Raises:
        CorpusError: when the file is not safe, well-formed XHTML with an article.
    """
    root = parse(_ENTITY.sub(_character, data), file=file)
    walk = _Walk(Reading(instrument, file=file), file)
    blocks = list(_blocks(root))
    position = 0
    while position < len(blocks):
        position += walk.take(blocks[position : position + 2])
    return walk.reading.build(need="article", expected=act.EXPECTED)


def _character(found: re.Match[bytes]) -> bytes:
    """Replace an entity of HTML, which XML does not know, by its character."""
    character = html5.get(found[1].decode("ascii") + ";")
    if found[1] in _XML_ENTITIES or character is None:
        return found[0]
    return "".join(f"&#{ord(letter)};" for letter in character).encode("ascii")


def _blocks(element: Element) -> Iterator[Element]:
    """Yield paragraphs and tables in reading order, outermost first."""
    for item in element:
        local = name(item)
        if local in ("p", "table", "h1", "h2", "h3"):
            yield item
        elif local not in ("head", "script", "style") and _style(item) != "final":
            yield from _blocks(item)


def _style(block: Element) -> str:
    """Return the class that tells what a paragraph is, without the prefix of newer files."""
    found = classes(block)
    return found[0].removeprefix("oj-") if found else ""


def _line(block: Element) -> str:
    return _clean(raw_words(block, skip=_NOTES))


def _clean(text: str) -> str:
    """Collapse white space and drop the brackets that a footnote's mark stood in."""
    return _LOST_MARK.sub("", squeeze(text))


def _rows(table: Element) -> Iterator[list[Element]]:
    """Yield the cells of each row of a table, rows of nested tables left to their cells."""
    for item in table:
        local = name(item)
        if local == "tr":
            yield [cell for cell in item if name(cell) in ("td", "th")]
        elif local in ("thead", "tbody", "tfoot"):
            yield from _rows(item)


class _Walk:
    """Takes blocks in order and tells the reading which parts they open."""

    def __init__(self, reading: Reading, file: str) -> None:
        self.reading = reading
        self.file = file
        self.part = "front"
        self.list_depth = act.ARTICLE
        self.listed = False

    def take(self, blocks: list[Element]) -> int:
        """Take the first of ``blocks``, with the second where that is its heading."""
        block, following = blocks[0], blocks[1] if len(blocks) > 1 else None
        if name(block) == "table":
            self._table(block)
            return 1
        style, line = _style(block), _line(block)
        if style in ("ti-art", "ti-section-1", "doc-ti", "ti-grseq-1"):
            return self._title(style, line, block.get("id"), following)
        if style in ("note", "signatory", "hd-date", "hd-lg", "hd-ti", "hd-oj", "doc-end"):
            return 1
        self._words(line)
        return 1

    def _title(self, style: str, line: str, place: str | None, following: Element | None) -> int:
        heading = ""
        wanted = {
            "ti-art": "sti-art",
            "ti-section-1": "ti-section-2",
            "doc-ti": "ti-grseq-1",
        }.get(style)
        if following is not None and _style(following) == wanted:
            heading = _line(following)
            if style == "doc-ti" and act.split_paragraph(heading):
                heading = ""
        self.listed = False
        if style == "ti-art":
            self.part, self.list_depth = "article", act.ARTICLE + 1
            act.article(self.reading, line, heading, file=self.file, locator=place)
        elif style == "ti-section-1":
            act.chapter(self.reading, line, heading, locator=place)
        elif style == "doc-ti":
            if act.annex_number(line):
                self.part, self.list_depth = "annex", act.GROUP
            act.annex(self.reading, line, heading, locator=place)
        elif found := act.split_paragraph(line):
            act.group(self.reading, *found)
            self.list_depth = act.GROUP + 1
        else:
            self.reading.aside(line)
        return 2 if heading else 1

    def _words(self, line: str) -> None:
        if self.part == "front":
            if _ADOPTED.match(line):
                self.part = "adopted"
            self.reading.aside(line)
        elif self.part == "article" and (found := act.split_paragraph(line)):
            act.paragraph(self.reading, found[0])
            self.reading.words(found[1])
            self.list_depth, self.listed = act.PARAGRAPH + 1, False
        elif self.part in ("article", "annex"):
            self._add(line)
        else:
            self.reading.aside(line)

    def _table(self, table: Element) -> None:
        for cells in _rows(table):
            lines = [_line(cell) for cell in cells]
            labels = [line for line in lines[:-1] if line]
            if self.part == "front":
                if len(labels) == 1 and act.point_token(labels[0]):
                    act.recital(self.reading, labels[0])
                    self.reading.words(lines[-1])
            elif self.part in ("article", "annex"):
                if len(labels) == 1 and (act.point_token(labels[0]) or labels[0] in "—–-•"):
                    act.point(self.reading, self.list_depth, labels[0])
                    self._cell(cells[-1])
                    self.listed = True
                else:
                    self._add(" ".join(line for line in lines if line))

    def _cell(self, cell: Element) -> None:
        """Write the words and the lists of one item."""
        inner = _Walk(self.reading, self.file)
        inner.part, inner.list_depth = "annex", self.list_depth + 1
        inner._mixed(cell)

    def _mixed(self, element: Element) -> None:
        """Take an element whose own words and inner blocks stand side by side."""
        run = [element.text or ""]
        for item in element:
            local = name(item)
            if local in ("p", "table", "div") or next(_blocks(item), None) is not None:
                self._add(_clean("".join(run)))
                run = []
                if local == "table":
                    self._table(item)
                elif _style(item) != "note":
                    self._mixed(item)
            elif local not in _NOTES and not set(_NOTES).intersection(classes(item)):
                run.append(raw_words(item, skip=_NOTES))
            run.append(item.tail or "")
        self._add(_clean("".join(run)))

    def _add(self, line: str) -> None:
        """Add words to the part that is open, or after its list the words that close it."""
        if line and self.listed:
            self.reading.flush(self.list_depth, line)
            self.listed = False
        else:
            self.reading.words(line)
