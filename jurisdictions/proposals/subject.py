"""What a proposal is made for: a provision's duties that fall on whoever builds or runs a thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corpus.model import LawText, Provision
from jurisdictions.norm import Comparator, Extraction, Quantity
from jurisdictions.pipeline.units import unit_dimension
from jurisdictions.proposals.facing import Duty, duties_of, reach_pattern

#: Of a provision with parts, only so much is read: later parts have proposals of their own.
MAX_CHARACTERS = 4000

#: Titles of these cover too much to tell what a provision in them is about.
_TITLED = frozenset({"part", "annex", "chapter"})


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of the law as a binding would point to it.

    Attributes:
        unit: unit word of the number.
        dimension: its dimension, or the unit word where it has none.
        nth: how many numbers of the same dimension come before it.
        comparator: what the text asks of the measured thing.
        value, value_max: the number, and the second one of a range.
        span: the words.
        start: offset in the subject's text.
    """

    unit: str
    dimension: str
    nth: int
    comparator: Comparator
    value: float
    value_max: float | None
    span: str
    start: int


@dataclass(frozen=True, slots=True)
class Subject:
    """A provision as the proposer reads it.

    Attributes:
        provision: the provision.
        instrument: id of its instrument.
        headings: its own heading and those above it, titles of parts and annexes left out.
        lead_in: the words that it hangs on.
        text: its own words, with those of its parts where ``deep`` was asked for.
        measures: numbers of the law in ``text``.
        zones: maritime zones that the words name.
        duties: clauses that face whoever builds or runs an installation.
    """

    provision: Provision
    instrument: str
    headings: str
    lead_in: str
    text: str
    measures: tuple[Measure, ...]
    zones: tuple[str, ...]
    duties: tuple[Duty, ...]


def subjects(
    text: LawText, extractions: Mapping[str, Extraction], *, only: Iterable[str] | None = None
) -> Iterator[Subject]:
    """Yield the provisions of a law text as subjects, in document order.

    Args:
        text: the law text.
        extractions: what was read out of each of its provisions.
        only: ids to yield, with the words of their parts; without it every provision that has
            duties facing an operator, list heads left to their items.
    """
    reach = reach_pattern(text)
    if only is not None:
        wanted = set(only)
        for provision in text.provisions:
            if provision.id in wanted:
                yield _subject(text, provision, extractions, reach, deep=True)
        return
    for provision in text.provisions:
        if provision.kind == "recital" or provision.id not in extractions:
            continue
        if provision.id in text.children and provision.text.strip()[-1:] not in (".", ";"):
            continue
        subject = _subject(text, provision, extractions, reach, deep=False)
        if subject.duties:
            yield subject


def _subject(
    text: LawText,
    provision: Provision,
    extractions: Mapping[str, Extraction],
    reach: re.Pattern[str] | None,
    *,
    deep: bool,
) -> Subject:
    pieces = [provision, *_below(text, provision)] if deep else [provision]
    words, measures, zones, seen = "", [], dict[str, None](), dict[str, int]()
    for piece in pieces:
        if len(words) > MAX_CHARACTERS:
            break
        extraction = extractions.get(piece.id, Extraction())
        at = len(words) + 1 if words else 0
        words = f"{words}\n{piece.text}" if words else piece.text
        zones.update(dict.fromkeys(extraction.zones))
        measures += [_measure(item, at, seen) for item in _numbers(extraction)]
    above = [up.heading for up in text.ancestors(provision.id) if up.kind not in _TITLED]
    headings = [provision.heading, *above]
    return Subject(
        provision=provision,
        instrument=text.instrument.id,
        headings=" / ".join(dict.fromkeys(heading for heading in headings if heading)),
        lead_in=text.lead_in(provision.id),
        text=words,
        measures=tuple(measures),
        zones=tuple(zones),
        duties=tuple(
            duties_of(provision, extractions.get(provision.id, Extraction()), text, reach)
        ),
    )


def _below(text: LawText, provision: Provision) -> Iterator[Provision]:
    for child in text.children.get(provision.id, ()):
        yield child
        yield from _below(text, child)


def _numbers(extraction: Extraction) -> list[Quantity]:
    """Quantities that :func:`jurisdictions.extract.select_number` counts, in its order."""
    ordinals = {(item.start, item.end) for item in extraction.ordinals}
    return [item for item in extraction.quantities if (item.start, item.end) not in ordinals]


def _measure(item: Quantity, at: int, seen: dict[str, int]) -> Measure:
    dimension = unit_dimension(item.unit)
    nth = seen.get(dimension, 0)
    seen[dimension] = nth + 1
    return Measure(
        unit=item.unit,
        dimension=dimension,
        nth=nth,
        comparator=item.comparator,
        value=item.value,
        value_max=item.value_max,
        span=item.span,
        start=at + item.start,
    )
