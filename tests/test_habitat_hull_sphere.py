"""Sphere formulas: thin-wall limits, bounds, scale laws and published walls."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat.hull import (
    STANDARD,
    Geometry,
    Material,
    find_material,
    required_thickness,
    sea_pressure_mpa,
)
from habitat.hull.sphere import (
    bore_von_mises,
    krenzke_kiernan,
    mean_wall_stress,
    plasticity_reduction,
    zoelly,
)

METALS = ("HY-100", "Ti-6Al-4V ELI", "316L", "EH36", "5083-H116", "18Ni maraging 175")

metals = st.sampled_from(METALS)
radii = st.floats(100.0, 10_000.0)
ratios = st.floats(0.002, 0.5)
pressures = st.floats(0.05, 120.0)


def _metal(name: str) -> Material:
    found = find_material(name, where="material")
    assert isinstance(found, Material)
    return found


@settings(deadline=None)
@given(pressures, radii)
def test_mean_stress_tends_to_the_thin_wall_formula(pressure: float, radius: float) -> None:
    thickness = 1e-5 * radius
    thin = pressure * (radius + thickness / 2) / (2 * thickness)
    assert mean_wall_stress(pressure, radius, thickness) == pytest.approx(thin, rel=1e-4)
    assert bore_von_mises(pressure, radius, thickness) == pytest.approx(thin, rel=1e-4)


@settings(deadline=None)
@given(pressures, radii, ratios)
def test_the_bore_is_stressed_above_the_mean(pressure: float, radius: float, ratio: float) -> None:
    mean = mean_wall_stress(pressure, radius, ratio * radius)
    assert bore_von_mises(pressure, radius, ratio * radius) > mean > pressure


def test_mean_stress_is_equilibrium_of_a_half_sphere() -> None:
    inner, thickness, pressure = 1000.0, 80.0, 60.0
    force = pressure * 3.141592653589793 * (inner + thickness) ** 2
    section = 3.141592653589793 * ((inner + thickness) ** 2 - inner**2)
    assert mean_wall_stress(pressure, inner, thickness) == pytest.approx(force / section)


@settings(deadline=None)
@given(metals, radii, ratios)
def test_collapse_stays_below_elastic_buckling(name: str, radius: float, ratio: float) -> None:
    metal = _metal(name)
    collapse = krenzke_kiernan(radius, ratio * radius, metal)
    assert 0 < collapse < zoelly(radius, ratio * radius, metal)
    elastic = STANDARD.krenzke_kiernan * metal.youngs_mpa * (ratio / (1 + ratio)) ** 2
    assert collapse <= elastic * (1 + 1e-9)


@settings(deadline=None)
@given(metals, radii, ratios)
def test_collapse_solves_its_own_equation(name: str, radius: float, ratio: float) -> None:
    metal, wall = _metal(name), ratio * radius
    pressure = krenzke_kiernan(radius, wall, metal)
    reduction = plasticity_reduction(mean_wall_stress(pressure, radius, wall), metal)
    elastic = STANDARD.krenzke_kiernan * metal.youngs_mpa * (wall / (radius + wall)) ** 2
    assert pressure == pytest.approx(elastic * reduction, rel=1e-6)


@settings(deadline=None)
@given(radii, st.floats(0.05, 0.5))
def test_an_elastic_perfectly_plastic_wall_collapses_near_yield(
    radius: float, ratio: float
) -> None:
    metal = replace(_metal("HY-100"), ramberg_osgood_n=400.0)
    wall = ratio * radius
    stress = mean_wall_stress(krenzke_kiernan(radius, wall, metal), radius, wall)
    assert 0.9 * metal.yield_mpa < stress < 1.05 * metal.yield_mpa


def test_a_thin_sphere_collapses_elastically() -> None:
    metal = _metal("18Ni maraging 175")
    elastic = 0.84 * metal.youngs_mpa * (2 / 1002) ** 2
    assert krenzke_kiernan(1000.0, 2.0, metal) == pytest.approx(elastic, rel=1e-3)


@settings(deadline=None)
@given(metals, radii, ratios, st.floats(0.01, 100.0))
def test_collapse_depends_on_proportions_only(
    name: str, radius: float, ratio: float, scale: float
) -> None:
    metal = _metal(name)
    first = krenzke_kiernan(radius, ratio * radius, metal)
    assert krenzke_kiernan(scale * radius, scale * ratio * radius, metal) == pytest.approx(
        first, rel=1e-9
    )


@settings(deadline=None)
@given(metals, radii, ratios, st.floats(1.001, 1.5))
def test_a_thicker_wall_is_stronger(name: str, radius: float, ratio: float, more: float) -> None:
    metal = _metal(name)
    wall = ratio * radius
    assert krenzke_kiernan(radius, wall * more, metal) > krenzke_kiernan(radius, wall, metal)


@settings(deadline=None)
@given(metals, st.floats(0.0, 5000.0), st.floats(0.0, 5000.0))
def test_plasticity_only_reduces_and_grows_with_stress(
    name: str, first: float, second: float
) -> None:
    low, high = sorted((first, second))
    metal = _metal(name)
    assert 0 < plasticity_reduction(high, metal) <= plasticity_reduction(low, metal) <= 1


def test_plasticity_at_yield_by_hand() -> None:
    # At the 0.2 % proof stress: Es = s/(s/E + 0.002), 1/Et = 1/E + 0.002 n/s.
    metal = _metal("EH36")
    secant = 355 / (355 / 206_000 + 0.002)
    tangent = 1 / (1 / 206_000 + 0.002 * 20 / 355)
    expected = (secant * tangent) ** 0.5 / 206_000
    assert plasticity_reduction(355.0, metal) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "depth_mpa", "wall_mm"),
    [
        ("Ti-6Al-4V ELI", 40.66, 95),
        ("Ti-6Al-4V ELI", 61.24, 143),
        ("HY-100", 40.66, 109),
        ("HY-100", 61.24, 169),
    ],
)
def test_walls_of_a_four_metre_bore(name: str, depth_mpa: float, wall_mm: float) -> None:
    wall = required_thickness(Geometry("sphere", 2000.0), _metal(name), depth_mpa)
    assert wall == pytest.approx(wall_mm, rel=0.01)


@settings(deadline=None)
@given(metals, radii, st.floats(0.5, 60.0), st.floats(1.01, 1.5))
def test_required_wall_grows_with_pressure(
    name: str, radius: float, pressure: float, more: float
) -> None:
    metal, geometry = _metal(name), Geometry("sphere", radius)
    wall = required_thickness(geometry, metal, pressure)
    thicker = required_thickness(geometry, metal, pressure * more)
    if wall is None:
        assert thicker is None
    elif thicker is not None:
        assert thicker > wall


@settings(deadline=None)
@given(metals, radii, st.floats(0.5, 100.0))
def test_required_wall_is_the_smallest_that_meets_both_criteria(
    name: str, radius: float, pressure: float
) -> None:
    metal = _metal(name)
    wall = required_thickness(Geometry("sphere", radius), metal, pressure)
    if wall is None:
        return

    def holds(thickness: float) -> bool:
        collapse = krenzke_kiernan(radius, thickness, metal)
        stress = mean_wall_stress(pressure, radius, thickness)
        return collapse >= 1.73 * pressure and stress <= metal.yield_mpa / 1.5

    assert holds(wall * (1 + 1e-9))
    assert not holds(wall * (1 - 1e-6))


@pytest.mark.parametrize(
    ("name", "bore_mm", "wall_mm", "depth_m", "margin"),
    [
        ("Ti-6Al-4V ELI", 2100, 80, 6000, 1.83),
        ("EN26 steel", 1090, 64, 11_000, 1.84),
        ("Ti-6Al-4V", 2100, 77, 7000, 1.57),
        ("maraging (Mir)", 2100, 50, 6000, 2.09),
    ],
)
def test_collapse_margins_of_deep_spheres(
    name: str, bore_mm: float, wall_mm: float, depth_m: float, margin: float
) -> None:
    collapse = krenzke_kiernan(bore_mm / 2, wall_mm, _metal(name))
    assert collapse / sea_pressure_mpa(depth_m) == pytest.approx(margin, abs=0.005)
