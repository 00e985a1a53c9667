"""Numbers as law writes them: digits, words, fractions, ordinals.

Texts are read as *lexemes*: numbers, words and single symbols with their offsets. spaCy's tokens
are cut for grammar ("77°30'" is one token, "15-year" three), lexemes are cut for arithmetic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SMALL = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: 10 * (tens + 2) for tens, word in enumerate(_TENS)},
}
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_FRACTIONS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4,
    "fourths": 4, "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "eighth": 8, "eighths": 8,
    "tenth": 10, "tenths": 10,
}  # fmt: skip
_GLYPHS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3}

_IRREGULAR = {
    "first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12,
}  # fmt: skip
_REGULAR = frozenset((4, 6, 7, 10, 11, *range(13, 20)))
ORDINALS: dict[str, int] = {
    **{f"{word}th": SMALL[word] for word in _UNITS if SMALL[word] in _REGULAR},
    **{f"{word[:-1]}ieth": value for word, value in SMALL.items() if value >= 20},
    "hundredth": 100,
    **_IRREGULAR,
}

_LEXEME = re.compile(
    r"(?P<number>\d{1,3},\d{1,2}(?=\s?(?:%|‰|per ?cent\b|[kcm]?m\b))"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d,])|\d+(?:\.\d+)?|[½¼¾⅓⅔])"
    r"|(?P<word>[kcm]?m(?:<sup>[23]</sup>|[23²³])(?![\w])|[^\W\d_]+)"
    r"|(?P<symbol>[^\s])"
)


#: "3,5 %": a comma before a unit and fewer than three digits is a decimal sign.
_DECIMAL_COMMA = re.compile(r"\d{1,3},\d{1,2}")

LexemeKind = Literal["number", "word", "symbol"]
_KINDS: dict[str, LexemeKind] = {"number": "number", "word": "word", "symbol": "symbol"}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One number, word or symbol of a text."""

    kind: LexemeKind
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The text in lower case."""
        return self.text.lower()


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from lexemes ``first`` to ``last`` (exclusive); ``fraction`` of a whole."""

    value: float
    first: int
    last: int
    fraction: bool = False


def lex(text: str) -> list[Lexeme]:
    """Cut a normalised text into lexemes."""
    found: list[Lexeme] = []
    for match in _LEXEME.finditer(text):
        kind = _KINDS[match.lastgroup or "symbol"]
        found.append(Lexeme(kind, match.group(), match.start(), match.end()))
    return found


def read_number(lexemes: list[Lexeme], at: int) -> Number | None:
    """Read the longest number that starts at lexeme ``at``; ``None`` where there is none."""
    lexeme = lexemes[at]
    if lexeme.kind == "number":
        return _read_digits(lexemes, at)
    if lexeme.kind == "word":
        return _read_words(lexemes, at)
    return None


def _word(lexemes: list[Lexeme], at: int) -> str:
    return lexemes[at].lower if 0 <= at < len(lexemes) else ""


def digits_value(text: str) -> float:
    """Return the value of digits with thousands separators, or of a fraction sign."""
    if text in _GLYPHS:
        return _GLYPHS[text]
    if _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return float(text.replace(",", "").replace(" ", ""))


def _read_digits(lexemes: list[Lexeme], at: int) -> Number:
    value, last = digits_value(lexemes[at].text), at + 1
    fraction = lexemes[at].text in _GLYPHS
    if last < len(lexemes) and lexemes[last].text in _GLYPHS:
        value, last = value + _GLYPHS[lexemes[last].text], last + 1
    elif _is_slash_fraction(lexemes, at):
        value, last, fraction = value / digits_value(lexemes[at + 2].text), at + 3, True
    elif last < len(lexemes) and _is_slash_fraction(lexemes, last) and value < 1000:
        # "1 1/2 miles"
        value += digits_value(lexemes[last].text) / digits_value(lexemes[last + 2].text)
        last += 3
    while _word(lexemes, last) in SCALES and _word(lexemes, last) != "hundred":
        value, last = value * SCALES[_word(lexemes, last)], last + 1
    return _with_part(lexemes, Number(value, at, last, fraction))


