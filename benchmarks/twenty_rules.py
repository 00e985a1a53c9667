"""Twenty rules and tables of random designs, as every engine of the engine benchmark gets them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compliance.engine import CODES, Constant, Levels, Number
from compliance.engine.kinds import Kind
from jurisdictions.binding import RuleBinding
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import Rule

Array = NDArray[Any]

#: Number facts: unit, lowest and highest value of the random designs.
NUMBERS = {
    "safety_zone.radius": ("m", 200.0, 800.0),
    "noise.received_level": ("dB", 90.0, 140.0),
    "discharges.oil_in_water": ("mg/L", 1.0, 30.0),
    "life_support.oxygen_reserve": ("hour", 20.0, 200.0),
    "reporting.annual_report_within": ("day", 20.0, 150.0),
    "waste.storage_capacity": ("L", 100.0, 900.0),
}
FLAGS = (
    "consents.coastal_state",
    "consents.research",
    "environment.impact_assessment",
    "environment.monitoring_programme",
    "end_of_life.removal_plan",
    "conformity.registered",
)
#: Fact, order, bound: twelve bounds.
BOUNDS = (
    ("safety_zone.radius", "<=", 500.0),
    ("safety_zone.radius", ">=", 250.0),
    ("noise.received_level", "<=", 120.0),
    ("noise.received_level", "<", 135.0),
    ("discharges.oil_in_water", "<=", 15.0),
    ("discharges.oil_in_water", "<", 25.0),
    ("life_support.oxygen_reserve", ">=", 96.0),
    ("life_support.oxygen_reserve", ">", 36.0),
    ("reporting.annual_report_within", "<=", 90.0),
    ("reporting.annual_report_within", "<=", 120.0),
    ("waste.storage_capacity", ">=", 300.0),
    ("waste.storage_capacity", ">=", 150.0),
)
#: Four flags that must be so.
MUST = FLAGS[:4]
#: Where a bound holds, a flag must be so: condition and flag.
WHEN = (
    (("safety_zone.radius", ">", 400.0), "end_of_life.removal_plan"),
    (("noise.received_level", ">=", 100.0), "conformity.registered"),
)
#: A bound, unless a flag is so.
UNLESS = (
    (("waste.storage_capacity", ">=", 500.0), "consents.research"),
    (("discharges.oil_in_water", "<=", 10.0), "environment.impact_assessment"),
)
UNKNOWN_SHARE = 0.05
VIOLATED, UNDETERMINED, SATISFIED, OUT = (
    CODES[name] for name in ("violated", "undetermined", "satisfied", "inapplicable")
)
RULES = len(BOUNDS) + len(MUST) + len(WHEN) + len(UNLESS)


def _rule(number: int, **content: Any) -> Rule:
    binding = RuleBinding.model_validate(
        {
            "id": f"rule-{number}",
            "provision": "unclos:1",
            "title": "a rule of twenty",
            "class": "safety",
            "severity": "major",
            "addressee": "operator",
            "effect": "direct",
            "remedy": "change it",
            **content,
        }
    )
    return Rule(binding=binding, instrument="unclos")


def _test(bound: tuple[str, str, float]) -> dict[str, Any]:
    fact, order, value = bound
    return {"fact": fact, order: f"{value:g} {NUMBERS[fact][0]}"}


def _is(flag: str) -> dict[str, Any]:
    return {"fact": flag, "is": True}


def rules() -> list[tuple[Rule, Scope]]:
    """Return the twenty rules as the rule book would have them."""
    contents = [
        *({"require": _test(bound)} for bound in BOUNDS),
        *({"require": _is(flag)} for flag in MUST),
        *({"when": _test(bound), "require": _is(flag)} for bound, flag in WHEN),
        *({"require": _test(bound), "unless": _is(flag)} for bound, flag in UNLESS),
    ]
    return [(_rule(place, **content), Scope(True, "")) for place, content in enumerate(contents)]


def table(size: int) -> tuple[dict[str, Kind], dict[str, Array]]:
    """Return designs at random: numbers with NaN, flags as 0 no, 1 yes, 2 unknown."""
    chance = np.random.default_rng(7)
    schema: dict[str, Kind] = {}
    columns: dict[str, Array] = {}
    for name, (unit, low, high) in NUMBERS.items():
        schema[name] = Number(unit)
        # Rounded to what a float32 holds, so that engines of less precision see the same numbers.
        columns[name] = chance.uniform(low, high, size).astype(np.float32).astype(np.float64)
        columns[name][chance.random(size) < UNKNOWN_SHARE] = np.nan
    for name in FLAGS:
        schema[name] = Levels((False, True, None))
        columns[name] = (chance.random(size) < 0.7).astype(np.uint8)
        columns[name][chance.random(size) < UNKNOWN_SHARE] = 2
    schema["zone.zones"] = Constant(frozenset({"eez"}))
    return schema, columns
