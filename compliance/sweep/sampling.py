"""Numbers at random by their place: any part of a sample can be drawn without the rest of it.

Every number is a hash of the seed, the axis and the place of the draw, so that parts come out the
same in any order, on any machine, after any interruption.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from base import sha256_text

Places = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)
#: Rounds of the permutation; four make it pseudo-random (Luby and Rackoff 1988).
_ROUNDS = 6


def key_of(seed: int, name: str) -> int:
    """Return the key of an axis: 63 bits of a hash of the seed and its name."""
    return int(sha256_text(f"{seed}\n{name}")[:16], 16) >> 1


def uniform(places: Places, key: int) -> NDArray[np.float64]:
    """Return a number in [0, 1) for each place."""
    return (_mix(places, key) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def latin(places: Places, size: int, key: int) -> NDArray[np.float64]:
    """Return a Latin hypercube's coordinate in [0, 1) for each place.

    Of ``size`` equal strata each is used by exactly one of the places 0 to ``size`` - 1 (McKay,
    Beckman and Conover 1979, Technometrics 21, 239-245).
    """
    strata = permuted(places, size, key).astype(np.float64)
    # A stratum's upper edge rounds to the next one's lower; it must stay below.
    found = (strata + uniform(places, key ^ 0x5555_5555)) / size
    return np.minimum(found, np.nextafter((strata + 1.0) / size, 0.0))


def permuted(places: Places, size: int, key: int) -> Places:
    """Return each place's image under a pseudo-random permutation of 0 to ``size`` - 1.

    A Feistel network permutes the numbers below a power of four; those that leave the range are
    sent through again until they return (cycle walking, Black and Rogaway 2002).
    """
    half = np.uint64(max(1, ((size - 1).bit_length() + 1) // 2))
    mask = np.uint64((1 << int(half)) - 1)
    found = places.copy()
    away = np.arange(len(found))
    while len(away):
        found[away] = _feistel(found[away], half, mask, key)
        away = away[found[away] >= size]
    return found


def _feistel(numbers: Places, half: Any, mask: Any, key: int) -> Places:
    left, right = numbers >> half, numbers & mask
    for turn in range(_ROUNDS):
        left, right = right, left ^ (_mix(right, key + turn + 1) & mask)
    joined: Places = (left << half) | right
    return joined


def _mix(places: Places, key: int) -> Places:
    """Hash each place with a key (the finaliser of SplitMix64, Steele and others 2014)."""
    with np.errstate(over="ignore"):
        state = (places + np.uint64(1)) * _GOLDEN + np.uint64(key % 2**64)
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    mixed: Places = state ^ (state >> np.uint64(31))
    return mixed
