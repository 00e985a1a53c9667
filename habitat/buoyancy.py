"""Lift and weight of a hull in seawater of the density at its depth."""

from __future__ import annotations

import math

#: Standard gravity (ISO 80000-3), m/s².
STANDARD_GRAVITY = 9.80665


def enclosed_volume_m3(form: str, radius_m: float, length_m: float | None = None) -> float:
    """Return the volume of a sphere, or of a cylinder with flat ends, of this radius.

    Args:
        form: ``sphere`` or ``cylinder``.
        radius_m: outer radius for displacement, inner radius for the bore.
        length_m: of the cylinder.

    Raises:
        ValueError: for a cylinder without a length.
    """
    if form == "sphere":
        return 4.0 / 3.0 * math.pi * radius_m**3
    if length_m is None:
        raise ValueError("a cylinder needs its length")
    return math.pi * radius_m**2 * length_m


def shell_mass_kg(
    form: str,
    inner_radius_m: float,
    thickness_m: float,
    density_kg_m3: float,
    length_m: float | None = None,
) -> float:
    """Return the mass of the shell alone: no frames, ends, penetrations or outfit.

    Raises:
        ValueError: for a cylinder without a length.
    """
    outer = enclosed_volume_m3(form, inner_radius_m + thickness_m, length_m)
    return density_kg_m3 * (outer - enclosed_volume_m3(form, inner_radius_m, length_m))


def lift_n(volume_m3: float, density_kg_m3: float) -> float:
    """Return the buoyant force on a volume, ρ g V, in N."""
    return density_kg_m3 * STANDARD_GRAVITY * volume_m3
