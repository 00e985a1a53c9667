"""The application: pages, API and files behind the guard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from workbench.register import open_register
from workbench.serve import pages, rest
from workbench.serve.bench import Bench
from workbench.serve.errors import handle_errors
from workbench.serve.guard.body import BodyLimit
from workbench.serve.guard.door import Door
from workbench.serve.guard.headers import SecurityHeaders
from workbench.serve.guard.hosts import HostCheck
from workbench.serve.guard.rate import RateLimit
from workbench.serve.guard.sessions import Sessions
from workbench.serve.law import Law
from workbench.serve.pool import Pool
from workbench.serve.settings import MOST_BODY_BYTES, Settings


def create_app(
    settings: Settings, bench: Bench | None = None, *, law: Law | None = None
) -> FastAPI:
    """Return the application.

    Args:
        settings: how it runs.
        bench: what it works on, with workers of its own; opened from the settings, and closed
            with the application, when ``None``.
        law: what such a bench judges by; read when first asked for when ``None``.
    """
    sessions = Sessions(settings.token) if bench is None else bench.sessions
    app = FastAPI(
        title="bathylex",
        version="1",
        summary="Audit seabed habitats against the law of the sea.",
        description=rest.DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(settings, bench, sessions, law),
        responses=rest.ERRORS,
    )
    if bench is not None:
        app.state.bench = bench
    rest.add(app)
    pages.add(app)
    folder = Path(__file__).parent / "static"
    app.mount("/static", StaticFiles(directory=folder), name="static")
    handle_errors(app)
    # The last one added stands outermost.
    app.add_middleware(Door, settings=settings, sessions=sessions)
    app.add_middleware(BodyLimit, most=MOST_BODY_BYTES)
    app.add_middleware(RateLimit, settings=settings)
    app.add_middleware(HostCheck, settings=settings)
    app.add_middleware(SecurityHeaders)
    return app


def _lifespan(
    settings: Settings, bench: Bench | None, sessions: Sessions, law: Law | None
) -> Callable[[FastAPI], Any]:
    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        if bench is not None:
            yield
            return
        register = open_register(settings.database)
        pool = Pool(settings, register)
        app.state.bench = Bench(
            settings, register, law or Law(settings.corpus), sessions=sessions, wake=pool.wake
        )
        pool.start()
        try:
            yield
        finally:
            pool.stop()
            register.close()

    return running
