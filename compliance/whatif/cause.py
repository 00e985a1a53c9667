"""Why one verdict differs: the facts, the scope or the wording of the rule that make it so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

from compliance.accounting import Accountant
from compliance.evaluate import WORLDS_FACT, ZONE_FACT
from compliance.finding import Finding
from compliance.settlement import REPLACED
from compliance.verdicts import in_words, judge_rule
from compliance.whatif.run import Basis
from compliance.whatif.settings import Setting
from habitat.facts import Fact, show_value
from jurisdictions.graph import attributes_of
from jurisdictions.readings import readings_of
from jurisdictions.regimes import Scope, provision_scope
from jurisdictions.rulebook import ProvisionEntry, Rule, RuleBook

InputKind = Literal["zone", "fact", "scope", "reading", "conflict", "waiver"]

#: The provision that says where a zone lies: what makes it hold at a site.
_ZONE_LAW = {
    "internal_waters": "unclos:2.1",
    "archipelagic_waters": "unclos:2.1",
    "territorial_sea": "unclos:3",
    "contiguous_zone": "unclos:33.2",
    "eez": "unclos:57",
    "continental_shelf": "unclos:76.1",
    "high_seas": "unclos:86",
    "area": "unclos:1.1.1",
}
#: The provision that says what an instrument applies to.
_FIELD_LAW = {
    "part-xi-agreement": "part-xi-agreement:2.1",
    "isa-nodules": "isa-nodules:1",
    "isa-sulphides": "isa-sulphides:1",
    "isa-crusts": "isa-crusts:1",
    "ocsla": "ocsla:1331.a",
    "sla": "sla:1301.a",
    "msfd": "msfd:2.1",
}
#: Zones from the shore outwards; the innermost that is new is the one that tells.
_OUTWARD = tuple(_ZONE_LAW)


@dataclass(frozen=True, slots=True)
class Difference:
    """One input of a verdict that is not what it is in the base.

    ``brought_by`` is the provision, relation or reading that gives it effect, where there is one.
    """

    kind: InputKind
    name: str
    before: str
    after: str
    brought_by: str = ""

    def __str__(self) -> str:
        match self.kind:
            case "zone":
                return f"the site is now in: {self.after} (before: {self.before})"
            case "scope":
                return f"{self.after} (before: {self.before})"
            case "reading":
                return f"reading {self.after} in place of {self.before}"
            case "conflict" | "waiver":
                return self.after
        return f"{self.name} {self.before} → {self.after}"

    def to_json(self) -> dict[str, str]:
        """Return plain values."""
        return {
            "kind": self.kind,
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "brought_by": self.brought_by,
        }


@dataclass(frozen=True, slots=True)
class Cause:
    """What brings a change of verdict.

    Attributes:
        settings: taking back these alone restores the base's verdict.
        inputs: what the rule sees otherwise, and what alone restores the verdict when it does not.
        provision: the provision or relation that brings it.
    """

    settings: tuple[Setting, ...]
    inputs: tuple[Difference, ...]
    provision: str

    def __str__(self) -> str:
        return "; ".join(map(str, self.inputs))

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "provision": self.provision,
            "text": str(self),
            "settings": [item.to_json() for item in self.settings],
            "inputs": [item.to_json() for item in self.inputs],
        }


def explain(
    settings: tuple[Setting, ...],
    before: Basis,
    after: Basis,
    old: Finding | None,
    new: Finding | None,
    *,
    winners: Mapping[str, str] | None = None,
) -> Cause:
    """Return the cause of a change from ``old`` to ``new``.

    Args:
        settings: the settings that bring it.
        before, after: what the verdicts rest on.
        old, new: the findings; ``None`` where a reading adds or drops the rule.
        winners: the provision that each rule gave way to, in either audit.
    """
    shown = new or old
    if shown is None:
        raise ValueError("a change needs a finding")
    inputs = _inputs(before, after, old, new, shown, winners or {})
    brought = next((item.brought_by for item in inputs if item.brought_by), "")
    return Cause(settings, inputs, brought or shown.provision)


def _inputs(
    before: Basis,
    after: Basis,
    old: Finding | None,
    new: Finding | None,
    shown: Finding,
    winners: Mapping[str, str],
) -> tuple[Difference, ...]:
    if old is None or new is None:
        return (_reading(shown.rule or "", before.book, after.book),)
    seen = [Inputs.of(shown, basis) for basis in (before, after)]
    alone = [item.verdict() for item in seen]
    if "overridden" in (old.verdict, new.verdict) and REPLACED.issuperset(alone):
        return (_conflict(old, new, winners.get(shown.rule or "", "")),)
    if alone[0] == alone[1]:
        return (_waiver(old, new),)
    return tuple(
        _difference(name, shown, seen[0], seen[1], before, after)
        for name in restoring(seen[0], seen[1])
    )


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that one verdict depends on: the scope, the rule, and the facts it asks for."""

    rule: Rule | None
    scope: Scope
    facts: Mapping[str, Fact]
    provision: ProvisionEntry
    accountant: Accountant

    @classmethod
    def of(cls, finding: Finding, basis: Basis) -> Inputs:
        """Return the inputs of a finding's rule or provision under a basis."""
        entry = basis.book.instrument_by_id[finding.instrument]
        scope = provision_scope(
            finding.provision,
            entry.instrument,
            basis.situation.circumstances,
            basis.scopes[finding.instrument],
        )
        standing = basis.book.rules_by_provision.get(finding.provision, ())
        rule = next((rule for rule in standing if rule.id == finding.rule), None)
        provision = basis.book.by_id[finding.provision]
        return cls(rule, scope, basis.situation.facts, provision, basis.accountant)

    def verdict(self) -> str:
        """Judge these inputs."""
        if self.rule is None:
            return self.accountant.account(self.provision, self.scope).verdict
        return judge_rule(self.rule, self.scope, self.facts).verdict

    def asked(self) -> tuple[str, ...]:
        """The facts that the rule asks for."""
        if self.rule is None:
            return ()
        binding = self.rule.binding
        zone = (ZONE_FACT,) if binding.zones else ()
        asked = (fact for part in binding.predicates for fact in attributes_of(part))
        return tuple(dict.fromkeys((*zone, *asked)))

    def with_input(self, name: str, other: Inputs) -> Inputs:
        """Return these inputs with one of them as in ``other``."""
        if name == "scope":
            return replace(self, scope=other.scope)
        if name == "reading":
            return replace(self, rule=other.rule)
        names = (ZONE_FACT, WORLDS_FACT) if name == ZONE_FACT else (name,)
        return replace(self, facts={**self.facts, **{key: other.facts[key] for key in names}})


