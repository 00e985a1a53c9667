"""Encodings, penalties and capacities of quadratic models: what each does to annealed reads.

    python -m benchmarks.encodings [--instances FOLDER] [--generated 12] [--attributes 30]
                                      [--reads 500] [--sweeps 100] [--out ROWS.jsonl]

Every setting anneals the same cores: the options that a choice of cost optimum + 2 can hold, which
flatters all settings alike. The optimum is the instance file's, or proved here. With ``--out`` the
rows of an instance are written once all are there, and those in the file are not measured again.
The textbook's way (dimod's conversion of the constrained model, default schedule) is the last line.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import dimod
import numpy as np
from dwave.samplers import SimulatedAnnealingSampler

from benchmarks.instances import generate
from optimize.arrays import arrays_of
from optimize.encoding import NAMES
from optimize.instance import load_instance
from optimize.model import ConfigurationProblem
from optimize.presolve import bounds_of, core_of
from optimize.propagate import live_of, propagate
from optimize.qubo import Qubo, build
from optimize.relaxation import Relaxation, relax
from optimize.samplers import sampler
from optimize.solve import solve

#: Seeds of generated instances, away from those that defaults were tuned on.
FIRST_SEED = 70_000
#: What the cores' choices may cost above the optimum.
ABOVE = 2
PENALTIES: dict[str, dict[str, Any]] = {
    "big-m": {"penalties": "big-m"},
    "dual": {"penalties": "dual"},
    "dual x 0.6": {"penalties": "dual", "scale": 0.6},
}
CAPACITIES: dict[str, dict[str, Any]] = {
    "multiplier": {"capacity": "multiplier"},
    "drawn": {"capacity": "drawn"},
    "coarse slack": {"capacity": "slack"},
    "exact slack": {"capacity": "slack", "slack_bits": None},
}
TEXTBOOK = "textbook"


def instances(given: argparse.Namespace) -> Iterator[tuple[str, ConfigurationProblem, int | None]]:
    """Yield named problems without soft rules, with the optimum where the file states it."""
    if given.instances is not None:
        for path in sorted(given.instances.glob("*.json")):
            stated = json.loads(path.read_text(encoding="utf-8"))
            wanted = f"n{given.attributes}-"
            if path.name.startswith(wanted) and not stated.get("soft"):
                yield path.stem, load_instance(path), stated["optimum"]["cost"]
    for seed in range(FIRST_SEED, FIRST_SEED + given.generated):
        problem = generate(given.attributes, seed)
        yield problem.name, problem, None


def core(problem: ConfigurationProblem, optimum: int) -> tuple[ConfigurationProblem, int] | None:
    """Return the core of choices near the optimum, and what its costs lack of the whole."""
    live = live_of(arrays_of(problem))
    propagate(live)
    near = bounds_of(live).within(optimum + ABOVE)
    propagate(near)
    found = core_of(problem, near)
    return None if found.problem is None else (found.problem, found.base)


def measured(
    qubo: Qubo, optimum: int, reads: int, sweeps: int
) -> dict[str, float | int | bool | None]:
    """Anneal one model."""
    begin = time.perf_counter()
    samples = sampler("simulated-annealing").sample(
        qubo.bqm, reads=reads, sweeps=sweeps, seed=1, beta_range=qubo.beta_range
    )
    seconds = time.perf_counter() - begin
    decoded = qubo.decode_all(samples)
    cost = decoded.cost[decoded.feasible]
    return {
        "variables": qubo.bqm.num_variables,
        "couplings": qubo.bqm.num_interactions,
        "feasible": float(decoded.feasible.mean()),
        "gap": int(cost.min()) - optimum if len(cost) else None,
        "seconds": seconds,
    }


def textbook(
    problem: ConfigurationProblem, optimum: int, reads: int, sweeps: int
) -> dict[str, Any]:
    """Anneal dimod's own conversion of the constrained model."""
    begin = time.perf_counter()
    bqm, invert = dimod.cqm_to_bqm(problem.cqm())
    samples = SimulatedAnnealingSampler().sample(bqm, num_reads=reads, num_sweeps=sweeps, seed=1)
    seconds = time.perf_counter() - begin
    costs, feasible = [], 0
    for sample in samples.samples(sorted_by=None):
        whole = invert(sample)
        choice = {
            attribute.name: option.name
            for attribute in problem.attributes
            for option in attribute.options
            if whole[f"{attribute.name}={option.name}"]
        }
        ones = sum(whole.values()) == len(problem.attributes)
        if ones and problem.feasible(choice):
            feasible += 1
            costs.append(problem.cost(choice))
    return {
        "variables": bqm.num_variables,
        "couplings": bqm.num_interactions,
        "feasible": feasible / reads,
        "gap": min(costs) - optimum if costs else None,
        "seconds": seconds,
    }


