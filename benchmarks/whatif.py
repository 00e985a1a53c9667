"""Two hundred sites in one comparison, beside two hundred audits of their own.

    python benchmarks/whatif.py [DESIGN] [SITES]

The comparison runs in a process of its own, as ``bathylex audit`` does; the separate audits are
timed on a sample of five and multiplied. The rules come from the compiled cache in both. Nothing is
asserted: timings belong to the machine they were taken on, the ratio less so.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE = 5


def seconds(command: list[str]) -> float:
    """Return the wall time of a command."""
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT)
    if done.returncode not in (0, 1, 3):
        raise SystemExit(done.stderr)
    return time.perf_counter() - start


def main() -> None:
    design = (
        sys.argv[1] if len(sys.argv) > 1 else str(PROJECT / "examples/azores_vent_station.yaml")
    )
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    place = random.Random(1982)
    sites = [(place.uniform(-65, 75), place.uniform(-180, 180)) for _ in range(count)]
    command = [sys.executable, "-m", "workbench.cli"]
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "sites.csv"
        rows = "".join(f"{latitude:.4f},{longitude:.4f}\n" for latitude, longitude in sites)
        listed.write_text(f"lat,lon\n{rows}", encoding="utf-8")
        asked = ["whatif", design, "--site-file", str(listed)]
        seconds([*command, "audit", design])
        brief = seconds([*command, *asked, "--json", "--brief"])
        whole = seconds([*command, *asked, "--json"])
        page = seconds([*command, *asked, "--format", "html", "-o", folder])
        alone = [seconds([*command, "audit", design, "--json"]) for _ in range(SAMPLE)]
    one = statistics.median(alone)
    print(f"one audit from the cache             {one:8.2f} s (median of {SAMPLE})")
    print(f"{count} such audits                     {one * count:8.1f} s")
    for name, value in (("--json --brief", brief), ("--json", whole), ("page with map", page)):
        print(
            f"{count} sites in one run, {name:<15} {value:8.1f} s, {value / count * 1000:5.0f} ms "
            f"a site, {one * count / value:5.1f} times faster"
        )


if __name__ == "__main__":
    main()
