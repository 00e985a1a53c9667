"""Field types: bare numbers, flags, counts, codes and coordinates."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from habitat.fields import Count, Flag, Latitude, Length, Longitude, Ratio, State
from habitat.units import quantity, show


class _Model(BaseModel):
    radius: Length | None = None
    given: Flag | None = None
    persons: Count | None = None
    factor: Ratio | None = None
    state: State | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("radius", 500, "expected a length such as '500 m', found '500' without a unit"),
        ("radius", 0.5, "without a unit"),
        ("radius", True, "expected a length such as '500 m', found true"),
        ("radius", ["500 m"], "found a list"),
        ("radius", quantity(5, "kg"), "found '5 kg'"),
        ("radius", quantity(float("nan"), "m"), "finite"),
        ("given", "true", "expected true or false"),
        ("given", 1, "expected true or false"),
        ("persons", -1, "whole number"),
        ("persons", 2.5, "whole number"),
        ("persons", True, "whole number"),
        ("factor", float("nan"), "at least 0"),
        ("factor", float("inf"), "at least 0"),
        ("factor", "lots", "at least 0"),
        ("state", "France", "three-letter"),
        ("state", False, "three-letter"),
        ("latitude", 90.001, "impossible latitude"),
        ("latitude", float("nan"), "decimal degrees"),
        ("latitude", True, "decimal degrees"),
        ("latitude", "37 N", "decimal degrees"),
        ("longitude", -180.5, "impossible longitude"),
    ],
)
def test_refuses(key: str, value: object, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Model.model_validate({key: value})
    assert said in caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("radius", "500 m", quantity(500, "m")),
        ("radius", quantity(0.5, "km"), quantity(0.5, "km")),
        ("given", False, False),
        ("persons", "6 persons", 6),
        ("persons", 0, 0),
        ("factor", 1, 1.0),
        ("state", "fra", "FRA"),
        ("latitude", -90, -90.0),
        ("longitude", 180, 180.0),
        ("radius", None, None),
    ],
)
def test_keeps(key: str, value: object, kept: Any) -> None:
    assert getattr(_Model.model_validate({key: value}), key) == kept


def test_serialises_as_text_with_its_unit() -> None:
    model = _Model.model_validate({"radius": "3 nautical miles"})
    assert model.model_dump(mode="json")["radius"] == "3 nmi"
    assert show(quantity(500, "m")) == "500 m"


def test_schema_tells_a_client_how_to_write_a_length() -> None:
    radius = _Model.model_json_schema()["properties"]["radius"]
    assert radius["anyOf"][0]["examples"] == ["500 m"]
