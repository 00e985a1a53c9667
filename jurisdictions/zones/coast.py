"""Coasts of the world: which land holds a point, and how far each State's coast is.

The nearest point is searched on the sphere over all coast edges at once and then settled by exact
geodesics on WGS 84. An edge is at most 3.4 nautical miles long, so its distance is bounded
by that of its first vertex less its length; and a great-circle distance differs from the geodesic
by at most 0.56 %, so only edges within a small band of the best one need the exact computation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import IO, Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

METRES_PER_NMI = 1852.0
#: Mean Earth radius (IUGG R1, 6371.0088 km) in nautical miles.
EARTH_RADIUS_NMI = 6371.0088 / 1.852
#: Largest relative difference between great-circle (R1) and WGS 84 geodesic distances, rounded up.
SPHERE_ERROR = 0.006
_UNITS_PER_DEGREE = 10_000


@dataclass(frozen=True, slots=True)
class Approach:
    """The point of a territory's coast that is nearest to a site.

    Attributes:
        territory: ISO 3166-1 alpha-3 code of the territory, such as ``CYM``.
        sovereign: code of the State whose territory it is; empty where sovereignty is frozen or
            contested without an administering State that the tables name.
        distance_nmi: geodesic distance in nautical miles.
        latitude, longitude: the point of the coast, degrees.
    """

    territory: str
    sovereign: str
    distance_nmi: float
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Coast:
    """All rings of land as edges in order of territory.

    Attributes:
        territory: code per territory, shape (t,).
        sovereign: code of the sovereign per territory, shape (t,).
        start, stop: edge ends as longitude and latitude in degrees, shape (n, 2).
        owner: index of the territory per edge, shape (n,).
        ring_start: index of the first edge of each ring, shape (r,).
        coast: indices of the edges that are coasts, shape (m,).
        unit: unit vectors of the first ends of coast edges, shape (m, 3).
        reach: great-circle length of coast edges in radians, shape (m,).
        group_start: where each group of coast edges with one owner begins, shape (g,).
        group_owner: the owner of each group, shape (g,).
    """

    territory: tuple[str, ...]
    sovereign: tuple[str, ...]
    start: Floats
    stop: Floats
    owner: npt.NDArray[np.int64]
    ring_start: npt.NDArray[np.int64]
    coast: npt.NDArray[np.int64]
    unit: Floats
    reach: Floats
    group_start: npt.NDArray[np.int64]
    group_owner: npt.NDArray[np.int64]
    archipelagos: tuple[tuple[str, Floats], ...]

    def containing(self, latitude: float, longitude: float) -> tuple[str, ...]:
        """Return the territories whose land holds the point (normally none or one)."""
        hits = _crossings(self.start, self.stop, latitude, longitude)
        if not hits.any():
            return ()
        counts = np.bincount(self.owner[hits], minlength=len(self.territory))
        return tuple(self.territory[i] for i in np.flatnonzero(counts % 2))

    def archipelago_at(self, latitude: float, longitude: float) -> str | None:
        """Return the archipelagic State whose approximate waters hold the point, if any."""
        for state, ring in self.archipelagos:
            if not ring[:, 1].min() <= latitude <= ring[:, 1].max():
                continue
            at = longitude % 360 if ring[:, 0].max() > 180 else longitude
            if _crossings(ring, np.roll(ring, -1, axis=0), latitude, at).sum() % 2:
                return state
        return None

    def approaches(
        self, latitude: float, longitude: float, *, within_nmi: float
    ) -> tuple[Approach, ...]:
        """Return the nearest coast point of each territory within a distance, nearest first.

        The nearest territory is always among them, however far.
        """
        site = _unit_vectors(np.array([longitude]), np.array([latitude]))[0]
        cosine = self.unit @ site
        nearest = _angle_of(np.maximum.reduceat(cosine, self.group_start))
        limit = max(within_nmi / EARTH_RADIUS_NMI, float(nearest.min()))
        wide = limit * (1 + 2 * SPHERE_ERROR) + float(self.reach.max())
        chosen = np.flatnonzero(nearest <= wide)
        # Arc lengths only where a territory is in reach: most of the world's coast never is.
        stops = np.r_[self.group_start[1:], len(cosine)]
        near = [np.arange(self.group_start[i], stops[i]) for i in chosen]
        edges = np.concatenate(near)
        bound = np.repeat(nearest[chosen], [len(part) for part in near]) * (1 + 2 * SPHERE_ERROR)
        edges = edges[_angle_of(cosine[edges]) - self.reach[edges] <= bound]
        found = self._settle(site, latitude, longitude, edges)
        inside = [a for a in found if a.distance_nmi <= within_nmi]
        return tuple(inside or found[:1])

    def _settle(
        self, site: Floats, latitude: float, longitude: float, edges: npt.NDArray[np.int64]
    ) -> list[Approach]:
        at = self.coast[edges]
        a, step = self.start[at], self.stop[at] - self.start[at]
        foot = a + _foot(site, self.unit[edges], a, step)[:, None] * step
        metres = _geodesic(longitude, latitude, foot)
        owner = self.owner[at]
        order = np.lexsort((metres, owner))
        first = order[np.r_[True, np.diff(owner[order]) > 0]]
        first = first[np.argsort(metres[first], kind="stable")]
        return [
            Approach(
                territory=self.territory[owner[i]],
                sovereign=self.sovereign[owner[i]],
                distance_nmi=float(metres[i]) / METRES_PER_NMI,
                latitude=float(foot[i, 1]),
                longitude=float(foot[i, 0]),
            )
            for i in first
        ]

    def enclosure(
        self, latitude: float, longitude: float, sovereign: str, *, radius_nmi: float
    ) -> float:
        """Return the share of directions (0 to 1) in which a State's coast closes the view.

        Directions are sampled every 2 degrees; a direction is closed where an edge of the State
        crosses it within ``radius_nmi``. A point in a fjord or lagoon has a share near 1.
        """
        site = _unit_vectors(np.array([longitude]), np.array([latitude]))[0]
        near = _angles(self.unit, site) - self.reach <= radius_nmi / EARTH_RADIUS_NMI
        mine = np.array([s == sovereign for s in self.sovereign])
        edges = self.coast[near]
        edges = edges[mine[self.owner[edges]]]
        shrink = np.cos(np.radians(latitude))
        bearings = []
        for ends in (self.start[edges], self.stop[edges]):
            east = (ends[:, 0] - longitude + 180) % 360 - 180
            bearings.append(np.degrees(np.arctan2(east * shrink, ends[:, 1] - latitude)))
        width = (bearings[1] - bearings[0] + 180) % 360 - 180
        low = np.where(width >= 0, bearings[0], bearings[0] + width)
        rays = np.arange(0.0, 360.0, 2.0)
        closed = (rays[:, None] - low[None, :]) % 360 <= np.abs(width)[None, :]
        return float(closed.any(axis=1).mean()) if len(edges) else 0.0

    def rings_near(self, latitude: float, longitude: float, *, radius_nmi: float) -> list[Floats]:
        """Return the rings (longitude, latitude) that come within a distance of the site."""
        site = _unit_vectors(np.array([longitude]), np.array([latitude]))[0]
        limit = radius_nmi / EARTH_RADIUS_NMI
        # No point is nearer than its latitude; what that leaves is a small part of the world.
        band = np.flatnonzero(np.abs(self.start[:, 1] - latitude) <= np.degrees(limit) + 1e-3)
        near = np.zeros(len(self.start), dtype=np.int64)
        near[band] = _angles(_unit_vectors(*self.start[band].T), site) <= limit
        inside = np.add.reduceat(near, self.ring_start) > 0
        stops = np.r_[self.ring_start[1:], len(self.start)]
        return [self.start[self.ring_start[i] : stops[i]] for i in np.flatnonzero(inside)]


def _unit_vectors(lon: Floats, lat: Floats) -> Floats:
    lam, phi = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _angles(units: Floats, site: Floats) -> Floats:
    """Great-circle angles in radians, good to 1e-8 (6 cm): enough to choose edges by."""
    return _angle_of(units @ site)


def _angle_of(cosine: Floats) -> Floats:
    chord_squared = np.maximum(2.0 - 2.0 * cosine, 0.0)
    return np.asarray(2.0 * np.arcsin(np.minimum(np.sqrt(chord_squared) / 2.0, 1.0)))


def _foot(site: Floats, unit: Floats, a: Floats, step: Floats) -> Floats:
    """Return where on each edge, from 0 to 1, the point nearest to the site lies."""
    b = a + step
    chord = _unit_vectors(b[:, 0], b[:, 1]) - unit
    square = np.einsum("ij,ij->i", chord, chord)
    along = np.einsum("ij,ij->i", site[None, :] - unit, chord)
    share = np.divide(along, square, out=np.zeros_like(along), where=square > 0)
    return np.asarray(np.clip(share, 0.0, 1.0))


def _crossings(
    start: Floats, stop: Floats, latitude: float, longitude: float
) -> npt.NDArray[np.bool_]:
    """Mark the edges that a ray from the point towards the east crosses (even-odd rule)."""
    straddles = (start[:, 1] > latitude) != (stop[:, 1] > latitude)
    at = np.flatnonzero(straddles)
    (x1, y1), (x2, y2) = start[at].T, stop[at].T
    east = x1 + (latitude - y1) / (y2 - y1) * (x2 - x1) > longitude
    straddles[at[~east]] = False
    return np.asarray(straddles)


def geodesic_nmi(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Return the WGS 84 geodesic distance between two points in nautical miles."""
    point = np.array([[other_longitude, other_latitude]])
    return float(_geodesic(longitude, latitude, point)[0]) / METRES_PER_NMI


