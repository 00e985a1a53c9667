"""From latitude and longitude to zones: nearest coast, breadths, claims, awards and doubt.

Method: the State of the nearest coast has the site up to the median line; 12, 24, 200 and 350
nautical miles (UNCLOS Art. 3, 33, 57, 76) are measured from the low-water line, which is what the
coast data hold. Where a State claims otherwise, or an award draws another line, the tables of
:mod:`jurisdictions.zones.claims` say so. Straight baselines are not modelled; archipelagic
baselines (Art. 47) are approximated and then never certain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from base import UsageError
from jurisdictions.zones.areas import ContractArea, contract_area_at, mining_region_at
from jurisdictions.zones.claims import TERRITORIAL_SEA_NMI, Claims, load_claims
from jurisdictions.zones.coast import Approach, Coast, geodesic_nmi, load_coast
from jurisdictions.zones.site import Seabed, SiteZones, WaterColumn

CONTIGUOUS_NMI = 24.0  # UNCLOS Art. 33(2)
EEZ_NMI = 200.0  # UNCLOS Art. 57 and 76(1)
SHELF_LIMIT_NMI = 350.0  # UNCLOS Art. 76(5), first constraint
ANTARCTIC_LATITUDE = -60.0  # Antarctic Treaty Art. VI
#: Two zones of 200 nautical miles can meet only where the coasts are less than this apart.
SEARCH_NMI = 2 * EEZ_NMI

#: Below this margin the coast data (200 m), islets and baselines may turn the answer.
DOUBT_NMI = 5.0
#: Treaty lines leave the strict median by more the farther out they run: share of the distance.
MEDIAN_DOUBT = 0.1
#: Natural Earth's simplified shore is good to about 200 m; lagoons and piers vanish below that.
SHORE_DOUBT_NMI = 0.5
#: Beyond 350 nautical miles the second constraint of Art. 76(5) may still reach a little farther.
SHELF_DOUBT_NMI = 400.0

#: Enclosure (share of directions closed by the State's own coast within one bay's width) above
#: which waters are taken as internal, and above which that is at least possible. UNCLOS Art. 10.
INTERNAL_SHARE = 0.9
MAYBE_INTERNAL_SHARE = 0.7
BAY_NMI = 24.0

#: Features held to be rocks without zones beyond 12 nautical miles, and the territory they count
#: to. Spratly Islands and Scarborough Shoal: PCA 2013-19, award of 12 July 2016 (no State here).
#: Rockall: by the Fishery Limits Order 1997 the United Kingdom measures no limits from it.
ROCKS = {"PGA": "PGA", "SCR": "SCR", "RKL": "GBR"}

#: The Caspian is no sea of the Convention; its States divided it by their own treaty of 2018.
CASPIAN = (46.0, 36.3, 55.2, 47.4)


@dataclass(frozen=True, slots=True)
class _Reach:
    """The States near a site: whose zone it is, who is next, and what qualifies that."""

    first: Approach
    second: Approach | None
    award: str | None = None


def resolve(latitude: float, longitude: float) -> SiteZones:
    """Find the zones that hold at a point of the world.

    Args:
        latitude: degrees north, -90 to 90.
        longitude: degrees east, -180 to 180.

    Raises:
        UsageError: when a coordinate is not a number in its range.
    """
    _check("latitude", latitude, 90.0, "south is negative")
    _check("longitude", longitude, 180.0, "west is negative; 200 east is written -160")
    coast, claims = load_coast(), load_claims()
    approaches = coast.approaches(latitude, longitude, within_nmi=SEARCH_NMI)
    reach = _reach(approaches, claims, latitude, longitude)
    land = coast.containing(latitude, longitude)
    if latitude < ANTARCTIC_LATITUDE:
        return _antarctic(latitude, longitude, reach, on_land=bool(land))
    if land:
        return _on_land(latitude, longitude, reach, coast, land[0])
    west, south, east, north = CASPIAN
    if west <= longitude <= east and south <= latitude <= north:
        return _caspian(latitude, longitude, reach)
    return _at_sea(latitude, longitude, reach, coast, claims)


def _check(name: str, value: float, limit: float, hint: str) -> None:
    if not math.isfinite(value) or abs(value) > limit:
        raise UsageError(
            f"{value} is not between -{limit:g} and {limit:g}",
            where=name,
            hint=f"give degrees, {hint}",
        )


def _reach(
    approaches: tuple[Approach, ...], claims: Claims, latitude: float, longitude: float
) -> _Reach:
    """Rank States by their nearest coast; awards may put another State first."""
    by_state: dict[str, Approach] = {}
    for approach in approaches:
        rock = ROCKS.get(approach.territory)
        if rock and approach.distance_nmi > TERRITORIAL_SEA_NMI:
            continue
        if approach.sovereign or rock:
            named = replace(approach, territory=rock or approach.territory)
            by_state.setdefault(approach.sovereign or approach.territory, named)
    ranked = [*by_state.values()] or [approaches[0]]
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    award = claims.award_at(first, latitude, longitude)
    if award and award.holder in by_state and by_state[award.holder].distance_nmi <= EEZ_NMI:
        holder = replace(by_state[award.holder], territory=award.territory)
        return _Reach(holder, first, award.name)
    return _Reach(first, second)


def _base(latitude: float, longitude: float, reach: _Reach) -> SiteZones:
    """Start from a site about which only its nearest coasts are known."""
    first, second = reach.first, reach.second
    return SiteZones(
        latitude=latitude,
        longitude=longitude,
        zones=frozenset(),
        water_column="high_seas",
        seabed="area",
        extended_shelf_possible=False,
        coastal_state=first.sovereign or None,
        territory=first.territory,
        distance_nmi=first.distance_nmi,
        margin_nmi=first.distance_nmi,
        nearest_threshold="shore",
        second_state=(second.sovereign or second.territory) if second else None,
        second_distance_nmi=second.distance_nmi if second else None,
        certain=True,
        disputed=False,
        notes=(),
        eu_member=False,
        eu_marine_waters=False,
        us_state_waters=False,
        us_ocs=False,
        isa_contract_area=None,
        eez_proclaimed=False,
        nearest_coast=(first.latitude, first.longitude),
        second_coast=(second.latitude, second.longitude) if second else None,
    )


def _antarctic(latitude: float, longitude: float, reach: _Reach, *, on_land: bool) -> SiteZones:
    margin = geodesic_nmi(latitude, longitude, ANTARCTIC_LATITUDE, longitude)
    zones = {"antarctic_treaty_area", "land" if on_land else "high_seas"}
    return replace(
        _base(latitude, longitude, reach),
        zones=frozenset(zones),
        water_column="antarctic_treaty_area",
        seabed="antarctic_treaty_area",
        coastal_state=None,
        territory="ATA",
        second_state=None,
        second_distance_nmi=None,
        second_coast=None,
        margin_nmi=margin,
        nearest_threshold="60 degrees south",
        certain=margin >= DOUBT_NMI,
        notes=(
            "South of 60 degrees south the Antarctic Treaty applies: claims to sovereignty are "
            "frozen (Art. IV) and rights on the high seas are kept (Art. VI); mineral resource "
            "activities other than research are barred by its Environmental Protocol (Art. 7).",
        ),
    )


def _on_land(
    latitude: float, longitude: float, reach: _Reach, coast: Coast, territory: str
) -> SiteZones:
    sovereign = coast.sovereign[coast.territory.index(territory)] or None
    near_shore = reach.first.distance_nmi < SHORE_DOUBT_NMI
    notes = ["The coast data show land here."]
    if near_shore:
        notes.append(
            "The shore is nearer than the data resolve: a lagoon, harbour or creek at this place "
            "is internal waters, and the open coast is the territorial sea."
        )
    if reach.first.sovereign != sovereign:
        reach = _Reach(reach.first, reach.first)
    return replace(
        _base(latitude, longitude, reach),
        zones=frozenset({"land"}),
        water_column="land",
        seabed="land",
        coastal_state=sovereign,
        territory=territory,
        certain=not near_shore,
        notes=tuple(notes),
        eu_member=sovereign in load_claims().eu.members,
    )


def _caspian(latitude: float, longitude: float, reach: _Reach) -> SiteZones:
    return replace(
        _base(latitude, longitude, reach),
        zones=frozenset({"internal_waters"}),
        water_column="internal_waters",
        seabed="internal_waters",
        certain=False,
        notes=(
            "The Caspian has no outlet to the sea: UNCLOS does not apply; its five States divide "
            "water and seabed by their convention of 12 August 2018 and by bilateral treaties.",
        ),
    )


def _at_sea(
    latitude: float, longitude: float, reach: _Reach, coast: Coast, claims: Claims
) -> SiteZones:
    site = _base(latitude, longitude, reach)
    distance = site.distance_nmi
    breadth_row = claims.breadth(reach.first.sovereign, latitude, longitude)
    breadth = breadth_row.breadth_nmi if breadth_row else TERRITORIAL_SEA_NMI
    closed = claims.closed_at(reach.first.sovereign, latitude, longitude)
    if closed:
        site = _closed(site, f"{closed.name}: internal waters ({closed.source}; {closed.basis}).")
    elif not reach.first.sovereign and reach.first.territory == "ATA":
        site = _beyond(site, contract_area_at(latitude, longitude), claims, state=None)
    elif distance > EEZ_NMI:
        contract = contract_area_at(latitude, longitude)
        site = _beyond(site, contract, claims, state=reach.first.sovereign)
    elif distance > breadth:
        site = _within_200(site, reach.first, claims)
    else:
        site = _within_territorial_sea(site, coast, reach.first)
    if breadth_row and distance <= CONTIGUOUS_NMI:
        site = _with_note(site, f"Territorial sea of {breadth:g} nmi: {breadth_row.source}.")
    site = _with_archipelago(site, coast, reach.first)
    site = _with_contests(site, reach, claims)
    site = _with_margin(site, reach, breadth)
    return _with_regimes(site, reach.first, claims)


def _closed(site: SiteZones, note: str) -> SiteZones:
    return _with_doubt(
        replace(
            site,
            zones=frozenset({"internal_waters"}),
            water_column="internal_waters",
            seabed="internal_waters",
        ),
        note,
    )


def _within_territorial_sea(site: SiteZones, coast: Coast, first: Approach) -> SiteZones:
    share = coast.enclosure(site.latitude, site.longitude, first.sovereign, radius_nmi=BAY_NMI)
    inner: WaterColumn = "territorial_sea"
    seabed: Seabed = "territorial_sea"
    if share >= INTERNAL_SHARE:
        inner = seabed = "internal_waters"
    site = replace(site, zones=frozenset({inner}), water_column=inner, seabed=seabed)
    if share >= MAYBE_INTERNAL_SHARE:
        site = _with_doubt(
            site,
            f"The State's own coast closes {share:.0%} of the horizon within {BAY_NMI:g} nmi: "
            "its closing lines and straight baselines decide whether these are internal waters.",
        )
    if site.distance_nmi < SHORE_DOUBT_NMI:
        site = _with_doubt(site, "The shore is nearer than the coast data resolve.")
    return site


def _within_200(site: SiteZones, first: Approach, claims: Claims) -> SiteZones:
    row = claims.eez_row(first, site.latitude, site.longitude)
    status = row.status if row else "proclaimed"
    water: WaterColumn = "high_seas" if status == "none" else "eez"
    zones = {water, "continental_shelf"}
    inner: WaterColumn = water
    if site.distance_nmi <= CONTIGUOUS_NMI:
        zones.add("contiguous_zone")
        inner = "contiguous_zone"
    site = replace(
        site,
        zones=frozenset(zones),
        water_column=inner,
        seabed="continental_shelf",
        eez_proclaimed=status == "proclaimed",
    )
    if row and status != "proclaimed":
        label = {
            "none": "No exclusive economic zone here",
            "framework": "Exclusive economic zone not fully proclaimed",
            "fishery_zone": "Fisheries or conservation zone rather than a full economic zone",
        }[status]
        site = _with_doubt(site, f"{label}: {row.source} ({row.basis}).")
    return site


def _beyond(
    site: SiteZones, contract: ContractArea | None, claims: Claims, *, state: str | None
) -> SiteZones:
    """Beyond 200 nautical miles, or off a coast without a State: high seas and the Area."""
    possible = state is not None and site.distance_nmi <= SHELF_LIMIT_NMI and contract is None
    site = replace(
        site,
        zones=frozenset({"high_seas", "area"}),
        water_column="high_seas",
        seabed="area_or_extended_shelf" if possible else "area",
        extended_shelf_possible=possible,
        coastal_state=state if possible else None,
        territory=site.territory if possible else None,
        isa_contract_area=contract.label if contract else None,
    )
    region = mining_region_at(site.latitude, site.longitude)
    if contract is None and region is not None:
        site = _with_note(site, f"The site lies in {region.note}.")
    if possible:
        known = state in claims.extended_shelf.submitted
        return _with_doubt(
            site,
            f"Between {EEZ_NMI:g} and {SHELF_LIMIT_NMI:g} nmi the seabed is the Area unless the "
            f"continental shelf of {state} reaches here (UNCLOS Art. 76); that State has "
            + ("submitted limits beyond 200 nmi" if known else "no submission that is known here")
            + ", and its outer limits are not in the data.",
        )
    if state is not None and SHELF_LIMIT_NMI < site.distance_nmi <= SHELF_DOUBT_NMI:
        return _with_doubt(
            site,
            "A little beyond 350 nmi the constraint of 100 nmi from the 2 500 m isobath "
            "(UNCLOS Art. 76(5)) may still let a shelf reach the site.",
        )
    return site


def _with_archipelago(site: SiteZones, coast: Coast, first: Approach) -> SiteZones:
    state = coast.archipelago_at(site.latitude, site.longitude)
    if "internal_waters" in site.zones:
        return site
    if state is None or state != first.sovereign:
        if _near_archipelago(site, coast, first.sovereign):
            return _with_doubt(
                site,
                f"Within {DOUBT_NMI:g} nmi of the approximate archipelagic waters of "
                f"{first.sovereign}, whose own baselines decide (UNCLOS Art. 47, 48).",
            )
        return site
    site = replace(
        site,
        zones=frozenset({"archipelagic_waters"}),
        water_column="archipelagic_waters",
        seabed="archipelagic_waters",
        eez_proclaimed=False,
        notes=(),
    )
    return _with_doubt(
        site,
        f"Archipelagic waters of {state} (UNCLOS Art. 47, 49) by an outline that joins islands "
        "less than 125 nmi apart; the State's own baselines decide.",
    )


def _near_archipelago(site: SiteZones, coast: Coast, state: str) -> bool:
    """Whether one of eight points around the site lies in the State's archipelagic waters."""
    step = DOUBT_NMI / 60.0
    shrink = max(math.cos(math.radians(site.latitude)), 0.1)
    around = [(math.cos(k * math.pi / 4), math.sin(k * math.pi / 4)) for k in range(8)]
    return any(
        coast.archipelago_at(
            site.latitude + step * north, (site.longitude + step * east / shrink + 180) % 360 - 180
        )
        == state
        for north, east in around
    )


