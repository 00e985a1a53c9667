"""Waivers: who released the design from which provision, why and until when.

A waiver releases from a violation, not from giving facts: a verdict that hangs on a missing fact
stays undetermined, since nobody can know what was waived. A waiver that has run out, or that is not
yet valid, changes nothing and says so. Rules on structure and life support cannot be waived: the
sea does not read the paper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from base import WaiverError
from compliance.finding import Finding, WaiverNote, WaiverUse
from compliance.nearest import nearest
from compliance.waiver import Waiver, load_waivers
from jurisdictions.rulebook import RuleBook

__all__ = ["Waiver", "apply_waivers", "check_waivers", "load_waivers"]

#: The jurisdiction whose rules keep people alive.
UNWAIVABLE = "ENGINEERING"

Standing = Literal["in force", "expired", "not yet valid"]


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    waiver: Waiver
    standing: Standing


def check_waivers(waivers: Sequence[Waiver], book: RuleBook, *, where: str = "waivers") -> None:
    """Refuse waivers that say nothing about this law, or what must not be said.

    Args:
        waivers: in the order of their file.
        book: the law that they are to release from.
        where: their file, for messages.

    Raises:
        WaiverError: an unknown provision or rule, a rule of the engineering code, or two waivers
            of the same provision or rule whose times overlap.
    """
    rules = {rule.id: rule for rule in book.rules}
    for number, waiver in enumerate(waivers, start=1):
        place, name = f"{where}, entry {number}, provision", waiver.provision
        rule = rules.get(name)
        provision = name if rule is None else rule.binding.provision
        if provision not in book.by_id:
            raise WaiverError(
                f"no provision or rule '{name}'",
                where=place,
                hint=nearest(name, (*rules, *book.by_id)),
            )
        instrument = book.instrument_by_id[book.by_id[provision].instrument].instrument
        if instrument.jurisdiction == UNWAIVABLE:
            raise WaiverError(
                f"'{name}' is a rule on structure or life support and cannot be waived",
                where=place,
                hint="take the entry out and put the design right",
            )
        for earlier, other in enumerate(waivers[: number - 1], start=1):
            if other.provision == name and other.overlaps(waiver):
                raise WaiverError(
                    f"'{name}' is waived twice for the same time (first in entry {earlier})",
                    where=place,
                    hint="keep one of them",
                )


def apply_waivers(
    findings: Sequence[Finding], waivers: Sequence[Waiver], book: RuleBook, *, as_of: date
) -> tuple[list[Finding], tuple[WaiverUse, ...]]:
    """Waive violated findings, and report what became of each waiver.

    A waiver of a provision covers all below it; where several in force cover a finding the nearest
    one is used: of the rule, else of the innermost provision.

    Args:
        findings: of an audit.
        waivers: checked by :func:`check_waivers`.
        book: the law.
        as_of: the date of the audit; a waiver is in force on its first and its last day.
    """
    entries = [
        _Entry(number, waiver, waiver.standing(as_of)) for number, waiver in enumerate(waivers)
    ]
    by_name: dict[str, list[_Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.waiver.provision, []).append(entry)
    touched: dict[int, list[Finding]] = {entry.number: [] for entry in entries}
    covered: dict[int, list[Finding]] = {entry.number: [] for entry in entries}
    settled = []
    for finding in findings:
        around = _covering(finding, by_name, book) if by_name else []
        for entry in around:
            covered[entry.number].append(finding)
        chosen = _chosen(around) if finding.verdict == "violated" else []
        for entry in chosen:
            touched[entry.number].append(finding)
        settled.append(_noted(finding, chosen))
    return settled, tuple(
        _use(entry, touched[entry.number], covered[entry.number]) for entry in entries
    )


def _covering(
    finding: Finding, by_name: Mapping[str, list[_Entry]], book: RuleBook
) -> list[_Entry]:
    """Return the waivers that cover a finding, the nearest first."""
    names = (finding.rule or "", *book.lineage(finding.provision))
    return [entry for name in names for entry in by_name.get(name, ())]


def _chosen(around: list[_Entry]) -> list[_Entry]:
    """The one waiver that is used; all of those around where none is in force."""
    in_force = [entry for entry in around if entry.standing == "in force"]
    return in_force[:1] or around


def _noted(finding: Finding, chosen: list[_Entry]) -> Finding:
    if not chosen:
        return finding
    notes = tuple(_note(entry) for entry in chosen)
    said = "; ".join(_said(entry) for entry in chosen)
    waived = chosen[0].standing == "in force"
    return finding.model_copy(
        update={
            "verdict": "waived" if waived else finding.verdict,
            "reason": f"{finding.reason}; {said}",
            "waivers": notes,
        }
    )


def _said(entry: _Entry) -> str:
    waiver = entry.waiver
    match entry.standing:
        case "expired":
            return f"the waiver by {waiver.who} expired on {waiver.until}"
        case "not yet valid":
            return f"the waiver by {waiver.who} is not valid before {waiver.start}"
    end = "without an end" if waiver.until == "none" else f"until {waiver.until}"
    return f"waived by {waiver.who} {end}: {waiver.reason}"


def _note(entry: _Entry) -> WaiverNote:
    waiver = entry.waiver
    return WaiverNote(
        entry=entry.number + 1,
        standing=entry.standing,
        provision=waiver.provision,
        who=waiver.who,
        reason=waiver.reason,
        start=None if waiver.start is None else waiver.start.isoformat(),
        until=str(waiver.until),
        reference=waiver.reference,
    )


def _use(entry: _Entry, touched: list[Finding], covered: list[Finding]) -> WaiverUse:
    used = bool(touched)
    status: Literal["used", "expired", "not yet valid", "unused"] = (
        ("used" if used else "unused") if entry.standing == "in force" else entry.standing
    )
    return WaiverUse(
        **_note(entry).model_dump(exclude={"standing"}),
        status=status,
        findings=tuple(finding.rule or finding.provision for finding in touched),
        explanation=_explained(status, touched, covered),
    )


def _explained(status: str, touched: list[Finding], covered: list[Finding]) -> str:
    """Say what a waiver did, or why it did nothing."""
    if status == "used":
        return f"releases from {_counted(len(touched), 'violation')}"
    if status != "unused":
        return (
            f"{status}: {_counted(len(touched), 'violation')} stand{'s' * (len(touched) == 1)}"
            if touched
            else f"{status}; nothing that it covers is violated"
        )
    kinds = Counter(finding.verdict for finding in covered)
    counts = ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in kinds.items())
    return f"nothing left for it to release from ({counts or 'covers no finding'})"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
