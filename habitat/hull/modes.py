"""Failure modes of a hull of given dimensions: what each carries, and with what margin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from habitat.hull import cylinder, sphere
from habitat.hull.criteria import STANDARD, Criteria
from habitat.hull.materials import Material

Form = Literal["sphere", "cylinder"]


@dataclass(frozen=True, slots=True)
class Geometry:
    """Dimensions of a hull, in mm; the wall thickness is given apart.

    Attributes:
        form: ``sphere`` or ``cylinder``.
        inner_radius: of the bore.
        frame_spacing: between ring frames, or the whole length where there are none.
        bulkhead_spacing: between heavy frames, bulkheads or heads; ``None`` unknown.
        frame_second_moment: of one frame with its plating, mm⁴; ``None`` unknown.
    """

    form: Form
    inner_radius: float
    frame_spacing: float | None = None
    bulkhead_spacing: float | None = None
    frame_second_moment: float | None = None

    @property
    def bay(self) -> float | None:
        """Unsupported length of shell: between frames, or between closer bulkheads."""
        if self.frame_spacing is None or self.bulkhead_spacing is None:
            return self.frame_spacing
        return min(self.frame_spacing, self.bulkhead_spacing)


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to fail.

    Attributes:
        name: such as ``krenzke_kiernan_collapse``.
        capacity_mpa: pressure at which the hull fails in this mode; ``None`` where a fact that it
            needs is missing.
        factor: required ratio of that pressure to the load.
        binding: whether the rule asks for it; other modes inform.
        basis: formula and source, or what is missing.
    """

    name: str
    capacity_mpa: float | None
    factor: float
    binding: bool
    basis: str

    @property
    def allowable_mpa(self) -> float | None:
        """Greatest load that the mode allows, MPa."""
        return None if self.capacity_mpa is None else self.capacity_mpa / self.factor

    def margin(self, pressure_mpa: float) -> float | None:
        """Return allowable over actual load, less one: positive when met."""
        allowable = self.allowable_mpa
        return None if allowable is None or pressure_mpa <= 0.0 else allowable / pressure_mpa - 1.0


def modes_of(
    geometry: Geometry, thickness: float, material: Material, criteria: Criteria = STANDARD
) -> tuple[Mode, ...]:
    """Return the failure modes of a hull with this wall thickness in mm, binding ones first."""
    if geometry.form == "sphere":
        return _sphere_modes(geometry.inner_radius, thickness, material, criteria)
    return _cylinder_modes(geometry, thickness, material, criteria)


def _sphere_modes(
    inner: float, thickness: float, material: Material, criteria: Criteria
) -> tuple[Mode, ...]:
    return (
        Mode(
            "krenzke_kiernan_collapse",
            sphere.krenzke_kiernan(inner, thickness, material, criteria),
            criteria.collapse_factor,
            True,
            f"{criteria.krenzke_kiernan:g} sqrt(Es Et) (t/Ro)^2, Krenzke and Kiernan (recalled)",
        ),
        Mode(
            "mean_stress",
            material.yield_mpa / sphere.mean_wall_stress(1.0, inner, thickness),
            criteria.yield_factor,
            True,
            "mean wall stress p Ro^2/(Ro^2-Ri^2) at yield, equilibrium",
        ),
        Mode(
            "bore_yield",
            material.yield_mpa / sphere.bore_von_mises(1.0, inner, thickness),
            1.0,
            False,
            "equivalent stress 1.5 p Ro^3/(Ro^3-Ri^3) at yield, Lame; for information",
        ),
        Mode(
            "elastic_buckling",
            sphere.zoelly(inner, thickness, material),
            criteria.collapse_factor,
            False,
            "2E (t/R)^2/sqrt(3(1-nu^2)), Zoelly: an ideal upper bound; for information",
        ),
    )


def _cylinder_modes(
    geometry: Geometry, thickness: float, material: Material, criteria: Criteria
) -> tuple[Mode, ...]:
    radius = geometry.inner_radius + thickness / 2.0
    yielding = cylinder.yield_pressure(radius, thickness, material.yield_mpa)
    local = 1.0 / criteria.interframe_usage
    return (
        _interframe(geometry, radius, thickness, yielding, material, local),
        Mode("yield", yielding, local, True, "hoop membrane stress p R/t at yield"),
        _general(geometry, radius, thickness, material, 1.0 / criteria.general_usage),
        _windenburg(geometry, radius, thickness, yielding, material, local),
    )


def _interframe(
    geometry: Geometry,
    radius: float,
    thickness: float,
    yielding: float,
    material: Material,
    factor: float,
) -> Mode:
    spacing = geometry.bay
    if spacing is None:
        return Mode("interframe_collapse", None, factor, True, "needs the frame spacing")
    elastic = cylinder.von_mises_interframe(radius, thickness, spacing, material)
    return Mode(
        "interframe_collapse",
        cylinder.interframe_collapse(elastic, yielding),
        factor,
        True,
        "von Mises elastic buckling, least over n, with the ABS inelastic curve (recalled)",
    )


def _general(
    geometry: Geometry, radius: float, thickness: float, material: Material, factor: float
) -> Mode:
    name = "general_buckling"
    spacing, span = geometry.frame_spacing, geometry.bulkhead_spacing
    if spacing is None or span is None or geometry.frame_second_moment is None:
        needs = "needs frame spacing, bulkhead spacing (or length) and frame second moment"
        return Mode(name, None, factor, True, needs)
    capacity = cylinder.bryant_general(
        radius, thickness, spacing, span, geometry.frame_second_moment, material
    )
    return Mode(name, capacity, factor, True, "shell and frames together, least over n, Bryant")


def _windenburg(
    geometry: Geometry,
    radius: float,
    thickness: float,
    yielding: float,
    material: Material,
    factor: float,
) -> Mode:
    name, spacing = "interframe_windenburg_trilling", geometry.bay
    elastic = (
        None
        if spacing is None
        else cylinder.windenburg_trilling(radius, thickness, spacing, material)
    )
    if elastic is None:
        return Mode(name, None, factor, False, "outside its range; for information")
    return Mode(
        name,
        cylinder.interframe_collapse(elastic, yielding),
        factor,
        False,
        "closed form of Windenburg and Trilling, a check on von Mises; for information",
    )
