"""Amounts: numbers with their units, as character spans, before anything is compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from jurisdictions.pipeline.counts import count_end
from jurisdictions.pipeline.lexicon import word_set
from jurisdictions.pipeline.numerals import Lexeme, Number, digits_value, lex, read_number
from jurisdictions.pipeline.units import QUALIFIERS, SYMBOLS, wordings

#: A number after one of these points to a place in a text and measures nothing.
_REFERENCES = word_set(
    "article articles section sections paragraph paragraphs subparagraph subparagraphs "
    "subsection subsections regulation regulations rule rules annex annexes part parts "
    "chapter chapters point points title no number numbers page pages clause clauses "
    "table appendix figure item items resolution directive note"
)
_DEGREES = re.compile(
    r"(?<![\d,.])(?P<degrees>(?:\d{1,3},\d{3}|\d+)(?:\.\d+)?)\s?-?(?:°|degrees?\b),?\s?"
    r"(?:(?P<scale>C\b|F\b|Celsius|centigrade|Fahrenheit)"
    r"|(?P<minutes>\d{1,2}(?:\.\d+)?)\s?(?:'(?!')\.?(?P<decimals>\d+)?|minutes?\b)\s?"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s?(?:\"|''|seconds?\b))?)?",
    re.IGNORECASE,
)
#: Rates over these make a new unit that has no word of its own ("litres per minute", "kg/m3").
_RATE = re.compile(
    r"\s?(?:/|per )\s?(?:second|minute|hour|s\b|h\b|min\b|kWh|kW|m[23²³]|m<sup>|kg"
    r"|square|cubic|litre"
    r"|[lL]\b)",
    re.IGNORECASE,
)
#: Units joined by a dot ("m.rad", "mPa.s").
_PRODUCT = re.compile(r"\.[a-z]+\b")
#: What stands before an amount of money: "$", "US$", "$ US", "USD", "SDR", "United States dollars".
_MONEY_BEFORE = re.compile(
    r"(?P<dollar>\b(?:US|United States(?: of America)?)\s?(?:\$|dollars?\s?\$?)"
    r"|\$\s?(?:US\b)?|\bUSD)\s?$"
    r"|(?:[£€]|\b(?:SDR|XDR|EUR|GBP|CHF))\s?$"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number and its unit; a bare number has unit ``""`` and may borrow the next one's."""

    start: int
    end: int
    value: float
    unit: str


def find_amounts(text: str) -> list[Amount]:
    """Return the amounts of a normalised text in order, bare numbers included.

    Cross-references ("paragraph 2", "article 5(2)") and labels are left out.
    """
    amounts = list(_degrees(text))
    taken = [(amount.start, amount.end) for amount in amounts]
    lexemes = lex(text)
    at = 0
    while at < len(lexemes):
        lexeme = lexemes[at]
        inside = any(start <= lexeme.start < end for start, end in taken)
        number = None if inside else read_number(lexemes, at)
        if number is None:
            at += 1
            continue
        amount, at = _amount(text, lexemes, number)
        if amount is not None:
            amounts.append(amount)
    return sorted(amounts, key=lambda amount: amount.start)


def _degrees(text: str) -> Iterator[Amount]:
    for match in _DEGREES.finditer(text):
        value = digits_value(match["degrees"])
        unit = "degree"
        if match["scale"]:
            unit = "degC" if match["scale"][0] in "Cc" else "other"
        elif match["minutes"]:
            minutes = f"{match['minutes']}.{match['decimals']}" if match["decimals"] else ""
            value += float(minutes or match["minutes"]) / 60 + float(match["seconds"] or 0) / 3600
        end = match.start() + len(match.group().rstrip(" ,"))
        yield Amount(match.start(), end, value, unit)


def _amount(text: str, lexemes: list[Lexeme], number: Number) -> tuple[Amount | None, int]:
    """Attach a unit to a number; also return where to read on."""
    start, end = lexemes[number.first].start, lexemes[number.last - 1].end
    if _is_reference(lexemes, number.first):
        return None, number.last
    money = _MONEY_BEFORE.search(text, max(0, start - 40), start)
    if money:
        unit = "USD" if money["dollar"] else "currency"
        return Amount(money.start(), end, number.value, unit), number.last
    after = _skip_restatement(lexemes, number.last)
    unit, last = _unit(text, lexemes, after)
    if number.fraction and unit not in _WHOLE_UNITS_OF_FRACTIONS:
        return Amount(start, end, 100 * number.value, "percent"), number.last
    if not unit:
        counted = count_end(lexemes, number)
        if counted is not None:
            return Amount(start, lexemes[counted - 1].end, number.value, "count"), counted
    if unit:
        end = lexemes[last - 1].end
        if _is_variable(text, lexemes[last - 1].text):
            unit = "other"
        rate = _RATE.match(text, end) or _PRODUCT.match(text, end)
        if rate and unit not in ("percent", "USD", "currency", "mg/L", "kn"):
            unit = "other"
        return Amount(start, end, number.value, unit), last
    if "gross tonnage" in _left_words(lexemes, number.first, 6):
        return Amount(start, end, number.value, "GT"), number.last
    return Amount(start, end, number.value, ""), number.last


@lru_cache(maxsize=64)
def _definition_of(letter: str) -> re.Pattern[str]:
    name = re.escape(letter)
    return re.compile(
        rf"\b(?:distance|depth|height|breadth|width|length|value|capacity|factor) {name}\b"
        rf"|(?<![\d.]\s)\b{name}\s?="
    )


