"""Read the criteria of Commission Decision (EU) 2017/848 as the EEA encodes them for reporting.

One XML file per descriptor holds criteria, criteria elements and methodological standards; their
words are HTML inside character data.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import TYPE_CHECKING

from base import CorpusError
from corpus.model import Instrument, LawText
from corpus.readers.reading import Reading
from corpus.readers.xml_tree import name, parse, squeeze

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

EXPECTED = "a file of criteria whose root is <descriptor-definition id='D1'>"

_DESCRIPTOR = re.compile(r"D(\d{1,2})")
_BREAK = re.compile(r"<\s*(?:br|/p|/li|/tr|/div)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


def read(data: bytes, *, instrument: Instrument, file: str) -> LawText:
    """Read the file of one descriptor.

    Raises:
        CorpusError: when the file is not safe, well-formed XML of a descriptor.
    """
    return read_many([(data, file)], instrument=instrument, file=file)


def read_many(parts: Sequence[tuple[bytes, str]], *, instrument: Instrument, file: str) -> LawText:
    """Read the files of several descriptors as one instrument, in the order of their numbers.

    Ids are ``d11`` for the descriptor, ``d11.D11C1`` for a criterion, ``d11.m-1`` and ``d11.el-1``
    for the standards and elements that the criteria use.

    Args:
        parts: bytes and file name of each file.
        instrument: the instrument that they make up.
        file: the folder that holds them, as the user named it.

    Raises:
        CorpusError: as :func:`read`, and where a descriptor comes twice.
    """
    found: dict[int, Element] = {}
    for data, part in parts:
        root = parse(data, file=part)
        number = _DESCRIPTOR.fullmatch(root.get("id", ""))
        if name(root) != "descriptor-definition" or number is None:
            raise CorpusError("no descriptor in this XML", where=part, hint=f"expected {EXPECTED}")
        if int(number[1]) in found:
            raise CorpusError(f"descriptor {number[0]} comes twice", where=part)
        found[int(number[1])] = root
    reading = Reading(instrument, file=file)
    for number_, root in sorted(found.items()):
        reading.open(
            0, "descriptor", f"d{number_}", label=f"D{number_}", cite=f" descriptor {number_}"
        )
        for item in root:
            _item(item, reading)
    return reading.build(need="descriptor", expected=EXPECTED)


def _item(item: Element, reading: Reading) -> None:
    place = item.get("id")
    if not place:
        return
    title = squeeze(item.get("title", ""))
    reading.open(
        1,
        "point",
        re.sub(r"[^0-9A-Za-z-]", "-", place),
        label=place,
        heading=title,
        cite=f" {place}",
        locator=place,
    )
    texts = [child for child in item if name(child) == "definition"] or [item]
    for line in _lines("".join("".join(text.itertext()) for text in texts)):
        reading.words(line)


def _lines(html: str) -> list[str]:
    """Return the lines of a piece of HTML, tags left out."""
    broken = _BREAK.sub("\n", squeeze(html))
    lines = (squeeze(unescape(_TAG.sub("", line))) for line in broken.split("\n"))
    return [line for line in lines if line]
