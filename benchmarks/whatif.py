"""Two hundred sites in one comparison, beside two hundred audits of their own.

    python benchmarks/whatif.py [DESIGN] [SITES]

The comparison runs in a process of its own, as ``bathylex audit`` does; the separate audits are
timed on a sample of five and multiplied. The rules come from the compiled cache in both. Processor
time is given beside wall time, which suffers from whatever else the machine does. Nothing is
asserted: timings belong to the machine they were taken on, the ratio less so.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE = 5


@dataclass(frozen=True)
class Taken:
    """Seconds of wall and of processor time."""

    wall: float
    processor: float


def timed(command: list[str]) -> Taken:
    """Run a command and return the time it took."""
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT)
    after = os.times()
    if done.returncode not in (0, 1, 3):
        raise SystemExit(done.stderr)
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    return Taken(time.perf_counter() - start, used)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "design", nargs="?", default=str(PROJECT / "examples/azores_vent_station.yaml")
    )
    parser.add_argument("sites", nargs="?", type=int, default=200)
    given = parser.parse_args()
    design, count = given.design, given.sites
    if not Path(design).is_file() or count < 1:
        parser.error(f"{design}, {count} sites: name a design file and at least one site")
    place = random.Random(1982)
    sites = [(place.uniform(-65, 75), place.uniform(-180, 180)) for _ in range(count)]
    command = [sys.executable, "-m", "workbench.cli"]
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "sites.csv"
        rows = "".join(f"{latitude:.4f},{longitude:.4f}\n" for latitude, longitude in sites)
        listed.write_text(f"lat,lon\n{rows}", encoding="utf-8")
        asked = ["whatif", design, "--site-file", str(listed)]
        timed([*command, "audit", design])
        runs = {
            "--json --brief": timed([*command, *asked, "--json", "--brief"]),
            "--json": timed([*command, *asked, "--json"]),
            "page with map": timed([*command, *asked, "--format", "html", "-o", folder]),
        }
        alone = [timed([*command, "audit", design, "--json"]) for _ in range(SAMPLE)]
    one = Taken(
        statistics.median(item.wall for item in alone),
        statistics.median(item.processor for item in alone),
    )
    print(f"{'':<38} {'wall s':>8} {'CPU s':>8} {'CPU ms a site':>14} {'times less CPU':>15}")
    print(f"{f'one audit (median of {SAMPLE})':<38} {one.wall:>8.2f} {one.processor:>8.2f}")
    for name, run in runs.items():
        print(
            f"{f'{count} sites in one run, {name}':<38} {run.wall:>8.1f} {run.processor:>8.1f} "
            f"{run.processor / count * 1000:>14.0f} {one.processor * count / run.processor:>15.1f}"
        )


if __name__ == "__main__":
    main()
