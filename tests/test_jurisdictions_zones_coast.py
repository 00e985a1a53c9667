"""Nearest coasts, land and enclosure, against slower and obviously right computations."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jurisdictions.data.derive_coast import pack, read_territories
from jurisdictions.zones.coast import Coast, geodesic_nmi, load_coast, read_coast

HEADER = "sovereign,territory,name,lat,lon\n"


def _square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _atlas(*units: tuple[str, str, list[list[list[float]]]], islets: str = HEADER) -> Coast:
    features = [
        {
            "properties": {"adm0_a3": code, "sovereign_iso3": sovereign},
            "geometry": {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]},
        }
        for code, sovereign, rings in units
    ]
    source = json.dumps({"features": features}).encode()
    return read_coast(io.BytesIO(pack(read_territories(source, islets))))


TWO_NEIGHBOURS = (
    ("AAA", "AAA", [_square(0, 0, 1, 1)]),
    ("BBB", "BBB", [_square(1, 0, 2, 1)]),
    ("FJI", "FJI", [_square(30, 0, 31, 1), _square(31.5, 0, 32, 1)]),
)


def test_a_land_border_is_no_coast() -> None:
    coast = _atlas(*TWO_NEIGHBOURS)
    at_coast = coast.start[coast.coast]
    inner = (abs(at_coast[:, 0] - 1) < 1e-9) & (at_coast[:, 1] > 0.1) & (at_coast[:, 1] < 0.9)
    assert not inner.any()
    near = {a.territory: a for a in coast.approaches(0.5, -1.0, within_nmi=400)}
    # The nearest coast of BBB from the west is a corner on the open sea, not the border itself.
    assert near["AAA"].distance_nmi == pytest.approx(geodesic_nmi(0.5, -1, 0.5, 0), abs=0.01)
    assert abs(near["BBB"].latitude - 0.5) == pytest.approx(0.5, abs=0.05)


def test_the_cut_at_the_antimeridian_is_no_coast() -> None:
    coast = _atlas(("AAA", "AAA", [_square(179, 0, 180, 1)]), *TWO_NEIGHBOURS[2:])
    assert not (coast.start[coast.coast][:, 0] > 179.9999).all()
    east = coast.approaches(0.5, -179.9, within_nmi=50)[0]
    assert abs(east.latitude - 0.5) == pytest.approx(0.5, abs=0.01)


def test_distance_reaches_over_the_antimeridian() -> None:
    coast = _atlas(("AAA", "AAA", [_square(178, 0, 179.9, 1)]), *TWO_NEIGHBOURS[2:])
    nearest = coast.approaches(0.5, -179.9, within_nmi=50)[0]
    assert nearest.distance_nmi == pytest.approx(geodesic_nmi(0.5, 0.0, 0.5, 0.2), rel=1e-4)


def test_an_islet_is_a_coast_and_no_land() -> None:
    coast = _atlas(*TWO_NEIGHBOURS, islets=HEADER + "CCC,CCC,Rock,10,10\n")
    nearest = coast.approaches(10.0, 11.0, within_nmi=100)[0]
    assert (nearest.territory, nearest.sovereign) == ("CCC", "CCC")
    assert nearest.distance_nmi == pytest.approx(geodesic_nmi(10, 11, 10, 10))
    assert coast.containing(10.0, 10.0) == ()


def test_archipelago_outline_joins_islands_and_keeps_out_the_sea_around() -> None:
    coast = _atlas(*TWO_NEIGHBOURS)
    assert coast.archipelago_at(0.5, 31.25) == "FJI"
    assert coast.archipelago_at(0.5, 29.5) is None
    assert coast.archipelago_at(0.5, 0.5) is None


@pytest.mark.parametrize(
    ("latitude", "longitude", "territory"),
    [
        (48.85, 2.35, "FRA"),
        (-90.0, 0.0, "ATA"),
        (-29.6, 28.2, "LSO"),
        (67.5, -179.5, "RUS"),
        (-16.85, -179.97, "FJI"),
        (-16.9, 179.95, "FJI"),
        (4.0, -53.0, "GUF"),
        (45.2, 34.2, "UKR"),
        (35.2, 33.4, "CYP"),
    ],
)
def test_land_knows_its_territory(latitude: float, longitude: float, territory: str) -> None:
    assert load_coast().containing(latitude, longitude) == (territory,)


@pytest.mark.parametrize(("latitude", "longitude"), [(0.0, -30.0), (89.9, 0.0), (-55.0, 180.0)])
def test_open_sea_is_no_land(latitude: float, longitude: float) -> None:
    assert load_coast().containing(latitude, longitude) == ()


def _brute_force_nmi(coast: Coast, latitude: float, longitude: float) -> float:
    """The least exact geodesic to any point of a fine sampling of every coast edge nearby."""
    from pyproj import Geod

    geod = Geod(ellps="WGS84")
    start, stop = coast.start[coast.coast], coast.stop[coast.coast]

    def to(points: np.ndarray) -> np.ndarray:
        full = np.full(len(points), 1.0)
        return np.asarray(
            geod.inv(full * longitude, full * latitude, points[:, 0], points[:, 1])[2]
        )

    rough = to(start)
    keep = rough <= rough.min() + 14_000.0  # twice the longest edge
    share = np.linspace(0.0, 1.0, 101)[:, None, None]
    fine = (start[keep] + share * (stop[keep] - start[keep])).reshape(-1, 2)
    return float(to(fine).min()) / 1852.0


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(28.7381, -88.3659), (-20.763, -176.191), (89.99, 0.0), (60.7, 4.0), (-47.0, 179.99)],
)
def test_nearest_coast_agrees_with_brute_force(latitude: float, longitude: float) -> None:
    coast = load_coast()
    fast = coast.approaches(latitude, longitude, within_nmi=400)[0]
    assert fast.distance_nmi == pytest.approx(
        _brute_force_nmi(coast, latitude, longitude), abs=0.005
    )
    assert fast.distance_nmi == pytest.approx(
        geodesic_nmi(latitude, longitude, fast.latitude, fast.longitude)
    )


@settings(max_examples=25, deadline=None)
@given(st.floats(-85, 85), st.floats(-180, 180), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_distance_changes_no_faster_than_the_site_moves(
    latitude: float, longitude: float, north: float, east: float
) -> None:
    coast = load_coast()
    moved = (latitude + north, (longitude + east + 180) % 360 - 180)
    here = coast.approaches(latitude, longitude, within_nmi=1)[0].distance_nmi
    there = coast.approaches(*moved, within_nmi=1)[0].distance_nmi
    assert abs(here - there) <= geodesic_nmi(latitude, longitude, *moved) + 0.01


def test_every_edge_is_short_enough_for_the_search_band() -> None:
    coast = load_coast()
    assert float(coast.reach.max()) * 3440.065 < 3.5


@pytest.mark.parametrize(
    ("latitude", "longitude", "state", "low", "high"),
    [
        (37.80, -122.35, "USA", 0.9, 1.0),  # San Francisco Bay
        (63.50, 10.20, "NOR", 0.9, 1.0),  # Trondheimsfjord
        (32.87, -117.27, "USA", 0.3, 0.7),  # open coast off La Jolla
        (28.7381, -88.3659, "USA", 0.0, 0.01),  # no coast within 24 nmi
    ],
)
def test_enclosure_tells_bays_from_open_coasts(
    latitude: float, longitude: float, state: str, low: float, high: float
) -> None:
    share = load_coast().enclosure(latitude, longitude, state, radius_nmi=24)
    assert low <= share <= high
