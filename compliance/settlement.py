"""From the conflicts of the law at a site to one design's findings: what gives way, and to what.

A conflict is one of the design space: no design could meet these rules here. Only rules that apply
to the design at hand are overridden in its audit; a set with a member that does not apply to it is
still shown, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from compliance.conflicts import Clash, InForce, Settlement
from compliance.conflicts.resolve import Defeat
from compliance.finding import Conflict
from compliance.verdicts import Outcome
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import ProvisionEntry, Rule, RuleBook

#: Verdicts of rules that apply to the design.
_APPLIED = frozenset({"satisfied", "violated", "undetermined", "open_norm"})
#: Those that an override replaces; what a person must judge stays a question.
REPLACED = _APPLIED - {"open_norm"}


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule with the provision it stands on, whether it binds, and what judging it gave."""

    rule: Rule
    provision: ProvisionEntry
    scope: Scope
    outcome: Outcome
    jurisdiction: str


def in_force(judged: list[Judged]) -> list[InForce]:
    """Return the rules that bind at the site for certain; only they can be in conflict."""
    return [InForce(item.rule, item.jurisdiction) for item in judged if item.scope.binding is True]


def applied_rules(judged: list[Judged]) -> frozenset[str]:
    """Return the rules that apply to the design."""
    return frozenset(item.rule.id for item in judged if item.outcome.verdict in _APPLIED)


def apply_settlement(
    judged: list[Judged], settlement: Settlement, book: RuleBook
) -> tuple[list[Judged], tuple[Conflict, ...]]:
    """Override rules that lost a conflict and apply to this design; show every conflict."""
    applied = applied_rules(judged)
    defeats = {**settlement.defeats, **_derogations(settlement, applied)}
    by_rule = {item.rule.id: item for item in judged}
    settled = [
        replace(item, outcome=_overridden(item.outcome, defeats[item.rule.id]))
        if item.rule.id in defeats and item.outcome.verdict in REPLACED
        else item
        for item in judged
    ]
    conflicts = tuple(
        conflict_of(
            clash,
            {name: by_rule[name].rule for name in clash.rules},
            book,
            applies=applied.issuperset(clash.rules),
        )
        for clash in settlement.clashes
    )
    return settled, conflicts


def _derogations(settlement: Settlement, applied: frozenset[str]) -> dict[str, Defeat]:
    """Return the duties that give way to permissions which the design uses.

    A permission leaves its beneficiary a choice, so that our order of classes is no ground to set
    a duty aside for it: only a relation that the law itself states is.
    """
    return {
        clash.overridden[0]: Defeat(clash.overridden[0], clash.winners, True, clash.reason)
        for clash in settlement.clashes
        if clash.resolution == "legal"
        and clash.permission in clash.winners
        and applied.issuperset(clash.rules)
    }


def _overridden(outcome: Outcome, defeat: Defeat) -> Outcome:
    kind = "legal" if defeat.legal else "policy"
    owed = "" if defeat.legal else "; the duty is still owed"
    return replace(
        outcome,
        verdict="overridden",
        reason=f"gives way to {' with '.join(defeat.winners)} ({kind}): {defeat.reason}{owed}; "
        f"alone it would be {outcome.verdict}: {outcome.reason}",
    )


def conflict_of(
    clash: Clash, rules: Mapping[str, Rule], book: RuleBook, *, applies: bool | None
) -> Conflict:
    """Return a conflict as reports show it, with the words of every member."""
    provisions = [book.by_id[rules[name].binding.provision] for name in clash.rules]
    return Conflict(
        kind=clash.kind,
        facts=clash.facts,
        rules=clash.rules,
        provisions=tuple(provision.id for provision in provisions),
        citations=tuple(provision.citation for provision in provisions),
        titles=tuple(rules[name].binding.title for name in clash.rules),
        quotes=tuple(_words(provision, book) for provision in provisions),
        resolution=clash.resolution,
        winners=clash.winners,
        overridden=clash.overridden,
        still_owed=clash.still_owed,
        claims=clash.claims,
        permission=clash.permission,
        applies=applies,
        reason=clash.reason,
    )


def _words(provision: ProvisionEntry, book: RuleBook) -> str:
    while not provision.text.strip() and provision.id in book.children:
        provision = book.children[provision.id][0]
    return provision.text
