"""What selection by a quadratic model gains over greedy growth, with sign and interval.

    python -m benchmarks.selection [--table TABLE.csv --costs NAME=COST,... --budget B ...]
                                      [--scores SCORES.npz --budget B ...] [--draws 40]

TABLE.csv states what sets are worth: a column ``subset`` of names joined by ``+`` (all non-empty
sets of the names, such as the 15 of four modalities), and one or more columns of values, one for
each resample, fold or scene. Odd columns choose, even columns judge, so that no set is judged by
what it was chosen for; with one column, both are the same and there is no interval. SCORES.npz
holds ``relevance``, ``redundancy`` and, where members differ, ``costs``.

Without files, synthetic scores of known structure:

    copies         groups of near copies; the best set has one of each group
    decoys         a member of most relevance that overlaps with all of the best set
    complements    pairs that are worth something only together, which greedy growth cannot see
    regression     features of a linear model: worth is the variance that a set explains, all sets
                   known, so that the pairwise model is judged by the true worth
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from base import SolverError
from distill.intervals import Interval, paired_bootstrap
from optimize.arrays import Floats
from optimize.samplers import sampler
from optimize.selection import Scores, scores, select
from optimize.set_functions import select_from_table

MEMBERS, BUDGET = 12, 4.0


def copies(rng: np.random.Generator) -> Scores:
    """Four groups of three near copies."""
    group = np.repeat(np.arange(4), 3)
    relevance = 0.5 + 0.1 * group + rng.uniform(0, 0.1, MEMBERS)
    same = group[:, None] == group
    redundancy = np.where(same, 0.45, rng.uniform(0, 0.1, (MEMBERS, MEMBERS)))
    return scores(relevance, redundancy)


def decoys(rng: np.random.Generator) -> Scores:
    """Two members of most relevance that overlap with the four of the best set."""
    relevance = rng.uniform(0.2, 0.4, MEMBERS)
    relevance[:2], relevance[2:6] = 1.0, 0.9
    redundancy = rng.uniform(0.0, 0.05, (MEMBERS, MEMBERS))
    redundancy[:2, 2:6] = redundancy[2:6, :2] = 0.4
    return scores(relevance, redundancy)


def complements(rng: np.random.Generator) -> Scores:
    """Three pairs that are worth something only together, among members worth a little alone."""
    relevance = rng.uniform(0.2, 0.4, MEMBERS)
    redundancy = rng.uniform(0.0, 0.05, (MEMBERS, MEMBERS))
    relevance[:6] = 0.05
    for one in (0, 2, 4):
        redundancy[one, one + 1] = redundancy[one + 1, one] = -rng.uniform(0.5, 0.9)
    return scores(relevance, redundancy)


STRUCTURES: dict[str, Callable[[np.random.Generator], Scores]] = {
    "copies": copies,
    "decoys": decoys,
    "complements": complements,
}


def regression(rng: np.random.Generator, count: int = 7) -> dict[frozenset[int], float]:
    """Return the share of variance that each set of correlated features explains."""
    mixing = rng.normal(size=(count, count + 2))
    covariance = mixing @ mixing.T / count
    with_target = covariance @ rng.normal(size=count)
    total = float(with_target @ np.linalg.solve(covariance, with_target)) * 1.2
    found = {}
    for size in range(1, count + 1):
        for one in combinations(range(count), size):
            at = list(one)
            gain = with_target[at] @ np.linalg.solve(covariance[np.ix_(at, at)], with_target[at])
            found[frozenset(one)] = float(gain) / total
    return found


def naive_sizes(given: Scores, steps: int = 41) -> list[int]:
    """Return the sizes of the unbudgeted form's best sets, redundancy weighed from 0 to 4."""
    count = len(given.relevance)
    sets = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    alone = sets @ given.relevance
    pairs = alone - given.worth(sets)
    return [
        int(sets[int((alone - weight * pairs).argmax())].sum())
        for weight in np.linspace(0, 4, steps)
    ]


def of(interval: Interval) -> str:
    """Return a difference with its sign and interval."""
    return f"{interval.difference:+.4f} [{interval.low:+.4f}, {interval.high:+.4f}]"


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """Return the mean difference with its paired bootstrap interval over draws."""

    def mean(summed: Floats) -> Floats:
        found: Floats = summed[..., 0] / summed[..., 1]
        return found

    one = np.ones(len(ours))
    return paired_bootstrap(
        np.column_stack([ours, one]), np.column_stack([theirs, one]), statistic=mean
    )


