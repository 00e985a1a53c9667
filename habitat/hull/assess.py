"""Assessment of a pressure hull: the wall it needs at a depth, and the margin of each mode."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from base import DesignError
from habitat.hull import cylinder
from habitat.hull.criteria import STANDARD, Criteria
from habitat.hull.materials import Material, Refused
from habitat.hull.modes import Geometry, Mode, modes_of
from habitat.hull.monotone import smallest
from habitat.hull.pressure import Load

#: What closed formulas for a perfect shell leave open, said with every result.
NOT_CHECKED = (
    "fatigue",
    "penetrations, windows and hatches",
    "shape imperfections and residual stress beyond the factors",
    "ends of a cylinder and frame tripping",
)


@dataclass(frozen=True, slots=True)
class HullAssessment:
    """What the rules find.

    Attributes:
        load: the load that governs.
        required_thickness_mm: smallest wall that meets every binding mode that can be judged, or
            ``None`` with a ``reason``.
        governing: mode that sets it.
        thickness_mm: wall at which ``modes`` are taken: the given one, else the required one.
        modes: failure modes at that wall.
        adequate: whether the given wall meets all binding modes; ``None`` where none was given or
            a mode cannot be judged and the others hold.
        reason: why there is no required thickness.
        warnings: what a reader must know before relying on the result.
        required_frame_second_moment_mm4: for a cylinder, the least second moment of a frame (with
            plating) against general buckling at that wall, where spacings are known.
    """

    load: Load
    material: Material | Refused
    criteria: Criteria
    required_thickness_mm: float | None
    governing: str | None
    thickness_mm: float | None
    modes: tuple[Mode, ...]
    adequate: bool | None
    reason: str | None
    warnings: tuple[str, ...]
    required_frame_second_moment_mm4: float | None = None

    def margins(self) -> dict[str, float | None]:
        """Margin of each mode: allowable load over load, less one."""
        return {mode.name: mode.margin(self.load.difference_mpa) for mode in self.modes}

    def mode(self, name: str) -> Mode | None:
        """Return a mode by name, where the assessment has it."""
        return next((mode for mode in self.modes if mode.name == name), None)


def required_thickness(
    geometry: Geometry, material: Material, pressure_mpa: float, criteria: Criteria = STANDARD
) -> float | None:
    """Return the smallest wall in mm that meets every binding mode that can be judged.

    Spheres: Krenzke-Kiernan collapse at least 1.73 times the pressure and mean stress at most
    yield/1.5. Cylinders: yield and inter-frame collapse at usage 0.8, general buckling at 0.5.

    Args:
        geometry: form and dimensions.
        material: a metal.
        pressure_mpa: external pressure difference, above 0.
        criteria: factors.

    Returns:
        Thickness in mm, or ``None`` where not even a wall as thick as the bore radius would do.
    """

    def carries(thickness: float) -> bool:
        return all(
            mode.allowable_mpa >= pressure_mpa
            for mode in modes_of(geometry, thickness, material, criteria)
            if mode.binding and mode.allowable_mpa is not None
        )

    return smallest(carries, 1e-6 * geometry.inner_radius, geometry.inner_radius)


def assess(
    geometry: Geometry,
    material: Material | Refused,
    load: Load,
    *,
    thickness_mm: float | None = None,
    criteria: Criteria = STANDARD,
) -> HullAssessment:
    """Assess a hull under a load.

    Args:
        geometry: form and dimensions.
        material: a metal, or a material that the metal rules refuse.
        load: the governing load.
        thickness_mm: wall as designed; ``None`` to ask for the required one only.
        criteria: factors.

    Raises:
        DesignError: for a cylinder whose frame spacing and length are both missing.
    """

    def none(reason: str) -> HullAssessment:
        return HullAssessment(
            load, material, criteria, None, None, thickness_mm, (), None, reason, ()
        )

    if isinstance(material, Refused):
        return none(f"{material.name} is refused: {material.reason}")
    if geometry.form == "cylinder" and geometry.frame_spacing is None:
        raise DesignError(
            "a cylinder needs its frame spacing, or its length where it has no frames",
            where="frame_spacing",
            hint="give the frame spacing such as '600 mm'",
        )
    pressure = load.difference_mpa
    if pressure <= 0.0:
        return none("the inside pressure balances the sea: the wall carries no external pressure")
    required = required_thickness(geometry, material, pressure, criteria)
    at = thickness_mm if thickness_mm is not None else required
    modes = modes_of(geometry, at, material, criteria) if at is not None else ()
    return HullAssessment(
        load=load,
        material=material,
        criteria=criteria,
        required_thickness_mm=required,
        governing=_governing(geometry, required, material, pressure, criteria),
        thickness_mm=at,
        modes=modes,
        adequate=None if thickness_mm is None else _adequate(modes, pressure),
        reason=None if required is not None else _too_weak(material, pressure, criteria),
        warnings=_warnings(geometry, material, pressure, at, modes, criteria),
        required_frame_second_moment_mm4=_frames(geometry, at, pressure, material, criteria),
    )


def _governing(
    geometry: Geometry,
    required: float | None,
    material: Material,
    pressure: float,
    criteria: Criteria,
) -> str | None:
    if required is None:
        return None
    margins = {
        mode.name: margin
        for mode in modes_of(geometry, required, material, criteria)
        if mode.binding and (margin := mode.margin(pressure)) is not None
    }
    return min(margins, key=lambda name: margins[name])


def _adequate(modes: tuple[Mode, ...], pressure: float) -> bool | None:
    margins = [mode.margin(pressure) for mode in modes if mode.binding]
    if any(margin is not None and margin < 0.0 for margin in margins):
        return False
    return None if None in margins else True


def _too_weak(material: Material, pressure: float, criteria: Criteria) -> str:
    stress = material.yield_mpa / criteria.yield_factor
    if pressure >= stress:
        return (
            f"no wall of {material.name} carries {pressure:.4g} MPa: the stress never falls below "
            f"the pressure itself, and {stress:.4g} MPa is allowed"
        )
    return f"even a wall as thick as the bore radius does not carry {pressure:.4g} MPa"


def _frames(
    geometry: Geometry,
    thickness: float | None,
    pressure: float,
    material: Material,
    criteria: Criteria,
) -> float | None:
    spacing, span = geometry.frame_spacing, geometry.bulkhead_spacing
    if geometry.form != "cylinder" or thickness is None or spacing is None or span is None:
        return None
    return cylinder.required_frame_second_moment(
        geometry.inner_radius + thickness / 2.0,
        thickness,
        spacing,
        span,
        pressure / criteria.general_usage,
        material,
    )


def _warnings(
    geometry: Geometry,
    material: Material,
    pressure: float,
    thickness: float | None,
    modes: tuple[Mode, ...],
    criteria: Criteria,
) -> tuple[str, ...]:
    found: list[str] = []
    if thickness is not None and thickness > criteria.weld_shown_mm:
        found.append(
            f"wall of {math.ceil(thickness)} mm is thicker than the {criteria.weld_shown_mm:g} mm "
            "that welds of deep hulls are known to have: qualify the weld at full thickness"
        )
    outer = geometry.inner_radius + (thickness or 0.0)
    if thickness is not None and thickness / outer > criteria.thick_wall_ratio:
        found.append("wall is over a fifth of the outer radius: the formulas are extrapolated")
    if pressure < criteria.shallow_pressure_mpa and geometry.form == "sphere":
        found.append(
            f"below {criteria.shallow_pressure_mpa:g} MPa class tables ask for a collapse factor "
            "above 1.73, such as 2.00 at 2 MPa and 3.20 at 0.5 MPa (recalled)"
        )
    if material.certainty == "low":
        found.append(f"strength of {material.name} is uncertain: give the certified yield strength")
    elif material.certainty != "certified":
        found.append(f"properties of {material.name} are recalled nominal values, not certified")
    found += [
        f"{mode.name.replace('_', ' ')} is not judged: {mode.basis}"
        for mode in modes
        if mode.binding and mode.capacity_mpa is None
    ]
    return tuple(found)


def describe_modes(assessment: HullAssessment) -> dict[str, Any]:
    """Return the modes as JSON-ready figures: capacity, allowable, margin, factor and basis."""
    pressure = assessment.load.difference_mpa
    return {
        mode.name: {
            "capacity_mpa": mode.capacity_mpa,
            "allowable_mpa": mode.allowable_mpa,
            "margin": mode.margin(pressure),
            "factor": mode.factor,
            "binding": mode.binding,
            "basis": mode.basis,
        }
        for mode in assessment.modes
    }
