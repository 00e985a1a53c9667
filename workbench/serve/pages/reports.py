"""Reports of an audit, to read in the browser and to download."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from compliance.report.formats import FORMATS
from workbench.serve.bench import NotFound, found
from workbench.serve.pages.common import Id, about
from workbench.serve.pages.common import router as pages_router
from workbench.serve.render import bench_of, render
from workbench.serve.reports import Reports, framed, media_of

router = pages_router()


@router.get("/audits/{audit}/read")
def read(request: Request, audit: Id) -> Response:
    """Show the report inside our own page."""
    bench = bench_of(request)
    record = found(bench.register.audit, audit)
    shared = about(bench, record.design, "audit")
    return render(
        request,
        "framed.html",
        **shared,
        title="Report",
        source=f"/audits/{audit}/report",
        back=f"/audits/{audit}",
        back_words="Findings",
    )


@router.get("/audits/{audit}/report")
def page(request: Request, audit: Id) -> Response:
    """Give the HTML report as it is."""
    text = reports_of(request).write(audit, "html").decode()
    return HTMLResponse(text, headers=framed(text))


@router.get("/audits/{audit}/report.{kind}")
def download(request: Request, audit: Id, kind: str) -> Response:
    """Give a report as a file."""
    return as_file(request, audit, kind)


def as_file(request: Request, audit: int, kind: str) -> Response:
    """Return a report as a file to keep.

    Raises:
        NotFound: there is no such audit, or format.
    """
    if kind not in FORMATS:
        raise NotFound(f"no report as '{kind[:20]}'", hint=f"use {', '.join(FORMATS)}")
    return Response(
        reports_of(request).write(audit, kind),
        media_type=media_of(kind),
        headers={"Content-Disposition": f'attachment; filename="audit-{audit}{FORMATS[kind][0]}"'},
    )


def reports_of(request: Request) -> Reports:
    """Return what writes the reports of an application, and keeps them."""
    state = request.app.state
    if not hasattr(state, "reports"):
        state.reports = Reports(bench_of(request))
    reports: Reports = state.reports
    return reports
