"""Complete designs for a site: every fact that a rule may ask for, lawful or not on purpose.

A design is drawn from one hidden intent per jurisdiction: a careful operator meets its duties, a
careless one fails several of them. Failures of one operator therefore come together, which is what
an estimator may learn from where facts are missing. Hulls, stores and lift are sized by the
engineering formulas of :mod:`habitat`, with a margin. Whether a design is compliant is decided by
the rule engine afterwards, never by the intent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from compliance.scoring.sites import SimulatedSite
from habitat.buoyancy import STANDARD_GRAVITY
from habitat.design import Design
from habitat.hull import (
    Geometry,
    Material,
    find_material,
    required_thickness,
    sea_pressure_mpa,
    seawater_density_kg_m3,
)
from habitat.life_support import NOMINAL
from jurisdictions.predicate import All, Any_, Is, Not, Predicate
from jurisdictions.rulebook import RuleBook

#: Share of careful operators, per jurisdiction.
CAREFUL = 0.64
#: How often a careless operator fails a duty of that jurisdiction alone, or one that others share.
FAILS_OWN, FAILS_SHARED = 0.34, 0.05

_MATERIALS = ("Ti-6Al-4V ELI", "Ti-6Al-4V", "HY-100", "HY-80", "EH36")
_SPONSORS = ("NRU", "FRA", "DEU", "IND", "JPN", "KOR", "GBR", "CHN", "TON", "BEL")
_OPERATORS = ("FRA", "DEU", "PRT", "ESP", "ITA", "GBR", "JPN", "NOR", "AUS")

Draw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Duty:
    """A yes-no fact that rules require to have one value.

    Attributes:
        fact: dotted path of the design file.
        wanted: the value that the rules require.
        jurisdictions: whose rules require it.
    """

    fact: str
    wanted: bool
    jurisdictions: frozenset[str]


def duties_of(book: RuleBook) -> tuple[Duty, ...]:
    """Return every yes-no fact that the requirements of a rule book ask of a design.

    Facts of the place and claims are left out: an operator does not choose them.
    """
    wanted: dict[str, list[bool]] = defaultdict(list)
    owners: dict[str, set[str]] = defaultdict(set)
    for rule in book.rules:
        jurisdiction = book.instrument_by_id[rule.instrument].instrument.jurisdiction
        for fact, value in _asked(rule.binding.require):
            if not fact.startswith(("site.", "claims.", "derived.", "zone.")):
                wanted[fact].append(value)
                owners[fact].add(jurisdiction)
    return tuple(
        Duty(fact, sum(values) * 2 >= len(values), frozenset(owners[fact]))
        for fact, values in sorted(wanted.items())
    )


def _asked(predicate: Predicate | None, affirmed: bool = True) -> Iterator[tuple[str, bool]]:
    match predicate:
        case All(all=parts) | Any_(any=parts):
            for part in parts:
                yield from _asked(part, affirmed)
        case Not(not_=part):
            yield from _asked(part, not affirmed)
        case Is(fact=fact, is_=bool(value)):
            yield fact, value == affirmed


def draw_design(
    rng: np.random.Generator, site: SimulatedSite, duties: tuple[Duty, ...], *, name: str
) -> Design:
    """Draw a complete design for a site.

    Args:
        rng: the only source of chance.
        site: where it stands.
        duties: of :func:`duties_of`.
        name: of the design.
    """
    careful = _Intent(rng)
    facts: Draw = {"name": name}
    facts |= _place(rng, site)
    facts |= _purpose(rng, site)
    facts |= _flags(rng, duties, careful)
    facts |= _amounts(rng, careful)
    facts |= _pollution(rng, careful)
    facts |= _contract(rng, facts, careful)
    facts |= _habitat(rng, site, facts, careful)
    return Design.model_validate(_nested(facts))


class _Intent:
    """Whether the operator is careful, decided once per jurisdiction."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._careful: dict[str, bool] = {}

    def of(self, jurisdiction: str) -> bool:
        if jurisdiction not in self._careful:
            self._careful[jurisdiction] = bool(self._rng.random() < CAREFUL)
        return self._careful[jurisdiction]

    def meets(self, jurisdictions: frozenset[str]) -> bool:
        """Draw whether a duty of these jurisdictions is met."""
        careless = [name for name in sorted(jurisdictions) if not self.of(name)]
        chance = FAILS_OWN if len(jurisdictions) == 1 else FAILS_SHARED
        return not any(self._rng.random() < chance for _ in careless)


