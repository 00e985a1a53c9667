"""Phrases of the lexicon: words with open ends, alternatives, gaps and companions, as patterns."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What may stand between two words of a phrase, and where a phrase leaves a gap.
_JOINT = r"[\s,'’\-]+"
_GAP = r"(?:\W+\w+){0,5}?\W+"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase: all of its parts must be found in a text.

    Attributes:
        source: the phrase as the lexicon writes it.
        parts: one pattern for each side of ``+``.
    """

    source: str
    parts: tuple[re.Pattern[str], ...]

    def find(self, text: str) -> str | None:
        """Return the words of ``text`` that match, or ``None``; parts are joined by dots."""
        found = []
        for part in self.parts:
            match = part.search(text)
            if match is None:
                return None
            found.append(" ".join(match.group().split()))
        return " … ".join(found)


def phrase(source: str) -> Phrase:
    """Read a phrase of the lexicon.

    Args:
        source: words where ``*`` opens an end, ``|`` parts alternatives, ``..`` leaves a gap of up
            to five words and ``+`` asks for both sides anywhere.

    >>> phrase("remov* .. platform*|rig").find("The owner removes the old platforms.")
    'removes the old platforms'
    >>> phrase("notice + zone*").find("A zone needs notice.")
    'notice … zone'
    """
    return Phrase(source, tuple(_pattern(part) for part in source.split("+")))


def _pattern(words: str) -> re.Pattern[str]:
    written = ""
    for word in words.split():
        if word == "..":
            written += _GAP
            continue
        if written and not written.endswith(_GAP):
            written += _JOINT
        branches = "|".join(re.escape(branch).replace(r"\*", r"\w*") for branch in word.split("|"))
        written += rf"\b(?:{branches})\b"
    return re.compile(written, re.IGNORECASE)
