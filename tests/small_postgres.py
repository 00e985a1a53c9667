"""A PostgreSQL server for tests: its own folder, one user, a Unix socket and nothing else."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

USER, PASSWORD = "bathylex", "s3cret-of-the-sea"


class NoPostgreSQL(Exception):
    """No server can be started here; the message says why."""


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A running server; its folder also holds the socket."""

    folder: Path
    programs: Path
    _numbers: Any = field(default_factory=lambda: count(1))

    def new(self) -> str:
        """Return the URL of an empty place: a schema, which is made much faster than a database."""
        name = f"place{next(self._numbers)}"
        self._execute(f"CREATE SCHEMA {name}")
        return f"{self.url('postgres')}&options=-csearch_path%3D{name}"

    def new_database(self, options: str = "") -> str:
        """Return the URL of a new, empty database, made with these options."""
        name = f"register{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def _execute(self, statement: str) -> None:
        import psycopg

        settings = f"host={self.folder} user={USER} password={PASSWORD} dbname=postgres"
        with psycopg.connect(settings, autocommit=True) as connection:
            connection.execute(statement.encode())

    def url(self, name: str, *, password: str = PASSWORD) -> str:
        """Return the URL of a database."""
        return f"postgresql://{USER}:{password}@/{name}?host={self.folder}"

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        _run(self.programs / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgresql() -> PostgreSQL:
    """Start a server.

    Raises:
        NoPostgreSQL: its programs are not here, or it does not start.
    """
    programs = _programs()
    # Not pytest's folder: the path of a socket must be short, and root cannot run the server.
    folder = Path(tempfile.mkdtemp(prefix="bathylex-pg-"))
    password = folder / "password"
    password.write_text(PASSWORD)
    user = _user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
        os.chown(password, user.pw_uid, user.pw_gid)
    settings = f"-c listen_addresses= -c fsync=off -k {folder}"
    data, log = folder / "data", folder / "log"
    try:
        _run(
            programs / "initdb", "-D", data, "-U", USER, "-A", "scram-sha-256", "--pwfile",
            password, "-E", "UTF8", "--no-locale", "--no-sync",
        )  # fmt: skip
        _run(programs / "pg_ctl", "-D", data, "-l", log, "-o", settings, "-w", "start")
    except (OSError, subprocess.SubprocessError) as problem:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoPostgreSQL(f"PostgreSQL does not start: {problem}") from problem
    return PostgreSQL(folder, programs)


def _programs() -> Path:
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for place in places:
        if (place / "initdb").is_file() and (place / "pg_ctl").is_file():
            return place
    raise NoPostgreSQL("no PostgreSQL server here (Debian package postgresql)")


def _user() -> pwd.struct_passwd | None:
    """The user to run as; ``None`` for the user of the tests."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise NoPostgreSQL("root cannot run PostgreSQL, and there is no user postgres") from None


def _run(*command: Path | str) -> None:
    user = _user()
    other: Mapping[str, Any] = (
        {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    )
    subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        timeout=120,
        check=True,
        **other,
    )
