"""What the law of the sea says about one point: the result of the zone resolver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

WaterColumn = Literal[
    "land",
    "internal_waters",
    "archipelagic_waters",
    "territorial_sea",
    "contiguous_zone",
    "eez",
    "high_seas",
    "antarctic_treaty_area",
]
Seabed = Literal[
    "land",
    "internal_waters",
    "archipelagic_waters",
    "territorial_sea",
    "continental_shelf",
    "area",
    "area_or_extended_shelf",
    "antarctic_treaty_area",
]


@dataclass(frozen=True, slots=True)
class SiteZones:
    """Zones, States and margins at one site. Distances are geodesics in nautical miles.

    Attributes:
        latitude, longitude: the site, degrees.
        zones: every zone that holds, such as ``{contiguous_zone, eez, continental_shelf}``.
        water_column: the innermost zone of the water.
        seabed: the regime of the seabed; ``area_or_extended_shelf`` between 200 and 350 nautical
            miles, where only the coastal State's limits beyond 200 could tell (then ``zones``
            holds ``area`` and :attr:`certain` is false).
        extended_shelf_possible: whether a shelf beyond 200 nautical miles may reach the site.
        coastal_state: sovereign of the nearest coast, ISO 3166-1 alpha-3; ``None`` where no State
            has the site in reach or the land is contested without an administering State.
        territory: the territory of that coast, such as ``CYM``; ``None`` beyond reach.
        distance_nmi: to the nearest coast of that State (of any State, beyond reach).
        margin_nmi: to the nearest line that would change the answer.
        nearest_threshold: that line, in words.
        second_state, second_distance_nmi: the next nearest State within 400 nautical miles.
        certain: false where the margin is small or anything in :attr:`notes` leaves doubt.
        disputed: whether land or waters are contested.
        notes: what the reader should know, one sentence each.
        eu_member: whether the coastal State is a member of the European Union.
        eu_marine_waters: whether Directive 2008/56/EC counts the site as marine waters.
        us_state_waters: seabed of a State or territory of the United States (43 USC 1301).
        us_ocs: outer Continental Shelf of the United States within 200 nautical miles
            (43 USC 1331).
        isa_contract_area: exploration contract known to hold the site, with its contractor.
        eez_proclaimed: whether the coastal State proclaimed an exclusive economic zone here.
        nearest_coast, second_coast: the coast points measured to, as latitude and longitude.
    """

    latitude: float
    longitude: float
    zones: frozenset[str]
    water_column: WaterColumn
    seabed: Seabed
    extended_shelf_possible: bool
    coastal_state: str | None
    territory: str | None
    distance_nmi: float
    margin_nmi: float
    nearest_threshold: str
    second_state: str | None
    second_distance_nmi: float | None
    certain: bool
    disputed: bool
    notes: tuple[str, ...]
    eu_member: bool
    eu_marine_waters: bool
    us_state_waters: bool
    us_ocs: bool
    isa_contract_area: str | None
    eez_proclaimed: bool
    nearest_coast: tuple[float, float]
    second_coast: tuple[float, float] | None

    def to_json(self) -> dict[str, Any]:
        """Return plain values: sorted zones, distances to a hundredth of a nautical mile."""
        second = self.second_distance_nmi
        return {
            "latitude": self.latitude,
            "longitude": self.longitude,
            "zones": sorted(self.zones),
            "water_column": self.water_column,
            "seabed": self.seabed,
            "extended_shelf_possible": self.extended_shelf_possible,
            "coastal_state": self.coastal_state,
            "territory": self.territory,
            "distance_nmi": round(self.distance_nmi, 2),
            "margin_nmi": round(self.margin_nmi, 2),
            "nearest_threshold": self.nearest_threshold,
            "second_state": self.second_state,
            "second_distance_nmi": None if second is None else round(second, 2),
            "certain": self.certain,
            "disputed": self.disputed,
            "notes": list(self.notes),
            "eu_member": self.eu_member,
            "eu_marine_waters": self.eu_marine_waters,
            "us_state_waters": self.us_state_waters,
            "us_ocs": self.us_ocs,
            "isa_contract_area": self.isa_contract_area,
            "eez_proclaimed": self.eez_proclaimed,
            "nearest_coast": list(self.nearest_coast),
            "second_coast": None if self.second_coast is None else list(self.second_coast),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SiteZones:
        """Return the site whose plain values these are; keys that are no attribute are left."""
        values = {field.name: data[field.name] for field in fields(cls)}
        second = values["second_coast"]
        values.update(
            zones=frozenset(values["zones"]),
            notes=tuple(values["notes"]),
            nearest_coast=tuple(values["nearest_coast"]),
            second_coast=None if second is None else tuple(second),
        )
        return cls(**values)
