"""The main job: judge a design at its site against everything in a rule book."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any, Literal

from base import sha256_text
from compliance.accounting import Account
from compliance.conflicts import find_conflicts
from compliance.conflicts.order import relations_at
from compliance.finding import (
    LEFT_OUT,
    WORST_FIRST,
    AuditResult,
    BoundRef,
    Conflict,
    Finding,
    JurisdictionStatus,
    SpanRef,
    Verdict,
)
from compliance.limits import limits_of
from compliance.proof.deciding import Applying, applying_facts, deciding_facts
from compliance.proof.worlds import Grounds
from compliance.proposed import judge_proposals
from compliance.settlement import Judged, apply_settlement, in_force
from compliance.shared import Shared
from compliance.situation import Situation, situate
from compliance.verdicts import Outcome, judge_rule, measure
from compliance.waivers import Waiver, apply_waivers, check_waivers
from habitat.facts import show_value
from jurisdictions.parties import eu_member
from jurisdictions.regimes import (
    JURISDICTIONS,
    OTHER,
    Circumstances,
    Scope,
    instrument_scope,
    jurisdiction_scope,
    provision_scope,
    without_custom,
)
from jurisdictions.rulebook import ProvisionEntry, RuleBook

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


def audit(
    design: Design,
    book: RuleBook,
    *,
    as_of: date,
    design_hash: str = "",
    jurisdictions: frozenset[str] | None = None,
    custom: bool = True,
    assumed: frozenset[str] = frozenset(),
    waivers: Sequence[Waiver] = (),
    shared: Shared | None = None,
) -> AuditResult:
    """Judge a design against a rule book.

    Args:
        design: the design, validated.
        book: compiled law.
        as_of: the date whose law applies.
        design_hash: SHA-256 of the design file, recorded in the result.
        jurisdictions: ids to judge; all modelled ones when ``None``.
        custom: judge, and label, what is invoked only as custom against a State that is no party;
            otherwise it is inapplicable with that reason.
        assumed: ids that are taken to bind although nothing at the site makes them.
        waivers: releases from provisions (see :mod:`compliance.waivers`).
        shared: what earlier audits against ``book`` worked out; changes speed, never the result.

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
        custom=custom,
        assumed=assumed,
        waivers=waivers,
        shared=shared,
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
    custom: bool = True,
    assumed: frozenset[str] = frozenset(),
    waivers: Sequence[Waiver] = (),
    shared: Shared | None = None,
) -> Assessment:
    """Judge as :func:`audit` does, and keep what the proofs are built from."""
    shared = Shared(book) if shared is None else shared
    binds = _Binds(jurisdictions, assumed, custom)
    check_waivers(waivers, book)
    situation = situate(design, as_of=as_of, shared=shared)
    scopes = _scopes(book, situation, binds)
    grounds = Grounds(binds, situation.circumstances)
    judged = _judge_rules(book, situation, scopes)
    settlement = find_conflicts(
        in_force(judged), situation.facts, relations=relations_at(situation.circumstances)
    )
    judged, conflicts = apply_settlement(judged, settlement, book)
    judged = _decided(judged, conflicts, book, situation, grounds)
    findings = [_rule_finding(item, shared, situation) for item in judged]
    findings += _accounts(shared, situation, scopes, grounds)
    findings, uses = apply_waivers(findings, waivers, book, as_of=as_of)
    findings.sort(key=_order(shared.position))
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
        jurisdictions=_jurisdictions(situation, jurisdictions, assumed, custom, book),
        findings=tuple(findings),
        totals=totals,
        totals_by_jurisdiction=by_jurisdiction,
        conflicts=conflicts,
        waivers=uses,
        derived=_derived(situation),
        proposals=judge_proposals(book, situation, jurisdictions),
        left_out=book.left_out,
        limits=limits_of(situation.circumstances, design.site.latitude, design.site.longitude),
        options={"custom": custom},
        inputs=_inputs(shared, design_hash, waivers),
    )
    by_rule = {item.rule.id: item for item in judged}
    return Assessment(result, book, situation, by_rule, grounds, scopes)


def scopes_of(
    book: RuleBook,
    situation: Situation,
    *,
    jurisdictions: frozenset[str] | None = None,
    assumed: frozenset[str] = frozenset(),
    custom: bool = True,
) -> dict[str, Scope]:
    """Return the scope of each instrument of a book, by id, as :func:`audit` uses it."""
    return _scopes(book, situation, _Binds(jurisdictions, assumed, custom))


def _scopes(book: RuleBook, situation: Situation, binds: _Binds) -> dict[str, Scope]:
    return {
        entry.instrument.id: binds(entry.instrument, situation.circumstances)
        for entry in book.instruments
    }


def _scope(jurisdiction: str, wanted: frozenset[str] | None) -> Scope | None:
    if wanted is not None and jurisdiction not in wanted:
        return Scope(False, LEFT_OUT)
    return None


