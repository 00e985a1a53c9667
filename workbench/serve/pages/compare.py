"""Variants side by side: sites from a map or typed, dates, laws, readings and changes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from base import BathylexError
from habitat.design import Design
from jurisdictions.regimes import JURISDICTIONS
from workbench.register import JobRecord
from workbench.serve.bench import Bench, NotFound, found
from workbench.serve.jobs import unpack
from workbench.serve.pages.common import Id, about, go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.pages.designs import day_of
from workbench.serve.received import Received
from workbench.serve.render import bench_of, render, user_of
from workbench.serve.reports import framed
from workbench.serve.variants import checked_variants
from workbench.serve.worldmap import SPANS, picture, window

router = pages_router()

LISTS = ("sites", "dates", "jurisdictions", "sets", "readings")


@router.get("/designs/{design}/compare")
def ask(request: Request, design: Id) -> Response:
    """Show what can be varied."""
    return _form(request, design, {})


@router.post("/designs/{design}/compare")
def start(request: Request, design: Id, form: Received) -> Response:
    """Queue a comparison, or show the form again with what is wrong."""
    bench = bench_of(request)
    asked: dict[str, Any] = {name: form.lines(name, most=100) for name in LISTS}
    asked["readings"] += list(form.choices("reading"))
    asked["forget_place"], asked["each"] = form.on("forget_place"), form.on("each")
    try:
        job = queue_comparison(
            bench, design, asked, by=user_of(request), as_of=day_of(form.text("as_of"))
        )
    except NotFound:
        raise
    except BathylexError as problem:
        return _form(request, design, asked, status=422, problem=str(problem))
    return go(f"/jobs/{job.id}")


@router.get("/comparisons/{job}")
def show(request: Request, job: Id) -> Response:
    """Show a comparison that is done."""
    bench = bench_of(request)
    record = answered(bench, job, "compare")
    shared = about(bench, record.payload["design"], "compare")
    data = unpack(record.result or "")["data"]
    return render(
        request,
        "comparison.html",
        **shared,
        job=record,
        variants=data["variants"],
        changes=data["changes"],
        best=data["best"],
        source=f"/comparisons/{job}/page",
    )


@router.get("/comparisons/{job}/page")
def page(request: Request, job: Id) -> Response:
    """Give the comparison as a page of its own."""
    text = unpack(answered(bench_of(request), job, "compare").result or "")["html"]
    return HTMLResponse(text, headers=framed(text))


@router.get("/comparisons/{job}/comparison.{kind}")
def download(request: Request, job: Id, kind: str) -> Response:
    """Give the comparison as a file."""
    answer = unpack(answered(bench_of(request), job, "compare").result or "")
    if kind not in ("html", "json"):
        raise NotFound(f"no comparison as '{kind[:20]}'")
    text = answer["html"] if kind == "html" else json.dumps(answer["data"], ensure_ascii=False)
    media = "text/html; charset=utf-8" if kind == "html" else "application/json"
    headers = {"Content-Disposition": f'attachment; filename="comparison-{job}.{kind}"'}
    return Response(text, media_type=media, headers=headers)


@router.get("/map")
def chart(
    request: Request, latitude: float = 0.0, longitude: float = 0.0, span: float = 360.0
) -> Response:
    """Draw a map to pick sites on."""
    if not (abs(latitude) <= 90 and abs(longitude) <= 540 and 0 < span <= 360):
        raise NotFound("no such map")
    view = window(latitude, (longitude + 180.0) % 360.0 - 180.0, span)
    return HTMLResponse(picture(view))


def queue_comparison(
    bench: Bench, design: int, asked: dict[str, Any], *, by: str, as_of: date | None = None
) -> JobRecord:
    """Check what is to be compared, and queue it.

    Args:
        asked: as :func:`workbench.serve.variants.options_of`.

    Raises:
        BathylexError: what cannot be compared.
    """
    version = bench.last_version(design)
    base = bench.design_of(version)
    known = {reading.id for dispute in bench.law.book.disputes for reading in dispute.readings}
    for variant in checked_variants(asked):
        variant.design(base)
        unknown = next((name for name in variant.readings if name not in known), None)
        if unknown is not None:
            raise NotFound(f"no reading '{unknown[:60]}'")
    payload = {
        **asked,
        "design": design,
        "version": version.id,
        "as_of": (as_of or date.today()).isoformat(),
        "by": by,
    }
    return bench.enqueue("compare", payload)


def answered(bench: Bench, job: int, kind: str) -> JobRecord:
    """Return a job of a kind that is done.

    Raises:
        NotFound: there is none.
    """
    record = found(bench.register.jobs.get, job)
    if record.kind != kind or record.state != "done":
        raise NotFound(f"no answer of job {job}")
    return record


def _form(
    request: Request,
    design: int,
    asked: dict[str, Any],
    *,
    status: int = 200,
    problem: str = "",
) -> Response:
    bench = bench_of(request)
    shared = about(bench, design, "compare")
    base: Design = bench.design_of(bench.last_version(design))
    marks = [(base.site.latitude, base.site.longitude, "the design's own site")]
    view = window(base.site.latitude, base.site.longitude, 40.0)
    return render(
        request,
        "compare.html",
        status=status,
        **shared,
        asked={name: "\n".join(asked.get(name, ())) for name in LISTS},
        flags={name: asked.get(name, False) for name in ("forget_place", "each")},
        chosen=set(asked.get("readings", ())),
        problem=problem,
        svg=picture(view, marks),
        own=marks[0],
        spans=SPANS,
        jurisdictions=JURISDICTIONS,
        disputes=bench.law.book.disputes,
        today=date.today().isoformat(),
    )
