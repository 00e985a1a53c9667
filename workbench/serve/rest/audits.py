"""Audits: ask for them, read them, filter their findings, take their reports, sign them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from compliance.finding import Verdict
from compliance.report.formats import FORMATS
from workbench.serve.bench import found
from workbench.serve.jobs import wanted
from workbench.serve.pages.audits import matching, states_of
from workbench.serve.pages.reports import as_file
from workbench.serve.reports import media_of
from workbench.serve.rest.common import Id, TheBench, asked_by, shown_job
from workbench.serve.rest.models import (
    Anything,
    AuditAsked,
    AuditShown,
    JobShown,
    SignOffGiven,
    SignOffShown,
)

router = APIRouter(tags=["audits"])

Priority = Literal["environmental", "safety", "commercial", "procedural"]
Kind = Literal["json", "html", "pdf", "docx", "xlsx", "sarif", "oscal"]
State = Literal["new", "open", "waived", "fixed", "regressed"]


@router.post("/designs/{design}/audits", status_code=202)
def start(request: Request, bench: TheBench, design: Id, given: AuditAsked) -> JobShown:
    """Ask for an audit; the job tells how far it is."""
    wanted(given.jurisdictions)
    job = bench.queue_audit(
        design,
        by=asked_by(request, given.by),
        as_of=given.as_of,
        jurisdictions=tuple(given.jurisdictions),
        custom=given.custom,
        version=given.version,
    )
    return shown_job(job)


@router.get("/designs/{design}/audits")
def of_design(
    bench: TheBench, design: Id, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[AuditShown]:
    """List the audits of a design, the newest first."""
    found(bench.register.design, design)
    records = bench.register.audits(design, limit=limit)
    return [AuditShown.model_validate(record) for record in records]


@router.get("/audits")
def every(bench: TheBench, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> list[AuditShown]:
    """List all audits, the newest first."""
    return [AuditShown.model_validate(record) for record in bench.register.audits(limit=limit)]


@router.get("/audits/{audit}")
def show(bench: TheBench, audit: Id) -> AuditShown:
    """Return an audit without its findings."""
    return AuditShown.model_validate(found(bench.register.audit, audit))


@router.get("/audits/{audit}/findings")
def findings(
    bench: TheBench,
    audit: Id,
    jurisdiction: Annotated[str, Query(max_length=40)] = "",
    verdict: Verdict | None = None,
    priority: Priority | None = None,
    state: State | None = None,
) -> list[Anything]:
    """Return the findings that apply, or those of a verdict; with the state of their life."""
    result = found(bench.register.result, audit)
    states = states_of(bench, audit)
    chosen = matching(
        result,
        states,
        jurisdiction=jurisdiction,
        verdict=verdict or "",
        priority=priority or "",
        state=state or "",
    )
    return [
        {
            **item.model_dump(mode="json"),
            "state": states.get((item.provision, item.rule or "")),
        }
        for item in chosen
    ]


@router.get(
    "/audits/{audit}/report.{kind}",
    response_class=Response,
    responses={
        200: {
            "description": "The report.",
            "content": {
                media_of(kind).partition(";")[0]: {"schema": {"type": "string"}}
                if media_of(kind) != "application/json"
                else {"schema": {"type": "object"}}
                for kind in FORMATS
            },
        }
    },
)
def report(request: Request, audit: Id, kind: Kind) -> Response:
    """Return a report of an audit as a file."""
    return as_file(request, audit, kind)


@router.get("/audits/{audit}/sign-offs")
def sign_offs(bench: TheBench, audit: Id) -> list[SignOffShown]:
    """List the sign-offs of an audit."""
    records = found(bench.register.sign_offs, audit)
    return [SignOffShown.model_validate(record) for record in records]


@router.post("/audits/{audit}/sign-offs", status_code=201)
def sign(bench: TheBench, audit: Id, given: SignOffGiven) -> SignOffShown:
    """Record what a person declares of an audit."""
    record = bench.sign(audit, who=given.who, statement=given.statement)
    return SignOffShown.model_validate(record)
