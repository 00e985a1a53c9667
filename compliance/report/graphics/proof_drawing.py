"""A proof as a drawing: one line for each statement, indented under what it supports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compliance.finding import Verdict
from compliance.proof.tree import Proof, ProofNode
from compliance.report.graphics.marks import mark
from compliance.report.graphics.svg import (
    INK,
    LINE,
    QUIET,
    WIDTH,
    figure,
    line,
    text,
    titled,
    wrapped,
)
from compliance.report.words import VERDICTS
from compliance.verdicts import in_words

#: More statements than this are read better as text.
MOST = 40
_STEP, _LINE, _GAP = 24.0, 15.0, 8.0
_SIGNS: dict[bool | None, tuple[Verdict, str]] = {
    True: ("satisfied", "yes"),
    False: ("violated", "no"),
    None: ("undetermined", "open"),
}


def proof_drawing(proof: Proof, *, name: str) -> str | None:
    """Draw a proof, with a tick, cross or question mark for true, false and unknown.

    Args:
        proof: the proof.
        name: starts the ids inside.

    Returns:
        An ``<svg>`` element; ``None`` where there are more than :data:`MOST` statements.
    """
    rows = list(_rows(proof.steps, "", 1))
    if not rows or len(rows) > MOST:
        return None
    parts = [
        mark(proof.verdict, 0, 2),
        text(24, 15, f"{proof.citation}: {VERDICTS[proof.verdict][0]}", size=13, bold=True),
    ]
    y = 30.0
    stems: dict[int, float] = {0: 18.0}
    for number, depth, node in rows:
        lines = _lines(node, number, depth)
        x = depth * _STEP - 8
        parts.append(_joint(stems, depth, x, y))
        parts.append(_statement(node, x, y, lines))
        stems[depth] = y + 16
        y += max(len(lines) * _LINE + 2, 16) + _GAP
    return figure(
        name,
        y,
        f"Proof for {proof.citation}",
        f"{len(rows)} statements; the same steps follow as text.",
        parts,
    )


def _rows(
    nodes: Sequence[ProofNode], number: str, depth: int
) -> Iterator[tuple[str, int, ProofNode]]:
    for place, node in enumerate(nodes, start=1):
        own = f"{number}{place}"
        yield own, depth, node
        yield from _rows(node.children, f"{own}.", depth + 1)


def _lines(node: ProofNode, number: str, depth: int) -> list[tuple[str, bool]]:
    """Return the lines of a statement, and whether each tells facts."""
    room = WIDTH - depth * _STEP - 20
    told = [(words, False) for words in wrapped(f"{number}. {node.statement}", room, 12, most=3)]
    if node.facts:
        facts = "; ".join(f"{fact.name} = {in_words(fact.value)}" for fact in node.facts)
        told += [(words, True) for words in wrapped(facts, room, 11, most=2)]
    return told


def _joint(stems: dict[int, float], depth: int, x: float, y: float) -> str:
    stem = max(x - _STEP, 0.0) + 8
    return line([(stem, stems.get(depth - 1, y)), (stem, y + 8), (x, y + 8)], stroke=LINE)


def _statement(node: ProofNode, x: float, y: float, lines: Sequence[tuple[str, bool]]) -> str:
    verdict, word = _SIGNS[node.truth]
    parts = [mark(verdict, x, y)]
    for index, (words, fact) in enumerate(lines):
        size, ink = (11, QUIET) if fact else (12, INK)
        parts.append(text(x + 22, y + 13 + index * _LINE, words, size=size, fill=ink))
    return titled(f"{word}, {node.kind}", *parts)
