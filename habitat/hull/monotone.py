"""Bisection on monotone functions: certain to converge, and lighter than loading scipy."""

from __future__ import annotations

from collections.abc import Callable


def smallest(holds: Callable[[float], bool], low: float, high: float) -> float | None:
    """Return the smallest number in ``[low, high]`` for which a monotone test holds.

    Args:
        holds: false below some number, true from it on.
        low, high: ends of the search, ``low < high``.

    Returns:
        A number for which the test holds, within one part in 10¹² of the threshold; ``None``
        when it does not hold at ``high``.
    """
    if holds(low):
        return low
    if not holds(high):
        return None
    while high - low > 1e-12 * high:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
