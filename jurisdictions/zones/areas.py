"""Places of the Area that are known by name: exploration contracts and mining regions."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Corner = tuple[float, float]


class Outline(BaseModel):
    """A named polygon in the plane of longitude and latitude."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    corners: tuple[Corner, ...] = Field(min_length=3)
    basis: Literal["published", "recalled"]
    source: str

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether the point lies in the outline."""
        return holds(self.corners, latitude, longitude)


def holds(corners: tuple[Corner, ...], latitude: float, longitude: float) -> bool:
    """Whether a point lies in a polygon of longitude-latitude corners (even-odd rule)."""
    odd = False
    for (x1, y1), (x2, y2) in pairwise((*corners, corners[0])):
        if (y1 > latitude) != (y2 > latitude):
            odd ^= x1 + (latitude - y1) / (y2 - y1) * (x2 - x1) > longitude
    return odd


class ContractArea(Outline):
    """One exploration contract of the International Seabed Authority.

    Attributes:
        contractor: who holds the contract.
        sponsor: ISO 3166-1 alpha-3 code of the sponsoring State.
        resource: what is explored for.
        signed: date of the contract.
        accuracy_nmi: how far the true outline may lie from this one.
    """

    contractor: str
    sponsor: str
    resource: str
    signed: date
    accuracy_nmi: float = Field(gt=0)

    @property
    def label(self) -> str:
        """Name and contractor for people, marked where the outline is approximate."""
        mark = ", approximate outline" if self.accuracy_nmi > 1 else ""
        return f"{self.name} ({self.contractor}; sponsor {self.sponsor}{mark})"


class MiningRegion(Outline):
    """A part of the Area where contracts lie that the tables do not hold one by one."""

    note: str


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    area: tuple[ContractArea, ...]
    region: tuple[MiningRegion, ...]


@lru_cache(maxsize=1)
def _load() -> _Table:
    text = resources.files("jurisdictions.data").joinpath("contract_areas.toml").read_text("utf-8")
    return _Table.model_validate(tomllib.loads(text))


def contract_area_at(latitude: float, longitude: float) -> ContractArea | None:
    """Return the contract area that holds the point, if the tables know one."""
    return next((area for area in _load().area if area.holds(latitude, longitude)), None)


def mining_region_at(latitude: float, longitude: float) -> MiningRegion | None:
    """Return the mining region that holds the point, if any."""
    return next((region for region in _load().region if region.holds(latitude, longitude)), None)
