"""Judge single rules on single changes, fast: the rule engine on the facts that changes leave.

A repair asks thousands of times whether one rule is met by some change. An audit answers for every
provision at once, with its quotes and proofs; this bench puts the same questions to the same
functions, one rule at a time, and keeps what changes do not touch. Its answers only guide: what it
finds lawful is audited in full before anyone sees it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.audit import scopes_of
from compliance.conflicts import InForce, Settlement, find_conflicts
from compliance.conflicts.order import relations_at
from compliance.finding import Verdict
from compliance.repair.levers import Settings
from compliance.settlement import REPLACED
from compliance.shared import Shared
from compliance.situation import Situation, situate
from compliance.verdicts import Outcome, judge_rule
from compliance.waivers import UNWAIVABLE, Waiver
from habitat.design import Design
from habitat.facts import Fact, facts_of
from jurisdictions.regimes import Scope, provision_scope
from jurisdictions.rulebook import Rule

#: Keys from which engineering or the resolver works out further facts.
_WORKED_FROM = ("hull.", "buoyancy.", "life_support.", "crew.", "site.", "claims.", "contract.res")
_WORKED_FROM_KEYS = frozenset({"waste.storage_capacity", "operator_state"})
_APPLIES = frozenset({"satisfied", "violated", "undetermined", "open_norm"})

#: What a derived fact is worked out from.
_INPUTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("derived.hull.", ("hull.", "site.")),
    ("derived.buoyancy.", ("hull.", "buoyancy.", "site.")),
    ("derived.life_support.", ("life_support.", "crew.")),
    ("derived.waste.", ("waste.storage_capacity", "crew.")),
    ("zone.", ("site.",)),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a design is audited, the same before and after its repair.

    Attributes:
        as_of: date of the law.
        jurisdictions: ids that are judged; all when ``None``.
        custom: whether custom is judged.
        waivers: releases that are held already.
    """

    as_of: date
    jurisdictions: frozenset[str] | None = None
    custom: bool = True
    waivers: Sequence[Waiver] = ()


@dataclass(frozen=True, slots=True)
class _Context:
    """What binds at a place with the claims that are made, and which rules give way there."""

    scopes: Mapping[str, Scope]
    settlement: Settlement


