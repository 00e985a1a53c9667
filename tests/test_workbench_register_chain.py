"""The hash chain: what was tampered with is found and named, and triggers refuse it at all."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from base import sha256_text
from compliance.waiver import Waiver
from tests.small_results import finding, result
from workbench.register import Register, open_register
from workbench.register.chain import START, canonical
from workbench.register.tables import WRITTEN_ONCE

WAIVER = Waiver(provision="a:1", reason="granted", who="The State", until="none")


def _fill(register: Register) -> None:
    """Entries: 1 version, 2 audit, 3 waiver, 4 its end, 5 audit, 6 sign-off."""
    version = register.save_design("name: Hut\n", name="Hut", by="A")
    first = result(finding("a:1", "violated"), design_sha256=version.sha256)
    register.record_audit(first, version=version.id, by="A")
    waiver = register.add_waiver(version.design, WAIVER, by="A")
    register.withdraw_waiver(waiver.id, reason="a mistake", by="A")
    second = result(finding("a:1", "satisfied"), design_sha256=version.sha256)
    audit = register.record_audit(second, version=version.id, by="B")
    register.sign_off(audit.id, who="C", statement="Reviewed.")


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    path = tmp_path / "register.db"
    with open_register(f"sqlite:///{path}") as register:
        _fill(register)
        assert register.verify().entries == 6
    return path


def _without_triggers(path: Path, *statements: str | tuple[str, tuple[Any, ...]]) -> None:
    """Do what somebody who owns the file can do."""
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(*((statement,) if isinstance(statement, str) else statement))
        connection.commit()


@pytest.mark.parametrize(
    ("statement", "entry", "problem"),
    [
        ("UPDATE audits SET verdict = 'lawful' WHERE id = 2", 2, "its audit was changed"),
        ("UPDATE audits SET as_of = '1990-01-01' WHERE id = 5", 5, "its audit was changed"),
        ("UPDATE audits SET recorded = '1990-01-01 00:00:00.000000'", 2, "audit was changed"),
        ("UPDATE audits SET result = x'00' WHERE id = 2", 2, "cannot be read"),
        ("UPDATE findings SET verdict = 'satisfied'", 2, "findings of its audit were changed"),
        ("DELETE FROM findings WHERE audit_id = 5", 5, "findings of its audit were changed"),
        (
            "INSERT INTO findings SELECT audit_id, 9, provision, rule, jurisdiction, citation, "
            "title, severity, verdict, state, reason FROM findings WHERE audit_id = 2",
            2,
            "findings of its audit were changed",
        ),
        ("UPDATE versions SET content = x'61'", 1, "the content of its version was changed"),
        ("UPDATE versions SET by = 'Z'", 1, "its version was changed"),
        ("UPDATE designs SET name = 'Palace'", 1, "the name of its design was changed"),
        ("UPDATE waivers SET who = 'Nobody'", 3, "its waiver was changed"),
        ("DELETE FROM waiver_ends", 4, "its waiver_end is missing"),
        ("UPDATE sign_offs SET statement = 'No.'", 6, "its sign_off was changed"),
        ("DELETE FROM ledger WHERE sequence = 3", 3, "entry 3 is missing (the next is 4)"),
        ("UPDATE ledger SET sequence = 9 WHERE sequence = 6", 6, "entry 6 is missing"),
        ("UPDATE ledger SET recorded = '1990-01-01 00:00:00.000000' WHERE sequence = 4", 4, "hash"),
        ("UPDATE ledger SET kind = 'other' WHERE sequence = 4", 4, "the entry was changed"),
        ("DELETE FROM ledger WHERE sequence = 6", 6, "the head counts 6 entries, 5 are there"),
        ("UPDATE head SET hash = 'x'", 7, "the head is not the hash of the last entry"),
        ("DELETE FROM head", 7, "the head is missing"),
    ],
)
def test_the_first_broken_link_is_named(
    filled: Path, statement: str, entry: int, problem: str
) -> None:
    _without_triggers(filled, statement)
    with open_register(f"sqlite:///{filled}") as register:
        found = register.verify()
    assert not found.sound
    assert (found.broken, found.entries) == (entry, entry - 1)
    assert problem in found.problem


def test_a_changed_result_is_found_though_it_still_unpacks(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        (packed,) = connection.execute("SELECT result FROM audits WHERE id = 2").fetchone()
    forged = zlib.compress(zlib.decompress(packed).replace(b'"major"', b'"minor"'))
    _without_triggers(filled, ("UPDATE audits SET result = ? WHERE id = 2", (forged,)))
    with open_register(f"sqlite:///{filled}") as register:
        found = register.verify()
    assert (found.broken, found.problem) == (2, "the result of its audit was changed")


def test_a_record_that_no_link_names_is_found(filled: Path) -> None:
    _without_triggers(
        filled,
        "INSERT INTO sign_offs (id, audit_id, audit_hash, who, statement, recorded) "
        "SELECT 2, audit_id, audit_hash, 'Z', 'Fine.', recorded FROM sign_offs",
    )
    with open_register(f"sqlite:///{filled}") as register:
        assert register.verify().problem == "2 records of kind 'sign_off', 1 entries"


def test_a_chain_rewritten_as_a_whole_is_found_by_a_hash_kept_elsewhere(tmp_path: Path) -> None:
    registers = []
    for word in ("true", "forged"):
        register = open_register(f"sqlite:///{tmp_path / word}.db")
        register.save_design(word, name="Hut")
        registers.append(register)
    kept = registers[0].verify().head
    assert registers[0].verify(known=kept).sound
    assert registers[1].verify().sound
    found = registers[1].verify(known=kept)
    assert not found.sound and kept in found.problem
    for register in registers:
        register.close()


def test_the_hash_is_what_the_documentation_says(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    with open_register(f"sqlite:///{tmp_path / 'r.db'}", clock=lambda: moment) as register:
        version = register.save_design("name: Hüt\n", name="Hüt", by="A")
    told = {
        "id": 1, "design": 1, "number": 1, "name": "Hüt", "format": "yaml",
        "sha256": sha256_text("name: Hüt\n"), "by": "A",
    }  # fmt: skip
    digest = sha256_text(canonical(told))
    link = f'[1,"version","2026-01-02T03:04:05.000006+00:00","{digest}","{START}"]'
    assert version.hash == sha256_text(link)
    assert canonical({"b": "ü", "a": 1.5}) == '{"a":1.5,"b":"\\u00fc"}'


def test_both_databases_make_the_same_hashes(tmp_path: Path, postgresql: Any) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    heads = []
    for url in (f"sqlite:///{tmp_path / 'r.db'}", postgresql.new_database()):
        with open_register(url, clock=lambda: moment) as register:
            _fill(register)
            heads.append(register.verify().head)
    assert heads[0] == heads[1]


def _raw(url: str) -> Callable[[str], None]:
    """Return what runs SQL past the register's own code."""
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")

    def run(statement: str) -> None:
        engine = create_engine(parsed)
        try:
            with engine.begin() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()

    return run


def test_triggers_refuse_to_change_or_delete(database_url: str) -> None:
    with open_register(database_url) as register:
        _fill(register)
        run = _raw(database_url)
        for table in WRITTEN_ONCE:
            key = {"ledger": "sequence", "findings": "number"}.get(table, "id")
            for statement in (f"UPDATE {table} SET {key} = {key}", f"DELETE FROM {table}"):
                with pytest.raises(DBAPIError, match="written once and never changed"):
                    run(statement)
        for statement in ("UPDATE head SET sequence = 3", "DELETE FROM head"):
            with pytest.raises(DBAPIError, match="only moves on"):
                run(statement)
        assert register.verify().entries == 6


def test_replacing_and_truncating_are_refused_too(database_url: str) -> None:
    with open_register(database_url) as register:
        _fill(register)
        run = _raw(database_url)
        for table in WRITTEN_ONCE:
            if database_url.startswith("sqlite"):
                statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
            else:
                statement = f"TRUNCATE {table} CASCADE"
            with pytest.raises(DBAPIError, match="written once and never changed"):
                run(statement)
        assert register.verify().entries == 6
