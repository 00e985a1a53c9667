"""Derived facts: what engineering concludes from a design, unknown where an input is unknown.

Every fact carries its basis: the formula and its source, or the keys that are missing.
"""

from __future__ import annotations

from habitat.buoyancy import enclosed_volume_m3, lift_n, shell_mass_kg
from habitat.derived_hull import hull_facts, hull_material
from habitat.design import Design
from habitat.facts import Fact, derived, lacking, unknown
from habitat.hull import STANDARD, Criteria, Material, Refused, seawater_density_kg_m3
from habitat.life_support import NOMINAL, PersonDay, hours_to_co2, mission_needs
from habitat.units import Quantity, amount, quantity

Facts = dict[str, Fact]


def derived_facts(
    design: Design, *, criteria: Criteria = STANDARD, rates: PersonDay = NOMINAL
) -> Facts:
    """Return every derived fact of a design, the unknown ones included.

    Ratios (``derived.hull.collapse_factor`` ...) are dimensionless quantities.

    Args:
        design: the design; its latitude sets gravity at the site.
        criteria: constants of the hull rules.
        rates: needs per person-day.
    """
    return {
        **hull_facts(design, criteria),
        **_buoyancy(design),
        **_life_support(design, rates),
        **_waste(design, rates),
    }


def _buoyancy(design: Design) -> Facts:
    hull = design.hull
    inner, wall = amount(hull.inner_diameter, "m"), amount(hull.thickness, "m")
    depth, length = amount(design.site.depth, "m"), amount(hull.length, "m")
    needed: dict[str, object] = {
        "hull.form": hull.form,
        "hull.inner_diameter": inner,
        "hull.thickness": wall,
        "site.depth": depth,
    }
    if hull.form == "cylinder":
        needed["hull.length"] = length
    names = ("displacement", "shell_ratio", "emergency_ratio", "flooding_ratio")
    missing = lacking(needed)
    if hull.form is None or inner is None or wall is None or depth is None or missing:
        return {f"derived.buoyancy.{name}": unknown(missing) for name in names}
    density = seawater_density_kg_m3(depth, design.site.latitude)
    volume = enclosed_volume_m3(hull.form, inner / 2.0 + wall, length)
    water = "TEOS-10 in-situ density (35 g/kg and 2 °C assumed)"
    material = hull_material(design)
    if isinstance(material, Material):
        shell = shell_mass_kg(hull.form, inner / 2.0, wall, material.density_kg_m3, length)
        shell_ratio = derived(
            quantity(shell / (density * volume), ""),
            f"mass of the bare shell over displaced mass; {water}; {material.source}",
        )
    else:
        shell_ratio = unknown(
            f"{material.name} is refused: no density" if isinstance(material, Refused) else material
        )
    return {
        "derived.buoyancy.displacement": derived(
            quantity(density * volume / 1000.0, "t"),
            f"outer volume of the hull, ends of a cylinder taken flat, times {water}",
        ),
        "derived.buoyancy.shell_ratio": shell_ratio,
        "derived.buoyancy.emergency_ratio": _lift_ratio(
            design.buoyancy.emergency,
            lift_n(volume, density),
            f"emergency buoyancy over the lift of the hull; {water}",
        ),
        "derived.buoyancy.flooding_ratio": _flooding(design, density, water),
    }


def _lift_ratio(emergency: Quantity | None, lift: float, basis: str) -> Fact:
    force = amount(emergency, "N")
    if force is None:
        return unknown("needs buoyancy.emergency")
    return derived(quantity(force / lift, ""), basis)


def _flooding(design: Design, density: float, water: str) -> Fact:
    volume = amount(design.buoyancy.floodable_volume, "m**3")
    if not volume:
        return unknown("needs buoyancy.floodable_volume")
    return _lift_ratio(
        design.buoyancy.emergency,
        lift_n(volume, density),
        f"emergency buoyancy over the weight of water in the largest floodable volume; {water}",
    )


