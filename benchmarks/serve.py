"""The server under load: fifty audits at once, and kill -9 during audits and writes.

    python benchmarks/serve.py [--audits 50] [--workers 2] [--rounds 3]

Each audit is asked for over HTTP by a client of its own; times are from the answer to the request
until the job is done. Then the server and its workers are killed while they audit and while
versions are saved, started again, and what they had accepted is looked for.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from examples import examples
from workbench.register import open_register

TOKEN = "benchmark-token-0123456789"


class Server:
    """A server with its workers, in a process group of its own."""

    def __init__(self, folder: Path, workers: int) -> None:
        environment = {
            **os.environ,
            "BATHYLEX_DATABASE_URL": f"sqlite:///{folder / 'register.db'}",
            "BATHYLEX_TOKEN": TOKEN,
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        }
        command = [sys.executable, "-m", "workbench.cli", "serve", "--port", "0"]
        self.process = subprocess.Popen(
            [*command, "--workers", str(workers)],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stderr is not None
        lines = iter(self.process.stderr.readline, "")
        self.address = next(line.split()[1] for line in lines if line.startswith("Open http"))
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        # Where the benchmark itself is interrupted, nothing is left running.
        atexit.register(self.end, signal.SIGKILL)

    def call(self, path: str, body: object = None) -> Any:
        """Call the API."""
        request = urllib.request.Request(
            f"{self.address}/api/v1{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)

    def wait(self, jobs: set[int]) -> dict[int, dict[str, Any]]:
        """Wait until jobs have ended, and return them."""
        while True:
            ended = {
                job["id"]: job
                for job in self.call("/jobs?limit=500")
                if job["id"] in jobs and job["state"] in ("done", "failed")
            }
            if len(ended) == len(jobs):
                return ended
            time.sleep(0.2)

    def end(self, how: signal.Signals) -> None:
        """Send a signal to the server, and, where it kills, to its workers too."""
        if self.process.poll() is not None:
            return
        if how is signal.SIGKILL:
            os.killpg(self.process.pid, how)
        else:
            self.process.send_signal(how)
        self.process.wait()


def load(server: Server, count: int) -> None:
    """Ask for audits all at once, and print how long they took."""
    texts = [path.read_text(encoding="utf-8") for path in examples()]
    designs = [server.call("/designs", {"content": text})["design"] for text in texts]
    # The first audit of each worker reads what the others find ready.
    warm = {server.call(f"/designs/{design}/audits", {})["id"] for design in designs}
    server.wait(warm)
    begun = time.perf_counter()

    def ask(number: int) -> tuple[int, float]:
        start = time.perf_counter()
        path = f"/designs/{designs[number % len(designs)]}/audits"
        job = server.call(path, {"as_of": "2026-01-01"})
        return job["id"], time.perf_counter() - start

    with ThreadPoolExecutor(count) as clients:
        asked = list(clients.map(ask, range(count)))
    ended = server.wait({job for job, _ in asked})
    whole = time.perf_counter() - begun
    failed = [job for job in ended.values() if job["state"] == "failed"]
    times = sorted(_seconds(job) for job in ended.values())
    answers = sorted(seconds for _, seconds in asked)
    totals: dict[int, set[str]] = {}
    for job in ended.values():
        audit = server.call(str(job["answer"]).removeprefix("/api/v1"))
        totals.setdefault(audit["design"], set()).add(json.dumps(audit["totals"], sort_keys=True))
    print(f"{count} audits at once: {len(failed)} failed, {whole:.1f} s in all")
    print(f"  accepted within     p50 {_at(answers, 0.5):.2f} s  p95 {_at(answers, 0.95):.2f} s")
    print(f"  queued to recorded  p50 {_at(times, 0.5):.2f} s  p95 {_at(times, 0.95):.2f} s")
    mixed = sum(len(found) != 1 for found in totals.values())
    print(f"  designs with more than one answer: {mixed} of {len(totals)}")


def kills(folder: Path, workers: int, rounds: int) -> None:
    """Kill the server while it audits and while it saves, and look for what it had accepted."""
    text = next(path for path in examples() if path.stem == "us_shelf_energy").read_text("utf-8")
    lost = unfinished = broken = saved = 0
    times = []
    for number in range(rounds):
        server = Server(folder, workers)
        design = server.call("/designs", {"content": text})["design"]
        jobs = {server.call(f"/designs/{design}/audits", {})["id"] for _ in range(6)}
        accepted: list[int] = []
        writer = threading.Thread(target=_write, args=(server, number, accepted))
        writer.start()
        while not accepted or not any(
            server.call(f"/jobs/{job}")["state"] == "running" for job in jobs
        ):
            time.sleep(0.02)
        time.sleep(0.1 * number)
        server.end(signal.SIGKILL)
        writer.join()
        saved += len(accepted)
        with open_register(f"sqlite:///{folder / 'register.db'}") as register:
            broken += not register.verify().sound
            kept = {item.id for d in register.designs() for item in register.versions(d.id)}
            lost += len(set(accepted) - kept)
        again = Server(folder, workers)
        start = time.perf_counter()
        ended = again.wait(jobs)
        times.append(time.perf_counter() - start)
        unfinished += sum(job["state"] != "done" for job in ended.values())
        broken += not again.call("/register/verification")["sound"]
        again.end(signal.SIGTERM)
    print(f"{rounds} times kill -9 of the server and its workers, with 6 audits and a writer:")
    print(f"  {saved} versions accepted, {lost} lost; jobs not finished afterwards: {unfinished}")
    print(f"  registers found broken: {broken}")
    print(f"  all jobs done {statistics.median(times):.1f} s after the restart (median)")


def _write(server: Server, number: int, accepted: list[int]) -> None:
    count = 0
    while True:
        count += 1
        place = "site: {latitude: 10, longitude: -120}"
        content = f"name: Written\npurpose: other\n{place}\n# {number} {count}\n"
        try:
            accepted.append(server.call("/designs", {"content": content})["id"])
        except (OSError, ValueError):
            return


def _seconds(job: dict[str, Any]) -> float:
    from datetime import datetime

    begun, ended = (datetime.fromisoformat(job[key]) for key in ("created", "finished"))
    return (ended - begun).total_seconds()


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audits", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name), given.workers)
        load(server, given.audits)
        server.end(signal.SIGTERM)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = used.ru_utime + used.ru_stime
        print(f"  processor time of server and workers, start included: {spent:.1f} s")
        kills(Path(name), given.workers, given.rounds)


if __name__ == "__main__":
    main()
