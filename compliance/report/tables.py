"""Groupings of an audit's findings that every report shows: the same rows in each of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from compliance.finding import WORST_FIRST, AuditResult, Finding, ProposedFinding, Verdict
from compliance.report.words import JURISDICTION_NAMES

_RANK = {verdict: rank for rank, verdict in enumerate(WORST_FIRST)}


@dataclass(frozen=True, slots=True)
class Account:
    """The provisions of one instrument that end in one verdict for one reason."""

    instrument: str
    verdict: Verdict
    reason: str
    provisions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A duty without a binding: its likeliest fact, and the others that were proposed."""

    first: ProposedFinding
    others: tuple[ProposedFinding, ...]


def counted(findings: Iterable[Finding]) -> list[Finding]:
    """Return, for each provision, the finding under which it counts in the totals: its worst.

    The order is that in which the provisions first appear.
    """
    worst: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        place = (finding.jurisdiction, finding.provision)
        held = worst.get(place)
        if held is None or _RANK[finding.verdict] < _RANK[held.verdict]:
            worst[place] = finding
    return list(worst.values())


def matrix(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Return the rules that bear on this design, by jurisdiction, in the order of the law."""
    rows: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.rule is not None and finding.verdict != "inapplicable":
            rows.setdefault(finding.jurisdiction, []).append(finding)
    return {
        name: sorted(rows[name], key=lambda finding: natural(finding.citation))
        for name in JURISDICTION_NAMES
        if name in rows
    }


def accounts(findings: Iterable[Finding]) -> dict[str, list[Account]]:
    """Return every provision once more, grouped so that three thousand of them can be read."""
    groups: dict[str, dict[tuple[str, Verdict, str], dict[str, str]]] = {}
    for finding in findings:
        table = groups.setdefault(finding.jurisdiction, {})
        place = (finding.instrument, finding.verdict, finding.reason)
        table.setdefault(place, {})[finding.provision] = finding.citation
    return {
        name: [
            Account(instrument, verdict, reason, tuple(provisions.items()))
            for (instrument, verdict, reason), provisions in groups[name].items()
        ]
        for name in JURISDICTION_NAMES
        if name in groups
    }


def evidence(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings for which something is to be shown, put right or judged."""
    return [
        finding
        for finding in findings
        if finding.verdict in ("violated", "undetermined", "open_norm", "waived")
        and (finding.evidence or finding.missing or finding.remedy)
    ]


def missing_facts(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """Return the facts that would settle most, the most wanted first."""
    wanted = Counter(name for finding in findings for name in finding.missing)
    return wanted.most_common(8)


def proposals(result: AuditResult) -> dict[str, list[Proposed]]:
    """Group proposals by instrument and duty, the most confident duty of each instrument first."""
    duties: dict[tuple[str, str, int], list[ProposedFinding]] = {}
    for item in result.proposals:
        duties.setdefault((item.instrument, item.provision, item.span.start), []).append(item)
    table: dict[str, list[Proposed]] = {}
    for (instrument, _, _), group in duties.items():
        first, *others = sorted(group, key=lambda item: -item.confidence)
        table.setdefault(instrument, []).append(Proposed(first, tuple(others)))
    for rows in table.values():
        rows.sort(key=lambda row: -row.first.confidence)
    return table


def natural(text: str) -> list[tuple[int, str]]:
    """Sort key by which Art. 60(10) follows Art. 60(9)."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text)]
