"""The component that finds ordinals of time ("third contract year"): a place, not a length."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jurisdictions.norm import Ordinal
from jurisdictions.pipeline.numerals import Lexeme, lex, read_ordinal
from jurisdictions.pipeline.state import put

if TYPE_CHECKING:
    from spacy.tokens import Doc

_NOUNS = {
    "day": "day", "month": "month", "year": "year", "meridian": "degree", "parallel": "degree",
}  # fmt: skip
#: Nouns whose ordinal counts things that must come together ("the sixtieth instrument").
_COUNTED = frozenset(("instrument", "ratification", "accession"))
_QUALIFIERS = frozenset(("contract", "accounting", "calendar", "fiscal", "full", "complete"))
_BOUND = re.compile(
    r"\b(?:(?:end|expiry|expiration|close|termination) of (?:the|each|every|its)"
    r"|each|every|(?:before|after|until|from|by|on|than|of) the)\s+$",
    re.IGNORECASE,
)


class OrdinalFinder:
    """Find ordinals of time and store them as ``doc._.ordinals``.

    Args:
        counted: whether ordinals of instruments ("sixtieth instrument") are found too.
    """

    def __init__(self, *, counted: bool = True) -> None:
        self.counted = counted

    def __call__(self, doc: Doc) -> Doc:
        """Read ``doc.text``."""
        text = doc.text
        lexemes = lex(text)
        found = [self._read(text, lexemes, at) for at in range(len(lexemes))]
        put(doc, "ordinals", [ordinal for ordinal in found if ordinal is not None])
        return doc

    def _read(self, text: str, lexemes: list[Lexeme], at: int) -> Ordinal | None:
        number = read_ordinal(lexemes, at)
        if number is None or (at and lexemes[at - 1].text == "-"):
            return None
        noun = number.last
        while noun < len(lexemes) and lexemes[noun].lower in _QUALIFIERS:
            noun += 1
        if noun >= len(lexemes):
            return None
        word = lexemes[noun].lower
        unit = _NOUNS.get(word) or ("count" if self.counted and word in _COUNTED else None)
        if unit is None:
            return None
        start, end = lexemes[at].start, lexemes[noun].end
        return Ordinal(text[start:end], start, end, number.value, unit)


def is_bound(ordinal: Ordinal, left: str) -> bool:
    """Tell an ordinal that bounds something from one that only names a year.

    Args:
        ordinal: the ordinal.
        left: normalised text of the sentence part before it.
    """
    if ordinal.unit == "degree":
        # "the second parallel circuit" is no line on a chart
        return ordinal.value >= 10
    if ordinal.unit == "count":
        return ordinal.value >= 3
    if ordinal.value < 3:
        return re.search(r"\bend of (?:the|each) $", left) is not None
    return _BOUND.search(left) is not None
