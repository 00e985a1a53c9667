"""What a request may carry: bounded in size, kind and time, refused before it is read."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.serve.guard.refusal import is_api, refuse

#: How long a client may let the next part of its request wait, in seconds.
PATIENCE_S = 20.0
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
JSON = ("application/json",)


class _TooLarge(Exception):
    pass


class _TooSlow(Exception):
    pass


class BodyLimit:
    """Refuses bodies that are too large, of the wrong kind, or that never end.

    Args:
        most: bytes that a body may have.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        length = headers.get(b"content-length", "")
        larger = f"the request is larger than {self.most} bytes"
        if length and (not length.isdecimal() or len(length) > 18 or int(length) > self.most):
            await refuse(scope, receive, send, 413, larger, headers={"Connection": "close"})
            return
        carries = length not in ("", "0") or b"transfer-encoding" in headers
        kinds = JSON if is_api(scope["path"]) else FORMS
        kind = headers.get(b"content-type", "").partition(";")[0].strip().lower()
        if carries and kind not in kinds:
            line = f"the request has to be {' or '.join(kinds)}"
            await refuse(scope, receive, send, 415, line, headers={"Connection": "close"})
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, self._counting(receive), watched)
        except (_TooLarge, _TooSlow) as problem:
            if started:
                raise
            status, line = (413, larger) if isinstance(problem, _TooLarge) else (408, "too slow")
            await refuse(scope, receive, send, status, line, headers={"Connection": "close"})

    def _counting(self, receive: Receive) -> Receive:
        taken, whole = 0, False

        async def counting() -> Message:
            nonlocal taken, whole
            if whole:
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), PATIENCE_S)
            except TimeoutError:
                raise _TooSlow from None
            taken += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if taken > self.most:
                raise _TooLarge
            return message

        return counting
