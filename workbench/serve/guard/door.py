"""The door: who has neither a session nor the token is let into nothing but the login."""

from __future__ import annotations

import math
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from workbench.serve.guard.rate import Buckets, client_of
from workbench.serve.guard.refusal import is_api, refuse
from workbench.serve.guard.sessions import Session, Sessions
from workbench.serve.settings import Settings

#: Paths for everyone.
OPEN = ("/login", "/health")
OPEN_FOLDER = "/static/"
SAFE = ("GET", "HEAD", "OPTIONS")
FORM_HEADER = "X-Form-Token"
_NO_KEY = "give the token: Authorization: Bearer TOKEN, or log in"


class Door:
    """Puts the session of a request into its state, or sends it away."""

    def __init__(self, app: ASGIApp, settings: Settings, sessions: Sessions) -> None:
        self.app = app
        self.sessions = sessions
        self.cookie = cookie_name(settings)
        self.tries = Buckets(settings.tries_per_minute / 60.0, settings.tries_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        path, safe = scope["path"], scope["method"] in SAFE
        session = self._session(headers.get(b"cookie", ""))
        state = scope.setdefault("state", {})
        state["session"] = session
        if not safe and _from_elsewhere(headers):
            await refuse(scope, receive, send, 403, "the request comes from another site")
            return
        if path in OPEN or path.startswith(OPEN_FOLDER):
            await self.app(scope, receive, send)
            return
        bearer = headers.get(b"authorization", "")
        if bearer and is_api(path):
            if await self._refused(bearer, scope, receive, send):
                return
        elif session is None:
            await self._turn_away(scope, receive, send)
            return
        elif is_api(path) and not safe:
            given = headers.get(FORM_HEADER.lower().encode())
            if not self.sessions.form_token_right(session.id, given):
                line = f"with a session, the API needs the form token in {FORM_HEADER}"
                await refuse(scope, receive, send, 403, line)
                return
        await self.app(scope, receive, send)

    def _session(self, cookies: str) -> Session | None:
        try:
            found = SimpleCookie(cookies).get(self.cookie)
        except CookieError:
            return None
        return None if found is None else self.sessions.read(found.value)

    async def _refused(self, bearer: str, scope: Scope, receive: Receive, send: Send) -> bool:
        """Check a token and refuse a wrong one; who tries many has to wait."""
        kind, _, token = bearer.partition(" ")
        if kind.lower() == "bearer" and self.sessions.right(token.strip()):
            return False
        wait = self.tries.take(client_of(scope))
        if wait:
            after = str(max(1, math.ceil(wait)))
            line = f"too many wrong tokens; try again in {after} s"
            await refuse(scope, receive, send, 429, line, headers={"Retry-After": after})
        else:
            await self._unknown(scope, receive, send, "the token is wrong")
        return True

    async def _unknown(self, scope: Scope, receive: Receive, send: Send, line: str) -> None:
        headers = {"WWW-Authenticate": 'Bearer realm="bathylex"'}
        await refuse(scope, receive, send, 401, line, headers=headers)

    async def _turn_away(self, scope: Scope, receive: Receive, send: Send) -> None:
        if is_api(scope["path"]):
            await self._unknown(scope, receive, send, _NO_KEY)
        elif scope["method"] in SAFE:
            back = quote(scope["path"], safe="/")
            await RedirectResponse(f"/login?next={back}", 303)(scope, receive, send)
        else:
            await refuse(scope, receive, send, 401, "log in first; your session may have ended")


def cookie_name(settings: Settings) -> str:
    """Return the cookie of a server: two on one machine, told apart by port, keep their own."""
    return f"bathylex_{settings.port}"


def _from_elsewhere(headers: dict[bytes, str]) -> bool:
    """Say whether a browser tells that a page of another site sent the request."""
    site = headers.get(b"sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none"):
        return True
    origin = headers.get(b"origin")
    return origin is not None and urlsplit(origin).netloc != headers.get(b"host", "")
