"""How a server was asked to run."""

from __future__ import annotations

import ipaddress
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from base import UsageError

#: The fewest characters of a token that a person chose.
LEAST_TOKEN = 16
#: What one request may carry: a design file of the largest size and what a form puts around it.
MOST_BODY_BYTES = 1280 * 1024
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a server and its workers need to know.

    Attributes:
        token: what opens the workbench; whoever knows it may do everything.
        host, port: where it listens.
        names: further names by which browsers may call it.
        database: URL of the register; the user's own when ``None``.
        corpus: folder of official law texts; the user's own when ``None``.
        workers: processes that audit.
        silent_for_s: how long a worker may be silent before its job is given to another, seconds.
        requests_per_s, burst: how many requests one client may make, lasting and at once.
        tries_per_minute: how often one client may try a token.
    """

    token: str
    host: str = "127.0.0.1"
    port: int = 8008
    names: tuple[str, ...] = ()
    database: str | None = None
    corpus: Path | None = None
    workers: int = 2
    silent_for_s: float = 15.0
    requests_per_s: float = 40.0
    burst: int = 300
    tries_per_minute: int = 10

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def address(self) -> str:
        """The address that a browser opens, without the token."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def for_workers(self) -> str:
        """Return as one line of JSON what a worker needs."""
        corpus = None if self.corpus is None else str(self.corpus.absolute())
        return json.dumps(
            {"database": self.database, "corpus": corpus, "silent_for_s": self.silent_for_s}
        )


def is_loopback(host: str) -> bool:
    """Say whether a host to listen on is reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def token_of(given: str | None, host: str) -> str:
    """Return the token of a server: the one that was chosen, else a random one.

    Raises:
        UsageError: one that is too short or holds other than plain characters, or none where others
            can reach the server.
    """
    if given is None:
        if not is_loopback(host):
            raise UsageError(
                f"--host {host} lets other machines in",
                hint=f"choose a token of at least {LEAST_TOKEN} characters: set BATHYLEX_TOKEN, "
                "or give --token",
            )
        return secrets.token_urlsafe(24)
    if len(given) < LEAST_TOKEN or not all("!" <= char <= "~" for char in given):
        raise UsageError(
            f"--token needs at least {LEAST_TOKEN} plain characters without spaces",
            hint='such as the output of python -c "import secrets; print(secrets.token_urlsafe())"',
        )
    return given
