"""Derived facts of the hull: the load it carries, and how near each failure mode is."""

from __future__ import annotations

from dataclasses import replace

from base import DesignError
from habitat.design import Design
from habitat.facts import Fact, Value, derived, lacking, unknown
from habitat.hull import (
    STANDARD,
    Criteria,
    Geometry,
    HullAssessment,
    Load,
    Material,
    Refused,
    assess,
    find_material,
    hull_load,
)
from habitat.hull.modes import modes_of
from habitat.hull.over_depth import MarginsOverDepth
from habitat.hull.over_depth import margins_over_depth as over_depth
from habitat.units import amount, quantity

_SHELL_FACTS = (
    "collapse_factor",
    "stress_utilisation",
    "interframe_usage",
    "general_buckling_usage",
    "required_thickness",
)


def _load(design: Design) -> Load | str:
    """The load on the hull, or what is missing to tell it."""
    hull, site = design.hull, design.site
    depth, inside = amount(site.depth, "m"), amount(hull.internal_pressure, "MPa")
    if depth is None or inside is None:
        return lacking({"site.depth": depth, "hull.internal_pressure": inside})
    load = hull_load(
        depth,
        inside,
        decompression_in_place=hull.decompression_in_place,
        latitude_deg=site.latitude,
    )
    return "needs hull.decompression_in_place" if load is None else load


def hull_material(design: Design) -> Material | Refused | str:
    """Return the hull material with the designer's certified values, or why it cannot be told."""
    hull = design.hull
    if hull.material is None:
        return "needs hull.material"
    try:
        found = find_material(hull.material, where="hull.material")
    except DesignError as problem:
        return f"hull.material: {problem.what}"
    if isinstance(found, Refused):
        return found
    strength, modulus = amount(hull.yield_strength, "MPa"), amount(hull.youngs_modulus, "MPa")
    if strength is not None:
        found = replace(
            found, yield_mpa=strength, certainty="certified", source="hull.yield_strength"
        )
    return found if modulus is None else replace(found, youngs_mpa=modulus)


def hull_facts(design: Design, criteria: Criteria = STANDARD) -> dict[str, Fact]:
    """Return the facts ``derived.hull.…`` of a design, the unknown ones included."""
    material, load, geometry = hull_material(design), _load(design), _geometry(design)
    thickness = amount(design.hull.thickness, "mm")
    reasons = [item for item in (load, material, geometry) if isinstance(item, str)]
    if isinstance(material, Refused):
        reasons = [f"{material.name} is refused: {material.reason}"]
    facts = {
        "derived.hull.material_accepted": _accepted(material),
        **{f"derived.hull.{name}": unknown("; ".join(reasons)) for name in _SHELL_FACTS},
        **_load_facts(load),
        "derived.hull.proof_pressure": _proof_pressure(design, load),
    }
    if isinstance(load, str) or isinstance(geometry, str) or not isinstance(material, Material):
        return facts
    if load.difference_mpa <= 0.0:
        none = unknown("the wall carries no external pressure")
        return facts | {f"derived.hull.{name}": none for name in _SHELL_FACTS}
    found = assess(geometry, material, load, thickness_mm=thickness, criteria=criteria)
    return facts | _assessed(found, given=thickness is not None)


def margins_over_depth(design: Design) -> MarginsOverDepth | None:
    """Return how the margins of the hull change with depth, at the wall as designed.

    Returns:
        ``None`` where the hull, its wall, its material or its load are not told, where the material
        is refused, or where the wall carries no external pressure.
    """
    material, load, geometry = hull_material(design), _load(design), _geometry(design)
    thickness, depth = amount(design.hull.thickness, "mm"), amount(design.site.depth, "m")
    inside = amount(design.hull.internal_pressure, "MPa")
    if isinstance(load, str) or isinstance(geometry, str) or not isinstance(material, Material):
        return None
    if thickness is None or depth is None or inside is None or load.difference_mpa <= 0.0:
        return None

    def load_mpa(depth_m: float) -> float:
        at = hull_load(
            depth_m,
            inside,
            decompression_in_place=design.hull.decompression_in_place,
            latitude_deg=design.site.latitude,
        )
        return at.difference_mpa if at is not None else 0.0

    return over_depth(modes_of(geometry, thickness, material), depth, load_mpa)


