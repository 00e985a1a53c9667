"""Proposals judged on a design: what each unreviewed rule would say, apart from all findings."""

from __future__ import annotations

from collections.abc import Mapping

from compliance.finding import ProposedFinding, SpanRef
from compliance.situation import Situation
from compliance.verdicts import judge_rule
from habitat.facts import show_value
from jurisdictions.proposals.model import Proposal
from jurisdictions.regimes import Scope, timing_scope
from jurisdictions.rulebook import InstrumentEntry, ResolvedNumber, Rule, RuleBook


def judge_proposals(
    book: RuleBook, situation: Situation, jurisdictions: frozenset[str] | None
) -> tuple[ProposedFinding, ...]:
    """Judge every proposal of a rule book as if it had been accepted.

    Whether the instrument's parties and field include the site is not asked: that is for whoever
    accepts a proposal. Time is: what is not in force on the date of the audit is inapplicable.

    Args:
        book: compiled law.
        situation: the design at its site.
        jurisdictions: ids that the audit is limited to; all when ``None``.
    """
    instruments = {entry.instrument.id: entry for entry in book.proposed_instruments}
    return tuple(
        _judged(proposal, instruments, situation)
        for proposal in book.proposals
        if jurisdictions is None
        or instruments[proposal.instrument].instrument.jurisdiction in jurisdictions
    )


def _judged(
    proposal: Proposal, instruments: Mapping[str, InstrumentEntry], situation: Situation
) -> ProposedFinding:
    entry = instruments[proposal.instrument]
    pointer = proposal.pointer
    rule = Rule(
        binding=proposal.rule,
        instrument=proposal.instrument,
        numbers=()
        if pointer is None
        else (ResolvedNumber(pointer=pointer, value=proposal.number),),
    )
    timing = timing_scope(entry.instrument, situation.circumstances.as_of)
    scope = timing or Scope(True, "as if it were accepted")
    outcome = judge_rule(rule, scope, situation.facts)
    comparison = outcome.comparison
    binding = proposal.rule
    return ProposedFinding(
        id=proposal.id,
        provision=binding.provision,
        citation=proposal.citation,
        instrument=proposal.instrument,
        rank=proposal.rank,
        attribute=proposal.attribute,
        confidence=proposal.confidence,
        score=proposal.score,
        reason=proposal.reason,
        suggested=proposal.suggested,
        title=binding.title,
        requirement=proposal.requirement.model_dump(mode="json", by_alias=True, exclude_none=True),
        verdict=outcome.verdict,
        verdict_reason=outcome.reason,
        facts={
            name: show_value(situation.facts[name].value)
            for name in outcome.deciding
            if name in situation.facts
        },
        missing=outcome.missing,
        margin=None if comparison is None else comparison.margin,
        margin_unit=None if comparison is None else comparison.unit,
        quote=proposal.duty,
        span=SpanRef(file=entry.file, start=proposal.start, end=proposal.end, page=proposal.page),
        addressee=binding.addressee,
        effect=binding.effect,
        zones=binding.zones,
        priority=binding.priority,
        severity=binding.severity,
    )
