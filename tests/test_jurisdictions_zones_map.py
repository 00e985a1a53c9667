"""The map of a site: valid, self-contained, readable, and drawn to scale."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring

from jurisdictions.zones import resolve
from jurisdictions.zones.map import LINES, site_map

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
