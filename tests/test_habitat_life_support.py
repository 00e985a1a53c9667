"""Life support against the worked example of six people for 28 days."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat.life_support import NOMINAL, hours_to_co2, mission_needs


def test_six_people_for_28_days() -> None:
    needs = mission_needs(6, 28)
    assert needs.oxygen_kg == pytest.approx(141, abs=0.5)
    assert needs.black_water_kg == pytest.approx(355, abs=1)
    assert needs.grey_water_kg == pytest.approx(1562, abs=1)
    assert needs.carbon_dioxide_kg == pytest.approx(168)
    assert needs.heat_w == pytest.approx(6 * 137)


@pytest.mark.parametrize(("limit_pa", "hours"), [(500.0, 3.6), (5000.0, 36.0)])
def test_scrubber_loss_in_a_hundred_cubic_metres(limit_pa: float, hours: float) -> None:
    assert hours_to_co2(6, 100.0, limit_pa) == pytest.approx(hours, rel=0.01)


def test_nobody_breathes() -> None:
    assert hours_to_co2(0, 100.0, 500.0) is None
    assert mission_needs(0, 28).oxygen_kg == 0


@settings(deadline=None)
@given(st.integers(1, 50), st.floats(0.1, 400.0), st.integers(2, 10))
def test_needs_grow_in_proportion(persons: int, days: float, times: int) -> None:
    once, more = mission_needs(persons, days), mission_needs(persons, days * times)
    assert more.oxygen_kg == pytest.approx(once.oxygen_kg * times)
    assert mission_needs(persons * times, days).black_water_kg == pytest.approx(
        once.black_water_kg * times
    )
    assert more.heat_w == once.heat_w


def test_a_person_gives_back_less_gas_than_air_holds() -> None:
    # Respiratory quotient by moles: between fat (0.7) and sugar (1.0).
    quotient = (NOMINAL.carbon_dioxide_kg / 44.01) / (NOMINAL.oxygen_kg / 32.0)
    assert 0.7 < quotient < 1.0
