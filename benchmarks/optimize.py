"""Measure the optimiser: how often each part holds the optimum, and its time beside exact solvers.

    python -m benchmarks.optimize [--only 10,30,100,300,10-soft,30-soft] [--seeds 1:200]
                                  [--results FILE.jsonl] [--no-exact]

Every instance is a line of the results file, and those that are there are not measured again; the
table at the end is over all lines. CP-SAT (one worker, linearization_level=2) and SciPy's HiGHS
solve each instance beside the pipeline, in the same process and one after another, so that load
from elsewhere falls on all of them alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.instances import generate
from optimize.arrays import arrays_of
from optimize.certify import Model
from optimize.model import ConfigurationProblem
from optimize.propagate import live_of
from optimize.relaxation import conflict_rows
from optimize.solve import solve

#: Instances of each family by default, by number of attributes; ``-soft`` has soft rules.
FAMILIES = {"10": 50, "30": 200, "100": 20, "300": 20, "10-soft": 20, "30-soft": 20}
#: Seconds for an exact solver on one instance.
EXACT_LIMIT = 120.0


@dataclass(frozen=True)
class Family:
    """A size, with or without soft rules."""

    name: str

    @property
    def attributes(self) -> int:
        """Number of attributes."""
        return int(self.name.split("-")[0])

    @property
    def soft(self) -> bool:
        """Whether there are soft rules."""
        return self.name.endswith("-soft")

    def instance(self, seed: int) -> ConfigurationProblem:
        """Return one instance."""
        return generate(self.attributes, seed, soft=self.soft)


def measure(family: Family, seed: int, *, exact: bool) -> dict[str, Any]:
    """Return what one instance gives, as plain data."""
    problem = family.instance(seed)
    began, worked = time.perf_counter(), time.process_time()
    answer = solve(problem)
    wall, work = time.perf_counter() - began, time.process_time() - worked
    annealed = answer.annealed
    found: dict[str, Any] = {
        "family": family.name,
        "seed": seed,
        "cost": answer.cost,
        "optimal": answer.optimal,
        "heuristic": answer.heuristic_cost,
        "annealed": None if annealed is None else annealed.cost,
        "feasible_reads": 0
        if annealed is None or not annealed.reads
        else annealed.feasible_reads / annealed.reads,
        "reads": 0 if annealed is None else annealed.reads,
        "seconds": wall,
        "cpu": work,
        "before_proof": wall
        - sum(answer.seconds.get(stage, 0.0) for stage in ("certificate", "conflict")),
        "stages": dict(answer.seconds),
    }
    if family.soft:
        found["objective"] = None if answer.choice is None else problem.objective(answer.choice)
        if annealed is not None and annealed.choice is not None:
            found["annealed_objective"] = problem.objective(annealed.choice)
    elif exact:
        found["cp_sat"] = timed(lambda: cp_sat(problem))
        found["highs"] = timed(lambda: highs(problem))
    return found


def timed(run: Callable[[], int | None]) -> dict[str, Any]:
    """Return a solver's proved optimum, or ``None``, and its seconds, of wall and of processor."""
    began, worked = time.perf_counter(), time.process_time()
    cost = run()
    return {
        "cost": cost,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - worked,
    }


def cp_sat(problem: ConfigurationProblem) -> int | None:
    """Return the optimum by CP-SAT on the whole problem."""
    arrays = arrays_of(problem)
    model = Model(arrays, live_of(arrays).alive)
    model.model.minimize(model.linear(arrays.cost))
    proof = model.solve(time_limit=EXACT_LIMIT, seed=0)
    return proof.value if proof.exhausted else None


