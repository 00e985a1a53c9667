"""The page of a comparison and its map: whole, self-contained, and readable without colour."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from xml.etree import ElementTree

import pytest

from compliance.report.sites_map import CLASSES, _shape, class_of, sites_map
from compliance.report.whatif_html import to_html
from compliance.whatif import Comparison, Place, Variant, whatif
from compliance.whatif.rank import Score
from habitat.load import apply_settings
from jurisdictions.zones.world import World
from tests.test_compliance_audit import book, design

AS_OF = date(2026, 1, 1)
SVG = "{http://www.w3.org/2000/svg}"
NEAR = (Place(38.0, -31.0), Place(39.0, -30.0, "<reef> & \u202e"), Place(37.84, -31.52))
FAR = (Place(10.4, -117.2), Place(-45.0, 178.0), Place(48.0, 2.0))


@cache
def comparison(sites: tuple[Place, ...]) -> Comparison:
    variants = [Variant(site=site) for site in sites]
    variants.append(Variant(site=sites[0], changes=(("safety_zone.radius", "600 m"),)))
    base = apply_settings(design(), {"safety_zone.radius": "400 m"})
    return whatif(base, book(), variants, as_of=AS_OF)


@pytest.mark.parametrize("sites", [NEAR, FAR], ids=["one window", "the world"])
def test_every_site_has_one_mark_with_a_title(sites: tuple[Place, ...]) -> None:
    found = comparison(sites)
    places = {(r.site["latitude"], r.site["longitude"]) for r in found.results}
    root = ElementTree.fromstring(sites_map(found))
    marks = [item for item in root.iter(f"{SVG}g") if item.find(f"{SVG}title") is not None]
    assert len(marks) == len(places)
    shown = "\n".join(item.findtext(f"{SVG}title") or "" for item in marks)
    for index in range(len(found.variants)):
        assert re.search(rf"^{index}: ", shown, re.MULTILINE)
    assert root.findtext(f"{SVG}title") == f"{len(places)} sites by verdict"
    assert "\u202e" not in shown


def test_the_mark_of_a_site_is_that_of_its_worst_variant() -> None:
    text = sites_map(comparison(NEAR))
    assert "1 site: a provision of law is violated, none critical" in text
    assert "2 sites: undetermined" in text


def test_classes_differ_in_shape_and_colour() -> None:
    colours = [colour for _, _, colour in CLASSES]
    shapes = {re.sub(r'fill="[^"]*"', "", _shape(name, 0, 0)) for name, _, _ in CLASSES}
    assert len(set(colours)) == len(shapes) == len(CLASSES)


@pytest.mark.parametrize(
    ("counts", "name"),
    [
        ((1, 1, 0, 0, 1, 0, 1), "critical"),
        ((0, 0, 0, 1, 1, 0, 1), "violated"),
        ((0, 0, 0, 0, 1, 0, 1), "undetermined"),
        ((0, 0, 0, 0, 0, 1, 1), "voluntary"),
        ((0, 0, 0, 0, 0, 1, 0), "lawful"),
    ],
)
def test_the_class_of_a_score(counts: tuple[int, ...], name: str) -> None:
    result = comparison(NEAR).results[0]
    totals = dict.fromkeys(result.totals, 0) | {"undetermined": counts[4]}
    assert class_of(result.model_copy(update={"totals": totals}), Score(*counts)) == name


def test_the_page_tells_causes_and_reaches_for_nothing_outside() -> None:
    page = to_html(comparison(NEAR))
    assert "safety_zone.radius 400 m → 600 m" in page
    assert "&lt;reef&gt; &amp;" in page
    assert "\u202e" not in page
    for reach in ("http://", "https://", "src=", "@import", "url("):
        inside = page.replace("http://www.w3.org", "").replace("url(#sites-map-clip)", "")
        assert reach not in inside, reach


def test_one_site_needs_no_map() -> None:
    variants = [Variant(changes=(("safety_zone.radius", "600 m"),))]
    page = to_html(whatif(design(), book(), variants, as_of=AS_OF))
    assert 'id="map"' not in page
    assert "sites-map" not in page
    assert 'id="matrix"' in page


def test_many_variants_have_no_matrix() -> None:
    variants = [Variant(changes=(("safety_zone.radius", f"{i} m"),)) for i in range(1, 42)]
    page = to_html(whatif(design(), book(), variants, as_of=AS_OF), site_map="")
    assert 'id="matrix"' not in page
    assert "no matrix is drawn" in page


@pytest.mark.parametrize(
    ("middle", "latitude", "longitude", "pixel"),
    [
        (0.0, 90.0, -180.0, (0.0, 0.0)),
        (0.0, -90.0, 0.0, (180.0, 180.0)),
        (170.0, 0.0, -170.0, (200.0, 90.0)),
    ],
)
def test_positions_on_the_map_of_the_world(
    middle: float, latitude: float, longitude: float, pixel: tuple[float, float]
) -> None:
    assert World(middle, 360).pixel(latitude, longitude) == pytest.approx(pixel)
