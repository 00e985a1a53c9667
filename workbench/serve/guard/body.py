"""What a request may carry: bounded in size, kind and time, refused before it is read."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workbench.serve.guard.refusal import is_api, refuse

#: How long a client may let the next part of its request wait, in seconds.
PATIENCE_S = 20.0
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
JSON = ("application/json",)


class _Refused(Exception):
    """The rest of a body is not read."""


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
        reading = _Reading(receive, send, self.most)
        try:
            await self.app(scope, reading.receive, reading.send)
        except _Refused:
            if reading.started:
                raise
        if reading.refused and not reading.started:
            line = larger if reading.refused == 413 else "the request came too slowly"
            headers = {"Connection": "close"}
            await refuse(scope, receive, send, reading.refused, line, headers=headers)


class _Reading:
    """A request that is being read, and its answer, which a refusal takes the place of.

    What reads a body may turn what it meets into an error of its own: hence the answer of the
    application is held back once the body was refused.
    """

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive, self._send, self._most = receive, send, most
        self._taken, self._whole = 0, False
        self.refused = 0
        self.started = False

    async def receive(self) -> Message:
        """Return the next part of the request."""
        if self._whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), PATIENCE_S)
        except TimeoutError:
            self.refused = 408
            raise _Refused from None
        self._taken += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._taken > self._most:
            self.refused = 413
            raise _Refused
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if self.refused and not self.started:
            return
        self.started = self.started or message["type"] == "http.response.start"
        await self._send(message)
