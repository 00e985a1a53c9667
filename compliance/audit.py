"""The main job: judge a design at its site against everything in a rule book."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping
from datetime import date
from importlib import metadata
from typing import TYPE_CHECKING, Any, Literal

from base import sha256_text
from compliance.accounting import Accountant, units_of_account
from compliance.conflicts import find_conflicts
from compliance.finding import (
    WORST_FIRST,
    AuditResult,
    BoundRef,
    Finding,
    JurisdictionStatus,
    SpanRef,
    Verdict,
    worst,
)
from compliance.limits import limits_of
from compliance.settlement import Judged, apply_settlement, in_force
from compliance.situation import Situation, situate
from compliance.verdicts import Outcome, judge_rule, measure
from habitat.facts import show_value
from jurisdictions.parties import eu_member
from jurisdictions.regimes import (
    JURISDICTIONS,
    Scope,
    instrument_scope,
    jurisdiction_scope,
    provision_scope,
)
from jurisdictions.rulebook import ProvisionEntry, RuleBook

if TYPE_CHECKING:
    from habitat.design import Design

_WORDING = {
    "direct": "The operator must put this right before the installation can be lawful.",
    "through_state": (
        "The duty binds the State, not the operator: this is a shortfall that the State must "
        "see corrected, usually as a condition of its consent."
    ),
    "voluntary": "The standard is voluntary: this is a gap against it, not a breach of law.",
}
_RANK = {verdict: rank for rank, verdict in enumerate(WORST_FIRST)}
_SEVERITY = {"critical": 0, "major": 1, "minor": 2, "observation": 3}


def audit(
    design: Design,
    book: RuleBook,
    *,
    as_of: date,
    design_hash: str = "",
    jurisdictions: frozenset[str] | None = None,
) -> AuditResult:
    """Judge a design against a rule book.

    Args:
        design: the design, validated.
        book: compiled law.
        as_of: the date whose law applies.
        design_hash: SHA-256 of the design file, recorded in the result.
        jurisdictions: ids to judge; all modelled ones when ``None``.

    Returns:
        The result, the same for the same inputs: nothing in it depends on the clock.

    Raises:
        DesignError: the design asserts something impossible about its site.
    """
    situation = situate(design, as_of=as_of)
    scopes = _scopes(book, situation, jurisdictions)
    judged = _judge_rules(book, situation, scopes)
    settlement = find_conflicts(in_force(judged), situation.facts)
    judged, conflicts = apply_settlement(judged, settlement, book)
    findings = [_finding(item, book, situation) for item in judged]
    findings += _accounts(book, situation, scopes)
    findings.sort(key=_order({provision.id: i for i, provision in enumerate(book.provisions)}))
    totals, by_jurisdiction = _totals(findings)
    verdict: Literal["lawful", "violated", "undetermined"] = (
        "violated" if totals["violated"] else "undetermined" if totals["undetermined"] else "lawful"
    )
    return AuditResult(
        design={
            "name": design.name,
            "purpose": design.purpose,
            "facts": {
                name: show_value(fact.value)
                for name, fact in sorted(situation.facts.items())
                if fact.value is not None and not name.startswith(("zone.", "derived."))
            },
        },
        site=_site(situation),
        as_of=as_of.isoformat(),
        verdict=verdict,
        jurisdictions=_jurisdictions(situation, jurisdictions),
        findings=tuple(findings),
        totals=totals,
        totals_by_jurisdiction=by_jurisdiction,
        conflicts=conflicts,
        derived=_derived(situation),
        limits=limits_of(situation.circumstances, design.site.latitude, design.site.longitude),
        inputs=_inputs(book, design_hash),
    )


def _scope(jurisdiction: str, wanted: frozenset[str] | None) -> Scope | None:
    if wanted is not None and jurisdiction not in wanted:
        return Scope(False, "left out of this audit on request")
    return None


def judge_rules(book: RuleBook, situation: Situation) -> list[Judged]:
    """Judge every rule of a book in a situation, before conflicts are settled."""
    return _judge_rules(book, situation, _scopes(book, situation, None))


def _scopes(
    book: RuleBook, situation: Situation, jurisdictions: frozenset[str] | None
) -> dict[str, Scope]:
    return {
        entry.instrument.id: _scope(entry.instrument.jurisdiction, jurisdictions)
        or instrument_scope(entry.instrument, situation.circumstances)
        for entry in book.instruments
    }


def _judge_rules(book: RuleBook, situation: Situation, scopes: Mapping[str, Scope]) -> list[Judged]:
    judged = []
    for rule in book.rules:
        provision = book.by_id[rule.binding.provision]
        instrument = book.instrument_by_id[rule.instrument].instrument
        scope = provision_scope(
            provision.id, instrument, situation.circumstances, scopes[instrument.id]
        )
        outcome = judge_rule(rule, scope, situation.facts)
        judged.append(Judged(rule, provision, scope, outcome, instrument.jurisdiction))
    return judged


def _finding(item: Judged, book: RuleBook, situation: Situation) -> Finding:
    binding, outcome = item.rule.binding, item.outcome
    entry = book.instrument_by_id[item.rule.instrument]
    comparison = outcome.comparison
    bound = None
    if comparison is not None and comparison.law is not None:
        law = comparison.law
        bound = BoundRef(
            text=law.span,
            value=law.value,
            unit=law.unit,
            comparator=law.comparator,
            span=SpanRef(
                file=entry.file, start=law.start, end=law.end, page=book.by_id[law.provision].page
            ),
        )
    basis = item.scope.basis
    reason = outcome.reason
    if basis == "custom" and outcome.verdict != "inapplicable":
        reason = f"{reason} (invoked as custom)"
    return Finding(
        **_place(item.provision, book),
        jurisdiction=item.jurisdiction,
        rule=item.rule.id,
        title=binding.title,
        verdict=outcome.verdict,
        reason=reason,
        addressee=binding.addressee,
        effect=binding.effect,
        basis=basis,
        facts={
            name: show_value(situation.facts[name].value)
            for name in outcome.deciding
            if name in situation.facts
        },
        missing=outcome.missing,
        margin=None if comparison is None else comparison.margin,
        margin_unit=None if comparison is None else comparison.unit,
        bound=bound,
        priority=binding.priority,
        severity=binding.severity,
        remedy=_remedy(binding.remedy, outcome) if outcome.verdict == "violated" else "",
        evidence=binding.evidence
        if outcome.verdict in ("undetermined", "open_norm", "violated")
        else "",
        wording=_WORDING[binding.effect] if outcome.verdict == "violated" else "",
    )


def _remedy(template: str, outcome: Outcome) -> str:
    comparison = outcome.comparison
    if comparison is None:
        return template
    unit = comparison.unit
    return template.replace("{bound}", measure(comparison.bound, unit)).replace(
        "{value}", measure(comparison.value, unit)
    )


def _place(provision: ProvisionEntry, book: RuleBook) -> dict[str, Any]:
    """The provision's identity, its quote and where the quote stands."""
    entry = book.instrument_by_id[provision.instrument]
    quoted = provision
    while not quoted.text.strip() and quoted.id in book.children:
        quoted = book.children[quoted.id][0]
    return {
        "provision": provision.id,
        "citation": provision.citation,
        "instrument": provision.instrument,
        "lead_in": quoted.lead_in,
        "quote": quoted.text,
        "span": SpanRef(file=entry.file, start=quoted.start, end=quoted.end, page=quoted.page),
        "text_source": entry.text_source,
    }


