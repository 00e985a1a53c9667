"""What people need and give off: oxygen, carbon dioxide, water, heat and waste per person-day."""

from __future__ import annotations

from dataclasses import dataclass

#: Molar gas constant (exact, SI 2019), J/(mol K), and molar mass of carbon dioxide, kg/mol.
GAS_CONSTANT = 8.314462618
CO2_MOLAR_MASS_KG = 0.04401
#: Cabin temperature assumed for partial pressures, K (20 °C).
CABIN_TEMPERATURE_K = 293.15


@dataclass(frozen=True, slots=True)
class PersonDay:
    """Needs and products of one person in one day: kg, and W for heat.

    Source: NASA RP-1324, nominal crew. ``flush_water_kg`` is recalled; the others were seen.
    """

    oxygen_kg: float = 0.84
    carbon_dioxide_kg: float = 1.00
    food_dry_kg: float = 0.62
    drinking_water_kg: float = 1.62
    food_water_kg: float = 0.76
    hand_wash_kg: float = 4.09
    shower_kg: float = 2.73
    dish_wash_kg: float = 2.48
    laundry_kg: float = 12.5
    urine_kg: float = 1.50
    faeces_kg: float = 0.12
    flush_water_kg: float = 0.49
    lithium_hydroxide_kg: float = 0.71
    heat_w: float = 137.0

    @property
    def black_water_kg(self) -> float:
        """Urine, faeces and flush water."""
        return self.urine_kg + self.faeces_kg + self.flush_water_kg

    @property
    def grey_water_kg(self) -> float:
        """Wash, shower and dish water, without laundry."""
        return self.hand_wash_kg + self.shower_kg + self.dish_wash_kg

    @property
    def potable_water_kg(self) -> float:
        """Water to drink and to prepare food."""
        return self.drinking_water_kg + self.food_water_kg


NOMINAL = PersonDay()


@dataclass(frozen=True, slots=True)
class MissionNeeds:
    """Totals of a mission: kg, and W for the heat that the crew gives off at all times."""

    oxygen_kg: float
    carbon_dioxide_kg: float
    food_dry_kg: float
    potable_water_kg: float
    black_water_kg: float
    grey_water_kg: float
    lithium_hydroxide_kg: float
    heat_w: float


def mission_needs(persons: int, days: float, rates: PersonDay = NOMINAL) -> MissionNeeds:
    """Return what ``persons`` people need and give off in ``days`` days.

    >>> round(mission_needs(6, 28).oxygen_kg)
    141
    """
    person_days = persons * days
    return MissionNeeds(
        oxygen_kg=rates.oxygen_kg * person_days,
        carbon_dioxide_kg=rates.carbon_dioxide_kg * person_days,
        food_dry_kg=rates.food_dry_kg * person_days,
        potable_water_kg=rates.potable_water_kg * person_days,
        black_water_kg=rates.black_water_kg * person_days,
        grey_water_kg=rates.grey_water_kg * person_days,
        lithium_hydroxide_kg=rates.lithium_hydroxide_kg * person_days,
        heat_w=rates.heat_w * persons,
    )


def hours_to_co2(
    persons: int, free_volume_m3: float, limit_pa: float, rates: PersonDay = NOMINAL
) -> float | None:
    """Return the hours until carbon dioxide reaches a partial pressure when nothing removes it.

    Ideal gas at 20 °C from clean air; ``None`` where nobody breathes.

    >>> round(hours_to_co2(6, 100.0, 500.0), 1)
    3.6
    """
    if persons == 0:
        return None
    moles = limit_pa * free_volume_m3 / (GAS_CONSTANT * CABIN_TEMPERATURE_K)
    return moles * CO2_MOLAR_MASS_KG / (rates.carbon_dioxide_kg * persons) * 24.0
