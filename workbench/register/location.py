"""Where a register is: a file of SQLite, or a database of PostgreSQL, as its URL says.

No message shows a password: what is shown is put together from the host, the port and the database.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from base import RegisterError, one_line

#: The setting that says where the register is.
SETTING = "BATHYLEX_DATABASE_URL"
_HINT = "write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE"
_SQLITE = ("sqlite", "sqlite+pysqlite")
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
_SECRET = re.compile(r"((?:ssl)?password\s*=\s*)('[^']*'|[^\s&;,]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Location:
    """A place for a register.

    Attributes:
        url: what SQLAlchemy connects to.
        file: the file of SQLite; ``None`` for PostgreSQL.
        shown: what messages say.
        secrets: texts that no message may show.
    """

    url: URL
    file: Path | None
    shown: str
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Location({self.shown!r})"

    def clean(self, message: str) -> str:
        """Return one line of a driver's message without anything secret."""
        text = _SECRET.sub(r"\1***", message)
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return one_line(text)


def locate(url: str | None = None) -> Location:
    """Return where the register is.

    Args:
        url: its URL; else the setting ``BATHYLEX_DATABASE_URL``; else ``register.db`` in the
            folder of the user's data.

    Raises:
        RegisterError: no URL, a kind of database that is not supported, or one without a name.
    """
    given = url if url is not None else os.environ.get(SETTING, "")
    if not given:
        from corpus.home import home_folder

        return _file(home_folder() / "register.db")
    try:
        parsed = make_url(given)
    except (ArgumentError, ValueError):
        # The driver's own words would repeat the URL, password and all.
        raise RegisterError("is not the URL of a database", where=SETTING, hint=_HINT) from None
    if parsed.drivername in _SQLITE:
        return _sqlite(parsed)
    if parsed.drivername in _POSTGRESQL:
        return _postgresql(parsed)
    raise RegisterError(
        f"the kind of database '{parsed.drivername}' is not supported", where=SETTING, hint=_HINT
    )


def _sqlite(url: URL) -> Location:
    name = url.database or ""
    if name in ("", ":memory:") or name.startswith("file:") or url.query or url.host:
        raise RegisterError(
            "a register of SQLite is a plain file, without options",
            where=SETTING,
            hint="write sqlite:///FILE, with four slashes for an absolute path",
        )
    if "\0" in name:
        raise RegisterError("the path holds a NUL character", where=SETTING, hint=_HINT)
    return _file(Path(name))


def _file(path: Path) -> Location:
    file = path.expanduser().absolute()
    return Location(URL.create("sqlite+pysqlite", database=str(file)), file, str(file))


def _postgresql(url: URL) -> Location:
    if not url.database:
        raise RegisterError(
            "names no database", where=SETTING, hint="write postgresql://HOST/DATABASE"
        )
    secrets = [url.password] if url.password else []
    for name, value in url.query.items():
        if "pass" in name.lower():
            secrets += [value] if isinstance(value, str) else list(value)
    host = url.host or url.query.get("host") or "local"
    port = f":{url.port}" if url.port else ""
    shown = f"postgresql://{host if isinstance(host, str) else host[0]}{port}/{url.database}"
    options = dict(url.query)
    options.setdefault("connect_timeout", "10")
    options.setdefault("application_name", "bathylex")
    options["client_encoding"] = "utf8"
    return Location(
        url.set(drivername="postgresql+psycopg", query=options),
        None,
        shown,
        tuple(sorted(filter(None, secrets), key=len, reverse=True)),
    )
