"""In what manner a provision is cited: the words that lead to a citation, or follow it."""

from __future__ import annotations

from collections.abc import Sequence

from jurisdictions.pipeline.lexicon import word_set
from jurisdictions.references.model import ReferenceKind
from jurisdictions.references.notation import Token

#: Words that lead to a citation, longest first where one begins another.
_LEADS: tuple[tuple[tuple[str, ...], ReferenceKind], ...] = (
    (("mutatis", "mutandis"), "applies_mutatis_mutandis"),
    (("without", "prejudice", "to"), "without_prejudice_to"),
    (("subject", "to"), "subject_to"),
    (("except", "as"), "subject_to"),
    (("notwithstanding",), "prevails_over"),
    (("prevail", "over"), "prevails_over"),
    (("prevails", "over"), "prevails_over"),
    (("pursuant", "to"), "pursuant_to"),
    (("in", "accordance", "with"), "pursuant_to"),
    (("in", "conformity", "with"), "pursuant_to"),
    (("in", "compliance", "with"), "pursuant_to"),
    (("in", "line", "with"), "pursuant_to"),
)
#: Words that may stand between such a lead and the citation without taking its force away.
_FILLERS = word_set(
    "the provisions provision relevant of any other all rules requirements requirement terms "
    "conditions procedures procedure principles criteria laid down set forth out in by contained "
    "prescribed provided otherwise specified for and or both this these applicable each as well "
    "corresponding article also its international law"
)
#: Words between a citation and "mutatis mutandis" that follows it.
_VERBS = word_set(
    "shall also be is are apply applies applied applicable does do above below of this that the "
    "article section part annex convention regulations regulation herein"
)
_LONGEST_VERB = 8


class Lead:
    """The connective in force at each point of a text, read from left to right."""

    def __init__(self) -> None:
        self.kind: ReferenceKind = "refers_to"

    def advance(self, tokens: Sequence[Token], index: int) -> int:
        """Take in the token at ``index`` and return the index of the next."""
        for words, kind in _LEADS:
            upcoming = tokens[index : index + len(words)]
            if tuple(token.lower for token in upcoming) == words:
                self.kind = kind
                return index + len(words)
        token = tokens[index]
        if token.kind == "separator":
            # "Subject to article 5, the rules of article 6 hold": the comma ends what it governs.
            goes_on = index + 1 < len(tokens) and tokens[index + 1].lower in ("and", "or")
            if not goes_on and self.kind != "applies_mutatis_mutandis":
                self.kind = "refers_to"
        elif token.lower not in _FILLERS:
            self.kind = "refers_to"
        return index + 1


def applies_after(tokens: Sequence[Token], index: int) -> bool:
    """Say whether the citation that ends before ``index`` is said to apply mutatis mutandis."""
    seen_verb = False
    for position in range(index, min(index + _LONGEST_VERB, len(tokens))):
        word = tokens[position].lower
        if word == "mutatis":
            return seen_verb or position - index <= 2
        if word not in _VERBS and tokens[position].kind not in ("separator", "other"):
            return False
        seen_verb |= word.startswith("appl")
    return False
