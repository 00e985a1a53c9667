"""Measure the zone resolver: right answers, exactness, times and sizes.

    python -m benchmarks.zones KNOWN_SITES.csv [--points 200]

``KNOWN_SITES.csv`` has the columns ``id, lat, lon, expected_zone, expected_state``. Distances are
compared with a brute-force search: the exact geodesic to a fine sampling of every nearby edge.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import time
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from base import UsageError, read_text
from jurisdictions.zones import SiteZones, resolve
from jurisdictions.zones.coast import Coast, load_coast
from jurisdictions.zones.map import site_map


def table_word(site: SiteZones) -> str:
    """Return the word that the table of known sites uses for a site."""
    if site.water_column in ("land", "internal_waters"):
        return "land_or_internal"
    if site.extended_shelf_possible:
        return "beyond_200_ecs_possible"
    if site.water_column == "high_seas" and site.seabed == "area":
        return "high_seas_area"
    return site.water_column


def wrong_sites(path: Path) -> tuple[int, list[str]]:
    """Return the number of known sites and the ids of those answered wrongly."""
    rows = list(csv.DictReader(read_text(path, error=UsageError).splitlines()))
    wrong = []
    for row in rows:
        site = resolve(float(row["lat"]), float(row["lon"]))
        if (table_word(site), site.coastal_state or "") != (
            row["expected_zone"],
            row["expected_state"],
        ):
            wrong.append(row["id"])
    return len(rows), wrong


def brute_force_nmi(coast: Coast, latitude: float, longitude: float) -> float:
    """Return the least geodesic distance to a fine sampling of the coast edges nearby."""
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    start, stop = coast.start[coast.coast], coast.stop[coast.coast]

    def metres(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        one = np.ones(len(points))
        return np.asarray(geod.inv(longitude * one, latitude * one, points[:, 0], points[:, 1])[2])

    rough = metres(start)
    keep = rough <= rough.min() + 14_000.0
    share = np.linspace(0.0, 1.0, 101)[:, None, None]
    fine = (start[keep] + share * (stop[keep] - start[keep])).reshape(-1, 2)
    return float(metres(fine).min()) / 1852.0


def random_points(count: int, seed: int) -> list[tuple[float, float]]:
    """Return points spread evenly over the sphere as latitude and longitude."""
    random = np.random.default_rng(seed)
    latitude = np.degrees(np.arcsin(random.uniform(-1, 1, count)))
    longitude = random.uniform(-180, 180, count)
    return [(float(a), float(b)) for a, b in zip(latitude, longitude, strict=True)]


def measure(path: Path, count: int) -> dict[str, Any]:
    """Return all figures by name."""
    began = time.perf_counter()
    coast = load_coast()
    loaded = time.perf_counter()
    resolve(0.0, -30.0)
    first = time.perf_counter()
    points = random_points(count, seed=1)
    sites = [resolve(*point) for point in points]
    asked = time.perf_counter()
    errors = [
        abs(brute_force_nmi(coast, *point) - coast.approaches(*point, within_nmi=1)[0].distance_nmi)
        for point in points
    ]
    drawn = time.perf_counter()
    sizes = [len(site_map(site)) for site in sites[:40]]
    mapped = time.perf_counter()
    known, wrong = wrong_sites(path)
    stored = resources.files("jurisdictions.data").joinpath("coast.npz").read_bytes()
    return {
        "known_sites": known,
        "wrong": wrong,
        "load_s": round(loaded - began, 3),
        "first_query_s": round(first - loaded, 3),
        "query_ms": round(1000 * (asked - first) / count, 2),
        "brute_force_points": count,
        "largest_error_nmi": round(max(errors), 5),
        "map_s": round((mapped - drawn) / len(sizes), 3),
        "largest_map_bytes": max(sizes),
        "coast_file_bytes": len(stored),
    }


def main(arguments: list[str]) -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description="Measure the zone resolver.")
    parser.add_argument("known_sites", type=Path)
    parser.add_argument("--points", type=int, default=200)
    options = parser.parse_args(arguments)
    figures = measure(options.known_sites, options.points)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
