"""Facing the operator: which duties of a provision fall on whoever builds or runs a thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.model import LawText, Provision
from jurisdictions.bearers_of_law import addressee_of
from jurisdictions.binding import Addressee, Effect
from jurisdictions.norm import Extraction, Norm

#: Ships that no habitat is, whatever else a definition of "ship" takes in.
_OTHER_SHIPS = re.compile(
    r"\b(?:oil tankers?|tankers?|passenger ships?|chemical carriers?|combination carriers?|"
    r"cargo (?:ships?|tanks?|area|oil|hatch\w*|loading)|crude oil|ferr(?:y|ies)|"
    r"product carriers?)\b",
    re.IGNORECASE,
)
#: What is done with certificates and forms, by whoever issues them.
_PAPERWORK = re.compile(
    r"\.{6,}|\bcertificates?\b[^.;]{0,80}\b(?:shall|should) (?:be (?:issued|endorsed|drawn up|"
    r"accepted|valid|entitled)|cease to be valid|remain valid)|"
    r"\bentitled\b[^.;]{0,60}\bextension\b|\bnew certificate\b|\bexpiry date\b",
    re.IGNORECASE,
)
#: Public bodies named inside a clause without a bearer: they act, the operator does not.
_BY_THE_PUBLIC = re.compile(
    r"\b(?:contracting part(?:y|ies)|commission|administrations?|secretariat|competent authorit\w+|"
    r"the organi[sz]ation)\b",
    re.IGNORECASE,
)
#: Lead-ins of lists that give an organ its tasks.
_TASKS = re.compile(
    r"\b(?:dut(?:y|ies)|functions?|tasks?|mandate) of the (?:commission|meeting|conference|council|"
    r"secretariat|organi[sz]ation|committee)|\b(?:commission|meetings?|conference|secretariat|"
    r"committee|clearing-house mechanism)\b[^.;]{0,60}\bshall\b",
    re.IGNORECASE,
)
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


def reach_pattern(text: LawText) -> re.Pattern[str] | None:
    """Return a pattern of the terms of :func:`reaching_terms`; ``None`` where there are none."""
    found = reaching_terms(text)
    if not found:
        return None
    branches = "|".join(re.escape(term) for term in sorted(found))
    return re.compile(rf"\b(?:{branches})s?\b", re.IGNORECASE)


def duties_of(
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
    around = f"{provision.heading}\n{lead_in}"
    if _TASKS.search(lead_in) or (_OTHER_SHIPS.search(around) and not _THING.search(around)):
        return
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
    clause = text[start:end]
    if norm.bearer and _ORGAN.search(norm.bearer):
        return None
    if _PAPERWORK.search(clause) or (_OTHER_SHIPS.search(clause) and not _THING.search(clause)):
        return None
    if norm.bearer and owed in ("operator", None):
        public = _PUBLIC.search(norm.bearer) or (treaty and _ORGANIZATION.search(norm.bearer))
        owed = "state" if public else owed
    if norm.bearer is None and _BY_THE_PUBLIC.search(clause):
        owed = "state"
    if owed == "operator":
        return Duty(clause, start, end, norm.bearer, "operator", "direct",
                    f"“{norm.bearer}” is an operator")  # fmt: skip
    if not on_a_thing or owed == "organ":
        return None
    if owed == "state":
        if _STATECRAFT.match(norm.action):
            return None
        return Duty(clause, start, end, norm.bearer, "state", "through_state",
                    f"“{norm.bearer}” owes it, {why}")  # fmt: skip
    named = f"“{norm.bearer}” is no State or organ" if norm.bearer else "no bearer is named"
    return Duty(clause, start, end, norm.bearer, "operator", "through_state",
                f"{named}, {why}")  # fmt: skip
