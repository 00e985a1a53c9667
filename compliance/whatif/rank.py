"""Best and worst variant, by a fixed order of what weighs most.

The order is lexicographic: first the provisions of binding law that are violated, critical ones
before major, minor and mere observations; then those that are undetermined for want of facts; then
the open norms that a person must judge; last the gaps against a voluntary standard. Fewer is
better at every step, and variants with equal counts are tied. A site on land breaks no law of the
sea, which makes it no better one: it is neither best nor worst beside sites at sea.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from compliance.finding import AuditResult, Finding, worst
from jurisdictions.binding import Severity

_GRAVEST: tuple[Severity, ...] = ("critical", "major", "minor", "observation")


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """Provisions that count against a variant, the gravest kind first."""

    critical: int
    major: int
    minor: int
    observation: int
    undetermined: int
    open_norms: int
    voluntary_gaps: int

    def to_json(self) -> dict[str, int]:
        """Return the counts by name, in their order."""
        return dict(zip(self.__slots__, astuple(self), strict=True))


def score(result: AuditResult) -> Score:
    """Count what weighs against a variant; each provision once, by its worst finding."""
    provisions: dict[tuple[str, str], list[Finding]] = {}
    for finding in result.findings:
        if finding.verdict in ("violated", "undetermined", "open_norm"):
            provisions.setdefault((finding.jurisdiction, finding.provision), []).append(finding)
    counts = dict.fromkeys(Score.__slots__, 0)
    for found in provisions.values():
        counts[_kind(found)] += 1
    return Score(**counts)


def _kind(found: Sequence[Finding]) -> str:
    verdict = worst({finding.verdict for finding in found})
    if verdict == "undetermined":
        return "undetermined"
    if verdict == "open_norm":
        return "open_norms"
    broken = [finding for finding in found if finding.verdict == "violated"]
    binding = [finding.severity for finding in broken if finding.effect != "voluntary"]
    return min(binding, key=_GRAVEST.index) if binding else "voluntary_gaps"


@dataclass(frozen=True, slots=True)
class Ranking:
    """The score of each variant, and which variants (by index) are best and worst."""

    scores: tuple[Score, ...]
    best: tuple[int, ...]
    worst: tuple[int, ...]


def rank(results: Sequence[AuditResult]) -> Ranking:
    """Rank the results of all variants, the base first; ties are kept."""
    scores = tuple(map(score, results))
    at_sea = [index for index, result in enumerate(results) if not on_land(result)]
    ranked = at_sea or list(range(len(results)))
    low, high = (find(scores[index] for index in ranked) for find in (min, max))
    return Ranking(
        scores,
        tuple(index for index in ranked if scores[index] == low),
        tuple(index for index in ranked if scores[index] == high),
    )


def on_land(result: AuditResult) -> bool:
    """Say whether an audit's site is no site of the sea."""
    return list(result.site["zones"]) == ["land"]
