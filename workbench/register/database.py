"""A database under a register: connections, short transactions, and errors in one clear line."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from base import RegisterError
from workbench.register.location import SETTING, Location

#: How long a writer waits for another, in seconds.
PATIENCE_S = 60.0
_HINTS = {
    "not a database": f"point {SETTING} at another file",
    "unable to open database file": "check the folder and who may write in it",
    "readonly database": "check who may write the file and its folder",
    "read-only": "check who may write it",
    "database is locked": "another program holds it; try again",
    "malformed": "the file is damaged: take it from a backup",
    "password authentication failed": f"check the user and password in {SETTING}",
    "does not exist": f"check {SETTING}",
    "connection": f"check that the server runs, and {SETTING}",
}


class Database:
    """Connections to the database of a register; safe to share between threads.

    Args:
        location: where it is.

    Raises:
        RegisterError: the folder cannot be made, or the driver is not installed.
    """

    def __init__(self, location: Location) -> None:
        self.location = location
        self.engine = _engine(location)
        self._writing = self.engine.execution_options(immediate=True)
        snapshot: Any = {} if self.sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(**snapshot)
        self._held = threading.local()

    @property
    def sqlite(self) -> bool:
        """Whether it is a file of SQLite."""
        return self.location.file is not None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database throughout."""
        held = self._held_session()
        if held is not None:
            yield held
            return
        with self._told(), Session(self._reading) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that may write; all of it lasts, or, where anything is raised, nothing."""
        held = self._held_session()
        if held is not None:
            with held.begin_nested():
                yield held
            return
        with self._told(), Session(self._writing, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all that this thread reads and writes inside be one transaction that may write."""
        with self.writing() as session:
            before, self._held.session = self._held_session(), session
            try:
                yield
            finally:
                self._held.session = before

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """Give a connection inside a transaction that may write."""
        with self._told(), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _held_session(self) -> Session | None:
        return getattr(self._held, "session", None)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as problem:
            raise self._error(problem) from None

    def _error(self, problem: SQLAlchemyError) -> RegisterError:
        cause = problem.orig if isinstance(problem, DBAPIError) else problem
        lines = str(cause).strip().splitlines() or [type(cause).__name__]
        what = self.location.clean(lines[0])
        lower = what.lower()
        hint = next((hint for words, hint in _HINTS.items() if words in lower), None)
        return RegisterError(
            f"the register cannot be used ({what})", where=self.location.shown, hint=hint
        )


def _engine(location: Location) -> Engine:
    if location.file is not None:
        _make_private(location)
        engine = create_engine(
            location.url, connect_args={"timeout": PATIENCE_S}, pool_timeout=PATIENCE_S
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(location.url, pool_pre_ping=True, pool_timeout=PATIENCE_S)
    except (ImportError, NoSuchModuleError):
        raise RegisterError(
            "the driver for PostgreSQL is not installed",
            where=location.shown,
            hint="pip install 'bathylex[postgres]'",
        ) from None


def _make_private(location: Location) -> None:
    """Make the file, empty, for the user alone; SQLite gives its side files the same rights."""
    file = location.file
    assert file is not None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR | getattr(os, "O_BINARY", 0), 0o600))
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else str(problem)
        raise RegisterError(
            f"the register cannot be opened ({why})",
            where=location.shown,
            hint=f"check the path and who may write there, or set {SETTING}",
        ) from None


def _prepare_sqlite(connection: Any, record: Any) -> None:
    """Set up a new connection: our own BEGIN, write-ahead log, durable commits, foreign keys."""
    del record
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        _write_ahead(cursor)
    finally:
        cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Turn the write-ahead log on once; SQLite does not wait for others that do so too."""
    end = time.monotonic() + PATIENCE_S
    while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            if cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
                return
        except sqlite3.OperationalError as problem:
            if "locked" not in str(problem) or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
