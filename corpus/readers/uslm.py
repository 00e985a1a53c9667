"""Read United States Legislative Markup (USLM 1.0), the official XML of the U.S. Code.

Source: United States Legislative Markup User Guide, Office of the Law Revision Counsel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from base import CorpusError
from corpus.model import Instrument, Kind, LawText
from corpus.readers.reading import Reading
from corpus.readers.xml_tree import child, name, parse, words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

EXPECTED = "a USLM file of the U.S. Code with at least one section in force"

#: Elements that the editors added to the law, or that other laws' words stand in.
_APPARATUS = ("note", "notes", "sourceCredit", "quotedContent", "toc", "footnoteRef")
_LEVELS: dict[str, Kind] = {
    "subsection": "subsection",
    "paragraph": "paragraph",
    "subparagraph": "point",
    "clause": "point",
    "subclause": "point",
    "item": "point",
    "subitem": "point",
    "level": "point",
}
#: Values of ``status`` under which a section number is printed without law behind it.
_VOID = frozenset({"repealed", "omitted", "transferred", "renumbered", "reserved", "terminated"})
_SECTION = re.compile(r"(\d+)(.*)", re.DOTALL)


def section_key(number: str) -> tuple[int, str]:
    """Return the place of a section number in the Code's order: ``1338`` before ``1338a``.

    Raises:
        ValueError: when it does not begin with a digit.
    """
    found = _SECTION.fullmatch(number)
    if found is None:
        raise ValueError(f"not a section number: {number}")
    return int(found[1]), found[2]


def read(
    data: bytes,
    *,
    instrument: Instrument,
    file: str,
    sections: tuple[str, str] | None = None,
) -> LawText:
    """Read one USLM file: a section, or a whole title of which ``sections`` are taken.

    Args:
        data: the bytes of the file.
        instrument: the instrument to which the sections belong.
        file: the file as the user named it.
        sections: first and last section number to take; all when ``None``.

    Raises:
        CorpusError: when the file is not safe, well-formed USLM with a section in force.
    """
    return read_many([(data, file)], instrument=instrument, file=file, sections=sections)


def read_many(
    parts: Sequence[tuple[bytes, str]],
    *,
    instrument: Instrument,
    file: str,
    sections: tuple[str, str] | None = None,
) -> LawText:
    """Read several USLM files as one instrument, in the order of their section numbers.

    Args:
        parts: bytes and file name of each file.
        instrument: the instrument that they make up.
        file: the folder or archive that holds them, as the user named it.
        sections: first and last section number to take; all when ``None``.

    Raises:
        CorpusError: as :func:`read`, and where a section comes twice.
    """
    found: dict[str, Element] = {}
    for data, part in parts:
        for number, section in _sections(parse(data, file=part), part):
            if number in found:
                raise CorpusError(
                    f"section {number} comes twice", where=part, hint="keep one edition only"
                )
            found[number] = section
    reading = Reading(instrument, file=file)
    for number in sorted(found, key=section_key):
        if sections is None or _within(number, sections):
            _section(found[number], number, reading)
    return reading.build(need="section", expected=EXPECTED)


def _within(number: str, sections: tuple[str, str]) -> bool:
    return section_key(sections[0]) <= section_key(number) <= section_key(sections[1])


def _sections(root: Element, file: str) -> Iterator[tuple[str, Element]]:
    """Yield number and element of each section in force."""
    waiting = [root]
    while waiting:
        element = waiting.pop(0)
        if name(element) != "section":
            waiting[:0] = [item for item in element if name(item) not in _APPARATUS]
            continue
        number = _number(element)
        if element.get("status") in _VOID:
            continue
        if _SECTION.fullmatch(number) is None:
            raise CorpusError(f"section numbered '{number[:40]}'", where=file, hint=EXPECTED)
        yield number, element


def _number(element: Element) -> str:
    """Return a piece's number: the machine-readable one, else what is printed without marks."""
    num = child(element, "num")
    if num is None:
        return ""
    value = num.get("value") or words(num, skip=_APPARATUS).strip("§()[]. \u2003")
    return value.replace("–", "-").replace("—", "-")


def _section(section: Element, number: str, reading: Reading) -> None:
    num = child(section, "num")
    label = words(num) if num is not None else ""
    reading.open(
        0,
        "section",
        number,
        label=label,
        heading=_heading(section),
        locator=section.get("identifier"),
    )
    _body(section, 1, reading)


def _heading(element: Element) -> str:
    heading = child(element, "heading")
    if heading is None:
        return ""
    return words(heading, skip=_APPARATUS).rstrip("—").rstrip(" .")


def _body(element: Element, depth: int, reading: Reading) -> None:
    """Write what a piece holds: lead-in, own words, its list, and what closes the list."""
    listed = False
    for item in element:
        local = name(item)
        if local in _LEVELS:
            num = child(item, "num")
            reading.open(
                depth,
                _LEVELS[local],
                _number(item),
                label=words(num, skip=_APPARATUS) if num is not None else "",
                heading=_heading(item),
                locator=item.get("identifier"),
            )
            _body(item, depth + 1, reading)
            listed = True
        elif local in ("chapeau", "content", "continuation", "text", "p"):
            for line in _lines(item):
                if listed:
                    reading.flush(depth, line)
                    listed = False
                else:
                    reading.words(line)


def _lines(element: Element) -> list[str]:
    """Return the paragraphs of a text element, one line each."""
    paragraphs = [item for item in element if name(item) == "p"]
    blocks = paragraphs if len(paragraphs) > 1 else [element]
    return [line for block in blocks if (line := words(block, skip=_APPARATUS))]
