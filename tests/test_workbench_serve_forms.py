"""The design as a form: nothing is lost on the way, and what is wrong stands at its field."""

from __future__ import annotations

from pathlib import Path

import pytest

from examples import examples
from habitat.design import Design
from habitat.facts import facts_of
from habitat.load import load_design, problems, read_design
from workbench.serve.forms import check, data_of, fields, groups, values_of, yaml_of

BASE = {"name": "A", "purpose": "other", "site.latitude": "1", "site.longitude": "2"}


def test_every_key_of_a_design_has_one_field() -> None:
    keys = [field.key for field in fields()]
    assert len(keys) == len(set(keys))
    plain = Design.model_validate(
        {"name": "A", "purpose": "other", "site": {"latitude": 1, "longitude": 2}}
    )
    assert set(keys) == set(facts_of(plain))
    assert sum(len(group.fields) for group in groups()) == len(keys)


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.stem)
def test_an_example_survives_the_form(path: Path) -> None:
    design = load_design(path)
    values = values_of(design)
    assert check(values)[0] == {}
    assert Design.model_validate(data_of(values)) == design
    assert read_design(yaml_of(data_of(values)), where="form") == design


def test_an_empty_field_is_unknown() -> None:
    assert data_of({**BASE, "consents.research": "", "hull.thickness": "  "}) == {
        "name": "A",
        "purpose": "other",
        "site": {"latitude": 1.0, "longitude": 2.0},
    }


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("hull.thickness", "95", "unit"),
        ("hull.thickness", "95 kg", "length"),
        ("hull.thickness", "0 mm", "more than 0"),
        ("site.latitude", "91", "impossible latitude"),
        ("site.latitude", "north", "decimal degrees"),
        ("site.depth", "12 km", "at most"),
        ("crew.persons", "six", "whole number"),
        ("operator_state", "France", "three-letter"),
        ("purpose", "fun", "expected one of"),
        ("consents.research", "maybe", "true or false"),
        ("name", "", "required"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(key: str, value: str, words: str) -> None:
    wrong, _ = check({**BASE, key: value})
    assert list(wrong) == [key]
    assert words in wrong[key]


def test_every_problem_is_told_at_once() -> None:
    wrong, _ = check({"name": "A", "hull.length": "x", "crew.persons": "-1"})
    assert set(wrong) == {
        "purpose", "site.latitude", "site.longitude", "hull.length", "crew.persons"
    }  # fmt: skip
    assert problems(Design, {"nome": "A"})["nome"].startswith("unknown key; did you mean 'name'")


def test_an_amount_is_told_in_the_unit_that_is_compared() -> None:
    _, notes = check({**BASE, "safety_zone.radius": "0.27 nmi", "site.depth": "850 m"})
    assert notes == {"safety_zone.radius": "= 500.04 m"}
