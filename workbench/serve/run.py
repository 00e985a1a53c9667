"""Running the server until it is told to stop."""

from __future__ import annotations

import logging
import socket

import uvicorn

from base import UsageError
from workbench.serve.app import create_app
from workbench.serve.law import Law
from workbench.serve.settings import Settings

#: Connections at one time; beyond, clients are told to come back.
MOST_CONNECTIONS = 500


def bind(settings: Settings) -> socket.socket:
    """Return a socket that listens where the settings say.

    Raises:
        UsageError: the address is taken, or is none of this machine.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        # From now on clients wait rather than being refused, while the server starts.
        listening.listen(256)
    except OSError as problem:
        listening.close()
        why = problem.strerror or str(problem)
        raise UsageError(
            f"cannot listen on {settings.host} port {settings.port} ({why})",
            hint="give another --port, or --host",
        ) from None
    return listening


def run(settings: Settings, listening: socket.socket, law: Law | None = None) -> None:
    """Serve until the process is told to stop.

    Args:
        settings: how.
        listening: the socket that :func:`bind` gave.
        law: already read; read when first asked for when ``None``.
    """
    logging.basicConfig(level=logging.WARNING, format="bathylex: %(message)s")
    logging.getLogger("bathylex").setLevel(logging.INFO)
    config = uvicorn.Config(
        create_app(settings, law=law),
        log_config=None,
        log_level="warning",
        # Lines of access would hold the token of the link.
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=10,
        h11_max_incomplete_event_size=64 * 1024,
        ws="none",
        http="h11",
        loop="asyncio",
    )
    uvicorn.Server(config).run(sockets=[listening])
