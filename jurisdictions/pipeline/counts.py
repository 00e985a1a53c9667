"""Counts that bound something: members, blocks, equipment, or anything "at least" so many."""

from __future__ import annotations

from jurisdictions.pipeline.lexicon import word_set
from jurisdictions.pipeline.numerals import Lexeme, Number
from jurisdictions.pipeline.units import wordings

#: Nouns whose count is a substantive bound wherever it stands ("36 members", "15 States").
_BODIES = word_set(
    "member members states vote votes block blocks parties arbitrators arbitrator judges "
    "judge conciliators conciliator instruments instrument ratifications ratification "
    "passengers vice-presidents persons experts governments applicants contractors sponsors "
    "operations sectors signatories substitutes"
)
#: Things that safety law has carried or shown in numbers.
_EQUIPMENT = word_set(
    "outfits sets set lights lamps pumps extinguishers hoses hydrants lifeboats liferafts "
    "lifebuoys lifejackets anchors alarms detectors exits escapes ladders suits batteries "
    "generators compartments bulkheads valves compressors cylinders apparatuses"
)
#: Singular nouns that "one" counts; "one State" names, and counts nothing.
_SINGLE = word_set("member vote arbitrator judge block set")
#: Nouns that "two" only names ("the agreement of two States").
_NAMED_IN_PAIRS = word_set("states parties persons governments instruments")
#: Words that end the search for the counted noun.
_STOPS = word_set(
    "of to in on at by for from with under within and or nor but if as than that which who whose "
    "a an the this these those such said any each every no not is are was were be been has "
    "have had shall may must should will would can after before between until per other another "
    "thereafter hereof thereof being having where when"
)
#: Plural things that a text points to rather than bounds.
_POINTERS = word_set(
    "articles sections paragraphs subparagraphs subsections regulations rules annexes parts "
    "chapters points titles numbers pages clauses tables figures items resolutions directives "
    "notes times copies languages cases decimals places digits"
)
_BOUNDS = (
    ("at", "least"), ("less", "than"), ("more", "than"), ("fewer", "than"), ("at", "most"),
    ("minimum", "of"), ("maximum", "of"), ("up", "to"), ("greater", "than"), ("not", "exceed"),
)  # fmt: skip
_MODIFIERS = 4


def count_end(lexemes: list[Lexeme], number: Number) -> int | None:
    """Return where the noun that a number counts ends; ``None`` where it counts nothing of weight.

    Args:
        lexemes: of the whole text.
        number: read from them.
    """
    if number.first and lexemes[number.first - 1].lower in ("the", "these", "those", "both"):
        # "the two arbitrators so appointed" points back; it bounds nothing
        return None
    bounded = _bounded(lexemes, number.first)
    at, open_ended = _skip_more(lexemes, number.last)
    if open_ended and number.value < 2:
        return None
    if bounded and number.value >= 2 and _closes(lexemes, at):
        # "if the experts are fewer than four"
        return number.last if lexemes[number.first - 2].lower == "fewer" else None
    noun = _counted_noun(lexemes, at, bounded=(bounded or open_ended) and number.value >= 2)
    if noun is None:
        return None
    word = lexemes[noun].lower
    if number.value == 1 and word not in _SINGLE:
        return None
    if number.value < 3 and word in _NAMED_IN_PAIRS and not bounded:
        return None
    return noun + 1


def _bounded(lexemes: list[Lexeme], at: int) -> bool:
    return at >= 2 and (lexemes[at - 2].lower, lexemes[at - 1].lower) in _BOUNDS


def _skip_more(lexemes: list[Lexeme], at: int) -> tuple[int, bool]:
    """Skip "or more of its" in "three or more of its elected members"."""
    words = [lexeme.lower for lexeme in lexemes[at : at + 4]]
    if words[:1] != ["or"] or words[1:2] not in (["more"], ["fewer"], ["less"]):
        return at, False
    if words[2:3] != ["of"]:
        return at + 2, True
    return at + (4 if words[3:4] and words[3] in ("the", "its", "their", "these") else 3), True


def _closes(lexemes: list[Lexeme], at: int) -> bool:
    return at >= len(lexemes) or lexemes[at].text in (",", ".", ";", ")")


def _counted_noun(lexemes: list[Lexeme], at: int, *, bounded: bool) -> int | None:
    """Return the lexeme of the counted noun, past modifiers such as "contiguous cobalt crust"."""
    words = 0
    while at < len(lexemes) and words <= _MODIFIERS:
        lexeme = lexemes[at]
        if lexeme.kind != "word":
            if lexeme.text not in "-'":
                return None
            at += 1
            continue
        word = lexeme.lower
        if word in _BODIES or word in _EQUIPMENT:
            return at
        if word in _STOPS or word in _POINTERS or (word,) in wordings():
            return None
        possessive = lexemes[at - 1].text == "'"
        if word.endswith("s") and not word.endswith(("ss", "ous")) and not possessive:
            return at if bounded else None
        words += 0 if possessive else 1
        at += 1
    return None
