"""Reports of an audit, to read in the browser and to download."""

from __future__ import annotations

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from compliance.finding import AuditResult
from workbench.serve.bench import found
from workbench.serve.pages.common import Id, about
from workbench.serve.pages.common import router as pages_router
from workbench.serve.render import bench_of, render
from workbench.serve.reports import KINDS, framed, write

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
    text = write("html", found(bench_of(request).register.result, audit)).decode()
    return HTMLResponse(text, headers=framed(text))


@router.get("/audits/{audit}/report.{kind}")
def download(request: Request, audit: Id, kind: str) -> Response:
    """Give a report as a file."""
    if kind not in KINDS:
        raise HTTPException(404)
    return as_file(found(bench_of(request).register.result, audit), audit, kind)


def as_file(result: AuditResult, audit: int, kind: str) -> Response:
    """Return a report as a file to keep."""
    name = f"audit-{audit}.{KINDS[kind].ending}"
    return Response(
        write(kind, result),
        media_type=KINDS[kind].media,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
