"""Sweeps on a Ray cluster: the parts are tasks, and a task whose node is lost runs again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from base import UsageError
from compliance.sweep.run import Done, Engine, Extent, Job

#: Parts that wait on the cluster for each core, so that none idles and few results pile up.
_AHEAD = 2
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
        # Kept by the owner of the store, this process, which no lost node takes away.
        shared = ray.put(job)
        key = json.dumps(job.identity(0), sort_keys=True)
        task = ray.remote(num_cpus=1, max_retries=-1)(_task)
        waiting = list(reversed(list(parts)))
        running: set[Any] = set()
        while waiting or running:
            cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
            while waiting and len(running) < cores * _AHEAD:
                running.add(task.remote(shared, key, waiting.pop()))
            finished, _ = ray.wait(list(running), num_returns=1)
            for item in finished:
                running.discard(item)
                yield ray.get(item)

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


def _task(job: Job, key: str, item: Extent) -> Done:
    """Work out one part in a process, which compiles the law of a sweep once."""
    if key not in _kept:
        _kept.clear()
        _kept[key] = job.worker()
    return _kept[key](item)


_kept: dict[str, Callable[[Extent], Done]] = {}


def _ray() -> Any:
    try:
        import ray
    except ImportError as problem:
        raise UsageError(
            "Ray is not installed here",
            where="--engine ray",
            hint="install it with pip install 'bathylex[ray]', or use --engine local",
        ) from problem
    return ray