def _geodesic(longitude: float, latitude: float, points: Floats) -> Floats:
    _, _, metres = _geod().inv(
        np.full(len(points), longitude), np.full(len(points), latitude), points[:, 0], points[:, 1]
    )
    return np.asarray(metres, dtype=np.float64)


@lru_cache(maxsize=1)
def _geod() -> Any:
    from pyproj import Geod

    return Geod(ellps="WGS84")


@lru_cache(maxsize=1)
def load_coast() -> Coast:
    """Read ``jurisdictions/data/coast.npz`` (see SOURCES.md there) once per process."""
    with resources.files("jurisdictions.data").joinpath("coast.npz").open("rb") as stream:
        return read_coast(stream)


def _walked(
    delta: npt.NDArray[np.int32], first: npt.NDArray[np.int64], length: npt.NDArray[np.int64]
) -> Floats:
    """Return degrees from differences, summed anew from the first vertex of each ring."""
    total = np.cumsum(delta, dtype=np.int64)
    return np.asarray((total - np.repeat(total[first] - delta[first], length)) / _UNITS_PER_DEGREE)


def read_coast(stream: IO[bytes]) -> Coast:
    """Unpack what :mod:`jurisdictions.data.derive_coast` packed."""
    with np.load(stream, allow_pickle=False) as data:
        table = {key: data[key] for key in data.files}
    length = table["ring_length"].astype(np.int64)
    first = np.r_[0, np.cumsum(length)[:-1]]
    start = np.column_stack(
        [_walked(table[name], first, length) for name in ("delta_lon", "delta_lat")]
    )
    following = np.arange(1, len(start) + 1)
    following[first + length - 1] = first
    owner = np.repeat(table["ring_territory"].astype(np.int64), length)
    coast = np.flatnonzero(np.unpackbits(table["coast"], count=len(start)))
    units = _unit_vectors(start[:, 0], start[:, 1])
    unit = units[coast]
    step = units[following[coast]] - unit
    chord = np.sqrt(np.einsum("ij,ij->i", step, step))
    group_start = np.flatnonzero(np.diff(owner[coast], prepend=-1))
    cuts = np.cumsum(table["archipelago_length"].astype(np.int64))[:-1]
    outlines = np.split(table["archipelago_points"] / 1000.0, cuts)
    return Coast(
        territory=tuple(str(code) for code in table["territory"]),
        sovereign=tuple(str(code) for code in table["sovereign"]),
        start=start,
        stop=start[following],
        owner=owner,
        ring_start=first,
        coast=coast,
        unit=unit,
        reach=2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0)),
        group_start=group_start,
        group_owner=owner[coast][group_start],
        archipelagos=tuple(
            (str(state), ring)
            for state, ring in zip(table["archipelago_state"], outlines, strict=True)
        ),
    )
