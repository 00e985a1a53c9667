"""Comparisons and repairs: ask for them and read the answer."""

from __future__ import annotations

from fastapi import APIRouter, Request

from workbench.serve.jobs import unpack
from workbench.serve.pages.compare import LISTS, answered, queue_comparison
from workbench.serve.pages.repair import queue_repair
from workbench.serve.rest.common import Id, TheBench, asked_by, shown_job
from workbench.serve.rest.models import Anything, ComparisonAsked, JobShown, RepairAsked

router = APIRouter(tags=["comparisons and repairs"])


@router.post("/designs/{design}/comparisons", status_code=202)
def compare(request: Request, bench: TheBench, design: Id, given: ComparisonAsked) -> JobShown:
    """Ask for a comparison of variants with the design as it is."""
    asked = given.model_dump(include={*LISTS, "forget_place", "each"})
    by = asked_by(request, given.by)
    return shown_job(queue_comparison(bench, design, asked, by=by, as_of=given.as_of))


@router.get("/comparisons/{job}")
def comparison(bench: TheBench, job: Id) -> Anything:
    """Return a comparison, as `bathylex whatif --brief --json`."""
    return dict(unpack(answered(bench, job, "compare").result or "")["data"])


@router.post("/designs/{design}/repairs", status_code=202)
def repair(request: Request, bench: TheBench, design: Id, given: RepairAsked) -> JobShown:
    """Ask for the cheapest lawful change."""
    job = queue_repair(
        bench,
        design,
        keep=given.keep,
        move=given.move,
        complete=given.complete,
        by=asked_by(request, given.by),
        as_of=given.as_of,
    )
    return shown_job(job)


@router.get("/repairs/{job}")
def repaired(bench: TheBench, job: Id) -> Anything:
    """Return a repair, as `bathylex repair --json`; `design` is the repaired file, as YAML."""
    answer = unpack(answered(bench, job, "repair").result or "")
    return {**answer["data"], "design": answer["yaml"]}
