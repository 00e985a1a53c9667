"""Fixtures: where copies of the official texts and of the reference data are, if anywhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_postgres import NoPostgreSQL, PostgreSQL, start_postgresql

PROJECT = Path(__file__).resolve().parent.parent


def skip_or_fail(reason: str) -> None:
    """Skip a test for want of something outside, or fail where everything is required."""
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
def chromium() -> str:
    """The path of a Chromium browser."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        skip_or_fail("no chromium on the path")
    return str(found)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server of this session's own, behind a Unix socket."""
    try:
        server = start_postgresql()
    except NoPostgreSQL as reason:
        skip_or_fail(str(reason))
        raise
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty place for tables: each test runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the project (``BATHYLEX_SHARED`` overrides)."""
    folder = Path(os.environ.get("BATHYLEX_SHARED", PROJECT.parent / "shared"))
    if not (folder / "data").is_dir():
        skip_or_fail(f"no reference data at {folder} (set BATHYLEX_SHARED)")
    return folder


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of official law texts (``BATHYLEX_CORPORA`` overrides)."""
    default = PROJECT.parent / "shared" / "corpora"
    folder = Path(os.environ.get("BATHYLEX_CORPORA", default))
    if not (folder / "unclos").is_dir():
        skip_or_fail(f"no official law texts at {folder} (set BATHYLEX_CORPORA)")
    return folder
