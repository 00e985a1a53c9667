"""Jobs: one owner, one end, and none lost with its worker."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from base import RegisterError
from workbench.register import Register, open_register

PROJECT = Path(__file__).resolve().parent.parent


class Clock:
    """A clock that moves when told to."""

    now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def register(database_url: str, clock: Clock) -> Iterator[Register]:
    with open_register(database_url, clock=clock) as opened:
        yield opened


def test_a_job_from_its_queue_to_its_end(register: Register, clock: Clock) -> None:
    payload = {"design": 3, "name": "ü\0\ud800", "list": [1.5, None, True]}
    job = register.jobs.enqueue("audit", payload)
    assert (job.state, job.payload, job.progress, job.attempts) == ("queued", payload, 0.0, 0)
    clock.now += timedelta(seconds=5)
    claimed = register.jobs.claim("worker")
    assert claimed is not None
    assert (claimed.id, claimed.state, claimed.owner) == (job.id, "running", "worker")
    assert claimed.started == claimed.heartbeat == clock.now
    assert register.jobs.claim("other") is None
    clock.now += timedelta(seconds=5)
    assert register.jobs.heartbeat(job.id, "worker", progress=7, message="two\nlines")
    seen = register.jobs.get(job.id)
    assert (seen.progress, seen.message, seen.heartbeat) == (1.0, "two lines", clock.now)
    assert seen.payload == payload
    assert register.jobs.finish(job.id, "worker", "audit:1")
    done = register.jobs.get(job.id)
    assert (done.state, done.result, done.error, done.finished) == (
        "done", "audit:1", None, clock.now,
    )  # fmt: skip
    assert register.verify().entries == 0, "jobs are no part of the chain"


def test_first_in_first_out_and_by_kind(register: Register) -> None:
    jobs = [register.jobs.enqueue(kind) for kind in ("audit", "repair", "audit")]
    order = [
        register.jobs.claim("w", ["repair"]),
        register.jobs.claim("w"),
        register.jobs.claim("w"),
    ]
    assert [job.id for job in order if job] == [jobs[1].id, jobs[0].id, jobs[2].id]
    assert register.jobs.claim("w", []) is None
    assert [job.id for job in register.jobs.list(limit=2)] == [jobs[2].id, jobs[1].id]
    assert register.jobs.list(states=["queued"]) == []


def test_only_the_owner_ends_a_job(register: Register) -> None:
    job = register.jobs.enqueue("audit")
    assert not register.jobs.finish(job.id, "w")
    register.jobs.claim("w")
    for refused in (
        register.jobs.heartbeat(job.id, "other"),
        register.jobs.finish(job.id, "other"),
        register.jobs.fail(job.id, "other", "x"),
        register.jobs.finish(10**6, "w"),
    ):
        assert not refused
    assert register.jobs.fail(job.id, "w", "went\nwrong \x1b[31m")
    assert register.jobs.get(job.id).error == "went wrong [U+001B][31m"
    assert not register.jobs.finish(job.id, "w"), "an end is an end"
    assert not register.jobs.cancel(job.id)


def test_a_silent_worker_loses_its_job_and_a_third_failure_ends_it(
    register: Register, clock: Clock
) -> None:
    silent, alive = register.jobs.enqueue("audit"), register.jobs.enqueue("audit")
    for attempt in (1, 2, 3):
        claimed = register.jobs.claim(f"dead {attempt}")
        assert claimed is not None and claimed.id == silent.id
        if attempt == 1:
            register.jobs.claim("alive")
        clock.now += timedelta(minutes=1)
        assert register.jobs.heartbeat(alive.id, "alive")
        (touched,) = register.jobs.requeue_stale(timedelta(seconds=30), attempts=3)
        assert touched.id == silent.id
        assert touched.state == ("failed" if attempt == 3 else "queued")
    assert touched.error == "stopped 3 times without an end"
    assert register.jobs.get(alive.id).state == "running"
    assert register.jobs.requeue_stale(timedelta(0))[0].id == alive.id


def test_cancelling_and_forgetting(register: Register, clock: Clock) -> None:
    queued, running = register.jobs.enqueue("a"), register.jobs.enqueue("b")
    register.jobs.claim("w", ["b"])
    assert register.jobs.cancel(queued.id) and register.jobs.cancel(running.id)
    assert not register.jobs.finish(running.id, "w")
    assert register.jobs.get(running.id).error == "cancelled"
    assert register.jobs.prune(timedelta(days=1)) == 0
    clock.now += timedelta(days=2)
    kept = register.jobs.enqueue("c")
    assert register.jobs.prune(timedelta(days=1)) == 2
    assert [job.id for job in register.jobs.list()] == [kept.id]
    assert kept.id > running.id, "no id is used twice"


@pytest.mark.parametrize("payload", [{1, 2}, object(), float("nan"), "x" * (5 * 2**20)])
def test_a_payload_is_plain_and_small(register: Register, payload: object) -> None:
    with pytest.raises(RegisterError, match="payload"):
        register.jobs.enqueue("audit", payload)


def test_no_two_threads_get_one_job(register: Register) -> None:
    ids = [register.jobs.enqueue("audit").id for _ in range(40)]
    claimed: list[int] = []

    def work(owner: str) -> None:
        while (job := register.jobs.claim(owner)) is not None:
            claimed.append(job.id)
            register.jobs.finish(job.id, owner)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == ids
    assert {job.attempts for job in register.jobs.list()} == {1}


def test_no_two_processes_get_one_job(database_url: str) -> None:
    script = (
        "import sys\nfrom workbench.register import open_register\n"
        "with open_register(sys.argv[1]) as register:\n"
        "    while (job := register.jobs.claim(sys.argv[2])) is not None:\n"
        "        print(job.id)\n"
        "        assert register.jobs.finish(job.id, sys.argv[2])\n"
    )
    with open_register(database_url) as register:
        ids = [register.jobs.enqueue("audit").id for _ in range(30)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", script, database_url, owner],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
        )
        for owner in ("first", "second", "third")
    ]
    outputs = [worker.communicate(timeout=120)[0].split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    assert sorted(int(number) for output in outputs for number in output) == ids
