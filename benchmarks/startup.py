"""Start-up: each command beside ``python -c pass``, in turns, with the peak of its memory.

``python -m benchmarks.startup [--turns N] [--long] [--only NAME ...]``. A turn runs python alone
and then every command once; the ratio of a command is the median of its time over that of python
in the same turn. Slow commands run in one turn only. Processor time stands beside wall time, since
other work on the machine delays the one and hardly the other; bars hold for processor time. Memory
is the peak resident set that the kernel counted for the largest process of the command; of
``serve`` it is the sum over the server and what it had started when its first page was there.

Bytecode is kept between runs, as it is after an installation. A command without an entry is named,
and fails the run.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.commands import PROJECT, Entry, entries, missing
from workbench.cli import cli

#: Largest ratios that are promised.
BARS = {"help": 12.0, "audit": 60.0}
TOKEN = "benchmark-token-0123456789"
MIB = 2**20


@dataclass(frozen=True)
class Taken:
    """What a run took: wall and processor seconds, peak resident bytes, and its exit status."""

    wall: float
    processor: float
    peak: int
    status: int


#: Runs a command and says what it took. The kernel counts into the peak of a process what its
#: parent held when it was started; so the parent is small.
LAUNCHER = """
import json, os, sys, time
null = os.open(os.devnull, os.O_RDWR)
start = time.perf_counter()
child = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ, file_actions=[
    (os.POSIX_SPAWN_DUP2, null, place) for place in range(3)])
_, status, usage = os.wait4(child, 0)
print(json.dumps([time.perf_counter() - start, usage.ru_utime + usage.ru_stime,
    usage.ru_maxrss * 1024, os.waitstatus_to_exitcode(status)]))
"""


def once(arguments: tuple[str, ...], environment: dict[str, str]) -> Taken:
    """Run python to its end."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LAUNCHER, *arguments],
        stdout=subprocess.PIPE, env=environment, cwd=PROJECT, check=True,
    )  # fmt: skip
    return Taken(*json.loads(done.stdout))


def served(arguments: tuple[str, ...], environment: dict[str, str]) -> Taken:
    """Start the server, fetch its first page, and interrupt it; wall time is until the page."""
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env=environment | {"BATHYLEX_TOKEN": TOKEN}, cwd=PROJECT, text=True,
    )  # fmt: skip
    try:
        assert child.stderr is not None
        lines = iter(child.stderr.readline, "")
        address = next(line.split()[1] for line in lines if line.startswith("Open http"))
        opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        opener.open(f"{address}/login?token={TOKEN}", timeout=60).read()
        there, together = time.perf_counter() - start, _together(child.pid)
    except BaseException:
        child.kill()
        raise
    child.send_signal(signal.SIGINT)
    child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Taken(there, usage.ru_utime + usage.ru_stime, together, child.returncode)


def _together(pid: int) -> int:
    """Return the sum of the peaks of a process and of all below it, in bytes; 0 without /proc."""
    parents: dict[int, int] = {}
    peaks: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":", 1) for line in path.read_text().splitlines())
        except OSError:
            continue
        process = int(lines["Pid"])
        parents[process] = int(lines["PPid"])
        peaks[process] = int(lines.get("VmHWM", "0").split()[0]) * 1024
    family = {pid}
    while more := {one for one, above in parents.items() if above in family} - family:
        family |= more
    return sum(peaks.get(one, 0) for one in family)


def _measure(entry: Entry, environment: dict[str, str], folder: Path) -> Taken:
    own = environment | {"BATHYLEX_HOME": str(folder / entry.home)}
    return (served if entry.serves else once)(("-m", "workbench.cli", *entry.arguments), own)


def _turns(
    chosen: dict[str, Entry], turns: int, environment: dict[str, str], folder: Path
) -> tuple[list[Taken], dict[str, list[tuple[Taken, Taken]]]]:
    """Return python alone for each turn, and for each command its runs, python beside them."""
    for entry in chosen.values():
        if not entry.once:
            _measure(entry, environment, folder)
    plain: list[Taken] = []
    runs: dict[str, list[tuple[Taken, Taken]]] = {name: [] for name in chosen}
    for turn in range(turns):
        alone = once(("-c", "pass"), environment)
        plain.append(alone)
        for name, entry in chosen.items():
            if turn == 0 or not entry.once:
                runs[name].append((_measure(entry, environment, folder), alone))
    return plain, runs


def _row(name: str, entry: Entry, runs: list[tuple[Taken, Taken]]) -> tuple[str, bool]:
    """Return the row of a command, and whether it kept its bar and answered."""
    wall = median(taken.wall / alone.wall for taken, alone in runs)
    processor = median(taken.processor / alone.processor for taken, alone in runs)
    peak = max(taken.peak for taken, _ in runs)
    statuses = {taken.status for taken, _ in runs}
    bar = BARS.get(name)
    told = " ".join(map(str, sorted(statuses)))
    row = (
        f"| {name} | {wall:.1f} | {processor:.1f} | {peak / MIB:.0f} | {len(runs)} | {told} | "
        f"{f'{bar:g}' if bar else ''} |"
    )
    return row, statuses <= entry.allowed and (bar is None or processor <= bar)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 1 where a bar is missed, a run fails or a command has no entry."""
    shared = PROJECT.parent / "shared"
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="names of commands")
    parser.add_argument("--long", action="store_true", help="those that take minutes too")
    parser.add_argument("--data", type=Path, default=shared / "data")
    parser.add_argument("--corpora", type=Path, default=shared / "corpora")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {
            **{key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
            "BATHYLEX_CACHE": str(folder / "cache"),
            "BATHYLEX_DATABASE_URL": f"sqlite:///{folder / 'register.db'}",
            "PYTHONPATH": str(PROJECT),
        }
        known = entries(folder, given.data.resolve(), given.corpora.resolve())
        wanted = {key: entry for key, entry in known.items() if not given.only or key in given.only}
        skipped = {
            key: entry.skipped or "takes minutes; give --long"
            for key, entry in wanted.items()
            if entry.skipped or (entry.long and not given.long)
        }
        chosen = {key: entry for key, entry in wanted.items() if key not in skipped}
        before = os.getloadavg()
        plain, runs = _turns(chosen, given.turns, environment, folder)
        load = f"load average {before[0]:.1f} before, {os.getloadavg()[0]:.1f} after"
    print(
        f"python -c pass: median {median(one.wall for one in plain) * 1e3:.1f} ms, "
        f"{median(one.processor for one in plain) * 1e3:.1f} ms of processor time, "
        f"peak {max(one.peak for one in plain) / MIB:.0f} MiB; {load} "
        f"on {len(os.sched_getaffinity(0))} cores"
    )
    print("| Command | times python, wall | processor | peak MiB | runs | status | bar |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    sound = True
    for key, entry in wanted.items():
        if key in skipped:
            print(f"| {key} | skipped: {skipped[key]} | | | | | |")
            continue
        row, kept = _row(key, entry, runs[key])
        print(row)
        sound &= kept
    for leaf in missing(cli, known):
        print(f"no entry for: bathylex {leaf}")
        sound = False
    return int(not sound)


if __name__ == "__main__":
    sys.exit(main())
