"""The host check: a page elsewhere whose name is made to point here gets no answer.

Such a page (DNS rebinding) sends its own name as host. An address in figures cannot be pointed
elsewhere, so those are taken as they come; names only where they were given.
"""

from __future__ import annotations

import ipaddress
import re

from starlette.types import ASGIApp, Receive, Scope, Send

from workbench.serve.guard.refusal import refuse
from workbench.serve.settings import LOOPBACK_NAMES, Settings

_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")


class HostCheck:
    """Refuses requests that call the server by a name that is not its own."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.loopback = settings.loopback
        names = (*LOOPBACK_NAMES, settings.host, *settings.names)
        self.names = frozenset(name.lower().rstrip(".") for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http":
            given = [value for name, value in scope["headers"] if name == b"host"]
            if len(given) != 1 or not self.ours(given[0].decode("latin-1")):
                line = "the workbench is not called by this host name; see bathylex serve --name"
                await refuse(scope, receive, send, 421, line)
                return
        await self.app(scope, receive, send)

    def ours(self, header: str) -> bool:
        """Say whether a host header names this server."""
        found = _HOST.fullmatch(header)
        if found is None:
            return False
        name = found[1].lower().rstrip(".")
        if name in self.names:
            return True
        try:
            address = ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return address.is_loopback or not self.loopback
