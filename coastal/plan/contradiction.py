"""Streams that contradict each other: normalised innovation tests, and what follows from them.

Each expert is compared with the product of the others over the next hours. The squared difference
over the sum of the variances has a chi-squared law of one degree of freedom where all are sound
(Bar-Shalom et al. 2001, ch. 5); shared errors only make it smaller, so the test is cautious.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coastal.plan.streams import CLIMATE, Floats

#: Squared normalised innovation that a sound stream passes once in a thousand (chi-squared, 1 df).
LIMIT = 10.83
#: Hours ahead over which streams are compared.
_COMPARED = 4

Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def innovations(
    mean: Floats, variance: Floats, present: Bools, names: Sequence[str]
) -> tuple[Floats, Bools]:
    """Return the squared normalised innovation of each expert and whether it contradicts.

    Args:
        mean, variance: of each expert, shape (t, k, h).
        present: which of them there are, same shape.
        names: of the experts; the climate is not tested and tests nobody.

    Returns:
        ``strange`` and ``clash``, shape (t, k). Where only two experts are there and disagree,
        both clash: nobody can say which is wrong.
    """
    near = slice(0, _COMPARED)
    tested = np.array([name != CLIMATE for name in names])
    there = present[..., near] & tested[None, :, None]
    precision = np.where(there, 1.0 / variance[..., near], 0.0)
    said = mean[..., near] * precision
    strange = _against_others(mean[..., near], variance[..., near], there, precision, said)
    over = strange > LIMIT
    # With three or more, the odd one out is the strangest; the others are tested without it.
    odd = np.argmax(strange, axis=1)
    many = there.any(axis=2).sum(axis=1) > 2
    rows = np.arange(len(mean))
    left = there.copy()
    left[rows, odd] &= ~(many & over.any(axis=1))[:, None]
    precision = np.where(left, precision, 0.0)
    again = _against_others(
        mean[..., near], variance[..., near], left, precision, mean[..., near] * precision
    )
    clash = (again > LIMIT) & over
    clash[rows, odd] |= over[rows, odd]
    return strange, clash


def _against_others(
    mean: Floats, variance: Floats, there: Bools, precision: Floats, said: Floats
) -> Floats:
    rest = precision.sum(axis=1, keepdims=True) - precision
    someone = rest > 1e-9
    safe = np.where(someone, rest, 1.0)
    others = (said.sum(axis=1, keepdims=True) - said) / safe
    square = (mean - others) ** 2 / (variance + 1.0 / safe)
    return np.asarray(np.where(there & someone, square, 0.0).max(axis=2))


def down_weighted(variance: Floats, strange: Floats, clash: Bools) -> Floats:
    """Return variances in which each expert that contradicts is inflated by its innovation.

    Args:
        variance: shape (t, k, h).
        strange, clash: as :func:`innovations` gives, shape (t, k).
    """
    factor = np.where(clash, np.maximum(strange, 1.0), 1.0)
    return np.asarray(variance * factor[:, :, None])
