"""Parse XML that others wrote, safely: no entities, no DTD, no network, bounded depth and size."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from base import CorpusError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

#: Nesting of real law files stays below 40; deeper input is an attack or a mistake.
MAX_DEPTH = 200
#: Title 43 of the U.S. Code, the largest file that a publisher offers here, stays below 1,000,000.
MAX_ELEMENTS = 2_000_000

#: Elements that begin and end a line, so that words on both sides never run together.
_BLOCKS = frozenset(
    {"p", "td", "th", "tr", "li", "div", "br", "table", "P", "TI", "STI", "NO.P", "TXT"}
)


def parse(data: bytes, *, file: str) -> Element:
    """Return the root element of ``data``.

    A bare ``<!DOCTYPE html PUBLIC ...>`` as the Official Journal prints it is accepted and never
    resolved; a declaration of entities or a reference outside the file is refused.

    Raises:
        CorpusError: when the bytes are not well-formed XML, declare entities, nest deeper than
            :data:`MAX_DEPTH` or hold more than :data:`MAX_ELEMENTS` elements.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    if not data.strip():
        raise CorpusError("empty file", where=file, hint="give the XML file of the law")
    root: Element | None = None
    depth = elements = 0
    try:
        for event, element in iterparse(io.BytesIO(data), events=("start", "end")):
            if event == "end":
                depth -= 1
                continue
            root = element if root is None else root
            depth += 1
            elements += 1
            if depth > MAX_DEPTH:
                raise CorpusError(f"XML nested deeper than {MAX_DEPTH} levels", where=file)
            if elements > MAX_ELEMENTS:
                raise CorpusError(f"XML with more than {MAX_ELEMENTS} elements", where=file)
    except DefusedXmlException as problem:
        raise CorpusError(
            "XML that declares entities or reaches outside the file is not read",
            where=file,
            hint="use the publisher's own copy",
        ) from problem
    except ParseError as problem:
        line, column = problem.position
        raise CorpusError(
            f"not well-formed XML (line {line}, column {column})",
            where=file,
            hint="download the file again",
        ) from problem
    except (LookupError, ValueError) as problem:
        raise CorpusError(
            "XML in an encoding that cannot be read", where=file, hint="save it as UTF-8"
        ) from problem
    if root is None:
        raise CorpusError("XML without a root element", where=file)
    return root


def name(element: Element) -> str:
    """Return the local name of an element, without its namespace."""
    return element.tag.rpartition("}")[2]


def child(element: Element, *names: str) -> Element | None:
    """Return the first child with one of these local names, if any."""
    return next((item for item in element if name(item) in names), None)


def descendants(element: Element, wanted: str, *, skip: Iterable[str] = ()) -> Iterator[Element]:
    """Yield the outermost descendants named ``wanted``, in order, entering no ``skip`` element."""
    barred = frozenset(skip)
    for item in element:
        local = name(item)
        if local == wanted:
            yield item
        elif local not in barred:
            yield from descendants(item, wanted, skip=barred)


def words(element: Element, *, skip: Iterable[str] = ()) -> str:
    """Return the text of an element with white space collapsed and ``skip`` elements left out.

    ``skip`` holds local names and classes. Block elements are set apart by a space; soft hyphens,
    which only guide line breaking, are dropped.
    """
    return squeeze(raw_words(element, skip=skip))


def raw_words(element: Element, *, skip: Iterable[str] = ()) -> str:
    """Return the text of an element as :func:`words` does, its white space left as it is."""
    parts: list[str] = []
    _collect(element, frozenset(skip), parts)
    return "".join(parts)


def squeeze(text: str) -> str:
    """Collapse every run of white space (no-break spaces included) to one space, and strip."""
    return " ".join(text.replace("\u00ad", "").split())


def classes(element: Element) -> list[str]:
    """Return the classes of an element, as XHTML and USLM give them."""
    return element.get("class", "").split()


def _collect(element: Element, skip: frozenset[str], parts: list[str]) -> None:
    parts.append(element.text or "")
    for item in element:
        local = name(item)
        if local not in skip and skip.isdisjoint(classes(item)):
            if local in _BLOCKS:
                parts.append(" ")
            _collect(item, skip, parts)
            if local in _BLOCKS:
                parts.append(" ")
        parts.append(item.tail or "")
