"""Designs: check, keep, list and read them, and the examples."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from base import DesignError
from habitat.design import Design
from habitat.load import problems
from habitat.markup import read_markup
from workbench.serve.bench import found, parsed
from workbench.serve.pages.home import shipped
from workbench.serve.rest.common import Id, TheBench, asked_by
from workbench.serve.rest.models import (
    Checked,
    ContentShown,
    DesignShown,
    DesignText,
    LifeShown,
    NewVersion,
    StepShown,
    VersionShown,
)

router = APIRouter(tags=["designs"])


@router.get("/examples")
def examples() -> dict[str, str]:
    """Return the example designs by name, as YAML."""
    return shipped()


@router.get("/schema/design")
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a design file."""
    return Design.model_json_schema()


@router.post("/check")
def check(given: DesignText) -> Checked:
    """Check a design file without keeping it."""
    try:
        parsed(given.content, given.format)
    except DesignError as problem:
        wrong: dict[str, str] = {}
        try:
            data, _ = read_markup(given.content, where="design", as_json=given.format == "json")
            wrong = problems(Design, data)
        except DesignError:
            pass
        return Checked(valid=False, problem=str(problem), problems=wrong)
    return Checked(valid=True, problem=None, problems={})


@router.get("/designs")
def designs(
    bench: TheBench,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> list[DesignShown]:
    """List the designs, saved last first."""
    records = bench.register.designs(limit=limit, offset=offset)
    return [DesignShown.model_validate(record) for record in records]


@router.post("/designs", status_code=201)
def create(request: Request, bench: TheBench, given: DesignText) -> VersionShown:
    """Keep a design; of a name that is there it becomes the next version."""
    record = bench.save(given.content, format=given.format, by=asked_by(request, given.by))
    return VersionShown.model_validate(record)


@router.get("/designs/{design}")
def design(bench: TheBench, design: Id) -> DesignShown:
    """Return a design."""
    return DesignShown.model_validate(found(bench.register.design, design))


@router.get("/designs/{design}/versions")
def versions(bench: TheBench, design: Id) -> list[VersionShown]:
    """List the versions of a design, the newest first."""
    records = found(bench.register.versions, design)
    return [VersionShown.model_validate(record) for record in records]


@router.post("/designs/{design}/versions", status_code=201)
def add_version(request: Request, bench: TheBench, design: Id, given: NewVersion) -> VersionShown:
    """Keep a new version of a design."""
    record = bench.save(
        given.content,
        format=given.format,
        by=asked_by(request, given.by),
        design=design,
        after=given.after,
    )
    return VersionShown.model_validate(record)


@router.get("/designs/{design}/versions/{version}")
def version(bench: TheBench, design: Id, version: Id) -> ContentShown:
    """Return a version with its file."""
    record = bench.version_of(design, version)
    shown = VersionShown.model_validate(record).model_dump()
    return ContentShown(**shown, content=bench.text_of(record))


@router.get("/designs/{design}/findings")
def lives(bench: TheBench, design: Id) -> list[LifeShown]:
    """Return the life of each finding of a design over its audits."""
    return [
        LifeShown(
            provision=life.provision,
            rule=life.rule,
            citation=life.steps[-1].citation,
            title=life.steps[-1].title,
            severity=life.steps[-1].severity,
            state=life.state,
            steps=[StepShown.model_validate(step) for step in life.steps],
        )
        for life in found(bench.register.history, design)
    ]
