"""Derived facts as columns: what :func:`habitat.derived.derived_facts` finds, for a whole table.

Facts that the rules ask for often have formulas of arrays here, with the results of the scalar
ones to the bit. Any other derived fact is worked out once for each distinct set of its inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from compliance.engine.derived_hull import HULL_FACTS, HULL_INPUTS, hull_columns
from compliance.engine.kinds import (
    UNKNOWN,
    Array,
    Columns,
    Constant,
    Kind,
    Levels,
    Number,
    Schema,
    amounts,
    value_at,
)
from habitat.buoyancy import lift_n
from habitat.derived import derived_facts
from habitat.design import Design
from habitat.life_support import NOMINAL

#: Numbers that are looked at first: where these all differ, so will most others.
_GLANCE = 256
#: What a design file's sections are asked for by any derived fact.
_SECTIONS = (
    "hull.",
    "site.depth",
    "site.latitude",
    "crew.",
    "life_support.",
    "waste.",
    "buoyancy.",
)

_RESERVE = "life_support.oxygen_reserve"
_RESERVE_FACT = "derived.life_support.reserve"
_STORES = ("crew.persons", "crew.mission_duration")


class Table:
    """A part of a table of designs, with its schema.

    Args:
        schema: what each fact can be.
        columns: arrays of the facts that vary.
        size: number of designs.
    """

    def __init__(self, schema: Schema, columns: Columns, size: int) -> None:
        self.schema, self.columns, self.size = schema, columns, size

    def kind(self, name: str) -> Kind:
        """Return what a fact can be."""
        return self.schema.get(name, UNKNOWN)

    def amounts(self, name: str, unit: str) -> Array:
        """Return a fact in a unit, NaN where unknown."""
        return amounts(self.kind(name), self.columns.get(name), unit, self.size)

    def values(self, name: str) -> tuple[tuple[Any, ...], Array]:
        """Return the values of a fact that is a flag or word, and their place in each design."""
        match self.kind(name):
            case Constant(value=value):
                return (value,), np.zeros(self.size, dtype=np.intp)
            case Levels(values=values):
                return values, self.columns[name].astype(np.intp)
        raise TypeError(f"{name} is a number")

    def varies(self, names: Iterable[str]) -> bool:
        """Say whether any of some facts differs between designs."""
        return any(not isinstance(self.kind(name), Constant) for name in names)

    def take(self, rows: Array) -> Table:
        """Return some designs."""
        return Table(self.schema, {k: v[rows] for k, v in self.columns.items()}, len(rows))


def kinds_of(schema: Schema, names: Iterable[str]) -> dict[str, Kind]:
    """Return what derived facts can be in tables of a schema: constants where no input varies."""
    inputs = [name for name in schema if name.startswith(_SECTIONS)]
    wanted = list(names)
    if all(isinstance(schema[name], Constant) for name in inputs):
        facts = derived_facts(_design(Table(schema, {}, 1), 0))
        return {name: Constant(facts[name].value if name in facts else None) for name in wanted}
    return {name: _kind(name, schema) for name in wanted}


def _kind(name: str, schema: Schema) -> Kind:
    if name in ("derived.hull.externally_loaded", "derived.hull.material_accepted"):
        return Levels((False, True, None))
    if name in HULL_FACTS or name in ("derived.buoyancy.flooding_ratio",):
        return Number("")
    if name == "derived.waste.capacity_ratio":
        return Number("")
    if name == _RESERVE_FACT:
        given = schema.get(_RESERVE, UNKNOWN)
        # Given in some designs only: all are brought to hours, which may cost the last bit.
        return given if given != UNKNOWN and _told(given) else Number("hour")
    return _slow(name)


def _told(kind: Kind) -> bool:
    """Say whether a fact is given in every design."""
    match kind:
        case Constant(value=value):
            return value is not None
        case Levels(values=values):
            return None not in values
    return True


def _mixed(schema: Schema) -> bool:
    """Say whether the reserve is given in some designs and worked out in others."""
    given = schema.get(_RESERVE, UNKNOWN)
    return given != UNKNOWN and not _told(given)


def _slow(name: str) -> Kind:
    found = derived_facts(_EMPTY).get(name)
    return UNKNOWN if found is None else Number(_UNITS.get(name, ""))


_EMPTY = Design.model_validate(
    {"name": "empty", "purpose": "other", "site": {"latitude": 0, "longitude": 0}}
)
#: Units of the derived facts that have no formula of arrays here.
_UNITS = {
    "derived.hull.pressure": "MPa",
    "derived.hull.proof_pressure": "MPa",
    "derived.hull.required_thickness": "mm",
    "derived.buoyancy.displacement": "t",
    "derived.life_support.required_oxygen": "kg",
    "derived.life_support.carbon_dioxide": "kg",
    "derived.life_support.required_water": "kg",
    "derived.life_support.co2_time_to_limit": "hour",
    "derived.waste.required_capacity": "L",
}


def columns_of(table: Table, kinds: dict[str, Kind]) -> dict[str, Array]:
    """Return the columns of derived facts that vary."""
    wanted = {name: kind for name, kind in kinds.items() if not isinstance(kind, Constant)}
    found: dict[str, Array] = {}
    if wanted.keys() & HULL_FACTS:
        found |= _shared(table, HULL_INPUTS, hull_columns)
    formulas: dict[str, Callable[[Table], Array]] = {
        "derived.buoyancy.flooding_ratio": _flooding,
        _RESERVE_FACT: _reserve,
        "derived.waste.capacity_ratio": _waste,
    }
    for name in wanted:
        if name not in found:
            formula = formulas.get(name)
            if formula is None or (name == _RESERVE_FACT and _mixed(table.schema)):
                formula = _each(name, wanted[name])
            found[name] = formula(table)
    return {name: found[name] for name in wanted}


def _shared(
    table: Table, inputs: tuple[str, ...], formulas: Callable[[Table], dict[str, Array]]
) -> dict[str, Array]:
    """Work formulas out once for each distinct choice of inputs, where those are few."""
    rows, places = _distinct(table, inputs)
    if rows is None or places is None:
        return formulas(table)
    return {name: array[places] for name, array in formulas(table.take(rows)).items()}


def _distinct(table: Table, inputs: tuple[str, ...]) -> tuple[Array | None, Array | None]:
    """Return one design of each distinct choice of some inputs, and which of them each has."""
    for name in inputs:
        if isinstance(table.kind(name), Number):
            some = table.columns[name][:_GLANCE]
            if table.size > _GLANCE and len(np.unique(some)) == _GLANCE:
                return None, None
    code = np.zeros(table.size, dtype=np.int64)
    count = 1
    for name in inputs:
        kind = table.kind(name)
        if isinstance(kind, Number):
            values, places = np.unique(table.columns[name], return_inverse=True)
            size = len(values)
        elif isinstance(kind, Levels):
            places, size = table.columns[name], len(kind.values)
        else:
            continue
        if count * size > 2**40:
            _, code = np.unique(code, return_inverse=True)
            count = int(code.max(initial=0)) + 1
        code = code * size + places
        count *= size
    _, rows, places = np.unique(code, return_index=True, return_inverse=True)
    if len(rows) * 2 > table.size:
        return None, None
    return rows, places


def _flooding(table: Table) -> Array:
    import gsw

    from habitat.hull.pressure import REFERENCE_SALINITY_G_KG, REFERENCE_TEMPERATURE_C

    volume = table.amounts("buoyancy.floodable_volume", "m**3")
    force = table.amounts("buoyancy.emergency", "N")
    depth, latitude = table.amounts("site.depth", "m"), table.amounts("site.latitude", "degree")
    forms, places = table.values("hull.form")
    length = table.amounts("hull.length", "m")
    known = np.array([form is not None for form in forms])[places]
    known &= ~(np.array([form == "cylinder" for form in forms])[places] & np.isnan(length))
    known &= ~np.isnan(table.amounts("hull.inner_diameter", "m"))
    known &= ~np.isnan(table.amounts("hull.thickness", "m"))
    known &= ~np.isnan(depth) & ~np.isnan(force) & ~np.isnan(volume) & (volume != 0.0)
    found = np.full(table.size, np.nan)
    pressure = gsw.p_from_z(-depth[known], latitude[known])
    conservative = gsw.CT_from_t(REFERENCE_SALINITY_G_KG, REFERENCE_TEMPERATURE_C, pressure)
    density = gsw.rho(REFERENCE_SALINITY_G_KG, conservative, pressure)
    found[known] = force[known] / lift_n(volume[known], density)
    return found


def _reserve(table: Table) -> Array:
    if table.kind(_RESERVE) != UNKNOWN:
        return table.columns[_RESERVE]
    stored = table.amounts("life_support.oxygen_capacity", "kg")
    persons, days = _crew(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        hours = (stored / (NOMINAL.oxygen_kg * persons) - days) * 24.0
    return np.where(persons == 0.0, np.nan, hours)


def _waste(table: Table) -> Array:
    persons, days = _crew(table)
    required = NOMINAL.black_water_kg * (persons * days)
    stored = table.amounts("waste.storage_capacity", "L")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = stored / required
    return np.where(required == 0.0, np.nan, ratio)


def _crew(table: Table) -> tuple[Array, Array]:
    return table.amounts(_STORES[0], ""), table.amounts(_STORES[1], "day")


def _each(name: str, kind: Kind) -> Callable[[Table], Array]:
    """Return what asks the scalar formula for each distinct set of inputs."""

    def formula(table: Table) -> Array:
        inputs = tuple(fact for fact in table.schema if fact.startswith(_SECTIONS))
        rows, places = _distinct(table, inputs)
        chosen = np.arange(table.size) if rows is None else rows
        unit = kind.unit if isinstance(kind, Number) else ""
        found = np.full(len(chosen), np.nan)
        for place, row in enumerate(chosen.tolist()):
            value = derived_facts(_design(table, row))[name].value
            if value is not None:
                found[place] = float(value.to(unit).magnitude)  # type: ignore[union-attr]
        return found if places is None else found[places]

    return formula


def _design(table: Table, row: int) -> Design:
    """Return the keys of one design that derived facts ask for; it has no other."""
    data: dict[str, Any] = {"name": "row", "purpose": "other"}
    data["site"] = {"latitude": 0.0, "longitude": 0.0}
    for name, kind in table.schema.items():
        if not name.startswith(_SECTIONS):
            continue
        value = value_at(kind, table.columns.get(name), row)
        if value is None:
            continue
        if name in ("site.latitude", "hull.proof_test_factor"):
            value = float(value.magnitude)
        section, key = name.split(".")
        data.setdefault(section, {})[key] = value
    return Design.model_validate(data)
