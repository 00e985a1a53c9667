"""A worker: a process of its own that takes jobs from the register until its server goes away.

The server starts it as ``python -m workbench.serve.worker``, tells it on standard input what to
work on, wakes it by further lines, and ends it by closing that input, which also happens when the
server is killed.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from base import BathylexError, RegisterError
from workbench.register import JobRecord, Register, open_register
from workbench.serve.jobs import KINDS, Desk, Stopped
from workbench.serve.law import Law

log = logging.getLogger("bathylex.worker")

#: How long an idle worker waits before it looks by itself, in seconds.
IDLE_S = 2.0


class Worker:
    """Claims jobs one by one and does them.

    Args:
        desk: what does them.
        beat_s: seconds between signs of life.
    """

    def __init__(self, desk: Desk, *, beat_s: float = 2.0) -> None:
        self.desk = desk
        self.jobs = desk.register.jobs
        self.beat_s = beat_s
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"

    def run_one(self) -> bool:
        """Do the oldest job, and say whether there was one."""
        job = self.jobs.claim(self.owner, KINDS)
        if job is None:
            return False
        with _Beating(self.jobs.heartbeat, job, self.owner, self.beat_s) as told:
            try:
                self.desk.do(job, self.owner, told.tell)
            except Stopped:
                log.info("job %s was given to another", job.id)
            except BathylexError as problem:
                self._fail(job, str(problem))
            except Exception as problem:
                log.exception("job %s", job.id)
                self._fail(job, f"the workbench failed ({type(problem).__name__}); see its log")
        return True

    def run(self, awake: threading.Event, ended: threading.Event) -> None:
        """Do jobs until ``ended``; wait for ``awake`` where there are none."""
        while not ended.is_set():
            try:
                if self.run_one():
                    continue
            except RegisterError as problem:
                log.error("%s", problem)
            awake.wait(IDLE_S)
            awake.clear()

    def _fail(self, job: JobRecord, line: str) -> None:
        if not self.jobs.fail(job.id, self.owner, line):
            log.info("job %s was given to another", job.id)


class _Beating:
    """Tells the register that a job is worked on, from a thread, and how far it is."""

    def __init__(
        self, beat: Callable[..., bool], job: JobRecord, owner: str, every_s: float
    ) -> None:
        self._beat, self._job, self._owner, self._every_s = beat, job, owner, every_s
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> _Beating:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def tell(self, progress: float, message: str) -> None:
        """Tell how far the job is.

        Raises:
            Stopped: it is no longer ours.
        """
        if self._lost.is_set() or not self._beat(
            self._job.id, self._owner, progress=progress, message=message
        ):
            raise Stopped

    def _run(self) -> None:
        while not self._ended.wait(self._every_s):
            try:
                if not self._beat(self._job.id, self._owner):
                    self._lost.set()
                    return
            except RegisterError as problem:
                log.warning("%s", problem)


def give_back(register: Register, silent_for_s: float) -> int:
    """Queue again the jobs whose worker is silent, and return how many."""
    return len(register.jobs.requeue_stale(timedelta(seconds=silent_for_s)))


def main() -> None:
    """Work for the server at the other end of standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="bathylex worker: %(message)s")
    logging.getLogger("bathylex").setLevel(logging.INFO)
    given = json.loads(sys.stdin.readline())
    awake, ended = threading.Event(), threading.Event()

    def listen() -> None:
        for _ in sys.stdin:
            awake.set()
        ended.set()
        awake.set()

    threading.Thread(target=listen, daemon=True).start()
    corpus = None if given["corpus"] is None else Path(given["corpus"])
    with open_register(given["database"]) as register:
        desk = Desk(register, Law(corpus))
        desk.law.book  # noqa: B018 - read now, so that the first job does not wait for it
        Worker(desk, beat_s=min(2.0, given["silent_for_s"] / 4)).run(awake, ended)


if __name__ == "__main__":
    main()
