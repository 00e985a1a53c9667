"""Editing a design, as a form with units or as its file; what is wrong stands beside each field."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import JSONResponse, Response

from base import BathylexError, UsageError
from habitat.load import MAX_DESIGN_BYTES
from workbench.serve.bench import Stale
from workbench.serve.forms import check, data_of, fields, groups, values_of, yaml_of
from workbench.serve.pages.common import Id, about, go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.received import Form, Received
from workbench.serve.render import bench_of, render, user_of

router = pages_router()


@router.get("/designs/{design}/edit")
def show(request: Request, design: Id) -> Response:
    """Show the form of a design."""
    bench = bench_of(request)
    version = bench.last_version(design)
    try:
        values = values_of(bench.design_of(version))
    except BathylexError:
        # No form shows what cannot be read: the file can be put right.
        return go(f"/designs/{design}/file")
    return _form(request, design, values, version.id)


@router.post("/designs/{design}/edit")
def save(request: Request, design: Id, form: Received) -> Response:
    """Keep what the form holds as a new version, or show it again with what is wrong."""
    bench = bench_of(request)
    values, after = _values(form), _after(form)
    wrong, notes = check(values)
    if wrong:
        return _form(request, design, values, after, status=422, wrong=wrong, notes=notes)
    last = bench.last_version(design)
    try:
        version = bench.save(
            yaml_of(data_of(values)), by=user_of(request), design=design, after=after
        )
    except Stale as problem:
        return _form(request, design, values, after, status=409, wrong={"": str(problem)})
    return go(f"/designs/{design}", said="same" if version.id == last.id else "saved")


@router.post("/designs/check")
def live(request: Request, form: Received) -> Response:
    """Say what is wrong with a form that is being filled in, and what its amounts come to."""
    wrong, notes = check(_values(form))
    return JSONResponse({"wrong": wrong, "notes": notes})


@router.get("/designs/{design}/file")
def show_file(request: Request, design: Id) -> Response:
    """Show the file of a design."""
    bench = bench_of(request)
    version = bench.last_version(design)
    return _file(request, design, bench.text_of(version), version.id, version.format)


@router.post("/designs/{design}/file")
def save_file(request: Request, design: Id, form: Received) -> Response:
    """Keep the file as a new version, or show it again with what is wrong."""
    bench = bench_of(request)
    text = form.values.get("text", "").replace("\r\n", "\n")
    after = _after(form)
    last = bench.last_version(design)
    try:
        if len(text.encode("utf-8", "replace")) > MAX_DESIGN_BYTES:
            raise UsageError(f"larger than {MAX_DESIGN_BYTES} bytes", where="design")
        version = bench.save(
            text, format=last.format, by=user_of(request), design=design, after=after
        )
    except BathylexError as problem:
        status = 409 if isinstance(problem, Stale) else 422
        return _file(request, design, text, after, last.format, status=status, problem=str(problem))
    return go(f"/designs/{design}", said="same" if version.id == last.id else "saved")


def _form(
    request: Request,
    design: int,
    values: dict[str, str],
    after: int,
    *,
    status: int = 200,
    wrong: dict[str, str] | None = None,
    notes: dict[str, str] | None = None,
) -> Response:
    bench = bench_of(request)
    wrong = wrong or {}
    found: dict[str, Any] = about(bench, design, "edit")
    filled = {
        group.name: sum(bool(values.get(field.key)) for field in group.fields) for group in groups()
    }
    faulty = {group.name for group in groups() if any(field.key in wrong for field in group.fields)}
    return render(
        request,
        "edit.html",
        status=status,
        **found,
        groups=groups(),
        values=values,
        wrong=wrong,
        notes=check(values)[1] if notes is None else notes,
        filled=filled,
        faulty=faulty,
        after=after,
        labels={field.key: field.label for field in fields()},
    )


def _file(
    request: Request,
    design: int,
    text: str,
    after: int,
    format: str,
    *,
    status: int = 200,
    problem: str = "",
) -> Response:
    shared = about(bench_of(request), design, "file")
    return render(
        request,
        "file.html",
        status=status,
        **shared,
        text=text,
        after=after,
        format=format,
        problem=problem,
    )


def _values(form: Form) -> dict[str, str]:
    return {field.key: form.text(field.key) for field in fields()}


def _after(form: Form) -> int:
    text = form.text("after")
    if not text.isdecimal() or len(text) > 10:
        raise UsageError("the form does not say which version it changes", hint="load it again")
    return int(text)