def _accounts(book: RuleBook, situation: Situation, scopes: Mapping[str, Scope]) -> list[Finding]:
    accountant = Accountant(book)
    bound = book.rules_by_provision
    found = []
    for provision in units_of_account(book):
        if provision.id in bound:
            continue
        instrument = book.instrument_by_id[provision.instrument].instrument
        scope = provision_scope(
            provision.id, instrument, situation.circumstances, scopes[instrument.id]
        )
        account = accountant.account(provision, scope)
        found.append(
            Finding(
                **_place(provision, book),
                jurisdiction=instrument.jurisdiction,
                rule=None,
                title=provision.heading,
                verdict=account.verdict,
                reason=account.reason,
                addressee=account.addressee,
                effect=None,
                basis=scope.basis,
                facts={},
                missing=scope.missing if account.verdict == "undetermined" else (),
                margin=None,
                margin_unit=None,
                bound=None,
                priority="procedural",
                severity="observation",
                remedy="",
                evidence="",
                wording="",
            )
        )
    return found


def _order(position: Mapping[str, int]) -> Any:
    def key(finding: Finding) -> tuple[int, int, int, str]:
        return (
            _RANK[finding.verdict],
            _SEVERITY[finding.severity],
            position[finding.provision],
            finding.rule or "",
        )

    return key


def _totals(
    findings: list[Finding],
) -> tuple[dict[Verdict, int], dict[str, dict[Verdict, int]]]:
    verdicts: dict[tuple[str, str], set[Verdict]] = {}
    for finding in findings:
        verdicts.setdefault((finding.jurisdiction, finding.provision), set()).add(finding.verdict)
    counted = Counter(worst(found) for found in verdicts.values())
    split: dict[str, dict[Verdict, int]] = {}
    for (jurisdiction, _), found in sorted(verdicts.items()):
        table = split.setdefault(jurisdiction, dict.fromkeys(WORST_FIRST, 0))
        table[worst(found)] += 1
    return {verdict: counted.get(verdict, 0) for verdict in WORST_FIRST}, split


def _jurisdictions(
    situation: Situation, wanted: frozenset[str] | None
) -> tuple[JurisdictionStatus, ...]:
    listed = []
    for name in JURISDICTIONS:
        scope = _scope(name, wanted) or jurisdiction_scope(name, situation.circumstances)
        listed.append(JurisdictionStatus(id=name, binding=scope.binding, reason=scope.reason))
    return tuple(listed)


def _site(situation: Situation) -> dict[str, Any]:
    site = situation.site.to_json()
    site["latitude"] = situation.design.site.latitude
    site["longitude"] = situation.design.site.longitude
    site["asserted"] = list(situation.asserted)
    # The resolver answers for today; membership of the Union is dated.
    state = situation.coastal_state
    site["eu_member"] = state is not None and eu_member(state, situation.circumstances.as_of)
    site["eu_marine_waters"] = situation.circumstances.eu_marine_waters
    if situation.asserted:
        site["zones"] = sorted(situation.zones)
        site["coastal_state"] = situation.coastal_state
    return site


def _derived(situation: Situation) -> dict[str, Any]:
    return {
        name: {"value": show_value(fact.value), "basis": fact.basis or fact.source}
        for name, fact in sorted(situation.facts.items())
        if name.startswith("derived.") and fact.value is not None
    }


def _inputs(book: RuleBook, design_hash: str) -> dict[str, Any]:
    return {
        "bathylex": metadata.version("bathylex"),
        "python": platform.python_version(),
        "design_sha256": design_hash,
        "rulebook": book.key,
        "rules_sha256": sha256_text(
            "\n".join(rule.binding.model_dump_json() for rule in book.rules)
        ),
        "texts": [
            {
                "id": entry.instrument.id,
                "file": entry.file,
                "sha256": entry.instrument.sha256,
                "edition": entry.instrument.edition,
                "text_source": entry.text_source,
                "verified": entry.instrument.verified,
                "status": entry.instrument.status,
            }
            for entry in book.instruments
        ],
    }
