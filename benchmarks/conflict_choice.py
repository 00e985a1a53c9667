"""What gives way in conflicts, by quadratic models and an annealer beside exact routes.

    python benchmarks/conflict_choice.py [SEED] [--part tiers|rules|designs]

*tiers*: generated choices of 4n items in four tiers, at n = 10, 30 and 100: how often the annealing
route reaches the lexicographic optimum, and the processor seconds of it, of CP-SAT and of RC2.
Besides: how often the best read alone does, one weighted model's best read with as many reads and
sweeps, and the local search without an annealer. *rules*: generated codes of rules as in
``benchmarks/conflicts.py``, each contest settled by both routes. *designs*: the same for the
example designs under the law with the opposite of some of its duties added. Nothing is asserted on
time.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from statistics import median
from typing import TypeVar

from benchmarks.conflicts import SITUATION, generate
from compliance.conflict_routes import compare_design, compare_rules
from compliance.conflicts.annealed import Comparison
from compliance.conflicts.order import PRIORITY
from corpus.digests import load_digests
from examples import examples
from habitat.load import load_design
from jurisdictions.binding import RuleBinding
from jurisdictions.compiler import rulebook_for
from jurisdictions.rulebook import Rule, RuleBook
from optimize.provisions import READS, SWEEPS, Item, choose_provisions, objective_of
from optimize.provisions_exact import choose_by_cpsat, choose_by_rc2
from optimize.provisions_kernel import kernel_of
from optimize.provisions_polish import parts_of
from optimize.provisions_qubo import tier_model
from optimize.samplers import sampler

#: n, problems, conflicts per item.
SIZES = (
    (10, 100, 1.5),
    (30, 100, 1.5),
    (100, 20, 1.5),
    (10, 20, 3.0),
    (30, 20, 3.0),
    (100, 5, 3.0),
)
TIERS = 4
#: Laws drawn for each example design, and duties of each whose opposite is added.
LAWS, CONTRARY = 10, 40

Answer = TypeVar("Answer")
Problem = tuple[list[Item], list[frozenset[str]]]


def draw(count: int, seed: int, density: float) -> Problem:
    """4n items of weight 1 to 9, 3 % of them hard; half of the conflicts lie in one tier.

    Conflicts have two (60 %), three (30 %) or four members.
    """
    chance = random.Random(f"{seed} {count} {density}")
    items = [
        Item(f"p{n:04}", chance.randrange(TIERS), chance.randint(1, 9), chance.random() < 0.03)
        for n in range(4 * count)
    ]
    by_tier = [[item for item in items if item.tier == tier] for tier in range(TIERS)]
    conflicts: list[frozenset[str]] = []
    while len(conflicts) < density * len(items):
        size = chance.choices((2, 3, 4), (6, 3, 1))[0]
        pool = chance.choice(by_tier) if chance.random() < 0.5 else items
        members = chance.sample(pool, min(size, len(pool)))
        if len(members) > 1 and not all(item.hard for item in members):
            conflicts.append(frozenset(item.name for item in members))
    return items, conflicts


def weighted(problem: Problem, seed: int) -> tuple[int, ...] | None:
    """The best read of one model of the whole problem with exact lexicographic weights."""
    kernel = kernel_of(*problem, settle=False)
    model = tier_model(kernel, parts_of(kernel), steepest=None)
    found = sampler("simulated-annealing").sample(
        model.bqm, reads=TIERS * READS, sweeps=SWEEPS, seed=seed, beta_range=model.beta_range
    )
    column = {name: place for place, name in enumerate(found.variables)}
    kept = found.record.sample[:, [column[name] for name in model.names]] > 0
    whole = kept[model.holds(kept)]
    reached = [kernel.forced.union(model.given_up(row)) for row in whole]
    return min((objective_of(problem[0], one) for one in reached), default=None)


def unannealed(problem: Problem, seed: int) -> tuple[int, ...]:
    """What the kernel and the local search reach from nothing."""
    kernel = kernel_of(*problem)
    parts = parts_of(kernel)
    chosen = kernel.forced.union(*(part.best([], deep=True, seed=seed)[0] for part in parts))
    return objective_of(problem[0], chosen)


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Seconds of processor time, all single-threaded, so that other work does not count."""
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


