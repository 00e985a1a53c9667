"""Rank the facts that a provision may constrain: by its words, its numbers and its likeness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jurisdictions.proposals.lexicon import Attribute, load_lexicon
from jurisdictions.proposals.likeness import Example, Likeness, Neighbour
from jurisdictions.proposals.subject import Measure, Subject

#: Kinds of facts that a number of another name measures too.
_SAME = {
    "depth": "length",
    "ppm": "concentration",
    "percent": "fraction",
    "ratio": "fraction",
    "dB": "sound level",
}


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each witness counts.

    Attributes:
        words: of the lexicon's phrases, found in the duty's own clause.
        context: share of that for phrases found in headings, lead-in or the rest of the provision.
        dimension: of a number that has the dimension of the fact.
        likeness: of provisions that people have bound.
        crowd: share of the likeness of further neighbours beside the best.
    """

    words: float = 1.0
    context: float = 0.25
    dimension: float = 0.3
    likeness: float = 0.8
    crowd: float = 0.1


#: What is read of a clause, and of the words around it, in characters: lists and tables that a
#: text carries inside one provision would name every fact.
MAX_CLAUSE, MAX_AROUND = 1500, 2500


@dataclass(frozen=True, slots=True)
class Place:
    """A clause and the words around it, each also in lower case."""

    clause: str
    clause_low: str
    around: str
    around_low: str

    @classmethod
    def of(cls, subject: Subject, clause: str) -> Place:
        """Return the place of a clause of a provision."""
        rest = "" if clause == subject.text else subject.text[:MAX_AROUND]
        around = f"{subject.headings}\n{subject.lead_in[:MAX_AROUND]}\n{rest}"
        # All of a provision's words are read only when they are asked for as one clause.
        shown = clause if clause == subject.text else clause[:MAX_CLAUSE]
        return cls(shown, shown.lower(), around, around.lower())


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one fact.

    Attributes:
        attribute: the fact.
        score: the sum of what the witnesses say.
        words: phrases found, as the text writes them, heaviest first.
        lexical: what the lexicon says, 0 to 1.
        measure: the number whose dimension fits, if any.
        neighbour: the most alike provision that is bound to the fact, if any.
    """

    attribute: Attribute
    score: float
    words: tuple[str, ...]
    lexical: float
    measure: Measure | None
    neighbour: Neighbour | None


class Ranker:
    """Ranks facts for a stretch of a provision.

    Args:
        examples: provisions that people have bound.
        weights: how much each witness counts.
    """

    def __init__(self, examples: Iterable[Example], *, weights: Weights | None = None) -> None:
        self._likeness = Likeness(examples)
        self._weights = weights or Weights()

    def rank(self, subject: Subject, clause: str, *, count: int = 3) -> tuple[Evidence, ...]:
        """Return the likeliest facts for a clause of a provision, best first.

        Args:
            subject: the provision.
            clause: the words of one duty of it, or all its words.
            count: how many facts at most.
        """
        place = Place.of(subject, clause)
        neighbours = self._neighbours(subject, place.clause)
        found = []
        for attribute in load_lexicon().values():
            evidence = self._weigh(attribute, subject, place, neighbours)
            if evidence is not None and evidence.score > 0:
                found.append(evidence)
        found.sort(key=lambda item: (-item.score, item.attribute.fact))
        return tuple(found[:count])

    def _neighbours(self, subject: Subject, clause: str) -> dict[str, list[Neighbour]]:
        words = f"{subject.headings}\n{subject.lead_in}\n{clause}"
        table: dict[str, list[Neighbour]] = {}
        for neighbour in self._likeness.nearest(words, count=12):
            for fact in neighbour.example.attributes:
                table.setdefault(fact, []).append(neighbour)
        return table

    def _weigh(
        self,
        attribute: Attribute,
        subject: Subject,
        place: Place,
        neighbours: Mapping[str, list[Neighbour]],
    ) -> Evidence | None:
        measure = fitting(attribute, subject, place.clause)
        if attribute.measured and measure is None:
            return None
        if any(phrase.find(place.clause, place.clause_low) for phrase in attribute.unless):
            return None
        needed = attribute.needs
        if needed is not None and not (
            needed.find(place.clause, place.clause_low)
            or needed.find(place.around, place.around_low)
        ):
            return None
        weights = self._weights
        words, lexical = _lexical(attribute, place, weights.context)
        alike = neighbours.get(attribute.fact, [])
        likeness = 0.0
        if alike:
            likeness = alike[0].likeness
            likeness += weights.crowd * sum(item.likeness for item in alike[1:])
        score = weights.words * lexical + weights.likeness * likeness
        if measure is not None and attribute.measured and (words or alike):
            score += weights.dimension
        return Evidence(attribute, score, words, lexical, measure, alike[0] if alike else None)


def _lexical(attribute: Attribute, place: Place, share: float) -> tuple[tuple[str, ...], float]:
    """Return the words found and what they weigh, from 0 to 1 with falling returns."""
    found: list[tuple[float, str]] = []
    for phrase, weight in attribute.phrases:
        words = phrase.find(place.clause, place.clause_low)
        if words is not None:
            found.append((weight, words))
            continue
        words = phrase.find(place.around, place.around_low)
        if words is not None:
            found.append((share * weight, words))
    total = sum(weight for weight, _ in found)
    found.sort(key=lambda item: -item[0])
    return tuple(dict.fromkeys(words for _, words in found)), total / (total + 3.0)


def fitting(attribute: Attribute, subject: Subject, clause: str) -> Measure | None:
    """Return the number that a fact would be held against: in the clause, else in the provision."""
    if not attribute.measured:
        return None
    fits = [item for item in subject.measures if _fits(attribute, item)]
    start = subject.text.find(clause)
    inside = [item for item in fits if start <= item.start < start + len(clause)]
    return next(iter(inside or fits), None)


def _fits(attribute: Attribute, measure: Measure) -> bool:
    if attribute.fact.endswith("_usd"):
        return measure.unit == "USD"
    kinds = {_SAME.get(name, name) for name in (measure.dimension, measure.unit)}
    return _SAME.get(attribute.kind, attribute.kind) in kinds
