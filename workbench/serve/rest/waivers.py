"""Waivers of a design."""

from __future__ import annotations

from fastapi import APIRouter, Request

from workbench.serve.bench import found
from workbench.serve.pages.waivers import waiver_of
from workbench.serve.rest.common import Id, TheBench, asked_by
from workbench.serve.rest.models import WaiverGiven, WaiverShown, Withdrawal

router = APIRouter(tags=["waivers"])


@router.get("/designs/{design}/waivers")
def waivers(bench: TheBench, design: Id, withdrawn: bool = False) -> list[WaiverShown]:
    """List the waivers of a design."""
    found(bench.register.design, design)
    records = bench.register.waivers(design, withdrawn=withdrawn)
    return [WaiverShown.model_validate(record) for record in records]


@router.post("/designs/{design}/waivers", status_code=201)
def grant(request: Request, bench: TheBench, design: Id, given: WaiverGiven) -> WaiverShown:
    """Record a waiver, which later audits apply."""
    entry = {
        "provision": given.provision,
        "who": given.who,
        "reason": given.reason,
        "from": "" if given.start is None else given.start.isoformat(),
        "until": "" if given.until is None else given.until.isoformat(),
        "reference": given.reference or "",
    }
    record = bench.grant(design, waiver_of(entry), by=asked_by(request, given.by))
    return WaiverShown.model_validate(record)


@router.post("/designs/{design}/waivers/{waiver}/withdrawal", status_code=201)
def withdraw(
    request: Request, bench: TheBench, design: Id, waiver: Id, given: Withdrawal
) -> WaiverShown:
    """Record that a waiver holds no longer."""
    by = asked_by(request, given.by)
    record = bench.withdraw(design, waiver, reason=given.reason, by=by)
    return WaiverShown.model_validate(record)
