"""The main job: judge a design at its site against everything in a rule book."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from typing import TYPE_CHECKING, Any, Literal

from base import sha256_text
from compliance.accounting import Accountant, units_of_account
from compliance.conflicts import Bound, Clash, bounds_of, find_clashes
from compliance.finding import (
    WORST_FIRST,
    AuditResult,
    BoundRef,
    Conflict,
    Finding,
    JurisdictionStatus,
    SpanRef,
    Verdict,
    worst,
)
from compliance.limits import limits_of
from compliance.proof.deciding import Applying, applying_facts, deciding_facts
from compliance.proof.worlds import Grounds
from compliance.situation import Situation, situate
from compliance.verdicts import Outcome, judge_rule, measure
from compliance.waivers import Waiver, apply_waivers, check_waivers
from habitat.facts import show_value
from jurisdictions.parties import eu_member
from jurisdictions.regimes import (
    JURISDICTIONS,
    Circumstances,
    Scope,
    instrument_scope,
    jurisdiction_scope,
    provision_scope,
)
from jurisdictions.rulebook import ProvisionEntry, Rule, RuleBook

if TYPE_CHECKING:
    from corpus.model import Instrument
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


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule with the provision it stands on, whether it binds, and what judging it gave."""

    rule: Rule
    provision: ProvisionEntry
    scope: Scope
    outcome: Outcome
    jurisdiction: str


def audit(
    design: Design,
    book: RuleBook,
    *,
    as_of: date,
    design_hash: str = "",
    jurisdictions: frozenset[str] | None = None,
    waivers: Sequence[Waiver] = (),
) -> AuditResult:
    """Judge a design against a rule book.

    Args:
        design: the design, validated.
        book: compiled law.
        as_of: the date whose law applies.
        design_hash: SHA-256 of the design file, recorded in the result.
        jurisdictions: ids to judge; all modelled ones when ``None``.
        waivers: releases from provisions (see :mod:`compliance.waivers`).

    Returns:
        The result, the same for the same inputs: nothing in it depends on the clock.

    Raises:
        DesignError: the design asserts something impossible about its site.
        WaiverError: a waiver names nothing in the law, or what cannot be waived.
    """
    return assess(
        design,
        book,
        as_of=as_of,
        design_hash=design_hash,
        jurisdictions=jurisdictions,
        waivers=waivers,
    ).result


@dataclass(frozen=True, slots=True)
class Assessment:
    """An audit with what its proofs are built from (see :mod:`compliance.proof.build`).

    Attributes:
        result: the audit.
        book, situation: what was judged by what.
        judged: every rule with its outcome, by id.
        grounds: what makes each provision bind.
        scopes: whether each instrument binds, by id.
    """

    result: AuditResult
    book: RuleBook
    situation: Situation
    judged: Mapping[str, Judged]
    grounds: Grounds
    scopes: Mapping[str, Scope]

    def scope(self, provision: str) -> Scope:
        """Return whether a provision binds, and why."""
        instrument = self.book.instrument_by_id[self.book.by_id[provision].instrument].instrument
        return provision_scope(
            provision, instrument, self.situation.circumstances, self.scopes[instrument.id]
        )


def assess(
    design: Design,
    book: RuleBook,
    *,
    as_of: date,
    design_hash: str = "",
    jurisdictions: frozenset[str] | None = None,
    waivers: Sequence[Waiver] = (),
) -> Assessment:
    """Judge as :func:`audit` does, and keep what the proofs are built from."""

    def binds(instrument: Instrument, at: Circumstances) -> Scope:
        return _scope(instrument.jurisdiction, jurisdictions) or instrument_scope(instrument, at)

    check_waivers(waivers, book)
    situation = situate(design, as_of=as_of)
    scopes = {
        entry.instrument.id: binds(entry.instrument, situation.circumstances)
        for entry in book.instruments
    }
    grounds = Grounds(binds, situation.circumstances)
    judged = _judge_rules(book, situation, scopes)
    judged, conflicts = _settle(judged)
    judged = _decided(judged, conflicts, book, situation, grounds)
    findings = [_finding(item, book, situation) for item in judged]
    findings += _accounts(book, situation, scopes, grounds)
    findings, uses = apply_waivers(findings, waivers, book, as_of=as_of)
    findings.sort(key=_order({provision.id: i for i, provision in enumerate(book.provisions)}))
    totals, by_jurisdiction = _totals(findings)
    verdict: Literal["lawful", "violated", "undetermined"] = (
        "violated" if totals["violated"] else "undetermined" if totals["undetermined"] else "lawful"
    )
    result = AuditResult(
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
        waivers=uses,
        derived=_derived(situation),
        limits=limits_of(situation.circumstances, design.site.latitude, design.site.longitude),
        inputs=_inputs(book, design_hash, waivers),
    )
    by_rule = {item.rule.id: item for item in judged}
    return Assessment(result, book, situation, by_rule, grounds, scopes)


