"""Wall time of an audit with and without the compiled rule cache, beside ``python -c pass``.

    python benchmarks/audit.py [DESIGN]

Each figure is the median of several runs of a fresh process; ratios are to ``python -c pass`` timed
in the same run. Nothing is asserted: timings belong to the machine they were taken on.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
RUNS = 5


def seconds(command: list[str], environment: dict[str, str], runs: int) -> float:
    """Return the median wall time of a command over ``runs`` fresh processes."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        taken.append(time.perf_counter() - start)
        if done.returncode not in (0, 1, 3):
            raise SystemExit(done.stderr)
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "design", nargs="?", default=str(PROJECT / "examples/azores_vent_station.yaml")
    )
    design = parser.parse_args().design
    if not Path(design).is_file():
        parser.error(f"{design}: no such file")
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "BATHYLEX_CACHE": cache}
        audit = [sys.executable, "-m", "workbench.cli", "audit", design, "--json"]
        rows = [("python -c pass", seconds([sys.executable, "-c", "pass"], environment, RUNS))]
        help_command = [sys.executable, "-m", "workbench.cli", "--help"]
        rows.append(("bathylex --help", seconds(help_command, environment, RUNS)))
        rows.append(("audit, rules not compiled yet", seconds(audit, environment, 1)))
        rows.append(("audit, compiled cache", seconds(audit, environment, RUNS)))
    baseline = rows[0][1]
    for name, value in rows:
        print(f"{name:<32} {value * 1000:>9.0f} ms {value / baseline:>8.1f} x")


if __name__ == "__main__":
    main()
