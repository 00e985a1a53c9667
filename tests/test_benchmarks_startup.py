"""The start-up benchmark knows every command, and says what it skips and why."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from benchmarks.commands import entries, leaves, missing
from workbench.cli import cli


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    return list(entries(tmp_path, tmp_path / "data", tmp_path / "corpora"))


def test_every_command_has_an_entry(names: list[str]) -> None:
    assert {"audit", "register sign-off", "coastal plan"} <= set(leaves(cli))
    assert missing(cli, names) == []


def test_a_new_command_is_named_as_missing(names: list[str]) -> None:
    @click.group()
    def more() -> None:
        """A group."""

    @more.command("audit")
    def known() -> None:
        """Has an entry."""

    @more.command("audit-all")
    def unknown() -> None:
        """Has none, though another's name starts it."""

    assert missing(more, names) == ["audit-all"]


def test_entries_run_the_command_of_their_name(tmp_path: Path) -> None:
    known = sorted(leaves(cli), key=len, reverse=True)
    for name, entry in entries(tmp_path, tmp_path, tmp_path).items():
        if name == "help":
            continue
        leaf = next(one for one in known if name == one or name.startswith((f"{one} ", f"{one}:")))
        assert list(entry.arguments[: len(leaf.split())]) == leaf.split(), name


def test_what_needs_data_says_that_they_are_absent(tmp_path: Path) -> None:
    law = tmp_path / "corpora" / "unclos" / "unclos_1982_full_en.md"
    (tmp_path / "one").mkdir()
    told = entries(tmp_path / "one", tmp_path / "data", tmp_path / "corpora")
    assert str(law) in told["corpus text"].skipped
    assert "tide-gauge" in told["coastal train: extremes"].skipped
    law.parent.mkdir(parents=True)
    law.touch()
    (tmp_path / "data" / "tide-gauge").mkdir(parents=True)
    (tmp_path / "two").mkdir()
    told = entries(tmp_path / "two", tmp_path / "data", tmp_path / "corpora")
    assert {told[name].skipped for name in ("corpus text", "coastal train: extremes")} == {""}
