"""The jurisdiction graph around a violation: its law, laws beside it, its facts, rules on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from compliance.finding import AuditResult, Finding, Verdict
from compliance.report.graphics.marks import FILLS, mark
from compliance.report.graphics.svg import (
    INK,
    PAPER,
    QUIET,
    WASH,
    figure,
    fitted,
    line,
    measured,
    path,
    rect,
    text,
    titled,
    wrapped,
)
from compliance.report.words import JURISDICTION_NAMES, VERDICTS
from compliance.verdicts import in_words
from jurisdictions.places import place
from jurisdictions.relations import Relation

_WIDE, _TALL, _STEP, _TOP, _LANE = 155.0, 44.0, 56.0, 26.0, 32.0
_MOST_LAWS, _MOST_FACTS, _MOST_RULES = 4, 5, 6
_HEADS = ("Laws beside it", "Its law", "Facts it asks for", "Rules on the same facts")
#: How a relation reads from the other law, where this law is its source or its target.
_READ = {
    "prevails_over": ("gives way to it", "prevails over it"),
    "lex_specialis": ("the more general", "the more special"),
    "lex_posterior": ("the earlier", "the later"),
    "without_prejudice_to": ("left as it is", "leaves it as it is"),
    "implements": ("carried out by it", "carries it out"),
    "cumulative": ("applies beside it", "applies beside it"),
}


@dataclass(frozen=True, slots=True)
class _Box:
    lines: tuple[str, ...]
    title: str
    verdict: Verdict | None = None
    fill: str = PAPER


def law_graph(
    finding: Finding, result: AuditResult, relations: Sequence[Relation], *, name: str
) -> str:
    """Draw what surrounds a finding in the graph of jurisdictions, law, facts and rules.

    Args:
        finding: the violation.
        result: the audit that found it.
        relations: relations between laws that hold at the site.
        name: starts the ids inside.

    Returns:
        An ``<svg>`` element.
    """
    laws = _laws(finding, relations)
    facts = list(dict.fromkeys((*finding.facts, *finding.missing)))[:_MOST_FACTS]
    bearing = _rules(finding, result, facts)
    rules = bearing[:_MOST_RULES]
    own = [_jurisdiction(finding), _provision(finding)]
    columns = [
        laws,
        own,
        [_fact(finding, fact) for fact in facts],
        [_rule(item) for item in rules],
    ]
    rows = max(map(len, columns))
    places = _lanes(columns)
    links = [*_links(finding, facts, rules, len(laws))]
    parts = [
        text(x, 14, head, size=11, fill=QUIET)
        for x, head, held in zip(places, _HEADS, columns, strict=True)
        if held
    ]
    parts += [_link(places, start, end) for start, end in links]
    for x, held in zip(places, columns, strict=True):
        parts += [_box(box, x, _TOP + index * _STEP) for index, box in enumerate(held)]
    hidden = len(bearing) - len(rules)
    if hidden:
        more = f"and {hidden} more rule{'s' if hidden > 1 else ''}"
        parts.append(text(places[-1], _TOP + rows * _STEP + 4, more, size=11, fill=QUIET))
    return figure(
        name,
        _TOP + rows * _STEP + (12 if hidden else 0),
        f"What surrounds {finding.citation}",
        _description(finding, laws, facts, rules),
        parts,
    )


def _laws(finding: Finding, relations: Sequence[Relation]) -> list[_Box]:
    here = place(finding.provision)
    found: dict[tuple[str, str], _Box] = {}
    for relation in relations:
        ends = (place(relation.source), place(relation.target))
        touched = [end.covers(here) or here.covers(end) for end in ends]
        if touched[0] == touched[1]:
            continue
        other = relation.target if touched[0] else relation.source
        reads = _READ[relation.kind][0 if touched[0] else 1]
        title = f"{other} {reads}: {relation.reason} ({relation.provision or 'by practice'})"
        shown = JURISDICTION_NAMES.get(other, other.replace("-", " "))
        box = _Box((fitted(shown, _WIDE - 16, 11.5), reads), title, fill=WASH)
        found.setdefault((other, reads), box)
    return list(found.values())[:_MOST_LAWS]


def _jurisdiction(finding: Finding) -> _Box:
    words = JURISDICTION_NAMES[finding.jurisdiction]
    return _Box(tuple(wrapped(words, _WIDE - 16, 11.5)), words, fill=WASH)


def _provision(finding: Finding) -> _Box:
    lines = wrapped(finding.citation, _WIDE - 36, 11.5)
    return _Box(tuple(lines), f"{finding.citation}: {finding.title}", finding.verdict)


def _fact(finding: Finding, name: str) -> _Box:
    value = in_words(finding.facts[name]) if name in finding.facts else "unknown"
    lines = (fitted(name, _WIDE - 14, 11.5, bold=True), fitted(f"= {value}", _WIDE - 14, 11.5))
    return _Box(lines, f"{name} = {value}")


def _rules(finding: Finding, result: AuditResult, facts: Sequence[str]) -> list[Finding]:
    """Return other rules that bear on the design and ask for one of the facts, worst first."""
    wanted = set(facts)
    found = [
        item
        for item in result.findings
        if item.rule is not None
        and item.rule != finding.rule
        and item.verdict != "inapplicable"
        and wanted & {*item.facts, *item.missing}
    ]
    return found


def _rule(item: Finding) -> _Box:
    lines = (_tail(item.citation), VERDICTS[item.verdict][0])
    return _Box(lines, f"{item.citation}: {item.title}", item.verdict)


def _tail(citation: str) -> str:
    """Return a citation without its first words where it is too long: the number tells it."""
    words = citation.split()
    while len(words) > 1 and measured("… " + " ".join(words), 11.5, bold=True) > _WIDE - 38:
        words = words[1:]
    shown = " ".join(words)
    return fitted(shown if shown == citation else f"… {shown}", _WIDE - 38, 11.5, bold=True)


def _links(
    finding: Finding, facts: Sequence[str], rules: Sequence[Finding], laws: int
) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield pairs of boxes that are joined, each as column and row."""
    for row in range(laws):
        yield (0, row), (1, 0)
    yield (1, 0), (1, 1)
    for row, fact in enumerate(facts):
        yield (1, 1), (2, row)
        for other, item in enumerate(rules):
            if fact in item.facts or fact in item.missing:
                yield (2, row), (3, other)


