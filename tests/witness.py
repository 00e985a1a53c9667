"""Design files that make a rule hold or fail, derived from the rule itself.

A witness is a set of settings (dotted keys of a design file) on top of a bare design. It is found
by walking the rule's predicates; numbers come from the law that the rule was compiled against.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from compliance.evaluate import pint_unit
from compliance.situation import zones_with
from habitat.design import Design
from habitat.facts import facts_of
from habitat.units import quantity
from jurisdictions.predicate import (
    All,
    Any_,
    ByLaw,
    Compare,
    In,
    InZone,
    Is,
    Known,
    LawBound,
    Not,
    Order,
    Predicate,
)
from jurisdictions.rulebook import Rule

Settings = dict[str, Any]


class _Given:
    """Stands for "any value will do"; another witness may say which."""


GIVEN = _Given()

#: Zones, and where a design may stand to be in them (an assertion of the design file).
PLACES = (
    "eez", "continental_shelf", "territorial_sea", "area", "high_seas", "contiguous_zone",
    "internal_waters", "archipelagic_waters", "antarctic_treaty_area",
)  # fmt: skip

#: Complete pressure hulls whose derived facts stand on either side of the engineering code.
SPHERE: Settings = {
    "site.depth": "1000 m",
    "hull.form": "sphere",
    "hull.material": "Ti-6Al-4V ELI",
    "hull.inner_diameter": "4 m",
    "hull.internal_pressure": "1 atm",
    "hull.proof_test_factor": 1.25,
    "hull.thickness": "60 mm",
}
CYLINDER: Settings = {
    **SPHERE,
    "site.depth": "200 m",
    "hull.form": "cylinder",
    "hull.material": "EH36",
    "hull.inner_diameter": "6 m",
    "hull.thickness": "40 mm",
    "hull.length": "12 m",
    "hull.frame_spacing": "0.6 m",
    "hull.bulkhead_spacing": "12 m",
    "hull.frame_second_moment": "2e8 mm^4",
}
CREW: Settings = {"crew.persons": 6, "crew.mission_duration": "28 day"}
THIN: Settings = {**SPHERE, "hull.thickness": "8 mm"}
THIN_CYLINDER: Settings = {**CYLINDER, "hull.thickness": "12 mm"}
WEAK_FRAMES: Settings = {
    **CYLINDER,
    "hull.frame_second_moment": "1e5 mm^4",
    "hull.thickness": "10 mm",
}
HULLS = (SPHERE, CYLINDER, THIN, THIN_CYLINDER, WEAK_FRAMES)
#: For derived facts: settings under which they are good, and settings under which they are bad.
DERIVED: dict[str, tuple[tuple[Settings, ...], tuple[Settings, ...]]] = {
    "derived.hull.collapse_factor": ((SPHERE,), (THIN,)),
    "derived.hull.stress_utilisation": ((SPHERE,), (THIN,)),
    "derived.hull.material_accepted": ((SPHERE,), ({**SPHERE, "hull.material": "acrylic PMMA"},)),
    "derived.hull.externally_loaded": (HULLS, ({**SPHERE, "hull.internal_pressure": "102 bar"},)),
    "derived.hull.interframe_usage": ((CYLINDER,), (THIN_CYLINDER,)),
    "derived.hull.general_buckling_usage": ((CYLINDER,), (WEAK_FRAMES,)),
    "derived.waste.capacity_ratio": (
        ({**CREW, "waste.storage_capacity": "500 L"},),
        ({**CREW, "waste.storage_capacity": "100 L"},),
    ),
    "derived.life_support.reserve": (
        ({**CREW, "life_support.oxygen_reserve": "120 hour"},),
        ({**CREW, "life_support.oxygen_reserve": "20 hour"},),
    ),
    "derived.buoyancy.flooding_ratio": (
        ({**SPHERE, "buoyancy.floodable_volume": GIVEN, "buoyancy.emergency": "85 kN"},),
        ({**SPHERE, "buoyancy.floodable_volume": GIVEN, "buoyancy.emergency": "5 kN"},),
    ),
}
#: A place in a contract area of the Authority that the tables know, and one that is in none.
IN_CONTRACT_AREA: Settings = {"site.latitude": 10.4, "site.longitude": -117.2}
IN_NO_CONTRACT_AREA: Settings = {"site.latitude": 37.84, "site.longitude": -31.52}


def witnesses(predicate: Predicate | None, wanted: bool, rule: Rule) -> Iterator[Settings]:
    """Yield settings under which a predicate is ``wanted``; none where that cannot be."""
    match predicate:
        case None:
            if wanted:
                yield {}
        case All(all=parts) | Any_(any=parts):
            together = isinstance(predicate, All) == wanted
            if together:
                yield from _jointly(list(parts), wanted, rule)
                return
            # One part is enough; the others are kept on the other side so that it alone decides.
            for index, part in enumerate(parts):
                rest = [other for place, other in enumerate(parts) if place != index]
                for chosen in witnesses(part, wanted, rule):
                    for others in _jointly(rest, not wanted, rule):
                        merged = merge(chosen, others)
                        if merged is not None:
                            yield merged
            for part in parts:
                yield from witnesses(part, wanted, rule)
        case Not(not_=part):
            yield from witnesses(part, not wanted, rule)
        case InZone(zone=names):
            yield from (
                {"site.zone": place}
                for place in PLACES
                if bool(zones_with(place) & set(names)) == wanted
            )
        case Is(fact=fact, is_=value):
            yield from _word(fact, (value,), wanted)
        case In(fact=fact, in_=words):
            yield from _word(fact, words, wanted)
        case Known(fact=fact, known=known):
            if fact == "zone.isa_contract_area":
                yield IN_CONTRACT_AREA if known == wanted else IN_NO_CONTRACT_AREA
            else:
                yield {fact: GIVEN if known == wanted else None}
        case ByLaw(fact=fact, law=pointer):
            number = rule.number(pointer)
            assert number is not None, f"{rule.id}: no number for {pointer}"
            assert number.comparator != "range"
            yield from _number(fact, number.comparator, number.value, number.unit, wanted, rule)
        case Compare(fact=fact, order=order, bound=LawBound(law=pointer)):
            number = rule.number(pointer)
            assert number is not None, f"{rule.id}: no number for {pointer}"
            yield from _number(fact, order, number.value, number.unit, wanted, rule)
        case Compare(fact=fact, order=order, bound=bound):
            value, _, unit = str(bound).partition(" ")
            yield from _number(fact, order, float(value), unit, wanted, rule)


def merge(first: Settings, second: Settings) -> Settings | None:
    """Join two sets of settings, or ``None`` where they contradict each other."""
    merged = dict(first)
    for key, value in second.items():
        if merged.get(key, GIVEN) is GIVEN:
            merged[key] = value
        elif value is not GIVEN and merged[key] != value:
            return None
    return merged


def settled(settings: Settings) -> Settings:
    """Put some value wherever any will do."""
    return {key: _something(key) if value is GIVEN else value for key, value in settings.items()}


def _jointly(parts: list[Predicate], wanted: bool, rule: Rule) -> Iterator[Settings]:
    if not parts:
        yield {}
        return
    for head in witnesses(parts[0], wanted, rule):
        for tail in _jointly(parts[1:], wanted, rule):
            merged = merge(head, tail)
            if merged is not None:
                yield merged


def _word(fact: str, words: tuple[Any, ...], wanted: bool) -> Iterator[Settings]:
    if fact in DERIVED:
        yield from DERIVED[fact][0 if (words == (True,)) == wanted else 1]
        return
    if fact in ("zone.us_ocs", "zone.us_state_waters", "zone.eu_marine_waters"):
        yield from _water(fact, (words == (True,)) == wanted)
        return
    if fact == "zone.coastal_state":
        yield from ({"site.coastal_state": word, "site.zone": "eez"} for word in words if wanted)
        return
    known = _choices(fact)
    yield from ({fact: choice} for choice in known if (choice in words) == wanted)


def _water(fact: str, wanted: bool) -> Iterator[Settings]:
    state = {"zone.eu_marine_waters": "PRT"}.get(fact, "USA")
    place = "territorial_sea" if fact == "zone.us_state_waters" else "eez"
    yield {"site.zone": place, "site.coastal_state": state if wanted else "BRA"}


def _choices(fact: str) -> tuple[Any, ...]:
    """What a word or flag of the design file can be."""
    annotation = _annotation(fact)
    words = tuple(_literals(annotation))
    return words or (True, False)


def _annotation(fact: str) -> Any:
    model: Any = Design
    for name in fact.split("."):
        annotation = model.model_fields[name].annotation
        model = next(
            (item for item in (annotation, *get_args(annotation)) if hasattr(item, "model_fields")),
            model,
        )
    return annotation


def _literals(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for part in get_args(annotation):
            yield from _literals(part)


def _something(fact: str) -> Any:
    annotation = str(_annotation(fact))
    words = tuple(_literals(_annotation(fact)))
    if words:
        return words[0]
    if "time" in annotation:
        return "1 year"
    if "State" in annotation or fact.endswith("_state"):
        return "NRU"
    return True


def _number(
    fact: str, order: Order, bound: float, unit: str, wanted: bool, rule: Rule
) -> Iterator[Settings]:
    """Values on the wanted side of a bound, taken from around every bound on that fact."""
    if fact in DERIVED:
        yield from DERIVED[fact][0 if wanted else 1]
        return
    for value in _pool(fact, bound, unit, rule):
        near = abs(value - bound) <= 1e-9 * abs(bound)
        met = {
            "<=": near or value < bound,
            ">=": near or value > bound,
            "<": not near and value < bound,
            ">": not near and value > bound,
            "=": near,
        }[order]
        if met == wanted:
            yield {fact: _written(fact, value, unit)}


def _pool(fact: str, bound: float, unit: str, rule: Rule) -> tuple[float, ...]:
    bounds = [bound]
    for value, other in _bounds_on(fact, rule):
        if other != unit:
            value = float(quantity(value, pint_unit(other)).to(pint_unit(unit)).magnitude)
        bounds.append(value)
    spread = [bound, 1.0] + [factor * item for item in bounds for factor in (1.0, 0.7, 1.3)]
    return tuple(dict.fromkeys(value for value in spread if value >= 0))


def _bounds_on(fact: str, rule: Rule) -> Iterator[tuple[float, str]]:
    for predicate in (rule.binding.when, rule.binding.require, rule.binding.unless):
        for part in _parts(predicate):
            if getattr(part, "fact", None) != fact:
                continue
            match part:
                case ByLaw(law=pointer) | Compare(bound=LawBound(law=pointer)):
                    number = rule.number(pointer)
                    if number is not None:
                        yield number.value, number.unit
                case Compare(bound=bound) if not isinstance(bound, LawBound):
                    value, _, unit = str(bound).partition(" ")
                    yield float(value), unit


def _parts(predicate: Predicate | None) -> Iterator[Predicate]:
    match predicate:
        case All(all=parts) | Any_(any=parts):
            for part in parts:
                yield from _parts(part)
        case Not(not_=part):
            yield from _parts(part)
        case None:
            return
        case _:
            yield predicate


def _written(fact: str, value: float, unit: str) -> Any:
    annotation = str(_annotation(fact))
    name = pint_unit(unit)
    if "int" in annotation:
        return round(value)
    if not name or (name == "percent" and fact == "hull.proof_test_factor"):
        return value / 100 if name == "percent" else value
    return f"{value:.12g} {quantity(1, name).units:C}"


def bare() -> Settings:
    """A design that says nothing beyond what a design file must say."""
    return {"name": "witness", "purpose": "other", "site": {"latitude": 37.84, "longitude": -31.52}}


def keys() -> set[str]:
    """Every key of the design file."""
    return set(facts_of(Design.model_validate(bare())))
