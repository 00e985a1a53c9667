"""Cylinder formulas: limits, the worked shallow hull, and agreement of independent forms."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat.hull import Geometry, Material, find_material, required_thickness
from habitat.hull.cylinder import (
    bryant_general,
    interframe_collapse,
    required_frame_second_moment,
    von_mises_interframe,
    windenburg_trilling,
    yield_pressure,
)


def _steel() -> Material:
    found = find_material("EH36", where="material")
    assert isinstance(found, Material)
    return found


STEEL = _steel()


@pytest.mark.parametrize(("wall_mm", "allowed_mpa"), [(25.0, 1.95), (30.0, 2.37)])
def test_worked_hull_of_three_metre_radius(wall_mm: float, allowed_mpa: float) -> None:
    elastic = von_mises_interframe(3000.0, wall_mm, 600.0, STEEL)
    collapse = interframe_collapse(elastic, yield_pressure(3000.0, wall_mm, 355.0))
    assert 0.8 * collapse == pytest.approx(allowed_mpa, rel=5e-3)
    assert (0.8 * collapse >= 2.015) == (wall_mm == 30.0)


@settings(deadline=None)
@given(st.floats(0.002, 0.008), st.floats(0.15, 0.8))
def test_von_mises_agrees_with_windenburg_and_trilling(slender: float, bay: float) -> None:
    radius = 1000.0
    wall, spacing = 2 * radius * slender, 2 * radius * bay
    closed = windenburg_trilling(radius, wall, spacing, STEEL)
    assert closed is not None
    assert von_mises_interframe(radius, wall, spacing, STEEL) == pytest.approx(closed, rel=0.02)


def test_a_long_tube_buckles_like_a_ring() -> None:
    radius, wall = 1000.0, 10.0
    ring = STEEL.youngs_mpa * wall**3 / (4 * (1 - 0.3**2) * radius**3)
    assert von_mises_interframe(radius, wall, 1e7, STEEL) == pytest.approx(ring, rel=1e-5)


def test_very_short_bays_have_no_closed_form() -> None:
    assert windenburg_trilling(1000.0, 50.0, 100.0, STEEL) is None


@settings(deadline=None)
@given(st.floats(0.05, 20.0), st.floats(0.1, 10.0))
def test_interframe_curve_lies_below_both_limits(elastic: float, yielding: float) -> None:
    collapse = interframe_collapse(elastic, yielding)
    assert 0 < collapse <= min(elastic, 5 * yielding / 6) * (1 + 1e-12)
    assert interframe_collapse(elastic * 1.01, yielding) >= collapse


@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_interframe_curve_is_continuous(ratio: float) -> None:
    below, above = interframe_collapse(ratio, 1.0), interframe_collapse(ratio + 1e-9, 1.0)
    assert above == pytest.approx(below, rel=1e-6)


def test_bryant_of_a_long_framed_tube_is_a_ring() -> None:
    inertia, spacing, radius = 3.0e7, 600.0, 3000.0
    ring = 3 * STEEL.youngs_mpa * inertia / (radius**3 * spacing)
    assert bryant_general(radius, 25.0, spacing, 1e8, inertia, STEEL) == pytest.approx(ring)


@settings(deadline=None)
@given(st.floats(0.05, 10.0), st.floats(2000.0, 50_000.0), st.floats(5.0, 60.0))
def test_required_frame_just_carries_the_pressure(
    pressure: float, span: float, wall: float
) -> None:
    inertia = required_frame_second_moment(3000.0, wall, 600.0, span, pressure, STEEL)
    carried = bryant_general(3000.0, wall, 600.0, span, inertia, STEEL)
    assert carried >= pressure * (1 - 1e-9)
    if inertia > 0:
        assert carried == pytest.approx(pressure, rel=1e-9)


@settings(deadline=None)
@given(st.floats(0.01, 100.0), st.floats(5.0, 60.0), st.floats(200.0, 3000.0))
def test_buckling_depends_on_proportions_only(scale: float, wall: float, spacing: float) -> None:
    first = von_mises_interframe(3000.0, wall, spacing, STEEL)
    scaled = von_mises_interframe(3000.0 * scale, wall * scale, spacing * scale, STEEL)
    assert scaled == pytest.approx(first, rel=1e-9)
    overall = bryant_general(3000.0, wall, spacing, 9000.0, 3e7, STEEL)
    again = bryant_general(
        3000.0 * scale, wall * scale, spacing * scale, 9000.0 * scale, 3e7 * scale**4, STEEL
    )
    assert again == pytest.approx(overall, rel=1e-9)


@settings(deadline=None)
@given(st.floats(300.0, 2000.0), st.floats(1.01, 2.0))
def test_closer_frames_carry_more(spacing: float, wider: float) -> None:
    near = von_mises_interframe(3000.0, 25.0, spacing, STEEL)
    assert near > von_mises_interframe(3000.0, 25.0, spacing * wider, STEEL)


def test_stiffer_frames_spare_plating() -> None:
    def wall(inertia: float) -> float:
        geometry = Geometry("cylinder", 3000.0, 600.0, 12_000.0, inertia)
        found = required_thickness(geometry, STEEL, 2.015)
        assert found is not None
        return found

    assert wall(2.0e7) > wall(2.6e7) > wall(1e9)
    assert math.isclose(wall(1e9), wall(1e10))


def test_bryant_by_hand() -> None:
    # R 3 m, t 30 mm, Lb 12 m: lambda 0.7854, shell 11.11 MPa at n = 2; stiff frames add
    # 3 E Ic / (R^3 Lf) = 38.15 MPa, and more at every higher n.
    pressure = bryant_general(3000.0, 30.0, 600.0, 12_000.0, 1e9, STEEL)
    assert pressure == pytest.approx(11.11 + 38.15, rel=1e-3)


def test_bulkheads_closer_than_frames_bound_the_bay() -> None:
    assert Geometry("cylinder", 3000.0, 600.0, 400.0).bay == 400.0
    assert Geometry("cylinder", 3000.0, 600.0).bay == 600.0
    assert Geometry("cylinder", 3000.0).bay is None
