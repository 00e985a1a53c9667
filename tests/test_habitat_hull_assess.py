"""Assessments: required walls of real hulls, margins, refusals, warnings and the JSON answer."""

from __future__ import annotations

import csv
import json
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import DesignError, UsageError
from habitat.hull import STANDARD, assess_cli

TITANIUM = "Ti-6Al-4V ELI"


def _sphere(depth: str = "6500 m", **options: Any) -> dict[str, Any]:
    return assess_cli("sphere", options.pop("material", TITANIUM), "2 m", depth, **options)


def test_answer_is_json_with_the_contract_keys() -> None:
    answer = json.loads(json.dumps(_sphere(), allow_nan=False))
    assert answer["pressure_mpa"] == pytest.approx(66.45, rel=1e-3)
    assert answer["governing"] == "krenzke_kiernan_collapse"
    assert set(answer["margins"]) == {
        "krenzke_kiernan_collapse",
        "mean_stress",
        "bore_yield",
        "elastic_buckling",
    }
    assert answer["reason"] is None
    assert answer["constants"]["krenzke_kiernan"]["recalled"] is True


def test_the_required_wall_just_meets_the_governing_mode() -> None:
    answer = _sphere()
    margins = answer["margins"]
    assert margins[answer["governing"]] == pytest.approx(0.0, abs=1e-6)
    assert all(margins[name] >= -1e-9 for name, mode in answer["modes"].items() if mode["binding"])
    again = _sphere(thickness=f"{answer['required_thickness_mm']} mm")
    assert again["adequate"] is True
    thin = _sphere(thickness=f"{answer['required_thickness_mm'] - 0.01} mm")
    assert thin["adequate"] is False
    assert thin["margins"][answer["governing"]] < 0


@settings(deadline=None)
@given(st.floats(50.0, 9000.0), st.floats(1.0, 500.0))
def test_deeper_needs_more_wall(depth: float, deeper: float) -> None:
    shallow = _sphere(f"{depth!r} m")["required_thickness_mm"]
    assert _sphere(f"{depth + deeper!r} m")["required_thickness_mm"] > shallow


@settings(deadline=None)
@given(st.floats(0.2, 20.0))
def test_wall_scales_with_diameter(factor: float) -> None:
    base = assess_cli("sphere", TITANIUM, "1 m", "4000 m")["required_thickness_mm"]
    scaled = assess_cli("sphere", TITANIUM, f"{factor!r} m", "4000 m")["required_thickness_mm"]
    assert scaled == pytest.approx(base * factor, rel=5e-5, abs=2e-3)


def test_units_do_not_matter() -> None:
    metric = assess_cli("sphere", TITANIUM, "2 m", "6500 m", thickness="90 mm")
    other = assess_cli("sphere", TITANIUM, "78.74015748031496 inch", "6.5 km", thickness="0.09 m")
    assert other["required_thickness_mm"] == pytest.approx(metric["required_thickness_mm"])
    for name, margin in metric["margins"].items():
        assert other["margins"][name] == pytest.approx(margin, rel=1e-9)


@pytest.mark.parametrize(
    ("material", "word"),
    [
        ("acrylic", "PVHO"),
        ("carbon-fibre composite", "composite"),
        ("glass fibre laminate", "composite"),
        ("concrete", "flaws"),
    ],
)
@pytest.mark.parametrize("form", ["sphere", "cylinder"])
def test_non_metals_get_no_wall_but_a_reason(form: str, material: str, word: str) -> None:
    answer = assess_cli(form, material, "1.42 m", "4000 m", thickness="127 mm")
    assert answer["required_thickness_mm"] is None
    assert answer["governing"] is None
    assert answer["margins"] == {}
    assert answer["material"]["accepted"] is False
    assert word in answer["reason"]
    assert answer["pressure_mpa"] == pytest.approx(40.66, rel=1e-3)


def test_no_wall_helps_when_the_sea_exceeds_the_allowed_stress() -> None:
    answer = assess_cli("sphere", "316L", "2 m", "11 km", yield_strength="150 MPa")
    assert answer["required_thickness_mm"] is None
    assert "100 MPa is allowed" in answer["reason"]


def test_thick_welds_and_shallow_sites_are_flagged() -> None:
    thick = assess_cli("sphere", TITANIUM, "4 m", "6000 m")["warnings"]
    assert any("102 mm" in warning for warning in thick)
    assert not any("102 mm" in warning for warning in _sphere()["warnings"])
    shallow = _sphere("100 m")["warnings"]
    assert any("3.20" in warning for warning in shallow)
    assert any("recalled" in warning for warning in _sphere()["warnings"])
    certified = _sphere(yield_strength="800 MPa")["warnings"]
    assert not any("nominal" in warning for warning in certified)


