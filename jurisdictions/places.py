"""Places in the law that a relation can join: jurisdictions, instruments, provisions, articles.

A name is a jurisdiction (``UNCLOS``), an instrument (``unclos``), a provision with everything below
it (``unclos:311``) or a range of articles (``unclos:133-191``). One place covers another where all
of the other belongs to it; two overlap where something belongs to both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from corpus.sources import JURISDICTIONS, load_sources

_RANGE = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Place:
    """A place, taken apart.

    Attributes:
        name: as written.
        jurisdiction: the jurisdiction it belongs to; ``None`` for instruments beyond the modelled.
        instrument: ``None`` for a whole jurisdiction.
        path: id path below the instrument; empty for all of it or a range.
        articles: first and last article of a range.
    """

    name: str
    jurisdiction: str | None
    instrument: str | None = None
    path: str = ""
    articles: tuple[int, int] | None = None

    def covers(self, other: Place) -> bool:
        """Say whether all of ``other`` belongs here."""
        if self.instrument is None:
            return self.jurisdiction == other.jurisdiction
        if self.instrument != other.instrument:
            return False
        if self.articles is not None:
            span = other.span
            return span is not None and self.articles[0] <= span[0] <= span[1] <= self.articles[1]
        return not self.path or (
            other.articles is None and f"{other.path}.".startswith(f"{self.path}.")
        )

    def overlaps(self, other: Place) -> bool:
        """Say whether something belongs to both."""
        if self.covers(other) or other.covers(self):
            return True
        if self.instrument != other.instrument or None in (self.span, other.span):
            return False
        if self.articles is None and other.articles is None:
            return False
        one, two = self.span or (0, 0), other.span or (0, 0)
        return max(one[0], two[0]) <= min(one[1], two[1])

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last article that the place lies in; ``None`` outside numbered articles."""
        if self.articles is not None:
            return self.articles
        head = self.path.partition(".")[0]
        return (int(head), int(head)) if head.isdigit() else None


@cache
def place(name: str) -> Place:
    """Take a name apart."""
    instrument, _, path = name.partition(":")
    if not path and name in JURISDICTIONS:
        return Place(name, name)
    known = load_sources().get(instrument)
    jurisdiction = (
        known.jurisdiction if known is not None and known.jurisdiction in JURISDICTIONS else None
    )
    found = _RANGE.fullmatch(path)
    if found is not None:
        return Place(name, jurisdiction, instrument, "", (int(found[1]), int(found[2])))
    return Place(name, jurisdiction, instrument, path)
