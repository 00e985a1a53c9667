"""Running a sweep: its parts on the cores of this machine or a cluster, and what they add up to."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import Any, Protocol

import numpy as np

from compliance.engine.law import Law
from compliance.finding import WORST_FIRST
from compliance.sweep.fronts import front
from compliance.sweep.parts import Judge
from compliance.sweep.space import MEASURES, VERDICTS, Space
from compliance.sweep.store import PART, encode, extent

#: A part to judge: its number, where it begins and where it ends.
Extent = tuple[int, int, int]
#: What judging a part gives: its number, what was counted, and its designs as Parquet.
Done = tuple[int, dict[str, Any], bytes]
#: What runs tasks: parts to judge in, finished parts out, in any order.
Engine = Callable[[Space, Law, Iterable[Extent]], Iterable[Done]]


#: What is said of a listed design, in this order also where it was read from a file.
_LISTED = ("place", "verdict", "cost", "margin", "violated", "undetermined", "open")


class Keeps(Protocol):
    """Where finished parts are kept."""

    def put(self, number: int, summary: dict[str, Any], table: bytes) -> None: ...

    def get(self, number: int) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is."""

    designs: int
    total: int


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
        store: where parts are kept; those that it holds are not judged again.
        engine: what runs the parts (:func:`local`, :func:`compliance.sweep.on_ray.engine`).
        part: designs in one part.
        progress: told how far the sweep is.

    Returns:
        The summary as plain data: the same for the same sweep, whatever ran it.
    """
    parts = list(extent(space.size, part))
    missing = [item for item in parts if store.get(item[0]) is None]
    done = space.size - sum(stop - start for _, start, stop in missing)
    progress(Progress(done, space.size))
    for number, summary, table in engine(space, law, missing):
        store.put(number, summary, table)
        done += summary["designs"]
        progress(Progress(done, space.size))
    return _added(space, law, (store.get(number) for number, _, _ in parts), part)


def judged(judge: Judge, item: Extent) -> Done:
    """Judge one part."""
    number, start, stop = item
    found = judge.part(number, start, stop)
    return number, found.summary(), encode(found, judge.space)


def local(workers: int) -> Engine:
    """Return what judges parts on the cores of this machine.

    Args:
        workers: processes; 1 judges in this one.
    """
    return _one if workers <= 1 else partial(_several, workers)


def _one(space: Space, law: Law, parts: Iterable[Extent]) -> Iterator[Done]:
    judge = Judge(space, law)
    for item in parts:
        yield judged(judge, item)


def _several(workers: int, space: Space, law: Law, parts: Iterable[Extent]) -> Iterator[Done]:
    import multiprocessing

    items = list(parts)
    if len(items) <= 1:
        yield from _one(space, law, items)
        return
    # Forked processes share the compiled law with this one; where there is no fork it is sent.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    with (
        _single_threaded(),
        context.Pool(min(workers, len(items)), _start, (space, law)) as pool,
    ):
        yield from pool.imap_unordered(_work, items)


#: Seconds between two looks at whether the sweep is still there.
_WATCH_S = 1.0

_judge: Judge | None = None


def _start(space: Space, law: Law) -> None:
    import threading

    global _judge
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _judge = Judge(space, law)


def _end_with(parent: int) -> None:
    """End this process when its parent was killed: nobody would ever ask it for more."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(1)


def _work(item: Extent) -> Done:
    assert _judge is not None
    return judged(_judge, item)


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Let each process use one core: parts run side by side, not their steps."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def _added(
    space: Space, law: Law, parts: Iterable[dict[str, Any] | None], length: int
) -> dict[str, Any]:
    totals = dict.fromkeys(("designs", "judged", "kept"), 0)
    verdicts = dict.fromkeys(VERDICTS, 0)
    provisions: dict[str, list[int]] = {}
    best: list[dict[str, Any]] = []
    fronts: list[dict[str, Any]] = []
    hashes = []
    for part in parts:
        assert part is not None
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
        "provisions": _provisions(law, provisions),
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


def _provisions(law: Law, counted: dict[str, list[int]]) -> list[dict[str, Any]]:
    """Return the provisions that some design does not simply meet, most violated first."""
    by_id = law.book.by_id
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