def test_criteria_are_configurable() -> None:
    strict = _sphere(criteria=replace(STANDARD, collapse_factor=2.0))
    assert strict["required_thickness_mm"] > _sphere()["required_thickness_mm"]
    assert strict["constants"]["collapse_factor"]["value"] == 2.0


def test_shallow_framed_cylinder_between_25_and_30_mm() -> None:
    def cylinder(wall: str) -> dict[str, Any]:
        return assess_cli(
            "cylinder", "EH36", "5.97 m", "200 m", wall,
            frame_spacing="0.6 m", bulkhead_spacing="12 m", frame_second_moment="1e-4 m4",
        )  # fmt: skip

    assert cylinder("30 mm")["adequate"] is True
    assert cylinder("25 mm")["adequate"] is False
    assert cylinder("30 mm")["governing"] == "interframe_collapse"
    assert 25 < cylinder("30 mm")["required_thickness_mm"] < 26


def test_general_buckling_without_frame_data_is_unknown_not_passed() -> None:
    answer = assess_cli("cylinder", "EH36", "6 m", "200 m", "40 mm", frame_spacing="0.6 m")
    assert answer["margins"]["general_buckling"] is None
    assert answer["adequate"] is None
    assert any("general buckling is not judged" in warning for warning in answer["warnings"])


def test_the_frame_that_is_asked_for_suffices() -> None:
    options: dict[str, Any] = {"frame_spacing": "0.6 m", "length": "12 m"}
    bare = assess_cli("cylinder", "EH36", "6 m", "200 m", "30 mm", **options)
    inertia = bare["required_frame_second_moment_mm4"] * 1.0001
    framed = assess_cli(
        "cylinder", "EH36", "6 m", "200 m", "30 mm",
        frame_second_moment=f"{inertia!r} mm4", **options,
    )  # fmt: skip
    assert framed["margins"]["general_buckling"] == pytest.approx(0.0, abs=1e-3)
    assert framed["adequate"] is True


def test_ambient_habitat_is_judged_for_decompression_in_place() -> None:
    safe = assess_cli(
        "cylinder", "EH36", "2.7 m", "19 m", internal_pressure="2.5 bar", length="13 m"
    )
    assert safe["load_case"] == "decompression_in_place"
    assert safe["pressure_mpa"] == pytest.approx(0.191, rel=0.01)
    balanced = assess_cli(
        "cylinder", "EH36", "2.7 m", "10 m",
        internal_pressure="4 bar", length="13 m", decompression_in_place=False,
    )  # fmt: skip
    assert balanced["required_thickness_mm"] is None
    assert "no external pressure" in balanced["reason"]


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        (("cube", TITANIUM, "2 m", "10 m"), {}, "--form: unknown form 'cube'"),
        (("sphere", TITANIUM, "2", "10 m"), {}, "--inner-diameter: expected a length"),
        (("sphere", TITANIUM, "0 m", "10 m"), {}, "--inner-diameter: expected a length of more"),
        (("sphere", TITANIUM, "2 m", "10 kg"), {}, "--depth: expected a depth"),
        (("sphere", TITANIUM, "2 m", "12 km"), {}, "--depth: expected a depth of at most"),
        (("sphere", TITANIUM, "2 m", "-5 m"), {}, "--depth"),
        (("sphere", TITANIUM, "2 m", "5 m", "nan mm"), {}, "--thickness"),
        (("sphere", TITANIUM, "2 m", "5 m"), {"latitude": "95"}, "--latitude"),
        (("cylinder", "EH36", "2 m", "5 m"), {}, "--frame-spacing: a cylinder needs"),
    ],
)
def test_bad_arguments(arguments: tuple[str, ...], options: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        assess_cli(*arguments, **options)
    assert said in str(caught.value)


def test_unknown_material_is_an_error_with_a_hint() -> None:
    with pytest.raises(DesignError, match="--material: unknown material 'titanium'"):
        _sphere(material="titanium")


@pytest.mark.shared
def test_walls_of_real_spheres(shared: Path) -> None:
    errors = []
    table = shared / "data" / "hulls" / "reference_hulls.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["pressure_regime"] != "1atm" or row["certainty"] == "low":
                continue
            answer = assess_cli(
                row["shape"], row["material"], f"{row['inner_d_m'] or 1} m",
                f"{row['rated_depth_m']} m",
            )  # fmt: skip
            metal = row["material"] not in ("acrylic PMMA", "carbon-fibre composite")
            assert answer["material"]["accepted"] is metal, row["name"]
            if metal:
                assert row["shape"] == "sphere"
                errors.append(answer["required_thickness_mm"] / float(row["thickness_mm"]) - 1)
    assert len(errors) >= 5
    assert statistics.median(map(abs, errors)) <= 0.15
    assert max(map(abs, errors)) < 0.2
