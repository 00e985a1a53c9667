"""A job: how far it is, and where its answer is."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from workbench.register import JobRecord
from workbench.serve.bench import found
from workbench.serve.pages.common import Id, go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.received import Received
from workbench.serve.render import bench_of, render

router = pages_router()

TITLES = {"audit": "Audit", "compare": "Comparison", "repair": "Repair"}


@router.get("/jobs/{job}")
def show(request: Request, job: Id) -> Response:
    """Show a job; one that is done leads on to its answer."""
    record = found(bench_of(request).register.jobs.get, job)
    target = answer_of(record)
    if target is not None:
        return go(target)
    return render(request, "job.html", job=record, title=TITLES.get(record.kind, "Job"))


@router.get("/jobs/{job}/state")
def state(request: Request, job: Id) -> Response:
    """Give the part of the page that changes; its header says where to go when it is done."""
    record = found(bench_of(request).register.jobs.get, job)
    target = answer_of(record)
    headers = {} if target is None else {"X-Go": target}
    return render(request, "job_state.html", headers=headers, job=record)


@router.post("/jobs/{job}/cancel")
def cancel(request: Request, job: Id, form: Received) -> Response:
    """End a job that nobody waits for any more."""
    bench_of(request).register.jobs.cancel(job)
    return go(f"/jobs/{job}", said="cancelled")


def answer_of(job: JobRecord) -> str | None:
    """Return the page of a job's answer; ``None`` while there is none."""
    if job.state != "done":
        return None
    if job.kind == "audit":
        return f"/audits/{(job.result or '').removeprefix('audit:')}"
    return f"/{'comparisons' if job.kind == 'compare' else 'repairs'}/{job.id}"
