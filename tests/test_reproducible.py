"""Answers as JSON are the same byte for byte, whatever process gives them and in what order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = {
    "audit": ["audit", "examples/azores_vent_station.yaml", "--json"],
    "conflicts": ["conflicts", "examples/azores_vent_station.yaml", "--json"],
    "zone": ["zone", "37.84", "-31.52", "--json"],
    "hull": [
        "hull", "--form", "sphere", "--material", "Ti-6Al-4V ELI", "--inner-diameter", "2 m",
        "--depth", "6500 m", "--json",
    ],
    "whatif": [
        "whatif", "examples/azores_vent_station.yaml", "--site", "10,-40", "--json",
    ],
    "schema": ["schema"],
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_json_is_the_same_for_every_hash_seed(name: str, project: Path) -> None:
    found = []
    for seed in ("0", "1", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(project)}
        done = subprocess.run(
            [sys.executable, "-m", "workbench.cli", *COMMANDS[name]],
            capture_output=True, cwd=project, env=environment, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1, 3), done.stderr.decode()[-800:]
        assert done.stdout.strip()
        found.append(done.stdout)
    assert found[0] == found[1] == found[2]


def test_reports_written_twice_are_the_same_files(project: Path, tmp_path: Path) -> None:
    for run, seed in (("one", "7"), ("two", "8")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(project)}
        command = ["audit", "examples/azores_vent_station.yaml", "--format", "json,sarif,oscal"]
        done = subprocess.run(
            [sys.executable, "-m", "workbench.cli", *command, "-o", str(tmp_path / run)],
            capture_output=True, cwd=project, env=environment, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1, 3), done.stderr.decode()[-800:]
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(names) == 3
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
