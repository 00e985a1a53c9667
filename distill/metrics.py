"""Scores of answers and of how well they say what they do not know; all take plain arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def f1(counts: Floats) -> Floats:
    """Return F1 from true positives, false positives, false negatives on the last axis.

    Nothing to find and nothing found is 1.
    """
    hits, false, missed = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    total = 2 * hits + false + missed
    return np.asarray(np.where(total > 0, 2 * hits / np.where(total > 0, total, 1), 1.0))


def iou(counts: ArrayLike) -> Floats:
    """Return intersection over union from the same counts as :func:`f1` takes.

    Nothing to find and nothing found is 1, so that no division by zero happens.
    """
    hits, false, missed = np.moveaxis(np.asarray(counts, dtype=np.float64), -1, 0)
    union = hits + false + missed
    return np.asarray(np.where(union > 0, hits / np.where(union > 0, union, 1), 1.0))


def macro_f1(outcome: ArrayLike, predicted: ArrayLike) -> float:
    """Return the unweighted mean of F1 over labels, each label counted alike however rare.

    Args:
        outcome, predicted: class numbers, shape (n,); or 0 and 1, shape (n, labels).
    """
    seen, said = np.asarray(outcome), np.asarray(predicted)
    if seen.ndim == 1:
        classes = np.union1d(seen, said)
        seen, said = seen[:, None] == classes, said[:, None] == classes
    seen, said = seen.astype(bool), said.astype(bool)
    counts = [(seen & said).sum(axis=0), (~seen & said).sum(axis=0), (seen & ~said).sum(axis=0)]
    return float(f1(np.stack(counts, axis=-1).astype(np.float64)).mean())


def brier(probability: ArrayLike, outcome: ArrayLike) -> float:
    """Return the mean squared distance of probabilities and outcomes (Brier 1950).

    Args:
        probability: of "yes", shape (n,) or (n, labels); or of exclusive classes, (n, classes).
        outcome: 0 and 1 of the same shape. For exclusive classes the squares of a row are summed
            by giving one-hot outcomes and multiplying by the number of classes.
    """
    stated = np.asarray(probability, dtype=np.float64)
    return float(((stated - np.asarray(outcome, dtype=np.float64)) ** 2).mean())


def negative_log_likelihood(
    logits: ArrayLike, target: ArrayLike, *, temperature: float = 1.0
) -> float:
    """Return the mean negative log-likelihood of soft targets under softened logits.

    Args:
        logits: shape (n, classes), or (n,) for one yes-no label.
        target: probabilities of the same shape.
        temperature: what the logits are divided by.
    """
    scores = np.asarray(logits, dtype=np.float64) / temperature
    wanted = np.asarray(target, dtype=np.float64)
    if scores.ndim == 1:
        scores = np.stack([np.zeros_like(scores), scores], axis=-1)
        wanted = np.stack([1 - wanted, wanted], axis=-1)
    top = scores.max(axis=-1, keepdims=True)
    normaliser = top + np.log(np.exp(scores - top).sum(axis=-1, keepdims=True))
    return float(-(wanted * (scores - normaliser)).sum(axis=-1).mean())


def expected_calibration_error(
    probability: ArrayLike, outcome: ArrayLike, *, bins: int = 10
) -> float:
    """Return the mean distance of stated probability and observed share over equal-width bins.

    Args:
        probability: stated probability of "yes", shape (n,).
        outcome: 0 or 1, shape (n,).
        bins: how many.
    """
    stated = np.asarray(probability, dtype=np.float64)
    seen = np.asarray(outcome, dtype=np.float64)
    place = np.minimum((stated * bins).astype(int), bins - 1)
    count = np.bincount(place, minlength=bins)
    gap = np.abs(
        np.bincount(place, weights=stated, minlength=bins)
        - np.bincount(place, weights=seen, minlength=bins)
    )
    return float(gap[count > 0].sum() / len(stated))


def augrc(confidence: ArrayLike, wrong: ArrayLike) -> float:
    """Return the area under the generalised risk-coverage curve; lower is better.

    The generalised risk at a threshold is the share of all items that are accepted and wrong, so
    that the area is the mean risk of undetected failures (Traub et al. 2024, arXiv:2407.01032).
    Items of equal confidence are accepted together.

    Args:
        confidence: shape (n,); higher is accepted first.
        wrong: 0 or 1, shape (n,).
    """
    sure, failed = np.asarray(confidence, dtype=np.float64), np.asarray(wrong, dtype=np.float64)
    order = np.argsort(-sure, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(sure[order])), len(sure) - 1)
    risk = np.append(0.0, np.cumsum(failed[order])[ends] / len(sure))
    coverage = np.append(0.0, (ends + 1) / len(sure))
    return float(np.trapezoid(risk, coverage))


def interval_score(
    low: ArrayLike, high: ArrayLike, truth: ArrayLike, *, level: float = 0.9
) -> NDArray[np.float64]:
    """Return the score of each interval, in the unit of the truth; the lower, the better.

    Width, plus ``2 / α`` times how far the truth lies outside (Winkler 1972): narrow intervals pay
    for misses and wide ones for their width. The true quantiles have the least mean.

    Args:
        low, high, truth: shape (n,).
        level: ``1 - α``, the coverage that was promised.
    """
    first, last, seen = (np.asarray(one, dtype=np.float64) for one in (low, high, truth))
    outside = np.maximum(first - seen, 0) + np.maximum(seen - last, 0)
    return np.asarray(last - first + 2 / (1 - level) * outside)


def coverage_holds(
    covered: ArrayLike, *, level: float = 0.9, confidence: float = 0.95
) -> tuple[float, bool]:
    """Return the observed coverage, and whether so many hits are plausible at ``level``.

    Args:
        covered: whether each item lay in its set or interval, shape (n,).
        level: the coverage that was promised.
        confidence: of the two-sided binomial range of hits.
    """
    from scipy.stats import binom

    inside = np.asarray(covered, dtype=bool)
    low, high = binom.interval(confidence, len(inside), level)
    return float(inside.mean()), bool(low <= inside.sum() <= high)
