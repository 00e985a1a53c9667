"""Labels after a unit: one, a list, or ranges ("2 (b) and (c)", "208 to 210", "IV")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jurisdictions.pipeline.lexicon import word_set
from jurisdictions.references.notation import Token, between, clean, is_roman, styles, word_at

#: A number before one of these is a measure, not a label.
_MEASURES = word_set(
    "day days week weeks month months year years per percent nautical mile miles metre metres "
    "meter meters kilometre kilometres square hours hour members states copies u.s.c"
)
#: A bracketed label before one of these opens a new item of a list in the running text.
_OPENERS = word_set(
    "the a an any all such that this in to for with where when if by on each no not at from"
)
#: Units whose labels may be Roman numbers or single capitals.
_ROMAN_UNITS = frozenset(
    {"annex", "part", "resolution", "chapter", "appendix", "section", "table", "schedule"}
)
_CAPITAL_UNITS = frozenset({"section", "subsection"})
_BRACKETED_UNITS = frozenset(
    {"subsection", "paragraph", "subparagraph", "point", "clause", "subclause", "recital"}
)


@dataclass(frozen=True, slots=True)
class Item:
    """A label as the text has it; ``choices`` in the order in which they are to be tried.

    ``between`` tells that it lies inside a range, so that the text does not write it.
    """

    choices: tuple[tuple[str, ...], ...]
    start: int
    end: int
    between: bool = False


class LabelReader:
    """Reads labels from the tokens of a text."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens

    def read(self, index: int, unit: Token) -> tuple[list[Item], int]:
        """The labels after a unit: one, a list, or ranges."""
        first = self._item(index, unit, ())
        if first is None:
            return [], index
        item, after = first
        items = [item]
        while True:
            position, ranged = self._separated(after)
            if position == after:
                return items, after
            upcoming = self._item(position, unit, items[-1].choices)
            if upcoming is None or not self._continues(position, after, unit, ranged):
                return items, after
            item, end = upcoming
            if ranged:
                items += self._filling(items[-1], item)
            items.append(item)
            after = end

    @staticmethod
    def _filling(first: Item, last: Item) -> list[Item]:
        *stem, low = first.choices[0]
        high = last.choices[0][-1]
        return [
            Item(((*stem, label),), first.start, last.end, between=True)
            for label in between(low, high)
        ]

    def _separated(self, index: int) -> tuple[int, bool]:
        """Where the next label of a list would stand, and whether a range leads to it."""
        position = index
        if position < len(self.tokens) and self.tokens[position].kind == "separator":
            position += 1
        word = word_at(self.tokens, position)
        if word in ("to", "through", "–", "-", "—"):
            return position + 1, True
        if word in ("and", "or", "and/or"):
            position += 1
            if word_at(self.tokens, position) == "/" and word_at(self.tokens, position + 1) == "or":
                position += 2
            # "(E), (F), or, if appropriate, (H)"
            aside = [word_at(self.tokens, position + offset) for offset in range(4)]
            if aside in ([",", "if", "appropriate", ","], [",", "where", "appropriate", ","]):
                position += 4
        return position, False

    def _continues(self, position: int, after: int, unit: Token, ranged: bool) -> bool:
        """Say whether a label after a separator goes on with the list before it."""
        token = self.tokens[position]
        following = word_at(self.tokens, position + 1)
        if token.kind != "bracketed":
            return following not in _MEASURES
        # Semicolons and the like also part the items of a list in the running text.
        if unit.plural or ranged:
            return True
        if self.tokens[after].text == ";":
            return False
        return following not in _OPENERS or following == "to"

    def _item(
        self, index: int, unit: Token, previous: tuple[tuple[str, ...], ...]
    ) -> tuple[Item, int] | None:
        if index >= len(self.tokens):
            return None
        token = self.tokens[index]
        label = self._first_label(index, unit, bool(previous))
        if label is None:
            return None
        after = index + 1
        labels = list(split_label(label))
        if token.kind == "word" and word_at(self.tokens, after) in ("bis", "ter"):
            labels[-1] += word_at(self.tokens, after)
            after += 1
        while (
            after < len(self.tokens)
            and self.tokens[after].kind == "bracketed"
            and self.tokens[after].start - self.tokens[after - 1].end <= 1
        ):
            labels.append(clean(self.tokens[after].text))
            after += 1
        own = tuple(labels)
        choices: tuple[tuple[str, ...], ...] = (own,)
        if previous and token.kind == "bracketed":
            choices = _siblings(previous[0], own)
            if not choices:
                return None
        return Item(choices, token.start, self.tokens[after - 1].end), after

    def _first_label(self, index: int, unit: Token, listed: bool) -> str | None:
        token = self.tokens[index]
        name = unit.unit or ""
        match token.kind:
            case "number":
                if name in ("part", "resolution", "title", "subchapter"):
                    return None
                return None if word_at(self.tokens, index + 1) in _MEASURES else clean(token.text)
            case "bracketed":
                if listed or name in _BRACKETED_UNITS:
                    return clean(token.text)
                return None
            case "word":
                if name in _ROMAN_UNITS and is_roman(token.text):
                    # "part I" of running text is no label: I is a pronoun.
                    return None if (unit.text, token.text) == ("part", "I") else token.text
                if name in _CAPITAL_UNITS and len(token.text) == 1 and token.text.isupper():
                    return token.text
                # Scanned texts have the letter l for the number 1 in "paragraph l(a)".
                if name == "paragraph" and token.text == "l":
                    return "1"
        return None


def split_label(label: str) -> tuple[str, ...]:
    """The labels of "4.3", or of "1333(a)(2)", one by one."""
    head, *rest = label.replace(")", "").split("(")
    return (*head.split("."), *rest)


def _siblings(previous: tuple[str, ...], own: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """What "(c)" may mean after "2(b)(i) and": the label of its style that it takes the place of.

    The innermost comes first; which of them exists decides.
    """
    return tuple(
        (*previous[:depth], *own)
        for depth in range(len(previous) - 1, -1, -1)
        if styles(previous[depth]) & styles(own[0])
    )
