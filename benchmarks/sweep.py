"""One million designs against all the law that binds at their sites: seconds and peak memory.

Run as ``python -m benchmarks.sweep [--designs N] [--workers N] [--audits N]``. The sweep runs as a
command of its own, whose processes' resident memory is added up while it runs (pages that forked
processes share count in each). Then some designs at random are audited by the interpreter, and
their rows in the Parquet parts compared. For raw surveys see ``benchmarks.survey_sweep``.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

#: Fast draws, flags and places: about what an engineer would vary. Every hull is another one.
SPACE = """\
base: {base}
axes:
  site:
    - {{latitude: 37.84, longitude: -31.52}}
    - {{latitude: 13.5, longitude: -116.5}}
    - {{latitude: 29.0, longitude: -88.2}}
    - {{latitude: 24.6, longitude: -81.3}}
    - {{latitude: 57.5, longitude: 3.0}}
  purpose: [scientific_research, mineral_exploration, energy, tourism]
  consents.coastal_state: [true, null]
  hull.form: [sphere, cylinder]
  hull.material: [Ti-6Al-4V ELI, HY-80]
  hull.thickness: {{latin: [20 mm, 150 mm]}}
  hull.inner_diameter: {{latin: [2 m, 6 m]}}
  hull.frame_spacing: {{latin: [300 mm, 900 mm]}}
  hull.bulkhead_spacing: {{latin: [2 m, 9 m]}}
  hull.frame_second_moment: {{latin: [1.0e-6 m4, 1.0e-4 m4]}}
  site.depth: {{latin: [100 m, 4000 m]}}
  safety_zone.radius: {{latin: [200 m, 800 m]}}
  life_support.oxygen_reserve: {{latin: [24 hour, 200 hour]}}
  noise.received_level: {{latin: [90 dB, 140 dB]}}
  reporting.annual_report_within: {{latin: [30 day, 150 day]}}
samples: {samples}
seed: 5
"""
_GRID = 5 * 4 * 2 * 2 * 2
_AS_OF = "2026-01-01"
_BARS = {"seconds": 60.0, "memory_mib": 1024.0}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--designs", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--audits", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        space = folder / "space.yaml"
        base = Path(__file__).resolve().parent.parent / "examples" / "azores_vent_station.yaml"
        samples = max(1, options.designs // _GRID)
        space.write_text(SPACE.format(base=base, samples=samples), encoding="utf-8")
        before = processor_of_children()
        seconds, memory = measured([str(space)], folder / "out", options.workers)
        busy = processor_of_children() - before
        designs = samples * _GRID
        print(f"designs                {designs:>12,}")
        print(f"seconds                {seconds:>12.1f}   bar {_BARS['seconds']:.0f}")
        print(f"processor seconds      {busy:>12.1f}")
        print(f"peak resident MiB      {memory:>12.0f}   bar {_BARS['memory_mib']:.0f}")
        print(f"designs each second    {designs / seconds:>12,.0f}")
        wrong = _audited(space, folder / "out", options.audits)
        print(f"audits that differ     {wrong:>12} of {options.audits}")
    missed = seconds > _BARS["seconds"] or memory > _BARS["memory_mib"] or wrong > 0
    return int(missed)


def measured(swept: list[str], out: Path, workers: int) -> tuple[float, float]:
    """Return the seconds that a sweep took, and the peak of its processes' memory in MiB."""
    command = [sys.executable, "-m", "workbench.cli", "sweep", *swept, "-o", str(out)]
    command += ["--workers", str(workers), "--as-of", _AS_OF, "--json"]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(_resident(pid) for pid in _family(process.pid)))
        time.sleep(0.05)
    if process.returncode:
        raise SystemExit(f"the sweep failed with status {process.returncode}")
    return time.perf_counter() - start, peak / 2**20


def processor_of_children() -> float:
    """Return the processor time of all processes that ended below this one."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _family(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for parent in found:
        try:
            text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
        except OSError:
            continue
        found.extend(int(child) for child in text.split())
    return found


def _resident(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    for line in text.splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _audited(path: Path, out: Path, count: int) -> int:
    """Return how many of some designs at random the interpreter judges differently."""
    import pyarrow.parquet as pq

    from compliance.audit import audit
    from compliance.shared import Shared
    from compliance.sweep.space import load_space
    from compliance.sweep.store import PART
    from workbench.law import rulebook

    space, book = load_space(path), rulebook(None)
    shared, chance = Shared(book), random.Random(1)
    tables: dict[int, Any] = {}
    wrong = 0
    for _ in range(count):
        place = chance.randrange(space.size)
        number = place // PART
        if number not in tables:
            tables[number] = pq.read_table(out / "parts" / f"part-{number:05}.parquet")
        row = tables[number].slice(place - number * PART, 1).to_pylist()[0]
        found = audit(space.design(place), book, as_of=date.fromisoformat(_AS_OF), shared=shared)
        totals = found.totals
        seen = (row["verdict"], row["violated"], row["undetermined"], row["open"], row["margin"])
        wanted = (
            found.verdict,
            totals["violated"],
            totals["undetermined"],
            totals["open_norm"],
            _least(found),
        )
        wrong += row["place"] != place or seen != wanted
    return wrong


def _least(result: Any) -> float | None:
    """Return the least margin of an audit relative to the law's number."""
    relative = [
        item.margin / (abs(item.bound.value) or 1.0)
        for item in result.findings
        if item.margin is not None and item.bound is not None
    ]
    return min(relative, default=None)


if __name__ == "__main__":
    sys.exit(main())
