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
        letters: for each word, the beginnings of which one must stand in a text that matches.
    """

    source: str
    parts: tuple[re.Pattern[str], ...]
    letters: tuple[tuple[str, ...], ...]

    def find(self, text: str, lowered: str | None = None) -> str | None:
        """Return the words of ``text`` that match, or ``None``; parts are joined by dots.

        Args:
            text: where to look.
            lowered: the same in lower case, where the caller has it.
        """
        low = text.lower() if lowered is None else lowered
        # Looking for letters costs a hundredth of a pattern with gaps, and nearly always decides.
        if not all(any(letters in low for letters in word) for word in self.letters):
            return None
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
            to five words and ``+`` asks for both sides anywhere; a hyphen may be a space or left
            out.

    >>> phrase("remov* .. platform*|rig").find("The owner removes the old platforms.")
    'removes the old platforms'
    >>> phrase("notice + zone*").find("A zone needs notice.")
    'notice … zone'
    """
    words = [word for word in source.replace("+", " ").split() if word != ".."]
    return Phrase(
        source,
        tuple(_pattern(part) for part in source.split("+")),
        tuple(tuple(_letters(branch) for branch in word.split("|")) for word in words),
    )


def _letters(branch: str) -> str:
    """Letters that stand in a text whichever dash or apostrophe it uses."""
    return re.split(r"[^a-z0-9]", branch.lower())[0]


def _pattern(words: str) -> re.Pattern[str]:
    written = ""
    for word in words.split():
        if word == "..":
            written += _GAP
            continue
        if written and not written.endswith(_GAP):
            written += _JOINT
        branches = "|".join(
            re.escape(branch).replace(r"\*", r"\w*").replace(r"\-", r"[\s\-]?")
            for branch in word.split("|")
        )
        written += rf"\b(?:{branches})\b"
    return re.compile(written, re.IGNORECASE)
