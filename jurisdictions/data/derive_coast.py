"""Derive ``coast.npz`` from Natural Earth: polygons for land, marked coast edges for distance.

Run from the project root, with the inputs named in SOURCES.md::

    python -m jurisdictions.data.derive_coast ne_10m_states.geojson jurisdictions/data/islets.csv

What is stored, per ring in order of territory: a first vertex and differences, in units of
1/10 000 degree (11 m), and one bit per edge that says whether the edge is a coast. An edge is no
coast where another territory's land lies just beyond it (a land border) or where the polygon was
cut at the antimeridian or at the South Pole. Coast edges longer than :data:`MAX_EDGE_DEG` are
split, so that an edge may be treated as its middle plus a small radius.

For archipelagic States the outline of their waters is approximated by a morphological closing:
islands are joined wherever they are less than 125 nautical miles apart, the longest baseline that
UNCLOS Art. 47(2) admits. These outlines are approximations and never make an answer certain.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from base import UsageError, read_bytes, write_whole

SCALE = 10_000
MAX_EDGE_DEG = 0.04
BORDER_PROBES_DEG = (0.003, 0.006, 0.01, 0.02)
ARCHIPELAGO_CLOSING_M = 62.5 * 1852.0

#: Natural Earth units that lack an ISO 3166-1 code or that the atlas counts under another State:
#: unit -> (territory, sovereign). Cook Islands and Niue have their own zones and are counted as
#: their own States; breakaway units go to the State whose territory they are by UN practice.
UNITS = {
    "ESB": ("CYP", "CYP"),
    "WSB": ("CYP", "CYP"),
    "CNM": ("CYP", "CYP"),
    "CYN": ("CYP", "CYP"),
    "PSX": ("PSE", "PSE"),
    "SAH": ("ESH", "ESH"),
    "SOL": ("SOM", "SOM"),
    "SDS": ("SSD", "SSD"),
    "KOS": ("XKX", "XKX"),
    "ALD": ("ALA", "FIN"),
    "COK": ("COK", "COK"),
    "NIU": ("NIU", "NIU"),
    "ATA": ("ATA", ""),
    "ATC": ("AUS", "AUS"),
    "CSI": ("AUS", "AUS"),
    "SER": ("COL", "COL"),
    "BJN": ("COL", "COL"),
    "KAB": ("KAZ", "KAZ"),
    "SPI": ("CHL", "CHL"),
    "PGA": ("PGA", ""),
    "SCR": ("SCR", ""),
}

#: Parts of a Natural Earth unit with a code of their own:
#: unit -> (territory, sovereign, west, south, east, north).
PARTS: dict[str, list[tuple[str, str, float, float, float, float]]] = {
    "FRA": [
        ("GUF", "FRA", -55.0, 2.0, -51.0, 6.5),
        ("GLP", "FRA", -62.0, 15.7, -60.9, 16.7),
        ("MTQ", "FRA", -61.4, 14.2, -60.7, 15.1),
        ("REU", "FRA", 55.0, -21.6, 56.0, -20.7),
        ("MYT", "FRA", 44.9, -13.2, 45.5, -12.5),
    ],
    "NLD": [("BES", "NLD", -69.0, 11.5, -62.5, 18.5)],
    "NOR": [
        ("SJM", "NOR", 8.0, 74.0, 36.0, 81.5),
        ("SJM", "NOR", -10.0, 70.0, -7.0, 72.0),
        ("BVT", "NOR", 2.0, -56.0, 5.0, -53.0),
    ],
    "IOA": [
        ("CXR", "AUS", 105.0, -11.0, 106.0, -10.0),
        ("CCK", "AUS", 96.0, -13.0, 97.5, -11.0),
    ],
    "RUS": [("UKR", "UKR", 32.4, 44.3, 36.7, 46.25)],
    "GBR": [("RKL", "GBR", -13.8, 57.5, -13.6, 57.7)],
}

#: States without a sea coast: near river mouths their borders could pass for one. Azerbaijan,
#: Kazakhstan and Turkmenistan keep their coasts on the Caspian.
LANDLOCKED = frozenset({
    "AFG", "AND", "ARM", "AUT", "BDI", "BFA", "BLR", "BOL", "BRT", "BTN", "BWA", "CAF", "CHE",
    "CZE", "ETH", "HUN", "KAS", "KGZ", "LAO", "LIE", "LSO", "LUX", "MDA", "MKD", "MLI", "MNG",
    "MWI", "NER", "NPL", "PRY", "RWA", "SMR", "SRB", "SSD", "SVK", "SWZ", "TCD", "TJK",
    "UGA", "UZB", "VAT", "XKX", "ZMB", "ZWE",
})  # fmt: skip

#: States that declared themselves archipelagic (UNCLOS Art. 46; law of the sea bulletins of
#: DOALOS). Left out: atoll States, whose baselines enclose single atolls, and Papua New Guinea,
#: whose lines around the Bismarck Sea rest on islets that the data lack.
ARCHIPELAGIC = (
    "ATG", "BHS", "COM", "CPV", "FJI", "GRD", "IDN", "JAM", "PHL", "SLB", "STP", "TTO", "VCT",
    "VUT",
)  # fmt: skip

Ring = list[tuple[float, float]]


@dataclass(slots=True)
class Territory:
    """The rings of one territory, polygons and single points alike."""

    code: str
    sovereign: str
    rings: list[Ring] = field(default_factory=list)


def _assign(unit: str, sovereign: str, ring: Ring) -> tuple[str, str]:
    lon, lat = ring[0]
    for code, owner, west, south, east, north in PARTS.get(unit, ()):
        if west <= lon <= east and south <= lat <= north:
            return code, owner
    return UNITS.get(unit, (unit, sovereign))


def read_territories(source: bytes, islets: str) -> list[Territory]:
    """Group the polygons of the atlas and the points of the islet table by territory."""
    table: dict[str, Territory] = {}

    def put(code: str, sovereign: str, ring: Ring) -> None:
        table.setdefault(code, Territory(code, sovereign)).rings.append(ring)

    for feature in json.loads(source)["features"]:
        unit = feature["properties"]["adm0_a3"]
        sovereign = feature["properties"]["sovereign_iso3"]
        shape = feature["geometry"]
        polygons = shape["coordinates"]
        for polygon in polygons if shape["type"] == "MultiPolygon" else [polygons]:
            code, owner = _assign(unit, sovereign, polygon[0])
            for ring in polygon:
                put(code, owner, [(float(p[0]), float(p[1])) for p in ring[:-1]])
    for row in csv.DictReader(io.StringIO(islets)):
        put(row["territory"], row["sovereign"], [(float(row["lon"]), float(row["lat"]))])
    return [table[code] for code in sorted(table)]


def _cut(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether an edge lies on the antimeridian or the South Pole: a cut of the map, no shore."""
    return (abs(a[0]) > 179.9995 and abs(b[0]) > 179.9995) or (a[1] < -89.99 and b[1] < -89.99)


