"""A design: what is known of it, its versions and audits, and the life of its findings."""

from __future__ import annotations

from datetime import date

from fastapi import Request
from starlette.responses import PlainTextResponse, Response

from base import BathylexError, UsageError
from jurisdictions.regimes import JURISDICTIONS
from workbench.serve.jobs import wanted
from workbench.serve.pages.common import Id, about, go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.received import Received
from workbench.serve.render import STATES, bench_of, render, user_of

router = pages_router()


@router.get("/designs/{design}")
def show(request: Request, design: Id) -> Response:
    """Show a design."""
    bench = bench_of(request)
    shared = about(bench, design, "design")
    versions = bench.register.versions(design)
    parsed, problem = None, ""
    try:
        parsed = bench.design_of(versions[0])
    except BathylexError as wrong:
        problem = str(wrong)
    return render(
        request,
        "design.html",
        **shared,
        versions=versions,
        audits=bench.register.audits(design, limit=30),
        design=parsed,
        problem=problem,
        jurisdictions=JURISDICTIONS,
        today=date.today().isoformat(),
        svg=_map(parsed) if parsed is not None else "",
    )


@router.post("/designs/{design}/audits")
def audit(request: Request, design: Id, form: Received) -> Response:
    """Queue an audit."""
    chosen = list(form.choices("jurisdiction"))
    wanted(chosen)
    job = bench_of(request).queue_audit(
        design,
        by=user_of(request),
        as_of=day_of(form.text("as_of")),
        jurisdictions=() if len(chosen) == len(JURISDICTIONS) else tuple(chosen),
        custom=not form.on("without_custom"),
    )
    return go(f"/jobs/{job.id}")


@router.get("/designs/{design}/history")
def history(request: Request, design: Id, state: str = "") -> Response:
    """Show the life of each finding over the audits."""
    bench = bench_of(request)
    shared = about(bench, design, "history")
    lives = bench.register.history(design)
    counts = {name: sum(item.state == name for item in lives) for name in STATES}
    shown = [item for item in lives if item.state == state] if state in STATES else lives
    audits = bench.register.audits(design, limit=12)[::-1]
    return render(
        request,
        "history.html",
        **shared,
        lives=shown,
        counts=counts,
        total=len(lives),
        state=state,
        audits=audits,
    )


@router.get("/designs/{design}/versions/{version}")
def file(request: Request, design: Id, version: Id) -> Response:
    """Give the file of a version as it was saved."""
    bench = bench_of(request)
    record = bench.version_of(design, version)
    name = f"design-{design}-version-{record.number}.{record.format}"
    return PlainTextResponse(
        bench.text_of(record), headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def day_of(text: str) -> date:
    """Return a date, today where none is given.

    Raises:
        UsageError: not a date.
    """
    if not text:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"'{text[:40]}' is not a date", hint="write it as YYYY-MM-DD, such as 2024-06-30"
        ) from None


def _map(design: object) -> str:
    from habitat.design import Design
    from workbench.serve.worldmap import picture, window

    assert isinstance(design, Design)
    place = design.site
    view = window(place.latitude, place.longitude, 40.0)
    return picture(view, [(place.latitude, place.longitude, design.name)])
