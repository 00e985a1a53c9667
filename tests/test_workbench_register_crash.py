"""Killed writers and parallel ones: nothing lost, nothing half-written, one chain."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from base import RegisterError
from tests.register_worker import FINDINGS, record, save
from tests.small_results import result
from workbench.register import Register, open_register

PROJECT = Path(__file__).resolve().parent.parent


def _start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.register_worker", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )


def _all_whole(register: Register) -> dict[int, str]:
    """Check everything that was recorded; return who recorded which audit."""
    found = register.verify()
    assert found.sound, (found.broken, found.problem)
    words = {}
    for audit in register.audits():
        findings = register.findings(audit.id)
        assert len(findings) == FINDINGS
        assert {item.reason for item in findings} == {audit.by}
        assert {item.reason for item in register.result(audit.id).findings} == {audit.by}
        words[audit.id] = audit.by
    return words


@pytest.mark.parametrize(("work", "entries_of_it"), [("kill", 1), ("kill together", 3)])
def test_killed_after_any_statement_leaves_all_or_nothing(
    database_url: str, work: str, entries_of_it: int
) -> None:
    worker = _start(work, database_url)
    output, _ = worker.communicate(timeout=300)
    assert worker.returncode == 0
    lines = [tuple(map(int, line.split())) for line in output.splitlines()]
    assert len(lines) > 8, "one for each statement of a recording"
    assert all(sound for _, sound, _, _ in lines)
    killed = lines[:-1]
    # The version alone until the last kill may have come after the database made it last.
    assert {(entries, audits) for _, _, entries, audits in killed[:-1]} == {(1, 0)}
    assert lines[-1][0] == 1
    assert lines[-1][2] - killed[-1][2] == entries_of_it


def test_killed_at_any_moment_loses_nothing_that_was_told(database_url: str) -> None:
    moments = random.Random(7)
    told: dict[int, str] = {}
    for round_ in range(4):
        worker = _start("write", database_url, f"round {round_}", "10000")
        assert worker.stdout is not None
        for _ in range(moments.randrange(1, 12)):
            number, _, word = worker.stdout.readline().strip().partition(" ")
            told[int(number)] = word
        os.kill(worker.pid, signal.SIGKILL)
        rest, _ = worker.communicate(timeout=60)
        for line in rest.splitlines():
            number, _, word = line.partition(" ")
            if word and line.endswith(tuple("0123456789")):
                told[int(number)] = word
        with open_register(database_url) as register:
            kept = _all_whole(register)
        assert told.items() <= kept.items()
        assert len(kept) - len(told) <= round_ + 1, "at most the one that was not told of"


def test_parallel_writers_keep_one_chain_and_do_not_mix(database_url: str) -> None:
    workers = [_start("write", database_url, f"worker {name}", "8") for name in range(4)]
    outputs = [worker.communicate(timeout=300)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * 4
    told = {
        int(number): word
        for output in outputs
        for number, _, word in (line.partition(" ") for line in output.splitlines())
    }
    with open_register(database_url) as register:
        assert _all_whole(register) == told
        assert register.verify().entries == 2 * len(told) == 64
        designs = register.designs()
        assert sorted((item.name, item.versions, item.audits) for item in designs) == [
            ("Station 0", 16, 16),
            ("Station 1", 16, 16),
        ]
        for design in designs:
            numbers = [item.number for item in register.versions(design.id)]
            assert numbers == list(range(16, 0, -1))
            states = Counter(
                step.state for life in register.history(design.id) for step in life.steps
            )
            # Every finding is new in one audit alone, whoever was first.
            owed = sum(1 for number in range(FINDINGS) if number % 3)
            assert states == {"new": owed, "open": owed * 15}


def test_an_audit_that_died_is_run_again_and_recorded_once(database_url: str) -> None:
    from datetime import timedelta

    from base import RegisterError
    from tests.small_results import finding, result

    with open_register(database_url) as register:
        version = save(register, "Station", "first")
        now = result(finding("a:1", "violated"), design_sha256=version.sha256)
        job = register.jobs.enqueue("audit", {"version": version.id})
        first = register.jobs.claim("dead")
        assert first is not None
    with open_register(database_url) as register:
        assert register.jobs.requeue_stale(timedelta(hours=1)) == []
        assert [item.id for item in register.jobs.requeue_stale(timedelta(0))] == [job.id]
        second = register.jobs.claim("alive")
        assert second is not None and second.attempts == 2
        recorded = register.record_audit(now, version=version.id, job=(job.id, "alive"))
        # The first was only slow, not dead: what it made of the job counts no more.
        with pytest.raises(RegisterError, match="no longer"):
            register.record_audit(now, version=version.id, job=(job.id, "dead"))
        assert [item.id for item in register.audits()] == [recorded.id]
        assert register.jobs.get(job.id).result == f"audit:{recorded.id}"
        assert register.verify().sound


def test_what_is_done_together_lasts_together(database_url: str) -> None:
    from tests.register_worker import add

    with open_register(database_url) as register:
        with pytest.raises(MemoryError), register.together():
            add(register)
            assert len(register.audits()) == 1, "what was written is seen inside"
            raise MemoryError
        assert register.verify().entries == 0
        with register.together():
            version = save(register, "Station", "first")
            with pytest.raises(RegisterError):
                register.record_audit(result(design_sha256="other"), version=version.id)
            register.sign_off(record(register, version, "first"), who="A", statement="Seen.")
        assert register.verify().entries == 3
        assert register.verify().sound


def test_what_is_raised_in_the_middle_leaves_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.register import audits

    with open_register(database_url) as register:
        version = save(register, "Station", "first")

        def fail(*_: object, **__: object) -> None:
            raise MemoryError

        with monkeypatch.context() as patch:
            patch.setattr(audits, "audit_records", fail)
            with pytest.raises(MemoryError):
                record(register, version, "lost")
        assert register.verify().entries == 1
        record(register, version, "kept")
        assert register.verify().entries == 2
        assert [item.by for item in register.audits()] == ["kept"]
