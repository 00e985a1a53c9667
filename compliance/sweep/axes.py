"""The axes of a space of designs: lists, ranges and draws of one key, or of several together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from base import DesignError, UsageError
from compliance.engine.kinds import Array, Kind, Levels, Number
from compliance.sweep.sampling import key_of, latin, uniform
from habitat.design import Design
from habitat.facts import Fact, facts_of
from habitat.fields import describe
from habitat.kinds import kind_of
from habitat.load import apply_settings
from habitat.units import read_quantity

#: Most values of one axis: each is checked as the design file would be.
MOST_VALUES = 100_000
_DRAWS = ("uniform", "latin")
_RANGE = frozenset({"from", "to", "step"})


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a space.

    Attributes:
        name: a key of the design file, or a name for several keys.
        kinds: what each of its keys can be.
        size: values of a grid; ``None`` for draws.
        draw: ``uniform`` or ``latin``; ``None`` for a grid.
        numbers: the numbers of a range, or lowest and highest of draws.
        raw: by key, what a design file would say for each value of a list.
        whole: whether draws are whole numbers.
        seed: key of its draws.
    """

    name: str
    kinds: Mapping[str, Kind]
    size: int | None
    draw: str | None = None
    numbers: Array | None = None
    raw: Mapping[str, tuple[Any, ...]] | None = None
    whole: bool = False
    seed: int = 0

    def arrays(self, places: Array, samples: int) -> dict[str, Array]:
        """Return the column of each key at some places of the axis.

        Args:
            places: uint64, of the grid's values, or of the draws.
            samples: how many draws there are.
        """
        if self.draw is not None and self.numbers is not None:
            low, high = self.numbers.tolist()
            share = (
                uniform(places, self.seed)
                if self.draw == "uniform"
                else latin(places, samples, self.seed)
            )
            if self.whole:
                return {self.name: low + np.floor(share * (high - low + 1.0))}
            return {self.name: np.minimum(low + share * (high - low), high)}
        if self.numbers is not None:
            return {self.name: self.numbers[places]}
        codes = places.astype(np.uint8 if self.size is not None and self.size < 256 else np.uint32)
        return dict.fromkeys(self.kinds, codes)

    def setting(self, key: str, array: Array, row: int) -> Any:
        """Return what a design file says for one design of a column."""
        if self.raw is not None:
            return self.raw[key][int(array[row])]
        kind = self.kinds[key]
        assert isinstance(kind, Number)
        number = float(array[row])
        if kind.unit is None:
            return int(number)
        if kind.unit in ("", "degree") and _bare(key):
            return number
        return f"{number!r} {_unit_text(kind.unit)}"


def read_axis(name: str, given: Any, base: Design, *, seed: int, where: str) -> Axis:
    """Read one axis of a space file.

    Args:
        name: a key of the design file; for a list of mappings a section, or any name.
        given: a list of values, ``{from, to, step}``, ``{uniform: [low, high]}`` or
            ``{latin: [low, high]}``.
        base: the design that the space varies.
        seed: of the space's draws.
        where: the file.

    Raises:
        UsageError: not an axis, or a value that the key does not take.
    """
    place = f"{where}, axes.{name}"
    if isinstance(given, list):
        return _list(name, given, base, place)
    if kind_of(name) is None:
        raise UsageError("no key of a design file", where=place, hint=_nearest(name))
    if isinstance(given, dict) and given.keys() == _RANGE:
        return _range(name, given, base, place)
    if isinstance(given, dict) and len(given) == 1 and next(iter(given)) in _DRAWS:
        ((draw, ends),) = given.items()
        return _draw(name, draw, ends, base, key_of(seed, name), place)
    raise UsageError(
        f"expected a list, a range or draws, found {describe(given)}",
        where=place,
        hint="give [a, b], {from: a, to: b, step: c}, {uniform: [a, b]} or {latin: [a, b]}",
    )


