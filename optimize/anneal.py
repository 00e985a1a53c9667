"""What the annealer reaches by itself: presolved cores and its own best as bound, without polish.

Each round anneals the options that a choice no dearer than a guess can hold, first a small guess;
a round's best choice bounds the next. Capacities are priced by the LP's multipliers, and drawn
softly towards being used up, since the best choices leave little room: so no bit is spent on slack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import dimod
import numpy as np

from base import SolverError
from optimize.arrays import Floats
from optimize.model import Choice, ConfigurationProblem
from optimize.presolve import TOLERANCE, Bounds, Core, core_of
from optimize.propagate import propagate
from optimize.qubo import Qubo, build
from optimize.relaxation import relax
from optimize.samplers import Sampler

#: Options of the first round, for each attribute.
FIRST_OPTIONS = 2.5
#: Factor by which the distance of a guess from the bound grows where it held no better choice.
WIDEN = 1.3
#: Rounds at most, and reads and sweeps of each by default.
ROUNDS, READS, SWEEPS = 5, 2000, 25
#: Share of the exact penalties; a read that breaks a rule is dropped, so they need not be exact.
SCALE = 0.6
#: Room left in each capacity that reads are drawn towards, one after another, in the mean change
#: of use by one bit.
ROOMS = (0.8, 0.3, 1.5)
#: Weight of a typical bit's squared change of use, in units of cost.
DRAW = 1.0
#: Inverse temperature of the cold end: costs are whole, so the smallest difference is 1.
COLD = 3.0


@dataclass
class Reached:
    """The annealer's own record.

    Attributes:
        choice, cost: the best feasible choice of the whole problem.
        reads, feasible_reads: as in :class:`optimize.solution.Annealed`.
    """

    choice: Choice | None = None
    cost: int | None = None
    reads: int = 0
    feasible_reads: int = 0

    def take(self, choice: Choice, cost: int) -> None:
        """Keep a choice where it is better."""
        if self.cost is None or cost < self.cost:
            self.choice, self.cost = choice, cost


def anneal(
    problem: ConfigurationProblem,
    bounds: Bounds,
    sampler: Sampler,
    reached: Reached,
    *,
    seed: int,
    reads: int = READS,
    sweeps: int = SWEEPS,
    rounds: int = ROUNDS,
) -> None:
    """Anneal cores of a problem, round by round.

    Args:
        bounds: of the problem's cost.
        reached: is filled, also where the sampler fails on the way.
        reads, sweeps: of each round.

    Raises:
        SolverError: where the sampler cannot take the model or is not reached.
    """
    bound = bounds.bound
    guess = first_guess(bounds, FIRST_OPTIONS)
    for number in range(rounds):
        upper = guess if reached.cost is None else min(guess, reached.cost)
        live = bounds.within(upper)
        propagate(live)
        found = None
        if live.feasible:
            core = core_of(problem, live)
            found = _round(problem, core, sampler, upper, reads, sweeps, seed + number, reached)
        if reached.cost is not None and reached.cost < bound + 1 - TOLERANCE:
            break
        if found is not None and found <= upper:
            guess = found
        else:
            guess = bound + (guess - bound) * WIDEN + TOLERANCE


def first_guess(bounds: Bounds, per_attribute: float) -> float:
    """Return the cost whose core holds about so many options for each attribute."""
    live = bounds.live
    least = np.sort(bounds.excess()[live.alive])
    return float(least[min(len(least) - 1, int(per_attribute * live.arrays.attributes))])


def _round(
    problem: ConfigurationProblem,
    core: Core,
    sampler: Sampler,
    upper: float,
    reads: int,
    sweeps: int,
    seed: int,
    reached: Reached,
) -> int | None:
    """Anneal one core; return the cost of its best feasible read."""
    if core.problem is None:
        choice = core.whole({})
        if not problem.feasible(choice):
            return None
        reached.take(choice, core.base)
        return core.base
    relaxation = relax(core.problem)
    if relaxation is None:
        return None
    try:
        qubo = build(
            core.problem,
            relaxation,
            encoding="domain-wall",
            scale=SCALE,
            upper=max(upper - core.base, relaxation.bound + 1),
        )
    except SolverError:  # propagation inside finds that the core holds no choice
        return None
    hot, _ = qubo.beta_range
    best: int | None = None
    parts = [len(part) for part in np.array_split(np.arange(reads), len(ROOMS))]
    for number, (room, part) in enumerate(zip(ROOMS, parts, strict=True)):
        if not part:
            continue
        drawn = drawn_to(qubo, room)
        samples = sampler.sample(
            drawn.bqm,
            reads=part,
            sweeps=sweeps,
            seed=(seed * len(ROOMS) + number) % 2**31,
            beta_range=(min(hot, COLD / 2), COLD),
        )
        decoded = drawn.decode_all(samples)
        reached.reads += part
        reached.feasible_reads += int(decoded.feasible.sum())
        if not decoded.feasible.any():
            continue
        cost = np.where(decoded.feasible, decoded.cost, np.iinfo(np.int64).max)
        first = int(cost.argmin())
        choice = core.whole(drawn.choice(decoded.chosen[first]))
        total = problem.cost(choice)
        if problem.feasible(choice):
            best = total if best is None else min(best, total)
            reached.take(choice, total)
    return best


def drawn_to(qubo: Qubo, room: float | Sequence[float]) -> Qubo:
    """Return a model whose states are drawn to leave a certain room in each priced capacity."""
    matrix = _bits(qubo)
    arrays, layout = qubo.layout.arrays, qubo.layout
    labels = list(qubo.encoding.labels)
    size = len(labels)
    linear, square, offset = np.zeros(size), np.zeros((size, size)), 0.0
    limit = arrays.limit - arrays.uses[list(layout.decided)].sum(axis=0)
    for resource in np.flatnonzero(qubo.penalties.multiplier > 0).tolist():
        use = arrays.uses[list(layout.open), resource].astype(float)
        by_bit = matrix.T @ use
        moving = by_bit[by_bit != 0]
        if not len(moving):
            continue
        typical = float(np.sqrt(np.mean(moving**2)))
        weight = DRAW / typical**2
        constant = float(use @ qubo.encoding.shift) - (float(limit[resource]) - room * typical)
        linear += weight * (by_bit**2 + 2 * constant * by_bit)
        square += 2 * weight * np.outer(by_bit, by_bit)
        offset += weight * constant**2
    row, column = np.triu_indices(size, 1)
    more = dimod.BinaryQuadraticModel.from_numpy_vectors(
        linear, (row, column, square[row, column]), offset, "BINARY", variable_order=labels
    )
    more.update(qubo.bqm)
    return replace(qubo, bqm=more)


def _bits(qubo: Qubo) -> Floats:
    row, column, value = qubo.encoding.entries
    found = np.zeros((len(qubo.encoding.shift), len(qubo.encoding.labels)))
    found[row, column] = value
    return found
