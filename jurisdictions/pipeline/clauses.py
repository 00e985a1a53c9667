"""Which clause each cue governs: from its subject to where the next norm or sentence begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jurisdictions.pipeline.state import Cue

if TYPE_CHECKING:
    from spacy.tokens import Doc

_JOINTS = frozenset(
    (",", "and", "or", "but", "either", "nor", ";", "provided", "except", "however", "that")
)


def clause_bounds(doc: Doc, cues: list[Cue]) -> list[tuple[int, int]]:
    """Return the token range of each cue's clause; ranges of one sentence do not overlap.

    Args:
        doc: the parsed document.
        cues: its cues in text order.
    """
    starts = [_start(doc, cue) for cue in cues]
    bounds: list[tuple[int, int]] = []
    for at, cue in enumerate(cues):
        sent = doc[cue.start].sent
        first = at == 0 or doc[cues[at - 1].start].sent.start != sent.start
        start = sent.start if first else max(starts[at], bounds[-1][1])
        last = at + 1 == len(cues) or doc[cues[at + 1].start].sent.start != sent.start
        end = sent.end if last else max(starts[at + 1], cue.end)
        bounds.append((start, end))
    return bounds


def _start(doc: Doc, cue: Cue) -> int:
    """Return where a later clause of the same sentence begins: its subject, or its joint."""
    at = cue.start
    if 0 <= cue.subject < cue.start:
        left = doc[cue.subject].left_edge.i
        if not any(token.tag_ == "MD" for token in doc[cue.subject : cue.start]):
            at = left
    while at - 1 > doc[cue.start].sent.start and doc[at - 1].lower_ in _JOINTS:
        at -= 1
    return int(at)
