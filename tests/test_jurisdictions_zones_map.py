"""The map of a site: valid, self-contained, readable, and drawn to scale."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring

from jurisdictions.zones import SiteZones, resolve
from jurisdictions.zones.map import LINES, View, _land, _radius, site_map

SVG = "{http://www.w3.org/2000/svg}"
PLACES = [
    (37.845, -31.52),
    (32.87, -117.27),
    (-18.0, 179.9),
    (-90.0, 0.0),
    (26.137, -44.826),
    (63.5, 5.4),
]


@pytest.mark.parametrize(("latitude", "longitude"), PLACES)
def test_map_is_small_valid_and_self_contained(latitude: float, longitude: float) -> None:
    svg = site_map(resolve(latitude, longitude))
    assert len(svg) < 300_000
    root = fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert "nautical miles away" in (root.findtext(f"{SVG}desc") or "")
    assert root.findtext(f"{SVG}title")
    assert not re.search(r"(href|src)=|url\((?!#)|<script|@import|nan|inf\b", svg)


def _texts(svg: str) -> list[str]:
    return [element.text or "" for element in fromstring(svg).iter(f"{SVG}text")]


def test_map_names_both_states_with_their_distances() -> None:
    site = resolve(32.87, -117.27)
    words = _texts(site_map(site))
    assert f"USA {site.distance_nmi:.1f} nmi" in words
    assert f"MEX {site.second_distance_nmi:.1f} nmi" in words
    assert "site" in words
    assert any("nmi = " in word and word.endswith("km") for word in words)


def test_line_to_the_coast_has_the_true_length() -> None:
    site = resolve(37.845, -31.52)
    svg = site_map(site)
    root = fromstring(svg)
    line = next(iter(root.iter(f"{SVG}line")))
    x1, y1, x2, y2 = (float(line.get(key, "nan")) for key in ("x1", "y1", "x2", "y2"))
    pixels = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    bar = next(p for p in root.iter(f"{SVG}path") if p.get("stroke-width") == "1.5")
    left, right = (float(v) for v in re.findall(r"M(\d+\.?\d*) \d+\.?\d*V?", bar.get("d", ""))[::2])
    label = next(word for word in _texts(svg) if " nmi = " in word)
    per_nmi = (right - left) / float(label.split()[0])
    assert pixels / per_nmi == pytest.approx(site.distance_nmi, rel=0.01)


def test_every_distance_line_differs_by_colour_and_by_dash() -> None:
    for one, other in pairwise(sorted(LINES)):
        assert one[1] != other[1]
        assert one[2] != other[2]


def test_the_map_is_the_same_each_time() -> None:
    site = resolve(-18.0, 179.9)
    assert site_map(site) == site_map(site)


@pytest.mark.parametrize(("latitude", "longitude"), PLACES)
def test_a_site_comes_back_from_its_plain_values(latitude: float, longitude: float) -> None:
    told = resolve(latitude, longitude).to_json()
    assert SiteZones.from_json({**told, "more": 1}).to_json() == told


def test_the_ring_around_the_site_is_the_margin_to_scale() -> None:
    site = resolve(37.845, -31.52)
    view = View(site.latitude, site.longitude, _radius(site), 720, 520)
    circles = fromstring(site_map(site)).iter(f"{SVG}circle")
    rings = [float(item.get("r", "0")) for item in circles if item.get("fill-opacity")]
    assert rings[0] == pytest.approx(site.margin_nmi * view.scale, abs=0.1)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(24.95, -80.45), (28.17, -89.2), (62.0, 5.0), (38.0, 20.0)]
)
def test_land_that_no_line_in_the_window_needs_is_left_out_without_loss(
    latitude: float, longitude: float
) -> None:
    """The shortcut draws the same lines, but for where curves were simplified."""
    import shapely

    site = resolve(latitude, longitude)
    view = View(latitude, longitude, _radius(site), 720, 520)
    box = view.box()
    for distance, *_ in LINES:
        seen = []
        for land, islets in (_land(view), _land(view, site.distance_nmi)):
            coast = shapely.union_all([land, shapely.MultiPoint(islets)])
            seen.append(coast.buffer(distance).boundary.intersection(box))
        whole, short = seen
        assert whole.is_empty == short.is_empty
        if not whole.is_empty:
            assert shapely.hausdorff_distance(whole, short) * view.scale < 3.0
