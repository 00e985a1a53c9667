"""The answer of ``bathylex hull``: plain text in, a JSON-ready mapping out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, get_args

from base import BathylexError, UsageError
from habitat.fields import finite_number
from habitat.hull.assess import NOT_CHECKED, HullAssessment, assess, describe_modes
from habitat.hull.criteria import STANDARD, Criteria
from habitat.hull.materials import Material, Refused, find_material
from habitat.hull.modes import Form, Geometry
from habitat.hull.pressure import REFERENCE_LATITUDE_DEG, hull_load
from habitat.units import parse_quantity


def assess_cli(
    form: str,
    material: str,
    inner_diameter: str,
    depth: str,
    thickness: str | None = None,
    *,
    length: str | None = None,
    frame_spacing: str | None = None,
    frame_second_moment: str | None = None,
    bulkhead_spacing: str | None = None,
    internal_pressure: str = "1 atm",
    decompression_in_place: bool = True,
    latitude: str | float = REFERENCE_LATITUDE_DEG,
    yield_strength: str | None = None,
    criteria: Criteria = STANDARD,
) -> dict[str, Any]:
    """Assess a hull from the words of a command line.

    Args:
        form: ``sphere`` or ``cylinder``.
        material: name in the material table, such as ``Ti-6Al-4V ELI``.
        inner_diameter, depth: such as ``"2 m"`` and ``"6500 m"``.
        thickness: wall as designed, to have its margins.
        length, frame_spacing, bulkhead_spacing, frame_second_moment: of a cylinder.
        internal_pressure: absolute pressure inside in service.
        decompression_in_place: for a pressurised habitat, whether its shell must stand one
            atmosphere inside on the seabed; true is the safe assumption.
        latitude: degrees north.
        yield_strength: certified value in place of the table's.
        criteria: factors.

    Returns:
        ``pressure_mpa``, ``required_thickness_mm`` (``None`` with a ``reason``), ``governing``,
        ``margins`` (by mode, positive when met), ``modes``, ``warnings``, ``constants`` ...

    Raises:
        UsageError: for an unknown form or latitude, a missing spacing, or a malformed amount.
        DesignError: for an unknown material.
    """
    shape = form.strip().lower()
    if shape not in get_args(Form):
        raise UsageError(
            f"unknown form '{form}'", where="--form", hint="use 'sphere' or 'cylinder'"
        )
    chosen: Form = "sphere" if shape == "sphere" else "cylinder"
    degrees = finite_number(latitude)
    if degrees is None or abs(degrees) > 90.0:
        raise UsageError(f"impossible latitude '{latitude}'", where="--latitude")
    stuff = find_material(material, where="--material")
    if yield_strength is not None and isinstance(stuff, Material):
        given = _amount(yield_strength, "positive pressure", "--yield-strength", "MPa")
        stuff = replace(stuff, yield_mpa=given, certainty="certified", source="given")
    depth_m = _amount(depth, "depth", "--depth", "m")
    load = hull_load(
        depth_m,
        _amount(internal_pressure, "positive pressure", "--internal-pressure", "MPa"),
        decompression_in_place=decompression_in_place,
        latitude_deg=degrees,
    )
    if load is None:
        raise UsageError("say whether the crew decompresses in place", where="hull")
    span = _length(length, "--length")
    geometry = Geometry(
        form=chosen,
        inner_radius=_amount(inner_diameter, "positive length", "--inner-diameter", "mm") / 2.0,
        frame_spacing=_length(frame_spacing, "--frame-spacing") or span,
        bulkhead_spacing=_length(bulkhead_spacing, "--bulkhead-spacing") or span,
        frame_second_moment=None
        if frame_second_moment is None
        else _amount(
            frame_second_moment, "second moment of area", "--frame-second-moment", "mm**4"
        ),
    )
    wall = _length(thickness, "--thickness")
    try:
        result = assess(geometry, stuff, load, thickness_mm=wall, criteria=criteria)
    except BathylexError as problem:
        raise UsageError(problem.what, where="--frame-spacing", hint=problem.hint) from problem
    return _answer(result, chosen, depth_m, geometry, wall)


def _amount(text: str, dimension: str, where: str, unit: str) -> float:
    value = parse_quantity(text, dimension=dimension, where=where, error=UsageError)
    return float(value.to(unit).magnitude)


def _length(text: str | None, where: str) -> float | None:
    return None if text is None else _amount(text, "positive length", where, "mm")


def _answer(
    result: HullAssessment,
    form: Form,
    depth_m: float,
    geometry: Geometry,
    wall: float | None,
) -> dict[str, Any]:
    required = result.required_thickness_mm
    return {
        "form": form,
        "material": _material(result.material),
        "inner_diameter_mm": 2.0 * geometry.inner_radius,
        "depth_m": depth_m,
        "pressure_mpa": result.load.difference_mpa,
        "sea_pressure_mpa": result.load.sea_mpa,
        "load_case": result.load.case,
        "proof_test_mpa": result.criteria.proof_test_factor * result.load.difference_mpa,
        # Rounded up to a micrometre, so that the stated wall still meets the rule.
        "required_thickness_mm": None if required is None else math.ceil(required * 1000.0) / 1000,
        "governing": result.governing,
        "reason": result.reason,
        "thickness_mm": wall,
        "adequate": result.adequate,
        "margins_at_mm": result.thickness_mm,
        "margins": result.margins(),
        "modes": describe_modes(result),
        "required_frame_second_moment_mm4": result.required_frame_second_moment_mm4,
        "warnings": list(result.warnings),
        "not_checked": list(NOT_CHECKED),
        "constants": result.criteria.labels(),
    }


def _material(material: Material | Refused) -> dict[str, Any]:
    if isinstance(material, Refused):
        return {"name": material.name, "kind": material.kind, "accepted": False}
    return {
        "name": material.name,
        "kind": "metal",
        "accepted": True,
        "yield_mpa": material.yield_mpa,
        "youngs_mpa": material.youngs_mpa,
        "poisson": material.poisson,
        "ramberg_osgood_n": material.ramberg_osgood_n,
        "certainty": material.certainty,
        "source": material.source,
    }
