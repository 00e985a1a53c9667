"""Opening a register: where it is, migrations, and one clear line for what cannot be."""

from __future__ import annotations

import builtins
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from base import RegisterError
from tests.small_postgres import PASSWORD
from workbench.register import open_register
from workbench.register.database import Database
from workbench.register.location import SETTING, locate
from workbench.register.schema import HEAD, VERSION_TABLE, _revisions
from workbench.register.tables import WRITTEN_ONCE, Base

PROJECT = Path(__file__).resolve().parent.parent


def _line(url: str) -> str:
    """Return the message of a register that must not open."""
    with pytest.raises(RegisterError) as problem:
        open_register(url)
    line = str(problem.value)
    assert "\n" not in line
    assert "Traceback" not in line
    return line


def test_the_setting_says_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    monkeypatch.setenv("BATHYLEX_HOME", str(tmp_path / "home"))
    assert locate().file == tmp_path / "home" / "register.db"
    monkeypatch.setenv(SETTING, f"sqlite:///{tmp_path / 'other.db'}")
    assert locate().file == tmp_path / "other.db"
    assert locate(f"sqlite:///{tmp_path / 'third.db'}").file == tmp_path / "third.db"


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "register.db"
    with open_register(f"sqlite:///{path}") as register:
        register.save_design("a", name="A")
        assert {item.stat().st_mode & 0o077 for item in path.parent.iterdir()} == {0}


@pytest.mark.parametrize(
    "url",
    [
        "register.db",
        "mysql://u:tops3cret@h/d",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "sqlite:///x.db?mode=ro",
        "sqlite:///a\0b",
        "postgresql://u:tops3cret@host",
        "postgresql://u:tops3cret@host:port/d",
        "postgresql+asyncpg://u:tops3cret@h/d",
        "://tops3cret",
        "\ud800",
    ],
)
def test_a_wrong_url_is_one_line_without_its_password(url: str) -> None:
    line = _line(url)
    assert "tops3cret" not in line
    assert "postgresql://USER:PASSWORD@HOST/DATABASE" in line or "write " in line


def test_no_message_of_the_server_shows_a_password(postgresql: Any) -> None:
    folder = postgresql.folder
    for url in (
        postgresql.url("nowhere"),
        postgresql.url("postgres", password="wr0ng-tops3cret"),
        f"postgresql://bathylex@/postgres?host={folder}&password=tops3cret",
        f"postgresql://bathylex:tops3cret@/postgres?host={folder}&passwrod=tops3cret",
        f"postgresql://u:tops3cret@/d?host={folder}/none",
        "postgresql://u:tops3cret@127.0.0.1:1/d?connect_timeout=2",
    ):
        line = _line(url)
        assert "tops3cret" not in line
        assert PASSWORD not in line
        assert "the register cannot be used" in line
    with open_register(postgresql.new_database()) as register:
        assert PASSWORD not in f"{register!r} {register.where} {register._database.location!r}"


def test_the_driver_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "psycopg":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.delitem(sys.modules, "psycopg", raising=False)
    assert "pip install 'bathylex[postgres]'" in _line("postgresql://u:tops3cret@h/d")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Not a database, however long it may be.\n" * 100)
    before = path.read_bytes()
    line = _line(f"sqlite:///{path}")
    assert str(path) in line
    assert "file is not a database" in line
    assert path.read_bytes() == before


def test_a_database_of_something_else_is_left_alone(database_url: str) -> None:
    # On a server others may have tables beside ours, not under our names.
    table = "bookmarks" if database_url.startswith("sqlite") else "designs"
    database = Database(locate(database_url))
    with database.connected() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {table} (id INTEGER)")
    assert f"holds tables of something else ('{table}')" in _line(database_url)
    with database.connected() as connection:
        assert connection.dialect.has_table(connection, table)
        assert not connection.dialect.has_table(connection, VERSION_TABLE)
    database.close()


def test_folders_and_places_that_cannot_be_written(tmp_path: Path) -> None:
    assert "cannot be opened" in _line(f"sqlite:///{tmp_path}")
    (tmp_path / "file").write_text("")
    assert "cannot be opened" in _line(f"sqlite:///{tmp_path / 'file' / 'register.db'}")
    assert "cannot be opened" in _line(f"sqlite:///{tmp_path / ('x' * 300)}")
    assert "cannot be opened" in _line("sqlite:////proc/nothing/register.db")


def test_a_database_that_keeps_no_unicode_is_refused(postgresql: Any) -> None:
    url = postgresql.new_database("ENCODING 'SQL_ASCII' TEMPLATE template0")
    assert "the database keeps text as SQL_ASCII" in _line(url)


def test_a_register_that_may_only_be_read_is_one_line(tmp_path: Path) -> None:
    # Root may write anywhere, so another user tries.
    script = (
        "import os, sys\n"
        "from base import RegisterError\n"
        "from workbench.register import open_register\n"
        "if os.geteuid() == 0:\n"
        "    os.setgid(65534); os.setuid(65534)\n"
        "try:\n"
        "    with open_register(sys.argv[1]) as register:\n"
        "        register.save_design('a', name='A')\n"
        "except RegisterError as problem:\n"
        "    print(problem)\n"
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "shut"
        with open_register(f"sqlite:///{folder / 'register.db'}") as register:
            register.save_design("b", name="B")
        Path(place).chmod(0o755)
        (folder / "register.db").chmod(0o444)
        folder.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", script, f"sqlite:///{folder / 'register.db'}"],
            capture_output=True,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=60,
        )
        folder.chmod(0o755)
    assert done.stderr == ""
    assert "the register cannot be" in done.stdout
    assert done.stdout.count("\n") == 1


def test_a_newer_register_is_refused(database_url: str) -> None:
    open_register(database_url).close()
    database = Database(locate(database_url))
    with database.connected() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    database.close()
    line = _line(database_url)
    assert "a newer bathylex made this register (schema 9999, known up to " in line
    assert "upgrade bathylex" in line


def test_migrations_make_what_the_models_say(database_url: str) -> None:
    assert _revisions() >= {HEAD}
    open_register(database_url).close()
    database = Database(locate(database_url))
    with database.connected() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "version_table": VERSION_TABLE}
        )
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, Base.metadata) == []
    database.close()
    assert set(Base.metadata.tables) == {*WRITTEN_ONCE, "head", "jobs"}


def test_many_open_a_new_register_at_once(database_url: str) -> None:
    script = (
        "import sys\nfrom workbench.register import open_register\n"
        "with open_register(sys.argv[1]) as register:\n"
        "    register.save_design(sys.argv[2], name=sys.argv[2])\n"
    )
    openers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", script, database_url, f"Hut {number}"],
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )
        for number in range(4)
    ]
    assert [opener.wait(timeout=120) for opener in openers] == [0] * 4
    with open_register(database_url) as register:
        assert len(register.designs()) == 4
        assert register.verify().entries == 4


def test_sqlite_is_durable_and_checks_references(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    with open_register(f"sqlite:///{path}") as register, register._database.connected() as raw:
        settings = [
            raw.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        ]
    assert settings == ["wal", 1, 2, 60_000]
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_damaged_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "register.db"
    with open_register(f"sqlite:///{path}") as register:
        register.save_design("a" * 100_000, name="A")
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    assert "the register cannot be used" in _line(f"sqlite:///{path}")


def test_help_and_audits_import_no_database(project: Path) -> None:
    script = (
        "import sys\nfrom workbench.cli import run\n"
        "assert run(['--help']) == 0\nassert run(['register', '--help']) == 0\n"
        "assert not {'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=project, capture_output=True)
