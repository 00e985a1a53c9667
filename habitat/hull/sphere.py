"""Spherical shells under external pressure: stresses, elastic buckling and collapse.

Lengths in mm and pressures in MPa (any consistent pair will do). ``inner_radius`` is the bore.
"""

from __future__ import annotations

import math

from habitat.hull.criteria import STANDARD, Criteria
from habitat.hull.materials import Material
from habitat.hull.monotone import smallest


def mean_wall_stress(pressure: float, inner_radius: float, thickness: float) -> float:
    """Return the mean compressive membrane stress, p Ro² / (Ro² - Ri²).

    It follows from equilibrium of a half sphere, whatever the thickness, and tends to p R / 2t
    for a thin wall.
    """
    outer = inner_radius + thickness
    # t (Ro + Ri) is Ro² - Ri² without the cancellation that a thin wall would suffer.
    return pressure * outer**2 / (thickness * (outer + inner_radius))


def bore_von_mises(pressure: float, inner_radius: float, thickness: float) -> float:
    """Return the elastic equivalent stress at the bore, 1.5 p Ro³ / (Ro³ - Ri³) (Lamé)."""
    outer = inner_radius + thickness
    wall = thickness * (outer**2 + outer * inner_radius + inner_radius**2)
    return 1.5 * pressure * outer**3 / wall


def zoelly(inner_radius: float, thickness: float, material: Material) -> float:
    """Return the classical elastic buckling pressure, 2E (t/R)² / √(3 (1 - ν²)), at mid radius.

    An ideal that real shells never reach: thin ones fail near a fifth of it. Source: Zoelly 1915.
    """
    middle = inner_radius + thickness / 2.0
    factor = 2.0 * material.youngs_mpa / math.sqrt(3.0 * (1.0 - material.poisson**2))
    return factor * (thickness / middle) ** 2


def plasticity_reduction(stress: float, material: Material, criteria: Criteria = STANDARD) -> float:
    """Return √(Es Et) / E at a stress on the Ramberg-Osgood curve ε = σ/E + ε₀ (σ/σy)ⁿ.

    Es is the secant and Et the tangent modulus; the result falls from 1 towards 0.
    """
    if stress <= 0.0:
        return 1.0
    exponent = (material.ramberg_osgood_n - 1.0) * (math.log(stress) - math.log(material.yield_mpa))
    # an exponent above 300 is plasticity beyond any meaning; the cap keeps the product finite.
    plastic = (
        criteria.proof_strain
        * material.youngs_mpa
        / material.yield_mpa
        * math.exp(min(exponent, 300.0))
    )
    return 1.0 / math.sqrt((1.0 + plastic) * (1.0 + material.ramberg_osgood_n * plastic))


def krenzke_kiernan(
    inner_radius: float, thickness: float, material: Material, criteria: Criteria = STANDARD
) -> float:
    """Return the collapse pressure of a near-perfect sphere, 0.84 √(Es Et) (t/Ro)².

    The moduli are taken at the mean wall stress that the pressure itself causes. The right side
    falls as the pressure rises, so there is exactly one solution. Source: Krenzke and Kiernan,
    David Taylor Model Basin (coefficient recalled, for ν = 0.3).
    """
    outer = inner_radius + thickness
    elastic = criteria.krenzke_kiernan * material.youngs_mpa * (thickness / outer) ** 2

    def collapsed(pressure: float) -> bool:
        stress = mean_wall_stress(pressure, inner_radius, thickness)
        return pressure >= elastic * plasticity_reduction(stress, material, criteria)

    found = smallest(collapsed, 0.0, elastic)
    return elastic if found is None else found
