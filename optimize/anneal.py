"""What the annealer reaches by itself: presolved cores and its own best as bound, without polish.

Each round anneals the options that a choice no dearer than a guess can hold, first a small guess;
a round's best choice bounds the next. Capacities are priced by the LP's multipliers, and drawn
softly towards being used up, since the best choices leave little room: so no bit is spent on slack.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import dimod
import numpy as np

from base import SolverError
from optimize.arrays import Floats
from optimize.model import Choice, ConfigurationProblem
from optimize.presolve import TOLERANCE, Bounds, Core, core_of
from optimize.propagate import Live, propagate
from optimize.qubo import Qubo, build
from optimize.relaxation import Relaxation, relax
from optimize.samplers import Sampler

#: Options of the first core, for each attribute.
FIRST_OPTIONS = 2.5
#: Factor by which the distance of a guess from the bound grows where it held no better choice.
WIDEN = 1.3
#: Rounds at most, and reads and sweeps of each by default.
ROUNDS, READS, SWEEPS = 16, 500, 25
#: Rounds that reached nothing better, after which nothing better is expected.
IDLE_ROUNDS = 4
#: Share of the exact penalties; a read that breaks a rule is dropped, so they need not be exact.
SCALE = 0.85
#: Room left in each capacity that reads are drawn towards, in turns, as a share of what one bit
#: changes: much for a first choice, then little.
FIRST_ROOM, ROOMS = 1.0, (0.2, 0.6)
#: Weight of a typical bit's squared change of use, in units of cost.
DRAW = 1.0
#: Inverse temperatures; costs are whole, so the smallest difference is 1.
HOT, COLD = 0.3, 2.0


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


@dataclass(frozen=True)
class Prepared:
    """A core with its quadratic model.

    Attributes:
        core: to read choices in the whole problem.
        qubo: ``None`` where the core has nothing left to choose.
    """

    core: Core
    qubo: Qubo | None


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
    guess, upper = first_guess(bounds, FIRST_OPTIONS), None
    prepared: list[Prepared] = []
    idle = 0
    for number in range(rounds):
        before = reached.cost
        wanted = guess if before is None else min(guess, before - 1)
        if wanted != upper:
            upper, idle = wanted, 0
            prepared = cores(problem, bounds, upper)
        room = FIRST_ROOM if before is None else ROOMS[number % len(ROOMS)]
        for part, one in enumerate(prepared):
            _draw(
                problem, one, sampler, room, -(-reads // len(prepared)), sweeps,
                seed + number + rounds * part, reached,
            )  # fmt: skip
        if reached.cost is not None and (before is None or reached.cost < before):
            continue
        idle += 1
        whole = before is not None and guess >= before - 1
        if whole and (idle >= IDLE_ROUNDS or not any(one.qubo for one in prepared)):
            return
        if not whole:
            guess = bounds.bound + (guess - bounds.bound) * WIDEN + TOLERANCE


def cores(problem: ConfigurationProblem, bounds: Bounds, upper: float) -> list[Prepared]:
    """Build a core for each branch that may hold a choice of cost ``upper``, and their models."""
    within = bounds.within(upper)
    found = []
    for branch in bounds.branches:
        if branch.prices is None or branch.prices.bound > upper + TOLERANCE:
            continue
        live = within.copy()
        gone = live.alive & ~(branch.prices.bound + branch.prices.reduced <= upper + TOLERANCE)
        live.delete(np.flatnonzero(gone), f"no choice with it costs {upper:g} or less")
        one = prepare(problem, live, upper)
        if one is not None:
            found.append(one)
    return found


def prepare(problem: ConfigurationProblem, live: Live, upper: float) -> Prepared | None:
    """Build the core of live options for choices that cost no more than ``upper``, and its model.

    Returns:
        ``None`` where there is no such choice.
    """
    while True:
        propagate(live)
        if not live.feasible:
            return None
        core = core_of(problem, live)
        if core.problem is None:
            return Prepared(core, None)
        relaxation = relax(core.problem)
        if relaxation is None:
            return None
        if _fix(live, relaxation, upper - core.base):
            continue
        most = max(upper - core.base, relaxation.bound)
        try:
            qubo = build(core.problem, relaxation, encoding="rest", scale=SCALE, upper=most)
        except SolverError:  # propagation inside finds that the core holds no choice
            return None
        return Prepared(core, qubo)


def _fix(live: Live, relaxation: Relaxation, upper: float) -> bool:
    """Delete by the core's own reduced costs; return whether anything went."""
    most = upper - relaxation.bound + TOLERANCE
    index = live.arrays.index
    gone = [index[pick] for pick, cost in relaxation.reduced_cost.items() if cost > most]
    live.delete(np.array(gone, dtype=np.int64), f"no choice with it costs {upper:g} or less")
    return bool(gone)


def first_guess(bounds: Bounds, per_attribute: float) -> float:
    """Return the cost whose core holds about so many options for each attribute."""
    live = bounds.live
    least = np.sort(bounds.excess()[live.alive])
    return float(least[min(len(least) - 1, int(per_attribute * live.arrays.attributes))])


def _draw(
    problem: ConfigurationProblem,
    prepared: Prepared,
    sampler: Sampler,
    room: float,
    reads: int,
    sweeps: int,
    seed: int,
    reached: Reached,
) -> None:
    """Sample one core, and keep its best feasible read."""
    core = prepared.core
    if prepared.qubo is None:
        choice = core.whole({})
        if problem.feasible(choice):
            reached.take(choice, core.base)
        return
    qubo = drawn_to(prepared.qubo, room)
    samples = sampler.sample(
        qubo.bqm, reads=reads, sweeps=sweeps, seed=seed % 2**31, beta_range=(HOT, COLD)
    )
    decoded = qubo.decode_all(samples)
    reached.reads += reads
    reached.feasible_reads += int(decoded.feasible.sum())
    if decoded.feasible.any():
        cost = np.where(decoded.feasible, decoded.cost, np.iinfo(np.int64).max)
        choice = core.whole(qubo.choice(decoded.chosen[int(cost.argmin())]))
        if problem.feasible(choice):
            reached.take(choice, problem.cost(choice))


def drawn_to(qubo: Qubo, room: float) -> Qubo:
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
        linear, (row, column, square[row, column]), offset, dimod.BINARY, variable_order=labels
    )
    more.update(qubo.bqm)
    return replace(qubo, bqm=more)


def _bits(qubo: Qubo) -> Floats:
    row, column, value = qubo.encoding.entries
    found = np.zeros((len(qubo.encoding.shift), len(qubo.encoding.labels)))
    found[row, column] = value
    return found
