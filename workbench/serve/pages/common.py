"""What the pages have in common."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import RedirectResponse

from workbench.register import DesignRecord
from workbench.serve.bench import Bench, found

#: An id of the register; nothing else is taken from a path.
Id = Annotated[int, Path(ge=1, le=2**31 - 1)]


def router() -> APIRouter:
    """Return a router for pages, which are no part of the API."""
    return APIRouter(include_in_schema=False)


def go(path: str, *, said: str = "") -> RedirectResponse:
    """Return a redirect to one of our own pages, which then says what was done."""
    return RedirectResponse(f"{path}?said={said}" if said else path, 303)


def about(bench: Bench, design: int, here: str) -> dict[str, Any]:
    """Return what the head of a design's pages shows.

    Raises:
        NotFound: there is no such design.
    """
    record: DesignRecord = found(bench.register.design, design)
    return {"record": record, "here": here}