def restoring(base: Inputs, there: Inputs) -> tuple[str, ...]:
    """Return the fewest inputs that give the base's verdict when they alone are as in the base."""
    differing = _differing(base, there)
    wanted = base.verdict()
    for size in range(1, len(differing)):
        for chosen in combinations(differing, size):
            inputs = there
            for name in chosen:
                inputs = inputs.with_input(name, base)
            if inputs.verdict() == wanted:
                return chosen
    return differing


def _differing(base: Inputs, there: Inputs) -> tuple[str, ...]:
    names = []
    if base.scope != there.scope:
        names.append("scope")
    if base.rule != there.rule:
        names.append("reading")
    for name in dict.fromkeys((*base.asked(), *there.asked())):
        keys = (ZONE_FACT, WORLDS_FACT) if name == ZONE_FACT else (name,)
        if any(base.facts[key].value != there.facts[key].value for key in keys):
            names.append(name)
    return tuple(names)


def _difference(
    name: str, shown: Finding, base: Inputs, there: Inputs, before: Basis, after: Basis
) -> Difference:
    if name == "scope":
        law = _FIELD_LAW.get(shown.instrument, "")
        held = law if law in after.book.by_id else ""
        return Difference("scope", shown.jurisdiction, base.scope.reason, there.scope.reason, held)
    if name == "reading":
        return _reading(shown.rule or "", before.book, after.book)
    old, new = (_words(item.facts[name]) for item in (base, there))
    if name != ZONE_FACT:
        return Difference("fact", name, old, new, _bound_law(there, name, shown))
    old, new = (
        f"{words} or an extended shelf" if item.facts[WORLDS_FACT].value else words
        for words, item in ((old, base), (new, there))
    )
    return Difference("zone", name, old, new, _zone_law(base, there, after.book))


def _words(fact: Fact) -> str:
    return in_words(show_value(fact.value)).replace("**2", "²").replace("**3", "³")


def _bound_law(inputs: Inputs, name: str, shown: Finding) -> str:
    """The provision that states the number which a fact is held against, else the rule's own."""
    bound = shown.bound
    if bound is None or inputs.rule is None:
        return shown.provision
    for number in inputs.rule.numbers:
        value = number.value
        if value is not None and value.start == bound.span.start:
            return value.provision
    return shown.provision


def _zone_law(base: Inputs, there: Inputs, book: RuleBook) -> str:
    zones: list[Any] = [item.facts[ZONE_FACT].value for item in (base, there)]
    old, new = (frozenset(held or ()) for held in zones)
    told = new - old or old - new
    for zone in _OUTWARD:
        if zone in told:
            law = _ZONE_LAW[zone]
            return law if law in book.by_id else ""
    return ""


def _reading(rule: str, before: RuleBook, after: RuleBook) -> Difference:
    chosen = [name for name in after.readings_chosen if name not in before.readings_chosen]
    known = readings_of(after)
    for name in chosen:
        dispute, reading = known[name]
        if any(item.id == rule for item in reading.rules):
            return Difference("reading", rule, dispute.readings[0].id, name, dispute.provision)
    return Difference("reading", rule, "the rule as it stands", "another", "")


def _conflict(old: Finding, new: Finding, winner: str) -> Difference:
    words = new.reason if new.verdict == "overridden" else f"no longer: {old.reason}"
    return Difference("conflict", new.rule or new.provision, old.reason, words, winner)


def _waiver(old: Finding, new: Finding) -> Difference:
    """Facts and law give one verdict in both; a waiver holds in one of them only."""
    name = new.rule or new.provision
    words = [_released(old), _released(new)]
    return Difference("waiver", name, words[0], words[1])


def _released(finding: Finding) -> str:
    said = [
        f"waiver of {note.provision} by {note.who} ({note.standing})" for note in finding.waivers
    ]
    return "; ".join(said) or "no waiver"
