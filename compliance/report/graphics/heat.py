"""The compliance matrix as a heat map: a tile for each provision that asks something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compliance.finding import WORST_FIRST, AuditResult, Finding
from compliance.report.graphics.marks import mark
from compliance.report.graphics.svg import INK, LINE, WIDTH, figure, fitted, rect, text, titled
from compliance.report.tables import counted, natural
from compliance.report.words import JURISDICTION_NAMES, VERDICTS

_COLUMNS = 5
_TILE, _GAP, _HEAD = 26.0, 4.0, 30.0


def heat_map(result: AuditResult, *, name: str = "heat") -> str:
    """Draw the provisions that ask something, by jurisdiction, each with its worst verdict.

    Provisions that ask nothing are counted in the heading of their jurisdiction.

    Returns:
        An ``<svg>`` element.
    """
    groups = _groups(result)
    parts: list[str] = []
    y = 4.0
    for jurisdiction, rows in groups.items():
        parts += _group(result, jurisdiction, rows, y)
        y += _HEAD + (_TILE + _GAP) * -(-len(rows) // _COLUMNS) + 8
    parts += _legend(result, y + 6)
    shown = sum(map(len, groups.values()))
    return figure(
        name,
        y + 52,
        f"{shown} provisions that ask something of this design, by verdict",
        _description(groups),
        parts,
    )


def _groups(result: AuditResult) -> dict[str, list[Finding]]:
    held: dict[str, list[Finding]] = {}
    for finding in counted(result.findings):
        if finding.verdict != "inapplicable":
            held.setdefault(finding.jurisdiction, []).append(finding)
    return {
        jurisdiction: sorted(held[jurisdiction], key=lambda item: natural(item.citation))
        for jurisdiction in JURISDICTION_NAMES
        if jurisdiction in held
    }


def _group(
    result: AuditResult, jurisdiction: str, rows: Sequence[Finding], top: float
) -> Iterator[str]:
    idle = result.totals_by_jurisdiction[jurisdiction]["inapplicable"]
    yield text(0, top + 16, JURISDICTION_NAMES[jurisdiction], size=13, bold=True)
    tail = f"{len(rows)} shown, {idle} ask nothing"
    yield text(WIDTH, top + 16, tail, anchor="end", size=12)
    wide = (WIDTH - _GAP * (_COLUMNS - 1)) / _COLUMNS
    start = _common([item.citation for item in rows])
    for index, item in enumerate(rows):
        x = (index % _COLUMNS) * (wide + _GAP)
        y = top + _HEAD + (index // _COLUMNS) * (_TILE + _GAP)
        grave = item.severity == "critical"
        title = f"{item.citation}: {item.title}: {VERDICTS[item.verdict][0]}, {item.severity}"
        label = fitted(item.citation[start:], wide - 32, 11.5, bold=grave)
        yield titled(
            title,
            rect(x + 1, y + 1, wide - 2, _TILE - 2, stroke=INK if grave else LINE,
                 thick=2 if grave else 1),
            mark(item.verdict, x + 5, y + 5),
            text(x + 27, y + 17.5, label, size=11.5, bold=grave),
        )  # fmt: skip


def _common(citations: Sequence[str]) -> int:
    """Return how many characters at the start say the same in all, up to the end of a word."""
    if len(citations) < 2:
        return 0
    first, last = min(citations), max(citations)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first.rfind(" ", 0, same) + 1


def _legend(result: AuditResult, y: float) -> Iterator[str]:
    x = 0.0
    for verdict in WORST_FIRST:
        if not result.totals[verdict] or verdict == "inapplicable":
            continue
        words = f"{VERDICTS[verdict][0]} ({result.totals[verdict]})"
        yield mark(verdict, x, y)
        yield text(x + 21, y + 13, words, size=12)
        x += 36 + 6.4 * len(words)
    yield rect(1, y + 25, 14, 12, stroke=INK, thick=2)
    yield text(21, y + 36, "thick frame and bold: critical", size=12)


def _description(groups: dict[str, list[Finding]]) -> str:
    told = []
    for jurisdiction, rows in groups.items():
        counts = [
            f"{sum(item.verdict == verdict for item in rows)} {VERDICTS[verdict][0]}"
            for verdict in WORST_FIRST
            if any(item.verdict == verdict for item in rows)
        ]
        told.append(f"{JURISDICTION_NAMES[jurisdiction]}: {', '.join(counts)}")
    return "; ".join(told) + ". The tables of the compliance matrix say the same in words."