def _is_variable(text: str, unit: str) -> bool:
    """Tell "not less than 0.5 h", where the text speaks of "the distance h", from half an hour."""
    return len(unit) == 1 and unit.isalpha() and _definition_of(unit).search(text) is not None


#: "1/2 mile" is half a mile; "two thirds of the members" is a share, whatever follows.
_WHOLE_UNITS_OF_FRACTIONS = word_set(
    "nmi mile m km mm cm feet hour day month year acre kn t kg minute second"
)


def _left_words(lexemes: list[Lexeme], at: int, count: int) -> str:
    """Return the words before a lexeme, back to a noun that comparators cannot cross."""
    words: list[str] = []
    for lexeme in reversed(lexemes[max(0, at - count) : at]):
        if lexeme.lower not in _TONNAGE_WORDS:
            break
        words.insert(0, lexeme.lower)
    return " ".join(words)


_TONNAGE_WORDS = word_set(
    "gross tonnage of exceeding over above less more than not under at least is"
)


def _is_reference(lexemes: list[Lexeme], at: int) -> bool:
    """Tell "paragraph 2", "paragraphs 1 and 2", "section 5(2)", "2008/56" from an amount."""
    if at == 0:
        return False
    if _is_document_number(lexemes, at):
        return True
    previous = lexemes[at - 1]
    tight = previous.end == lexemes[at].start
    if previous.lower in _REFERENCES and lexemes[at].kind == "number":
        return True
    if tight and previous.text == ">":
        return True
    if tight and (previous.text in "/(.-" or previous.kind == "word") and previous.text != "":
        return not (previous.text == "(" or (previous.text in "-." and at > 1))
    return False


def _is_document_number(lexemes: list[Lexeme], at: int) -> bool:
    """Tell the "24-01234" that a page's foot leaves in the running text."""
    around = "".join(lexeme.text for lexeme in lexemes[max(0, at - 2) : at + 3])
    return re.search(r"(?<!\d)\d\d-\d{5}(?!\d)", around) is not None


def _skip_restatement(lexemes: list[Lexeme], at: int) -> int:
    """Skip the figure in brackets of "fifteen (15) years"."""
    if at + 2 < len(lexemes) and lexemes[at].text == "(" and lexemes[at + 2].text == ")":
        number = read_number(lexemes, at + 1)
        if number is not None and number.last == at + 2:
            return at + 3
    return at


def _unit(text: str, lexemes: list[Lexeme], at: int) -> tuple[str, int]:
    """Read a unit at lexeme ``at``: its gold word and where it ends; ``("", at)`` without one."""
    if at < len(lexemes) and lexemes[at].text == "-":
        at += 1
    plain = _unit_words(lexemes, at)
    if plain[0]:
        return plain
    skipped = at
    while skipped < len(lexemes) and lexemes[skipped].lower in QUALIFIERS and skipped < at + 3:
        skipped += 1
        qualified = _unit_words(lexemes, skipped)
        if qualified[0]:
            return qualified
    return _unit(text, lexemes, at + 2) if _more_or_less(lexemes, at) else ("", at)


def _more_or_less(lexemes: list[Lexeme], at: int) -> bool:
    """Tell "400 or more persons"."""
    if at + 2 >= len(lexemes) or lexemes[at].lower != "or":
        return False
    return lexemes[at + 1].lower in ("more", "fewer", "less")


def _unit_words(lexemes: list[Lexeme], at: int) -> tuple[str, int]:
    words: list[str] = []
    best: tuple[str, int] = ("", at)
    position = at
    while position < len(lexemes) and len(words) < 5:
        lexeme = lexemes[position]
        if lexeme.text == "-" and words:
            position += 1
            continue
        if lexeme.kind != "word":
            break
        words.append(lexeme.lower)
        position += 1
        unit = wordings().get(tuple(words))
        if unit:
            best = (unit, position)
    if best[0]:
        return best
    return _unit_symbol(lexemes, at)


def _unit_symbol(lexemes: list[Lexeme], at: int) -> tuple[str, int]:
    if at >= len(lexemes):
        return "", at
    if at + 2 < len(lexemes) and lexemes[at + 1].text == "/":
        joined = f"{lexemes[at].text}/{lexemes[at + 2].text}"
        if joined in SYMBOLS:
            return SYMBOLS[joined], at + 3
    if lexemes[at].text in SYMBOLS:
        return SYMBOLS[lexemes[at].text], at + 1
    return "", at


def share_units(text: str, amounts: list[Amount]) -> list[Amount]:
    """Give bare numbers the unit of the amount they are joined to; drop the other bare ones.

    "three and six years" is two amounts in years; "article 3 and six years" never gets here.
    """
    shared: list[Amount] = []
    following: Amount | None = None
    for amount in reversed(amounts):
        resolved = amount
        if not amount.unit:
            if following is None or not _JOINED.fullmatch(text[amount.end : following.start]):
                following = None
                continue
            resolved = replace(amount, unit=following.unit)
        shared.append(resolved)
        following = resolved
    return shared[::-1]


_JOINED = re.compile(
    r"\s*(?:,|-|/|\bto\b|,?\s*(?:\band\b|\bor\b)|,?\s*(?:nor|(?:and|but) not) "
    r"(?:more|less|exceeding|greater|fewer)(?: than)?)\s*"
)
