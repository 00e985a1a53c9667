"""The space of a sweep: a base design, axes that vary it, filters, and what to rank by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from base import DesignError, UsageError, read_text, sha256_text
from compliance.engine.kinds import Array, Kind
from compliance.engine.law import schema_of
from compliance.repair.catalogue import Catalogue, load_catalogue
from compliance.sweep.axes import Axis, read_axis
from habitat.design import Design
from habitat.fields import describe
from habitat.kinds import kind_of
from habitat.load import apply_settings, load_design, validate
from habitat.markup import read_markup
from jurisdictions.predicate import InZone, Predicate, tests_of

MAX_SPACE_BYTES = 4 * 1024 * 1024
MOST_DESIGNS = 10**12
MOST_SAMPLES = 10**11
MOST_TOP = 10_000
_KEYS = ("base", "axes", "samples", "seed", "filters", "top", "pareto", "keep")
#: What each design is measured by: whether less of it is better.
MEASURES = {"cost": True, "margin": False, "violated": True, "undetermined": True, "open": True}
VERDICTS = ("lawful", "undetermined", "violated")
_ORDERS = ("<=", "<", ">=", ">", "=")


@dataclass(frozen=True, slots=True)
class Limit:
    """A filter on a measure: how it must stand to a number."""

    measure: str
    order: str
    bound: float


@dataclass(frozen=True)
class Space:
    """A space of designs, in a fixed order.

    Attributes:
        base: the design that the axes vary.
        axes: grids first in the order of the file; the first one varies slowest, draws fastest.
        samples: draws for each point of the grid; 1 without draws.
        conditions: predicates that a design must meet for certain to be judged at all.
        verdicts: verdicts that are kept.
        limits: limits on measures that are kept.
        top: how many of the cheapest are listed.
        pareto: measures of the front.
        catalogue: prices.
        digest: hash of everything above.
    """

    base: Design
    axes: tuple[Axis, ...]
    samples: int
    conditions: tuple[Predicate, ...]
    verdicts: tuple[str, ...]
    limits: tuple[Limit, ...]
    top: int
    pareto: tuple[str, ...]
    catalogue: Catalogue
    digest: str
    schema: Mapping[str, Kind]

    @property
    def grid(self) -> int:
        """Points of the grid."""
        return prod(axis.size for axis in self.axes if axis.size is not None)

    @property
    def size(self) -> int:
        """Designs in all."""
        return self.grid * self.samples

    @property
    def keys(self) -> dict[str, Axis]:
        """The axis of each key that varies."""
        return {key: axis for axis in self.axes for key in axis.kinds}

    def columns(self, start: int, stop: int) -> dict[str, Array]:
        """Return the columns of the designs from one place up to another."""
        places = np.arange(start, stop, dtype=np.uint64)
        draws = places % np.uint64(self.samples)
        rest = places // np.uint64(self.samples)
        found: dict[str, Array] = {}
        for axis in reversed(self.axes):
            if axis.size is None:
                found |= axis.arrays(draws, self.samples)
            else:
                found |= axis.arrays(rest % np.uint64(axis.size), self.samples)
                rest = rest // np.uint64(axis.size)
        return found

    def settings(self, columns: Mapping[str, Array], row: int) -> dict[str, Any]:
        """Return what a design file says, where it differs from the base, for one design."""
        return {key: axis.setting(key, columns[key], row) for key, axis in self.keys.items()}

    def design(self, place: int) -> Design:
        """Return one design of the space."""
        return apply_settings(self.base, self.settings(self.columns(place, place + 1), 0))


def load_space(path: Path, *, prices: Path | None = None, top: int | None = None) -> Space:
    """Read a space file.

    Args:
        path: YAML or JSON; paths in it are relative to its folder.
        prices: a price file (see ``docs/repair.md``) in place of embedded prices.
        top: overrides the file's own.

    Raises:
        UsageError: the space, an axis or a filter is not one.
        DesignError: the base design is malformed.
    """
    where = str(path)
    text = read_text(path, limit=MAX_SPACE_BYTES, error=UsageError)
    try:
        data, _ = read_markup(text, where=where, as_json=path.suffix.lower() == ".json")
    except DesignError as problem:
        raise UsageError(problem.what, where=problem.where, hint=problem.hint) from None
    if not isinstance(data, dict):
        raise UsageError("expected the keys of a space", where=where, hint=_hint())
    for key in data:
        if key not in _KEYS:
            raise UsageError(f"unknown key '{key}'", where=where, hint=_hint())
    base = _base(data.get("base"), path)
    seed = _whole(data.get("seed", 0), f"{where}, seed", 0, 2**31 - 1)
    given = data.get("axes")
    if not isinstance(given, dict) or not given:
        raise UsageError("a space needs axes", where=where, hint="give axes: {key: [values]}")
    axes = tuple(
        read_axis(str(name), value, base, seed=seed, where=where) for name, value in given.items()
    )
    _apart(axes, where)
    samples = _samples(data.get("samples"), axes, where)
    conditions, verdicts, limits = _filters(data.get("filters", []), where)
    listed = _whole(data.get("top", 10) if top is None else top, f"{where}, top", 0, MOST_TOP)
    front = _measures(data.get("pareto", ["cost", "margin"]), where)
    catalogue = load_catalogue(prices)
    made = {
        "base": base.model_dump(mode="json"),
        "space": {key: value for key, value in data.items() if key != "base"},
        "top": listed,
        "catalogue": catalogue.model_dump(mode="json"),
    }
    space = Space(
        base=base,
        axes=axes,
        samples=samples,
        conditions=conditions,
        verdicts=verdicts,
        limits=limits,
        top=listed,
        pareto=front,
        catalogue=catalogue,
        digest=sha256_text(json.dumps(made, sort_keys=True, ensure_ascii=False)),
        schema={
            **schema_of(base),
            **{key: kind for axis in axes for key, kind in axis.kinds.items()},
        },
    )
    if space.size > MOST_DESIGNS:
        raise UsageError(
            f"{space.size} designs", where=where, hint=f"a space has at most {MOST_DESIGNS}"
        )
    return space


def _hint() -> str:
    return f"a space has the keys {', '.join(_KEYS[:-1])}"


def _base(given: Any, path: Path) -> Design:
    if isinstance(given, str):
        return load_design(path.parent / given)
    if isinstance(given, dict):
        return validate(Design, given, where=f"{path}, base")
    raise UsageError(
        f"expected the base design, found {describe(given)}",
        where=str(path),
        hint="give base: the path of a design file, or the design itself",
    )


def _apart(axes: tuple[Axis, ...], where: str) -> None:
    seen: dict[str, str] = {}
    for axis in axes:
        for key in axis.kinds:
            if key in seen:
                raise UsageError(
                    f"{key} is set by the axes {seen[key]} and {axis.name}",
                    where=where,
                    hint="let one axis set it",
                )
            seen[key] = axis.name


def _samples(given: Any, axes: tuple[Axis, ...], where: str) -> int:
    drawn = any(axis.size is None for axis in axes)
    if given is None:
        if drawn:
            raise UsageError(
                "draws need a number of samples", where=where, hint="give samples: 1000"
            )
        return 1
    if not drawn:
        raise UsageError(
            "no axis draws samples", where=where, hint="leave samples out, or give a draw"
        )
    return _whole(given, f"{where}, samples", 1, MOST_SAMPLES)


def _whole(value: Any, where: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise UsageError(
            f"expected a whole number from {least} to {most}, found {describe(value)}", where=where
        )
    return value


def _measures(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, list) or any(name not in MEASURES for name in given):
        raise UsageError(
            f"expected measures, found {describe(given)}",
            where=f"{where}, pareto",
            hint=f"give a list of {', '.join(MEASURES)}",
        )
    return tuple(dict.fromkeys(given))


def _filters(
    given: Any, where: str
) -> tuple[tuple[Predicate, ...], tuple[str, ...], tuple[Limit, ...]]:
    if not isinstance(given, list):
        raise UsageError(
            f"expected a list of filters, found {describe(given)}", where=f"{where}, filters"
        )
    conditions: list[Predicate] = []
    verdicts: tuple[str, ...] = VERDICTS
    limits: list[Limit] = []
    for number, item in enumerate(given, start=1):
        place = f"{where}, filters, entry {number}"
        if not isinstance(item, dict):
            raise UsageError(f"expected a filter, found {describe(item)}", where=place)
        if "verdict" in item:
            wanted = item["verdict"] if isinstance(item["verdict"], list) else [item["verdict"]]
            if item.keys() != {"verdict"} or any(name not in VERDICTS for name in wanted):
                raise UsageError(
                    f"no verdict of a design: {describe(item['verdict'])}",
                    where=place,
                    hint=f"use {', '.join(VERDICTS)}",
                )
            verdicts = tuple(name for name in verdicts if name in wanted)
        elif "measure" in item:
            limits.append(_limit(item, place))
        else:
            conditions.append(_condition(item, place))
    return tuple(conditions), verdicts, tuple(limits)


def _limit(item: Mapping[str, Any], place: str) -> Limit:
    name = item["measure"]
    orders = [key for key in item if key in _ORDERS]
    if name not in MEASURES or len(orders) != 1 or len(item) != 2:
        raise UsageError(
            f"no limit on a measure: {describe(name)}",
            where=place,
            hint=f"write {{measure: cost, '<=': 1e6}} with one of {', '.join(MEASURES)}",
        )
    bound = item[orders[0]]
    if isinstance(bound, bool) or not isinstance(bound, int | float):
        raise UsageError(f"expected a number, found {describe(bound)}", where=place)
    return Limit(name, orders[0], float(bound))


def _condition(item: Mapping[str, Any], place: str) -> Predicate:
    try:
        found: Predicate = TypeAdapter[Predicate](Predicate).validate_python(item)
    except ValidationError:
        raise UsageError(
            "no filter that is known",
            where=place,
            hint="write {fact: hull.thickness, '<=': 80 mm}, {fact: consents.research, is: true}, "
            "{verdict: lawful} or {measure: violated, '<=': 2}",
        ) from None
    for test in tests_of(found):
        if isinstance(test, InZone) or hasattr(test, "law") or kind_of(test.fact) is None:
            raise UsageError(
                "filters ask for keys of the design file and literal bounds", where=place
            )
    return found