def _scope(jurisdiction: str, wanted: frozenset[str] | None) -> Scope | None:
    if wanted is not None and jurisdiction not in wanted:
        return Scope(False, "left out of this audit on request")
    return None


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


def _settle(judged: list[Judged]) -> tuple[list[Judged], tuple[Conflict, ...]]:
    """Override rules that lost a conflict to one that also applies here."""
    applied = {
        item.rule.id: item
        for item in judged
        if item.outcome.verdict in ("satisfied", "violated", "undetermined")
    }
    bounds: list[Bound] = []
    for item in applied.values():
        bounds.extend(bounds_of(item.rule, item.jurisdiction))
    clashes = find_clashes(bounds)
    losers = {clash.loser.rule.id: clash for clash in clashes if clash.loser is not None}
    settled = [
        replace(item, outcome=_overridden(item.outcome, losers[item.rule.id]))
        if item.rule.id in losers
        else item
        for item in judged
    ]
    return settled, tuple(_conflict(clash, applied) for clash in clashes)


def _decided(
    judged: list[Judged],
    conflicts: tuple[Conflict, ...],
    book: RuleBook,
    situation: Situation,
    grounds: Grounds,
) -> list[Judged]:
    """Put the fewest facts that decide it in the place of the facts found on the way."""

    def applying(item: Judged) -> Applying:
        instrument = book.instrument_by_id[item.rule.instrument].instrument
        return Applying(item.rule, grounds.of(item.provision.id, instrument, item.scope))

    by_rule = {item.rule.id: item for item in judged}
    decided = []
    for item in judged:
        if item.outcome.verdict == "overridden":
            sides = [item, *_winners(item, conflicts, by_rule)]
            names = applying_facts([applying(side) for side in sides], situation.facts)
        else:
            names = deciding_facts(item.rule, item.outcome, applying(item).scope, situation.facts)
        decided.append(replace(item, outcome=replace(item.outcome, deciding=names)))
    return decided


def _winners(
    item: Judged, conflicts: tuple[Conflict, ...], by_rule: Mapping[str, Judged]
) -> list[Judged]:
    return [
        by_rule[conflict.winner]
        for conflict in conflicts
        if item.rule.id in conflict.rules and conflict.winner not in (None, item.rule.id)
    ]


def _overridden(outcome: Outcome, clash: Clash) -> Outcome:
    winner = clash.winner
    name = winner.rule.id if winner is not None else ""
    return replace(
        outcome, verdict="overridden", reason=f"gives way to {name} ({clash.kind}): {clash.reason}"
    )


def _conflict(clash: Clash, applied: Mapping[str, Judged]) -> Conflict:
    sides = [applied[bound.rule.id] for bound in (clash.first, clash.second)]
    return Conflict(
        fact=clash.first.fact,
        rules=tuple(item.rule.id for item in sides),
        provisions=tuple(item.provision.id for item in sides),
        quotes=tuple(item.provision.text for item in sides),
        resolution=clash.kind,
        winner=None if clash.winner is None else clash.winner.rule.id,
        reason=clash.reason,
    )


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


def _accounts(
    book: RuleBook, situation: Situation, scopes: Mapping[str, Scope], grounds: Grounds
) -> list[Finding]:
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
        deciding: tuple[str, ...] = ()
        if accountant.hangs_on_scope(provision, scope, account):
            deciding = grounds.of(provision.id, instrument, scope).facts
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
                facts={name: show_value(situation.facts[name].value) for name in deciding},
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


def _inputs(book: RuleBook, design_hash: str, waivers: Sequence[Waiver]) -> dict[str, Any]:
    return {
        "bathylex": metadata.version("bathylex"),
        "python": platform.python_version(),
        "design_sha256": design_hash,
        "rulebook": book.key,
        "rules_sha256": sha256_text(
            "\n".join(rule.binding.model_dump_json() for rule in book.rules)
        ),
        "waivers_sha256": sha256_text("\n".join(item.model_dump_json() for item in waivers))
        if waivers
        else "",
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
