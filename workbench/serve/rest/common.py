"""What the calls have in common."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from workbench.register import JobRecord
from workbench.serve.bench import Bench
from workbench.serve.render import bench_of, user_of
from workbench.serve.rest.models import JobShown

Id = Annotated[int, Path(ge=1, le=2**31 - 1, description="Id in the register.")]
TheBench = Annotated[Bench, Depends(bench_of)]


def asked_by(request: Request, given: str) -> str:
    """Return who does something: as the body says, else the name of the session."""
    return given.strip() or ("api" if user_of(request) == "workbench" else user_of(request))


def shown_job(job: JobRecord) -> JobShown:
    """Return a job as the API gives it."""
    answer = None
    if job.state == "done":
        folder = {"audit": "audits", "compare": "comparisons", "repair": "repairs"}[job.kind]
        number = (job.result or "").removeprefix("audit:") if job.kind == "audit" else job.id
        answer = f"/api/v1/{folder}/{number}"
    return JobShown(
        id=job.id,
        kind=job.kind,  # type: ignore[arg-type]
        state=job.state,
        progress=job.progress,
        message=job.message,
        attempts=job.attempts,
        error=job.error,
        answer=answer,
        created=job.created,
        finished=job.finished,
    )
