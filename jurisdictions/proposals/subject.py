"""What a proposal is made for: a provision's duties that fall on whoever builds or runs a thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corpus.model import LawText, Provision
from jurisdictions.bearers_of_law import addressee_of
from jurisdictions.binding import Addressee, Effect
from jurisdictions.norm import Comparator, Extraction, Norm, Quantity
from jurisdictions.pipeline.units import unit_dimension

#: Of a provision with parts, only so much is read: later parts have proposals of their own.
MAX_CHARACTERS = 4000

#: Titles of these cover too much to tell what a provision in them is about.
_TITLED = frozenset({"part", "annex", "chapter"})
#: A thing at sea that a definition may count among ships or among what is dumped.
_THING = re.compile(
    r"\bplatforms?\b|\bman-made structures?\b|\boffshore (?:installations?|facilit|units?)"
    r"|\binstallations?\b|\brigs?\b",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"[\"“'‘]+\s*([A-Za-z][A-Za-z\- ]{2,30}?)\s*[\"”'’]+\s*,?\s*(?:means|includes)"
)
#: Terms that name a thing or what it does; a definition of "Convention" may mention platforms too.
_CARRIER = re.compile(
    r"\b(?:ship|vessel|craft|dumping|disposal|incinerat\w+|discharge|offshore|installation|"
    r"structure|unit|facilit\w+)",
    re.IGNORECASE,
)
_EXCLUDED = re.compile(r"\b(?:exclud\w+|does not include|not including)\b", re.IGNORECASE)
#: Bearers that are public though their head word may be an operator's elsewhere.
_PUBLIC = re.compile(
    r"\b(?:administrations?|authorit(?:y|ies)|part(?:y|ies)|governments?|flag|port states?)\b",
    re.IGNORECASE,
)
_ORGAN = re.compile(
    r"\b(?:meetings?|conferences?|commissions?|applicant part(?:y|ies))\b", re.IGNORECASE
)
#: In a management standard the organization is whoever adopts it; in a treaty States made it.
_ORGANIZATION = re.compile(r"\borgani[sz]ations?\b", re.IGNORECASE)
#: What only a State or an organ can do, whatever thing it concerns.
_STATECRAFT = re.compile(
    r"^\W*(?:\w+ly )?(?:to )?(?:(?:en|un)deavou?r|seek|co-?operate|consult|negotiate|communicate|"
    r"exchange|convene|designate|nominate|ratify|promote|transmit|meet|elect|appoint|"
    r"submit to the (?:commission|organi[sz]ation|secretar\w+|depositary)|"
    r"inform the (?:commission|organi[sz]ation|secretar\w+|depositary)|"
    r"notify the (?:commission|organi[sz]ation|secretar\w+|depositary)|"
    r"report to the (?:commission|organi[sz]ation|secretar\w+|conference))\b",
    re.IGNORECASE,
)


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
class Duty:
    """The words of one duty, and who owes it.

    Attributes:
        text: the clause that states it.
        start, end: its offsets in the subject's text.
        bearer: head words of the bearer, ``None`` where the text names none.
        addressee: who a rule on it would say owes it.
        effect: how it would reach the design.
        why: why it is taken to face the operator.
    """

    text: str
    start: int
    end: int
    bearer: str | None
    addressee: Addressee
    effect: Effect
    why: str


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


def reaching_terms(text: LawText) -> frozenset[str]:
    """Return terms whose definition reaches things at sea, such as a "ship" that may be a platform.

    MARPOL counts fixed and floating platforms among ships, the London Protocol counts what
    platforms dump and the dumping of platforms among dumping.
    """
    found: set[str] = set()
    for provision in text.provisions:
        words = provision.text
        for child in text.children.get(provision.id, ()):
            words = f"{words}\n{child.text}"
        match = _DEFINED.search(words[:300])
        if match is not None and _CARRIER.search(match[1]) and _includes_a_thing(words):
            found.add(match[1].strip().lower())
    return frozenset(found)


def _includes_a_thing(words: str) -> bool:
    excluded = _EXCLUDED.search(words)
    return _THING.search(words[: excluded.start()] if excluded else words) is not None


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


def reach_pattern(text: LawText) -> re.Pattern[str] | None:
    """Return a pattern of the terms of :func:`reaching_terms`; ``None`` where there are none."""
    found = reaching_terms(text)
    if not found:
        return None
    branches = "|".join(re.escape(term) for term in sorted(found))
    return re.compile(rf"\b(?:{branches})s?\b", re.IGNORECASE)


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
        duties=tuple(_duties(provision, extractions.get(provision.id, Extraction()), text, reach)),
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


def _duties(
    provision: Provision, extraction: Extraction, text: LawText, reach: re.Pattern[str] | None
) -> Iterator[Duty]:
    lead_in = text.lead_in(provision.id)
    on_a_thing = extraction.binds_installation
    why = "it bears on an installation at sea"
    if not on_a_thing and reach is not None:
        term = reach.search(provision.text) or reach.search(lead_in)
        if term is not None:
            on_a_thing = True
            why = f"the instrument counts platforms or structures under “{term[0].lower()}”"
    seen: set[tuple[int, int]] = set()
    for norm in extraction.norms:
        treaty = text.instrument.jurisdiction != "ISO_14001"
        duty = _duty(norm, provision.text, on_a_thing, why, treaty=treaty)
        if duty is not None and (duty.start, duty.end) not in seen:
            seen.add((duty.start, duty.end))
            yield duty


def _duty(norm: Norm, text: str, on_a_thing: bool, why: str, *, treaty: bool) -> Duty | None:
    if norm.modality not in ("obligation", "prohibition"):
        return None
    start, end = norm.clause_start, norm.clause_end
    if end <= start:
        start, end = 0, len(text)
    owed = addressee_of(norm.bearer)
    if norm.bearer and _ORGAN.search(norm.bearer):
        return None
    if norm.bearer and owed in ("operator", None):
        public = _PUBLIC.search(norm.bearer) or (treaty and _ORGANIZATION.search(norm.bearer))
        owed = "state" if public else owed
    if owed == "operator":
        return Duty(text[start:end], start, end, norm.bearer, "operator", "direct",
                    f"“{norm.bearer}” is an operator")  # fmt: skip
    if not on_a_thing or owed == "organ":
        return None
    if owed == "state":
        if _STATECRAFT.match(norm.action):
            return None
        return Duty(text[start:end], start, end, norm.bearer, "state", "through_state",
                    f"“{norm.bearer}” owes it, {why}")  # fmt: skip
    named = f"“{norm.bearer}” is no State or organ" if norm.bearer else "no bearer is named"
    return Duty(text[start:end], start, end, norm.bearer, "operator", "through_state",
                f"{named}, {why}")  # fmt: skip
