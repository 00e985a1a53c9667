"""The notation of citations: words, labels and separators of a text, and how labels count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["unit", "number", "bracketed", "word", "separator", "range", "stop", "other"]
Style = Literal["number", "letter", "capital", "roman", "Roman"]

#: Units by word, and their rank: a unit of higher rank is a piece of one of lower rank.
UNITS: dict[str, int] = {
    "annex": 0, "part": 0, "resolution": 0, "title": 0, "subchapter": 0, "chapter": 1, "table": 1,
    "schedule": 1, "appendix": 1, "recital": 1, "descriptor": 1, "article": 2, "regulation": 2,
    "section": 2, "subsection": 3, "paragraph": 4, "subparagraph": 5, "point": 5, "clause": 6,
    "subclause": 7,
}  # fmt: skip
_PLURALS = {"annexes": "annex", "appendices": "appendix"} | {
    f"{unit}s": unit for unit in UNITS if unit not in ("annex", "appendix")
}
_SUFFIX = r"(?:\s?\.?\s?(?:bis|ter|quat|quint?|[Aa]lt)\b\.?)"
_TOKEN = re.compile(
    rf"(?P<number>\d+(?:\.\d+)*(?:[a-z](?![\w’]))?(?!\w|,\d{{3}}){_SUFFIX}?|\d+(?:bis|ter|quat)\b)"
    rf"|(?P<bracketed>\(\s?(?:\d{{1,3}}|[A-Za-z]|[ivx]{{1,6}}|[IVX]{{1,6}})\s?\){_SUFFIX}?)"
    # Scanned texts run a word and its number together: "article153".
    r"|(?P<word>(?:[Aa]rticles?|[Rr]egulations?|[Pp]aragraphs?)(?=\d)|[^\W\d_][\w’'-]*)"
    r"|(?P<separator>[,;])"
    r"|(?P<range>[–—-])"
    r"|(?P<stop>[.:?!])"
    r"|(?P<other>[^\s*])"
)
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50}
_NUMERALS = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
#: More pieces than any range of a law text has: a wrong reading is cut short.
_LONGEST_RANGE = 300


@dataclass(frozen=True, slots=True)
class Token:
    """A word, label or mark of a text with its offsets."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """Its text in lower case."""
        return self.text.lower()

    @property
    def unit(self) -> str | None:
        """The unit that it names ("articles" gives ``article``), or ``None``."""
        return unit_of(self.text) if self.kind == "unit" else None

    @property
    def plural(self) -> bool:
        """Whether it names several units."""
        return self.lower in _PLURALS


def unit_of(word: str) -> str | None:
    """Return the unit that a word names, in the singular, or ``None``."""
    lower = word.lower().replace("sub-", "sub")
    return _PLURALS.get(lower, lower if lower in UNITS else None)


def tokens_of(text: str) -> list[Token]:
    """Cut a text into tokens; marks of emphasis (``*``) are left out."""
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        word = found.group()
        start, end = found.span()
        match kind:
            case "word" if unit_of(word) is not None:
                yield Token("unit", word, start, end)
            case "number" | "bracketed" | "word" | "separator" | "range" | "stop":
                yield Token(kind, word, start, end)
            case _:
                yield Token("other", word, start, end)


def word_at(tokens: Sequence[Token], index: int) -> str:
    """Return a token's text in lower case, or nothing behind the last one."""
    return tokens[index].lower if index < len(tokens) else ""


def is_roman(word: str) -> bool:
    """Say whether a word is a number in Roman capitals."""
    return bool(re.fullmatch(r"[IVXL]{1,6}", word))


def clean(label: str) -> str:
    """Return a label without brackets, spaces and the full stop before a suffix."""
    bare = re.sub(r"[\s()]", "", label)
    return re.sub(r"\.(?=[A-Za-z])|\.$", "", bare)


def styles(label: str) -> set[Style]:
    """Return the ways in which a label may count: ``i`` is a letter and a Roman number."""
    stem = re.sub(r"(?:bis|ter|quat|quint?|[Aa]lt)$", "", label)
    if re.match(r"\d", stem):
        return {"number"}
    found: set[Style] = set()
    if len(stem) == 1:
        found.add("letter" if stem.islower() else "capital")
    if re.fullmatch(r"[ivx]+", stem):
        found.add("roman")
    if re.fullmatch(r"[IVXL]+", stem):
        found.add("Roman")
    return found


def arabic(numeral: str) -> int:
    """Return the value of a Roman number in letters of either case."""
    digits = [_ROMAN[letter] for letter in numeral.upper()]
    following = [*digits[1:], 0]
    return sum(
        -digit if digit < after else digit for digit, after in zip(digits, following, strict=True)
    )


def roman(number: int) -> str:
    """Return a number below 40 in small Roman letters."""
    written = ""
    for value, letters in _NUMERALS:
        written += letters * (number // value)
        number %= value
    return written


def between(first: str, last: str) -> list[str]:
    """Return the labels between two of one style, both left out; empty where they do not count."""
    shared = styles(first) & styles(last)
    if "number" in shared and first.isdigit() and last.isdigit():
        numbers = range(int(first) + 1, min(int(last), int(first) + _LONGEST_RANGE))
        return [str(number) for number in numbers]
    if shared & {"letter", "capital"} and len(first) == len(last) == 1:
        return [chr(code) for code in range(ord(first) + 1, ord(last))]
    if shared & {"roman", "Roman"} and max(arabic(first), arabic(last)) < 40:
        middle = [roman(number) for number in range(arabic(first) + 1, arabic(last))]
        return [item.upper() for item in middle] if "Roman" in shared else middle
    return []
