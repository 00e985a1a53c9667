"""``bathylex audit`` killed at any moment: each report is whole, or not there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from examples import examples

PROJECT = Path(__file__).resolve().parent.parent
DESIGN = next(path for path in examples() if path.stem == "florida_reef")


def _audit(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "workbench.cli", "audit", str(DESIGN), "--as-of", "2026-01-01",
         "-o", str(folder), "--format", "json,html,sarif,oscal"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip


def _reports(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("florida_reef.*")}


def test_a_killed_audit_leaves_no_half_report(tmp_path: Path) -> None:
    folder = tmp_path / "whole"
    assert _audit(folder).wait(timeout=300) in (0, 1, 3)
    whole = _reports(folder)
    assert len(whole) == 4
    folder = tmp_path / "killed"
    folder.mkdir()
    old = b"an earlier report"
    for moment in range(6):
        for name in whole:
            (folder / name).write_bytes(old)
        running = _audit(folder)
        if moment:  # the first is killed before it writes at all, the others while they do
            while running.poll() is None and not any(
                path.suffix == ".part" or path.read_bytes()[:9] != old[:9]
                for path in folder.iterdir()
            ):
                time.sleep(0.001)
            time.sleep(0.004 * (moment - 1))
        else:
            time.sleep(0.3)
        running.kill()
        running.wait()
        left = _reports(folder)
        assert left.keys() == whole.keys()
        assert all(content in (old, whole[name]) for name, content in left.items())
        for part in folder.glob(".*.part"):
            part.unlink()