def highs(problem: ConfigurationProblem) -> int | None:
    """Return the optimum by SciPy's HiGHS on the whole problem."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    arrays = arrays_of(problem)
    alive = live_of(arrays).alive
    rows, limits = conflict_rows(arrays, alive)
    size = len(alive)
    down = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    across = np.array([p for row in rows for p in row], dtype=np.int64)
    one = csr_array(
        (np.ones(size), (arrays.attribute, np.arange(size))), shape=(arrays.attributes, size)
    )
    upper = csr_array((np.ones(len(down)), (down, across)), shape=(len(rows), size))
    answer = milp(
        arrays.cost,
        integrality=np.ones(size),
        bounds=Bounds(0, alive.astype(float)),
        constraints=[
            LinearConstraint(one, 1, 1),
            LinearConstraint(
                vstack([upper, csr_array(arrays.uses.T.astype(float))]),
                -np.inf,
                np.concatenate([limits, arrays.limit]),
            ),
        ],
        options={"time_limit": EXACT_LIMIT, "mip_rel_gap": 0.0},
    )
    return round(answer.fun) if answer.status == 0 else None


def summary(name: str, lines: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what a family's lines say."""
    count = len(lines)
    proved = [one for one in lines if one["optimal"]]
    yield f"{name}: {count} instances, proved {len(proved)}"
    if not proved:
        return

    def gaps(key: str) -> list[float]:
        return [
            float("inf") if one[key] is None else (one[key] - one["cost"]) / one["cost"]
            for one in proved
        ]

    def share(values: list[float]) -> str:
        hit = sum(value == 0 for value in values)
        return f"optimum in {hit} of {len(values)}, largest gap {100 * max(values):.3f} %"

    if name.endswith("-soft"):
        hit = sum(one.get("annealed_objective") == one["objective"] for one in proved)
        yield f"  annealer alone: lexicographic optimum in {hit} of {len(proved)}"
        yield f"  before the proof: cost {share([abs(gap) for gap in gaps('heuristic')])}"
    else:
        yield f"  annealer alone: {share(gaps('annealed'))}"
        yield f"  before the proof: {share(gaps('heuristic'))}"
    feasible = statistics.mean(one["feasible_reads"] for one in lines if one["reads"])
    yield f"  feasible reads: {feasible:.2f}"
    seconds = statistics.median(one["seconds"] for one in lines)
    before = statistics.median(one["before_proof"] for one in lines)
    longest = max(one["seconds"] for one in lines)
    yield f"  seconds: {seconds:.2f} median, {longest:.2f} at most; before the proof {before:.2f}"
    for solver in ("cp_sat", "highs"):
        beside = [one for one in lines if solver in one]
        if beside:
            own = statistics.median(one[solver]["seconds"] for one in beside)
            ratio, work = (
                statistics.median(one[of] / one[solver][of] for one in beside)
                for of in ("seconds", "cpu")
            )
            solved = sum(one[solver]["cost"] is not None for one in beside)
            wrong = sum(
                one["optimal"] and one[solver]["cost"] not in (None, one["cost"]) for one in beside
            )
            yield (
                f"  {solver}: {own:.2f} s median, solved {solved} of {len(beside)}, "
                f"pipeline / {solver} {ratio:.2f} (processor time {work:.2f}), "
                f"other optimum in {wrong}"
            )


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 where a proved optimum differs from an exact solver's."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(FAMILIES), help="families, by commas")
    parser.add_argument("--seeds", help="FIRST:COUNT, as 1:200")
    parser.add_argument("--results", type=Path, default=Path("optimize-results.jsonl"))
    parser.add_argument("--no-exact", action="store_true", help="leave out CP-SAT and HiGHS beside")
    given = parser.parse_args(arguments)
    lines = []
    if given.results.exists():
        lines = [json.loads(line) for line in given.results.read_text().splitlines()]
    done = {(line["family"], line["seed"]) for line in lines}
    names = given.only.split(",")
    if unknown := [name for name in names if name not in FAMILIES]:
        parser.error(f"no family {unknown[0]!r}; one of {', '.join(FAMILIES)}")
    warm = generate(5, 0)
    solve(warm), cp_sat(warm), highs(warm)  # imports are not measured
    for name in names:
        first, count = (int(n) for n in (given.seeds or f"1:{FAMILIES[name]}").split(":"))
        for seed in range(first, first + count):
            if (name, seed) in done:
                continue
            line = measure(Family(name), seed, exact=not given.no_exact)
            lines.append(line)
            with given.results.open("a") as file:
                file.write(json.dumps(line) + "\n")
            print(f"{name} {seed}: cost {line['cost']}, {line['seconds']:.2f} s", file=sys.stderr)
    for name in FAMILIES:
        if mine := [line for line in lines if line["family"] == name]:
            print("\n".join(summary(name, mine)))
    return int(
        any(
            line["optimal"] and line.get("cp_sat", {}).get("cost") not in (None, line["cost"])
            for line in lines
        )
    )


if __name__ == "__main__":
    sys.exit(main())
