"""Read Formex 4, the XML in which the Publications Office keeps EU acts and consolidations.

Source: Formex manual, physical specifications, Publications Office of the EU.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from corpus.model import Instrument, LawText
from corpus.readers import act
from corpus.readers.reading import Reading
from corpus.readers.xml_tree import child, descendants, name, parse, raw_words, squeeze, words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SKIP = ("NOTE",)
#: Elements that hold lists or paragraphs of their own, to be walked and not only read.
_HOLDERS = frozenset({"LIST", "NP", "P", "ITEM", "GR.SEQ", "ALINEA", "TXT", "QUOT.S"})


def read(data: bytes, *, instrument: Instrument, file: str) -> LawText:
    """Read one act: recitals, chapters, articles, paragraphs, points and annexes.

    Args:
        data: the bytes of the file.
        instrument: the instrument that it holds.
        file: the file as the user named it.

    Raises:
        CorpusError: when the file is not safe, well-formed Formex with an article.
    """
    root = parse(data, file=file)
    _print_quotes(root)
    reading = Reading(instrument, file=file)
    for considerant in descendants(root, "CONSID", skip=("BIB.DATA",)):
        _recital(considerant, reading)
    for terms in descendants(root, "ENACTING.TERMS", skip=("BIB.DATA",)):
        _division(terms, reading, file)
    for wanted in ("ANNEX", "CONS.ANNEX"):
        for annex in descendants(root, wanted, skip=("ENACTING.TERMS",)):
            _annex(annex, reading)
    return reading.build(need="article", expected=act.EXPECTED)


def _print_quotes(root: Element) -> None:
    """Put into the text the quotation marks that Formex names by their Unicode number."""
    for element in root.iter():
        if name(element) in ("QUOT.START", "QUOT.END"):
            code = element.get("CODE", "")
            is_hex = 0 < len(code) <= 5 and all(digit in "0123456789ABCDEFabcdef" for digit in code)
            element.text = chr(int(code, 16)) if is_hex else '"'


def _title(element: Element) -> tuple[str, str]:
    """Return title and subtitle of a division, an annex or a group."""
    title = child(element, "TITLE")
    parts = [child(title, part) for part in ("TI", "STI")] if title is not None else [None, None]
    first, second = (words(part, skip=_SKIP) if part is not None else "" for part in parts)
    return first, second


def _recital(element: Element, reading: Reading) -> None:
    numbered = child(element, "NP")
    label = child(numbered, "NO.P") if numbered is not None else None
    if numbered is not None and label is not None:
        act.recital(reading, words(label))
        reading.words(words(numbered, skip=(*_SKIP, "NO.P")))


def _division(element: Element, reading: Reading, file: str) -> None:
    for item in element:
        if name(item) == "DIVISION":
            act.chapter(reading, *_title(item))
            _division(item, reading, file)
        elif name(item) == "ARTICLE":
            _article(item, reading, file)


def _article(element: Element, reading: Reading, file: str) -> None:
    title, subtitle = child(element, "TI.ART"), child(element, "STI.ART")
    act.article(
        reading,
        words(title, skip=_SKIP) if title is not None else "",
        words(subtitle, skip=_SKIP) if subtitle is not None else "",
        file=file,
        locator=element.get("IDENTIFIER"),
    )
    flow = _Flow(reading, act.ARTICLE + 1)
    for item in element:
        if name(item) == "PARAG":
            number = child(item, "NO.PARAG")
            act.paragraph(
                reading,
                words(number) if number is not None else "",
                locator=item.get("IDENTIFIER"),
            )
            inner = _Flow(reading, act.PARAGRAPH + 1)
            for alinea in descendants(item, "ALINEA"):
                inner.take(alinea)
        elif name(item) == "ALINEA":
            flow.take(item)


def _annex(element: Element, reading: Reading) -> None:
    title, heading = _title(element)
    contents = child(element, "CONTENTS")
    parts = list(contents) if contents is not None else []
    if not heading and parts and name(parts[0]) == "GR.SEQ" and not _numbered_title(parts[0]):
        heading = _title(parts[0])[0]
    act.annex(reading, title, heading)
    flow = _Flow(reading, act.GROUP)
    for index, part in enumerate(parts):
        if index == 0 and heading and name(part) == "GR.SEQ":
            flow.take_all(item for item in part if name(item) != "TITLE")
        else:
            flow.take(part)


def _numbered_title(element: Element) -> tuple[str, str] | None:
    """Return number and words of a group's title, where it has a number."""
    title = child(element, "TITLE")
    found = next(descendants(title, "NP"), None) if title is not None else None
    if found is None:
        return None
    number, text = child(found, "NO.P"), child(found, "TXT")
    if number is None or text is None:
        return None
    return words(number), words(text, skip=_SKIP)


class _Flow:
    """Writes the words and lists of one part, whose items open at ``depth``."""

    def __init__(self, reading: Reading, depth: int) -> None:
        self.reading = reading
        self.depth = depth
        self.listed = False

    def take_all(self, elements: Iterable[Element]) -> None:
        """Take elements in order."""
        for element in elements:
            self.take(element)

    def take(self, element: Element) -> None:
        """Take a paragraph, a list, an item, a group, or the text that holds them."""
        local = name(element)
        if local == "NP":
            self._item(element)
        elif local == "GR.SEQ":
            self._group(element)
        elif local == "QUOT.S":
            # Words that the act puts into another act: quoted, so no list of this one.
            self._add(words(element, skip=_SKIP))
        elif local not in ("TITLE", *_SKIP):
            self._mixed(element)

    def _mixed(self, element: Element) -> None:
        """Take an element whose own words and inner parts stand side by side."""
        run = [element.text or ""]
        for item in element:
            if name(item) in _HOLDERS:
                self._add(squeeze("".join(run)))
                self.take(item)
                run = []
            elif name(item) not in _SKIP:
                run.append(raw_words(item, skip=_SKIP))
            run.append(item.tail or "")
        self._add(squeeze("".join(run)))

    def _item(self, element: Element) -> None:
        number = child(element, "NO.P")
        act.point(self.reading, self.depth, words(number) if number is not None else "")
        inner = _Flow(self.reading, self.depth + 1)
        inner.take_all(item for item in element if name(item) != "NO.P")
        self.listed = True

    def _group(self, element: Element) -> None:
        numbered = _numbered_title(element)
        inner = _Flow(self.reading, self.depth)
        if numbered is not None:
            act.group(self.reading, *numbered)
            inner = _Flow(self.reading, self.depth + 1)
        else:
            self.reading.aside(_title(element)[0])
        inner.take_all(item for item in element if name(item) != "TITLE")

    def _add(self, line: str) -> None:
        if line and self.listed:
            self.reading.flush(self.depth, line)
            self.listed = False
        else:
            self.reading.words(line)
