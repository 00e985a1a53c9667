"""The drawing operations of a PDF page that show text, read faster than pypdf reads all of them.

Word processors set each word with a clip path, colours and marks around it, and pypdf reads those
token by token before it leaves them aside. Here operations are matched whole, and only those that
place or show text are kept. A page with anything unusual is left to pypdf, so that the text is the
same either way.
"""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PageObject

Operation = tuple[list[Any], bytes]

#: Operators that pypdf's text extraction acts on (PDF 32000-1, tables 57, 105, 107 to 109).
TEXT_OPERATORS = frozenset(
    (b"BT", b"ET", b"q", b"Q", b"cm", b"Tz", b"Tc", b"Tw", b"TL", b"Tf", b"Td", b"TD", b"Tm",
     b"T*", b"Tj", b"TJ", b"'", b"Do")
)  # fmt: skip
#: Inline images and references need pypdf; so does the operator of three operands.
_UNUSUAL = frozenset((b"BI", b"ID", b"EI", b"R", b'"'))

_SPACE = rb"[ \t\r\n]"
_NUMBER = rb"[+-]?(?:\d{1,17}+\.?\d{0,17}+|\.\d{1,17}+)(?=[ \t\r\n\]\[(<>/])"
_NAME = rb"/[\x21\x22\x24&'*-.0-;=?-Z^-z|~]*+(?=[ \t\r\n\[(<])"
_STRING = rb"\((?:[^()\\\r\n]++|\\[^\r\n])*+\)|<[0-9A-Fa-f \t\r\n]*+>"
_OPERATION = re.compile(
    _SPACE + rb"*+(?:"
    rb"(?P<name>" + _NAME + rb")" + _SPACE + rb"*+"
    rb"(?:<<(?:[^<>()\[\]%]++|\[[^<>()\[\]%]*+\]|" + _STRING + rb")*+>>" + _SPACE + rb"*+)?)?"
    rb"(?:(?P<string>" + _STRING + rb")" + _SPACE + rb"*+"
    rb"|\[(?P<array>(?:[ \t\r\n0-9.+-]++|" + _STRING + rb")*+)\]" + _SPACE + rb"*+)?"
    rb"(?P<numbers>(?:" + _NUMBER + _SPACE + rb"++)*+)"
    rb"(?P<operator>[A-Za-z'\"][^\s()<>\[\]{}/%]{0,99})(?=[ \t\r\n/\[(<]|\Z)"
)  # fmt: skip
_ITEM = re.compile(
    rb"(?P<string>" + _STRING + rb")|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?=[\s(<]|\Z)"
)
_END = re.compile(_SPACE + rb"*+\Z")


@contextmanager
def text_only(page: PageObject) -> Iterator[None]:
    """Let a page seem to hold nothing but its text operations, where they can be read so."""
    from pypdf.generic import ContentStream, NameObject

    contents = NameObject("/Contents")
    before = page.get(contents)
    content = page.get_contents()
    found = None if content is None else text_operations(content.get_data())
    if not found:
        yield
        return
    short = ContentStream(None, page.pdf, "bytes")
    short.operations = found
    page[contents] = short
    try:
        yield
    finally:
        page[contents] = before


def text_operations(data: bytes) -> list[Operation] | None:
    """Return the text operations of a content stream, or ``None`` where pypdf must read it.

    >>> text_operations(b"0 g 1 0 0 1 72 700 cm (Art. 1) Tj")
    [([1.0, 0.0, 0.0, 1.0, 72.0, 700.0], b'cm'), ([b'Art. 1'], b'Tj')]
    """
    operations: list[Operation] = []
    position = 0
    while found := _OPERATION.match(data, position):
        position = found.end()
        operator = found["operator"]
        if operator in _UNUSUAL:
            return None
        if operator in TEXT_OPERATORS:
            operands = _operands(found)
            if operands is None:
                return None
            operations.append((operands, operator))
    return operations if _END.match(data, position) else None


def _operands(found: re.Match[bytes]) -> list[Any] | None:
    operands: list[Any] = []
    if found["name"] is not None:
        operands.append(found["name"].decode("ascii"))
    if found["string"] is not None:
        operands.append(_string(found["string"]))
    if found["array"] is not None:
        items = _items(found["array"])
        if items is None:
            return None
        operands.append(items)
    operands.extend(float(number) for number in found["numbers"].split())
    return operands


def _items(array: bytes) -> list[Any] | None:
    """Return the strings and numbers of an array; ``None`` where it holds anything else."""
    from pypdf.generic import ArrayObject

    items: list[Any] = ArrayObject()
    position = 0
    for found in _ITEM.finditer(array):
        if array[position : found.start()].strip(b" \t\r\n"):
            return None
        position = found.end()
        string = found["string"]
        items.append(float(found["number"]) if string is None else _string(string))
    return None if array[position:].strip(b" \t\r\n") else items


def _string(raw: bytes) -> bytes:
    if raw[:1] == b"<":
        digits = b"".join(raw[1:-1].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    if b"\\" not in raw:
        return raw[1:-1]
    from pypdf.generic import read_string_from_stream

    read = read_string_from_stream(io.BytesIO(raw), "bytes")
    return bytes(read) if isinstance(read, bytes) else read.original_bytes
