"""The component that sets sentence bounds by punctuation, ahead of the parser.

Left to itself the parser breaks long legal sentences at lists and citations; a sentence part that
ends in a full stop, or in a semicolon, is one clause complex here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_ABBREVIATIONS = frozenset(
    ("art", "arts", "no", "nos", "para", "paras", "reg", "seq", "cf", "e.g", "i.e")
)
_CLOSERS = frozenset(('"', "'", ")", "]"))


class SentenceSplitter:
    """Set ``Token.is_sent_start`` for every token.

    Args:
        semicolons: whether a semicolon ends a sentence part.
        longest: tokens after which a sentence is cut. Real ones have some 200 words; what reads a
            sentence looks at all of it for each cue, so that an endless one would never end.
    """

    def __init__(self, *, semicolons: bool = True, longest: int = 600) -> None:
        self.semicolons, self.longest = semicolons, longest

    def __call__(self, doc: Doc) -> Doc:
        """Needs nothing but tokens."""
        start_next, start = False, 0
        for token in doc:
            closing = token.text in _CLOSERS or token.is_space
            begins = token.i == 0 or (start_next and not closing)
            if begins or token.i - start >= self.longest:
                begins, start = True, token.i
            token.is_sent_start = begins
            if not closing:
                start_next = False
            start_next = start_next or self._ends(token)
        return doc

    def _ends(self, token: Token) -> bool:
        if self.semicolons and token.text == ";":
            return True
        if token.text not in (".", "?", "!") or token.i + 1 >= len(token.doc):
            return False
        before = token.nbor(-1).lower_ if token.i else ""
        following = token.doc[token.i + 1]
        if following.is_space and token.i + 2 < len(token.doc):
            following = token.doc[token.i + 2]
        return before not in _ABBREVIATIONS and not following.is_lower
