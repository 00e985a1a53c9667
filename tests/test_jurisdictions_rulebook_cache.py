"""The cache of compiled rules: what its key depends on, and how many rule books it keeps."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.digests import load_digests
from jurisdictions import compiler
from jurisdictions.compiler import PROGRAM, cache_key
from jurisdictions.rulebook_cache import KEPT, STALE_SECONDS, book_path, cache_folder, keep, touch


@pytest.fixture
def program(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the program's code and bindings, from which the key is reckoned."""
    for package in PROGRAM:
        ignored = shutil.ignore_patterns("*.npz", "__pycache__")
        shutil.copytree(project / package, tmp_path / package, ignore=ignored)
    monkeypatch.setattr(compiler, "files", lambda name: tmp_path.joinpath(*name.split(".")))
    compiler._program_fingerprint.cache_clear()
    yield tmp_path
    compiler._program_fingerprint.cache_clear()


def key_now() -> str:
    compiler._program_fingerprint.cache_clear()
    return cache_key(load_digests().values())


@pytest.mark.parametrize(
    "name",
    [
        "base/text.py",
        "corpus/model.py",
        "corpus/readers/treaty.py",
        "jurisdictions/compiler.py",
        "jurisdictions/pieces.py",
        "jurisdictions/pipeline/quantities.py",
        "jurisdictions/pipeline/lexicon.py",
        "jurisdictions/references/grammar.py",
        "jurisdictions/bindings/unclos.yaml",
    ],
)
def test_the_key_changes_with_the_program_and_the_bindings(program: Path, name: str) -> None:
    before = key_now()
    assert key_now() == before
    path = program / name
    path.write_bytes(path.read_bytes() + b"\n# one more line\n")
    assert key_now() != before


def test_the_key_changes_with_a_new_file_and_with_a_new_name(program: Path) -> None:
    keys = {key_now()}
    path = program / "jurisdictions" / "pipeline" / "added.py"
    path.write_text("")
    keys.add(key_now())
    path.rename(path.with_name("renamed.py"))
    keys.add(key_now())
    assert len(keys) == 3


def test_the_key_changes_with_the_law_and_with_what_is_known_of_it() -> None:
    texts = load_digests()
    before = cache_key(texts.values())
    law = texts["unclos"]
    edited = replace(law, source=law.source.replace("500 metres", "400 metres"))
    draft = replace(law, instrument=replace(law.instrument, status="draft"))
    for changed in (edited, draft):
        assert cache_key({**texts, "unclos": changed}.values()) != before
    assert cache_key([text for name, text in texts.items() if name != "msfd"]) != before
    assert cache_key(load_digests().values()) == before


def test_only_the_newest_rule_books_are_kept(tmp_path: Path) -> None:
    paths = [book_path(tmp_path, f"{number:064d}"[::-1]) for number in range(KEPT + 3)]
    for age, path in enumerate(reversed(paths)):
        keep(path, "{}")
        os.utime(path, (1e9 - age, 1e9 - age))
    touch(paths[0])
    (tmp_path / "notes.json").write_text("the user's own")
    newest = book_path(tmp_path, "f" * 64)
    keep(newest, "{}")
    left = {path.name for path in tmp_path.iterdir()}
    assert {newest.name, paths[0].name, "notes.json"} <= left
    assert len(left) == KEPT + 1


def test_parts_that_a_dead_process_left_go_and_those_in_use_stay(tmp_path: Path) -> None:
    dead, alive = tmp_path / ".rulebook-a.json.x.part", tmp_path / ".rulebook-b.json.y.part"
    for path in (dead, alive):
        path.write_text("{")
    then = dead.stat().st_mtime - STALE_SECONDS - 60
    os.utime(dead, (then, then))
    keep(book_path(tmp_path, "c" * 64), "{}")
    assert not dead.exists()
    assert alive.exists()


def test_audits_side_by_side_do_not_trip_over_each_other(tmp_path: Path) -> None:
    problems: list[Exception] = []

    def work(name: int) -> None:
        for number in range(20):
            path = book_path(tmp_path, f"{name:06d}{number:06d}".ljust(64, "0"))
            try:
                keep(path, "{}" * 500)
                touch(path)
            except Exception as problem:
                problems.append(problem)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    left = list(tmp_path.iterdir())
    assert left
    assert all(path.read_text() == "{}" * 500 for path in left)


@pytest.mark.parametrize(
    ("given", "expected"), [("~/rules", "{home}/rules"), ("~no-such-user/x", "~no-such-user/x")]
)
def test_the_folder_may_begin_with_the_users_home(
    given: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("BATHYLEX_CACHE", given)
    assert str(cache_folder()) == expected.format(home=tmp_path)
