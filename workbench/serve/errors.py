"""What goes wrong, as an answer: one line, as JSON for the API and as a page else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from base import BathylexError, RegisterError, one_line
from workbench.serve.bench import NotFound, Stale
from workbench.serve.guard.refusal import is_api
from workbench.serve.render import render


def status_of(problem: BathylexError) -> int:
    """Return the HTTP status of a user's error."""
    match problem:
        case NotFound():
            return 404
        case Stale():
            return 409
        case RegisterError():
            return 503
    return 422


def handle_errors(app: FastAPI) -> None:
    """Have every error answered in one line."""

    @app.exception_handler(BathylexError)
    def of_a_user(request: Request, problem: BathylexError) -> Response:
        return answer(request, status_of(problem), str(problem))

    @app.exception_handler(HTTPException)
    def of_http(request: Request, problem: HTTPException) -> Response:
        line = problem.detail if problem.status_code != 404 else "there is nothing at this address"
        return answer(request, problem.status_code, line, headers=problem.headers)

    @app.exception_handler(RequestValidationError)
    def of_a_value(request: Request, problem: RequestValidationError) -> Response:
        errors = problem.errors()
        if not is_api(request.url.path) and all(item["loc"][0] == "path" for item in errors):
            return answer(request, 404, "there is nothing at this address")
        return answer(request, 422, _told(errors))

    @app.exception_handler(Exception)
    def of_ours(request: Request, problem: Exception) -> Response:
        return answer(request, 500, f"the workbench failed ({type(problem).__name__}); see its log")


def answer(request: Request, status: int, line: str, *, headers: Any = None) -> Response:
    """Return an error in the form that the asker reads."""
    if is_api(request.url.path):
        return JSONResponse({"error": one_line(line)}, status, headers=headers)
    title = HTTPStatus(status).phrase
    return render(request, "error.html", status=status, headers=headers, title=title, line=line)


def _told(errors: Any) -> str:
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"] if part not in ("body",))
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return one_line(f"{place}: {first['msg']}{more}" if place else f"{first['msg']}{more}")
