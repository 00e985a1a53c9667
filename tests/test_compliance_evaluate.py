"""Predicates on facts: bounds at the boundary, units, unknowns, and what decides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from compliance.evaluate import judge
from compliance.verdicts import judge_rule
from habitat.facts import Fact
from habitat.units import registry
from jurisdictions.binding import RuleBinding
from jurisdictions.predicate import LawNumber, Predicate
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import LawValue, ResolvedNumber, Rule

PREDICATE: TypeAdapter[Predicate] = TypeAdapter(Predicate)
BINDS = Scope(True, "binds")


def law(value: float, unit: str, comparator: str, top: float | None = None) -> LawValue:
    return LawValue(
        provision="test:1",
        span=f"{value} {unit}",
        start=0,
        end=1,
        value=value,
        value_max=top,
        unit=unit,
        comparator=comparator,  # type: ignore[arg-type]
    )


def rule(number: LawValue | None = None, **binding: Any) -> Rule:
    pointer = LawNumber(unit="m")
    return Rule(
        binding=RuleBinding.model_validate(
            {
                "id": "test-1",
                "provision": "test:1",
                "title": "radius of the zone",
                "class": "safety",
                "severity": "major",
                "addressee": "state",
                "effect": "through_state",
                "remedy": "reduce to {bound}",
                "require": {"fact": "safety_zone.radius", "law": {"unit": "m"}},
                **binding,
            }
        ),
        instrument="test",
        numbers=(ResolvedNumber(pointer=pointer, value=number),),
    )


def facts(**values: Any) -> dict[str, Fact]:
    return {name.replace("__", "."): Fact(value, "test") for name, value in values.items()}


def metres(value: float) -> Any:
    return registry().Quantity(value, "m")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("500 m", True),
        ("0.5 km", True),
        ("50000 cm", True),
        ("1640.419947506562 ft", True),
        ("0.2699784017278618 nmi", True),
        ("500.001 m", False),
        ("0.6 km", False),
        ("499.9 m", True),
    ],
)
def test_not_exceeding_500_metres_holds_at_500_metres_in_any_unit(text: str, met: bool) -> None:
    number, unit = text.split()
    radius = registry().Quantity(float(number), unit)
    found = judge_rule(rule(law(500, "m", "<=")), BINDS, facts(safety_zone__radius=radius))
    assert found.verdict == ("satisfied" if met else "violated")


@given(
    st.floats(1e-3, 1e6),
    st.floats(1e-3, 1e6),
    st.sampled_from(["m", "km", "cm", "mm", "ft", "nmi", "inch", "fathom"]),
    st.sampled_from(["<=", "<", ">=", ">"]),
)
def test_verdicts_do_not_depend_on_the_unit(
    value: float, bound: float, unit: str, comparator: str
) -> None:
    original = metres(value)
    converted = original.to(unit)
    judged = [
        judge(
            PREDICATE.validate_python({"fact": "a", comparator: {"law": {"unit": "m"}}}),
            facts(a=quantity),
            rule(law(bound, "m", "=")),
        )
        for quantity in (original, converted)
    ]
    assert judged[0].truth is judged[1].truth
    assert (judged[0].comparisons[0].margin >= 0) == (
        judged[0].truth or (judged[0].comparisons[0].margin == 0)
    )


@given(st.floats(1, 1e4), st.floats(1, 1e4), st.floats(1, 1e4))
def test_a_range_is_met_between_its_ends(value: float, low: float, high: float) -> None:
    low, high = sorted((low, high))
    found = judge_rule(
        rule(law(low, "m", "range", high)), BINDS, facts(safety_zone__radius=metres(value))
    )
    inside = low <= value <= high
    near = min(abs(value - low), abs(value - high)) <= 1e-9 * value
    assert near or found.verdict == ("satisfied" if inside else "violated")


def test_a_missing_fact_is_undetermined_and_named() -> None:
    found = judge_rule(rule(law(500, "m", "<=")), BINDS, facts(safety_zone__radius=None))
    assert found.verdict == "undetermined"
    assert found.missing == ("safety_zone.radius",)


def test_a_derived_fact_is_asked_for_by_the_keys_it_lacks() -> None:
    factor = "derived.hull.collapse_factor"
    needs = rule(law(500, "m", "<="), require={"fact": factor, ">=": 1.5})
    known = {
        factor: Fact(None, "derived", "needs hull.thickness, site.depth"),
        "hull.thickness": Fact(None, "not given"),
        "site.depth": Fact(None, "not given"),
    }
    assert judge_rule(needs, BINDS, known).missing == ("hull.thickness", "site.depth")


def test_a_number_that_the_edition_lacks_is_undetermined() -> None:
    found = judge_rule(rule(None), BINDS, facts(safety_zone__radius=metres(400)))
    assert found.verdict == "undetermined"
    assert "no number" in found.reason


def test_the_margin_is_positive_when_met_and_in_the_laws_unit() -> None:
    met = judge_rule(rule(law(500, "m", "<=")), BINDS, facts(safety_zone__radius=metres(450)))
    failed = judge_rule(rule(law(6, "month", ">=")), BINDS, facts(safety_zone__radius=None))
    assert met.comparison is not None
    assert met.comparison.margin == pytest.approx(50)
    assert failed.comparison is None


def test_an_unknown_applicability_is_undetermined_even_if_the_requirement_holds() -> None:
    conditional = rule(law(500, "m", "<="), when={"fact": "consents.research", "is": True})
    found = judge_rule(conditional, BINDS, facts(safety_zone__radius=metres(450)))
    assert found.verdict == "undetermined"
    assert found.missing == ("consents.research",)


@pytest.mark.parametrize(
    ("claimed", "verdict"), [(True, "satisfied"), (False, "violated"), (None, "undetermined")]
)
def test_an_exception_counts_only_when_it_is_claimed(claimed: bool | None, verdict: str) -> None:
    excepted = rule(law(500, "m", "<="), unless={"fact": "claims.wider", "is": True})
    known = facts(safety_zone__radius=metres(600), claims__wider=claimed)
    assert judge_rule(excepted, BINDS, known).verdict == verdict


def test_an_open_norm_with_a_floor_is_open_only_above_the_floor() -> None:
    standard = rule(law(500, "m", "<="), open="Is the width reasonable?")
    inside = judge_rule(standard, BINDS, facts(safety_zone__radius=metres(300)))
    outside = judge_rule(standard, BINDS, facts(safety_zone__radius=metres(800)))
    assert (inside.verdict, outside.verdict) == ("open_norm", "violated")


def test_a_rule_outside_its_zones_is_inapplicable() -> None:
    zoned = rule(law(500, "m", "<="), zones=["area"])
    known = facts(safety_zone__radius=metres(900), zone__zones=frozenset({"eez"}))
    assert judge_rule(zoned, BINDS, known).verdict == "inapplicable"


@pytest.mark.parametrize(
    ("binding", "verdict"), [(False, "inapplicable"), (None, "undetermined"), (True, "violated")]
)
def test_scope_comes_first(binding: bool | None, verdict: str) -> None:
    known = facts(safety_zone__radius=metres(900))
    found = judge_rule(rule(law(500, "m", "<=")), Scope(binding, "because"), known)
    assert found.verdict == verdict


LEAVES = st.sampled_from(
    [
        {"fact": "a", "is": True},
        {"fact": "b", "is": False},
        {"fact": "c", "in": ["x", "y"]},
        {"fact": "d", "<=": "5 m"},
        {"fact": "d", ">": "2 m"},
    ]
)
PREDICATES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)
VALUES: dict[str, list[Any]] = {
    "a": [True, False],
    "b": [True, False],
    "c": ["x", "z"],
    "d": [1.0, 3.0, 9.0],
}


@given(PREDICATES, st.sets(st.sampled_from(sorted(VALUES))), st.data())
def test_missing_facts_never_decide(shape: Any, hidden: set[str], data: st.DataObject) -> None:
    """What is true or false with facts missing stays so whatever those facts turn out to be."""
    predicate = PREDICATE.validate_python(shape)
    values = {name: data.draw(st.sampled_from(choice)) for name, choice in VALUES.items()}
    full = {
        name: Fact(metres(value) if isinstance(value, float) else value, "test")
        for name, value in values.items()
    }
    partial = {name: Fact(None, "test") if name in hidden else full[name] for name in full}
    with_gaps = judge(predicate, partial, rule())
    complete = judge(predicate, full, rule())
    assert complete.truth is not None
    if with_gaps.truth is None:
        assert set(with_gaps.missing) <= hidden
        assert with_gaps.missing
    else:
        assert with_gaps.truth is complete.truth
        assert not set(with_gaps.deciding) & hidden


@given(PREDICATES, st.data())
def test_the_deciding_facts_alone_decide(shape: Any, data: st.DataObject) -> None:
    predicate = PREDICATE.validate_python(shape)
    known = {}
    for name, choice in VALUES.items():
        value = data.draw(st.sampled_from(choice))
        known[name] = Fact(metres(value) if isinstance(value, float) else value, "test")
    judged = judge(predicate, known, rule())
    only = {name: known[name] for name in judged.deciding}
    assert judge(predicate, only, rule()).truth is judged.truth
