"""Refusals in the form that the asker reads: one line of JSON for the API, a plain page else."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

API = "/api/"


def is_api(path: str) -> bool:
    """Say whether a path belongs to the REST API."""
    return path.startswith(API)


async def refuse(
    scope: Scope,
    receive: Receive,
    send: Send,
    status: int,
    line: str,
    *,
    headers: dict[str, str] | None = None,
) -> None:
    """Answer a request with an error.

    Args:
        status: the HTTP status.
        line: what is wrong, one line.
        headers: further headers.
    """
    await refusal(scope["path"], status, line, headers=headers)(scope, receive, send)


def refusal(
    path: str, status: int, line: str, *, headers: dict[str, str] | None = None
) -> Response:
    """Return an error as a response."""
    if is_api(path):
        return JSONResponse({"error": line}, status, headers=headers)
    title = HTTPStatus(status).phrase
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}: bathylex</title>"
        '<link rel="stylesheet" href="/static/app.css"></head><body>'
        f'<main class="page" id="main"><h1>{title}</h1><p>{escape(line)}</p>'
        '<p><a href="/">To the workbench</a></p></main></body></html>'
    )
    return HTMLResponse(page, status, headers=headers)
