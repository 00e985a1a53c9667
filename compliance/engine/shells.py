"""Collapse of many hulls at once, to the bit what :mod:`habitat.hull` finds for each.

NumPy's powers, logarithms and exponentials may differ from Python's in the last place. Powers are
therefore taken by Python, and where a bisection hangs on less than rounding can tell, the formula
itself is asked. Arrays are float64, lengths in mm, pressures in MPa.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compliance.engine.kinds import Array
from habitat.hull import STANDARD, Material
from habitat.hull import sphere as one_sphere
from habitat.hull.cylinder import _GENERAL_WAVES, _INTERFRAME_WAVES

#: Relative difference below which NumPy's rounding could tip a comparison.
_CLOSE = 3e-13


@dataclass(frozen=True, slots=True)
class Metals:
    """The material of each hull: its place in ``table``, and its properties as arrays."""

    table: Sequence[Material]
    places: Array

    def array(self, name: str) -> Array:
        """Return one property of each hull."""
        return np.array([getattr(item, name) for item in self.table])[self.places]

    def only(self, chosen: Array) -> Metals:
        """Return the materials of some hulls."""
        return Metals(self.table, self.places[chosen])


def power(base: Array, exponent: int) -> Array:
    """Return Python's power of each number."""
    return np.array([number**exponent for number in base.tolist()], dtype=np.float64)


def mean_wall_stress(pressure: Array | float, inner: Array, wall: Array) -> Array:
    """Return :func:`habitat.hull.sphere.mean_wall_stress` of each hull."""
    outer = inner + wall
    found: Array = pressure * power(outer, 2) / (wall * (outer + inner))
    return found


def krenzke_kiernan(inner: Array, wall: Array, metals: Metals) -> Array:
    """Return :func:`habitat.hull.sphere.krenzke_kiernan` of each hull."""
    outer = inner + wall
    youngs, strength = metals.array("youngs_mpa"), metals.array("yield_mpa")
    elastic = STANDARD.krenzke_kiernan * youngs * power(wall / outer, 2)
    squared, under = power(outer, 2), wall * (outer + inner)
    exponent = metals.array("ramberg_osgood_n")
    logarithm = np.log(strength)
    plastic_at_yield = STANDARD.proof_strain * youngs / strength

    def ratio(pressure: Array, at: Array) -> Array:
        """Pressure over what the shell carries at the stress that it causes."""
        stress = pressure * squared[at] / under[at]
        power_of_stress = (exponent[at] - 1.0) * (np.log(stress) - logarithm[at])
        plastic = plastic_at_yield[at] * np.exp(np.minimum(power_of_stress, 300.0))
        reduction = 1.0 / np.sqrt((1.0 + plastic) * (1.0 + exponent[at] * plastic))
        found: Array = pressure / (elastic[at] * reduction)
        return found

    def collapsed(pressure: float, row: int) -> bool:
        material = metals.table[int(metals.places[row])]
        stress = one_sphere.mean_wall_stress(pressure, float(inner[row]), float(wall[row]))
        reduction = one_sphere.plasticity_reduction(stress, material, STANDARD)
        return pressure >= float(elastic[row]) * reduction

    low, high = np.zeros_like(elastic), elastic.copy()
    active = np.arange(len(elastic))
    while len(active):
        middle = 0.5 * (low[active] + high[active])
        moving = (low[active] < middle) & (middle < high[active])
        active, middle = active[moving], middle[moving]
        over = ratio(middle, active)
        holds = over >= 1.0
        for place in np.flatnonzero(np.abs(over - 1.0) < _CLOSE):
            holds[place] = collapsed(float(middle[place]), int(active[place]))
        high[active[holds]] = middle[holds]
        low[active[~holds]] = middle[~holds]
        active = active[high[active] - low[active] > 1e-12 * high[active]]
    return high


def von_mises_interframe(radius: Array, wall: Array, bay: Array, metals: Metals) -> Array:
    """Return :func:`habitat.hull.cylinder.von_mises_interframe` of each hull."""
    youngs, poisson = metals.array("youngs_mpa"), power(metals.array("poisson"), 2)
    wave = math.pi * radius / bay
    squared, fourth = power(wave, 2), power(wave, 4)
    bending = power(wall, 2) / (12.0 * power(radius, 2) * (1.0 - poisson))
    stiffness = youngs * wall / radius
    least = np.full(radius.shape, math.inf)
    active = np.arange(len(radius))
    for n in _INTERFRAME_WAVES:
        scale = stiffness[active] / (n**2 - 1.0 + squared[active] / 2.0)
        bent = bending[active] * power(n**2 - 1.0 + squared[active], 2)
        going = scale * bent <= least[active]
        active, scale, bent = active[going], scale[going], bent[going]
        if not len(active):
            break
        membrane = fourth[active] / power(n**2 + squared[active], 2)
        least[active] = np.minimum(least[active], scale * (membrane + bent))
    return least


def interframe_collapse(elastic: Array, yielding: Array) -> Array:
    """Return :func:`habitat.hull.cylinder.interframe_collapse` of each hull."""
    middle = yielding * (1.0 - yielding / (2.0 * elastic))
    beyond = np.where(elastic <= 3.0 * yielding, middle, 5.0 * yielding / 6.0)
    return np.where(elastic <= yielding, elastic / 2.0, beyond)


def bryant_general(
    radius: Array, wall: Array, spacing: Array, span: Array, moment: Array, metals: Metals
) -> Array:
    """Return :func:`habitat.hull.cylinder.bryant_general` of each hull."""
    youngs = metals.array("youngs_mpa")
    wave = math.pi * radius / span
    squared = power(wave, 2)
    stiffness = youngs * wall / radius * power(wave, 4)
    below = power(radius, 3) * spacing
    least = np.full(radius.shape, math.inf)
    for n in _GENERAL_WAVES:
        shell = stiffness / ((n**2 - 1.0 + squared / 2.0) * power(n**2 + squared, 2))
        least = np.minimum(least, shell + (n**2 - 1.0) * youngs * moment / below)
    return least
