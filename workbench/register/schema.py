"""The schema of a register: made and brought up to date when it is opened, by one at a time."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from base import RegisterError
from workbench.register.database import Database
from workbench.register.tables import Base

#: The last migration of this program.
HEAD = "0001"
VERSION_TABLE = "bathylex_schema"
#: Any number will do that no other program locks by: openers of a PostgreSQL register wait on it.
_LOCK = 0x62617468796C6578
#: Alembic keeps its context in a global.
_ONE_AT_A_TIME = threading.Lock()


def prepare(database: Database) -> None:
    """Make the tables of a new register, or bring those of an older one up to date.

    Raises:
        RegisterError: a newer program made it, it is something else's database, or it cannot be
            written.
    """
    with database.reading() as session:
        if _version(session.connection()) == HEAD:
            return
    with _ONE_AT_A_TIME, database.connected() as connection:
        if not database.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = _version(connection)
        if found != HEAD:
            _check(found, connection, database)
            _upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return None if found is None else str(found)


def _check(found: str | None, connection: Connection, database: Database) -> None:
    where = database.location.shown
    if found is None:
        if not database.sqlite:
            encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
            if encoding != "UTF8":
                raise RegisterError(
                    f"the database keeps text as {encoding}",
                    where=where,
                    hint="make one with ENCODING 'UTF8' TEMPLATE template0",
                )
        there = set(inspect(connection).get_table_names()) - {VERSION_TABLE}
        ours = there if database.sqlite else there & set(Base.metadata.tables)
        if ours:
            raise RegisterError(
                f"holds tables of something else ('{min(ours)}')",
                where=where,
                hint="give a file or database of its own",
            )
    elif found not in _revisions():
        raise RegisterError(
            f"a newer bathylex made this register (schema {found}, known up to {HEAD})",
            where=where,
            hint="upgrade bathylex",
        )


def _revisions() -> frozenset[str]:
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(_folder()))
    return frozenset(item.revision for item in script.walk_revisions())


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _folder() -> Path:
    return Path(__file__).parent / "migrations"
