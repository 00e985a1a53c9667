"""What a design of a space costs beyond the base design, by the catalogue of repairs.

A change of a flag or word has its price; a number a flat price and one for each unit up or down;
another wall or metal the dearer shell and the redesign; another place the move. What the catalogue
holds fixed, and a fact that is left open, costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from compliance.engine.derived import Table
from compliance.engine.kinds import Array, Columns, Constant, Kind, Levels, amounts
from compliance.repair.catalogue import Amount, Catalogue
from habitat.buoyancy import shell_mass_kg
from habitat.design import Design
from habitat.facts import facts_of
from habitat.hull import Material, find_material

if TYPE_CHECKING:
    from compliance.sweep.space import Space

_SHELL = ("hull.material", "hull.thickness")
_PLACE = ("site.latitude", "site.longitude")
_MILE_M = 1852.0
_EARTH_RADIUS_M = 6_371_008.8


def costs(space: Space, columns: Columns, size: int) -> Array:
    """Return the cost of each design in the catalogue's unit, to the hundredth."""
    total = np.zeros(size)
    base = facts_of(space.base)
    catalogue = space.catalogue
    keys = space.keys
    for key in keys:
        if key in _SHELL or key in _PLACE:
            continue
        kind, own = space.schema[key], base[key].value
        if key in catalogue.amounts:
            total += _amount(catalogue.amounts[key], own, kind, columns[key], size)
        elif not _fixed(key, catalogue):
            total += _value(key, own, kind, columns[key], catalogue)
    if any(key in keys for key in _SHELL):
        total += _shell(space, columns, size)
    if any(key in keys for key in _PLACE):
        total += _move(space, columns, size)
    return np.round(total, 2)


def _fixed(key: str, catalogue: Catalogue) -> bool:
    return key in catalogue.fixed or key.partition(".")[0] in catalogue.fixed


def _value(key: str, own: Any, kind: Kind, array: Array, catalogue: Catalogue) -> Array:
    if not isinstance(kind, Levels):
        same = array == _plain(own)
        return np.where(same, 0.0, catalogue.default.price)
    listed = catalogue.values[key].prices if key in catalogue.values else {}

    def price(value: Any) -> float:
        if value is None or value == own:
            return 0.0
        return listed.get(str(value).lower(), catalogue.default.price)

    return np.array([price(value) for value in kind.values])[array]


def _plain(value: Any) -> float:
    return float(getattr(value, "magnitude", value)) if value is not None else float("nan")


def _amount(priced: Amount, own: Any, kind: Kind, array: Array, size: int) -> Array:
    there = amounts(kind, array, priced.unit, size)
    here = amounts(Constant(own), None, priced.unit, size)
    change = np.nan_to_num(there - here)
    by_unit = np.where(change > 0.0, change * priced.up, -change * priced.down)
    changed = ~np.isnan(there) & (np.isnan(here) | (change != 0.0))
    return np.where(changed, priced.flat + by_unit, 0.0)


def _shell(space: Space, columns: Columns, size: int) -> Array:
    """The price of the new shell over that of the old one, with the redesign, where it changed."""
    prices = space.catalogue.hull
    old_metal, old_wall = space.base.hull.material, space.base.hull.thickness
    old = _price_of_shell(Table(_constants(space.base), {}, 1), space)[0]
    table = Table(space.schema, columns, size)
    new = _price_of_shell(table, space)
    metals, places = table.values("hull.material")
    walls = table.amounts("hull.thickness", "mm")
    own = float(old_wall.to("mm").magnitude) if old_wall is not None else float("nan")
    changed = np.array([metal != old_metal for metal in metals])[places]
    changed |= (walls != own) & ~np.isnan(walls)
    dearer = np.nan_to_num(np.maximum(new - (0.0 if np.isnan(old) else old), 0.0))
    return np.where(changed, prices.redesign + dearer, 0.0)


def _constants(design: Design) -> Mapping[str, Kind]:
    return {name: Constant(fact.value) for name, fact in facts_of(design).items()}


def _price_of_shell(table: Table, space: Space) -> Array:
    prices = space.catalogue.hull.prices
    names, places = table.values("hull.material")
    rates, densities = [], []
    for name in names:
        metal = _metal(name)
        densities.append(metal.density_kg_m3 if metal is not None else float("nan"))
        named = metal.name if metal is not None else ""
        rates.append(prices.get(named, space.catalogue.default.price))
    inner = table.amounts("hull.inner_diameter", "m") / 2.0
    wall, length = table.amounts("hull.thickness", "m"), table.amounts("hull.length", "m")
    density, rate = np.array(densities)[places], np.array(rates)[places]
    forms, form = table.values("hull.form")
    found = np.full(table.size, np.nan)
    for name in ("sphere", "cylinder"):
        here = np.array([item == name for item in forms])[form]
        mass: Any = shell_mass_kg(
            name,
            inner[here],
            wall[here],
            density[here],
            length[here],
        )
        found[here] = mass * rate[here]
    return found


def _metal(name: str | None) -> Material | None:
    if name is None:
        return None
    from base import DesignError

    try:
        metal = find_material(name, where="hull.material")
    except DesignError:
        return None
    return metal if isinstance(metal, Material) else None


def _move(space: Space, columns: Columns, size: int) -> Array:
    """The price of another place, by the great circle from the base design's."""
    table = Table(space.schema, columns, size)
    north = np.radians(table.amounts("site.latitude", "degree"))
    east = np.radians(table.amounts("site.longitude", "degree"))
    site = space.base.site
    north0, east0 = np.radians(site.latitude), np.radians(site.longitude)
    half = np.sin((north - north0) / 2.0) ** 2
    half = half + np.cos(north) * np.cos(north0) * np.sin((east - east0) / 2.0) ** 2
    miles = 2.0 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0))) / _MILE_M
    priced = space.catalogue.move
    return np.where(miles > 1e-9, priced.flat + priced.each * miles, 0.0)
