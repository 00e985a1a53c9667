"""Facts: every key of the model once, unknown where it is not given."""

from __future__ import annotations

import pytest

from habitat import Design, facts_of
from habitat.design import Claims
from habitat.facts import Fact, lacking, show_value
from habitat.load import known_keys
from habitat.units import quantity


def _design(**sections: object) -> Design:
    site = {"latitude": -10.5, "longitude": 2.0, "depth": "850 m"}
    return Design.model_validate({"name": "A", "purpose": "other", "site": site, **sections})


def test_every_key_is_a_fact_and_unknown_when_absent() -> None:
    facts = facts_of(_design())
    for section in known_keys(Design):
        keys = known_keys(Design, section) or ("",)
        for key in keys:
            assert f"{section}.{key}".rstrip(".") in facts
    unknown = {path for path, fact in facts.items() if fact.value is None}
    assert "safety_zone.radius" in unknown
    assert "consents.coastal_state" in unknown
    assert not unknown & {"name", "purpose", "site.depth", "site.latitude"}
    assert all(facts[path].source == "not given" for path in unknown)


def test_claims_that_are_not_made_are_false() -> None:
    facts = facts_of(_design())
    for name in Claims.model_fields:
        assert facts[f"claims.{name}"] == Fact(False, "claim not made")
    name = next(iter(Claims.model_fields))
    made = facts_of(_design(claims={name: True}))
    assert made[f"claims.{name}"] == Fact(True, "design")


def test_values_keep_their_kind() -> None:
    facts = facts_of(
        _design(crew={"persons": 6}, hull={"proof_test_factor": 1.25}, waste={"treatment": "none"})
    )
    assert facts["crew.persons"].value == 6
    assert facts["site.depth"].value == quantity(0.85, "km")
    assert facts["site.latitude"].value == quantity(-10.5, "degree")
    assert facts["hull.proof_test_factor"].value == quantity(125, "percent")
    assert facts["waste.treatment"].value == "none"


def test_false_is_known() -> None:
    fact = facts_of(_design(site={"latitude": 1, "longitude": 2, "recognized_sea_lane": False}))[
        "site.recognized_sea_lane"
    ]
    assert fact.known
    assert fact.value is False


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (quantity(500, "m"), "500 m"),
        (quantity(1.5, ""), "1.5"),
        (frozenset({"eez", "area"}), ["area", "eez"]),
        (None, None),
        (True, True),
        ("word", "word"),
        (3, 3),
    ],
)
def test_shows_values_for_json(value: object, shown: object) -> None:
    assert show_value(value) == shown


def test_names_all_missing_inputs() -> None:
    assert lacking({"a": None, "b": 0, "c": None}) == "needs a, c"
    assert lacking({"b": False}) == ""
