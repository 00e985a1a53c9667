"""Fixtures: where copies of the official texts and of the reference data are, if anywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def _skip(reason: str) -> None:
    if os.environ.get("BATHYLEX_REQUIRE_ALL") == "1":
        pytest.fail(f"required here, not skipped: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def _apart_from_the_user() -> None:
    """Keep tests away from the user's corpus folder and rule cache; workers share one cache."""
    home = PROJECT / ".pytest_cache" / "bathylex"
    os.environ["BATHYLEX_HOME"] = str(home / "no-copies")
    os.environ["BATHYLEX_CACHE"] = str(home / "rules")


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder that holds pyproject.toml."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the project (``BATHYLEX_SHARED`` overrides)."""
    folder = Path(os.environ.get("BATHYLEX_SHARED", PROJECT.parent / "shared"))
    if not (folder / "data").is_dir():
        _skip(f"no reference data at {folder} (set BATHYLEX_SHARED)")
    return folder


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of official law texts (``BATHYLEX_CORPORA`` overrides)."""
    default = PROJECT.parent / "shared" / "corpora"
    folder = Path(os.environ.get("BATHYLEX_CORPORA", default))
    if not (folder / "unclos").is_dir():
        _skip(f"no official law texts at {folder} (set BATHYLEX_CORPORA)")
    return folder
