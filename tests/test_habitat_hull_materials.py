"""The material table: lookup by any usual name, refusals, and the facts it was made from."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from base import DesignError
from habitat.hull import Material, Refused, find_material, material_names


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("hy100", "HY-100"),
        ("HY 100", "HY-100"),
        ("  ti-6al-4v   eli ", "Ti-6Al-4V ELI"),
        ("Ti‑6Al‑4V", "Ti-6Al-4V"),
        ("Grade 5 titanium", "Ti-6Al-4V"),
        ("eh36", "EH36"),
    ],
)
def test_finds_metals_by_usual_names(asked: str, name: str) -> None:
    found = find_material(asked, where="material")
    assert isinstance(found, Material)
    assert found.name == name


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("acrylic PMMA", "acrylic"),
        ("Plexiglas", "acrylic"),
        ("carbon-fibre composite", "composite"),
        ("wound carbon fiber and titanium", "composite"),
        ("CFRP", "composite"),
        ("glass fibre laminate", "composite"),
        ("borosilicate glass", "brittle"),
        ("marine concrete C50", "brittle"),
    ],
)
def test_refuses_what_is_no_metal_and_says_why(asked: str, kind: str) -> None:
    found = find_material(asked, where="material")
    assert isinstance(found, Refused)
    assert found.kind == kind
    assert len(found.reason) > 40


@pytest.mark.parametrize(
    ("asked", "hint"),
    [("HY-101", "'HY-100'"), ("titanium", "'Ti-6Al-4V'"), ("Ti-6Al-4W", "'Ti-6Al-4V'")],
)
def test_suggests_the_nearest_name(asked: str, hint: str) -> None:
    with pytest.raises(DesignError) as caught:
        find_material(asked, where="hull.material")
    assert str(caught.value).startswith("hull.material: unknown material")
    assert hint in str(caught.value)


def test_carbon_steel_is_no_composite_but_needs_its_grade() -> None:
    with pytest.raises(DesignError, match="unknown material 'carbon steel'"):
        find_material("carbon steel", where="material")


def test_names_are_unique_and_metals_physical() -> None:
    names = material_names()
    assert len(names) == len(set(names))
    for name in names:
        found = find_material(name, where="material")
        if isinstance(found, Material):
            assert 100 < found.yield_mpa < found.youngs_mpa / 50
            assert 0.2 < found.poisson < 0.4
            assert 1500 < found.density_kg_m3 < 9000
            assert found.ramberg_osgood_n > 1
            assert "(recalled)" in found.source


@pytest.mark.shared
def test_properties_are_those_of_the_reference_table(shared: Path) -> None:
    table = shared / "data" / "hulls" / "materials.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    metals = 0
    for row in rows:
        found = find_material(row["material"], where="material")
        if isinstance(found, Refused):
            assert "PMMA" in row["material"]
            continue
        metals += 1
        assert found.yield_mpa == float(row["yield_mpa"])
        assert found.youngs_mpa == float(row["youngs_gpa"]) * 1000
        assert found.poisson == float(row["poisson"])
        assert found.density_kg_m3 == float(row["density_kg_m3"])
        assert found.ramberg_osgood_n == float(row["ramberg_osgood_n"])
        assert found.certainty == row["certainty"]
    assert metals == len(rows) - 1