def _with_contests(site: SiteZones, reach: _Reach, claims: Claims) -> SiteZones:
    if reach.award:
        site = _with_doubt(site, f"Not the nearest State's waters: {reach.award}.")
    if site.coastal_state is None and reach.first.territory not in ROCKS:
        return site
    contest = claims.contest(reach.first)
    if contest:
        who = ", ".join(contest.claimants)
        site = replace(
            _with_doubt(site, f"The nearest land is contested: {contest.name} (also {who})."),
            disputed=True,
        )
    waters = claims.overlap(site.latitude, site.longitude)
    if waters and site.distance_nmi > CONTIGUOUS_NMI:
        site = replace(_with_doubt(site, f"{waters.name}."), disputed=True)
    regime = claims.regime_at(site.latitude, site.longitude)
    if regime and "land" not in site.zones:
        site = _with_doubt(site, f"{regime.name}.")
    return site


def _with_margin(site: SiteZones, reach: _Reach, breadth: float) -> SiteZones:
    distance, second = site.distance_nmi, reach.second
    lines = {f"{at:g} nmi": abs(distance - at)
             for at in (breadth, CONTIGUOUS_NMI, EEZ_NMI, SHELF_LIMIT_NMI)}  # fmt: skip
    lines["60 degrees south"] = geodesic_nmi(
        site.latitude, site.longitude, ANTARCTIC_LATITUDE, site.longitude
    )
    doubt = dict.fromkeys(lines, DOUBT_NMI)
    if second and not reach.award and (distance + second.distance_nmi) / 2 <= SHELF_LIMIT_NMI:
        median = f"median line with {second.sovereign or second.territory}"
        lines[median] = (second.distance_nmi - distance) / 2
        doubt[median] = max(DOUBT_NMI, MEDIAN_DOUBT * distance)
    nearest = min(lines, key=lambda line: lines[line])
    site = replace(site, margin_nmi=lines[nearest], nearest_threshold=nearest)
    for line in lines:
        if lines[line] < doubt[line]:
            site = _with_doubt(site, f"Only {lines[line]:.1f} nmi from the {line}.")
    return site


def _with_regimes(site: SiteZones, first: Approach, claims: Claims) -> SiteZones:
    """Add membership of the European Union and the shelf of the United States."""
    state, inner = site.coastal_state, site.water_column
    within = not site.zones & {"area", "land", "internal_waters"}
    member = state in claims.eu.members
    site = replace(
        site,
        eu_member=member,
        eu_marine_waters=member and within and site.territory not in claims.eu.excluded_territories,
    )
    if state != "USA" or site.distance_nmi > EEZ_NMI:
        return site
    limit = claims.state_waters_nmi(first)
    if abs(site.distance_nmi - limit) < 1.0:
        site = _with_doubt(
            site, f"Only {abs(site.distance_nmi - limit):.1f} nmi from the limit of State "
            f"waters at {limit:g} nmi (43 USC 1301).",
        )  # fmt: skip
    state_waters = site.distance_nmi <= limit or inner == "internal_waters"
    return replace(site, us_state_waters=state_waters, us_ocs=not state_waters)


def _with_note(site: SiteZones, note: str) -> SiteZones:
    return replace(site, notes=(*site.notes, note))


def _with_doubt(site: SiteZones, note: str) -> SiteZones:
    return replace(site, notes=(*site.notes, note), certain=False)
