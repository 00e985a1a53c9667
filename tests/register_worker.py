"""What tests run in other processes against a register, some of them to be killed there."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from compliance.waiver import Waiver
from tests.small_results import finding, result
from workbench.register import Register, VersionRecord, open_register

FINDINGS = 40


def save(register: Register, design: str, word: str) -> VersionRecord:
    """Save a version of a design, which only this worker and turn make."""
    return register.save_design(f"name: {design}\n# {word}\n", name=design, by=word)


def record(register: Register, version: VersionRecord, word: str) -> int:
    """Record an audit all of whose findings bear a word, and return its id."""
    findings = [
        finding(f"law:{number}", "violated" if number % 3 else "satisfied", reason=word)
        for number in range(FINDINGS)
    ]
    now = result(*findings, design_sha256=version.sha256, name=version.name)
    return register.record_audit(now, version=version.id, by=word).id


def write(url: str, worker: str, turns: int) -> None:
    """Record audits of two designs in turn, and tell each once it lasts."""
    with open_register(url) as register:
        for turn in range(turns):
            word = f"{worker}/{turn}"
            version = save(register, f"Station {turn % 2}", word)
            number = record(register, version, word)
            print(f"{number} {word}", flush=True)


def add(register: Register) -> None:
    """Record a version, a waiver and an audit as one."""
    with register.together():
        version = save(register, "Station", "second")
        waiver = Waiver(provision="law:1", reason="agreed", who="A", until="none")
        register.add_waiver(version.design, waiver)
        record(register, version, "second")


def kill_at_every_statement(url: str, work: Callable[[Register, VersionRecord], object]) -> None:
    """Do a piece of work in one process after another, each killed one statement later.

    Prints, for each, how far it came (entries, head) and whether the register is sound after it.
    """
    with open_register(url) as register:
        version = save(register, "Station", "first")
    for statement in range(1, 200):
        child = os.fork()
        if child == 0:
            _work_until(url, work, version, statement)
        _, status = os.waitpid(child, 0)
        with open_register(url) as register:
            found = register.verify()
            audits = register.audits()
            whole = all(len(register.findings(item.id)) == FINDINGS for item in audits)
        ended = os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0
        print(int(ended), int(found.sound and whole), found.entries, len(audits), flush=True)
        if ended:
            return


def _work_until(
    url: str,
    work: Callable[[Register, VersionRecord], object],
    version: VersionRecord,
    last: int,
) -> None:
    with open_register(url) as register:
        count = 0

        def die(*_: Any) -> None:
            nonlocal count
            count += 1
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(register._database.engine, "after_cursor_execute", die)
        event.listen(register._database.engine, "commit", die)
        work(register, version)
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    elif sys.argv[1] == "kill":
        kill_at_every_statement(sys.argv[2], lambda known, version: record(known, version, "again"))
    else:
        kill_at_every_statement(sys.argv[2], lambda known, _: add(known))
