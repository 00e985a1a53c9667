"""Sweeps on a Ray cluster by Ray Data: a part whose node is lost is worked out again elsewhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from base import UsageError
from compliance.sweep.run import Done, Engine, Extent, Job

#: Share of a graphics processor for a process: reading files takes most of the time.
_GRAPHICS = 0.25
_PATIENCE_S = 5.0
_HINT = "give the address of its head node, such as 10.0.0.1:6379"


def engine(address: str | None) -> Engine:
    """Return what judges parts on a Ray cluster.

    Args:
        address: of an existing cluster; a cluster of this machine alone where ``None``, unless the
            process has joined one.

    Raises:
        UsageError: Ray is not installed, or no cluster answers at the address.
    """
    if address is not None:
        _reach(address)
    ray = _ray()
    if not ray.is_initialized():
        try:
            ray.init(address=address, log_to_driver=False, logging_level="error")
        except (ConnectionError, ValueError, RuntimeError) as problem:
            raise _silent(address or "this machine") from problem

    def run(job: Job, parts: Iterable[Extent]) -> Iterator[Done]:
        items = list(parts)
        if not items:
            return
        # Kept by the owner of the store, this process, which no lost node takes away.
        told = _Told(ray.put(job), json.dumps(job.identity(0), sort_keys=True), items)
        # A block each, so that no more than one part is lost or waits at a time.
        rows = ray.data.range(len(items), override_num_blocks=len(items)).map_batches(
            _table,
            fn_args=(told,),
            batch_size=1,
            num_cpus=1,
            num_gpus=_GRAPHICS if job.graphics else None,
        )
        for row in rows.iter_rows():
            yield int(row["number"]), json.loads(row["summary"]), bytes(row["table"])

    return run


def _reach(address: str) -> None:
    """Knock at an address: Ray itself would wait for minutes.

    Raises:
        UsageError: nothing answers there, or it is no address.
    """
    import socket

    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"no address: '{address}'", where="--address", hint=_HINT)
    try:
        socket.create_connection((host, int(port)), timeout=_PATIENCE_S).close()
    except OSError as problem:
        raise _silent(address) from problem


def _silent(place: str) -> UsageError:
    return UsageError(f"no Ray cluster answers at {place}", where="--address", hint=_HINT)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a process of the cluster is told: the job, what names it, and all parts."""

    job: Any
    key: str
    parts: Sequence[Extent]


def _table(batch: Mapping[str, Any], told: _Told) -> dict[str, list[Any]]:
    """Work out the parts of some numbers, in a process that compiles the law of a sweep once."""
    if told.key not in _kept:
        _kept.clear()
        _kept[told.key] = _ray().get(told.job).worker()
    found = [_kept[told.key](told.parts[int(place)]) for place in batch["id"]]
    return {
        "number": [number for number, _, _ in found],
        "summary": [json.dumps(summary) for _, summary, _ in found],
        "table": [table for _, _, table in found],
    }


_kept: dict[str, Callable[[Extent], Done]] = {}


def _ray() -> Any:
    """Return Ray with Ray Data, which says nothing of its own while it runs."""
    try:
        import ray
        import ray.data
    except ImportError as problem:
        raise UsageError(
            "Ray is not installed here",
            where="--engine ray",
            hint="install it with pip install 'bathylex[ray]', or use --engine local",
        ) from problem
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    return ray
