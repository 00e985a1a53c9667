"""Fuzz one family for a time: ``python -m tests.fuzz FAMILY --seconds N [--engine ...]``.

Half of the time hypothesis draws mutations, half of it atheris (libFuzzer) mutates by coverage,
where it is installed. The last line is JSON: seconds, executions, and crashes by place. Inputs
that crash are kept in ``--out`` with their tracebacks; the exit status is 1 where there is any.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.targets import FAMILIES, Target, targets
from tests.fuzz.watch import attempt, bounded_memory, keep


class Record:
    """Counts of a run, written to a file now and then, for libFuzzer ends without a word."""

    def __init__(self, out: Path, family: str, engine: str) -> None:
        self.out, self.path = out, out / f"{family}-{engine}.json"
        self.start = time.monotonic()
        self.runs: Counter[str] = Counter()
        self.crashes: Counter[str] = Counter()

    def one(self, target: Target, data: bytes, folder: Path) -> None:
        """Try one input and count it."""
        crash = attempt(target, data, folder)
        self.runs[target.name] += 1
        if crash is not None:
            self.crashes[f"{crash.target}: {crash.place}"] += 1
            keep(crash, self.out)
        if crash is not None or self.runs.total() % 100 == 0:
            self.write()

    def write(self) -> None:
        """Write the counts."""
        told = {
            "seconds": round(time.monotonic() - self.start, 1), "executions": self.runs.total(),
            "by_target": dict(self.runs), "crashes": dict(self.crashes),
        }  # fmt: skip
        self.path.write_text(json.dumps(told), encoding="utf-8")


def by_hypothesis(family: str, seconds: float, seed: int, out: Path) -> None:
    """Draw mutations with hypothesis, target after target, until the time is up."""
    record = Record(out, family, "hypothesis")
    end = time.monotonic() + seconds
    turn = 0
    with tempfile.TemporaryDirectory() as name, bounded_memory():
        while time.monotonic() < end:
            for target in targets(family):
                _drawn(target, record, Path(name), end, seed * 1_000_003 + turn)
                turn += 1
    record.write()


def _drawn(target: Target, record: Record, folder: Path, end: float, seed: int) -> None:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    from tests.fuzz.strategies import inputs

    @seeded(seed)
    @settings(
        max_examples=30, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(inputs(target))
    def run(data: bytes) -> None:
        if time.monotonic() < end:
            record.one(target, data, folder)

    run()


def by_atheris(family: str, seconds: float, seed: int, out: Path) -> None:
    """Mutate by coverage of this program's readers; never returns."""
    import atheris

    with atheris.instrument_imports(
        include=[
            "corpus",
            "habitat",
            "optimize",
            "distill",
            "compliance",
            "jurisdictions",
            "coastal",
        ]
    ):
        known = targets(family)
    from tests.fuzz.mutate import KINDS, Change, mutated

    record = Record(out, family, "atheris")
    folder = Path(tempfile.mkdtemp())
    (folder / "corpus").mkdir()
    for at, target in enumerate(known):
        for number, one in enumerate(target.seeds):
            (folder / "corpus" / f"{at}-{number}").write_bytes(bytes([at]) + one)

    def test(data: bytes) -> None:
        if data:
            record.one(known[data[0] % len(known)], data[1:], folder)

    def mutate(data: bytes, most: int, number: int) -> bytes:
        rng = random.Random(number)
        if not data or rng.random() < 0.4:
            return bytes(atheris.Mutate(data, most))
        changes = [
            Change(rng.randrange(KINDS), rng.random(), rng.randrange(20_000))
            for _ in range(rng.randint(1, 5))
        ]
        other = rng.choice(known[data[0] % len(known)].seeds)
        return (data[:1] + mutated(data[1:], changes, other=other))[:most]

    options = [
        f"-max_total_time={max(1, round(seconds))}", f"-seed={seed or 1}", "-max_len=65536",
        "-rss_limit_mb=4096", "-timeout=60", "-verbosity=0", f"-artifact_prefix={out}/",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(folder / "corpus")], test, custom_mutator=mutate)
    atheris.Fuzz()


def _child(family: str, engine: str, seconds: float, seed: int, out: Path) -> int:
    command = [sys.executable, "-m", "tests.fuzz", family, "--engine", engine, "--child"]
    command += ["--seconds", str(seconds), "--seed", str(seed), "--out", str(out)]
    (out / f"{family}-{engine}.json").unlink(missing_ok=True)
    home = {"BATHYLEX_HOME": str(out / "home"), "BATHYLEX_CACHE": str(out / "cache")}
    with (out / f"{family}-{engine}.log").open("wb") as log:
        try:
            return subprocess.run(
                command, stdout=log, stderr=log, timeout=seconds + 600, env=os.environ | home
            ).returncode
        except subprocess.TimeoutExpired:
            return -1


def main(arguments: list[str] | None = None) -> int:
    """Run; return 1 where a reader crashed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--engine", choices=("both", "hypothesis", "atheris"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("out/fuzz"))
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    out = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if given.child:
        run = by_atheris if given.engine == "atheris" else by_hypothesis
        run(given.family, given.seconds, given.seed, out)
        return 0
    engines = ["hypothesis", "atheris"] if given.engine == "both" else [given.engine]
    if importlib.util.find_spec("atheris") is None and given.engine == "both":
        engines = ["hypothesis"]
    failed = False
    told = {}
    for engine in engines:
        status = _child(given.family, engine, given.seconds / len(engines), given.seed, out)
        path = out / f"{given.family}-{engine}.json"
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        told[engine] = {**found, "status": status}
        failed |= status != 0 or bool(found.get("crashes")) or not found
    print(json.dumps({"family": given.family, **told}))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
