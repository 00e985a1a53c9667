"""What a number measures: the head noun that the dependency parse hangs the amount on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NOUNS = frozenset(("NOUN", "PROPN"))
_SUBJECTS = frozenset(("nsubj", "nsubjpass"))
_STEPS = 8


def measured(doc: Doc, start: int, end: int) -> str | None:
    """Return the noun measured by the characters ``start:end``, in lower case, or ``None``.

    A noun that the amount modifies comes first ("a distance of 500 metres", "the 2,500 metre
    isobath"); else the subject of the verb that the amount completes ("the breadth shall not
    exceed 500 metres").
    """
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None or not len(span) or not doc.has_annotation("DEP"):
        return None
    token: Token = span.root
    for _ in range(_STEPS):
        head = token.head
        if head.i == token.i:
            break
        token = head
        outside = token.i < span.start or token.i >= span.end
        if outside and token.pos_ in _NOUNS:
            return str(token.lower_)
        if token.pos_ in ("VERB", "AUX"):
            return _subject(token)
    return _subject(token)


def _subject(verb: Token) -> str | None:
    for child in verb.children:
        if child.dep_ in _SUBJECTS and child.pos_ in _NOUNS:
            return str(child.lower_)
    return None
