"""What States claim: breadths, proclaimed zones, contested coasts, awards, EU and US lists.

Everything comes from ``jurisdictions/data/claims.toml``, where each row names its source.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from jurisdictions.zones.areas import Corner, Outline, holds
from jurisdictions.zones.coast import Approach

EezStatus = Literal["proclaimed", "framework", "fishery_zone", "none"]
Basis = Literal["published", "recalled"]
Box = tuple[float, float, float, float]

#: UNCLOS Art. 3: the breadth a State may claim, and the one nearly all do.
TERRITORIAL_SEA_NMI = 12.0


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BreadthClaim(_Row):
    """A territorial sea narrower than 12 nautical miles (``box`` holds the site)."""

    state: str
    box: Box | None = None
    breadth_nmi: float = Field(gt=0, le=12)
    source: str
    basis: Basis


class EezClaim(_Row):
    """Whether an exclusive economic zone stands off a coast (``box`` holds the site)."""

    state: str | None = None
    territory: str | None = None
    box: Box | None = None
    status: EezStatus
    since: object = None
    source: str
    basis: Basis


class ClosedWaters(Outline):
    """Waters that a State holds as internal by history or closing lines."""

    state: str


class ContestedCoast(_Row):
    """Land whose sovereignty is contested (``box`` holds the nearest coast point)."""

    name: str
    territory: str | None = None
    box: Box | None = None
    claimants: tuple[str, ...]


class ContestedWaters(_Row):
    """Waters beyond the territorial sea with overlapping claims (``box`` holds the site)."""

    name: str
    box: Box


class Award(Outline):
    """Waters that a judgment, award or treaty gives to another State than the nearest one.

    Attributes:
        nearest: territories whose coast is nearest there.
        holder: the State that has the waters, and ``territory`` its territory.
        beyond_nmi: distance from the nearest coast from which that holds.
        without: a polygon inside that stays with the nearest State.
    """

    nearest: tuple[str, ...]
    holder: str
    territory: str
    beyond_nmi: float
    without: tuple[Corner, ...] = ()


class SpecialRegime(_Row):
    """Waters that a treaty shares, or where water and seabed are divided differently."""

    name: str
    box: Box


class WideStateWaters(_Row):
    """A United States coast whose State owns the seabed beyond 3 nautical miles."""

    name: str
    nmi: float
    territory: str | None = None
    box: Box | None = None


class UnitedStates(_Row):
    """Breadth of the submerged lands of the States of the United States."""

    default_nmi: float
    source: str
    wide: tuple[WideStateWaters, ...]


class EuropeanUnion(_Row):
    """Members, and their territories whose waters the MSFD leaves out."""

    members: frozenset[str]
    excluded_territories: frozenset[str]


class ExtendedShelf(_Row):
    """States that are known to have submitted limits beyond 200 nautical miles."""

    submitted: frozenset[str]


class Claims(_Row):
    """All tables of ``claims.toml``."""

    territorial_sea: tuple[BreadthClaim, ...]
    eez: tuple[EezClaim, ...]
    internal_waters: tuple[ClosedWaters, ...]
    contested_coast: tuple[ContestedCoast, ...]
    contested_waters: tuple[ContestedWaters, ...]
    award: tuple[Award, ...]
    special_regime: tuple[SpecialRegime, ...]
    us: UnitedStates
    eu: EuropeanUnion
    extended_shelf: ExtendedShelf

    def breadth(self, state: str, latitude: float, longitude: float) -> BreadthClaim | None:
        """Return the row that narrows the territorial sea at a site, or ``None`` (12 nmi)."""
        for row in self.territorial_sea:
            if row.state == state and inside(row.box, latitude, longitude):
                return row
        return None

    def eez_row(self, coast: Approach, latitude: float, longitude: float) -> EezClaim | None:
        """Return the row on the exclusive economic zone off a coast; ``None``: proclaimed."""
        for row in self.eez:
            if (
                (row.territory or coast.territory) == coast.territory
                and (row.state or coast.sovereign) == coast.sovereign
                and inside(row.box, latitude, longitude)
            ):
                return row
        return None

    def closed_at(self, state: str, latitude: float, longitude: float) -> ClosedWaters | None:
        """Return the waters that the State holds as internal at the site, if any."""
        for row in self.internal_waters:
            if row.state == state and row.holds(latitude, longitude):
                return row
        return None

    def contest(self, coast: Approach) -> ContestedCoast | None:
        """Return the contest over the land that holds the nearest coast point, if any."""
        for row in self.contested_coast:
            if (row.territory or coast.territory) == coast.territory and inside(
                row.box, coast.latitude, coast.longitude
            ):
                return row
        return None

    def overlap(self, latitude: float, longitude: float) -> ContestedWaters | None:
        """Return the waters with overlapping claims that hold the site, if any."""
        for row in self.contested_waters:
            if inside(row.box, latitude, longitude):
                return row
        return None

    def award_at(self, coast: Approach, latitude: float, longitude: float) -> Award | None:
        """Return the award that takes the site from the State of the nearest coast, if any."""
        for row in self.award:
            if (
                coast.territory in row.nearest
                and coast.distance_nmi > row.beyond_nmi
                and row.holds(latitude, longitude)
                and not (row.without and holds(row.without, latitude, longitude))
            ):
                return row
        return None

    def regime_at(self, latitude: float, longitude: float) -> SpecialRegime | None:
        """Return the special regime that covers the site, if any."""
        for row in self.special_regime:
            if inside(row.box, latitude, longitude):
                return row
        return None

    def state_waters_nmi(self, coast: Approach) -> float:
        """Return how far a State of the United States owns the seabed off a coast point."""
        for row in self.us.wide:
            if (row.territory or coast.territory) == coast.territory and inside(
                row.box, coast.latitude, coast.longitude
            ):
                return row.nmi
        return self.us.default_nmi


def inside(box: Box | None, latitude: float, longitude: float) -> bool:
    """Whether a point lies in a box (west, south, east, north); ``None`` holds every point."""
    if box is None:
        return True
    west, south, east, north = box
    return west <= longitude <= east and south <= latitude <= north


@lru_cache(maxsize=1)
def load_claims() -> Claims:
    """Read ``claims.toml`` once per process."""
    text = resources.files("jurisdictions.data").joinpath("claims.toml").read_text("utf-8")
    return Claims.model_validate(tomllib.loads(text))