def coast_bits(territories: list[Territory]) -> list[list[npt.NDArray[np.bool_]]]:
    """Mark for every ring which of its edges (vertex i to i + 1, closed) are coast."""
    import shapely

    shapes = [
        shapely.union_all([shapely.make_valid(s) for s in _even_odd(t.rings)]) for t in territories
    ]
    tree = shapely.STRtree(shapes)
    marks: list[list[npt.NDArray[np.bool_]]] = []
    for index, territory in enumerate(territories):
        own: list[npt.NDArray[np.bool_]] = []
        for ring in territory.rings:
            if len(ring) == 1:
                own.append(np.array([True]))
                continue
            if territory.code in LANDLOCKED:
                own.append(np.zeros(len(ring), dtype=bool))
                continue
            start = np.array(ring)
            step = np.roll(start, -1, axis=0) - start
            normal = np.column_stack([-step[:, 1], step[:, 0]])
            normal /= np.maximum(np.hypot(normal[:, 0], normal[:, 1]), 1e-12)[:, None]
            middle = start + step / 2
            border = np.zeros(len(ring), dtype=bool)
            for side in (sign * probe for probe in BORDER_PROBES_DEG for sign in (-1, 1)):
                probes = shapely.points(middle + side * normal)
                at, other = tree.query(probes, predicate="within")
                border[at[other != index]] = True
            cut = [_cut(a, b) for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)]
            own.append(~border & ~np.array(cut))
        marks.append(own)
    return marks


def _even_odd(rings: list[Ring]) -> list[Any]:
    import shapely

    return [shapely.Polygon(ring) for ring in rings if len(ring) > 2]


