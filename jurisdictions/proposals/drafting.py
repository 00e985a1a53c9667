"""From evidence to a proposal: requirement, class, addressee and zones, each with its reason."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterable, Iterator

from base import BindingError
from habitat.design import Zone
from jurisdictions.binding import PriorityClass, RuleBinding, Severity
from jurisdictions.predicate import ByLaw, Compare, LawBound, LawNumber, Predicate
from jurisdictions.proposals.confidence import confidence, features
from jurisdictions.proposals.facing import Duty
from jurisdictions.proposals.lexicon import Attribute
from jurisdictions.proposals.model import Proposal
from jurisdictions.proposals.propose import Evidence, Ranker, fitting
from jurisdictions.proposals.subject import Measure, Subject
from jurisdictions.resolved import LawValue

ZONES = frozenset(typing.get_args(Zone))
#: Facts proposed for one duty.
PLACES = 3
#: Confidence below which a second or third fact is noise.
HARDLY = 0.05
_LONGEST_CLAUSE = 600


def propose(subject: Subject, ranker: Ranker) -> Iterator[Proposal]:
    """Yield the proposals for each duty of a provision, likeliest fact first.

    A fact is proposed once for a provision, with the duty for which it is likeliest; facts that are
    hardly likely are left out unless a duty has no other.
    """
    best: dict[str, Proposal] = {}
    first: dict[int, str] = {}
    for duty in subject.duties:
        ranked = ranker.rank(subject, duty.text, count=PLACES + 1)
        for place, evidence in enumerate(ranked[:PLACES]):
            sure = confidence(features(duty, ranked, place))
            made = _proposal(subject, duty, evidence, rank=place + 1, sure=sure)
            if place == 0:
                first[duty.start] = made.id
            if made.id not in best or best[made.id].score < made.score:
                best[made.id] = made
    for start in sorted({made.start for made in best.values()}):
        # A duty whose likeliest fact stands with another duty of the provision is covered there.
        if best[first[start - subject.provision.start]].start != start:
            continue
        group = [made for made in best.values() if made.start == start]
        group.sort(key=lambda made: (-made.confidence, made.rank))
        for rank, made in enumerate(group, start=1):
            if rank == 1 or made.confidence >= HARDLY:
                yield made.model_copy(update={"rank": rank})


def draft(subject: Subject, attribute: Attribute) -> Proposal:
    """Return a proposal of a fact that a person named for a provision.

    Raises:
        BindingError: no rule can be made: the fact is a word or text, or a quantity and the
            provision states no number of its dimension.
    """
    duty = subject.duties[0] if subject.duties else _whole(subject)
    measure = fitting(attribute, subject, duty.text)
    if _requirement(attribute, measure) is None:
        lacks = f"the provision states no {attribute.kind}" if attribute.measured else "is a word"
        raise BindingError(
            f"no rule on {attribute.fact} can be made here: {lacks}",
            where=subject.provision.id,
            hint="name another fact, or write the rule by hand (docs/bindings.md)",
        )
    evidence = Evidence(attribute, 0.0, (), 0.0, measure, None)
    return _proposal(subject, duty, evidence, rank=1, sure=0.0)


def _whole(subject: Subject) -> Duty:
    """Take all the words of a provision that states no duty of an operator as one."""
    return Duty(
        text=subject.text,
        start=0,
        end=len(subject.provision.text),
        bearer=None,
        addressee="operator",
        effect="through_state",
        why="the reviewer takes it so",
    )


def _proposal(
    subject: Subject, duty: Duty, evidence: Evidence, *, rank: int, sure: float
) -> Proposal:
    attribute, provision = evidence.attribute, subject.provision
    requirement = _requirement(attribute, evidence.measure)
    if requirement is None:
        raise ValueError(f"{provision.id}: no requirement for {attribute.fact}")
    zones = tuple(zone for zone in subject.zones if zone in ZONES)
    priority, severity = _class_of(attribute)
    entry = attribute.entry
    shown = " ".join(duty.text.split())
    return Proposal(
        rule=RuleBinding.model_validate(
            {
                "id": rule_id(provision.id, attribute.fact),
                "provision": provision.id,
                "title": entry.title if entry else f"{attribute.fact} as the provision asks",
                "class": priority,
                "severity": severity,
                "addressee": duty.addressee,
                "effect": duty.effect,
                "zones": zones,
                "require": requirement,
                "remedy": entry.remedy if entry else f"put {attribute.fact} right",
                "evidence": entry.evidence if entry else f"proof of {attribute.fact}",
            }
        ),
        citation=provision.citation,
        instrument=subject.instrument,
        rank=rank,
        attribute=attribute.fact,
        score=round(evidence.score, 4),
        confidence=round(sure, 3),
        reason=_reason(evidence),
        suggested=_suggested(attribute, duty, zones),
        duty=shown if len(shown) <= _LONGEST_CLAUSE else f"{shown[:_LONGEST_CLAUSE]} …",
        start=provision.start + duty.start,
        end=provision.start + duty.end,
        page=provision.page,
        number=_number(subject, evidence.measure),
    )


def rule_id(provision: str, fact: str) -> str:
    """Return the id of a rule on a fact: ``marpol-annex-iv-11-1-sewage-discharge``."""
    return _slug(f"{provision}-{fact.rpartition('.')[2]}")


def provision_slug(provision: str) -> str:
    """Return how the ids of rules on a provision begin."""
    return _slug(provision)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _requirement(attribute: Attribute, measure: Measure | None) -> Predicate | None:
    """Return what the rule would ask: a flag, a word, or the number that the text states."""
    if not attribute.measured:
        return attribute.require
    if measure is None:
        return None
    pointer = LawNumber(unit=measure.unit, nth=measure.nth)
    order = attribute.entry.order if attribute.entry else None
    if measure.comparator == "=" and order is not None:
        # "within 90 days" reads as a limit; a bare "90 days" says no direction of its own.
        return Compare(fact=attribute.fact, order=order, bound=LawBound(law=pointer))
    return ByLaw(fact=attribute.fact, law=pointer)


def _number(subject: Subject, measure: Measure | None) -> LawValue | None:
    if measure is None:
        return None
    start = subject.provision.start + measure.start
    return LawValue(
        provision=subject.provision.id,
        span=measure.span,
        start=start,
        end=start + len(measure.span),
        value=measure.value,
        value_max=measure.value_max,
        unit=measure.unit,
        comparator=measure.comparator,
    )


def _class_of(attribute: Attribute) -> tuple[PriorityClass, Severity]:
    if attribute.entry is not None:
        return attribute.entry.priority, attribute.entry.severity
    return "procedural", "minor"


def _reason(evidence: Evidence) -> str:
    """Say which witnesses spoke, in their own words."""
    said = []
    if evidence.words:
        quoted = ", ".join(f"“{words}”" for words in evidence.words[:4])
        said.append(f"the words {quoted} name it")
    measure = evidence.measure
    if measure is not None:
        kind = evidence.attribute.kind
        said.append(f"the number “{' '.join(measure.span.split())}” is a {kind} as the fact is")
    if evidence.neighbour is not None:
        near = evidence.neighbour
        shared = ", ".join(near.shared)
        said.append(
            f"the text is like {near.example.citation}, bound to it "
            f"(likeness {near.likeness:.2f}, by {shared})"
        )
    return "; ".join(said) or "named by a person"


_OWED = {
    "operator": "the operator owes it",
    "state": "a State owes it",
    "organ": "a public body owes it",
}


def _suggested(attribute: Attribute, duty: Duty, zones: Iterable[str]) -> str:
    priority, severity = _class_of(attribute)
    source = "as the lexicon has it for" if attribute.entry else "for want of an entry on"
    named = ", ".join(zone.replace("_", " ") for zone in zones)
    place = f"in {named}, which the words name" if named else "no zone is named: wherever it binds"
    return (
        f"{priority}, {severity} {source} {attribute.fact}; {_OWED[duty.addressee]}: {duty.why}; "
        f"{place}"
    )
