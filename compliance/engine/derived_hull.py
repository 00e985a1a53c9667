"""Derived facts of the hull as columns: see :mod:`habitat.derived_hull` for one design."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from base import DesignError
from compliance.engine.kinds import Array
from compliance.engine.shells import (
    Metals,
    bryant_general,
    interframe_collapse,
    krenzke_kiernan,
    mean_wall_stress,
    von_mises_interframe,
)
from habitat.hull import Material, Refused, find_material
from habitat.hull.pressure import ATMOSPHERE_MPA

if TYPE_CHECKING:
    from compliance.engine.derived import Table

_PREFIX = "derived.hull."
_RATIOS = ("collapse_factor", "stress_utilisation", "interframe_usage", "general_buckling_usage")
HULL_FACTS = frozenset(
    f"{_PREFIX}{name}" for name in (*_RATIOS, "externally_loaded", "material_accepted")
)
HULL_INPUTS = (
    "site.depth",
    "site.latitude",
    "hull.form",
    "hull.material",
    "hull.inner_diameter",
    "hull.thickness",
    "hull.frame_spacing",
    "hull.frame_second_moment",
    "hull.bulkhead_spacing",
    "hull.internal_pressure",
    "hull.decompression_in_place",
    "hull.yield_strength",
    "hull.youngs_modulus",
)
#: Places of the answers of a flag: no, yes, not known.
_NO, _YES, _OPEN = 0, 1, 2


def hull_columns(table: Table) -> dict[str, Array]:
    """Return every fact of :data:`HULL_FACTS`: flags as places in no, yes, not known."""
    load = _load(table)
    kinds, places = _materials(table)
    found = {
        f"{_PREFIX}externally_loaded": np.where(
            np.isnan(load), _OPEN, np.where(load > 0.0, _YES, _NO)
        ).astype(np.uint8),
        f"{_PREFIX}material_accepted": np.array(
            [_YES if isinstance(item, Material) else _NO if item else _OPEN for item in kinds],
            dtype=np.uint8,
        )[places],
    }
    ratios = {name: np.full(table.size, np.nan) for name in _RATIOS}
    forms, form = table.values("hull.form")
    inner = table.amounts("hull.inner_diameter", "mm") / 2.0
    wall = table.amounts("hull.thickness", "mm")
    metal = np.array([isinstance(item, Material) for item in kinds])[places]
    ready = metal & (load > 0.0) & ~np.isnan(inner) & ~np.isnan(wall)
    for name, judged in (("sphere", _spheres), ("cylinder", _cylinders)):
        here = ready & np.array([item == name for item in forms])[form]
        if name == "cylinder":
            here &= ~np.isnan(table.amounts("hull.frame_spacing", "mm"))
        rows = np.flatnonzero(here)
        if len(rows):
            metals = _metals(table, kinds, places, rows)
            found_here = judged(table, rows, inner[rows], wall[rows], load[rows], metals)
            for fact, array in found_here.items():
                ratios[fact][rows] = array
    return found | {f"{_PREFIX}{name}": array for name, array in ratios.items()}


def _load(table: Table) -> Array:
    """The pressure difference on each shell in MPa, NaN where it cannot be told."""
    import gsw

    depth, inside = table.amounts("site.depth", "m"), table.amounts("hull.internal_pressure", "MPa")
    sea = np.asarray(gsw.p_from_z(-depth, table.amounts("site.latitude", "degree"))) * 0.01
    answers, places = table.values("hull.decompression_in_place")
    yes = np.array([answer is True for answer in answers])[places]
    unknown = np.array([answer is None for answer in answers])[places]
    pressurised = inside > ATMOSPHERE_MPA * 1.001
    difference = np.where(pressurised & yes, sea, sea + ATMOSPHERE_MPA - inside)
    return np.where(
        np.isnan(depth) | np.isnan(inside) | (pressurised & unknown), np.nan, difference
    )


def _materials(table: Table) -> tuple[list[Material | Refused | None], Array]:
    """The material by value of its key (``None`` where it cannot be told), and where each is."""
    names, places = table.values("hull.material")
    return [_material(name) for name in names], places


def _material(name: str | None) -> Material | Refused | None:
    if name is None:
        return None
    try:
        return find_material(name, where="hull.material")
    except DesignError:
        return None


def _metals(
    table: Table, kinds: list[Material | Refused | None], places: Array, rows: Array
) -> Metals:
    """The metals of some hulls, with the certified values of their plates in place of nominal."""
    strength = table.amounts("hull.yield_strength", "MPa")[rows]
    modulus = table.amounts("hull.youngs_modulus", "MPa")[rows]
    # NaN is not certified, and no strength is 0: as 0 it equals itself.
    keys = np.column_stack([places[rows], np.nan_to_num(strength), np.nan_to_num(modulus)])
    if not keys[:, 1:].any():
        metals = [item for item in kinds if isinstance(item, Material)]
        among = np.cumsum([isinstance(item, Material) for item in kinds]) - 1
        return Metals(metals, among[places[rows]])
    distinct, which = np.unique(keys, axis=0, return_inverse=True)
    made = []
    for place, strong, stiff in distinct.tolist():
        material = kinds[int(place)]
        assert isinstance(material, Material)
        if strong:
            material = replace(material, yield_mpa=strong)
        made.append(replace(material, youngs_mpa=stiff) if stiff else material)
    return Metals(made, which.reshape(-1))


def _spheres(
    table: Table, rows: Array, inner: Array, wall: Array, load: Array, metals: Metals
) -> dict[str, Array]:
    collapse = krenzke_kiernan(inner, wall, metals)
    yielding = metals.array("yield_mpa") / mean_wall_stress(1.0, inner, wall)
    return {
        "collapse_factor": collapse / load,
        "stress_utilisation": 1.0 / (yielding / load),
    }


def _cylinders(
    table: Table, rows: Array, inner: Array, wall: Array, load: Array, metals: Metals
) -> dict[str, Array]:
    spacing = table.amounts("hull.frame_spacing", "mm")[rows]
    span = table.amounts("hull.bulkhead_spacing", "mm")[rows]
    moment = table.amounts("hull.frame_second_moment", "mm**4")[rows]
    radius = inner + wall / 2.0
    yielding = metals.array("yield_mpa") * wall / radius
    bay = np.where(np.isnan(span), spacing, np.minimum(spacing, span))
    elastic = von_mises_interframe(radius, wall, bay, metals)
    local = interframe_collapse(elastic, yielding)
    overall = np.full(len(rows), np.nan)
    known = ~np.isnan(span) & ~np.isnan(moment)
    overall[known] = bryant_general(
        radius[known],
        wall[known],
        spacing[known],
        span[known],
        moment[known],
        metals.only(known),
    )
    return {
        "collapse_factor": np.minimum(local, overall) / load,
        "stress_utilisation": 1.0 / (yielding / load),
        "interframe_usage": 1.0 / (local / load),
        "general_buckling_usage": 1.0 / (overall / load),
    }
