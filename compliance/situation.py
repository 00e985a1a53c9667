"""The situation to judge: a design at its site, as one flat table of facts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from compliance.evaluate import WORLDS_FACT
from habitat.facts import Fact, facts_of
from jurisdictions.parties import eu_member
from jurisdictions.regimes import MINERAL_PURPOSES, NATIONAL_ZONES, Circumstances, party_of

if TYPE_CHECKING:
    from compliance.shared import Shared
    from habitat.design import Design
    from jurisdictions.zones import SiteZones

#: What holds together with a zone that a design file asserts in place of the resolver's answer.
_ZONES_WITH: dict[str, frozenset[str]] = {
    "land": frozenset({"land"}),
    "internal_waters": frozenset({"internal_waters"}),
    "archipelagic_waters": frozenset({"archipelagic_waters"}),
    "territorial_sea": frozenset({"territorial_sea"}),
    "contiguous_zone": frozenset({"contiguous_zone", "eez", "continental_shelf"}),
    "eez": frozenset({"eez", "continental_shelf"}),
    "continental_shelf": frozenset({"continental_shelf", "high_seas"}),
    "high_seas": frozenset({"high_seas", "area"}),
    "area": frozenset({"high_seas", "area"}),
    "antarctic_treaty_area": frozenset({"antarctic_treaty_area", "high_seas"}),
}


#: Whether the State whose status counts at the site is a party to UNCLOS.
PARTY_FACT = "zone.unclos_party"


@dataclass(frozen=True)
class Situation:
    """A design at its site.

    Attributes:
        design: the design as given.
        site: what the zone resolver found, with the design's own assertions applied.
        zones: all zones that hold.
        coastal_state: ISO 3166-1 alpha-3 of the coastal State, or ``None``.
        asserted: keys of the design that replaced the resolver's answer.
        facts: every fact by dotted path: design, ``zone.…``, ``derived.…``, ``claims.…``.
        circumstances: what decides which law binds.
    """

    design: Design
    site: SiteZones
    zones: frozenset[str]
    coastal_state: str | None
    asserted: tuple[str, ...]
    facts: dict[str, Fact]
    circumstances: Circumstances


def zones_with(zone: str) -> frozenset[str]:
    """Return every zone that holds where ``zone`` is asserted (an economic zone has a shelf)."""
    return _ZONES_WITH[zone]


def situate(design: Design, *, as_of: date, shared: Shared | None = None) -> Situation:
    """Resolve the site's zones and gather every fact that a rule may ask for."""
    from habitat.derived import derived_facts
    from jurisdictions.zones import resolve

    at = design.site
    site = (resolve if shared is None else shared.zones_at)(at.latitude, at.longitude)
    derived = (derived_facts if shared is None else shared.derived)(design)
    asserted: list[str] = []
    zones, coastal_state = site.zones, site.coastal_state
    if design.site.zone is not None:
        zones = zones_with(design.site.zone)
        asserted.append("site.zone")
        if not zones & NATIONAL_ZONES:
            coastal_state = None
    if design.site.coastal_state is not None:
        coastal_state = design.site.coastal_state
        asserted.append("site.coastal_state")
    zone_facts = _zone_facts(site, zones, coastal_state, bool(asserted), as_of)
    facts = {**facts_of(design), **zone_facts, **derived}
    if not facts["contract.resource"].known:
        facts["contract.resource"] = _resource_of_the_place(design)
    facts.update(_claims_refuted(design, coastal_state))
    circumstances = _circumstances(design, zones, coastal_state, facts, as_of)
    facts[PARTY_FACT] = Fact(party_of(circumstances), "parties to UNCLOS")
    return Situation(
        design=design,
        site=site,
        zones=zones,
        coastal_state=coastal_state,
        asserted=tuple(asserted),
        facts=facts,
        circumstances=circumstances,
    )


#: Where the Gulf of Mexico lies, in degrees; east of it is the Atlantic, beyond Florida.
_GULF_LATITUDES, _GULF_LONGITUDES = (18.0, 31.0), (-98.0, -81.0)