def _is_slash_fraction(lexemes: list[Lexeme], at: int) -> bool:
    if at + 2 >= len(lexemes) or lexemes[at + 1].text not in "/⁄":
        return False
    top, slash, bottom = lexemes[at : at + 3]
    tight = top.end == slash.start and slash.end == bottom.start
    return (
        tight
        and top.text.isdigit()
        and bottom.text.isdigit()
        and 0 < int(top.text) < int(bottom.text) <= 16
    )


def _read_words(lexemes: list[Lexeme], at: int) -> Number | None:
    fraction = _read_fraction(lexemes, at)
    if fraction is not None:
        return fraction
    total, group, last, seen = 0.0, 0.0, at, False
    while last < len(lexemes):
        word = _word(lexemes, last)
        if word in SMALL and _fits(SMALL[word], group):
            group, last, seen = group + SMALL[word], last + 1, True
        elif word == "hundred" and seen and 0 < group < 100:
            group, last = group * 100, last + 1
        elif word in SCALES and word != "hundred" and seen and group:
            total, group, last = total + group * SCALES[word], 0.0, last + 1
        elif seen and word in ("and", "-") and _continues(lexemes, last, word, group, total):
            last += 1
        else:
            break
    return _with_part(lexemes, Number(total + group, at, last)) if seen else None


def _with_part(lexemes: list[Lexeme], whole: Number) -> Number:
    """Read on where a part of one follows: "three and a half", "four and three-quarters"."""
    at = whole.last
    if _word(lexemes, at) != "and" or whole.fraction:
        return whole
    count = 1 if _word(lexemes, at + 1) in ("a", "an") else SMALL.get(_word(lexemes, at + 1), 0)
    after = at + 3 if _word(lexemes, at + 2) == "-" else at + 2
    part = _FRACTIONS.get(_word(lexemes, after))
    if not count or part is None or count >= part:
        return whole
    return Number(whole.value + count / part, whole.first, after + 1)


def _fits(value: int, group: float) -> bool:
    """Tell whether "five" may follow "twenty" or "hundred" within one number."""
    below = group % 100
    if below == 0:
        return group == 0 or value > 0
    return below >= 20 and below % 10 == 0 and 0 < value < 10


def _continues(lexemes: list[Lexeme], at: int, word: str, group: float, total: float) -> bool:
    following = SMALL.get(_word(lexemes, at + 1))
    if following is None:
        return False
    if word == "-":
        return group % 100 >= 20 and group % 10 == 0 and 0 < following < 10
    previous = _word(lexemes, at - 1)
    return previous in SCALES and (group % 100 == 0) and (group > 0 or total > 0)


def _read_fraction(lexemes: list[Lexeme], at: int) -> Number | None:
    """Read "one third", "two-thirds", "half of", "a quarter of"."""
    word = _word(lexemes, at)
    if word == "half" and _word(lexemes, at + 1) == "of" and _word(lexemes, at - 1) not in ORDINALS:
        return Number(0.5, at, at + 1, fraction=True)
    if word in ("a", "an"):
        part = _FRACTIONS.get(_word(lexemes, at + 1))
        if part and _word(lexemes, at + 2) == "of":
            return Number(1 / part, at, at + 2, fraction=True)
        return None
    if word not in SMALL or not 0 < SMALL[word] < 10:
        return None
    after = at + 2 if _word(lexemes, at + 1) == "-" else at + 1
    part = _FRACTIONS.get(_word(lexemes, after))
    if part is None or SMALL[word] >= part:
        return None
    return Number(SMALL[word] / part, at, after + 1, fraction=True)


def read_ordinal(lexemes: list[Lexeme], at: int) -> Number | None:
    """Read "third", "twenty-first" or "15th" at lexeme ``at``."""
    lexeme = lexemes[at]
    if lexeme.kind == "number":
        suffix = _word(lexemes, at + 1)
        tight = at + 1 < len(lexemes) and lexemes[at + 1].start == lexeme.end
        if tight and suffix in ("st", "nd", "rd", "th") and lexeme.text.isdigit():
            return Number(float(lexeme.text), at, at + 2)
        return None
    word = lexeme.lower
    if word in ORDINALS:
        return Number(float(ORDINALS[word]), at, at + 1)
    if word in _TENS and _word(lexemes, at + 1) == "-":
        ones = ORDINALS.get(_word(lexemes, at + 2), 0)
        if 0 < ones < 10:
            return Number(float(SMALL[word] + ones), at, at + 3)
    return None
