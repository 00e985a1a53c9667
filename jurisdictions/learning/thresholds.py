"""When the student is heard: thresholds chosen on validation data, or never if nothing is won."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from distill.metrics import f1
from jurisdictions.learning.examples import Example

#: Values tried, the most reserved first; the first of each never lets the student decide.
YES = (1.01, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)
NO = (-0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4)
CONFIDENCE = (1.01, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)

Floats = NDArray[np.float64]


def installation_thresholds(items: Sequence[Example], probability: Floats) -> tuple[float, float]:
    """Return the (yes, no) thresholds of the best F1; the most reserved of equals.

    Args:
        items: validation examples; those without a verdict, or whose label no person had a part
            in, are passed over.
        probability: the student's, one per item.
    """
    usable = [
        (one.verdict, one.rules, one.unsure, float(value))
        for one, value in zip(items, probability, strict=True)
        if one.known and one.verdict is not None
    ]
    best, chosen = -1.0, (YES[0], NO[0])
    for yes, no in product(YES, NO):
        counts = np.zeros(3)
        for label, rules, unsure, value in usable:
            answer = decide(rules, value, yes=yes, no=no) if unsure else rules
            counts += (label and answer, not label and answer, label and not answer)
        score = float(f1(counts))
        if score > best + 1e-9:
            best, chosen = score, (yes, no)
    return chosen


def decide(rules: int, probability: float, *, yes: float, no: float) -> int:
    """Return the answer where the rules are unsure: the student's where it is sure enough."""
    if probability >= yes:
        return 1
    return 0 if probability <= no else rules


def modality_confidence(items: Sequence[Example], probability: Floats) -> float:
    """Return the confidence with the most right answers; the most reserved of equals.

    Args:
        items: validation examples; only those that a person labelled count.
        probability: the student's, shape (items, modalities).
    """
    usable = [
        (one.verdict, one.rules, int(row.argmax()), float(row.max()))
        for one, row in zip(items, probability, strict=True)
        if one.known and one.unsure
    ]

    def right(confidence: float) -> int:
        return sum(
            (learned if sure >= confidence else rules) == label
            for label, rules, learned, sure in usable
        )

    return max(CONFIDENCE, key=lambda value: (right(value), value))
