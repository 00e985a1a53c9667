"""Coming in, by the link that the server prints or by its token, and leaving."""

from __future__ import annotations

import math
import secrets

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from workbench.serve.guard.door import cookie_name
from workbench.serve.guard.rate import Buckets, client_of
from workbench.serve.guard.sessions import LASTS_S, Session
from workbench.serve.pages.common import go
from workbench.serve.pages.common import router as pages_router
from workbench.serve.received import TOKEN_FIELD, Received
from workbench.serve.render import bench_of, render, session_of

router = pages_router()


@router.get("/health")
def health() -> dict[str, str]:
    """Say that the server runs."""
    return {"status": "ok"}


@router.get("/login")
def come_in(request: Request, token: str = "", next: str = "/") -> Response:
    """Take the token of a link, or ask for it."""
    if token:
        return _let_in(request, token, "", next)
    return _ask(request, next)


@router.post("/login")
async def send_token(request: Request) -> Response:
    """Take the token of the form; it has no session yet, so its form token goes by a cookie."""
    form = await request.form(max_files=0, max_fields=8, max_part_size=4096)
    visitor = request.cookies.get(_visitor(request), "")
    given = form.get(TOKEN_FIELD)
    if not visitor or not bench_of(request).sessions.form_token_right(visitor, given):
        raise HTTPException(403, "the form is too old or not from here; load the page again")
    token, name, back = (str(form.get(key, "")) for key in ("token", "name", "next"))
    return _let_in(request, token.strip(), name, back)


@router.post("/logout")
def leave(request: Request, form: Received) -> Response:
    """End the session."""
    session = session_of(request)
    if session is not None:
        bench_of(request).sessions.end(session)
    answer = go("/login")
    answer.delete_cookie(cookie_name(bench_of(request).settings))
    return answer


@router.post("/name")
def rename(request: Request, form: Received) -> Response:
    """Keep the name by which the register knows who does something."""
    session = session_of(request)
    assert session is not None
    answer = go("/", said="named")
    _keep(request, answer, bench_of(request).sessions.renamed(session, form.text("name", most=80)))
    return answer


def _let_in(request: Request, token: str, name: str, back: str) -> Response:
    bench = bench_of(request)
    if not bench.sessions.right(token):
        wait = _tries(request).take(client_of(request.scope))
        if wait:
            after = str(max(1, math.ceil(wait)))
            line = f"too many wrong tokens; try again in {after} s"
            raise HTTPException(429, line, headers={"Retry-After": after})
        return _ask(request, back, status=401, line="The token is wrong.")
    answer = go(_ours(back))
    _keep(request, answer, bench.sessions.begin(name))
    return answer


def _ask(request: Request, back: str, *, status: int = 200, line: str = "") -> Response:
    visitor = request.cookies.get(_visitor(request), "") or secrets.token_urlsafe(18)
    token = bench_of(request).sessions.form_token(visitor)
    page = render(
        request, "login.html", status=status, form_token=token, next=_ours(back), line=line
    )
    page.set_cookie(
        _visitor(request), visitor, max_age=3600, httponly=True, samesite="strict", path="/login"
    )
    return page


def _keep(request: Request, answer: Response, session: Session) -> None:
    bench = bench_of(request)
    answer.set_cookie(
        cookie_name(bench.settings),
        bench.sessions.cookie(session),
        max_age=LASTS_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def _ours(back: str) -> str:
    """Return where to go after coming in: a path of ours, never another site's."""
    plain = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return back if plain and not back.startswith("/log") else "/"


def _visitor(request: Request) -> str:
    return f"{cookie_name(bench_of(request).settings)}_visitor"


def _tries(request: Request) -> Buckets:
    """Return the buckets of wrong tokens, one set for each application."""
    state = request.app.state
    if not hasattr(state, "tries"):
        most = bench_of(request).settings.tries_per_minute
        state.tries = Buckets(most / 60.0, most)
    tries: Buckets = state.tries
    return tries
