"""Ring-stiffened cylinders under external pressure: yield, inter-frame and overall buckling.

Lengths in mm and pressures in MPa. ``radius`` is the mean radius of the shell plating.
"""

from __future__ import annotations

import math

from habitat.hull.materials import Material

#: Waves round the circumference that are tried; the minimum of a hull shell lies far inside.
_INTERFRAME_WAVES = range(2, 201)
_GENERAL_WAVES = range(2, 31)


def yield_pressure(radius: float, thickness: float, yield_mpa: float) -> float:
    """Return the pressure at which the hoop membrane stress reaches yield, σy t / R."""
    return yield_mpa * thickness / radius


def von_mises_interframe(
    radius: float, thickness: float, frame_spacing: float, material: Material
) -> float:
    """Return the elastic buckling pressure between frames, least over the number of waves n.

    p = (E t/R) / (n² - 1 + λ²/2) · [λ⁴/(n² + λ²)² + t²/(12 R² (1 - ν²)) (n² - 1 + λ²)²],
    λ = π R / L. Ends are simply supported. For a long tube n = 2 gives E t³ / (4 R³ (1 - ν²)).
    Source: von Mises 1929, in the form of Windenburg and Trilling 1934.
    """
    wave = math.pi * radius / frame_spacing
    bending = thickness**2 / (12.0 * radius**2 * (1.0 - material.poisson**2))
    least = math.inf
    for n in _INTERFRAME_WAVES:
        scale = material.youngs_mpa * thickness / radius / (n**2 - 1.0 + wave**2 / 2.0)
        bent = bending * (n**2 - 1.0 + wave**2) ** 2
        # The bending term alone grows with n: past the least pressure none can be lower.
        if scale * bent > least:
            break
        least = min(least, scale * (wave**4 / (n**2 + wave**2) ** 2 + bent))
    return least


def windenburg_trilling(
    radius: float, thickness: float, frame_spacing: float, material: Material
) -> float | None:
    """Return the closed approximation to the inter-frame buckling pressure.

    2.42 E (t/D)^2.5 / ((1 - ν²)^0.75 (L/D - 0.45 √(t/D))), D = 2R; ``None`` for bays so short
    that its denominator is not positive. Source: Windenburg and Trilling 1934.
    """
    slenderness = thickness / (2.0 * radius)
    bay = frame_spacing / (2.0 * radius) - 0.45 * math.sqrt(slenderness)
    if bay <= 0.0:
        return None
    relief = (1.0 - material.poisson**2) ** 0.75
    pressure: float = 2.42 * material.youngs_mpa * slenderness**2.5 / (relief * bay)
    return pressure


def interframe_collapse(elastic: float, yielding: float) -> float:
    """Return the inter-frame collapse pressure from elastic buckling Pm and yield Py.

    Pm/2 where Pm ≤ Py, Py (1 - Py / 2Pm) up to 3 Py, 5 Py/6 beyond: continuous, and never above
    five sixths of yield. Source: ABS rules for underwater vehicles (recalled).
    """
    if elastic <= yielding:
        return elastic / 2.0
    if elastic <= 3.0 * yielding:
        return yielding * (1.0 - yielding / (2.0 * elastic))
    return 5.0 * yielding / 6.0


def bryant_general(
    radius: float,
    thickness: float,
    frame_spacing: float,
    bulkhead_spacing: float,
    frame_second_moment: float,
    material: Material,
) -> float:
    """Return the overall buckling pressure of shell and frames together, least over n.

    (E t/R) λ⁴ / ((n² - 1 + λ²/2) (n² + λ²)²) + (n² - 1) E Ic / (R³ Lf), λ = π R / Lb.

    Args:
        radius: mean radius of the shell.
        thickness: of the shell.
        frame_spacing: Lf.
        bulkhead_spacing: Lb, between heavy frames, bulkheads or heads.
        frame_second_moment: Ic of a frame with its effective plating, mm⁴.
        material: of shell and frames.

    Source: Bryant 1954, Naval Construction Research Establishment.
    """
    return min(
        _shell_share(n, radius, thickness, bulkhead_spacing, material)
        + (n**2 - 1.0) * material.youngs_mpa * frame_second_moment / (radius**3 * frame_spacing)
        for n in _GENERAL_WAVES
    )


def required_frame_second_moment(
    radius: float,
    thickness: float,
    frame_spacing: float,
    bulkhead_spacing: float,
    pressure: float,
    material: Material,
) -> float:
    """Return the least Ic in mm⁴ for which :func:`bryant_general` reaches ``pressure``."""
    lacking = (
        (pressure - _shell_share(n, radius, thickness, bulkhead_spacing, material)) / (n**2 - 1.0)
        for n in _GENERAL_WAVES
    )
    return max(0.0, *lacking) * radius**3 * frame_spacing / material.youngs_mpa


def _shell_share(
    n: int, radius: float, thickness: float, bulkhead_spacing: float, material: Material
) -> float:
    wave = math.pi * radius / bulkhead_spacing
    return (
        material.youngs_mpa
        * thickness
        / radius
        * wave**4
        / ((n**2 - 1.0 + wave**2 / 2.0) * (n**2 + wave**2) ** 2)
    )