def synthetic(draws: int) -> None:
    """Print what is gained on scores of known structure."""
    annealer = sampler("simulated-annealing")
    print(f"{draws} draws each, {MEMBERS} members, budget {BUDGET:g} members")
    for name, make in STRUCTURES.items():
        found, sizes = [], []
        for seed in range(draws):
            given = make(np.random.default_rng(seed))
            sizes += naive_sizes(given)
            found.append(
                select(
                    given.relevance, given.redundancy, budget=BUDGET, sampler=annealer, seed=seed
                )
            )
        every = [one.exhaustive_value or 0.0 for one in found]
        ours = [one.value for one in found]
        optimal = np.mean([abs(a - b) < 1e-9 for a, b in zip(ours, every, strict=True)])
        trivial = np.mean([size in (0, 1, MEMBERS) for size in sizes])
        gained = difference(ours, [one.greedy_value for one in found])
        print(
            f"  {name:<12} over greedy {of(gained)}; best set found {optimal:.2f}; "
            f"unbudgeted form takes all, one or none at {trivial:.2f} of its weights"
        )
    ours, greedy, best, misfits = [], [], [], []
    for seed in range(draws):
        table = regression(np.random.default_rng(seed))
        costs = np.random.default_rng(seed + 10_000).uniform(0.5, 1.5, 7)
        one = select_from_table(table, costs, budget=3.0, sampler=annealer, seed=seed)
        ours.append(one.value)
        greedy.append(one.greedy_value)
        best.append(one.best_value)
        misfits.append(one.misfit)
    print(
        f"  {'regression':<12} over greedy on the true worth {of(difference(ours, greedy))}; "
        f"below the best set {of(difference(ours, best))}; misfit {np.mean(misfits):.4f}"
    )


def read_table(path: Path) -> tuple[list[str], dict[frozenset[int], Floats]]:
    """Return the members' names and the values of each set."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise SystemExit(f"{path}: no table of text: {error}") from None
    if not lines or not lines[0] or lines[0][0] != "subset" or len(lines[0]) < 2:
        raise SystemExit(f"{path}: the first line is no `subset,...`")
    parts = [line[0].split("+") for line in lines[1:]]
    names = sorted({name for part in parts for name in part})
    try:
        return names, {
            frozenset(names.index(name) for name in part): np.array(line[1:], dtype=float)
            for part, line in zip(parts, lines[1:], strict=True)
        }
    except ValueError as error:
        raise SystemExit(f"{path}: {error}") from None


def from_table(path: Path, stated: str | None, budgets: Sequence[float]) -> None:
    """Print what the pairwise model chooses from a table of sets, and what it is worth."""
    names, columns = read_table(path)
    given = dict(part.split("=") for part in (stated or "").split(",") if part)
    if unknown := set(given) - set(names):
        raise SystemExit(f"--costs: no {', '.join(sorted(unknown))}; known: {', '.join(names)}")
    costs = [float(given.get(name, 1)) for name in names]
    apart = len(next(iter(columns.values()))) > 1
    chooses = {one: float(values[::2].mean()) for one, values in columns.items()}
    judges = {one: values[1::2] if apart else values for one, values in columns.items()}
    annealer = sampler("simulated-annealing")
    for budget in budgets:
        try:
            found = select_from_table(chooses, costs, budget=budget, sampler=annealer, seed=0)
        except SolverError as error:
            raise SystemExit(str(error)) from None
        print(f"budget {budget:g}: misfit of the pairwise model {found.misfit:.4f}")
        for what, one in (
            ("pairwise model", found.chosen),
            ("greedy growth", found.greedy),
            ("best set", found.best),
        ):
            listed = "+".join(names[member] for member in one)
            print(f"  {what:<15} {listed:<40} {judges[frozenset(one)].mean():.4f}")
        if apart:
            ours = judges[frozenset(found.chosen)]
            for what, one in (("greedy growth", found.greedy), ("best set", found.best)):
                gained = difference(ours.tolist(), judges[frozenset(one)].tolist())
                print(f"  pairwise model over {what}: {of(gained)}")


def from_scores(path: Path, budgets: Sequence[float]) -> None:
    """Print what is chosen from relevance and redundancy."""
    with np.load(path) as held:
        arrays = {name: held[name] for name in held.files}
    if missing := {"relevance", "redundancy"} - set(arrays):
        raise SystemExit(f"{path}: no {' and '.join(sorted(missing))}")
    for budget in budgets:
        try:
            found = select(
                arrays["relevance"],
                arrays["redundancy"],
                costs=arrays.get("costs"),
                budget=budget,
                sampler=sampler("simulated-annealing"),
                seed=0,
            )
        except SolverError as error:
            raise SystemExit(str(error)) from None
        every = (
            "too many sets" if found.exhaustive_value is None else f"{found.exhaustive_value:.4f}"
        )
        print(
            f"budget {budget:g}: {found.chosen} worth {found.value:.4f}, "
            f"greedy {found.greedy} {found.greedy_value:.4f}, best of all {every}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--table", type=Path)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--costs")
    parser.add_argument("--budget", type=float, nargs="+", default=[1.0, 2.0, 3.0])
    parser.add_argument("--draws", type=int, default=40)
    given = parser.parse_args()
    for path in (given.table, given.scores):
        if path is not None and not path.is_file():
            parser.error(f"no file {path}")
    if given.table is not None:
        from_table(given.table, given.costs, given.budget)
    if given.scores is not None:
        from_scores(given.scores, given.budget)
    if given.table is None and given.scores is None:
        synthetic(given.draws)


if __name__ == "__main__":
    main()