def _place(rng: np.random.Generator, site: SimulatedSite) -> Draw:
    deep = site.depth_m > 200
    ecosystems = ["none", "hydrothermal_vent", "cold_water_coral", "seamount", "sponge_field"]
    chances = [0.6, 0.1, 0.1, 0.1, 0.1] if deep else [0.75, 0.0, 0.15, 0.0, 0.1]
    return {
        "site.latitude": site.zones.latitude,
        "site.longitude": site.zones.longitude,
        "site.depth": f"{site.depth_m} m",
        "site.vulnerable_ecosystem": str(rng.choice(ecosystems, p=chances)),
        "site.recognized_sea_lane": bool(rng.random() < 0.02),
        "site.marine_protected_area": bool(rng.random() < 0.08),
        "site.us_protected_unit": bool(rng.random() < 0.03),
        "site.defense_restricted_area": bool(rng.random() < 0.03),
        "site.fishing_intensity": str(
            rng.choice(["none", "low", "moderate", "intense"], p=[0.4, 0.35, 0.23, 0.02])
        ),
    }


def _purpose(rng: np.random.Generator, site: SimulatedSite) -> Draw:
    zones, state = site.zones.zones, site.zones.coastal_state
    if "area" in zones:
        names = ["mineral_exploration", "mineral_exploitation", "scientific_research", "other"]
        purpose = str(rng.choice(names, p=[0.72, 0.05, 0.18, 0.05]))
        sponsor = str(rng.choice(_SPONSORS))
        return {"purpose": purpose, "operator_state": sponsor, "sponsoring_state": sponsor}
    if state == "USA":
        names = ["energy", "scientific_research", "mineral_exploration", "tourism", "aquaculture"]
        chances = [0.5, 0.25, 0.1, 0.08, 0.07]
        home = 0.8
    else:
        names = ["scientific_research", "energy", "tourism", "aquaculture", "other"]
        chances = [0.5, 0.2, 0.12, 0.12, 0.06]
        home = 0.6
    operator = state if state is not None and rng.random() < home else str(rng.choice(_OPERATORS))
    return {"purpose": str(rng.choice(names, p=chances)), "operator_state": operator}


def _flags(rng: np.random.Generator, duties: tuple[Duty, ...], careful: _Intent) -> Draw:
    met: Draw = {
        duty.fact: duty.wanted if careful.meets(duty.jurisdictions) else not duty.wanted
        for duty in duties
    }
    return met | {
        "discharges.dumping": bool(rng.random() < 0.1),
        "environment.reference_zones_required": bool(rng.random() < 0.4),
        "contract.collector_tests": bool(rng.random() < 0.3),
        "claims.implied_consent": bool(rng.random() < 0.03),
        "claims.contractor_is_state": bool(rng.random() < 0.08),
        "claims.removal_otherwise_agreed": bool(rng.random() < 0.03),
        "claims.overriding_public_interest": bool(rng.random() < 0.03),
    }


def _amounts(rng: np.random.Generator, careful: _Intent) -> Draw:
    """Amounts with a bound in the law, on one side of it or the other."""

    def amount(
        jurisdiction: str, unit: str, good: tuple[float, float], bad: tuple[float, float]
    ) -> str:
        low, high = good if careful.meets(frozenset({jurisdiction})) else bad
        return f"{rng.uniform(low, high):.4g} {unit}"

    return {
        "safety_zone.radius": amount("UNCLOS", "m", (150, 500), (530, 950)),
        "consents.research_request_lead_time": amount("UNCLOS", "month", (6.3, 12), (1, 5.5)),
        "reporting.annual_report_within": amount("ISA", "day", (30, 88), (95, 180)),
        "reporting.monitoring_report_within": amount("ISA", "day", (30, 88), (95, 180)),
        "hull.proof_test_factor": float(
            f"{rng.uniform(*((1.26, 1.5) if careful.of('ENGINEERING') else (1.0, 1.45))):.3g}"
        ),
        "life_support.co2_limit": amount("ENGINEERING", "kPa", (0.3, 0.49), (0.55, 1.0)),
        "life_support.oxygen_reserve": amount("ENGINEERING", "hour", (98, 200), (40, 90)),
    }


def _pollution(rng: np.random.Generator, careful: _Intent) -> Draw:
    clean = careful.of("EU_MSFD")
    treatments = ["none", "primary", "secondary", "tertiary"]
    return {
        "waste.treatment": str(
            rng.choice(treatments, p=[0.02, 0.03, 0.6, 0.35] if clean else [0.25, 0.25, 0.3, 0.2])
        ),
        "waste.sewage_discharge": str(
            rng.choice(
                ["none", "treated", "comminuted_disinfected", "untreated"],
                p=[0.75, 0.17, 0.06, 0.02],
            )
        ),
        "waste.garbage_discharge": str(
            rng.choice(
                ["none", "ground_food_waste", "food_waste", "other"], p=[0.75, 0.15, 0.07, 0.03]
            )
        ),
        "discharges.oil_in_water": f"{rng.lognormal(2.3, 0.5):.3g} mg/L",
        "noise.kind": str(rng.choice(["continuous", "impulsive"], p=[0.8, 0.2])),
        "noise.received_level": f"{rng.normal(118, 9):.1f} dB",
    }


