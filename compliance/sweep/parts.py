"""One part of a sweep: some designs in a row, judged, filtered, counted and ranked."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from compliance.engine.kinds import Array, Columns, Levels
from compliance.engine.law import CONTEXT, Law, TableVerdicts
from compliance.engine.predicates import Compiler
from compliance.engine.program import CODES
from compliance.finding import WORST_FIRST
from compliance.sweep.fronts import cheapest, front
from compliance.sweep.prices import costs
from compliance.sweep.space import MEASURES, VERDICTS, Space
from habitat.design import Design, Site

_ORDERS = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
    "=": operator.eq,
}
_REFUTABLE = ("research_by_coastal_state", "gulf_of_mexico_lease")


@dataclass
class Part:
    """What one part of a sweep found.

    Attributes:
        number: of the part.
        designs: in it; ``judged`` of them met the conditions on keys, ``kept`` passed all filters.
        verdicts: how many judged designs have each verdict.
        provisions: per provision, how many judged designs have each verdict that is not
            inapplicable, worst first.
        places: places in the space of the kept designs, int64.
        columns: of the keys that vary, for the kept designs.
        measures: by name, for the kept designs; ``verdict`` holds places in
            :data:`compliance.sweep.space.VERDICTS`.
        best, front: places of the cheapest, and of the Pareto front, with their measures.
    """

    number: int
    designs: int
    judged: int = 0
    kept: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    provisions: dict[str, list[int]] = field(default_factory=dict)
    places: Array = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    columns: Mapping[str, Array] = field(default_factory=dict)
    measures: Mapping[str, Array] = field(default_factory=dict)
    best: list[dict[str, Any]] = field(default_factory=list)
    front: list[dict[str, Any]] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Return all but the designs as plain data."""
        return {
            "number": self.number,
            "designs": self.designs,
            "judged": self.judged,
            "kept": self.kept,
            "verdicts": self.verdicts,
            "provisions": {name: self.provisions[name] for name in sorted(self.provisions)},
            "best": self.best,
            "front": self.front,
        }


class Judge:
    """Judges the parts of a space; keeps what its law was compiled to.

    Args:
        space: of designs.
        law: that applies.
    """

    def __init__(self, space: Space, law: Law) -> None:
        self.space, self.law = space, law
        self._keys: dict[tuple[Any, ...], tuple[int, Design]] = {}
        self._groups: dict[Any, int] = {}
        compiler = Compiler(space.schema)
        self._rails = [compiler.rails(condition, _NO_RULE).true for condition in space.conditions]
        wanted = [rail for rail in self._rails if not isinstance(rail, bool)]
        self._conditions = compiler.steps.runner(wanted)

    def part(self, number: int, start: int, stop: int) -> Part:
        """Judge the designs from one place up to another."""
        columns: dict[str, Array] = self.space.columns(start, stop)
        places = np.arange(start, stop, dtype=np.int64)
        chosen = self._meeting(columns, stop - start)
        if chosen is not None:
            columns = {name: array[chosen] for name, array in columns.items()}
            places = places[chosen]
        size = len(places)
        part = Part(number, stop - start, judged=size)
        measures = self._measures(part, columns, size)
        measures["cost"] = costs(self.space, columns, size)
        names, counts = np.unique(measures["verdict"], return_counts=True)
        part.verdicts = {
            VERDICTS[int(name)]: int(count) for name, count in zip(names, counts, strict=True)
        }
        kept = self._passing(measures, size)
        part.kept = int(np.count_nonzero(kept))
        part.places = places[kept]
        part.columns = {name: array[kept] for name, array in columns.items()}
        part.measures = {name: array[kept] for name, array in measures.items()}
        self._rank(part)
        return part

    def _meeting(self, columns: Columns, size: int) -> Array | None:
        if all(rail is True for rail in self._rails):
            return None
        done = self._conditions(columns)
        met = np.ones(size, dtype=bool)
        for rail in self._rails:
            met &= rail if isinstance(rail, bool) else done[rail]
        return np.flatnonzero(met)

    def _measures(self, part: Part, columns: Columns, size: int) -> dict[str, Array]:
        found: dict[str, Array] = {
            "verdict": np.zeros(size, dtype=np.int8),
            "violated": np.zeros(size, dtype=np.int16),
            "undetermined": np.zeros(size, dtype=np.int16),
            "open": np.zeros(size, dtype=np.int16),
            "margin": np.full(size, np.nan),
        }
        for rows, design in self._places(columns, size):
            here = columns if rows is None else {k: v[rows] for k, v in columns.items()}
            engine = self.law.engine(design, self.space.schema)
            count = size if rows is None else len(rows)
            target: Any = slice(None) if rows is None else rows
            verdicts = engine.judge(here, count, least=True)
            found["verdict"][target] = verdicts.verdicts
            found["violated"][target] = verdicts.count("violated")
            found["undetermined"][target] = verdicts.count("undetermined")
            found["open"][target] = verdicts.count("open_norm")
            found["margin"][target] = verdicts.least
            count_provisions(part.provisions, verdicts, count)
        return found

    def _places(self, columns: Columns, size: int) -> Iterator[tuple[Array | None, Design]]:
        """Yield the designs under each law, with one of them; ``None`` for all of them."""
        varying = [name for name in CONTEXT if name in columns]
        if not size:
            return
        if not varying:
            yield None, self._design(())[1]
            return
        table = np.column_stack([columns[name].astype(np.float64) for name in varying])
        distinct, which = np.unique(table, axis=0, return_inverse=True)
        which = which.reshape(-1)
        groups = np.empty(len(distinct), dtype=np.intp)
        designs: dict[int, Design] = {}
        for row, numbers in enumerate(distinct.tolist()):
            place = tuple(zip(varying, numbers, strict=True))
            groups[row], design = self._design(place)
            designs.setdefault(int(groups[row]), design)
        of_rows = groups[which]
        for group in sorted(designs):
            rows = np.flatnonzero(of_rows == group)
            yield (None if len(rows) == size else rows), designs[group]

    def _design(self, place: tuple[tuple[str, float], ...]) -> tuple[int, Design]:
        """Return the law's number at a place, and the design there."""
        if place not in self._keys:
            if len(self._keys) > 200_000:
                self._keys.clear()
            changed: dict[str, Any] = {}
            for name, number in place:
                kind = self.space.schema[name]
                changed[name] = kind.values[int(number)] if isinstance(kind, Levels) else number
                changed[name] = getattr(changed[name], "magnitude", changed[name])
            design = _varied(self.space.base, changed)
            key = self.law.key(self.law.situation(design))
            group = self._groups.setdefault(key, len(self._groups))
            self._keys[place] = (group, design)
        return self._keys[place]

    def _passing(self, measures: Mapping[str, Array], size: int) -> Array:
        passing = np.ones(size, dtype=bool)
        if self.space.verdicts != VERDICTS:
            wanted = [VERDICTS.index(name) for name in self.space.verdicts]
            passing &= np.isin(measures["verdict"], wanted)
        for limit in self.space.limits:
            passing &= _ORDERS[limit.order](measures[limit.measure], limit.bound)
        return passing

    def _rank(self, part: Part) -> None:
        rows = cheapest(part.measures["cost"], part.places, self.space.top)
        part.best = [_listed(part, int(row)) for row in rows]
        if self.space.pareto:
            points = np.column_stack(
                [
                    part.measures[name] if MEASURES[name] else -part.measures[name]
                    for name in self.space.pareto
                ]
            ).astype(np.float64)
            part.front = [_listed(part, int(row)) for row in front(points, part.places)]


