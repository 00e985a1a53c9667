"""A workbench for tests: a register of its own, the embedded law, and a client that is in."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.testclient import TestClient

from examples import examples
from workbench.register import Register, open_register
from workbench.serve.app import create_app
from workbench.serve.bench import Bench
from workbench.serve.jobs import Desk
from workbench.serve.law import Law
from workbench.serve.settings import Settings
from workbench.serve.worker import Worker

TOKEN = "a-token-of-tests-0123456789"
SMALL = "name: {name}\npurpose: other\nsite: {{latitude: 10.0, longitude: -120.0}}\n"


@cache
def law() -> Law:
    """The embedded law, read once for all tests."""
    return Law()


def example(name: str) -> str:
    """The text of an example design."""
    return next(path for path in examples() if path.stem == name).read_text(encoding="utf-8")


@dataclass
class Workbench:
    """A workbench, a client that has logged in, and a worker that works when it is told to."""

    bench: Bench
    client: TestClient
    worker: Worker

    @property
    def register(self) -> Register:
        """Where everything is kept."""
        return self.bench.register

    def token(self, path: str = "/") -> str:
        """The form token of a page."""
        return form_token(self.client.get(path).text)

    def post(self, path: str, data: dict[str, object] | None = None, **more: object) -> object:
        """Send a form with its token; redirects are not followed."""
        given = {"form_token": self.token("/api"), **(data or {})}
        return self.client.post(path, data=given, follow_redirects=False, **more)

    def add(self, text: str) -> int:
        """Keep a design and return its id."""
        return self.bench.save(text, by="tests").design

    def audited(self, design: int, **options: object) -> int:
        """Audit a design and return the audit's id."""
        job = self.bench.queue_audit(design, by="tests", **options)  # type: ignore[arg-type]
        return self.answer(job.id)

    def answer(self, job: int) -> int:
        """Work until a job is done, and return the id in its answer."""
        while (record := self.register.jobs.get(job)).state in ("queued", "running"):
            # Where the workbench is served, another worker may have it.
            if not self.worker.run_one():
                time.sleep(0.05)
        assert record.state == "done", record.error
        return int((record.result or "").removeprefix("audit:")) if record.kind == "audit" else job


def form_token(page: str) -> str:
    """The form token that a page carries."""
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


@contextmanager
def workbench(folder: Path, *, logged_in: bool = True, **settings: object) -> Iterator[Workbench]:
    """A workbench in a folder."""
    chosen = Settings(token=TOKEN, **{"requests_per_s": 1e6, "burst": 10**6, **settings})  # type: ignore[arg-type]
    with open_register(f"sqlite:///{folder / 'register.db'}") as register:
        bench = Bench(chosen, register, law())
        app = create_app(chosen, bench)
        client = TestClient(app, base_url="http://127.0.0.1:8008", raise_server_exceptions=False)
        if logged_in:
            assert client.get("/login", params={"token": TOKEN}).status_code == 200
        yield Workbench(bench, client, Worker(Desk(register, law())))
        client.close()


@contextmanager
def served(bench: Bench) -> Iterator[str]:
    """Serve a workbench on a free port, with a worker in a thread; yields its address."""
    import uvicorn

    from workbench.serve.run import bind

    settings = bench.settings
    with bind(settings) as listening:
        port = listening.getsockname()[1]
        config = uvicorn.Config(
            create_app(settings, bench), log_level="error", access_log=False, ws="none"
        )
        server = uvicorn.Server(config)
        awake, ended = threading.Event(), threading.Event()
        bench.wake = awake.set
        worker = Worker(Desk(bench.register, bench.law))
        threads = [
            threading.Thread(target=server.run, kwargs={"sockets": [listening]}),
            threading.Thread(target=worker.run, args=(awake, ended)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            ended.set()
            awake.set()
            for thread in threads:
                thread.join()
