"""Start-up: each command beside ``python -c pass``, in turns, with the peak of its memory.

``python -m benchmarks.startup [--turns N]``. A turn runs python alone and then every command once;
the ratio of a command is the median of its time over that of python in the same turn. Memory is
the peak resident set that the kernel counted for the process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).resolve().parent.parent
DESIGN = str(PROJECT / "examples" / "azores_vent_station.yaml")
SURVEY = PROJECT / "examples" / "azores_survey"
#: Largest ratios that are promised.
BARS = {"help": 12.0, "audit": 60.0}
INSTANCE = """{"attributes": [{"name": "lamp", "options": [{"name": "red", "cost": 3},
 {"name": "green", "cost": 2}]}], "forbid": [["lamp", "green"]]}"""


def commands(folder: Path) -> dict[str, list[str]]:
    """Return arguments by name of what is timed."""
    instance = folder / "instance.json"
    instance.write_text(INSTANCE, encoding="utf-8")
    return {
        "help": ["--help"],
        "audit": ["audit", DESIGN],
        "audit --json": ["audit", DESIGN, "--json"],
        "zone": ["zone", "37.84", "-31.52"],
        "hull": [
            "hull", "--form", "sphere", "--material", "Ti-6Al-4V ELI", "--inner-diameter", "2 m",
            "--depth", "6500 m",
        ],
        "schema": ["schema"],
        "corpus list": ["corpus", "list"],
        "conflicts": ["conflicts", DESIGN],
        "explain": ["explain", DESIGN],
        "whatif": ["whatif", DESIGN, "--site", "10,-40"],
        "repair": ["repair", DESIGN],
        "optimize": ["optimize", str(instance)],
        "graph": ["graph"],
        "design": [
            "design", "--acoustic", str(SURVEY / "sonar.npy"), "--sensor",
            str(SURVEY / "sensors.csv"), "--structure", str(SURVEY / "structure.json"),
        ],
        "register list": ["register", "list"],
    }  # fmt: skip


def once(arguments: list[str], environment: dict[str, str]) -> tuple[float, int, int]:
    """Run python; return seconds, peak resident bytes, and exit status."""
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=environment, cwd=PROJECT,
    )  # fmt: skip
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    return seconds, usage.ru_maxrss * 1024, child.returncode


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="names of commands")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {
            "BATHYLEX_CACHE": str(folder / "cache"), "BATHYLEX_HOME": str(folder / "home"),
            "BATHYLEX_DATABASE_URL": f"sqlite:///{folder / 'register.db'}",
            "PYTHONPATH": str(PROJECT),
        }  # fmt: skip
        chosen = {
            key: ["-m", "workbench.cli", *value]
            for key, value in commands(folder).items()
            if not given.only or key in given.only
        }
        for value in chosen.values():
            once(value, environment)
        ratios: dict[str, list[float]] = {key: [] for key in chosen}
        peaks, statuses, plain = dict.fromkeys(chosen, 0), dict.fromkeys(chosen, 0), []
        for _ in range(given.turns):
            alone, small, _ = once(["-c", "pass"], environment)
            plain.append(alone)
            for key, value in chosen.items():
                seconds, peak, statuses[key] = once(value, environment)
                ratios[key].append(seconds / alone)
                peaks[key] = max(peaks[key], peak)
    print(f"python -c pass: median {median(plain) * 1e3:.1f} ms, peak {small / 1e6:.0f} MB")
    print("| Command | times python | peak MB | status | bar |\n|---|---:|---:|---:|---:|")
    missed = False
    for key in chosen:
        ratio, bar = median(ratios[key]), BARS.get(key)
        missed |= bar is not None and ratio > bar
        told = f"{bar:g}" if bar else ""
        print(f"| {key} | {ratio:.1f} | {peaks[key] / 1e6:.0f} | {statuses[key]} | {told} |")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
