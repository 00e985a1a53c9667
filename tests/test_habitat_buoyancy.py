"""Buoyancy: volumes, shells and lift."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat.buoyancy import enclosed_volume_m3, lift_n, shell_mass_kg


def test_deep_titanium_sphere_of_two_metre_bore() -> None:
    displaced = enclosed_volume_m3("sphere", 1.08) * 1055.0
    shell = shell_mass_kg("sphere", 1.0, 0.08, 4430.0)
    assert displaced == pytest.approx(5500, rel=0.03)
    assert 0.7 < shell / displaced < 0.95


@settings(deadline=None)
@given(st.floats(0.1, 10.0), st.floats(1e-6, 1e-4))
def test_thin_shell_weighs_area_times_thickness(radius: float, ratio: float) -> None:
    wall = ratio * radius
    area = 4 * math.pi * radius**2
    assert shell_mass_kg("sphere", radius, wall, 1000.0) == pytest.approx(
        area * wall * 1000.0, rel=1e-3
    )


def test_cylinder_needs_its_length() -> None:
    assert enclosed_volume_m3("cylinder", 2.0, 3.0) == pytest.approx(math.pi * 12)
    with pytest.raises(ValueError, match="length"):
        enclosed_volume_m3("cylinder", 2.0)


def test_a_cubic_metre_of_seawater_lifts_ten_kilonewton() -> None:
    assert lift_n(1.0, 1025.0) == pytest.approx(10_052, rel=1e-3)
