"""The register: what is in it, whether its chain holds, and how programs use the workbench."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from workbench.serve.pages.common import router as pages_router
from workbench.serve.received import Received
from workbench.serve.render import bench_of, render

router = pages_router()

#: Entries on the page.
SHOWN = 50


@router.get("/register")
def show(request: Request) -> Response:
    """Show the last audits and jobs of the register."""
    return _page(request, None)


@router.post("/register/verify")
def verify(request: Request, form: Received) -> Response:
    """Check the chain of the register, which reads all of it."""
    known = form.text("known", most=64) or None
    return _page(request, bench_of(request).register.verify(known=known))


@router.get("/api")
def interface(request: Request) -> Response:
    """Show the calls of the REST API."""
    found = [
        {"method": method.upper(), "path": path, "summary": told.get("description", "")}
        for path, methods in request.app.openapi()["paths"].items()
        for method, told in methods.items()
    ]
    return render(request, "interface.html", calls=found)


def _page(request: Request, checked: object) -> Response:
    register = bench_of(request).register
    audits = register.audits(limit=SHOWN)
    signed = {audit.id: register.sign_offs(audit.id) for audit in audits}
    names = {item.id: item.name for item in register.designs()} if audits else {}
    return render(
        request,
        "register.html",
        audits=audits,
        signed=signed,
        names=names,
        jobs=register.jobs.list(limit=20),
        checked=checked,
        where=register.where,
    )
