"""Places from the command line, from a file and along a line."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from base import UsageError
from compliance.whatif.settings import Place
from compliance.whatif.sites import along_line, read_site, read_site_file
from jurisdictions.zones.coast import geodesic_nmi


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("37.8,-31.5", Place(37.8, -31.5)),
        (" -37.8 , 31 ", Place(-37.8, 31.0)),
        ("-0,-0", Place(0.0, 0.0)),
    ],
)
def test_a_site_is_two_numbers(text: str, place: Place) -> None:
    assert read_site(text) == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("37.8", "not a position"),
        ("37.8,-31.5,2", "not a position"),
        ("north,2", "'north' is not a latitude"),
        ("91,2", "impossible latitude 91"),
        ("1,181", "impossible longitude 181"),
        ("nan,2", "is not a latitude"),
        ("", "not a position"),
    ],
)
def test_a_site_that_is_none(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_site(text)


def test_a_file_of_sites(tmp_path: Path) -> None:
    file = tmp_path / "sites.csv"
    file.write_text('lat,lon,label\n1,2,"reef, north"\n\n-3.5,4,\n', encoding="utf-8")
    assert read_site_file(file) == (Place(1.0, 2.0, "reef, north"), Place(-3.5, 4.0))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: expected the header"),
        ("x,y\n1,2\n", "line 1: expected the header lat,lon or lat,lon,label, found 'x,y'"),
        ("lat,lon\n", "no sites below the header"),
        ("lat,lon\n1,2\n3\n", "line 3: expected 2 values"),
        ("lat,lon\n1,2\n\n1,east\n", "line 4: 'east' is not a longitude"),
        ("lat,lon\n1,2\n95,0\n", "line 3: impossible latitude 95"),
        ("lat,lon\n" + "1,2\n" * 1001, "line 1002: more than 1000 sites"),
    ],
)
def test_a_file_with_a_fault_names_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "sites.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_site_file(file)


def test_a_line_has_equal_steps_and_both_ends() -> None:
    places = along_line(Place(50.0, -170.0), Place(40.0, 170.0), 5)
    steps = [
        geodesic_nmi(a.latitude, a.longitude, b.latitude, b.longitude) for a, b in pairwise(places)
    ]
    assert (places[0], places[-1]) == (Place(50.0, -170.0), Place(40.0, 170.0))
    assert steps == pytest.approx([sum(steps) / 4] * 4, abs=1e-3)
    whole = geodesic_nmi(50.0, -170.0, 40.0, 170.0)
    assert sum(steps) == pytest.approx(whole, abs=1e-3), "the short way, across 180 degrees"


@pytest.mark.parametrize(
    ("stop", "points"), [(Place(0, 0), 3), (Place(1, 1), 1), (Place(1, 1), 2000)]
)
def test_a_line_that_is_none(stop: Place, points: int) -> None:
    with pytest.raises(UsageError):
        along_line(Place(0, 0), stop, points)
