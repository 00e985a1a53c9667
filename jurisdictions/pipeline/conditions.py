"""The component that finds plain conditions ("if", "where", "in the event of"): not exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.norm import TextSpan
from jurisdictions.pipeline.state import put

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_STOPS = frozenset((",", ";", ":", "."))
_PHRASES = (("in", "the", "event"), ("in", "case"), ("in", "the", "case"), ("on", "condition"))


class ConditionFinder:
    """Find conditional clauses and store them as ``doc._.conditions``.

    Args:
        openers: words that open a condition when they start a clause.
    """

    def __init__(self, *, openers: list[str]) -> None:
        self.openers = frozenset(openers)

    def __call__(self, doc: Doc) -> Doc:
        """Needs tags, the parse and sentence bounds."""
        found: list[TextSpan] = []
        covered = 0
        for token in doc:
            if token.i < covered or not self._opens(token):
                continue
            end = _clause_end(token)
            start, stop = token.idx, doc[end - 1].idx + len(doc[end - 1])
            found.append(TextSpan(doc[token.i : end].text, start, stop))
            covered = end
        put(doc, "conditions", found)
        return doc

    def _opens(self, token: Token) -> bool:
        if token.lower_ in self.openers:
            # "the area where it lies" and "which, when" describe; a condition opens a clause
            return token.i == token.sent.start or token.nbor(-1).pos_ not in (
                "NOUN",
                "PROPN",
                "ADP",
            )
        words = tuple(other.lower_ for other in token.doc[token.i : token.i + 3])
        return any(words[: len(phrase)] == phrase for phrase in _PHRASES)


def _clause_end(token: Token) -> int:
    """Return the token after the clause: its verb's right edge, or else the next stop."""
    sent = token.sent
    head = token.head
    if head.i > token.i and head.dep_ in ("advcl", "ccomp", "relcl"):
        return int(min(head.right_edge.i + 1, sent.end))
    for other in token.doc[token.i + 1 : sent.end]:
        if other.text in _STOPS:
            return int(other.i)
    return int(sent.end)
