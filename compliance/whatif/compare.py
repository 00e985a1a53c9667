"""Which verdicts change from the base to a variant, and which setting brings each change.

A cause is checkable twice over. Taking back only the named ``settings`` in the variant and auditing
again gives the base's verdict; and so does judging the rule again with only the named ``inputs``
(facts, scope, wording) as they are in the base.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from compliance.finding import AuditResult, Finding, Verdict
from compliance.whatif.cause import Cause, explain
from compliance.whatif.run import Auditor, Basis, Place, verdicts_of
from compliance.whatif.settings import Setting, Variant
from jurisdictions.binding import Effect, Severity


@dataclass(frozen=True, slots=True)
class Change:
    """One rule, or one provision without a rule, that a variant judges otherwise than the base.

    ``before`` or ``after`` is ``None`` where a reading adds the rule or takes it away.
    """

    variant: int
    provision: str
    citation: str
    jurisdiction: str
    rule: str | None
    title: str
    severity: Severity
    effect: Effect | None
    before: Verdict | None
    after: Verdict | None
    cause: Cause

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "variant": self.variant,
            "provision": self.provision,
            "citation": self.citation,
            "jurisdiction": self.jurisdiction,
            "rule": self.rule,
            "title": self.title,
            "severity": self.severity,
            "effect": self.effect,
            "before": self.before,
            "after": self.after,
            "cause": self.cause.to_json(),
        }


def compare(
    auditor: Auditor,
    variants: Sequence[Variant],
    results: Sequence[AuditResult],
    *,
    progress: Callable[[], None] | None = None,
) -> tuple[Change, ...]:
    """Return every verdict difference between the base and each variant, exactly once.

    Args:
        auditor: what judged them; it is asked again for variants with some settings taken back.
        variants: the base first.
        results: their audits, in the same order.
        progress: called after each variant beside the base.
    """
    base = _by_place(results[0])
    found: list[Change] = []
    before = auditor.basis(variants[0])
    for index in range(1, len(variants)):
        there = _by_place(results[index])
        changed = list(_changed(base, there))
        if changed:
            after = auditor.basis(variants[index])
            winners = _winners(results[0]) | _winners(results[index])
            found.extend(
                _change(auditor, variants[index], index, place, base, there, before, after, winners)
                for place in changed
            )
        if progress is not None:
            progress()
    return tuple(found)


def _winners(result: AuditResult) -> dict[str, str]:
    """Return the provision that each overridden rule gave way to."""
    return {
        loser: conflict.provisions[conflict.rules.index(winner)]
        for conflict in result.conflicts
        for winner in conflict.winners[:1]
        if winner in conflict.rules
        for loser in conflict.overridden
    }


def _by_place(result: AuditResult) -> dict[Place, Finding]:
    return {(finding.provision, finding.rule or ""): finding for finding in result.findings}


def _changed(base: dict[Place, Finding], there: dict[Place, Finding]) -> Iterator[Place]:
    """Yield what changed, in the report order of the variant (worst first)."""
    for place, finding in there.items():
        if place not in base or base[place].verdict != finding.verdict:
            yield place
    yield from (place for place in base if place not in there)


def _change(
    auditor: Auditor,
    variant: Variant,
    index: int,
    place: Place,
    base: dict[Place, Finding],
    there: dict[Place, Finding],
    before: Basis,
    after: Basis,
    winners: dict[str, str],
) -> Change:
    old, new = base.get(place), there.get(place)
    shown = new or old
    if shown is None:
        raise ValueError(f"nothing is judged at {place}")
    return Change(
        variant=index,
        provision=shown.provision,
        citation=shown.citation,
        jurisdiction=shown.jurisdiction,
        rule=shown.rule,
        title=shown.title,
        severity=shown.severity,
        effect=shown.effect,
        before=None if old is None else old.verdict,
        after=None if new is None else new.verdict,
        cause=explain(
            responsible(auditor, variant, place, None if old is None else old.verdict),
            before,
            after,
            old,
            new,
            winners=winners,
        ),
    )


def responsible(
    auditor: Auditor, variant: Variant, place: Place, wanted: Verdict | None
) -> tuple[Setting, ...]:
    """Return the fewest settings whose reversal alone gives the base's verdict back.

    One setting or two are searched in full; beyond that the set is one from which none can be
    left out. Of several sets with one size the first in the variant's order is named.
    """
    settings = variant.settings
    if len(settings) == 1:
        return settings

    def restored(reverted: tuple[Setting, ...]) -> bool:
        return auditor.verdict(variant.without(reverted), place) == wanted

    for size in (1, 2):
        for chosen in combinations(settings, min(size, len(settings))):
            if restored(chosen):
                return chosen
    kept = settings
    for item in settings:
        fewer = tuple(other for other in kept if other != item)
        if restored(fewer):
            kept = fewer
    return kept


def differences(base: AuditResult, there: AuditResult) -> set[Place]:
    """Return the places where two audits differ in verdict, without saying why."""
    first, second = verdicts_of(base), verdicts_of(there)
    return {
        place for place in first.keys() | second.keys() if first.get(place) != second.get(place)
    }
