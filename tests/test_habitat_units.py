"""Quantities: what is read, what is refused, and that nothing is evaluated."""

from __future__ import annotations

import math
import time
from typing import Any

import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import DesignError, UsageError
from habitat.units import (
    DIMENSIONS,
    check_quantity,
    parse_quantity,
    quantity,
    read_quantity,
    registry,
    show,
)


@pytest.mark.parametrize(
    ("text", "dimension", "unit", "magnitude"),
    [
        ("500 m", "length", "m", 500),
        ("500 metres", "length", "m", 500),
        ("0.5 km", "length", "m", 500),
        ("3 nautical miles", "length", "m", 5556),
        ("3 nmi", "length", "m", 5556),
        ("1 000 m", "length", "m", 1000),
        ("75 000 square kilometres", "area", "km**2", 75_000),
        ("75e3 km^2", "area", "km**2", 75_000),
        ("400 L", "volume", "m**3", 0.4),
        ("5 cubic metres", "volume", "L", 5000),
        ("10 mg/L", "concentration", "kg/m**3", 0.01),
        ("15 ppm", "concentration", "mg/L", 15),
        ("20 %", "fraction", "percent", 20),
        ("20 per cent", "fraction", "percent", 20),
        ("110 dB re 1 µPa", "sound level", "dB", 110),
        ("7 month", "time", "day", 7 * 365.25 / 12),
        ("12 kn", "speed", "m/s", 12 * 1852 / 3600),
        ("85 kN", "force", "N", 85_000),
        ("1 atm", "pressure", "Pa", 101_325),
        ("4 degC", "temperature", "kelvin", 277.15),
        ("2.5e-5 m4", "second moment of area", "m**4", 2.5e-5),
        ("2.5e-5 m⁴", "second moment of area", "m**4", 2.5e-5),
    ],
)
def test_reads_amounts(text: str, dimension: str, unit: str, magnitude: float) -> None:
    value = parse_quantity(text, dimension=dimension, where="key")
    assert value.to(unit).magnitude == pytest.approx(magnitude, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "dimension", "said"),
    [
        ("500", "length", "expected a unit after the number"),
        ("500 kg", "length", "expected a length such as '500 m'"),
        ("nan m", "length", "found 'nan m'"),
        ("inf m", "length", "found 'inf m'"),
        ("1e400 m", "length", "finite"),
        ("1e-400 m", "length", "too small"),
        ("-1 m", "length", "at least 0 m"),
        ("0 m", "depth", "more than 0 m"),
        ("11101 m", "depth", "at most 11100 m"),
        ("120 %", "fraction", "at most 100 percent"),
        ("1,500 m", "length", "use a point for decimals"),
        ("12 nm", "length", "'nmi' or 'nanometer'"),
        ("3 tons", "mass", "write 't' or 'kg'"),
        ("3 MM", "length", "found '3 MM'"),
        ("3 xyzzy", "length", "unknown unit 'xyzzy'"),
        ("5 m; import os", "length", "expected a length"),
        ("__import__('os') m", "length", "expected a length"),
        ("(5) m", "length", "expected a length"),
        ("5 m/", "length", "expected a length"),
        ("", "length", "expected a length"),
        ("110", "sound level", "such as '110 dB'"),
        ("110 %", "sound level", "such as '110 dB'"),
    ],
)
def test_refuses_with_one_line(text: str, dimension: str, said: str) -> None:
    with pytest.raises(DesignError) as caught:
        parse_quantity(text, dimension=dimension, where="site.depth")
    line = str(caught.value)
    assert line.startswith("site.depth: expected")
    assert said in line
    assert "\n" not in line


@pytest.mark.parametrize(
    "text", ["9**9**9 m", "9" * 60 + " m", "5 m**9", "5 m^99999999", "5e9999 m"]
)
def test_never_evaluates_powers(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(DesignError):
        parse_quantity(text, dimension="length", where="key")
    assert time.perf_counter() - started < 1.0


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_quantity_or_a_design_error(text: str) -> None:
    try:
        value = read_quantity(text, where="key")
    except DesignError as problem:
        assert "\n" not in str(problem)
    else:
        assert math.isfinite(float(value.magnitude))


UNITS = [
    "m", "km", "nmi", "mm", "kg", "t", "day", "month", "year", "kN", "MPa", "atm", "L", "m**2",
    "km**2", "m**4", "mg/L", "dB", "percent", "kn", "degC", "ppm", "W",
]  # fmt: skip


@settings(deadline=None)
@given(
    st.one_of(
        st.integers(-(10**15), 10**15),
        st.floats(-1e200, 1e200, allow_subnormal=False),
    ),
    st.sampled_from(UNITS),
)
def test_shown_quantities_read_back_the_same(number: float, unit: str) -> None:
    value = registry().Quantity(number, unit)
    again = read_quantity(show(value), where="key")
    assert again.units == value.units
    assert again.magnitude == value.magnitude


def test_raises_the_class_asked_for() -> None:
    with pytest.raises(UsageError, match="--depth"):
        parse_quantity("x", dimension="depth", where="--depth", error=UsageError)


def test_sound_levels_never_mix_with_plain_numbers() -> None:
    with pytest.raises(DesignError, match="sound level"):
        check_quantity(quantity(110, ""), dimension="sound level", where="noise")


def test_quantities_of_a_foreign_registry_are_taken_over() -> None:
    import pint

    foreign = pint.UnitRegistry().Quantity(2, "km")
    own = check_quantity(foreign, dimension="length", where="key")
    assert own == quantity(2000, "m")


def test_examples_of_all_dimensions_are_valid() -> None:
    for name, dimension in DIMENSIONS.items():
        assert parse_quantity(dimension.example, dimension=name, where=name) is not None


def test_units_that_are_resolved_when_asked_for_are_those_of_pint() -> None:
    plain = pint.UnitRegistry(on_redefinition="ignore", autoconvert_offset_to_baseunit=True)

    def resolved(units: Any, name: str) -> tuple[Any, ...]:
        factor, root = units.get_root_units(name)
        return dict(units.get_dimensionality(name)), factor, dict(root._units)

    names = [name for name in vars(plain)["_units"] if name.isidentifier()]
    assert len(names) > 500
    differ = {name for name in names if resolved(registry(), name) != resolved(plain, name)}
    assert differ == {"dB", "decibel"}, "what the program defines itself"
