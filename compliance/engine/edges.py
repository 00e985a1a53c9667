"""Where a number passes a bound, to the last bit: one comparison in place of many.

The interpreter converts a number to the unit of the bound and calls the two equal where they are
close (:func:`compliance.evaluate.excess`). Conversion and closeness are both monotone in the
number, so the numbers that are close to a bound are all those between two floats, which bisection
over the floats finds exactly.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache

from compliance.evaluate import excess


@lru_cache(maxsize=65536)
def edges(bound: float, scale: float) -> tuple[float, float]:
    """Return the least and the greatest number that counts as equal to a bound.

    Args:
        bound: in its own unit.
        scale: by which a number is multiplied to be in that unit, above 0.
    """
    centre = bound / scale

    def near(number: float) -> bool:
        return excess(number * scale, bound) == 0.0

    reach = 1.0 if centre == 0.0 else abs(centre) * 1e-7
    if not near(centre):
        raise ValueError(f"no number equals {bound!r} when multiplied by {scale!r}")
    return _last(near, centre, centre - reach), _last(near, centre, centre + reach)


def _last(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """Return the float farthest from ``inside`` for which a test holds; it fails at ``outside``."""
    low, high = _place(inside), _place(outside)
    while abs(high - low) > 1:
        middle = (low + high) // 2
        if holds(_float(middle)):
            low = middle
        else:
            high = middle
    return _float(low)


def _place(number: float) -> int:
    """Return the place of a float among all floats, in order."""
    (bits,) = struct.unpack("<q", struct.pack("<d", number))
    return int(bits) if bits >= 0 else -(int(bits) & 0x7FFF_FFFF_FFFF_FFFF)


def _float(place: int) -> float:
    bits = place if place >= 0 else (-place) | -0x8000_0000_0000_0000
    (number,) = struct.unpack("<d", struct.pack("<q", bits))
    return float(number)
