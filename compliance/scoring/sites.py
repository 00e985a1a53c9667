"""Sites of simulated habitats: positions drawn from sea regions, with the zones that hold there.

The regions are boxes of latitude and longitude that we chose so that every modelled jurisdiction
binds at a good share of the sites; which law binds at a position is the zone resolver's answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jurisdictions.zones import SiteZones, resolve


@dataclass(frozen=True, slots=True)
class Region:
    """A box of the sea: south, north, west and east edge in degrees, and how often it is drawn."""

    name: str
    south: float
    north: float
    west: float
    east: float
    share: float


REGIONS = (
    Region("Clarion-Clipperton Zone", 5, 20, -155, -115, 0.20),
    Region("Mid-Atlantic Ridge", 12, 32, -50, -38, 0.07),
    Region("Central Indian Ocean", -20, -10, 72, 84, 0.07),
    Region("Western Pacific crusts", 14, 22, 150, 160, 0.06),
    Region("Gulf of Mexico", 25, 30, -96, -83, 0.12),
    Region("United States Atlantic", 30, 41, -79, -69, 0.06),
    Region("United States Pacific", 33, 47, -127, -121, 0.10),
    Region("Azores", 36, 40.5, -32, -24, 0.12),
    Region("Madeira and Canaries", 27, 34, -19, -13, 0.05),
    Region("Iberia and Biscay", 36, 47, -12, -2, 0.06),
    Region("Western Mediterranean", 37, 43, 2, 12, 0.05),
    Region("Baltic and North Sea", 53, 60, 3, 22, 0.04),
    Region("Elsewhere", -50, 60, -180, 180, 0.04),
)
#: Positions tried before a region is given up.
TRIES = 200


@dataclass(frozen=True, slots=True)
class SimulatedSite:
    """A site with its zones.

    Attributes:
        name: unique; splits keep all designs of a site together.
        region: of :data:`REGIONS`.
        zones: what the resolver found.
        depth_m: seabed depth.
    """

    name: str
    region: str
    zones: SiteZones
    depth_m: float


def draw_sites(
    rng: np.random.Generator, count: int, *, name: str, regions: Sequence[Region] = REGIONS
) -> list[SimulatedSite]:
    """Draw sites at sea whose zones are settled.

    A position on land, in disputed waters or where only a State's extended shelf could decide is
    drawn again: labels must not hang on what nobody knows.

    Args:
        rng: the only source of chance.
        count: how many.
        name: first part of their names.
        regions: with shares, which need not sum to one.
    """
    shares = np.array([region.share for region in regions])
    chosen = rng.choice(len(regions), size=count, p=shares / shares.sum())
    return [_draw(rng, regions[at], f"{name}-{number:05d}") for number, at in enumerate(chosen)]


def _draw(rng: np.random.Generator, region: Region, name: str) -> SimulatedSite:
    for _ in range(TRIES):
        latitude = round(float(rng.uniform(region.south, region.north)), 4)
        longitude = round(float(rng.uniform(region.west, region.east)), 4)
        zones = resolve(latitude, longitude)
        settled = not (zones.disputed or zones.extended_shelf_possible)
        at_sea = zones.water_column not in ("land", "internal_waters", "archipelagic_waters")
        if settled and at_sea:
            return SimulatedSite(name, region.name, zones, depth_at(rng, zones))
    raise ValueError(f"no settled site found in {region.name} in {TRIES} tries")


def depth_at(rng: np.random.Generator, zones: SiteZones) -> float:
    """Draw a depth in metres that grows with the distance from the coast.

    A shelf of about 80 m to 20 nautical miles, a slope, and an abyss of about 4 300 m beyond 150:
    a rough picture of a continental margin, with a factor of chance around it (log-normal, 0.35).
    """
    known = (0.0, 10.0, 40.0, 80.0, 150.0, 400.0)
    typical = (30.0, 80.0, 350.0, 1500.0, 3800.0, 4400.0)
    depth = float(np.interp(zones.distance_nmi, known, typical)) * float(rng.lognormal(0, 0.35))
    return round(min(max(depth, 15.0), 6000.0), 1)
