"""Other places: a few around the site, with what is then unknown."""

from __future__ import annotations

import math
from typing import Any

from compliance.repair.bench import Bench, facts_of_rule
from compliance.repair.catalogue import Move
from compliance.repair.levers import PLACE, Change, Lever
from compliance.whatif.settings import PLACE_ASSERTIONS, PLACE_FACTS
from habitat.units import read_quantity

#: Said with every repair that moves the habitat.
MOVED = (
    "nobody has surveyed the new place: its depth and whatever else the design says of the site "
    "are taken from the old one, except what broke a rule there, which is unknown"
)
DIRECTIONS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
_METRES = 1852.0


def place_lever(bench: Bench, move: Move) -> Lever | None:
    """Return places in eight directions at each distance, none of them on land.

    What the design says of its own place is taken to hold there too, as the depth is; only facts
    that break a rule here become unknown, for they are why one would move. Claimed zones are
    dropped: the resolver answers for the new place.
    """
    from pyproj import Geod

    site = bench.design.site
    geod = Geod(ellps="WGS84")
    unknown: dict[str, Any] = dict.fromkeys((*PLACE_ASSERTIONS, *_adverse(bench)))
    changes = []
    for text in move.distances:
        miles = float(read_quantity(text, where="").to("nautical_mile").magnitude)
        for place, direction in enumerate(DIRECTIONS):
            longitude, latitude, _ = geod.fwd(
                site.longitude, site.latitude, 45.0 * place, miles * _METRES
            )
            at = {"site.latitude": round(latitude, 4), "site.longitude": round(longitude, 4)}
            found = bench.shared.zones_at(at["site.latitude"], at["site.longitude"])
            if "land" in found.zones:
                continue
            settings = {**unknown, **at}
            if bench.design.waste.distance_to_land is not None:
                settings["waste.distance_to_land"] = _rounded_down(found.distance_nmi)
            changes.append(
                Change(
                    f"{miles:g} nmi {direction}",
                    settings,
                    round(move.flat + move.each * miles),
                    move.source,
                    f"elsewhere in {', '.join(sorted(found.zones))} of {found.coastal_state}",
                )
            )
    return Lever(PLACE, tuple(changes)) if changes else None


def _rounded_down(miles: float) -> str | None:
    return f"{math.floor(miles * 10.0) / 10.0:g} nmi" if math.isfinite(miles) else None


def _adverse(bench: Bench) -> list[str]:
    """Return facts of the place that a rule broken here rests on."""
    broken = [rule for name, rule in bench.rules.items() if bench.verdict(name, {}) == "violated"]
    tested = frozenset().union(*(facts_of_rule(rule) for rule in broken))
    return [
        key
        for key in PLACE_FACTS
        if key.startswith("site.") and key != "site.depth" and key in tested
    ]
