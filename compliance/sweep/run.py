"""Running a sweep: its parts on the cores of this machine or a cluster, each kept as it comes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

#: A part to work out: its number, where it begins and where it ends.
Extent = tuple[int, int, int]
#: What working a part out gives: its number, what was counted, and its rows as Parquet.
Done = tuple[int, dict[str, Any], bytes]


class Job(Protocol):
    """What is swept, in a fixed order, part by part; it can be sent to another process.

    Attributes:
        size: items in all.
        graphics: whether its workers use a graphics processor.
    """

    @property
    def size(self) -> int: ...

    @property
    def graphics(self) -> bool: ...

    def identity(self, part: int) -> dict[str, Any]:
        """Return what the sweep is: two with the same identity give the same files."""
        ...

    def worker(self) -> Callable[[Extent], Done]:
        """Return what works parts out, with all that it keeps between them."""
        ...


#: What runs tasks: parts to work out in, finished parts out, in any order.
Engine = Callable[[Job, Iterable[Extent]], Iterable[Done]]


class Keeps(Protocol):
    """Where finished parts are kept."""

    def put(self, number: int, summary: dict[str, Any], table: bytes) -> None: ...

    def get(self, number: int) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is."""

    done: int
    total: int


def extent(size: int, length: int) -> Iterable[Extent]:
    """Yield the number, start and stop of each part."""
    for number, start in enumerate(range(0, size, length)):
        yield number, start, min(start + length, size)


def work(
    job: Job,
    store: Keeps,
    *,
    engine: Engine,
    part: int,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Iterator[dict[str, Any]]:
    """Work out every part that the store does not hold yet; yield what was counted, in order.

    Args:
        job: what is swept.
        store: where parts are kept; those that it holds are not worked out again.
        engine: what runs the parts (:func:`local`, :func:`compliance.sweep.on_ray.engine`).
        part: items in one part.
        progress: told how far the sweep is.
    """
    parts = list(extent(job.size, part))
    missing = [item for item in parts if store.get(item[0]) is None]
    lengths = {number: stop - start for number, start, stop in missing}
    done = job.size - sum(lengths.values())
    progress(Progress(done, job.size))
    for number, summary, table in engine(job, missing):
        store.put(number, summary, table)
        done += lengths[number]
        progress(Progress(done, job.size))
    for number, _, _ in parts:
        found = store.get(number)
        assert found is not None
        yield found


def local(workers: int) -> Engine:
    """Return what works parts out on the cores of this machine.

    Args:
        workers: processes; 1 is this one.
    """
    return _one if workers <= 1 else partial(_several, workers)


def _one(job: Job, parts: Iterable[Extent]) -> Iterator[Done]:
    worker = job.worker()
    for item in parts:
        yield worker(item)


def _several(workers: int, job: Job, parts: Iterable[Extent]) -> Iterator[Done]:
    import multiprocessing

    items = list(parts)
    if len(items) <= 1:
        yield from _one(job, items)
        return
    # Forked processes share the compiled law with this one; where there is no fork it is sent. A
    # graphics processor cannot be used from a process that was forked.
    methods = multiprocessing.get_all_start_methods()
    forks = "fork" in methods and not job.graphics
    context = multiprocessing.get_context("fork" if forks else "spawn")
    with (
        _single_threaded(),
        context.Pool(min(workers, len(items)), _start, (job,)) as pool,
    ):
        yield from pool.imap_unordered(_work, items)


#: Seconds between two looks at whether the sweep is still there.
_WATCH_S = 1.0

_worker: Callable[[Extent], Done] | None = None


def _start(job: Job) -> None:
    import threading

    global _worker
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    _worker = job.worker()


def _end_with(parent: int) -> None:
    """End this process when its parent was killed: nobody would ever ask it for more."""
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(1)


def _work(item: Extent) -> Done:
    assert _worker is not None
    return _worker(item)


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
