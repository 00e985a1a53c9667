"""Hulls on offer: for each metal the thinnest wall that the engineering rules accept, and thicker.

Sized for the form, diameter and depth at hand by asking the rules themselves, so that a factor
edited in the law text changes the walls. Where ring frames are too weak to let any wall pass, or a
wall could be thinner with stronger ones, frames are strengthened too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from compliance.repair.bench import with_settings
from compliance.repair.bounds import least, magnitude, words
from compliance.repair.catalogue import HullPrices
from compliance.repair.levers import Change, Settings
from habitat.buoyancy import (
    STANDARD_GRAVITY,
    enclosed_volume_m3,
    lift_n,
    shell_mass_kg,
)
from habitat.derived_hull import hull_facts, hull_material
from habitat.design import Design
from habitat.hull import (
    Geometry,
    Material,
    assess,
    find_material,
    hull_load,
    seawater_density_kg_m3,
)
from habitat.units import amount, read_quantity

MATERIAL, WALL, FRAMES = "hull.material", "hull.thickness", "hull.frame_second_moment"
#: How much stronger than habitat/ sizes them frames are made until the rules accept them.
_STRONGER = (1.0, 1.1, 1.25, 1.6, 2.0, 3.0)

Fits = Callable[[Settings], bool]


@dataclass(frozen=True, slots=True)
class Shell:
    """What a bare shell weighs and displaces."""

    mass_kg: float
    volume_m3: float


def hull_changes(
    design: Design, fits: Fits, prices: HullPrices, keep: Callable[[str], bool]
) -> list[Change]:
    """Return the hulls on offer.

    Args:
        design: as given; form, diameter and depth stay.
        fits: whether the rules on the hull accept some settings.
        prices: of metals and work.
        keep: whether a key must stay as designed.
    """
    inner = amount(design.hull.inner_diameter, "mm")
    if design.hull.form is None or inner is None:
        return []
    step = read_quantity(prices.step, where="")
    step_mm = float(step.to("mm").magnitude)
    most = max(1, math.floor(inner / 2.0 / step_mm))
    found: dict[str, Change] = {}
    for metal in _metals(design, prices, keep):
        for settings in _walls(design, metal, fits, prices, keep, step_mm, most):
            change = _change(design, settings, prices)
            if change is not None:
                found.setdefault(change.name, change)
    return list(found.values())


def _metals(design: Design, prices: HullPrices, keep: Callable[[str], bool]) -> list[str]:
    own = design.hull.material
    names = [] if own is None else [own]
    if not keep(MATERIAL):
        names += [name for name in prices.prices if _same(name) != _same(own)]
    return names


def _same(name: str | None) -> str | None:
    return None if name is None else find_material(name, where=MATERIAL).name


def _walls(
    design: Design,
    metal: str,
    fits: Fits,
    prices: HullPrices,
    keep: Callable[[str], bool],
    step_mm: float,
    most: int,
) -> Iterator[dict[str, Any]]:
    other = metal != design.hull.material
    base: dict[str, Any] = {}
    if other:
        # Certified values belong to the plates of the old metal.
        base = {MATERIAL: metal, "hull.yield_strength": None, "hull.youngs_modulus": None}

    def wall(steps: int) -> dict[str, Any]:
        return {**base, WALL: f"{steps * step_mm:g} mm"}

    if keep(WALL):
        if fits(base):
            yield base
        return
    if other and fits(base):
        yield base
    guess = _guess(design, base, step_mm, most)
    plain = least(lambda steps: fits(wall(steps)), 1, most, near=guess)
    if plain is not None:
        yield wall(plain)
        for percent in prices.above:
            yield wall(math.ceil(plain * (1.0 + percent / 100.0)))
    if design.hull.form == "cylinder" and not keep(FRAMES):
        framed = least(
            lambda steps: _framed(design, wall(steps), fits) is not None, 1, most, near=guess
        )
        if framed is not None and framed != plain:
            settings = _framed(design, wall(framed), fits)
            if settings is not None:
                yield settings
        as_built = _framed(design, base, fits)
        if as_built is not None and design.hull.thickness is not None and not fits(base):
            yield as_built


def _guess(design: Design, base: dict[str, Any], step_mm: float, most: int) -> int:
    """Return the wall that habitat/ sizes by factors of its own, in steps: where to look first."""
    found = hull_facts(with_settings(design, base))["derived.hull.required_thickness"]
    wall = magnitude(found.value, "mm")
    return most // 2 if wall is None else math.ceil(wall / step_mm)


def _framed(design: Design, settings: dict[str, Any], fits: Fits) -> dict[str, Any] | None:
    """Return settings with frames that the rules accept at this wall, if any do."""
    needed = _frames_needed(with_settings(design, settings))
    if needed is None:
        return None
    for factor in _STRONGER:
        trial = {**settings, FRAMES: f"{needed * factor:.4g} mm4"}
        if fits(trial):
            return trial
    return None


def _frames_needed(design: Design) -> float | None:
    hull = design.hull
    depth, inside = amount(design.site.depth, "m"), amount(hull.internal_pressure, "MPa")
    inner, wall = amount(hull.inner_diameter, "mm"), amount(hull.thickness, "mm")
    spacing, span = amount(hull.frame_spacing, "mm"), amount(hull.bulkhead_spacing, "mm")
    material = hull_material(design)
    if not isinstance(material, Material) or hull.form is None:
        return None
    if depth is None or inside is None or inner is None or wall is None:
        return None
    if spacing is None or span is None:
        return None
    load = hull_load(
        depth,
        inside,
        decompression_in_place=hull.decompression_in_place,
        latitude_deg=design.site.latitude,
    )
    if load is None or load.difference_mpa <= 0.0:
        return None
    geometry = Geometry(
        form=hull.form,
        inner_radius=inner / 2.0,
        frame_spacing=spacing,
        bulkhead_spacing=span,
        frame_second_moment=amount(hull.frame_second_moment, "mm**4"),
    )
    return assess(geometry, material, load, thickness_mm=wall).required_frame_second_moment_mm4


def shell_of(design: Design) -> Shell | None:
    """Return the bare shell of a design, or ``None`` where a measure or the metal is unknown."""
    hull = design.hull
    inner, wall = amount(hull.inner_diameter, "m"), amount(hull.thickness, "m")
    length, material = amount(hull.length, "m"), hull_material(design)
    if hull.form is None or inner is None or wall is None or not isinstance(material, Material):
        return None
    if hull.form == "cylinder" and length is None:
        return None
    return Shell(
        shell_mass_kg(hull.form, inner / 2.0, wall, material.density_kg_m3, length),
        enclosed_volume_m3(hull.form, inner / 2.0 + wall, length),
    )


def _change(design: Design, settings: dict[str, Any], prices: HullPrices) -> Change | None:
    new = with_settings(design, settings)
    if new == design:
        return None
    before, after = shell_of(design), shell_of(new)
    cost = prices.redesign + (prices.frames if FRAMES in settings else 0.0)
    if after is not None:
        worth = after.mass_kg * _price(new.hull.material, prices)
        old = 0.0 if before is None else before.mass_kg * _price(design.hull.material, prices)
        cost += max(0.0, worth - old)
    name = f"{new.hull.material}"
    if new.hull.thickness is not None:
        name += f", {words(new.hull.thickness)}"
    frames = ", stronger frames" if FRAMES in settings else ""
    return Change(
        name=name + frames,
        settings=settings,
        cost=round(cost),
        source=prices.source,
        group=f"{new.hull.material}{frames}",
        weight_n=_heavier(design, before, after),
    )


def _price(material: str | None, prices: HullPrices) -> float:
    """Return the price of a kilogram; the dearest where the metal has none of its own."""
    wanted = _same(material)
    return next(
        (price for name, price in prices.prices.items() if _same(name) == wanted),
        max(prices.prices.values(), default=0.0),
    )


def _heavier(design: Design, before: Shell | None, after: Shell | None) -> int:
    """Return by how many newtons a shell weighs more in water than another, rounded up."""
    depth = amount(design.site.depth, "m")
    if before is None or after is None or depth is None:
        return 0
    density = seawater_density_kg_m3(depth, design.site.latitude)
    weight = (after.mass_kg - before.mass_kg) * STANDARD_GRAVITY
    return math.ceil(weight - lift_n(after.volume_m3 - before.volume_m3, density))