def _accepted(material: Material | Refused | str) -> Fact:
    if isinstance(material, str):
        return unknown(material)
    if isinstance(material, Refused):
        return derived(False, f"{material.name} is refused: {material.reason}")
    return derived(True, f"{material.name}: a metal with {material.source}")


def _load_facts(load: Load | str) -> dict[str, Fact]:
    names = ("derived.hull.pressure", "derived.hull.externally_loaded")
    if isinstance(load, str):
        return dict.fromkeys(names, unknown(load))
    basis = f"TEOS-10 sea pressure less inside pressure, load case {load.case}"
    values: tuple[Value, ...] = (
        quantity(load.difference_mpa, "MPa"),
        load.difference_mpa > 0.0,
    )
    return {name: derived(value, basis) for name, value in zip(names, values, strict=True)}


def _proof_pressure(design: Design, load: Load | str) -> Fact:
    factor = design.hull.proof_test_factor
    if isinstance(load, str) or factor is None:
        told = load if isinstance(load, str) else ""
        need = lacking({"hull.proof_test_factor": factor})
        return unknown("; ".join(filter(None, (told, need))))
    return derived(
        quantity(factor * load.difference_mpa, "MPa"),
        "hull.proof_test_factor times the external pressure difference",
    )


def _geometry(design: Design) -> Geometry | str:
    """The measures of the hull, or what is missing to tell them.

    Spacings that are not given are unknown: the length in their place would make a hull weak for
    want of a fact. A tube without frames or bulkheads gives its length as their spacing.
    """
    hull = design.hull
    inner = amount(hull.inner_diameter, "mm")
    spacing = amount(hull.frame_spacing, "mm")
    needed: dict[str, object] = {"hull.form": hull.form, "hull.inner_diameter": inner}
    if hull.form == "cylinder":
        needed["hull.frame_spacing"] = spacing
    missing = lacking(needed)
    if hull.form is None or inner is None or missing:
        return missing
    return Geometry(
        form=hull.form,
        inner_radius=inner / 2.0,
        frame_spacing=spacing,
        bulkhead_spacing=amount(hull.bulkhead_spacing, "mm"),
        frame_second_moment=amount(hull.frame_second_moment, "mm**4"),
    )


def _assessed(found: HullAssessment, *, given: bool) -> dict[str, Fact]:
    required = found.required_thickness_mm
    facts = {
        "derived.hull.required_thickness": unknown(found.reason or "")
        if required is None
        else derived(quantity(required, "mm"), f"smallest wall, set by {found.governing}")
    }
    if not given:
        none = unknown("needs hull.thickness")
        return facts | {f"derived.hull.{name}": none for name in _SHELL_FACTS[:-1]}
    notes = found.material.source if isinstance(found.material, Material) else ""
    if found.mode("krenzke_kiernan_collapse"):
        no_frames = unknown("a sphere has no frames")
        return facts | {
            "derived.hull.collapse_factor": _ratio(found, ("krenzke_kiernan_collapse",), notes),
            "derived.hull.stress_utilisation": _ratio(found, ("mean_stress",), notes, usage=True),
            "derived.hull.interframe_usage": no_frames,
            "derived.hull.general_buckling_usage": no_frames,
        }
    local, general = ("interframe_collapse",), ("general_buckling",)
    return facts | {
        "derived.hull.collapse_factor": _ratio(found, local + general, notes),
        "derived.hull.stress_utilisation": _ratio(found, ("yield",), notes, usage=True),
        "derived.hull.interframe_usage": _ratio(found, local, notes, usage=True),
        "derived.hull.general_buckling_usage": _ratio(found, general, notes, usage=True),
    }


def _ratio(
    found: HullAssessment, names: tuple[str, ...], notes: str, *, usage: bool = False
) -> Fact:
    """Least capacity of some modes over the load, or the load over it (``usage``)."""
    modes = [mode for mode in found.modes if mode.name in names]
    capacities = [mode.capacity_mpa for mode in modes if mode.capacity_mpa is not None]
    if len(capacities) < len(names):
        return unknown("; ".join(mode.basis for mode in modes if mode.capacity_mpa is None))
    factor = min(capacities) / found.load.difference_mpa
    basis = f"{'; '.join(mode.basis for mode in modes)}; {notes}"
    return derived(quantity(1.0 / factor if usage else factor, ""), basis)
