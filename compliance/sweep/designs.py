"""Sweeps of the designs of a space: the job, and what its parts add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from compliance.engine.law import Law
from compliance.finding import WORST_FIRST
from compliance.sweep.fronts import front
from compliance.sweep.parts import Judge
from compliance.sweep.run import Done, Engine, Extent, Keeps, Progress, work
from compliance.sweep.space import MEASURES, VERDICTS, Space
from compliance.sweep.store import PART, encode

if TYPE_CHECKING:
    from jurisdictions.rulebook import RuleBook

#: What is said of a listed design, in this order also where it was read from a file.
_LISTED = ("place", "verdict", "cost", "margin", "violated", "undetermined", "open")


@dataclass(frozen=True)
class Designs:
    """The designs of a space, to be judged by the law: a :class:`compliance.sweep.run.Job`."""

    space: Space
    law: Law
    graphics: bool = False

    @property
    def size(self) -> int:
        """Designs in all."""
        return self.space.size

    def identity(self, part: int = PART) -> dict[str, Any]:
        """Return what the sweep is."""
        return identity(self.space, self.law, part=part)

    def worker(self) -> Callable[[Extent], Done]:
        """Return what judges parts."""
        return partial(_judged, Judge(self.space, self.law))


def identity(space: Space, law: Law, *, part: int = PART) -> dict[str, Any]:
    """Return what a sweep is: two with the same identity give the same files."""
    from base import sha256_text

    rules = "\n".join(rule.binding.model_dump_json() for rule in law.book.rules)
    waivers = "\n".join(item.model_dump_json() for item in law.waivers)
    return {
        "space": space.digest,
        "rulebook": law.book.key,
        "rules": sha256_text(rules),
        "readings": list(law.book.readings_chosen),
        "waivers": sha256_text(waivers) if waivers else "",
        "as_of": law.as_of.isoformat(),
        "jurisdictions": None if law.jurisdictions is None else sorted(law.jurisdictions),
        "custom": law.custom,
        "assumed": sorted(law.assumed),
        "designs": space.size,
        "part": part,
        "bathylex": metadata.version("bathylex"),
        "numpy": np.__version__,
        "pyarrow": metadata.version("pyarrow"),
    }


def sweep(
    space: Space,
    law: Law,
    store: Keeps,
    *,
    engine: Engine,
    part: int = PART,
    progress: Callable[[Progress], None] = lambda _: None,
) -> dict[str, Any]:
    """Judge every design of a space that the store does not hold yet, and add all up.

    Args:
        space: of designs.
        law: that applies.
        store, engine, part, progress: as for :func:`compliance.sweep.run.work`.

    Returns:
        The summary as plain data: the same for the same sweep, whatever ran it.
    """
    parts = work(Designs(space, law), store, engine=engine, part=part, progress=progress)
    return _added(space, law, parts, part)


def _judged(judge: Judge, item: Extent) -> Done:
    number, start, stop = item
    found = judge.part(number, start, stop)
    return number, found.summary(), encode(found, judge.space)


def _added(space: Space, law: Law, parts: Iterable[dict[str, Any]], length: int) -> dict[str, Any]:
    totals = dict.fromkeys(("designs", "judged", "kept"), 0)
    verdicts = dict.fromkeys(VERDICTS, 0)
    provisions: dict[str, list[int]] = {}
    best: list[dict[str, Any]] = []
    fronts: list[dict[str, Any]] = []
    hashes = []
    for part in parts:
        for name in totals:
            totals[name] += part[name]
        for name, count in part["verdicts"].items():
            verdicts[name] += count
        for name, counts in part["provisions"].items():
            before = provisions.get(name, [0] * len(counts))
            provisions[name] = [one + two for one, two in zip(before, counts, strict=True)]
        best = sorted([*best, *part["best"]], key=lambda one: (one["cost"], one["place"]))
        best = best[: space.top]
        fronts = _front(space, [*fronts, *part["front"]])
        hashes.append(part["sha256"])
    return {
        "sweep": identity(space, law, part=length),
        "designs": totals["designs"],
        "judged": totals["judged"],
        "kept": totals["kept"],
        "verdicts": verdicts,
        "provisions": provisions_of(law.book, provisions),
        "unit": space.catalogue.unit,
        "cheapest": [_whole(space, item) for item in best],
        "pareto": {
            "measures": list(space.pareto),
            "designs": [_whole(space, item) for item in fronts],
        },
        "parts": hashes,
    }


def _front(space: Space, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not items or not space.pareto:
        return []
    points = np.array(
        [
            [
                float("nan")
                if item[name] is None
                else item[name]
                if MEASURES[name]
                else -item[name]
                for name in space.pareto
            ]
            for item in items
        ],
        dtype=np.float64,
    )
    places = np.array([item["place"] for item in items])
    return [items[int(row)] for row in front(points, places)]


def _whole(space: Space, item: dict[str, Any]) -> dict[str, Any]:
    place = item["place"]
    columns = space.columns(place, place + 1)
    return {**{name: item[name] for name in _LISTED}, "settings": space.settings(columns, 0)}


def provisions_of(book: RuleBook, counted: dict[str, list[int]]) -> list[dict[str, Any]]:
    """Return the provisions that some design does not simply meet, most violated first."""
    by_id = book.by_id
    listed = [
        {
            "provision": name,
            "citation": by_id[name].citation,
            **dict(zip(WORST_FIRST[:-1], counts, strict=True)),
        }
        for name, counts in counted.items()
    ]
    return sorted(
        listed,
        key=lambda item: (
            *(-item[verdict] for verdict in WORST_FIRST[:-1]),
            item["provision"],
        ),
    )