def tiers(seed: int) -> None:
    # The first call of each loads its libraries.
    timed(lambda: choose_provisions(*draw(3, seed, 1.5), settle=False))
    timed(lambda: choose_by_cpsat(*draw(3, seed, 1.5)))
    print(
        f"{'n':>4} {'per item':>8} {'problems':>8} {'optimal':>8} {'best read':>9} "
        f"{'one model':>9} {'no anneal':>9} {'s median':>9} {'s most':>7} {'CP-SAT s':>9} "
        f"{'RC2 s':>7}"
    )
    for count, problems, density in SIZES:
        reached = [0, 0, 0, 0]
        seconds: list[list[float]] = [[], [], []]
        for number in range(problems):
            problem = draw(count, seed * 1000 + number, density)
            own, found = timed(partial(choose_provisions, *problem, seed=seed))
            cpsat, first = timed(partial(choose_by_cpsat, *problem))
            rc2, second = timed(partial(choose_by_rc2, *problem))
            best = objective_of(problem[0], first)
            if best != objective_of(problem[0], second):
                raise SystemExit(f"CP-SAT and RC2 differ: n={count}, number {number}")
            answers = (
                found.objective, found.annealed, weighted(problem, seed), unannealed(problem, seed)
            )  # fmt: skip
            for place, answer in enumerate(answers):
                reached[place] += answer == best
            for times, one in zip(seconds, (own, cpsat, rc2), strict=True):
                times.append(one)
        shares = " ".join(f"{share / problems:>9.3f}" for share in reached)[1:]
        print(
            f"{count:>4} {density:>8} {problems:>8} {shares} {median(seconds[0]):>9.3f} "
            f"{max(seconds[0]):>7.2f} {median(seconds[1]):>9.3f} {median(seconds[2]):>7.3f}",
            flush=True,
        )


class Tally:
    """Counts over comparisons."""

    def __init__(self) -> None:
        self.contests = self.agree = self.open = self.unseen = self.faults = self.unproved = 0
        self.choices = self.read = 0

    def add(self, found: Iterable[Comparison], where: str) -> None:
        for one in found:
            self.contests += 1
            self.unproved += not one.contest.exact
            self.agree += one.agrees
            self.open += bool(one.contest.open)
            self.unseen += bool(one.unseen)
            self.faults += bool(one.faults)
            self.choices += len(one.choices)
            self.read += sum(choice.annealed == choice.objective for choice in one.choices)
            for fault in one.faults:
                print(f"{where}: {fault}")
            if one.unseen:
                print(f"{where}: not seen both kept and given up: {', '.join(sorted(one.unseen))}")

    def __str__(self) -> str:
        return (
            f"{self.contests} contests ({self.open} with open rules, {self.unproved} not proved "
            f"by the exact route): {self.agree} agree, {self.faults} with faults, {self.unseen} "
            f"with an open rule not seen both ways; {self.choices} choices, best read alone "
            f"the answer in {self.read}"
        )


def rules(seed: int) -> None:
    for count in (10, 14, 50, 100):
        tally, start = Tally(), time.process_time()
        for number in range(10):
            tally.add(
                compare_rules(generate(count, seed * 1000 + number), SITUATION),
                f"{count} rules, number {number}",
            )
        print(f"{count} rules: {tally}; {time.process_time() - start:.1f} s", flush=True)


def designs(seed: int) -> None:
    law = rulebook_for(load_digests())
    duties = [rule for rule in law.rules if rule.binding.require is not None]
    for path in examples():
        design, tally, chance = load_design(path), Tally(), random.Random(f"{seed} {path.stem}")
        for number in range(LAWS):
            against = [opposite(rule, chance) for rule in chance.sample(duties, CONTRARY)]
            book: RuleBook = law.model_copy(update={"rules": (*law.rules, *against)})
            tally.add(
                compare_design(design, book, as_of=date(2026, 1, 1)), f"{path.stem}, law {number}"
            )
        print(f"{path.stem}: {tally}", flush=True)


def opposite(rule: Rule, chance: random.Random) -> Rule:
    """A rule of the same provision and a drawn class that requires what a duty excludes."""
    content = rule.binding.model_dump(mode="json", by_alias=True, exclude_unset=True)
    content |= {"id": f"{rule.id}-opposite", "class": chance.choice(PRIORITY)}
    content["require"] = {"not": content["require"]}
    content.pop("unless", None)
    return rule.model_copy(update={"binding": RuleBinding.model_validate(content)})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--part", choices=("tiers", "rules", "designs"))
    asked = parser.parse_args()
    if asked.part in (None, "tiers"):
        tiers(asked.seed)
    if asked.part in (None, "rules"):
        rules(asked.seed)
    if asked.part in (None, "designs"):
        designs(asked.seed)


if __name__ == "__main__":
    main()
