"""Read list labels (``5.``, ``(a)``, ``(iv)``, ``(aa)``) and tell their level by sequence.

``(i)`` is the ninth letter or the first Roman numeral, ``(ii)`` a Roman numeral or a doubled
letter. No label says so by itself: it continues one of the open lists or starts a new one, and
where both are possible the labels that follow decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Style = Literal["digit", "lower", "upper", "roman", "roman_upper", "double", "double_upper"]

_ROMAN = re.compile(r"(x{0,3}|xl)(ix|iv|v?i{0,3})")
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}

#: A label at the place where it is tried: ``(a)``, ``(12)``, ``5.``, ``a)`` or ``a.`` and a space.
LABEL = re.compile(
    r"\((?P<round>\d{1,3}|[a-z]{1,6}|[A-Z]{1,6})\)"
    r"|(?P<dot>\d{1,3}|[a-z]|[ivx]{1,6}|[A-Z]|[IVX]{1,6})\.(?=\s|$)"
    r"|(?P<half>\d{1,3}|[a-z]|[ivx]{1,6}|[A-Z])\)(?=\s|$)"
)


def roman_value(numeral: str) -> int | None:
    """Return the value of a Roman numeral in one case; ``None`` where it is not one.

    >>> roman_value("xliv"), roman_value("XVII"), roman_value("iiii")
    (44, 17, None)
    """
    digits = [_VALUES.get(letter, 0) for letter in numeral.lower()]
    if not digits or 0 in digits:
        return None
    total = sum(
        -value if any(value < later for later in digits[index + 1 : index + 2]) else value
        for index, value in enumerate(digits)
    )
    return total if to_roman(total) == numeral.lower() else None


def to_roman(value: int) -> str:
    """Return ``value`` (from 1) as a lower-case Roman numeral.

    >>> to_roman(44)
    'xliv'
    """
    table = (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
        (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    )  # fmt: skip
    numeral = ""
    for worth, letters in table:
        numeral += letters * (value // worth)
        value %= worth
    return numeral


@dataclass(frozen=True, slots=True)
class Label:
    """A label as printed: ``text`` ``(iv)``, ``token`` ``iv``, ``shape`` ``round``."""

    text: str
    token: str
    shape: str

    def readings(self) -> tuple[tuple[Style, int], ...]:
        """Return what the label may mean: list style and place in the list, from 1."""
        token = self.token
        if token.isdigit():
            return (("digit", int(token)),)
        upper = token.isupper()
        small = token.lower()
        found: list[tuple[Style, int]] = []
        if _ROMAN.fullmatch(small) and (value := roman_value(small)):
            found.append(("roman_upper" if upper else "roman", value))
        rank = ord(small[0]) - ord("a") + 1
        if len(small) == 1:
            found.append(("upper" if upper else "lower", rank))
        elif len(small) == 2 and small[0] == small[1]:
            found.append(("upper" if upper else "lower", 26 + rank))
            found.append(("double_upper" if upper else "double", rank))
        return tuple(found)


def match_label(source: str, at: int, end: int) -> tuple[Label, int] | None:
    """Return the label that stands at ``at`` and the offset after it; ``None`` where none does."""
    found = LABEL.match(source, at, end)
    if found is None:
        return None
    shape = found.lastgroup
    assert shape is not None
    label = Label(found.group(), found.group(shape), shape)
    return (label, found.end()) if label.readings() else None


@dataclass(slots=True)
class _List:
    shape: str
    style: Style
    last: int


@dataclass(slots=True)
class Ladder:
    """The lists open at one place of a text; :meth:`place` tells the level of the next label."""

    lists: list[_List] = field(default_factory=list)

    def place(self, label: Label, ahead: Sequence[Label] = ()) -> int:
        """Take ``label`` and return its level, from 0 for the outermost list.

        Args:
            label: the label met.
            ahead: the labels that follow it in the same article, in order.
        """
        options = self._options(label)
        level, style, rank = options[0]
        if len(options) > 1:
            level, style, rank = max(
                options, key=lambda option: self._support(label, option, ahead)
            )
        del self.lists[level:]
        self.lists.append(_List(label.shape, style, rank))
        return level

    def _options(self, label: Label) -> list[tuple[int, Style, int]]:
        """Return the (level, style, place) that fit, likeliest first; never empty."""
        readings = label.readings()
        open_lists = list(enumerate(self.lists))[::-1]
        fits: list[tuple[int, Style, int]] = []
        for level, items in open_lists:
            for style, rank in readings:
                if (items.shape, items.style, items.last + 1) == (label.shape, style, rank):
                    fits.append((level, style, rank))
        taken = {(items.shape, items.style) for items in self.lists}
        for style, rank in readings:
            if rank == 1 and (label.shape, style) not in taken:
                fits.append((len(self.lists), style, rank))
        if fits:
            return fits
        for level, items in open_lists:
            for style, rank in readings:
                if (items.shape, items.style) == (label.shape, style):
                    return [(level, style, rank)]
        style, rank = min(readings, key=lambda reading: reading[1])
        return [(len(self.lists), style, rank)]

    def _support(
        self, label: Label, option: tuple[int, Style, int], ahead: Sequence[Label]
    ) -> tuple[int, int]:
        """Return how well the labels ahead bear out ``option``: sooner successor, deeper level.

        The successor of a reading is the same style one further. The search ends where the
        label itself comes again, for then a list inside this piece has its turn.
        """
        level, style, rank = option
        for distance, other in enumerate(ahead[:64]):
            if other.shape != label.shape:
                continue
            if other.token == label.token:
                break
            if (style, rank + 1) in other.readings():
                return (-distance, level)
        return (-1000, level if rank > 1 else -1)