def _contract(rng: np.random.Generator, facts: Draw, careful: _Intent) -> Draw:
    if facts["purpose"] not in ("mineral_exploration", "mineral_exploitation", "energy"):
        return {name: None for name in facts if name.startswith("contract.")}
    area = facts.get("sponsoring_state") is not None
    good = careful.meets(frozenset({"ISA" if area else "US_OCSLA"}))
    if not area:
        return {
            "contract.resource": "oil_gas" if facts["purpose"] == "energy" else "other",
            "contract.year": int(rng.integers(1, 6)),
            "contract.area": f"{rng.uniform(*((8, 23) if good else (24.5, 60))):.4g} km2",
            "contract.term": f"{int(rng.integers(5, 11)) if good else 12} year",
        }
    resource = str(rng.choice(["nodules", "sulphides", "crusts"], p=[0.5, 0.25, 0.25]))
    year = int(rng.integers(1, 9))
    largest = {"nodules": 74000, "sulphides": 9900, "crusts": 2900}[resource]
    block = {"nodules": 100, "sulphides": 99, "crusts": 19.9}[resource]
    return {
        "contract.resource": resource,
        "contract.year": year,
        "contract.area": f"{largest * rng.uniform(0.6, 1.0):.5g} km2",
        "contract.blocks": int(rng.integers(60, 99) if good else rng.integers(210, 330)),
        "contract.block_area": f"{block * rng.uniform(0.8, 1.0):.4g} km2",
        "contract.longest_side": f"{rng.uniform(200, 540):.4g} km",
        "contract.relinquished": f"{80 if year >= 8 else 50 if year > 3 else 25} %",
        "contract.relinquished_second": "15 %",
        "contract.relinquished_third": "25 %",
        "contract.term": f"{15 if careful.meets(frozenset({'ISA'})) else 20} year",
        "contract.review_interval": f"{5 if careful.meets(frozenset({'ISA'})) else 8} year",
        "contract.renewal_lead_time": "8 month",
        "contract.application_fee_usd": 500000 if careful.meets(frozenset({"ISA"})) else 250000,
    }


def _habitat(rng: np.random.Generator, site: SimulatedSite, facts: Draw, careful: _Intent) -> Draw:
    """Size hull, stores and lift for the crew and the depth, each with a margin above or below."""

    def margin(above: tuple[float, float], below: tuple[float, float]) -> float:
        good = careful.meets(frozenset({"ENGINEERING"}))
        return float(rng.uniform(*(above if good else below)))

    persons, days = int(rng.integers(2, 9)), int(rng.integers(7, 61))
    metals = _MATERIALS if site.depth_m < 2500 else _MATERIALS[:3]
    material, bore, wall = _sized(rng, str(rng.choice(metals)), site)
    flooded = float(np.round(rng.uniform(0.5, 4.0), 2))
    water = seawater_density_kg_m3(site.depth_m, site.zones.latitude)
    lift_kn = water * STANDARD_GRAVITY * flooded / 1000
    stored = persons * days * NOMINAL.black_water_kg
    return {
        "crew.persons": persons,
        "crew.mission_duration": f"{days} day",
        "hull.form": "sphere",
        "hull.material": material,
        "hull.inner_diameter": f"{bore:.4g} m",
        "hull.thickness": f"{wall * margin((1.03, 1.3), (0.75, 0.96)):.4g} mm",
        "hull.internal_pressure": "1 atm",
        "buoyancy.floodable_volume": f"{flooded} m3",
        "buoyancy.emergency": f"{lift_kn * margin((1.05, 1.9), (0.5, 0.95)):.4g} kN",
        "waste.storage_capacity": f"{stored * margin((1.03, 1.8), (0.5, 0.95)):.4g} L",
    }


def _sized(rng: np.random.Generator, name: str, site: SimulatedSite) -> tuple[str, float, float]:
    """Return material, bore in m and required wall in mm of a sphere that can carry the depth."""
    bore = float(np.round(rng.uniform(2.0, 4.5), 2))
    pressure = sea_pressure_mpa(site.depth_m, site.zones.latitude)
    for metal in (name, "Ti-6Al-4V ELI", "HY-140"):
        material = find_material(metal, where="hull.material")
        if isinstance(material, Material):
            wall = required_thickness(Geometry("sphere", 500 * bore), material, pressure)
            if wall is not None:
                return metal, bore, wall
    raise ValueError(f"no metal carries {site.depth_m} m")


def _nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in facts.items():
        if value is None:
            continue
        *sections, key = path.split(".")
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[key] = value
    return tree
