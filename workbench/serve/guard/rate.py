"""Rate limits: each client has a bucket of requests that fills up again with time."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from starlette.types import ASGIApp, Receive, Scope, Send

from workbench.serve.guard.refusal import refuse
from workbench.serve.settings import Settings

#: Clients that are remembered; the one silent longest is forgotten first.
MOST_CLIENTS = 10_000


class Buckets:
    """Token buckets by client.

    Args:
        per_s: how fast a bucket fills, tokens a second.
        size: how much it holds.
        clock: seconds that never run backwards.
    """

    def __init__(
        self, per_s: float, size: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.per_s, self.size, self._clock = per_s, size, clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str) -> float:
        """Take a token: 0 where there was one, else the seconds until there is."""
        now = self._clock()
        with self._lock:
            left, then = self._held.pop(client, (self.size, now))
            left = min(self.size, left + (now - then) * self.per_s)
            wait = 0.0 if left >= 1.0 else (1.0 - left) / self.per_s
            self._held[client] = (left if wait else left - 1.0, now)
            while len(self._held) > MOST_CLIENTS:
                self._held.popitem(last=False)
            return wait


class RateLimit:
    """Refuses the requests of a client that asks too often."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.requests = Buckets(settings.requests_per_s, settings.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http":
            wait = self.requests.take(client_of(scope))
            if wait:
                after = str(max(1, math.ceil(wait)))
                line = f"too many requests; try again in {after} s"
                await refuse(scope, receive, send, 429, line, headers={"Retry-After": after})
                return
        await self.app(scope, receive, send)


def client_of(scope: Scope) -> str:
    """Return the address that a request comes from, not what its headers claim."""
    client = scope.get("client")
    return str(client[0]) if client else ""
