"""Jobs: how far they are, and ending them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from workbench.serve.bench import found
from workbench.serve.rest.common import Id, TheBench, shown_job
from workbench.serve.rest.models import JobShown

router = APIRouter(tags=["jobs"])


@router.get("/jobs")
def every(bench: TheBench, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> list[JobShown]:
    """List jobs, the newest first."""
    return [shown_job(job) for job in bench.register.jobs.list(limit=limit)]


@router.get("/jobs/{job}")
def show(bench: TheBench, job: Id) -> JobShown:
    """Say how far a job is, and, once it is done, where its answer is."""
    return shown_job(found(bench.register.jobs.get, job))


@router.delete("/jobs/{job}")
def cancel(bench: TheBench, job: Id) -> JobShown:
    """End a job that is queued or running; one that ended stays as it is."""
    found(bench.register.jobs.get, job)
    bench.register.jobs.cancel(job)
    return shown_job(bench.register.jobs.get(job))
