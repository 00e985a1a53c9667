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

#: Places that a list may skip or go back and still be the same list.
_WIDEST_GAP = 8

#: Suffixes of pieces inserted between two numbers.
LATIN = r"bis|ter|quat(?:er)?|quin(?:t|quies)?|sex(?:ies)?|sept(?:ies)?|oct(?:ies)?"

#: A label where it is tried: ``(a)``, ``(12)``, ``10.1``, ``5.``, ``5. bis``, ``a)`` or ``i -``.
LABEL = re.compile(
    r"(?:\((?P<round>\d{1,3}|[a-z]{1,6}|[A-Z]{1,6})\)"
    r"|(?P<clause>\d{1,2}\.\d{1,2})(?=\s|$)"
    r"|(?P<dot>\d{1,3}|[a-z]|[ivx]{1,6}|[A-Z]|[IVX]{1,6})\.(?=\s|$)"
    r"|(?P<half>\d{1,3}|[a-z]|[ivx]{1,6}|[A-Z])\)(?=[\s“]|$)"
    r"|(?P<dash>[ivx]{1,4}) -(?=\s))"
    rf"(?:\s?(?P<latin>{LATIN})\b)?"
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
    """A label as printed: ``text`` ``(iv)``, ``token`` ``iv``, ``shape`` ``round``.

    ``latin`` is the suffix of a piece inserted later (``bis``), which takes no place of its own.
    ``clause`` is the first number of a label such as ``10.1``, whose token is the second.
    """

    text: str
    token: str
    shape: str
    latin: str = ""
    clause: str = ""

    @property
    def key(self) -> str:
        """The part of the id: the token and its suffix, ``3bis``."""
        return self.token + self.latin

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
    shape = next(name for name in ("round", "clause", "dot", "half", "dash") if found[name])
    clause, _, token = found[shape].rpartition(".")
    label = Label(found.group(), token, shape, found["latin"] or "", clause)
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

    def fits(self, label: Label) -> bool:
        """Return whether the label continues an open list or can start a new one."""
        return bool(self._fitting(label))

    def continues(self, label: Label) -> bool:
        """Return whether the label is the next one of an open list."""
        return any(level < len(self.lists) for level, _, _ in self._fitting(label))

    def starts(self, label: Label) -> bool:
        """Return whether the label can be the first of a list of a kind not yet open."""
        return any(
            rank == 1 and not self._open(label.shape, style) for style, rank in label.readings()
        )

    def _options(self, label: Label) -> list[tuple[int, Style, int]]:
        """Return the (level, style, place) that the label may have, likeliest first."""
        if fitting := self._fitting(label):
            return fitting
        readings = label.readings()
        for level, items in self._inside_out():
            for style, rank in readings:
                near = rank == 1 or abs(rank - items.last) <= _WIDEST_GAP
                if (items.shape, items.style) == (label.shape, style) and near:
                    return [(level, style, rank)]
        style, rank = min(readings, key=lambda reading: reading[1])
        return [(len(self.lists), style, rank)]

    def _fitting(self, label: Label) -> list[tuple[int, Style, int]]:
        step = 0 if label.latin else 1
        fits = [
            (level, style, rank)
            for level, items in self._inside_out()
            for style, rank in label.readings()
            if (items.shape, items.style, items.last + step) == (label.shape, style, rank)
        ]
        fits.extend(
            (len(self.lists), style, rank)
            for style, rank in label.readings()
            if rank == 1 and not self._open(label.shape, style)
        )
        return fits

    def _open(self, shape: str, style: Style) -> bool:
        return any((items.shape, items.style) == (shape, style) for items in self.lists)

    def _inside_out(self) -> list[tuple[int, _List]]:
        return list(enumerate(self.lists))[::-1]

    def _support(
        self, label: Label, option: tuple[int, Style, int], ahead: Sequence[Label]
    ) -> tuple[int, bool, int]:
        """Return how well the labels ahead bear out ``option``, to be compared with others.

        A sooner successor counts first, then going on with an open list, then the deeper level.

        The successor of a reading is the same style one further. The search ends where the
        label itself comes again, for then a list inside this piece has its turn.
        """
        level, style, rank = option
        for distance, other in enumerate(ahead[:64]):
            if other.shape != label.shape:
                continue
            if other.token == label.token and not other.latin:
                break
            if (style, rank + 1) in other.readings():
                return -distance, rank > 1, level
        return -1000, rank > 1, level
