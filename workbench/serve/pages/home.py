"""The first page: designs, examples, and how to bring one in."""

from __future__ import annotations

from typing import Literal

from fastapi import Request
from starlette.responses import Response

from base import BathylexError, UsageError
from examples import examples
from habitat.load import MAX_DESIGN_BYTES
from workbench.serve.pages.common import go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.received import Form, Received, design_file
from workbench.serve.render import bench_of, render, user_of

router = pages_router()

#: Designs on one page.
PAGE = 50
STARTER = """name: My habitat
purpose: scientific_research
operator_state: null
site:
  latitude: 37.84
  longitude: -31.52
  depth: 850 m
"""


@router.get("/")
def home(request: Request, page: int = 1) -> Response:
    """Show the designs of the register, the newest first."""
    register = bench_of(request).register
    start = PAGE * (min(max(page, 1), 100_000) - 1)
    designs = register.designs(limit=PAGE + 1, offset=start)
    last = {}
    for design in designs[:PAGE]:
        last[design.id] = next(iter(register.audits(design.id, limit=1)), None)
    return render(
        request,
        "home.html",
        designs=designs[:PAGE],
        last=last,
        examples=sorted(shipped()),
        page=start // PAGE + 1,
        more=len(designs) > PAGE,
    )


@router.get("/designs/new")
def new(request: Request) -> Response:
    """Offer an empty design, an upload and text to paste."""
    return render(request, "new.html", text=STARTER, format="yaml", problem="")


@router.post("/designs")
def create(request: Request, form: Received) -> Response:
    """Keep a design: an example, a file, or text."""
    bench = bench_of(request)
    text, format = "", "yaml"
    try:
        text, format = _given(form)
        version = bench.save(text, format=_format(format), by=user_of(request))
    except BathylexError as problem:
        if form.text("example"):
            raise
        return render(
            request,
            "new.html",
            status=422,
            text=text or form.values.get("text", ""),
            format=format,
            problem=str(problem),
        )
    return go(f"/designs/{version.design}", said="made")


def shipped() -> dict[str, str]:
    """Return the text of each example by its name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in examples()}


def _given(form: Form) -> tuple[str, str]:
    name = form.text("example")
    if name:
        known = shipped()
        if name not in known:
            raise UsageError(f"no example '{name[:60]}'", hint=f"there are {', '.join(known)}")
        return known[name], "yaml"
    if "file" in form.files:
        return design_file(*form.files["file"])
    text = form.values.get("text", "")
    if len(text.encode("utf-8", "replace")) > MAX_DESIGN_BYTES:
        raise UsageError(f"larger than {MAX_DESIGN_BYTES} bytes", where="text")
    return text.replace("\r\n", "\n"), form.text("format") or "yaml"


def _format(name: str) -> Literal["yaml", "json"]:
    if name == "json":
        return "json"
    if name == "yaml":
        return "yaml"
    raise UsageError(f"'{name[:20]}' is no format", hint="use yaml or json")
