"""Jobs outlive their workers, and audits at the same time do not mix."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from base import sha256_text
from compliance.audit import audit
from examples import examples
from habitat.load import read_design
from tests.small_workbench import SMALL, TOKEN, Workbench, example, law, workbench
from workbench.register import open_register
from workbench.serve.jobs import Desk, pack, unpack
from workbench.serve.pool import _gone
from workbench.serve.worker import Worker, give_back

DAY = date(2026, 1, 1)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as made:
        yield made


def test_an_answer_is_kept_and_read_back() -> None:
    answer = {"html": "<p>ü␀\u2028</p>" * 1000, "data": {"a": [1, None, 2.5]}}
    assert unpack(pack(answer)) == answer
    assert len(pack(answer)) < 1000
    for broken in ("", "x", pack(answer)[:-3]):
        with pytest.raises(Exception, match="cannot be read"):
            unpack(broken)


def test_parallel_audits_do_not_mix(bench: Workbench) -> None:
    texts = [path.read_text(encoding="utf-8") for path in examples()]
    texts += [SMALL.format(name=f"Small {number}") for number in range(4)]
    jobs = {}
    for text in texts * 2:
        design = bench.add(text)
        jobs[bench.bench.queue_audit(design, by="tests", as_of=DAY).id] = text
    workers = [Worker(Desk(bench.register, law()), beat_s=0.05) for _ in range(3)]

    def work(worker: Worker) -> None:
        while worker.run_one():
            pass

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = {
        text: audit(
            read_design(text, where="design"),
            law().book,
            as_of=DAY,
            design_hash=sha256_text(text),
        )
        for text in set(texts)
    }
    for job, text in jobs.items():
        record = bench.register.jobs.get(job)
        assert record.state == "done", record.error
        found = bench.register.result((record.result or "").removeprefix("audit:"))
        assert found == alone[text]
    assert bench.register.verify().sound


def test_the_job_of_a_dead_worker_is_done_once_by_another(bench: Workbench) -> None:
    design = bench.add(SMALL.format(name="Twice tried"))
    job = bench.bench.queue_audit(design, by="tests", as_of=DAY).id
    dead = Worker(Desk(bench.register, law()))
    claimed = bench.register.jobs.claim(dead.owner)
    assert claimed is not None
    assert give_back(bench.register, 3600.0) == 0, "it may still live"
    assert give_back(bench.register, 0.0) == 1
    bench.answer(job)
    assert len(bench.register.audits(design)) == 1
    # The dead one wakes up and reports: too late.
    with pytest.raises(Exception, match=r"no longer its owner|given"):
        dead.desk.do(claimed, dead.owner, lambda *_: None)
    assert len(bench.register.audits(design)) == 1
    assert bench.register.jobs.get(job).attempts == 2


def test_a_job_that_kills_its_workers_ends(bench: Workbench) -> None:
    job = bench.bench.queue_audit(bench.add(SMALL.format(name="Deadly")), by="tests").id
    for _ in range(3):
        assert bench.register.jobs.claim("dead") is not None
        give_back(bench.register, 0.0)
    assert bench.register.jobs.claim("dead") is None
    page = bench.client.get(f"/jobs/{job}").text
    assert "stopped 3 times" in page


def test_what_fails_is_told_in_one_line(bench: Workbench) -> None:
    design = bench.add(SMALL.format(name="Fails"))
    version = bench.bench.last_version(design).id
    payload = {"design": design, "version": version, "as_of": "2026-01-01", "by": "x"}
    wrong = bench.bench.enqueue("audit", {**payload, "jurisdictions": ["X"], "custom": True})
    broken = bench.bench.enqueue("audit", payload)
    strange = bench.bench.enqueue("repair", payload)
    while bench.worker.run_one():
        pass
    errors = [bench.register.jobs.get(job.id).error or "" for job in (wrong, broken, strange)]
    assert "'X' is not modelled" in errors[0]
    assert errors[1:] == ["the workbench failed (KeyError); see its log"] * 2
    assert bench.register.audits(design) == []


def test_a_cancelled_job_leaves_nothing(bench: Workbench) -> None:
    design = bench.add(example("florida_reef"))
    job = bench.bench.queue_audit(design, by="tests", as_of=DAY).id
    claimed = bench.register.jobs.claim(bench.worker.owner)
    assert claimed is not None
    assert bench.post(f"/jobs/{job}/cancel").status_code == 303  # type: ignore[attr-defined]
    with pytest.raises(Exception, match=r"no longer|^$"):
        bench.worker.desk.do(claimed, bench.worker.owner, lambda *_: None)
    assert bench.register.audits(design) == []
    assert "cancelled" in bench.client.get(f"/jobs/{job}").text


def test_a_worker_tells_that_it_lives(bench: Workbench) -> None:
    design = bench.add(SMALL.format(name="Slow"))
    job = bench.bench.queue_audit(design, by="tests", as_of=DAY).id
    seen: list[Any] = []

    class Slow(Desk):
        def do(self, job: Any, owner: str, tell: Any) -> None:
            tell(0.4, "Half of it")
            for _ in range(200):
                record = self.register.jobs.get(job.id)
                seen.append(record)
                if record.heartbeat > seen[0].heartbeat:
                    break
                time.sleep(0.02)
            super().do(job, owner, tell)

    Worker(Slow(bench.register, law()), beat_s=0.05).run_one()
    assert (seen[0].progress, seen[0].message) == (0.4, "Half of it")
    assert seen[-1].heartbeat > seen[0].heartbeat
    assert bench.register.jobs.get(job).state == "done"


def test_an_owner_is_gone_only_where_that_is_certain() -> None:
    import socket

    here = socket.gethostname()
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert _gone(f"{here}:{child.pid}:abcd", here)
    assert not _gone(f"{here}:{os.getpid()}:abcd", here)
    assert not _gone(f"elsewhere:{child.pid}:abcd", here)
    assert not _gone("anything", here)


# The whole server, killed


class Server:
    """A server with its workers, in a process group of its own."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        environment = {
            **os.environ,
            "BATHYLEX_DATABASE_URL": f"sqlite:///{folder / 'register.db'}",
            "BATHYLEX_TOKEN": TOKEN,
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench.cli", "serve", "--port", str(port)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stderr is not None
        lines = iter(self.process.stderr.readline, "")
        self.address = next(line.split()[1] for line in lines if line.startswith("Open http"))
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def call(self, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            f"{self.address}/api/v1{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self._reap()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self) -> int:
        status = self.process.wait(60)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return status


def test_a_killed_server_loses_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path)
    text = example("us_shelf_energy")
    accepted: list[int] = []
    design = server.call("/designs", {"content": text})["design"]
    path, asked = f"/designs/{design}/audits", {"as_of": "2026-01-01"}
    jobs = [server.call(path, asked)["id"] for _ in range(6)]
    stopped = threading.Event()

    def write() -> None:
        """Save versions all the time, and remember those that were accepted."""
        number = 0
        while not stopped.is_set():
            number += 1
            content = SMALL.format(name="Written") + f"# {number}\n"
            try:
                accepted.append(server.call("/designs", {"content": content})["id"])
            except (OSError, urllib.error.URLError, ValueError):
                return

    writer = threading.Thread(target=write)
    writer.start()
    end = time.monotonic() + 120
    while time.monotonic() < end:
        states = [server.call(f"/jobs/{job}")["state"] for job in jobs]
        if "running" in states and accepted:
            break
        time.sleep(0.05)
    server.kill()
    stopped.set()
    writer.join()
    with open_register(f"sqlite:///{tmp_path / 'register.db'}") as register:
        assert register.verify().sound
        kept = {version.id for item in register.designs() for version in register.versions(item.id)}
        assert set(accepted) <= kept, "what was accepted is there"
    again = Server(tmp_path)
    end = time.monotonic() + 180
    while time.monotonic() < end:
        records = [again.call(f"/jobs/{job}") for job in jobs]
        if all(record["state"] in ("done", "failed") for record in records):
            break
        time.sleep(0.2)
    assert [record["state"] for record in records] == ["done"] * len(jobs)
    audits = again.call(path)
    assert len(audits) == len(jobs), "each job made one audit"
    assert again.call("/register/verification")["sound"]
    assert again.stop() in (0, -signal.SIGTERM)


def test_a_job_that_runs_is_not_taken_from_its_worker(bench: Workbench) -> None:
    bench.bench.queue_audit(bench.add(SMALL.format(name="Alive")), by="tests")
    job = bench.register.jobs.claim("alive")
    assert job is not None
    assert bench.register.jobs.requeue_stale(timedelta(seconds=60)) == []
