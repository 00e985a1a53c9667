"""The pages, rendered on the server; every one of them works without JavaScript."""

from __future__ import annotations

from fastapi import FastAPI


def add(app: FastAPI) -> None:
    """Add every page to an application."""
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

    for module in (
        home, login, designs, edit, jobs, audits, reports, compare, repair, law, waivers, register
    ):  # fmt: skip
        app.include_router(module.router)
