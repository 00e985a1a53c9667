"""What a register gives back: plain frozen records, detached from any database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast

from compliance.finding import State, Verdict
from workbench.register.tables import JobRow

JobState = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class DesignRecord:
    """A design: ``versions`` and ``audits`` count what is kept of it; ``id`` never changes."""

    id: int
    name: str
    versions: int
    audits: int
    saved: datetime


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A saved content of a design.

    Attributes:
        id, hash: its entry in the chain.
        design: id of its design.
        number: from 1 within the design.
        name: of the design as this content states it.
        format: ``yaml`` or ``json``.
        sha256: of the content.
    """

    id: int
    hash: str
    design: int
    number: int
    name: str
    format: Literal["yaml", "json"]
    sha256: str
    by: str
    recorded: datetime


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """An audit, without its result (see ``Register.result``).

    Attributes:
        id, hash, previous: its entry in the chain; ``previous`` is the hash of the entry before.
        design, version: ids of what was audited.
        as_of: the date whose law was applied.
        verdict, totals: of the result.
        states: findings by state of their life.
        result_sha256: of the result as canonical JSON.
    """

    id: int
    hash: str
    previous: str
    design: int
    version: int
    as_of: date
    verdict: Literal["lawful", "violated", "undetermined"]
    totals: dict[str, int]
    states: dict[str, int]
    result_sha256: str
    by: str
    recorded: datetime


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """A finding of an audit that applies or has a life.

    ``verdict`` is ``None`` where the audit did not judge it, ``state`` where nothing was ever owed,
    ``rule`` for a provision without one.
    """

    audit: int
    provision: str
    rule: str | None
    jurisdiction: str
    citation: str
    title: str
    severity: str
    verdict: Verdict | None
    state: State | None
    reason: str


@dataclass(frozen=True, slots=True)
class FindingHistory:
    """The life of one finding of a design; ``steps`` are its records, the oldest first."""

    provision: str
    rule: str | None
    steps: tuple[FindingRecord, ...]

    @property
    def state(self) -> State:
        """Where it stands after the last audit."""
        return cast(State, self.steps[-1].state)


@dataclass(frozen=True, slots=True)
class WaiverRecord:
    """A waiver of a design; ``ended`` and ``end_reason`` are set once it was withdrawn.

    ``until`` is ``None`` for a waiver without an end.
    """

    id: int
    hash: str
    design: int
    provision: str
    who: str
    reason: str
    start: date | None
    until: date | None
    reference: str | None
    by: str
    recorded: datetime
    ended: datetime | None
    ended_by: str | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class SignOffRecord:
    """What a person declared of an audit, known by ``audit_hash``."""

    id: int
    hash: str
    audit: int
    audit_hash: str
    who: str
    statement: str
    recorded: datetime


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the chain holds.

    Attributes:
        entries: links that were found right, from the first.
        head: the hash of the last of them.
        broken: the place of the first link that is not; ``None`` where all are.
        problem: what is wrong with it.
    """

    entries: int
    head: str
    broken: int | None = None
    problem: str = ""

    @property
    def sound(self) -> bool:
        """Whether every link holds."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job.

    Attributes:
        payload: what the worker needs, as plain JSON values.
        progress: from 0 to 1, with a ``message`` for people.
        attempts: how often it was claimed.
        owner: who works, or worked, on it.
        result: what a finished job made, such as ``audit:17``.
        error: one line, where it failed.
    """

    id: int
    kind: str
    payload: Any
    state: JobState
    progress: float
    message: str
    attempts: int
    owner: str | None
    result: str | None
    error: str | None
    created: datetime
    started: datetime | None
    heartbeat: datetime | None
    finished: datetime | None


def job_record(row: JobRow) -> JobRecord:
    """Return a job as it stands in its row."""
    return JobRecord(
        id=row.id,
        kind=row.kind,
        payload=row.payload,
        state=cast(JobState, row.state),
        progress=row.progress,
        message=row.message,
        attempts=row.attempts,
        owner=row.owner,
        result=row.result,
        error=row.error,
        created=row.created,
        started=row.started,
        heartbeat=row.heartbeat,
        finished=row.finished,
    )
