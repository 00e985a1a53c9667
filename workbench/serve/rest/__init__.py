"""The REST API under /api/v1: the same as the pages, as JSON."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field

PREFIX = "/api/v1"
DESCRIPTION = (
    "Send the token that `bathylex serve` printed: `Authorization: Bearer TOKEN`. Bodies are JSON. "
    'An error is always `{"error": "one line"}`. Work that takes time is a job: the call answers '
    "202 with it, and `GET /api/v1/jobs/{job}` says how far it is and, once done, where its answer "
    "is. Lawful means that no violation was found in the modelled law; this is no legal advice."
)


class Problem(BaseModel):
    """What went wrong, in one line."""

    error: str = Field(description="What is wrong, where, and what to do, in one line.")


_WORDS = {
    400: "The body cannot be read.",
    401: "The token is missing or wrong.",
    403: "The request comes from another site, or lacks the form token of its session.",
    404: "There is nothing of this id.",
    405: "The path has no such method.",
    408: "The request came too slowly.",
    409: "Another version was saved meanwhile.",
    413: "The request is too large.",
    415: "The request is no JSON.",
    421: "The server is not called by this host name.",
    422: "The request, or what it holds, is not right.",
    429: "Too many requests.",
    500: "The workbench failed.",
    503: "The register cannot be used.",
}
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": words} for status, words in _WORDS.items()
}


def routers() -> list[APIRouter]:
    """Return the calls, without the prefix of their paths."""
    from workbench.serve.rest import audits, compare, designs, jobs, law, register, waivers

    return [module.router for module in (designs, audits, jobs, compare, waivers, law, register)]


def add(app: FastAPI) -> None:
    """Add every call to an application."""
    for router in routers():
        app.include_router(router, prefix=PREFIX)
