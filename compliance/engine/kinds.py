"""What a fact of a table of designs can be: one value, one of some values, or a column of numbers.

A table has one array per fact that differs between designs: codes into the values of
:class:`Levels`, or float64 with NaN for unknown of :class:`Number`. All other facts are constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from habitat.units import quantity

Array = NDArray[Any]
#: One array per fact that varies, all of one length.
Columns = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Constant:
    """A fact with the same value in every design; ``None`` is unknown."""

    value: Any


@dataclass(frozen=True, slots=True)
class Levels:
    """A fact that takes one of some values; its array holds places in ``values``."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A fact that is any number in ``unit`` (``None`` for a whole count, ``""`` for a ratio)."""

    unit: str | None


Kind = Constant | Levels | Number
Schema = Mapping[str, Kind]

UNKNOWN = Constant(None)


@dataclass(frozen=True, slots=True)
class Given:
    """A value as a fact; evaluation asks no more of one."""

    value: Any
    basis: str = ""


def value_at(kind: Kind, array: Array | None, row: int) -> Any:
    """Return the value of a fact in one design, as the design file would have given it."""
    match kind:
        case Constant(value=value):
            return value
        case Levels(values=values):
            return values[int(_given(array)[row])]
        case Number(unit=unit):
            number = float(_given(array)[row])
            if np.isnan(number):
                return None
            return int(number) if unit is None else quantity(number, unit)
    raise TypeError(f"not a kind of fact: {kind!r}")


def facts_at(schema: Schema, columns: Columns, row: int) -> dict[str, Given]:
    """Return every fact of one design."""
    return {name: Given(value_at(kind, columns.get(name), row)) for name, kind in schema.items()}


def _given(array: Array | None) -> Array:
    if array is None:
        raise ValueError("a fact that varies has no column")
    return array


@lru_cache(maxsize=4096)
def factor(unit: str | None, target: str) -> float:
    """Return the number by which pint multiplies a magnitude to convert it between two units.

    Whole counts (``None``) are taken as they are, whatever the law calls them.

    Raises:
        DimensionalityError: (pint) the units measure different things.
    """
    return 1.0 if unit is None else float(quantity(1.0, unit).to(target).magnitude)


def amounts(kind: Kind, array: Array | None, unit: str, size: int) -> Array:
    """Return a fact in ``unit`` for every design: float64 of length ``size``, NaN where unknown."""
    match kind:
        case Constant(value=value):
            return np.full(size, _amount(value, unit))
        case Levels(values=values):
            return np.array([_amount(value, unit) for value in values])[_given(array)]
        case Number(unit=own):
            scale = factor(own, unit)
            return _given(array) if scale == 1.0 else _given(array) * scale
    raise TypeError(f"not a kind of fact: {kind!r}")


def _amount(value: Any, unit: str) -> float:
    if value is None:
        return float("nan")
    return float(value) if isinstance(value, int | float) else float(value.to(unit).magnitude)
