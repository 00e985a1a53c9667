"""Sessions: a signed cookie that says until when a browser may come in, and tokens for its forms.

The cookie holds a random id, its end and the name its user goes by, with an HMAC (SHA-256) over
them. The key follows from the server's token, so that a chosen token keeps sessions over a restart,
and another token ends them all.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from base import one_line

#: How long a browser stays in, in seconds.
LASTS_S = 12 * 3600
MOST_NAME = 80


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that came in.

    Attributes:
        id: random.
        ends: when it ends, seconds since 1970.
        name: what its user wants to be called; may be empty.
    """

    id: str
    ends: int
    name: str = ""


class Sessions:
    """Makes and checks tokens, cookies and the tokens of forms; keeps only who left.

    Args:
        token: of the server.
        clock: seconds since 1970.
    """

    def __init__(self, token: str, *, clock: Callable[[], float] = time.time) -> None:
        self._token = token.encode()
        self._key = hmac.digest(self._token, b"bathylex workbench: sessions", "sha256")
        self._clock = clock
        self._ended: dict[str, int] = {}

    def right(self, token: str) -> bool:
        """Say whether a token is the server's, in the same time whatever it is."""
        # Digests are compared, so that not even the length shows.
        given = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        return hmac.compare_digest(given, hashlib.sha256(self._token).digest())

    def begin(self, name: str = "") -> Session:
        """Return a new session."""
        ends = int(self._clock()) + LASTS_S
        return Session(secrets.token_urlsafe(18), ends, one_line(name)[:MOST_NAME])

    def renamed(self, session: Session, name: str) -> Session:
        """Return the session with another name."""
        return Session(session.id, session.ends, one_line(name)[:MOST_NAME])

    def end(self, session: Session) -> None:
        """Let a session in no more."""
        now = int(self._clock())
        self._ended = {name: ends for name, ends in self._ended.items() if ends > now}
        self._ended[session.id] = session.ends

    def cookie(self, session: Session) -> str:
        """Return a session as the value of a cookie."""
        name = base64.urlsafe_b64encode(session.name.encode()).decode().rstrip("=")
        told = f"{session.id}.{session.ends}.{name}"
        return f"{told}.{self._sign('cookie', told)}"

    def read(self, cookie: str) -> Session | None:
        """Return the session of a cookie; ``None`` where it is forged, over or ended."""
        told, _, signature = cookie.rpartition(".")
        parts = told.split(".")
        if len(parts) != 3 or not _same(signature, self._sign("cookie", told)):
            return None
        try:
            name = base64.urlsafe_b64decode(parts[2] + "=" * (-len(parts[2]) % 4)).decode()
            session = Session(parts[0], int(parts[1]), name)
        except (binascii.Error, ValueError):
            return None
        over = session.ends <= self._clock() or session.id in self._ended
        return None if over else session

    def form_token(self, holder: str) -> str:
        """Return what the forms of a session (by its id) have to carry."""
        return self._sign("form", holder)

    def form_token_right(self, holder: str, given: object) -> bool:
        """Say whether a form carries the token of its session."""
        return isinstance(given, str) and _same(given, self.form_token(holder))

    def _sign(self, purpose: str, told: str) -> str:
        return hmac.new(self._key, f"{purpose}:{told}".encode(), "sha256").hexdigest()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
