"""A short fuzzing of every reader, the same at each run; ``make fuzz`` does it for longer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from base import BathylexError
from tests.fuzz.mutate import Change, mutated
from tests.fuzz.strategies import inputs
from tests.fuzz.targets import FAMILIES, Target, targets
from tests.fuzz.watch import attempt, bounded_memory

#: Targets that copy what they are given to where their reader looks for it.
COPIED = ("labels", "chip", "space", "checkpoint_index", "checkpoint_tensors")
FOUND = Path(__file__).parent / "fuzz" / "found"


@pytest.mark.parametrize("family", FAMILIES)
def test_mutated_inputs_are_read_or_refused_in_one_line(
    family: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    for target in targets(family):
        _run(target, folder)


def _run(target: Target, folder: Path) -> None:
    @settings(
        max_examples=25, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(inputs(target))
    def run(data: bytes) -> None:
        crash = attempt(target, data, folder)
        assert crash is None, f"{target.name}: {crash.place}\n{crash.told}"

    run()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_seed_is_read_and_not_merely_refused(family: str, tmp_path: Path) -> None:
    for target in targets(family):
        if target.name == "labels":
            continue
        for seed in target.seeds:
            path = tmp_path / f"seed{target.suffix}"
            path.write_bytes(seed)
            target.read(path)


def _found() -> list[Path]:
    return sorted(FOUND.glob("*.bin"))


@pytest.mark.parametrize("path", _found(), ids=lambda path: path.stem)
def test_inputs_that_once_broke_a_reader_do_so_no_more(path: Path, tmp_path: Path) -> None:
    name = path.stem.rpartition("-")[0]
    target = next(one for family in FAMILIES for one in targets(family) if one.name == name)
    crash = attempt(target, path.read_bytes(), tmp_path)
    assert crash is None, f"{crash.place}\n{crash.told}"


def test_a_crash_is_told_and_not_hidden(tmp_path: Path) -> None:
    def broken(path: Path) -> None:
        raise KeyError(path.read_bytes())

    found = attempt(Target("broken", ".x", (b"",), broken), b"x", tmp_path)
    assert found is not None
    assert found.place.startswith("KeyError")


def test_mutations_are_the_same_for_the_same_changes() -> None:
    changes = [Change(kind, 0.3, 77 + kind) for kind in range(11)]
    assert mutated(b"lamps burn\nat night: yes\n", changes) == mutated(
        b"lamps burn\nat night: yes\n", changes
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_a_cell_that_never_ends_is_no_crash(family: str, tmp_path: Path) -> None:
    for target in targets(family):
        if target.suffix in (".csv", ".odf"):
            for cell in (b'"' + b"x" * 140_000, b"7" * 140_000 + b",1\n"):
                crash = attempt(target, target.seeds[0] + cell, tmp_path)
                assert crash is None, f"{target.name}: {crash.place}\n{crash.told}"


@pytest.mark.parametrize("family", ["survey", "design", "model"])
def test_a_file_larger_than_any_bound_is_refused_unread(family: str, tmp_path: Path) -> None:
    for target in targets(family):
        if target.name in COPIED:
            continue
        path = tmp_path / f"large{target.suffix}"
        path.write_bytes(target.seeds[0])
        os.truncate(path, 5 << 30)
        with pytest.raises(BathylexError), bounded_memory(1 << 30):
            target.read(path)
