"""The pages, rendered on the server; every one of them works without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI


def routers() -> list[APIRouter]:
    """Return the pages."""
    from workbench.serve.pages import (
        audits,
        compare,
        designs,
        edit,
        home,
        jobs,
        law,
        login,
        register,
        repair,
        reports,
        waivers,
    )

    modules = (
        home, login, designs, edit, jobs, audits, reports, compare, repair, law, waivers, register
    )  # fmt: skip
    return [module.router for module in modules]


def add(app: FastAPI) -> None:
    """Add every page to an application."""
    for router in routers():
        app.include_router(router)
