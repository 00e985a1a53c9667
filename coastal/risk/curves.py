"""Depth-damage curves: which share of an asset's value water of some depth destroys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from base import UsageError

Floats = NDArray[np.float64]

JRC = (
    "Huizinga, De Moel and Szewczyk 2017, Global flood depth-damage functions, JRC105688, "
    "doi:10.2760/16510, Europe, {}; numbers as restated in tests of the open risk model CLIMADA"
)
USACE = (
    "US Army Corps of Engineers, Economic Guidance Memorandum 01-03 (2000), one storey "
    "without basement, structure, mean and deviation, feet; numbers as restated in "
    "HEC's open damage software"
)
JRC_DEPTHS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0)
#: Europe, by sector, share of the value at :data:`JRC_DEPTHS`.
JRC_SHARES = {
    "residential": (0.0, 0.25, 0.40, 0.50, 0.60, 0.75, 0.85, 0.95, 1.0),
    "commercial": (0.0, 0.15, 0.30, 0.45, 0.55, 0.75, 0.90, 1.0, 1.0),
    "industrial": (0.0, 0.15, 0.27, 0.40, 0.52, 0.70, 0.85, 1.0, 1.0),
    "transport": (0.0, 0.317, 0.542, 0.702, 0.832, 1.0, 1.0, 1.0, 1.0),
    "infrastructure": (0.0, 0.25, 0.42, 0.55, 0.65, 0.80, 0.90, 1.0, 1.0),
    "agriculture": (0.0, 0.30, 0.55, 0.65, 0.75, 0.85, 0.95, 1.0, 1.0),
}
FOOT = 0.3048
USACE_DEPTHS = tuple(FOOT * one for one in range(-2, 17))
USACE_SHARES = (
    0.0, 0.025, 0.134, 0.233, 0.321, 0.401, 0.471, 0.532, 0.586, 0.632, 0.672, 0.705, 0.732,
    0.754, 0.772, 0.785, 0.795, 0.802, 0.807,
)  # fmt: skip
#: The relative deviation of a JRC share: an assumption of ours, wider than USACE's, because the
#: shares are means over studies that differ widely.
JRC_DEVIATION = 0.25
#: USACE's deviations are 1.6 to 2.7 percentage points up to 12 feet; the largest stands for all.
USACE_DEVIATION = 0.027


@dataclass(frozen=True, slots=True)
class Curve:
    """A depth-damage curve, straight between its points and level beyond them.

    Attributes:
        kind: of asset.
        depths: metres above the floor, ascending.
        shares: of the value, 0 to 1.
        relative, absolute: standard deviation of a share, as its part and as a number.
        source: citation, and what of it is not read in the original.
    """

    kind: str
    depths: tuple[float, ...]
    shares: tuple[float, ...]
    relative: float
    absolute: float
    source: str

    def share(self, depth: ArrayLike) -> Floats:
        """Return the mean share that is lost at depths in metres; nought where it stays dry."""
        return np.asarray(np.interp(np.asarray(depth), self.depths, self.shares), dtype=np.float64)

    def deviation(self, depth: ArrayLike) -> Floats:
        """Return the standard deviation of the share at depths in metres."""
        mean = self.share(depth)
        return np.asarray(np.where(mean > 0, self.relative * mean + self.absolute, 0.0))


CURVES = {
    kind: Curve(kind, JRC_DEPTHS, shares, JRC_DEVIATION, 0.0, JRC.format(kind))
    for kind, shares in JRC_SHARES.items()
} | {"house": Curve("house", USACE_DEPTHS, USACE_SHARES, 0.0, USACE_DEVIATION, USACE)}
KINDS = tuple(sorted(CURVES))


def depth_damage(kind: str) -> Curve:
    """Return the curve of a kind of asset, one of :data:`KINDS`.

    Raises:
        UsageError: there is no curve of that kind.
    """
    if kind not in CURVES:
        raise UsageError(
            f"no depth-damage curve of {kind}", where="kind", hint=f"use one of {', '.join(KINDS)}"
        )
    return CURVES[kind]
