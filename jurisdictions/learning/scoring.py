"""Counts per segment of what was found, false and missed, as the annotation guidelines score it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jurisdictions.learning.segments import Annotated
from jurisdictions.norm import Extraction

Counts = NDArray[np.float64]


def same_cue(one: str, other: str) -> bool:
    """Tell whether the words of one cue stand inside the other's."""
    if one == other:
        return True
    first, second = (" ".join(re.findall(r"\w+", cue.lower())) for cue in (one, other))
    if not first or not second:
        return False
    return f" {first} " in f" {second} " or f" {second} " in f" {first} "


def norm_counts(gold: Iterable[Mapping[str, Any]], found: Extraction) -> list[int]:
    """Return hits, false and missed norms: equal modality and overlapping cue, one to one."""
    wanted, left = list(gold), [(norm.modality, norm.cue) for norm in found.norms]
    hits = 0
    for norm in wanted:
        match = next(
            (
                other
                for other in left
                if other[0] == norm["modality"] and same_cue(norm["cue"], other[1])
            ),
            None,
        )
        if match is not None:
            left.remove(match)
            hits += 1
    return [hits, len(left), len(wanted) - hits]


def yes_counts(gold: bool, found: bool) -> list[int]:
    """Return hit, false and missed of one yes-no label."""
    return [int(gold and found), int(found and not gold), int(gold and not found)]


def counts(gold: list[Annotated], found: list[Extraction]) -> tuple[Counts, Counts]:
    """Return the counts of norms and of "binds", one row per segment.

    Args:
        gold: annotated segments.
        found: what was extracted from each, same order.
    """
    pairs = list(zip(gold, found, strict=True))
    return (
        np.array([norm_counts(one.norms, read) for one, read in pairs], dtype=np.float64),
        np.array([yes_counts(one.binds, read.binds_installation) for one, read in pairs], float),
    )


def gold_modality(cues: Iterable[str], norms: Iterable[Mapping[str, Any]]) -> list[str | None]:
    """Return the annotated modality of each cue that the rules found, ``None`` where unmatched.

    Args:
        cues: in text order.
        norms: annotated, in text order.
    """
    left = list(norms)
    answers: list[str | None] = []
    for cue in cues:
        match = next((norm for norm in left if same_cue(norm["cue"], cue)), None)
        answers.append(None if match is None else str(match["modality"]))
        if match is not None:
            left.remove(match)
    return answers