def _claims_refuted(design: Design, coastal_state: str | None) -> dict[str, Fact]:
    """Take away claims that the design's own facts refute: an exception must not rest on them."""
    refuted: dict[str, Fact] = {}
    operator = design.operator_state
    if (
        design.claims.research_by_coastal_state
        and coastal_state is not None
        and operator not in (None, coastal_state)
    ):
        refuted["claims.research_by_coastal_state"] = Fact(
            False, f"claimed, but {operator} runs the research and {coastal_state} is the coast"
        )
    south, north = _GULF_LATITUDES
    west, east = _GULF_LONGITUDES
    at = design.site
    if design.claims.gulf_of_mexico_lease and not (
        south <= at.latitude <= north and west <= at.longitude <= east
    ):
        refuted["claims.gulf_of_mexico_lease"] = Fact(
            False, "claimed, but the site is not in the Gulf of Mexico"
        )
    return refuted


def _resource_of_the_place(design: Design) -> Fact:
    """Where a contract area is known to hold the site, its resource is what is explored there."""
    from jurisdictions.zones.areas import contract_area_at

    area = contract_area_at(design.site.latitude, design.site.longitude)
    if area is None or design.purpose not in MINERAL_PURPOSES:
        return Fact(None, "not given")
    return Fact(area.resource.split()[-1], f"contract area at the site: {area.label}")


def _zone_facts(
    site: SiteZones,
    zones: frozenset[str],
    coastal_state: str | None,
    asserted: bool,
    as_of: date,
) -> dict[str, Fact]:
    """Site facts; those the resolver answered for another zone follow from the asserted one."""
    source = "design" if asserted else "zone resolver"
    shelf: bool | None
    state_waters: bool | None
    if asserted and (zones, coastal_state) != (site.zones, site.coastal_state):
        shelf = coastal_state == "USA" and bool(zones & {"eez", "continental_shelf"})
        state_waters = coastal_state == "USA" and bool(
            zones & {"territorial_sea", "internal_waters"}
        )
    else:
        shelf, state_waters = site.us_ocs, site.us_state_waters
    table: dict[str, Any] = {
        "zone.zones": zones,
        "zone.coastal_state": coastal_state,
        "zone.seabed": site.seabed,
        "zone.water_column": site.water_column,
        "zone.eu_marine_waters": _european_waters(site, zones, coastal_state, as_of),
        "zone.us_ocs": shelf,
        "zone.us_state_waters": state_waters,
        "zone.isa_contract_area": site.isa_contract_area,
        "zone.extended_shelf_possible": site.extended_shelf_possible,
        WORLDS_FACT: _possible_zones(site, zones, asserted),
    }
    return {name: Fact(value, source) for name, value in table.items()}


def _possible_zones(
    site: SiteZones, zones: frozenset[str], asserted: bool
) -> tuple[frozenset[str], ...] | None:
    """Area or shelf: what the seabed may be where an extended shelf may reach the site.

    A contract of the Authority, or a zone that the design asserts, settles it.
    """
    if asserted or not site.extended_shelf_possible or site.isa_contract_area is not None:
        return None
    return zones, (zones - {"area"}) | {"continental_shelf"}


def _european_waters(
    site: SiteZones, zones: frozenset[str], coastal_state: str | None, as_of: date
) -> bool:
    """Say whether Directive 2008/56/EC counts the waters as a Member State's on a date.

    Membership is dated, which the resolver's answer for today is not. Overseas territories stay
    outside also where the design asserts the zone of the place (Art. 3(1)(a)).
    """
    from jurisdictions.zones.claims import load_claims

    if coastal_state is None or not eu_member(coastal_state, as_of):
        return False
    overseas = (
        coastal_state == site.coastal_state
        and site.territory in load_claims().eu.excluded_territories
    )
    return not overseas and bool(zones & (NATIONAL_ZONES - {"internal_waters"}))


def _circumstances(
    design: Design,
    zones: frozenset[str],
    coastal_state: str | None,
    facts: dict[str, Fact],
    as_of: date,
) -> Circumstances:
    def value(name: str) -> Any:
        fact = facts.get(name)
        return None if fact is None else fact.value

    resource = value("contract.resource")
    at = Circumstances(
        as_of=as_of,
        zones=zones,
        purpose=design.purpose,
        coastal_state=coastal_state if zones & NATIONAL_ZONES else None,
        operator_state=design.operator_state,
        sponsoring_state=design.sponsoring_state,
        eu_marine_waters=value("zone.eu_marine_waters"),
        us_ocs=value("zone.us_ocs"),
        us_state_waters=value("zone.us_state_waters"),
        resource=resource,
        seabed_open=value(WORLDS_FACT) is not None,
    )
    if design.purpose not in MINERAL_PURPOSES:
        return replace(at, resource=None)
    return at