def _densify(
    ring: Ring, coast: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    points: list[tuple[float, float]] = []
    bits: list[bool] = []
    for i, (a, is_coast) in enumerate(zip(ring, coast, strict=True)):
        b = ring[(i + 1) % len(ring)]
        size = max(abs(b[0] - a[0]) * np.cos(np.radians((a[1] + b[1]) / 2)), abs(b[1] - a[1]))
        pieces = max(1, int(np.ceil(size / MAX_EDGE_DEG))) if is_coast else 1
        for k in range(pieces):
            points.append((a[0] + (b[0] - a[0]) * k / pieces, a[1] + (b[1] - a[1]) * k / pieces))
            bits.append(bool(is_coast))
    return np.rint(np.array(points) * SCALE).astype(np.int64), np.array(bits)


def archipelago(rings: list[Ring]) -> list[Ring]:
    """Outline islands joined over gaps under 125 nautical miles (see the module's docstring)."""
    import pyproj
    import shapely

    land = [shapely.Polygon(ring).buffer(0) for ring in rings if len(ring) > 2]
    lons = np.concatenate([np.array(ring)[:, 0] for ring in rings])
    west = float(lons.min())
    wraps = west < -170 and float(lons.max()) > 170
    if wraps:
        land = [shapely.transform(g, lambda xy: np.column_stack([xy[:, 0] % 360, xy[:, 1]]))
                for g in land]  # fmt: skip
    middle = shapely.union_all(land).envelope.centroid
    there = pyproj.Proj(proj="aeqd", lat_0=middle.y, lon_0=middle.x, ellps="WGS84")

    def forward(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(there(xy[:, 0], xy[:, 1]))

    def back(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lon, lat = there(xy[:, 0], xy[:, 1], inverse=True)
        return np.column_stack([np.mod(lon, 360.0) if wraps else lon, lat])

    flat = shapely.union_all([shapely.transform(g, forward) for g in land]).simplify(1000)
    grown = flat.buffer(ARCHIPELAGO_CLOSING_M, quad_segs=12)
    parts = [shapely.Polygon(p.exterior) for p in getattr(grown, "geoms", [grown])]
    closed = shapely.union_all(parts).buffer(-ARCHIPELAGO_CLOSING_M, quad_segs=12).simplify(3000)
    outlines = []
    for part in getattr(closed, "geoms", [closed]):
        xy = np.asarray(shapely.transform(part, back).exterior.coords)[:-1]
        islands = sum(part.intersects(shapely.transform(g, forward)) for g in land)
        if islands > 1:
            outlines.append([(float(x), float(y)) for x, y in xy])
    return outlines


def pack(territories: list[Territory]) -> bytes:
    """Return the bytes of ``coast.npz``."""
    marks = coast_bits(territories)
    owner: list[int] = []
    length: list[int] = []
    deltas: list[npt.NDArray[np.int64]] = []
    bits: list[npt.NDArray[np.bool_]] = []
    for index, territory in enumerate(territories):
        for ring, coast in zip(territory.rings, marks[index], strict=True):
            points, flags = _densify(ring, coast)
            owner.append(index)
            length.append(len(points))
            deltas.append(np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)))
            bits.append(flags)
    outlines: dict[str, list[Ring]] = defaultdict(list)
    for territory in territories:
        if territory.code in ARCHIPELAGIC:
            outlines[territory.code] = archipelago(territory.rings)
    flat = [(code, ring) for code, rings in outlines.items() for ring in rings]
    delta = np.concatenate(deltas).astype(np.int32)
    stream = io.BytesIO()
    np.savez_compressed(
        stream,
        territory=np.array([t.code for t in territories]),
        sovereign=np.array([t.sovereign for t in territories]),
        ring_territory=np.array(owner, dtype=np.uint16),
        ring_length=np.array(length, dtype=np.uint32),
        delta_lon=delta[:, 0],
        delta_lat=delta[:, 1],
        coast=np.packbits(np.concatenate(bits)),
        archipelago_state=np.array([code for code, _ in flat]),
        archipelago_length=np.array([len(ring) for _, ring in flat], dtype=np.uint16),
        archipelago_points=np.rint(np.concatenate([np.array(r) for _, r in flat]) * 1000).astype(
            np.int32
        ),
    )
    return stream.getvalue()


def main(arguments: list[str]) -> None:
    """Write ``coast.npz`` beside this file from a GeoJSON file and an islet table.

    Raises:
        UsageError: unless two paths are given.
    """
    if len(arguments) != 2:
        raise UsageError("two files are needed", hint="give STATES.geojson ISLETS.csv")
    source = read_bytes(Path(arguments[0]))
    islets = read_bytes(Path(arguments[1])).decode("utf-8")
    data = pack(read_territories(source, islets))
    write_whole(Path(__file__).with_name("coast.npz"), data)


if __name__ == "__main__":
    main(sys.argv[1:])
