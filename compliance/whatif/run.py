"""Audit every variant against one compiled rule book."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from compliance.accounting import Accountant
from compliance.audit import audit, scopes_of
from compliance.finding import (
    LAWFUL,
    UNDETERMINED,
    VIOLATED,
    WORST_FIRST,
    AuditResult,
    Verdict,
)
from compliance.shared import Shared
from compliance.situation import Situation, situate
from compliance.whatif.settings import Choice, Variant
from jurisdictions.readings import with_readings
from jurisdictions.regimes import JURISDICTIONS, Scope

if TYPE_CHECKING:
    from compliance.waivers import Waiver
    from habitat.design import Design
    from jurisdictions.rulebook import RuleBook

#: A rule, or a provision that no rule stands on (then the second is empty).
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Basis:
    """What the verdicts of one variant rest on."""

    book: RuleBook
    situation: Situation
    scopes: dict[str, Scope]
    accountant: Accountant


class Auditor:
    """Judges variants of one design; what two of them have in common is worked out once.

    Args:
        design: the design as it is.
        book: compiled law with its default readings; it is never compiled again.
        as_of: the date of the base.
        design_hash: SHA-256 of the design file, recorded in every result.
        custom: whether what binds only as custom is judged.
        waivers: releases that hold for every variant.
    """

    def __init__(
        self,
        design: Design,
        book: RuleBook,
        *,
        as_of: date,
        design_hash: str = "",
        custom: bool = True,
        waivers: Sequence[Waiver] = (),
    ) -> None:
        self.design, self.book, self.as_of = design, book, as_of
        self._design_hash, self._custom, self._waivers = design_hash, custom, waivers
        self._shared: dict[tuple[str, ...], Shared] = {(): Shared(book)}
        self._designs: dict[Variant, Design] = {}
        self._verdicts: dict[Variant, bytes] = {}
        self._places: dict[tuple[str, ...], dict[Place, int]] = {}

    def result(self, variant: Variant) -> AuditResult:
        """Audit a variant: the same result as an audit of its design with its settings.

        Raises:
            DesignError: a key or value that a design does not take, or an impossible site.
            UsageError: a reading that is not known.
        """
        shared = self._shared_of(variant)
        choice = variant.jurisdictions or Choice()
        result = audit(
            self._design_of(variant),
            shared.book,
            as_of=variant.as_of or self.as_of,
            design_hash=self._design_hash,
            jurisdictions=choice.wanted(JURISDICTIONS),
            assumed=frozenset(choice.added),
            custom=self._custom,
            waivers=self._waivers,
            shared=shared,
        )
        self._remember(variant, verdicts_of(result))
        return result

    def check(self, variant: Variant) -> None:
        """Refuse settings that no audit can have, before any audit is made.

        Raises:
            DesignError: a key or value that a design does not take.
            UsageError: a reading that is not known, or one that contradicts another.
        """
        self._shared_of(variant)
        self._design_of(variant)

    def verdict(self, variant: Variant, place: Place) -> Verdict | None:
        """Return one verdict of a variant, from an earlier audit where there was one.

        ``None`` where the rule is none of those that the variant's readings make.
        """
        if variant not in self._verdicts:
            self.result(variant)
        index = self._places[variant.readings].get(place)
        return None if index is None else WORST_FIRST[self._verdicts[variant][index]]

    def _remember(self, variant: Variant, verdicts: dict[Place, Verdict]) -> None:
        """Keep one byte a verdict: causes ask for those of many variants, over and over."""
        if variant.readings not in self._places:
            self._places[variant.readings] = {
                place: index for index, place in enumerate(sorted(verdicts))
            }
        places = self._places[variant.readings]
        self._verdicts[variant] = bytes(WORST_FIRST.index(verdicts[place]) for place in places)

    def basis(self, variant: Variant) -> Basis:
        """Return the facts and scopes that a variant is judged on."""
        shared = self._shared_of(variant)
        choice = variant.jurisdictions or Choice()
        situation = situate(
            self._design_of(variant), as_of=variant.as_of or self.as_of, shared=shared
        )
        scopes = scopes_of(
            shared.book,
            situation,
            jurisdictions=choice.wanted(JURISDICTIONS),
            assumed=frozenset(choice.added),
            custom=self._custom,
        )
        return Basis(shared.book, situation, scopes, shared.accountant)

    def _shared_of(self, variant: Variant) -> Shared:
        if variant.readings not in self._shared:
            plain = self._shared[()]
            chosen = with_readings(self.book, variant.readings)
            self._shared[variant.readings] = Shared(chosen, sites=plain.sites)
        return self._shared[variant.readings]

    def _design_of(self, variant: Variant) -> Design:
        """One design object for all variants with the same place and changes."""
        key = Variant(site=variant.site, forget_place=variant.forget_place, changes=variant.changes)
        if key not in self._designs:
            self._designs[key] = key.design(self.design)
        return self._designs[key]


def verdicts_of(result: AuditResult) -> dict[Place, Verdict]:
    """Return the verdict of every rule and of every provision without one."""
    return {(finding.provision, finding.rule or ""): finding.verdict for finding in result.findings}


def audit_all(
    auditor: Auditor,
    variants: Sequence[Variant],
    *,
    progress: Callable[[], None] | None = None,
) -> tuple[AuditResult, ...]:
    """Audit variants in their order.

    Args:
        auditor: what judges.
        variants: the base first, as everywhere.
        progress: called after each.
    """
    # Settings that cannot be are told before any time is spent on those that can.
    for variant in variants:
        auditor.check(variant)
    results = []
    for variant in variants:
        results.append(auditor.result(variant))
        if progress is not None:
            progress()
    return tuple(results)


def exit_status(results: Sequence[AuditResult]) -> int:
    """Return 1 if any variant, the base included, is violated, else 3 if any is undetermined."""
    verdicts = {result.verdict for result in results}
    if "violated" in verdicts:
        return VIOLATED
    return UNDETERMINED if "undetermined" in verdicts else LAWFUL