@dataclass(frozen=True, slots=True)
class _Binds:
    """The question whether an instrument binds, with the options of an audit."""

    jurisdictions: frozenset[str] | None
    assumed: frozenset[str]
    custom: bool

    def __call__(self, instrument: Instrument, at: Circumstances) -> Scope:
        return _scope(instrument.jurisdiction, self.jurisdictions) or _basis(
            instrument_scope(instrument, at, assumed=self.assumed), self.custom
        )


def _basis(scope: Scope, custom: bool) -> Scope:
    return scope if custom else without_custom(scope)


def judge_rules(book: RuleBook, situation: Situation) -> list[Judged]:
    """Judge every rule of a book in a situation, before conflicts are settled."""
    return _judge_rules(book, situation, scopes_of(book, situation))


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
    names = dict.fromkeys(
        winner
        for conflict in conflicts
        if item.rule.id in conflict.overridden
        for winner in conflict.winners
    )
    return [by_rule[name] for name in names]


def _rule_finding(item: Judged, shared: Shared, situation: Situation) -> Finding:
    """Build a finding, or take the one that an earlier audit built for the same outcome."""
    facts = {
        name: show_value(situation.facts[name].value)
        for name in item.outcome.deciding
        if name in situation.facts
    }
    build = partial(_finding, item, shared, facts)
    if item.outcome.verdict != "inapplicable":
        return build()
    outcome = item.outcome
    key = (item.rule.id, item.scope.basis, outcome.reason, outcome.missing, repr(facts))
    return shared.finding(key, build)


def _finding(item: Judged, shared: Shared, facts: dict[str, Any]) -> Finding:
    book = shared.book
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
        **shared.place(item.provision),
        jurisdiction=item.jurisdiction,
        rule=item.rule.id,
        title=binding.title,
        verdict=outcome.verdict,
        reason=reason,
        addressee=binding.addressee,
        effect=binding.effect,
        basis=basis,
        facts=facts,
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
        accepted=binding.accepted,
    )


def _remedy(template: str, outcome: Outcome) -> str:
    comparison = outcome.comparison
    if comparison is None:
        return template
    unit = comparison.unit
    return template.replace("{bound}", measure(comparison.bound, unit)).replace(
        "{value}", measure(comparison.value, unit)
    )


def _accounts(
    shared: Shared, situation: Situation, scopes: Mapping[str, Scope], grounds: Grounds
) -> list[Finding]:
    found = []
    for provision in shared.unruled:
        instrument = shared.book.instrument_by_id[provision.instrument].instrument
        scope = provision_scope(
            provision.id, instrument, situation.circumstances, scopes[instrument.id]
        )
        account, hangs_on_scope = shared.account(provision, scope)
        deciding = grounds.of(provision.id, instrument, scope).facts if hangs_on_scope else ()
        facts = {name: show_value(situation.facts[name].value) for name in deciding}
        build = partial(_account, provision, instrument.jurisdiction, scope, account, facts, shared)
        found.append(shared.finding((provision.id, scope, repr(facts)), build))
    return found


def _account(
    provision: ProvisionEntry,
    jurisdiction: str,
    scope: Scope,
    account: Account,
    facts: dict[str, Any],
    shared: Shared,
) -> Finding:
    return Finding(
        **shared.place(provision),
        jurisdiction=jurisdiction,
        rule=None,
        title=provision.heading,
        verdict=account.verdict,
        reason=account.reason,
        addressee=account.addressee,
        effect=None,
        basis=scope.basis,
        facts=facts,
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
    ranks: dict[tuple[str, str], int] = {}
    for finding in findings:
        place = (finding.jurisdiction, finding.provision)
        rank = _RANK[finding.verdict]
        ranks[place] = min(rank, ranks.get(place, rank))
    split: dict[str, dict[Verdict, int]] = {}
    for (jurisdiction, _), rank in sorted(ranks.items()):
        table = split.setdefault(jurisdiction, dict.fromkeys(WORST_FIRST, 0))
        table[WORST_FIRST[rank]] += 1
    counted = Counter(WORST_FIRST[rank] for rank in ranks.values())
    return {verdict: counted.get(verdict, 0) for verdict in WORST_FIRST}, split


def _jurisdictions(
    situation: Situation,
    wanted: frozenset[str] | None,
    assumed: frozenset[str],
    custom: bool,
    book: RuleBook,
) -> tuple[JurisdictionStatus, ...]:
    others = any(entry.instrument.jurisdiction == OTHER for entry in book.instruments)
    listed = []
    for name in (*JURISDICTIONS, OTHER) if others else JURISDICTIONS:
        scope = _scope(name, wanted) or _basis(
            jurisdiction_scope(name, situation.circumstances, assumed=assumed), custom
        )
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


def _inputs(shared: Shared, design_hash: str, waivers: Sequence[Waiver]) -> dict[str, Any]:
    book = shared.book
    return {
        "bathylex": metadata.version("bathylex"),
        "python": platform.python_version(),
        "design_sha256": design_hash,
        "rulebook": book.key,
        "rules_sha256": shared.rules_sha256,
        "readings": list(book.readings_chosen),
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