def _list(name: str, given: list[Any], base: Design, place: str) -> Axis:
    if not 1 <= len(given) <= MOST_VALUES:
        raise UsageError(f"{len(given)} values", where=place, hint=f"give 1 to {MOST_VALUES}")
    joint = all(isinstance(value, dict) for value in given)
    if not joint and kind_of(name) is None:
        raise UsageError("no key of a design file", where=place, hint=_nearest(name))
    rows = [value if joint else {name: value} for value in given]
    prefix = f"{name}." if joint and name in Design.model_fields else ""
    rows = [{f"{prefix}{key}": value for key, value in row.items()} for row in rows]
    keys = list(rows[0])
    for row in rows:
        if list(row) != keys:
            raise UsageError(
                "every value must set the same keys",
                where=place,
                hint=f"set {', '.join(keys)} in each",
            )
        for key in keys:
            if kind_of(key) is None:
                raise UsageError(f"no key of a design file: {key}", where=place, hint=_nearest(key))
    facts = [_checked(base, row, place) for row in rows]
    return Axis(
        name,
        {key: Levels(tuple(fact[key].value for fact in facts)) for key in keys},
        len(rows),
        raw={key: tuple(row[key] for row in rows) for key in keys},
    )


def _range(name: str, given: Mapping[str, Any], base: Design, place: str) -> Axis:
    low, unit = _measure(name, given["from"], base, place)
    high, _ = _measure(name, given["to"], base, place, unit)
    step, _ = _step(given["step"], unit, place)
    if not step > 0.0 or high < low:
        raise UsageError(
            f"the range from {given['from']} to {given['to']} by {given['step']} is empty",
            where=place,
            hint="let it go up by a step above 0",
        )
    count = math.floor((high - low) / step * (1.0 + 1e-12)) + 1
    if count > MOST_VALUES:
        raise UsageError(f"{count} values", where=place, hint=f"at most {MOST_VALUES}")
    numbers = np.minimum(low + step * np.arange(count), high)
    if unit is None and not np.array_equal(numbers, np.floor(numbers)):
        raise UsageError("expected whole numbers", where=place, hint="give a whole step")
    return Axis(name, {name: Number(unit)}, count, numbers=numbers)


def _draw(name: str, draw: str, ends: Any, base: Design, seed: int, place: str) -> Axis:
    if not isinstance(ends, list) or len(ends) != 2:
        raise UsageError(
            f"expected lowest and highest, found {describe(ends)}",
            where=place,
            hint=f"write {{{draw}: [low, high]}}",
        )
    low, unit = _measure(name, ends[0], base, place)
    high, _ = _measure(name, ends[1], base, place, unit)
    if high < low:
        raise UsageError(f"{ends[0]} is more than {ends[1]}", where=place, hint="swap them")
    numbers = np.array([low, high])
    return Axis(name, {name: Number(unit)}, None, draw, numbers, whole=unit is None, seed=seed)


def _measure(
    name: str, value: Any, base: Design, place: str, unit: str | None = "?"
) -> tuple[float, str | None]:
    """Return a number of a key and its unit, checked; in ``unit`` where one is given."""
    fact = _checked(base, {name: value}, place)[name].value
    if isinstance(fact, bool | str) or fact is None:
        raise UsageError(
            f"{describe(value)} is no number", where=place, hint="give a list of its values"
        )
    if isinstance(fact, int):
        return float(fact), None
    if unit not in ("?", None):
        fact = fact.to(unit)
    return float(fact.magnitude), str(fact.units) if str(fact.units) != "dimensionless" else ""


def _step(value: Any, unit: str | None, place: str) -> tuple[float, str | None]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if unit in (None, "", "degree"):
            return float(value), unit
        raise UsageError("expected a step with its unit", where=place, hint=f"such as '1 {unit}'")
    if not isinstance(value, str) or unit is None:
        raise UsageError(f"expected a step, found {describe(value)}", where=place)
    read = read_quantity(value, where=place, error=UsageError)
    if not read.is_compatible_with(unit):
        raise UsageError(f"a step of {value} does not fit '{unit}'", where=place)
    return float(read.to(unit).magnitude), unit


def _checked(base: Design, settings: Mapping[str, Any], place: str) -> dict[str, Fact]:
    try:
        return facts_of(apply_settings(base, settings))
    except DesignError as problem:
        raise UsageError(problem.what, where=place, hint=problem.hint) from None


def _bare(key: str) -> bool:
    kind = kind_of(key)
    return kind is not None and kind.unit == "" and not kind.whole


def _unit_text(unit: str) -> str:
    return {"": "", "sound_level_decibel": "dB"}.get(unit, unit)


def _nearest(name: str) -> str:
    import difflib

    from habitat.load import known_keys

    every = list(known_keys(Design))
    every += [f"{section}.{key}" for section in every for key in known_keys(Design, section)]
    close = difflib.get_close_matches(name, every, n=1)
    return f"did you mean '{close[0]}'?" if close else "use a dotted key such as hull.thickness"
