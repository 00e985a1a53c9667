"""Derived facts: right where the inputs are known, unknown with a reason where they are not."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habitat import Design, apply_settings
from habitat.derived import derived_facts
from habitat.hull import assess_cli
from habitat.units import amount

STATION: dict[str, Any] = {
    "name": "Vent station",
    "purpose": "scientific_research",
    "site": {"latitude": 30.0, "longitude": -31.5, "depth": "4000 m"},
    "crew": {"persons": 6, "mission_duration": "28 day"},
    "hull": {
        "form": "sphere",
        "material": "Ti-6Al-4V ELI",
        "inner_diameter": "4 m",
        "thickness": "100 mm",
        "internal_pressure": "1 atm",
    },
    "buoyancy": {"emergency": "85 kN", "floodable_volume": "5 m3"},
    "life_support": {"co2_limit": "0.5 kPa", "free_volume": "100 m3"},
    "waste": {"storage_capacity": "400 L"},
}
CYLINDER = {
    "site.depth": "200 m",
    "hull.form": "cylinder",
    "hull.material": "EH36",
    "hull.inner_diameter": "5.97 m",
    "hull.thickness": "30 mm",
    "hull.frame_spacing": "600 mm",
    "hull.bulkhead_spacing": "12 m",
    "hull.frame_second_moment": "1e-4 m4",
}


def _design(**settings: Any) -> Design:
    return apply_settings(Design.model_validate(STATION), settings)


def _value(design: Design, name: str, unit: str = "") -> float | None:
    fact = derived_facts(design)[f"derived.{name}"]
    assert fact.basis
    return amount(fact.value, unit)  # type: ignore[arg-type]


def test_hull_facts_agree_with_the_command_line() -> None:
    answer = assess_cli("sphere", "Ti-6Al-4V ELI", "4 m", "4000 m", "100 mm")
    design = _design()
    factor = _value(design, "hull.collapse_factor")
    assert factor == pytest.approx(1.73 * (1 + answer["margins"]["krenzke_kiernan_collapse"]))
    utilisation = _value(design, "hull.stress_utilisation")
    assert utilisation == pytest.approx(1 / 1.5 / (1 + answer["margins"]["mean_stress"]))
    assert _value(design, "hull.pressure", "MPa") == pytest.approx(answer["pressure_mpa"])
    assert _value(design, "hull.required_thickness", "mm") == pytest.approx(
        answer["required_thickness_mm"], abs=1e-3
    )


def test_ratios_compare_with_percent() -> None:
    assert _value(_design(), "waste.capacity_ratio", "percent") == pytest.approx(112.8, abs=0.1)
    assert _value(_design(), "waste.required_capacity", "L") == pytest.approx(355, abs=1)


def test_cylinder_usages() -> None:
    design = _design(**CYLINDER)
    interframe, general = (
        _value(design, f"hull.{name}_usage") for name in ("interframe", "general_buckling")
    )
    assert interframe is not None
    assert general is not None
    assert 0.6 < interframe < 0.8
    assert general < 0.5
    factor = _value(design, "hull.collapse_factor")
    assert factor == pytest.approx(1 / max(interframe, general))


@pytest.mark.parametrize(
    ("missing", "facts"),
    [
        ("site.depth", ["hull.collapse_factor", "hull.pressure", "buoyancy.displacement"]),
        ("hull.material", ["hull.collapse_factor", "hull.material_accepted"]),
        ("hull.thickness", ["hull.collapse_factor", "hull.stress_utilisation"]),
        ("hull.internal_pressure", ["hull.pressure", "hull.collapse_factor"]),
        ("crew.persons", ["waste.capacity_ratio", "life_support.required_oxygen"]),
        ("waste.storage_capacity", ["waste.capacity_ratio"]),
        ("buoyancy.emergency", ["buoyancy.emergency_ratio", "buoyancy.flooding_ratio"]),
        ("life_support.co2_limit", ["life_support.co2_time_to_limit"]),
    ],
)
def test_a_missing_input_makes_unknown_and_is_named(missing: str, facts: list[str]) -> None:
    found = derived_facts(_design(**{missing: None}))
    complete = derived_facts(_design())
    for name in facts:
        fact = found[f"derived.{name}"]
        assert fact.value is None
        assert missing in fact.basis
        assert complete[f"derived.{name}"].value is not None


def test_missing_frame_data_leaves_general_buckling_unknown() -> None:
    found = derived_facts(_design(**{**CYLINDER, "hull.frame_second_moment": None}))
    assert found["derived.hull.general_buckling_usage"].value is None
    assert found["derived.hull.collapse_factor"].value is None
    assert found["derived.hull.interframe_usage"].value is not None


@pytest.mark.parametrize("material", ["acrylic", "carbon-fibre composite"])
def test_refused_materials_are_known_to_be_refused(material: str) -> None:
    found = derived_facts(_design(**{"hull.material": material}))
    assert found["derived.hull.material_accepted"].value is False
    assert found["derived.hull.collapse_factor"].value is None
    assert "refused" in found["derived.hull.collapse_factor"].basis


def test_a_material_outside_the_table_is_unknown_not_refused() -> None:
    found = derived_facts(_design(**{"hull.material": "unobtainium"}))
    assert found["derived.hull.material_accepted"].value is None


def test_certified_strength_replaces_the_table() -> None:
    weaker = _value(_design(**{"hull.yield_strength": "600 MPa"}), "hull.stress_utilisation")
    assert weaker == pytest.approx((_value(_design(), "hull.stress_utilisation") or 0) * 795 / 600)


def test_proof_pressure_follows_the_factor() -> None:
    design = _design(**{"hull.proof_test_factor": 1.25})
    assert _value(design, "hull.proof_pressure", "MPa") == pytest.approx(1.25 * 40.66, rel=1e-3)
    missing = derived_facts(_design(**{"site.depth": None}))["derived.hull.proof_pressure"]
    assert missing.value is None
    assert missing.basis == "needs site.depth; needs hull.proof_test_factor"


lengths = st.floats(1e-10, 4e7).map(lambda metres: f"{metres!r} m")


@settings(deadline=None)
@given(
    st.sampled_from(["sphere", "cylinder"]),
    st.sampled_from(["EH36", "316L", "acrylic"]),
    st.lists(lengths, min_size=5, max_size=5),
    st.floats(1e-6, 11_100.0),
    st.floats(1e-9, 2.4e12),
)
def test_no_possible_design_breaks_the_formulas(
    form: str, material: str, sizes: list[str], depth: float, strength: float
) -> None:
    keys = ("inner_diameter", "thickness", "length", "frame_spacing", "bulkhead_spacing")
    dimensions = {f"hull.{key}": size for key, size in zip(keys, sizes, strict=True)}
    design = _design(
        **{"hull.form": form, "hull.material": material, "site.depth": f"{depth!r} m"},
        **{"hull.yield_strength": f"{strength!r} Pa", "hull.frame_second_moment": "1 m4"},
        **dimensions,
    )
    for name, fact in derived_facts(design).items():
        assert math.isfinite(getattr(fact.value, "magnitude", 0.0)), name


def test_pressurised_habitat_waits_for_its_load_case() -> None:
    ambient = {"site.depth": "20 m", "hull.internal_pressure": "3 bar"}
    assert _value(_design(**ambient), "hull.pressure", "MPa") is None
    found = derived_facts(_design(**ambient, **{"hull.decompression_in_place": True}))
    assert found["derived.hull.externally_loaded"].value is True
    balanced = {**ambient, "hull.internal_pressure": "4 bar"}
    found = derived_facts(_design(**balanced, **{"hull.decompression_in_place": False}))
    assert found["derived.hull.externally_loaded"].value is False
    assert found["derived.hull.collapse_factor"].value is None


def test_life_support_reserve_from_stores_or_as_given() -> None:
    assert _value(_design(), "life_support.reserve", "hour") is None
    given = _design(**{"life_support.oxygen_reserve": "4 day"})
    assert _value(given, "life_support.reserve", "hour") == pytest.approx(96)
    stored = _design(**{"life_support.oxygen_capacity": f"{0.84 * 6 * 32} kg"})
    assert _value(stored, "life_support.reserve", "hour") == pytest.approx(96)
    short = _design(**{"life_support.oxygen_capacity": "100 kg"})
    assert (_value(short, "life_support.reserve", "hour") or 0) < 0


def test_buoyancy_of_the_station() -> None:
    design = _design()
    displaced = _value(design, "buoyancy.displacement", "t")
    assert displaced == pytest.approx(1046 * 4 / 3 * 3.14159 * 2.1**3 / 1000, rel=1e-3)
    lift = (displaced or 0) * 9.80665
    assert _value(design, "buoyancy.emergency_ratio") == pytest.approx(85 / lift)
    assert _value(design, "buoyancy.flooding_ratio") == pytest.approx(
        85 / (5 * 1.046 * 9.807), 1e-3
    )
    assert 0 < (_value(design, "buoyancy.shell_ratio") or 0) < 1


def test_an_empty_station_has_no_ratio_of_waste() -> None:
    found = derived_facts(_design(**{"crew.persons": 0}))
    assert found["derived.waste.capacity_ratio"].value is None
    assert found["derived.life_support.co2_time_to_limit"].value is None
