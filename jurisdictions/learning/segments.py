"""Segments: annotated ones from a folder, and unlabelled ones from law texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from base import ExtractionError, read_text
from corpus.model import LawText

#: Fewest and most words of a provision that is learned from.
SHORTEST, LONGEST = 8, 140


@dataclass(frozen=True, slots=True)
class Segment:
    """Some words of the law and what stands around them.

    Attributes:
        id: of the annotated segment, or of the provision.
        heading: of the article; may be empty.
        lead_in: the words that a list item hangs on; may be empty.
        text: its own words.
        instrument: short name of the instrument.
    """

    id: str
    heading: str
    lead_in: str
    text: str
    instrument: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """A segment with what a person read in it.

    Attributes:
        segment: the words.
        norms: modality, cue and bearer of each norm.
        binds: whether it bears on whoever runs an installation at sea.
    """

    segment: Segment
    norms: tuple[Mapping[str, Any], ...]
    binds: bool


def annotated(segments: Path, gold: Path) -> list[Annotated]:
    """Read annotated segments, in the order of their file.

    Args:
        segments: JSON lines with ``id``, ``text``, ``lead_in``, ``heading``, ``instrument``.
        gold: JSON lines with ``id``, ``norms`` and ``binds_installation``.

    Raises:
        ExtractionError: a file cannot be read, or they share no segment.
    """
    labels = {row["id"]: row for row in _rows(gold)}
    found = [
        Annotated(
            Segment(
                row["id"], row.get("heading") or "", row.get("lead_in") or "", row["text"],
                row.get("instrument") or "",
            ),
            tuple(labels[row["id"]]["norms"]),
            bool(labels[row["id"]]["binds_installation"]),
        )
        for row in _rows(segments)
        if row["id"] in labels
    ]  # fmt: skip
    if not found:
        raise ExtractionError(
            "no segment is annotated", where=str(gold), hint="ids must be those of the segments"
        )
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in read_text(path, error=ExtractionError).splitlines():
        if line.strip():
            yield json.loads(line)


def law_segments(text: LawText) -> Iterator[Segment]:
    """Yield the provisions of a law text that are neither too short nor too long."""
    for provision in text.provisions:
        if SHORTEST <= len(provision.text.split()) <= LONGEST:
            heading = provision.heading or next(
                (other.heading for other in text.ancestors(provision.id) if other.heading), ""
            )
            yield Segment(
                provision.id,
                heading,
                text.lead_in(provision.id),
                provision.text,
                text.instrument.short,
            )


def folds(items: list[Annotated], count: int, seed: int) -> list[list[int]]:
    """Return ``count`` disjoint lists of indexes that share out the rare "binds" evenly.

    Args:
        items: annotated segments.
        count: number of folds.
        seed: of the shuffling.
    """
    order = np.random.default_rng(seed).permutation(len(items))
    ranked = sorted(order.tolist(), key=lambda at: not items[at].binds)
    return [sorted(ranked[start::count]) for start in range(count)]
