"""The workers of a server: started with it, replaced when they die, ended with it."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
import time

from base import RegisterError
from workbench.register import Register
from workbench.serve.settings import Settings
from workbench.serve.worker import give_back

log = logging.getLogger("bathylex.pool")

#: How often the workers are looked after, and how long a new one is given to settle, in seconds.
ROUND_S = 1.0
SETTLE_S = 5.0
#: How long a worker may take to end its last job when the server stops, in seconds.
FAREWELL_S = 15.0


class Pool:
    """Worker processes.

    Args:
        settings: how many, and on what they work.
        register: where jobs of dead workers are given back.
    """

    def __init__(self, settings: Settings, register: Register) -> None:
        self._settings = settings
        self._register = register
        self._workers: list[subprocess.Popen[str]] = []
        self._started: list[float] = []
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._keeper = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Start the workers, and give back what a server that was killed left."""
        if self._left_alone():
            give_back(self._register, 0.0)
        for _ in range(self._settings.workers):
            self._workers.append(self._new())
            self._started.append(time.monotonic())
        self._keeper.start()

    def wake(self) -> None:
        """Have the workers look for jobs."""
        with self._lock:
            for worker in self._workers:
                self._say(worker, "\n")

    def stop(self) -> None:
        """Let the workers end what they do, then end them."""
        self._ended.set()
        if self._keeper.is_alive():
            self._keeper.join()
        for worker in self._workers:
            with contextlib.suppress(OSError):
                assert worker.stdin is not None
                worker.stdin.close()
        end = time.monotonic() + FAREWELL_S
        for worker in self._workers:
            try:
                worker.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    def _new(self) -> subprocess.Popen[str]:
        # No shell, and the settings on its input: a password in a URL stays out of lists.
        worker = subprocess.Popen(
            [sys.executable, "-m", "workbench.serve.worker"],
            stdin=subprocess.PIPE,
            text=True,
            close_fds=True,
        )
        self._say(worker, self._settings.for_workers() + "\n")
        return worker

    def _say(self, worker: subprocess.Popen[str], line: str) -> None:
        assert worker.stdin is not None
        # A worker that died does not listen: the next round replaces it.
        with contextlib.suppress(OSError, ValueError):
            worker.stdin.write(line)
            worker.stdin.flush()

    def _keep(self) -> None:
        last = time.monotonic()
        while not self._ended.wait(ROUND_S):
            self._replace()
            if time.monotonic() - last >= min(5.0, self._settings.silent_for_s / 2):
                last = time.monotonic()
                try:
                    if give_back(self._register, self._settings.silent_for_s):
                        self.wake()
                except RegisterError as problem:
                    log.error("%s", problem)

    def _replace(self) -> None:
        for place, worker in enumerate(self._workers):
            young = time.monotonic() - self._started[place] < SETTLE_S
            if worker.poll() is None or young:
                continue
            log.warning("a worker ended with status %s; starting another", worker.returncode)
            with self._lock:
                self._workers[place] = self._new()
                self._started[place] = time.monotonic()

    def _left_alone(self) -> bool:
        """Say whether every job that is said to run belongs to a process that is no more."""
        import socket

        here = socket.gethostname()
        owners = [job.owner or "" for job in self._register.jobs.list(states=["running"])]
        return bool(owners) and all(_gone(owner, here) for owner in owners)


def _gone(owner: str, here: str) -> bool:
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != here or not rest.isdecimal() or os.name != "posix":
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
