"""Mutations of seeds: cuts, repeats, nesting, odd numbers, and words of the formats themselves."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

#: What breaks readers: numbers at limits, marks of formats, characters that act.
WORDS = (
    b"", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r\n", b"\t", b"\x1b[31m", b"\xed\xa0\x80",
    "\u202e".encode(), "\u00a0".encode(), "Ⅻ²٣".encode(), b"0", b"-1", b"1e999", b"-0.0", b"NaN",
    b"Infinity", b"1" * 400, b"18446744073709551616", b"0x7f", b"1:30:00", b"2026-13-45", b"null",
    b"true", b"~", b"[", b"]", b"{", b"}", b"{}", b"[]", b'""', b'"', b"'", b",", b":", b"- ",
    b"&a ", b"*a", b"!!python/object:os.system ", b"? ", b"<<: ", b"---\n", b"...\n", b"%", b"#",
    b"<p>", b"</p>", b"<", b"&amp;", b"&lol;", b"&#0;", b"<!DOCTYPE a>", b"<!ENTITY a 'b'>",
    b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x y?>", b"xmlns='x'", b"\n", b"\n\n", b"(a)",
    b"(iv)", b"Article 1", b"1. ", b"SECTION", b"ANNEX", b"obj", b"endobj", b"stream\n",
    b"endstream", b"<<", b">>", b"/Kids", b"/Length 99999999", b"/FlateDecode", b"0 0 R", b"1 0 R",
    b"999999 99999 R", b"Tj", b"Tm", b"descr", b"<f8", b"|O", b"(1,)", b"(-1, 4)",
    b"F32", b"F64", b"BF16", b"I64", b"../../x", b"/etc/hostname", b"data_offsets",
)  # fmt: skip
KINDS = 11


class Change(NamedTuple):
    """One mutation: its kind, where as a share of the length, and a number that it may use."""

    kind: int
    place: float
    number: int


def mutated(data: bytes, changes: Sequence[Change], *, other: bytes = b"") -> bytes:
    """Return ``data`` with the changes made in order, at most 256 KiB long.

    Args:
        data: a seed.
        changes: what to do.
        other: a second seed to splice in.
    """
    packed = _unpacked(data)
    for change in changes:
        data = _change(data, change, other)[: 1 << 18]
    if packed is not None and changes and changes[0].number % 2:
        head, body, tail = packed
        for change in changes:
            body = _change(body, change, other)[: 1 << 18]
        return head + zlib.compress(body) + tail
    return data


def _unpacked(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Return what stands before, in and after the first deflated stream of a PDF."""
    start = data.find(b"stream\n")
    end = data.find(b"\nendstream", start)
    if not data.startswith(b"%PDF") or start < 0 or end < 0:
        return None
    start += len(b"stream\n")
    try:
        return data[:start], zlib.decompress(data[start:end]), data[end:]
    except zlib.error:
        return None


def _change(data: bytes, change: Change, other: bytes) -> bytes:
    at = int(change.place * len(data))
    number = change.number
    word = WORDS[number % len(WORDS)]
    size = 1 + number % 97
    match change.kind % KINDS:
        case 0:
            return data[:at] + word + data[at:]
        case 1:
            return data[:at] + word + data[at + len(word) :]
        case 2:
            return data[:at] + data[at + size :]
        case 3:
            return data[:at]
        case 4:
            return data[:at] + bytes([number % 256]) + data[at + 1 :]
        case 5:
            piece = data[at : at + size]
            return data[:at] + piece * (2 + number % 300) + data[at + size :]
        case 6:
            begin = number % (len(data) + 1)
            return data[:at] + data[begin : begin + size * 4] + data[at:]
        case 7:
            return data[:at] + other[number % (len(other) + 1) :][: size * 8] + data[at:]
        case 8:
            return _line_changed(data, at, number)
        case 9:
            opening, closing = ((b"[", b"]"), (b"{'a':", b"}"), (b"<p>", b"</p>"), (b"(", b")"))[
                number % 4
            ]
            times = 1 + number % 2000
            return data[:at] + opening * times + closing * (times * (number % 2)) + data[at:]
        case _:
            return data.replace(data[at : at + 1 + number % 4] or b"x", word, 1 + number % 5)


def _line_changed(data: bytes, at: int, number: int) -> bytes:
    """Drop, double, move or empty the line at a place."""
    lines = data.split(b"\n")
    row = min(data.count(b"\n", 0, at), len(lines) - 1)
    match number % 4:
        case 0:
            del lines[row]
        case 1:
            lines.insert(row, lines[row])
        case 2:
            lines.insert(number % (len(lines) + 1), lines.pop(row))
        case _:
            key, colon, _ = lines[row].partition(b":")
            lines[row] = key + colon + b" " + WORDS[number % len(WORDS)]
    return b"\n".join(lines)