class Bench:
    """Judges rules on a design with some values set otherwise.

    Args:
        design: as given.
        terms: how it is audited.
        shared: what audits of the same rule book have in common.
    """

    def __init__(self, design: Design, terms: Terms, shared: Shared) -> None:
        self.design, self.terms, self.shared = design, terms, shared
        self.book = shared.book
        self.rules = {
            rule.id: rule
            for rule in self.book.rules
            if rule.binding.require is not None and not self._waived(rule)
        }
        self._every = {rule.id: rule for rule in self.book.rules}
        self._situations: dict[tuple[tuple[str, str], ...], Situation] = {}
        self._contexts: dict[tuple[tuple[str, str], ...], _Context] = {}
        self._facts: dict[tuple[str, str], Fact] = {}

    def verdict(self, rule: str, settings: Settings) -> Verdict:
        """Return the verdict of a rule on the design with some values set."""
        return self.judged(rule, settings)[0]

    def judged(self, rule: str, settings: Settings) -> tuple[Verdict, Outcome]:
        """Return the verdict of a rule, and how it was judged before conflicts were settled."""
        context = self._context(settings)
        facts = self._facts_at(settings)
        outcome = judge_rule(self._every[rule], context.scopes[rule], facts)
        if outcome.verdict in REPLACED and self._gives_way(rule, context, facts):
            return "overridden", outcome
        return outcome.verdict, outcome

    def _gives_way(self, rule: str, context: _Context, facts: Mapping[str, Fact]) -> bool:
        settlement = context.settlement
        if rule in settlement.defeats:
            return True
        return any(
            clash.resolution == "legal"
            and clash.permission in clash.winners
            and clash.overridden[:1] == (rule,)
            and all(
                judge_rule(self._every[name], context.scopes[name], facts).verdict in _APPLIES
                for name in clash.rules
            )
            for clash in settlement.clashes
        )

    def binds(self, rule: str, settings: Settings) -> bool:
        """Say whether a rule binds, or may bind, at the place that some settings give."""
        return self._context(settings).scopes[rule].binding is not False

    def rivals(self, settings: Settings) -> Mapping[str, frozenset[str]]:
        """Return, for rules in a conflict at a place, every rule that the conflict is among."""
        found: dict[str, frozenset[str]] = {}
        for clash in self._context(settings).settlement.clashes:
            for name in clash.rules:
                found[name] = found.get(name, frozenset()) | frozenset(clash.rules)
        return found

    def waivable(self, rule: Rule) -> bool:
        """Say whether an authority may release from a rule: not from structure or life support."""
        return self.book.instrument_by_id[rule.instrument].instrument.jurisdiction != UNWAIVABLE

    def inputs(self, rule: str) -> frozenset[str]:
        """Return the keys, or beginnings of keys, that the tests of a rule rest on."""
        found: set[str] = set()
        for fact in facts_of_rule(self._every[rule]):
            found.update(inputs_of(fact))
        return frozenset(found)

    def facts(self, settings: Settings) -> Mapping[str, Fact]:
        """Return the facts of the design with some values set."""
        return self._facts_at(settings)

    def _waived(self, rule: Rule) -> bool:
        names = {rule.id, *self.book.lineage(rule.binding.provision)}
        return any(
            waiver.provision in names and waiver.standing(self.terms.as_of) == "in force"
            for waiver in self.terms.waivers
        )

    def _facts_at(self, settings: Settings) -> dict[str, Fact]:
        plain = {key: value for key, value in settings.items() if not worked_from(key)}
        facts = self._situation(settings).facts
        if not plain:
            return facts
        return {**facts, **{key: self.fact(key, value) for key, value in plain.items()}}

    def fact(self, key: str, value: Any) -> Fact:
        """Return a key with another value as a fact."""
        known = self._facts.get((key, repr(value)))
        if known is None:
            known = facts_of(with_settings(self.design, {key: value}))[key]
            self._facts[key, repr(value)] = known
        return known

    def _situation(self, settings: Settings) -> Situation:
        worked = {key: value for key, value in settings.items() if worked_from(key)}
        name = _named(worked)
        if name not in self._situations:
            design = with_settings(self.design, worked)
            self._situations[name] = situate(design, as_of=self.terms.as_of, shared=self.shared)
        return self._situations[name]

    def _context(self, settings: Settings) -> _Context:
        there = {k: v for k, v in settings.items() if k.startswith(("site.", "claims."))}
        name = _named(there)
        if name not in self._contexts:
            self._contexts[name] = self._context_at(there)
        return self._contexts[name]

    def _context_at(self, there: Settings) -> _Context:
        situation = self._situation(there)
        whole = scopes_of(
            self.book,
            situation,
            jurisdictions=self.terms.jurisdictions,
            custom=self.terms.custom,
        )
        scopes = {}
        bound = []
        for rule in self.book.rules:
            instrument = self.book.instrument_by_id[rule.instrument].instrument
            scopes[rule.id] = provision_scope(
                rule.binding.provision, instrument, situation.circumstances, whole[instrument.id]
            )
            if scopes[rule.id].binding is True:
                bound.append(InForce(rule, instrument.jurisdiction))
        relations = relations_at(situation.circumstances)
        return _Context(scopes, find_conflicts(bound, situation.facts, relations=relations))


def facts_of_rule(rule: Rule) -> frozenset[str]:
    """Return the facts that a rule tests."""
    return frozenset(getattr(test, "fact", "zone.zones") for test in rule.tests)


def inputs_of(fact: str) -> tuple[str, ...]:
    """Return the keys, or beginnings of keys, that a fact rests on."""
    for start, inputs in _INPUTS:
        if fact.startswith(start):
            return inputs
    if fact == "contract.resource":
        return fact, "site."
    if fact.startswith("claims."):
        return fact, "site."
    return (fact,)


def touches(keys: frozenset[str], inputs: frozenset[str]) -> bool:
    """Say whether one of some keys is among the inputs of a rule."""
    return any(
        key == start or (start.endswith(".") and key.startswith(start))
        for start in inputs
        for key in keys
    )


def worked_from(key: str) -> bool:
    """Say whether further facts are worked out from a key."""
    return key in _WORKED_FROM_KEYS or key.startswith(_WORKED_FROM)


def with_settings(design: Design, settings: Settings) -> Design:
    """Return a design with some values set, each checked as in a file, the others untouched."""
    sections: dict[str, dict[str, Any]] = {}
    top: dict[str, Any] = {}
    for key, value in settings.items():
        section, _, name = key.rpartition(".")
        (sections.setdefault(section, {}) if section else top)[name] = value
    update: dict[str, Any] = dict(top)
    for section, values in sections.items():
        old = getattr(design, section)
        kept = {name: getattr(old, name) for name in type(old).model_fields}
        update[section] = type(old).model_validate({**kept, **values})
    return design.model_copy(update=update) if update else design


def _named(settings: Settings) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, repr(value)) for key, value in settings.items()))