def _life_support(design: Design, rates: PersonDay) -> Facts:
    persons, days = design.crew.persons, amount(design.crew.mission_duration, "day")
    needed = {"crew.persons": persons, "crew.mission_duration": days}
    facts = {"derived.life_support.reserve": _reserve(design, rates)}
    names = ("required_oxygen", "carbon_dioxide", "required_water")
    if persons is None or days is None:
        none = unknown(lacking(needed))
        facts |= {f"derived.life_support.{name}": none for name in names}
    else:
        total = mission_needs(persons, days, rates)
        amounts = (total.oxygen_kg, total.carbon_dioxide_kg, total.potable_water_kg)
        basis = "NASA RP-1324 rates times persons and mission duration"
        facts |= {
            f"derived.life_support.{name}": derived(quantity(amount, "kg"), basis)
            for name, amount in zip(names, amounts, strict=True)
        }
    facts["derived.life_support.co2_time_to_limit"] = _co2_time(design, rates)
    return facts


def _reserve(design: Design, rates: PersonDay) -> Fact:
    """How long life support lasts beyond the mission: as given, else from the oxygen stored."""
    given = design.life_support.oxygen_reserve
    if given is not None:
        return derived(given, "life_support.oxygen_reserve as given")
    inputs = {
        "life_support.oxygen_reserve or life_support.oxygen_capacity": amount(
            design.life_support.oxygen_capacity, "kg"
        ),
        "crew.persons": design.crew.persons,
        "crew.mission_duration": amount(design.crew.mission_duration, "day"),
    }
    stored, persons, days = inputs.values()
    if stored is None or persons is None or days is None:
        return unknown(lacking(inputs))
    if persons == 0:
        return unknown("there is no crew")
    hours = (stored / (rates.oxygen_kg * persons) - days) * 24.0
    return derived(
        quantity(hours, "hour"),
        f"oxygen stored over {rates.oxygen_kg:g} kg per person-day (NASA RP-1324), "
        "less the mission",
    )


def _co2_time(design: Design, rates: PersonDay) -> Fact:
    support, persons = design.life_support, design.crew.persons
    volume, limit = amount(support.free_volume, "m**3"), amount(support.co2_limit, "Pa")
    needed: dict[str, object] = {
        "crew.persons": persons,
        "life_support.free_volume": volume,
        "life_support.co2_limit": limit,
    }
    if persons is None or volume is None or limit is None:
        return unknown(lacking(needed))
    hours = hours_to_co2(persons, volume, limit, rates)
    if hours is None:
        return unknown("there is no crew")
    return derived(
        quantity(hours, "hour"),
        f"ideal gas at 20 °C, {rates.carbon_dioxide_kg:g} kg per person-day (NASA RP-1324)",
    )


def _waste(design: Design, rates: PersonDay) -> Facts:
    persons, days = design.crew.persons, amount(design.crew.mission_duration, "day")
    stored = amount(design.waste.storage_capacity, "L")
    needed: dict[str, object] = {"crew.persons": persons, "crew.mission_duration": days}
    if persons is None or days is None:
        none = unknown(lacking(needed))
        return {
            "derived.waste.required_capacity": none,
            "derived.waste.capacity_ratio": none,
        }
    required = mission_needs(persons, days, rates).black_water_kg
    basis = (
        f"black water {rates.black_water_kg:g} kg per person-day at 1 kg/L "
        "(NASA RP-1324; flush water recalled)"
    )
    if stored is None:
        ratio = unknown("needs waste.storage_capacity")
    elif required == 0.0:
        ratio = unknown("there is no black water to store")
    else:
        ratio = derived(quantity(stored / required, ""), f"storage over {basis}")
    return {
        "derived.waste.required_capacity": derived(quantity(required, "L"), basis),
        "derived.waste.capacity_ratio": ratio,
    }
