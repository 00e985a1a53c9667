"""The design model: what is unknown, what is required, and that designs never change."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from habitat import Design

MINIMAL: dict[str, Any] = {
    "name": "A",
    "purpose": "other",
    "site": {"latitude": 1.0, "longitude": 2.0},
}


def test_absent_null_and_empty_sections_mean_the_same() -> None:
    absent = Design.model_validate(MINIMAL)
    null = Design.model_validate({**MINIMAL, "crew": None, "hull": {"thickness": None}})
    empty = Design.model_validate({**MINIMAL, "crew": {}})
    assert absent == null == empty
    assert absent.crew.persons is None


@pytest.mark.parametrize("key", ["name", "purpose", "site"])
def test_required_keys(key: str) -> None:
    with pytest.raises(ValidationError):
        Design.model_validate({name: value for name, value in MINIMAL.items() if name != key})


def test_designs_are_frozen() -> None:
    design = Design.model_validate(MINIMAL)
    with pytest.raises(ValidationError):
        design.site.latitude = 5.0


def test_json_dump_reads_back_the_same() -> None:
    design = Design.model_validate(
        {
            **MINIMAL,
            "operator_state": "fra",
            "hull": {"inner_diameter": "4.0 m", "frame_second_moment": "2.5e-5 m4"},
            "noise": {"received_level": "110 dB re 1 µPa"},
            "discharges": {"oil_in_water": "15 ppm"},
            "contract": {"area": "75 000 km2", "relinquished": "20 %", "year": 3},
        }
    )
    assert Design.model_validate(design.model_dump(mode="json")) == design
    assert design.operator_state == "FRA"


def test_equal_amounts_in_other_units_are_equal_designs() -> None:
    first = Design.model_validate({**MINIMAL, "safety_zone": {"radius": "500 m"}})
    second = Design.model_validate({**MINIMAL, "safety_zone": {"radius": "0.5 km"}})
    assert first == second


def test_a_pickled_design_works_in_a_fresh_process() -> None:
    design = Design.model_validate({**MINIMAL, "safety_zone": {"radius": "0.5 km"}})
    assert pickle.loads(pickle.dumps(design)) == design
    program = (
        "import pickle, sys; from habitat.units import quantity; "
        "design = pickle.loads(bytes.fromhex(sys.argv[1])); "
        "sys.exit(0 if design.safety_zone.radius == quantity(500, 'm') else 1)"
    )
    blob = pickle.dumps(design).hex()
    project = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", program, blob], cwd=project, check=False)
    assert done.returncode == 0


def test_importing_the_model_loads_no_heavy_library() -> None:
    program = (
        "import sys, habitat, habitat.derived, habitat.hull; "
        "print([name for name in ('pint', 'gsw', 'numpy', 'scipy') if name in sys.modules])"
    )
    project = Path(__file__).resolve().parent.parent
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_public_names_are_sorted_and_exist() -> None:
    import habitat
    import habitat.hull

    for package in (habitat, habitat.hull):
        names = package.__all__
        assert names == sorted(names, key=lambda name: (not name.isupper(), name))
        assert all(hasattr(package, name) for name in names)
