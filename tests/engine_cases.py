"""Random rules and tables of designs, to hold the engine against the interpreter."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from compliance.engine.kinds import Array, Columns, Constant, Kind, Levels, Number, Schema, facts_at
from compliance.engine.program import CODES, Program
from compliance.evaluate import WORLDS_FACT, ZONE_FACT
from compliance.verdicts import judge_rule
from habitat.units import quantity
from jurisdictions.binding import RuleBinding
from jurisdictions.predicate import LawNumber
from jurisdictions.regimes import Scope
from jurisdictions.resolved import LawValue
from jurisdictions.rulebook import ResolvedNumber, Rule

#: Numbers by fact: units in which columns come, and units in which rules may ask.
MEASURES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "safety_zone.radius": (("m", "km", "nautical_mile", "foot"), ("m", "km", "nmi", "feet")),
    "waste.storage_capacity": (("liter", "m**3"), ("L", "m**3")),
    "conformity.inspection_interval": (("day", "year", "hour"), ("day", "month", "year")),
    "discharges.oil_in_water": (("mg/L",), ("ppm", "mg/L")),
    "contract.relinquished": (("percent", ""), ("percent", "")),
    "derived.hull.collapse_factor": (("",), ("", "count")),
}
COUNTS = ("contract.blocks", "crew.persons")
FLAGS = ("environment.baseline_study", "end_of_life.removal_plan", "claims.peaceful_use")
WORDS = {"waste.treatment": ("none", "primary", "secondary", "tertiary"), "purpose": ("energy",)}
ZONES = ("eez", "area", "high_seas", "territorial_sea")
ORDERS = ("<=", "<", ">=", ">", "=")
BOUNDS = (0.0, 0.1, 1.0, 2.0, 3.0, 12.0, 15.0, 500.0, 1640.4199475065616, 1e6)


def mismatches(seed: int, *, rules: int, designs: int, device: str | None = None) -> list[str]:
    """Judge random rules on random designs by both engines; return every difference, in words."""
    random = Random(seed)
    made = [(random_rule(random, number), _scope(random)) for number in range(rules)]
    schema, columns = random_table(random, designs)
    program = Program(made, schema)
    found = program.run(columns, designs, margins=True, least=True, device=device)
    assert found.margins is not None and found.least is not None
    wrong = []
    for row in range(designs):
        facts = facts_at(schema, columns, row)
        least = float("nan")
        for place, (rule, scope) in enumerate(made):
            outcome = judge_rule(rule, scope, facts)
            margin = float("nan")
            if outcome.comparison is not None:
                margin = outcome.comparison.margin
                least = _lower(least, margin / (abs(outcome.comparison.bound) or 1.0))
            code, seen = found.codes[place, row], float(found.margins[place, row])
            if code != CODES[outcome.verdict] or not _same(seen, margin):
                wrong.append(
                    f"seed {seed}, design {row}, {rule.binding!r}: {outcome.verdict} {margin!r}, "
                    f"but {code} {seen!r}"
                )
        if not _same(float(found.least[row]), least):
            wrong.append(f"seed {seed}, design {row}: least {least!r}, but {found.least[row]!r}")
    return wrong


def _lower(one: float, two: float) -> float:
    return two if one != one else min(one, two)


def _same(one: float, two: float) -> bool:
    return one == two or (one != one and two != two)


def _scope(random: Random) -> Scope:
    return Scope(random.choices((True, None, False), (8, 1, 1))[0], "at random")


def random_table(random: Random, size: int) -> tuple[Schema, Columns]:
    """Return a schema and a table of a size, with unknown, repeated and nearly equal values."""
    schema: dict[str, Kind] = {}
    columns: dict[str, Array] = {}
    zones = frozenset(random.sample(ZONES, random.randint(1, 2)))
    worlds = (zones, zones ^ {"area"}) if random.random() < 0.3 else None
    schema[ZONE_FACT] = Constant(zones if random.random() < 0.9 else None)
    schema[WORLDS_FACT] = Constant(worlds)
    for name, (units, _) in MEASURES.items():
        unit = random.choice(units)
        numbers = [_number(random, unit) for _ in range(size)]
        _put(random, name, numbers, Number(unit), schema, columns)
    for name in COUNTS:
        whole = [random.choice((None, *range(6), 500)) for _ in range(size)]
        _put(random, name, whole, Number(None), schema, columns)
    for name in FLAGS:
        levels = (True, False) if name.startswith("claims.") else (True, False, None)
        _put(random, name, [random.choice(levels) for _ in range(size)], None, schema, columns)
    for name, words in WORDS.items():
        some = [random.choice((*words, "other", None)) for _ in range(size)]
        _put(random, name, some, None, schema, columns)
    return schema, columns


def _put(
    random: Random,
    name: str,
    values: list[Any],
    kind: Number | None,
    schema: dict[str, Kind],
    columns: dict[str, Array],
) -> None:
    if random.random() < 0.1:
        schema[name] = Constant(False if name.startswith("claims.") else None)
        return
    unit = kind.unit if kind is not None else None

    def fact(value: Any) -> Any:
        return value if value is None or (not unit and unit is None) else quantity(value, unit)

    if random.random() < 0.15:
        schema[name] = Constant(fact(values[0]))
    elif kind is None or random.random() < 0.3:
        levels = tuple(dict.fromkeys(values))
        schema[name] = Levels(tuple(fact(value) for value in levels))
        columns[name] = np.array([levels.index(value) for value in values], dtype=np.uint16)
    else:
        schema[name] = kind
        columns[name] = np.array([np.nan if value is None else float(value) for value in values])


def _number(random: Random, unit: str) -> float | None:
    """A number that is unknown, at a bound in its own or another unit, beside it, or anywhere."""
    if random.random() < 0.15:
        return None
    bound = random.choice(BOUNDS)
    if random.random() < 0.3:
        scales = (1.0, 1e-3, 1e3, 1852.0, 1 / 1852.0, 0.3048, 1 / 0.3048, 365.25, 0.01, 100.0)
        bound *= random.choice(scales)
    near = random.choice((0.0, 1e-10, -1e-10, 1e-9, -1e-9, 1.0000001e-9, -1e-8, 1e-8, 0.5))
    return bound * (1.0 + near) if random.random() < 0.8 else random.uniform(-10.0, 1e4)


def random_rule(random: Random, number: int) -> Rule:
    """Return a rule of any shape."""
    numbers: dict[str, LawValue | None] = {}
    content: dict[str, Any] = {}
    if random.random() < 0.3:
        content["zones"] = random.sample(ZONES, random.randint(1, 2))
    if random.random() < 0.5:
        content["when"] = _predicate(random, numbers)
    shape = random.random()
    if shape < 0.15:
        content["permit"] = _predicate(random, numbers)
    else:
        if shape < 0.25:
            content["open"] = "is it enough?"
        if shape >= 0.2:
            content["require"] = _predicate(random, numbers)
            content["remedy"] = "change it"
        if random.random() < 0.35:
            content["unless"] = _predicate(random, numbers)
    binding = RuleBinding.model_validate(
        {
            "id": f"rule-{number}",
            "provision": "unclos:1",
            "title": "a rule at random",
            "class": random.choice(("environmental", "safety", "commercial", "procedural")),
            "severity": "major",
            "addressee": "operator",
            "effect": "direct",
            **content,
        }
    )
    resolved = tuple(
        ResolvedNumber(pointer=LawNumber(unit=unit), value=value) for unit, value in numbers.items()
    )
    return Rule(binding=binding, instrument="unclos", numbers=resolved)


def _predicate(random: Random, numbers: dict[str, LawValue | None], depth: int = 0) -> Any:
    shape = random.random()
    if depth < 3 and shape < 0.45:
        word = random.choice(("all", "any"))
        count = random.randint(1, 3)
        return {word: [_predicate(random, numbers, depth + 1) for _ in range(count)]}
    if depth < 3 and shape < 0.55:
        return {"not": _predicate(random, numbers, depth + 1)}
    return _test(random, numbers)


def _test(random: Random, numbers: dict[str, LawValue | None]) -> Any:
    shape = random.random()
    if shape < 0.5:
        return _measure(random, numbers)
    if shape < 0.6:
        bound = random.choice((0, 1, 2.5, 4))
        return {"fact": random.choice(COUNTS), random.choice(ORDERS): bound}
    if shape < 0.75:
        return {"fact": random.choice(FLAGS), "is": random.random() < 0.5}
    if shape < 0.85:
        word = random.choice(list(WORDS))
        return {"fact": word, "in": random.sample(("none", "primary", "energy", "other"), 2)}
    if shape < 0.9:
        return {"zone": random.sample(ZONES, random.randint(1, 2))}
    if shape < 0.93:
        return {"fact": random.choice(COUNTS), "is": random.randint(0, 4)}
    every = [*MEASURES, *COUNTS, *FLAGS, *WORDS]
    return {"fact": random.choice(every), "known": random.random() < 0.5}


def _measure(random: Random, numbers: dict[str, LawValue | None]) -> Any:
    name = random.choice(list(MEASURES))
    unit = random.choice(MEASURES[name][1])
    bound = random.choice(BOUNDS)
    if random.random() < 0.5 or unit == "":
        return {"fact": name, random.choice(ORDERS): f"{bound!r} {unit}".strip()}
    if unit not in numbers:
        numbers[unit] = None if random.random() < 0.1 else _law(random, bound, unit)
    if random.random() < 0.6:
        return {"fact": name, "law": {"unit": unit}}
    return {"fact": name, random.choice(ORDERS): {"law": {"unit": unit}}}


def _law(random: Random, bound: float, unit: str) -> LawValue:
    comparator = random.choice((*ORDERS, "range"))
    top = bound * 2 + 1 if comparator == "range" else None
    return LawValue.model_validate(
        {
            "provision": "unclos:1",
            "span": "",
            "start": 0,
            "end": 0,
            "value": bound,
            "value_max": top,
            "unit": unit,
            "comparator": comparator,
        }
    )