def _lanes(columns: Sequence[Sequence[_Box]]) -> list[float]:
    """Return the left edge of each column; empty columns take no room."""
    edges, x = [], 1.0
    for held in columns:
        edges.append(x)
        x += _WIDE + _LANE if held else 0.0
    return edges


def _link(places: Sequence[float], start: tuple[int, int], end: tuple[int, int]) -> str:
    (column1, row1), (column2, row2) = start, end
    y1, y2 = (_TOP + row * _STEP + _TALL / 2 for row in (row1, row2))
    if column1 == column2:
        x = places[column1] + _WIDE / 2
        return line([(x, y1), (x, y2)], stroke=QUIET, thick=1.4)
    left, right = places[column1] + _WIDE, places[column2]
    bend = (right - left) / 2
    return path(
        f"M{left:.1f} {y1:.1f}C{left + bend:.1f} {y1:.1f} {right - bend:.1f} {y2:.1f} "
        f"{right:.1f} {y2:.1f}",
        stroke=QUIET,
        thick=1.2,
    )


def _box(box: _Box, x: float, y: float) -> str:
    parts = [rect(x, y, _WIDE, _TALL, fill=box.fill, stroke=INK)]
    inset = 8.0
    if box.verdict is not None:
        parts = [
            rect(x, y, _WIDE, _TALL, stroke=INK, thick=2),
            rect(x, y, 24, _TALL, fill=FILLS[box.verdict], stroke=INK),
            mark(box.verdict, x + 4, y + _TALL / 2 - 8),
        ]
        inset = 30.0
    first = y + (18 if len(box.lines) > 1 else 26)
    parts += [
        text(x + inset, first + 16 * index, words, size=11.5, bold=index == 0)
        for index, words in enumerate(box.lines)
    ]
    return titled(box.title, *parts)


def _description(
    finding: Finding, laws: Sequence[_Box], facts: Sequence[str], rules: Sequence[Finding]
) -> str:
    told = [f"{finding.citation} belongs to {JURISDICTION_NAMES[finding.jurisdiction]}."]
    if laws:
        told.append(f"Laws beside it: {'; '.join(box.title for box in laws)}.")
    if facts:
        told.append(f"It asks for {', '.join(facts)}.")
    if rules:
        others = ", ".join(f"{item.citation} ({VERDICTS[item.verdict][0]})" for item in rules)
        told.append(f"Rules on the same facts: {others}.")
    return " ".join(told)
