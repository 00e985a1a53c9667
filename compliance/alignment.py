"""Two editions of one instrument side by side: which provision became which.

Provisions meet by id where their words agree, then by their words alone (renumbered), then by id
with other words (reworded), then by likeness (renumbered and reworded). What is left was added or
removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from corpus.model import LawText, Provision

PairStatus = Literal["unchanged", "reworded", "renumbered", "added", "removed"]

#: Words that two provisions must share for one to be taken for the other under another number.
LIKENESS = 0.75
#: Below this likeness an id that stays is still compared, after better partners are taken.
_SAME_ID = 0.5
#: Provisions shorter than this ("gears;") are told apart by their ids only.
_TELLING = 25


@dataclass(frozen=True, slots=True)
class Pair:
    """A provision of the old edition and what it became; one side is ``None`` where there is none.

    Attributes:
        likeness: share of characters in common, 1 for the same words, 0 for one side only.
    """

    old: Provision | None
    new: Provision | None
    status: PairStatus
    likeness: float

    @property
    def id(self) -> str:
        """The id in the new edition, or else in the old one."""
        return self.new.id if self.new is not None else self.old.id if self.old else ""

    @property
    def renamed(self) -> tuple[str, str] | None:
        """Old and new id where they differ."""
        if self.old is None or self.new is None or self.old.id == self.new.id:
            return None
        return self.old.id, self.new.id


def align(old: LawText, new: LawText) -> tuple[Pair, ...]:
    """Pair the worded provisions of two editions, in the order of the new one, then of the old.

    Args:
        old, new: editions of one instrument.
    """
    left = {item.id: item for item in old.provisions if item.text.strip()}
    right = {item.id: item for item in new.provisions if item.text.strip()}
    pairs: list[Pair] = []

    def take(one: str, other: str, likeness: float) -> None:
        first, second = left.pop(one), right.pop(other)
        status: PairStatus = (
            "renumbered" if one != other else "unchanged" if likeness == 1.0 else "reworded"
        )
        pairs.append(Pair(first, second, status, likeness))

    for name in [name for name in left if name in right]:
        if _words(left[name]) == _words(right[name]):
            take(name, name, 1.0)
    for one, other in _same_words(left.values(), right.values()):
        take(one, other, 1.0)
    for name in [name for name in left if name in right]:
        likeness = _likeness(left[name], right[name])
        if likeness >= _SAME_ID:
            take(name, name, likeness)
    for likeness, one, other in _alike(left.values(), right.values()):
        if one in left and other in right:
            take(one, other, likeness)
    for name in [name for name in left if name in right]:
        take(name, name, _likeness(left[name], right[name]))
    pairs += [Pair(None, item, "added", 0.0) for item in right.values()]
    pairs += [Pair(item, None, "removed", 0.0) for item in left.values()]
    order = {item.id: place for place, item in enumerate(new.provisions)}
    last = {item.id: place for place, item in enumerate(old.provisions, start=len(order))}
    return tuple(
        sorted(pairs, key=lambda pair: order[pair.id] if pair.new is not None else last[pair.id])
    )


def _words(provision: Provision) -> str:
    return " ".join(provision.text.split())


def _same_words(left: Iterable[Provision], right: Iterable[Provision]) -> list[tuple[str, str]]:
    """Ids of provisions whose words stand exactly once on either side."""
    tables: list[dict[str, list[str]]] = [{}, {}]
    for table, side in zip(tables, (left, right), strict=True):
        for item in side:
            table.setdefault(_words(item), []).append(item.id)
    return [
        (ids[0], tables[1][words][0])
        for words, ids in tables[0].items()
        if len(words) >= _TELLING and len(ids) == 1 and len(tables[1].get(words, ())) == 1
    ]


def _alike(left: Iterable[Provision], right: Iterable[Provision]) -> list[tuple[float, str, str]]:
    """Pairs that are alike enough, the most alike first."""
    others = [(item, _vocabulary(item)) for item in right]
    found = []
    for item in left:
        own = _vocabulary(item)
        if len(item.text) < _TELLING:
            continue
        for other, theirs in others:
            # Comparing characters is slow; two texts this alike share half of their words.
            if 2 * len(own & theirs) < min(len(own), len(theirs)):
                continue
            likeness = _likeness(item, other)
            if likeness >= LIKENESS:
                found.append((likeness, item.id, other.id))
    return sorted(found, key=lambda row: (-row[0], row[1], row[2]))


def _vocabulary(provision: Provision) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", provision.text.lower()))


def _likeness(one: Provision, other: Provision) -> float:
    return SequenceMatcher(None, _words(one), _words(other), autojunk=False).ratio()
