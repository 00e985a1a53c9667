"""Jobs that outlive the process that took them: a queue in the register's database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from base import RegisterError, one_line
from workbench.register.chain import Clock, canonical
from workbench.register.database import Database
from workbench.register.records import JobRecord, JobState, job_record
from workbench.register.storable import storable
from workbench.register.tables import JobRow

MAX_PAYLOAD_BYTES = 4 * 1024 * 1024


class Jobs:
    """The queue of a register: first in, first out; two workers never hold one job.

    A worker claims a job, tells that it lives by :meth:`heartbeat`, and ends it by :meth:`finish`
    or :meth:`fail`. Where it died, :meth:`requeue_stale` gives the job to another; what the first
    still reports is then refused (``False``), so that a job has one end.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def enqueue(self, kind: str, payload: Any = None) -> JobRecord:
        """Add a job.

        Args:
            kind: what is to be done, such as ``audit``.
            payload: plain JSON values, at most 4 MiB.

        Raises:
            RegisterError: the payload is no JSON, or too large.
        """
        try:
            size = len(canonical(payload))
        except (TypeError, ValueError, RecursionError):
            raise RegisterError("the payload is not plain JSON", where=f"job '{kind}'") from None
        if size > MAX_PAYLOAD_BYTES:
            raise RegisterError(
                f"the payload is larger than {MAX_PAYLOAD_BYTES} bytes", where=f"job '{kind}'"
            )
        row = JobRow(
            kind=storable(kind),
            payload=payload,
            state="queued",
            progress=0.0,
            message="",
            attempts=0,
            created=self._clock(),
        )
        with self._database.writing() as session:
            session.add(row)
            session.flush()
            return job_record(row)

    def claim(self, owner: str, kinds: Sequence[str] | None = None) -> JobRecord | None:
        """Take the oldest queued job, or return ``None``; no two callers get the same.

        Args:
            owner: who takes it, unique among the workers alive (host, process id, thread).
            kinds: only jobs of these kinds.
        """
        wanted = select(JobRow).where(JobRow.state == "queued")
        if kinds is not None:
            wanted = wanted.where(JobRow.kind.in_([storable(kind) for kind in kinds]))
        wanted = wanted.order_by(JobRow.id).limit(1).with_for_update(skip_locked=True)
        with self._database.writing() as session:
            row = session.scalars(wanted).first()
            if row is None:
                return None
            now = self._clock()
            row.state, row.owner, row.attempts = "running", storable(owner), row.attempts + 1
            row.started = row.heartbeat = now
            row.progress, row.message = 0.0, ""
            return job_record(row)

    def heartbeat(
        self, job: int, owner: str, *, progress: float | None = None, message: str | None = None
    ) -> bool:
        """Tell that the owner still works on a job, and how far it is.

        Args:
            progress: from 0 to 1; values beyond are clamped.
            message: one line for people.

        Returns:
            Whether the job is still the owner's; stop working where it is not.
        """
        with self._database.writing() as session:
            row = _held(session, job, owner)
            if row is None:
                return False
            row.heartbeat = self._clock()
            if progress is not None:
                row.progress = min(1.0, max(0.0, float(progress)))
            if message is not None:
                row.message = one_line(message)
            return True

    def finish(self, job: int, owner: str, result: str = "") -> bool:
        """End a job well; ``False`` where it is no longer the owner's.

        To record an audit and finish its job as one, use ``Register.record_audit(job=...)``.
        """
        with self._database.writing() as session:
            return finish_in(session, job, owner, result, self._clock)

    def fail(self, job: int, owner: str, error: str) -> bool:
        """End a job with one line of what went wrong; ``False`` where it is not the owner's."""
        with self._database.writing() as session:
            row = _held(session, job, owner)
            if row is None:
                return False
            row.state, row.error, row.finished = "failed", one_line(error), self._clock()
            return True

    def cancel(self, job: int) -> bool:
        """End a queued or running job; its worker learns so by its next report."""
        with self._database.writing() as session:
            row = session.get(JobRow, job, with_for_update=True)
            if row is None or row.state not in ("queued", "running"):
                return False
            row.state, row.error, row.finished = "failed", "cancelled", self._clock()
            return True

    def requeue_stale(self, silent_for: timedelta, *, attempts: int = 3) -> list[JobRecord]:
        """Queue again the running jobs whose owner has been silent; fail those tried too often.

        Args:
            silent_for: how long without a heartbeat; zero takes all, as a lone server may when it
                starts.
            attempts: after this many the job fails, so that one that kills its worker ends.

        Returns:
            The jobs touched, as they are now.
        """
        now = self._clock()
        silent = (
            select(JobRow)
            .where(JobRow.state == "running", JobRow.heartbeat <= now - silent_for)
            .order_by(JobRow.id)
            .with_for_update(skip_locked=True)
        )
        with self._database.writing() as session:
            rows = list(session.scalars(silent))
            for row in rows:
                if row.attempts >= attempts:
                    row.state, row.finished = "failed", now
                    row.error = f"stopped {row.attempts} times without an end"
                else:
                    row.state, row.owner = "queued", None
                    row.progress, row.message = 0.0, "queued again"
            return [job_record(row) for row in rows]

    def get(self, job: int) -> JobRecord:
        """Return a job.

        Raises:
            RegisterError: there is none of this id.
        """
        with self._database.reading() as session:
            row = session.get(JobRow, job) if abs(job) < 2**31 else None
            if row is None:
                raise RegisterError(f"no job {job}", where=self._database.location.shown)
            return job_record(row)

    def list(
        self, *, states: Sequence[JobState] | None = None, limit: int = 100
    ) -> list[JobRecord]:
        """Return jobs, the newest first, at most ``limit``."""
        wanted = select(JobRow).order_by(JobRow.id.desc()).limit(limit)
        if states is not None:
            wanted = wanted.where(JobRow.state.in_(states))
        with self._database.reading() as session:
            return [job_record(row) for row in session.scalars(wanted)]

    def prune(self, older_than: timedelta) -> int:
        """Forget jobs that ended longer ago, and return how many; audits stay."""
        old = delete(JobRow).where(
            JobRow.state.in_(("done", "failed")), JobRow.finished < self._clock() - older_than
        )
        with self._database.writing() as session:
            return session.connection().execute(old).rowcount


def finish_in(session: Session, job: int, owner: str, result: str, clock: Clock) -> bool:
    """End a job well inside a transaction; ``False`` where it is no longer the owner's."""
    row = _held(session, job, owner)
    if row is None:
        return False
    row.state, row.result, row.error = "done", storable(result), None
    row.progress, row.finished = 1.0, clock()
    return True


def _held(session: Session, job: int, owner: str) -> JobRow | None:
    row = session.get(JobRow, job, with_for_update=True)
    return (
        row if row is not None and (row.state, row.owner) == ("running", storable(owner)) else None
    )
