"""Near duplicates: text that stands in the test must not be learned from, reworded or not.

The three sets of ISA regulations repeat each other but for the name of the mineral, so that
equality of normalised text is not enough.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

_SHINGLE = 4


def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Return all runs of four words, letters only; a shorter text is one run."""
    words = re.findall(r"[a-z]+", text.lower())
    if len(words) <= _SHINGLE:
        return frozenset([tuple(words)])
    return frozenset(tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))


class NearDuplicates:
    """Tells whether a text shares a good part of its wording with any of the texts it knows.

    Args:
        texts: what must be kept out of training.
        share: of the shorter text's shingles that makes two texts near duplicates.
    """

    def __init__(self, texts: Iterable[str], *, share: float = 0.5) -> None:
        self._known = [shingles(text) for text in texts]
        self._share = share
        self._where: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for at, known in enumerate(self._known):
            for shingle in known:
                self._where[shingle].append(at)

    def __contains__(self, text: str) -> bool:
        own = shingles(text)
        common: dict[int, int] = defaultdict(int)
        for shingle in own:
            for at in self._where.get(shingle, ()):
                common[at] += 1
        return any(
            count >= self._share * min(len(own), len(self._known[at]))
            for at, count in common.items()
        )