def _varied(base: Design, changed: Mapping[str, Any]) -> Design:
    """Return the base with other keys of its context; claims that a place may refute are made.

    The values were checked when the axes were read.
    """
    site = {name[5:]: value for name, value in changed.items() if name.startswith("site.")}
    update: dict[str, Any] = {name: value for name, value in changed.items() if "." not in name}
    update["site"] = Site.model_copy(base.site, update=site)
    update["claims"] = base.claims.model_copy(update=dict.fromkeys(_REFUTABLE, True))
    if "contract.resource" in changed:
        resource = {"resource": changed["contract.resource"]}
        update["contract"] = base.contract.model_copy(update=resource)
    return base.model_copy(update=update)


def count_provisions(found: dict[str, list[int]], verdicts: TableVerdicts, size: int) -> None:
    """Add how many designs of a table have each verdict on each provision, worst first."""
    for place, name in enumerate(verdicts.provisions):
        counts = np.bincount(verdicts.by_provision[place], minlength=len(WORST_FIRST))[:-1]
        if counts.any():
            _add(found, name, counts.tolist())
    for name, verdict in verdicts.others.items():
        counts_of_one = [0] * (len(WORST_FIRST) - 1)
        counts_of_one[CODES[verdict]] = size  # type: ignore[index]
        _add(found, name, counts_of_one)


def _add(found: dict[str, list[int]], name: str, counts: list[int]) -> None:
    before = found.get(name, [0] * len(counts))
    found[name] = [one + two for one, two in zip(before, counts, strict=True)]


def _listed(part: Part, row: int) -> dict[str, Any]:
    margin = float(part.measures["margin"][row])
    return {
        "place": int(part.places[row]),
        "verdict": VERDICTS[int(part.measures["verdict"][row])],
        "cost": float(part.measures["cost"][row]),
        "margin": None if np.isnan(margin) else margin,
        **{name: int(part.measures[name][row]) for name in ("violated", "undetermined", "open")},
    }


#: Conditions of a space have literal bounds: they ask no rule for a number.
_NO_RULE: Any = None
