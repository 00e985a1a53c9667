"""The waivers of a design: granted, in force, run out and withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import Request
from starlette.responses import Response

from base import BathylexError, UsageError
from compliance.waiver import Waiver, read_waivers
from workbench.serve.bench import NotFound
from workbench.serve.pages.common import Id, about, go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.received import Received
from workbench.serve.render import bench_of, render, user_of

router = pages_router()

KEYS = ("provision", "who", "reason", "from", "until", "reference")


@router.get("/designs/{design}/waivers")
def show(request: Request, design: Id, provision: str = "") -> Response:
    """Show the waivers of a design and a form for another."""
    return _page(request, design, {"provision": provision[:200]})


@router.post("/designs/{design}/waivers")
def grant(request: Request, design: Id, form: Received) -> Response:
    """Record a waiver, or show the form again with what is wrong."""
    bench = bench_of(request)
    given = {key: form.text(key, most=2000) for key in KEYS}
    try:
        bench.grant(design, waiver_of(given), by=user_of(request))
    except NotFound:
        raise
    except BathylexError as problem:
        return _page(request, design, given, status=422, problem=str(problem))
    return go(f"/designs/{design}/waivers", said="granted")


@router.post("/designs/{design}/waivers/{waiver}/withdraw")
def withdraw(request: Request, design: Id, waiver: Id, form: Received) -> Response:
    """Record that a waiver holds no longer."""
    bench = bench_of(request)
    reason = form.text("reason", most=2000)
    try:
        bench.withdraw(design, waiver, reason=reason, by=user_of(request))
    except UsageError as problem:
        return _page(request, design, {}, status=422, problem=str(problem))
    return go(f"/designs/{design}/waivers", said="withdrawn")


def waiver_of(given: dict[str, str]) -> Waiver:
    """Return the waiver that a form describes; empty fields are left out.

    Raises:
        WaiverError: it lacks something, or says what cannot be.
    """
    entry: dict[str, Any] = {key: text for key, text in given.items() if text}
    entry.setdefault("until", "none")
    return read_waivers({"waivers": [entry]}, where="waiver")[0]


def _page(
    request: Request,
    design: int,
    given: dict[str, str],
    *,
    status: int = 200,
    problem: str = "",
) -> Response:
    bench = bench_of(request)
    shared = about(bench, design, "waivers")
    records = bench.register.waivers(design, withdrawn=True)
    today = date.today()
    owed: list[Any] = []
    for audit in bench.register.audits(design, limit=1):
        owed = bench.register.findings(audit.id, verdicts=["violated"])
    return render(
        request,
        "waivers.html",
        status=status,
        **shared,
        waivers=records,
        standing={item.id: _standing(item, today) for item in records},
        given={key: given.get(key, "") for key in KEYS},
        problem=problem,
        owed=[item for item in owed if item.jurisdiction != "ENGINEERING"],
        today=today.isoformat(),
    )


def _standing(record: Any, day: date) -> str:
    if record.ended is not None:
        return "withdrawn"
    if record.start is not None and day < record.start:
        return "not yet valid"
    if record.until is not None and day > record.until:
        return "expired"
    return "in force"
