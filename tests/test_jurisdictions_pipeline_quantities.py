"""Quantities: span, value, unit, comparator."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jurisdictions.extract import extract_text
from jurisdictions.pipeline.comparators import compare, compare_date
from jurisdictions.pipeline.units import PINT_UNITS, SYMBOLS, unit_dimension, wordings


def found(text: str) -> list[tuple[str, float, str, str]]:
    return [
        (item.span, round(item.value, 2), item.unit, item.comparator)
        for item in extract_text(text).quantities
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The mooring field shall not exceed 750 metres in radius.",
            [("750 metres", 750, "m", "<=")],
        ),
        ("Hulls of 24 metres or more carry two beacons.", [("24 metres", 24, "m", ">=")]),
        ("A hull of less than 9 metres needs one.", [("9 metres", 9, "m", "<")]),
        ("(iii) 20 United States dollars a dive.", [("20 United States dollars", 20, "USD", "=")]),
        ("No claim may be filed after the expiry of two years.", [("two years", 2, "year", "<=")]),
        ("No dive may begin prior to nine days after the notice.", [("nine days", 9, "day", "<")]),
        ("Keep 6\u201312 % of it.", [("6\u201312 %", 6, "percent", "range")]),
        ("A 4 GHz radar hums.", [("4 GHz", 4, "other", "=")]),
        ("It hangs not less than 3 metres above or below.", [("3 metres", 3, "m", ">=")]),
        (
            "It weighs at least 5 tonnes or one per cent of the ship, whichever is less.",
            [("5 tonnes", 5, "t", ">="), ("one per cent", 1, "percent", ">=")],
        ),
        (
            "A levy of three and a half per cent is due.",
            [("three and a half per cent", 3.5, "percent", "=")],
        ),
        (
            "It lies four and three-quarters miles off.",
            [("four and three-quarters miles", 4.75, "mile", "=")],
        ),
        ("It takes 2 and a half hours.", [("2 and a half hours", 2.5, "hour", "=")]),
        ("Divers keep at least 3 nautical miles away.", [("3 nautical miles", 3, "nmi", ">=")]),
        ("The report is due within ninety (90) days.", [("ninety (90) days", 90, "day", "<=")]),
        ("The permit lasts fifteen years.", [("fifteen years", 15, "year", "=")]),
        (
            "The noise lies between 120 and 160 dB.",
            [("120 and 160 dB", 120, "dB", "range")],
        ),
        ("Keep the water from 4°C to 12°C.", [("4°C to 12°C", 4, "degC", "range")]),
        ("Discharge stays below 15 parts per million.", [("15 parts per million", 15, "ppm", "<")]),
        ("No more than 10 mg/L of oil may leave.", [("10 mg/L", 10, "mg/L", "<=")]),
        ("A fee of $250,000 is due.", [("$250,000", 250_000, "USD", "=")]),
        ("It costs 2 million francs.", [("2 million francs", 2e6, "currency", "=")]),
        ("Ships of 400 gross tonnage and above comply.", [("400 gross tonnage", 400, "GT", ">=")]),
        ("A plot of 150 square kilometres.", [("150 square kilometres", 150, "km2", "=")]),
        ("Two thirds of the members agree.", [("Two thirds", 66.67, "percent", "=")]),
        ("Noise at or below 0.1% is fine.", [("0.1%", 0.1, "percent", "<=")]),
        ("The wall shall not rise more than 140°C.", [("140°C", 140, "degC", "<=")]),
        ("Where 400 or more persons sail.", [("400 or more persons", 400, "count", ">=")]),
        ("A load of 1,000 kg/m3.", [("1,000 kg", 1000, "other", "=")]),
        ("The board has 21 members.", [("21 members", 21, "count", "=")]),
        ("Drills take place at least once every six weeks.", [("six weeks", 6, "other", "<=")]),
        ("After the expiry of four years the owner leaves.", [("four years", 4, "year", ">")]),
        (
            "Terms of two and five years follow.",
            [("two", 2, "year", "="), ("five years", 5, "year", "=")],
        ),
        ("It must not fall by more than 2.5%.", [("2.5%", 2.5, "percent", "<=")]),
        ("The plan is due by 1 March 2031.", [("1 March 2031", 2031, "date", "<=")]),
        ("Hulls laid before May 6, 1990 are exempt.", [("May 6, 1990", 1990, "date", "<")]),
        (
            "By the end of the sixth year the holder gives back one half of the field.",
            [("sixth year", 6, "year", "<="), ("one half", 50, "percent", "=")],
        ),
        ("The beacon stands at 41°30' N.", [("41°30'", 41.5, "degree", "=")]),
        ("from 50 degrees 15 minutes west", [("50 degrees 15 minutes", 50.25, "degree", "=")]),
    ],
)
def test_spans_values_units_and_comparators(
    text: str, expected: list[tuple[str, float, str, str]]
) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "See article 5, paragraph 3, and section 12(4).",
        "Directive 2019/904/EU of 5 June 2019 applies.",
        "One or more members may attend.",
        "Annex 2 m applies.",
        "It may ask for a 17 24-50607 operations plan.",
        "The first year is free.",
        "The two arbitrators so chosen meet.",
        "The plan was adopted at its 3rd session, 12 of 15 being present.",
    ],
)
def test_references_and_citations_are_not_quantities(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The owner picks five experts.", [("five experts", 5, "count", "=")]),
        ("Panels of four or more of its elected judges sit.", [(4, "count", ">=")]),
        ("The claim spans 12 contiguous basalt crust blocks.", [(12, "count", "=")]),
        ("At least two independent air lines are rigged.", [(2, "count", ">=")]),
        ("The wreck has fewer than six named divers.", [(6, "count", "<")]),
        ("If the experts on the list are fewer than six, more are named.", [(6, "count", "<")]),
        ("A pact of more than two parties lapses.", [(2, "count", ">")]),
        ("Each deck holds two fire hoses and one set of tools.", [(2, "count"), (1, "count")]),
        ("The two judges so named sit.", []),
        ("Two States may meet.", []),
        ("At least two paragraphs apply.", []),
    ],
)
def test_counts_that_bound_something(text: str, expected: list[tuple[object, ...]]) -> None:
    assert [item[-len(want) :] if want[-1] in ("=", "<", ">", ">=") else item[1:3]
            for item, want in zip(found(text), expected, strict=True)] == expected  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By 2041 at the latest the map is drawn.", [("2041", 2041, "date", "<=")]),
        ("Rates set in any tax year after 2031 by the Board.", [("2031", 2031, "date", ">")]),
        ("No later than 2030, work ends.", [("2030", 2030, "date", "<=")]),
        ("beyond the anniversary of the launch of the raft in 2035", [(2035, "date", ">")]),
        ("They read the report of 2031.", []),
        ("Leases in existence on May 3, 2031, end.", [("May 3, 2031", 2031, "date", "=")]),
        (
            "It is open from 1 July 2031 until 9 May 2033.",
            [("1 July 2031 until 9 May 2033", 2031, "date", "range")],
        ),
        (
            "Taxes due between June 5, 2031, and May 7, 2033.",
            [("June 5, 2031, and May 7, 2033", 2031, "date", "range")],
        ),
        ("Depths from 2000 metres are deep.", [("2000 metres", 2000, "m", "=")]),
        ("Within two years after 2031 it reports.", [("two years", 2, "year", "<=")]),
    ],
)
def test_bare_years_that_bound_something(text: str, expected: list[tuple[object, ...]]) -> None:
    assert [item[-len(want) :] for item, want in zip(found(text), expected, strict=True)] == (
        expected
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A fee of $ US 750,000 is due.", ("$ US 750,000", 750_000, "USD", "=")),
        ("It pays USD 300.", ("USD 300", 300, "USD", "=")),
        ("It pays SDR 4,000 a day.", ("SDR 4,000", 4000, "currency", "=")),
        ("It reports not later than 45 days prior to launch.", ("45 days", 45, "day", ">=")),
        ("It dives no earlier than 10 days before the feast.", ("10 days", 10, "day", "<=")),
        ("It reports not later than 45 days after launch.", ("45 days", 45, "day", "<=")),
        ("It may end before two months have elapsed.", ("two months", 2, "month", "<")),
        ("It shall not end before two months have elapsed.", ("two months", 2, "month", ">=")),
        ("The raft is checked at least once a month.", ("a month", 1, "month", "<=")),
        ("The raft is checked at least once every year.", ("every year", 1, "year", "<=")),
        ("The minimum value of d = 3.5 m.", ("3.5 m", 3.5, "m", ">=")),
        ("The gap is not less than 0.5 h, h being the depth h.", ("0.5 h", 0.5, "other", ">=")),
        ("east of the seventy-first meridian", ("seventy-first meridian", 71, "degree", "=")),
        ("at the end of each four-year period", ("four-year", 4, "year", "=")),
        ("It costs 2,5 % of turnover.", ("2,5 %", 2.5, "percent", "=")),
        ("A dive may not last for a time exceeding six hours.", ("six hours", 6, "hour", "<=")),
    ],
)
def test_classes_of_wording(text: str, expected: tuple[str, float, str, str]) -> None:
    assert found(text) == [expected]


def test_both_sides_of_a_field_share_the_bound() -> None:
    field = "a field of not more than 40 kilometres by 30 kilometres"
    assert [item[3] for item in found(field)] == ["<=", "<="]


def test_a_date_that_anchors_a_period_is_not_a_bound() -> None:
    assert found("Within 60 days after 4 July 2020 the owner reports.") == [
        ("60 days", 60, "day", "<=")
    ]


def test_the_thing_measured_is_the_subject_of_the_bound() -> None:
    text = "The breadth of the mooring field shall not exceed 750 metres."
    assert extract_text(text).quantities[0].measures == "breadth"


def test_a_negation_far_away_does_not_turn_a_size_class_around() -> None:
    text = "This rule does not apply to vessels of more than 20 metres."
    assert found(text)[0][3] == ">"


@settings(max_examples=60, deadline=None)
@given(
    st.integers(min_value=2, max_value=900_000),
    st.sampled_from(["metres", "days", "nautical miles", "per cent", "kg"]),
)
def test_any_amount_is_found_with_its_exact_span(value: int, unit: str) -> None:
    amount = f"{value:,} {unit}"
    text = f"The holder shall keep at least {amount} in reserve."
    (quantity,) = extract_text(text).quantities
    assert (quantity.span, quantity.value, quantity.comparator) == (amount, value, ">=")
    assert text[quantity.start : quantity.end] == amount


@given(st.text(max_size=60), st.text(max_size=60))
def test_comparing_never_fails(left: str, right: str) -> None:
    assert compare(left, right) in ("<=", "<", ">=", ">", "=")
    assert compare_date(left, right) in (None, "<=", "<", ">=", ">", "=")


@pytest.mark.parametrize("negated", ["not more than", "no more than", "not exceeding"])
def test_a_negated_excess_is_a_ceiling(negated: str) -> None:
    assert compare(f"a field of {negated} ", "") == "<="


def test_every_unit_word_has_a_pint_unit_or_none() -> None:
    named = set(wordings().values()) | set(SYMBOLS.values())
    assert named <= set(PINT_UNITS)


def test_pint_knows_every_unit_and_agrees_on_dimensions() -> None:
    pint = pytest.importorskip("pint")
    registry = pint.UnitRegistry()
    by_dimension: dict[str, set[str]] = {}
    for word, name in PINT_UNITS.items():
        if name is not None:
            dimension = str(registry.Unit(name).dimensionality)
            by_dimension.setdefault(unit_dimension(word), set()).add(dimension)
    assert all(len(dimensions) == 1 for dimensions in by_dimension.values())
