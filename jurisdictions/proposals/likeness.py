"""Likeness of a text to provisions that people have bound: TF-IDF weights and their cosine."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from jurisdictions.pipeline.lexicon import word_set

_WORD = re.compile(r"[a-z]{2,}")
#: Words of law that say nothing of what is meant.
_STOP = word_set(
    "the of and or to in a an for by with on at as be is are was been it its that this these those "
    "such any all shall may must not no from under which who where when other than into upon if "
    "their they there has have had will would should can each every both more most only also but "
    "so do does made make party parties paragraph article section subsection pursuant accordance "
    "including referred provided respect regard thereof therein within state states"
)
_ENDINGS = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ed", "es", "s", "e")


def terms(text: str) -> list[str]:
    """Return the stems of a text's words and of its neighbouring pairs, stop words left out.

    >>> terms("The owner shall remove installations.")
    ['owner', 'remov', 'install', 'owner remov', 'remov install']
    """
    stems = [_stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP]
    return stems + [f"{first} {second}" for first, second in pairwise(stems)]


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


@dataclass(frozen=True, slots=True)
class Example:
    """A provision that people have bound, and to which facts."""

    provision: str
    citation: str
    instrument: str
    text: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An example with the cosine of its likeness to a text, 0 to 1, and the stems they share."""

    example: Example
    likeness: float
    shared: tuple[str, ...]


class Likeness:
    """An index of examples.

    Args:
        examples: provisions with the facts they are bound to.
    """

    def __init__(self, examples: Iterable[Example]) -> None:
        self.examples = tuple(examples)
        counted = [Counter(terms(example.text)) for example in self.examples]
        spread = Counter(term for counts in counted for term in counts)
        total = len(self.examples)
        self._idf = {term: math.log((1 + total) / (1 + n)) + 1.0 for term, n in spread.items()}
        self._unknown = math.log(1 + total) + 1.0
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, counts in enumerate(counted):
            for term, weight in self._weights(counts).items():
                self._postings[term].append((place, weight))

    def nearest(self, text: str, *, count: int = 10) -> tuple[Neighbour, ...]:
        """Return the examples most like a text, most alike first; none without a shared word."""
        weights = self._weights(Counter(terms(text)))
        likeness: dict[int, float] = defaultdict(float)
        shares: dict[int, list[tuple[float, str]]] = defaultdict(list)
        for term, weight in weights.items():
            for place, other in self._postings.get(term, ()):
                likeness[place] += weight * other
                shares[place].append((weight * other, term))
        best = sorted(likeness, key=lambda place: (-likeness[place], place))[:count]
        return tuple(
            Neighbour(
                self.examples[place],
                likeness[place],
                tuple(term for _, term in sorted(shares[place], reverse=True)[:4]),
            )
            for place in best
        )

    def _weights(self, counts: Mapping[str, int]) -> dict[str, float]:
        weights = {
            term: (1.0 + math.log(n)) * self._idf.get(term, self._unknown)
            for term, n in counts.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {term: weight / length for term, weight in weights.items()} if length else {}
