"""Regimes that bear on a site and are not modelled: every report names them."""

from __future__ import annotations

from compliance.finding import Limit
from jurisdictions.parties import party_status, unclos_party
from jurisdictions.party_table import load_party_table
from jurisdictions.regimes import MINERAL_PURPOSES, Circumstances

_OSPAR_STATES = frozenset(
    {"BEL", "DNK", "FIN", "FRA", "DEU", "ISL", "IRL", "LUX", "NLD", "NOR", "PRT", "ESP", "SWE",
     "CHE", "GBR"}
)  # fmt: skip
_BARCELONA_STATES = frozenset(
    {"ALB", "DZA", "BIH", "HRV", "CYP", "EGY", "FRA", "GRC", "ISR", "ITA", "LBN", "LBY", "MLT",
     "MCO", "MNE", "MAR", "SVN", "ESP", "SYR", "TUN", "TUR"}
)  # fmt: skip


def _deep_seabed_mining(at: Circumstances) -> tuple[Limit, ...]:
    """Name what a miner in the Area must look at beside the Authority's regulations."""
    state = at.sponsoring_state or at.operator_state
    if state is None or unclos_party(state, at.as_of).party:
        return (
            Limit(
                name="Sponsoring State's deep-seabed statute",
                reason="due-diligence law that the sponsoring State must have",
            ),
        )
    disputed = Limit(
        name=f"Part XI and a non-party ({state})",
        reason="disputed: the Authority and most States hold that custom bars mining the Area "
        "outside Part XI; here it is not judged, which does not make it lawful",
    )
    statute = Limit(
        name="Deep Seabed Hard Mineral Resources Act (30 U.S.C. 1401 ff.), 15 CFR 970 and 971",
        reason="no citizen of the United States may mine the deep seabed without its licence or "
        "permit",
    )
    return (disputed, statute) if state == "USA" else (disputed,)


def limits_of(at: Circumstances, latitude: float, longitude: float) -> tuple[Limit, ...]:
    """Name the regimes that a lawyer must still look at for this site and purpose."""
    found: list[Limit] = []

    def add(name: str, reason: str) -> None:
        found.append(Limit(name=name, reason=reason))

    zones = at.zones or frozenset()
    if at.coastal_state is not None:
        add(
            f"Domestic statutes and permits of {at.coastal_state}",
            "the coastal State's own law on installations, planning, labour and environment",
        )
    if at.eu_marine_waters:
        add("Habitats and Birds Directives", "appropriate assessment near Natura 2000 sites")
        add("EIA Directive 2011/92/EU", "screening and assessment of the project")
        add("Maritime Spatial Planning Directive 2014/89/EU", "the State's spatial plan")
    if at.us_ocs or at.us_state_waters:
        add("National Marine Sanctuaries Act", "the site may lie in a sanctuary")
        add("NEPA, ESA, MMPA, Clean Water Act", "federal review, protected species, discharges")
        add("30 CFR 250, 585 and 33 CFR 140-147", "rules of the bureaus under the Act")
    if at.us_state_waters:
        add("Law of the adjacent State of the United States", "State submerged-lands permits")
    if at.coastal_state in _OSPAR_STATES and latitude >= 36 and -44 <= longitude <= 51:
        add("OSPAR Convention", "north-east Atlantic: offshore sources, marine protected areas")
    if at.coastal_state in _BARCELONA_STATES and 30 <= latitude <= 46 and -6 <= longitude <= 36.5:
        add("Barcelona Convention and Offshore Protocol", "Mediterranean seabed activities")
    in_force = load_party_table().treaties["bbnj"].in_force
    if zones & {"area", "high_seas"} and at.as_of >= in_force:
        state = at.sponsoring_state or at.operator_state
        status = f"; {party_status('bbnj', state, at.as_of).reason}" if state else ""
        add(
            "BBNJ Agreement",
            f"in force since {in_force}: impact assessment beyond national jurisdiction, "
            f"between its parties{status}",
        )
    if at.purpose in MINERAL_PURPOSES and "area" in zones:
        found += _deep_seabed_mining(at)
    if "antarctic_treaty_area" in zones:
        add(
            "Antarctic Treaty system",
            "Environmental Protocol: prior assessment (Art. 8), and no mineral activity other than "
            "research (Art. 7)",
        )
    if at.purpose == "military":
        add(
            "Seabed Arms Control Treaty of 1971",
            "no weapons of mass destruction on the seabed beyond twelve miles from the coast",
        )
    add("MARPOL, SOLAS, London Convention and Protocol", "discharges, support ships, dumping")
    add("Diving, class and flag rules", "class certification, saturation diving codes, flag law")
    return tuple(found)
