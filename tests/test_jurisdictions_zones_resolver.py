"""Zones, States, margins and doubt at places whose answer is known."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import UsageError
from jurisdictions.zones import SiteZones, resolve
from jurisdictions.zones.coast import geodesic_nmi

WORDS = {
    "land", "internal_waters", "archipelagic_waters", "territorial_sea", "contiguous_zone", "eez",
    "continental_shelf", "high_seas", "area", "antarctic_treaty_area",
}  # fmt: skip


def _as_in_the_table(site: SiteZones) -> str:
    """The word that the reference table uses for a site."""
    if site.water_column in ("land", "internal_waters"):
        return "land_or_internal"
    if site.extended_shelf_possible:
        return "beyond_200_ecs_possible"
    if site.water_column == "high_seas" and site.seabed == "area":
        return "high_seas_area"
    return site.water_column


def test_all_reference_sites(shared: Path) -> None:
    table = shared / "data" / "zones" / "known_sites.csv"
    wrong = []
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        site = resolve(float(row["lat"]), float(row["lon"]))
        us = {
            "yes": site.us_ocs,
            "no": not site.us_ocs and not site.us_state_waters,
            "state_waters_or_ocs": site.us_ocs or site.us_state_waters,
            "seabed_only_if_ecs": not site.us_ocs,
        }[row["us_ocsla"]]
        isa = {
            "yes": site.seabed == "area",
            "only_outside_any_shelf": site.seabed == "area_or_extended_shelf",
            "no": "area" not in site.zones,
        }[row["isa_regime"]]
        right = (
            _as_in_the_table(site) == row["expected_zone"],
            (site.coastal_state or "") == row["expected_state"],
            row["expected_territory"] in ("", site.territory),
            site.eu_marine_waters == (row["eu_msfd"] == "yes"),
            us,
            isa,
        )
        if not all(right):
            wrong.append((row["id"], right, site))
    assert len(rows) == 32
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "latitude", "longitude", "zones", "state"),
    [
        ("Lucky Strike", 37.29, -32.28, {"eez", "continental_shelf"}, "PRT"),
        ("Rainbow", 36.23, -33.90, {"high_seas", "area"}, "PRT"),
        ("Lost City", 30.12, -42.12, {"high_seas", "area"}, None),
        ("Mad Dog", 27.19, -90.27, {"eez", "continental_shelf"}, "USA"),
        ("Loihi", 18.92, -155.27, {"contiguous_zone", "eez", "continental_shelf"}, "USA"),
        ("Troll", 60.64, 3.73, {"eez", "continental_shelf"}, "NOR"),
        ("Aegean Sea", 38.6, 25.2, {"contiguous_zone", "high_seas", "continental_shelf"}, "GRC"),
        ("Aegean, 11 nmi", 37.0, 24.0, {"contiguous_zone", "high_seas", "continental_shelf"},
         "GRC"),
        ("Tsugaru Strait", 41.40, 140.50, {"contiguous_zone", "eez", "continental_shelf"}, "JPN"),
        ("Bouvet", -54.8, 3.4, {"contiguous_zone", "high_seas", "continental_shelf"}, "NOR"),
        ("Banda Sea", -5.5, 127.0, {"archipelagic_waters"}, "IDN"),
        ("Sea of Marmara", 40.8, 28.2, {"internal_waters"}, "TUR"),
        ("Hudson Bay", 60.0, -86.0, {"internal_waters"}, "CAN"),
        ("Trondheimsfjord", 63.5, 10.2, {"internal_waters"}, "NOR"),
        ("Caspian Sea", 42.0, 50.5, {"internal_waters"}, "AZE"),
        ("Oresund", 55.8, 12.75, {"territorial_sea"}, "DNK"),
        ("Lake Superior", 47.7, -87.5, {"land"}, "USA"),
        ("South Pole", -90.0, 0.0, {"antarctic_treaty_area", "land"}, None),
        ("Ross Sea", -75.0, 180.0, {"antarctic_treaty_area", "high_seas"}, None),
        ("Okhotsk Sea centre", 54.0, 150.0, {"high_seas", "area"}, "RUS"),
        ("Reed Bank", 11.3, 116.8, {"eez", "continental_shelf"}, "PHL"),
        ("Cook Islands nodules", -16.0, -160.5, {"eez", "continental_shelf"}, "COK"),
        ("St Pierre corridor", 45.5, -56.4, {"eez", "continental_shelf"}, "FRA"),
        ("West of the corridor", 45.8, -57.0, {"eez", "continental_shelf"}, "CAN"),
        ("German sector", 55.5, 4.2, {"eez", "continental_shelf"}, "DEU"),
        ("Danish sector", 55.6, 4.9, {"eez", "continental_shelf"}, "DNK"),
        ("Off Arica", -18.6, -71.2, {"eez", "continental_shelf"}, "CHL"),
        ("Towards Jan Mayen", 68.8, -12.5, {"eez", "continental_shelf"}, "ISL"),
        ("Kairei", -25.32, 70.04, {"high_seas", "area"}, None),
        ("Koro Sea at the antimeridian", -18.0, 180.0, {"archipelagic_waters"}, "FJI"),
        ("Koro Sea, east of it", -18.0, -179.8, {"archipelagic_waters"}, "FJI"),
        ("South of Fiji", -20.5, 179.0, {"eez", "continental_shelf"}, "FJI"),
    ],
)  # fmt: skip
def test_famous_places(
    name: str, latitude: float, longitude: float, zones: set[str], state: str | None
) -> None:
    site = resolve(latitude, longitude)
    assert (set(site.zones), site.coastal_state) == (zones, state), name


@pytest.mark.parametrize(
    ("distance_nmi", "zones"),
    [
        (5.0, {"territorial_sea"}),
        (11.9, {"territorial_sea"}),
        (12.1, {"contiguous_zone", "eez", "continental_shelf"}),
        (23.9, {"contiguous_zone", "eez", "continental_shelf"}),
        (24.1, {"eez", "continental_shelf"}),
        (199.9, {"eez", "continental_shelf"}),
        (200.1, {"high_seas", "area"}),
        (349.9, {"high_seas", "area"}),
        (350.1, {"high_seas", "area"}),
    ],
)
def test_thresholds_off_a_single_islet(distance_nmi: float, zones: set[str]) -> None:
    """East of Sala y Gomez no other land is near."""
    from pyproj import Geod

    latitude, longitude = resolve(-26.47, -101.0).nearest_coast
    east, north, _ = Geod(ellps="WGS84").fwd(longitude, latitude, 90.0, distance_nmi * 1852.0)
    site = resolve(north, east)
    assert site.distance_nmi == pytest.approx(distance_nmi, abs=0.02)
    assert set(site.zones) == zones
    assert site.extended_shelf_possible == (200 < distance_nmi <= 350)
    assert site.coastal_state == (None if distance_nmi > 350 else "CHL")


def test_margin_is_to_the_nearest_line_that_changes_the_answer() -> None:
    macondo = resolve(28.7381, -88.3659)
    assert macondo.nearest_threshold == "24 nmi"
    assert macondo.margin_nmi == pytest.approx(macondo.distance_nmi - 24)
    oresund = resolve(55.8, 12.75)
    assert oresund.second_state == "SWE"
    assert oresund.second_distance_nmi is not None
    half = (oresund.second_distance_nmi - oresund.distance_nmi) / 2
    assert oresund.margin_nmi == pytest.approx(half)
    assert not oresund.certain


@pytest.mark.parametrize(
    ("latitude", "longitude", "state_waters", "ocs"),
    [
        (28.20, -96.45, True, False),  # Texas, inside 9 nmi
        (28.00, -96.10, False, True),  # Texas, outside
        (27.50, -82.88, True, False),  # Florida, Gulf coast, inside 9 nmi
        (27.30, -80.05, False, True),  # Florida, Atlantic coast, beyond 3 nmi
        (37.80, -122.35, True, False),  # San Francisco Bay
        (17.87, -66.60, True, False),  # Puerto Rico, inside 9 nmi
        (45.95, -130.0, False, False),  # beyond 200 nmi
    ],
)
def test_united_states_shelf(
    latitude: float, longitude: float, state_waters: bool, ocs: bool
) -> None:
    site = resolve(latitude, longitude)
    assert (site.us_state_waters, site.us_ocs) == (state_waters, ocs)


@pytest.mark.parametrize(
    ("latitude", "longitude", "member", "waters"),
    [
        (38.5, -29.0, True, True),  # Azores
        (28.4, -15.0, True, True),  # Canary Islands
        (5.5, -51.5, True, False),  # French Guiana
        (12.6, -69.2, True, False),  # Curacao
        (69.0, -54.0, True, False),  # Greenland
        (61.05, 1.7, False, False),  # United Kingdom
        (38.6, 25.2, True, True),  # Greek shelf without an economic zone
        (36.23, -33.90, True, False),  # beyond 200 nmi
        (48.85, 2.35, True, False),  # Paris
    ],
)
def test_european_marine_waters(
    latitude: float, longitude: float, member: bool, waters: bool
) -> None:
    site = resolve(latitude, longitude)
    assert (site.eu_member, site.eu_marine_waters) == (member, waters)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (-49.3, -59.0),  # Falkland Islands
        (37.25, 131.95),  # Liancourt Rocks
        (44.2, 34.2),  # Crimea
        (24.0, -16.5),  # Western Sahara
        (14.5, 115.0),  # South China Sea
        (27.79, 126.9),  # East China Sea
        (9.72, 114.3),  # Spratly Islands
        (20.9, 136.4),  # Okinotorishima
    ],
)
def test_contested_places_are_disputed_and_never_certain(latitude: float, longitude: float) -> None:
    site = resolve(latitude, longitude)
    assert site.disputed
    assert not site.certain
    assert site.notes


def test_a_spratly_islet_has_a_territorial_sea_and_no_state() -> None:
    site = resolve(11.15, 114.28)
    assert (site.zones, site.coastal_state) == (frozenset({"territorial_sea"}), None)


def test_rockall_generates_no_zone_beyond_12_nmi() -> None:
    assert resolve(57.65, -13.70).zones == {"territorial_sea"}
    assert resolve(57.6, -14.5).distance_nmi > 100


def test_just_outside_an_archipelago_the_answer_is_in_doubt() -> None:
    inside, outside = resolve(25.7, -77.2), resolve(26.0, -76.9)
    assert inside.zones == {"archipelagic_waters"}
    assert "archipelagic_waters" not in outside.zones
    assert not outside.certain
    assert any("archipelagic" in note for note in outside.notes)


def test_a_contract_area_settles_the_seabed() -> None:
    site = resolve(12.3, -134.2)
    assert site.isa_contract_area is not None
    assert "Nauru Ocean Resources" in site.isa_contract_area
    assert (site.seabed, site.extended_shelf_possible) == ("area", False)


def test_an_award_measures_from_its_holder_and_is_never_certain() -> None:
    site = resolve(45.8, -57.0)
    assert (site.coastal_state, site.territory, site.second_state) == ("CAN", "CAN", "FRA")
    assert site.second_distance_nmi is not None
    assert site.second_distance_nmi < site.distance_nmi
    assert not site.certain


def test_inland_the_second_state_is_another_one() -> None:
    bern = resolve(46.9, 7.4)
    assert (bern.coastal_state, bern.zones) == ("CHE", frozenset({"land"}))
    assert bern.second_state == "ITA"
    bordeaux = resolve(44.5, 0.5)
    assert (bordeaux.coastal_state, bordeaux.second_state) == ("FRA", "ESP")


def test_longitudes_180_and_minus_180_are_one_meridian() -> None:
    east, west = resolve(72.0, 180.0).to_json(), resolve(72.0, -180.0).to_json()
    east.pop("longitude"), west.pop("longitude")
    assert east == west


@pytest.mark.parametrize("longitude", [-180.0, -90.0, 0.0, 17.3, 90.0])
def test_the_pole_is_one_point(longitude: float) -> None:
    assert resolve(90.0, longitude).distance_nmi == pytest.approx(
        resolve(90.0, 0.0).distance_nmi, abs=0.01
    )


@pytest.mark.parametrize(
    ("latitude", "longitude", "word"),
    [
        (91.0, 0.0, "latitude"),
        (-90.01, 0.0, "latitude"),
        (math.nan, 0.0, "latitude"),
        (0.0, 180.5, "longitude"),
        (0.0, math.inf, "longitude"),
        (0.0, -math.inf, "longitude"),
    ],
)
def test_impossible_coordinates_are_refused(latitude: float, longitude: float, word: str) -> None:
    with pytest.raises(UsageError, match=word) as caught:
        resolve(latitude, longitude)
    assert "\n" not in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_every_point_of_the_world_gets_a_consistent_answer(
    latitude: float, longitude: float
) -> None:
    site = resolve(latitude, longitude)
    assert site.zones <= WORDS
    assert site.water_column in site.zones
    assert site.seabed in site.zones or site.seabed == "area_or_extended_shelf"
    assert site.margin_nmi >= 0
    assert not {"high_seas", "eez"} <= site.zones
    assert ("area" in site.zones) == (site.seabed in ("area", "area_or_extended_shelf"))
    assert not (site.us_ocs and site.us_state_waters)
    assert not site.eu_marine_waters or site.eu_member
    assert site.certain or site.notes
    assert not site.extended_shelf_possible or not site.certain
    if "eez" in site.zones:
        assert site.distance_nmi <= 200
    if site.second_distance_nmi is not None and not any("Not the nearest" in n for n in site.notes):
        assert site.second_distance_nmi >= site.distance_nmi
    assert geodesic_nmi(latitude, longitude, *site.nearest_coast) == pytest.approx(
        site.distance_nmi
    )
    assert json.loads(json.dumps(site.to_json())) == site.to_json()
