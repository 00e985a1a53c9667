"""The cheapest lawful change of a design, what it costs, and keeping it as a new version."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import Request
from starlette.responses import Response

from base import BathylexError
from workbench.register import JobRecord
from workbench.serve.bench import Bench, NotFound
from workbench.serve.jobs import unpack
from workbench.serve.pages.common import Id, about, go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.pages.compare import answered
from workbench.serve.pages.designs import day_of
from workbench.serve.received import Received
from workbench.serve.render import bench_of, render, user_of
from workbench.serve.repairs import checked_keep

router = pages_router()


@router.get("/designs/{design}/repair")
def ask(request: Request, design: Id) -> Response:
    """Show what can be asked of a repair."""
    return _form(request, design)


@router.post("/designs/{design}/repair")
def start(request: Request, design: Id, form: Received) -> Response:
    """Queue a repair, or show the form again with what is wrong."""
    keep = form.lines("keep", most=100)
    move, complete = form.on("move"), form.on("complete")
    try:
        job = queue_repair(
            bench_of(request),
            design,
            keep=keep,
            move=move,
            complete=complete,
            by=user_of(request),
            as_of=day_of(form.text("as_of")),
        )
    except NotFound:
        raise
    except BathylexError as problem:
        return _form(
            request,
            design,
            status=422,
            problem=str(problem),
            keep="\n".join(keep),
            move=move,
            complete=complete,
        )
    return go(f"/jobs/{job.id}")


@router.get("/repairs/{job}")
def show(request: Request, job: Id) -> Response:
    """Show a repair that is done."""
    bench = bench_of(request)
    record = answered(bench, job, "repair")
    answer = unpack(record.result or "")
    design = record.payload["design"]
    return render(
        request,
        "repaired.html",
        **about(bench, design, "repair"),
        job=record,
        answer=answer["data"],
        file=answer["yaml"],
        latest=bench.last_version(design).id == record.payload["version"],
    )


@router.post("/repairs/{job}/keep")
def keep(request: Request, job: Id, form: Received) -> Response:
    """Keep the repaired design as a new version of the one that was repaired."""
    bench = bench_of(request)
    record = answered(bench, job, "repair")
    text = unpack(record.result or "")["yaml"]
    if text is None:
        raise NotFound(f"job {job} changed nothing")
    design, after = record.payload["design"], record.payload["version"]
    bench.save(text, by=user_of(request), design=design, after=after)
    return go(f"/designs/{design}", said="saved")


def queue_repair(
    bench: Bench,
    design: int,
    *,
    keep: list[str],
    move: bool,
    complete: bool,
    by: str,
    as_of: date | None = None,
) -> JobRecord:
    """Check what is asked of a repair, and queue it.

    Raises:
        BathylexError: what cannot be asked.
    """
    version = bench.last_version(design)
    payload = {
        "design": design,
        "version": version.id,
        "as_of": (as_of or date.today()).isoformat(),
        "keep": checked_keep(keep),
        "move": move,
        "complete": complete,
        "by": by,
    }
    return bench.enqueue("repair", payload)


def _form(request: Request, design: int, *, status: int = 200, **given: Any) -> Response:
    shown = {"problem": "", "keep": "", "move": False, "complete": False, **given}
    return render(
        request,
        "repair.html",
        status=status,
        **about(bench_of(request), design, "repair"),
        today=date.today().isoformat(),
        **shown,
    )
