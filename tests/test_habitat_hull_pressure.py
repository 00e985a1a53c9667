"""Sea pressure against TEOS-10 figures, and the load cases of pressurised habitats."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat.hull.pressure import (
    ATMOSPHERE_MPA,
    hull_load,
    sea_pressure_mpa,
    seawater_density_kg_m3,
)

depths = st.floats(1.0, 11_000.0)
latitudes = st.floats(-80.0, 80.0)


@pytest.mark.parametrize(
    ("depth_m", "pressure_mpa"),
    [(200, 2.015), (1000, 10.09), (4000, 40.66), (6500, 66.45), (11_000, 113.55)],
)
def test_pressure_table_at_30_north(depth_m: float, pressure_mpa: float) -> None:
    assert sea_pressure_mpa(depth_m) == pytest.approx(pressure_mpa, rel=1e-3)


@pytest.mark.parametrize(
    ("depth_m", "density"), [(0.0, 1028.0), (4000.0, 1046.0), (11_000.0, 1075.0)]
)
def test_density_in_situ(depth_m: float, density: float) -> None:
    assert seawater_density_kg_m3(depth_m) == pytest.approx(density, rel=5e-4)


@settings(deadline=None)
@given(depths, st.floats(0.1, 50.0), latitudes)
def test_pressure_and_density_grow_with_depth(depth: float, more: float, latitude: float) -> None:
    assert sea_pressure_mpa(depth + more, latitude) > sea_pressure_mpa(depth, latitude)
    assert seawater_density_kg_m3(depth + more, latitude) > seawater_density_kg_m3(depth, latitude)


@settings(deadline=None)
@given(depths, latitudes)
def test_latitude_matters_little_and_not_its_sign(depth: float, latitude: float) -> None:
    pressure = sea_pressure_mpa(depth, latitude)
    assert pressure == pytest.approx(sea_pressure_mpa(depth, -latitude), rel=1e-12)
    assert pressure == pytest.approx(sea_pressure_mpa(depth), rel=5e-3)


def test_one_atmosphere_inside_carries_the_sea() -> None:
    load = hull_load(1000.0, ATMOSPHERE_MPA)
    assert load is not None
    assert load.case == "submerged"
    assert load.difference_mpa == pytest.approx(sea_pressure_mpa(1000.0))


def test_pressurised_habitat_is_unknown_until_decompression_is_told() -> None:
    assert hull_load(20.0, 0.3) is None
    in_place = hull_load(20.0, 0.3, decompression_in_place=True)
    elsewhere = hull_load(20.0, 0.3, decompression_in_place=False)
    assert in_place is not None
    assert elsewhere is not None
    assert in_place.case == "decompression_in_place"
    assert in_place.difference_mpa == pytest.approx(sea_pressure_mpa(20.0))
    assert elsewhere.difference_mpa == pytest.approx(sea_pressure_mpa(20.0) + ATMOSPHERE_MPA - 0.3)


def test_overpressure_inside_is_a_negative_difference() -> None:
    load = hull_load(10.0, 1.0, decompression_in_place=False)
    assert load is not None
    assert load.difference_mpa < 0