def settings() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every setting with its name."""
    for encoding, (weight, one), (room, other) in product(
        NAMES, PENALTIES.items(), CAPACITIES.items()
    ):
        yield f"{encoding}, {weight}, {room}", {"encoding": encoding, **one, **other}


def report(rows: list[dict[str, Any]]) -> None:
    """Print one line for each setting."""
    print(
        f"{'setting':<38} {'bits':>5} {'couplings':>9} {'feasible':>8} {'optimum':>8} "
        f"{'gap':>6} {'seconds':>7}"
    )
    for name in [*(name for name, _ in settings()), TEXTBOOK]:
        mine = [row for row in rows if row["setting"] == name]
        if not mine:
            continue
        gaps = [np.inf if row["gap"] is None else row["gap"] for row in mine]
        print(
            f"{name:<38} {statistics.median(row['variables'] for row in mine):>5.0f} "
            f"{statistics.median(row['couplings'] for row in mine):>9.0f} "
            f"{statistics.mean(row['feasible'] for row in mine):>8.3f} "
            f"{statistics.mean(gap <= 0 for gap in gaps):>8.2f} {statistics.median(gaps):>6.1f} "
            f"{statistics.median(row['seconds'] for row in mine):>7.2f}"
        )
    print(f"{len({row['instance'] for row in rows})} instances; gap: median, in units of cost")


def measure_all(given: argparse.Namespace) -> list[dict[str, Any]]:
    """Measure what is not in the file of rows yet."""
    rows: list[dict[str, Any]] = []
    if given.out is not None and given.out.is_file():
        rows = [json.loads(line) for line in given.out.read_text(encoding="utf-8").splitlines()]
    key = (given.reads, given.sweeps)
    rows = [row for row in rows if (row["reads"], row["sweeps"]) == key]
    done = {(row["instance"], row["setting"]) for row in rows}
    for number, (name, problem, optimum) in enumerate(instances(given), 1):
        wanted = [one for one in settings() if (name, one[0]) not in done]
        if not wanted and (name, TEXTBOOK) in done:
            continue
        best = optimum if optimum is not None else solve(problem).cost
        small = None if best is None else core(problem, best)
        if best is None or small is None:
            continue
        relaxation = relax(small[0])
        found = list(_measured(small, relaxation, best, wanted, given))
        if (name, TEXTBOOK) not in done:
            found.append((TEXTBOOK, textbook(problem, best, given.reads, given.sweeps)))
        for setting, row in found:
            rows.append(
                {"instance": name, "setting": setting, "reads": key[0], "sweeps": key[1], **row}
            )
            if given.out is not None:
                with given.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(rows[-1]) + "\n")
        print(f"{number}: {name}", file=sys.stderr, flush=True)
    return rows


def _measured(
    small: tuple[ConfigurationProblem, int],
    relaxation: Relaxation | None,
    best: int,
    wanted: list[tuple[str, dict[str, Any]]],
    given: argparse.Namespace,
) -> Iterator[tuple[str, dict[str, Any]]]:
    problem, base = small
    for setting, arguments in wanted:
        upper = None if arguments["penalties"] == "big-m" else best + ABOVE - base
        qubo = build(problem, relaxation, upper=upper, **arguments)
        yield setting, measured(qubo, best - base, given.reads, given.sweeps)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instances", type=Path)
    parser.add_argument("--generated", type=int, default=12)
    parser.add_argument("--attributes", type=int, default=30)
    parser.add_argument("--reads", type=int, default=500)
    parser.add_argument("--sweeps", type=int, default=100)
    parser.add_argument("--out", type=Path)
    report(measure_all(parser.parse_args()))


if __name__ == "__main__":
    main()
