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
ROUNDS, READS, SWEEPS = 20, 900, 25
#: Rounds that reached nothing better, after which nothing better is expected.
IDLE_ROUNDS = 6
#: Share of the exact penalties.
SCALE = 1.0
#: Room left in each capacity that reads are drawn towards, priced as a multiple of an even share of
#: the gap: much for a first choice, then little and much in turns. The room is no more than some
#: multiple of what one bit changes.
FIRST_ROOM, ROOMS, MOST_ROOM = 2.0, (0.25, 1.5, 4.0), 2.0
#: A model of more bits than this gets fewer reads, down to this share.
USUAL_BITS, LEAST_READS = 45, 0.2
#: Share of distinct choices among feasible reads below which reads repeat themselves, and what the
#: cold end is multiplied by then.
REPEATED, WARMER = 0.25, 0.7
#: Samplers whose effort grows with couplings: they get the multipliers alone.
#: Nor is a model of more bits drawn: it would couple all of them.
SPARSE = ("tree-decomposition", "mock-qpu", "qpu")
MOST_DRAWN = 250
#: Weight of a typical bit's squared change of use, as a share of the penalties' need.
DRAW = 0.2
#: Cold end of the schedule as an inverse temperature, over the penalties' need (the gap that is
#: left, which the best choice may lie above the lowest state), and its least and most; the hot end
#: as a share of it.
COLD, COLDEST, WARMEST, HOT = 6.5, 3.0, 0.5, 0.15


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

    def take(self, problem: ConfigurationProblem, choice: Choice) -> None:
        """Keep a choice where it is feasible and better."""
        cost = problem.cost(choice)
        if (self.cost is None or cost < self.cost) and problem.feasible(choice):
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
        reads, sweeps: of each round; a large model gets fewer reads.

    Raises:
        SolverError: where the sampler cannot take the model or is not reached.
    """
    guess, upper = first_guess(bounds, FIRST_OPTIONS), None
    prepared: list[Prepared] = []
    idle, warmth = 0, 1.0
    for number in range(rounds):
        before = reached.cost
        wanted = guess if before is None else min(guess, before - 1)
        if wanted != upper:
            upper, idle, warmth = wanted, 0, 1.0
            prepared = cores(problem, bounds, upper)
        room = FIRST_ROOM if before is None else ROOMS[number % len(ROOMS)]
        distinct = [
            _draw(
                problem, one, sampler, room, warmth, -(-reads // len(prepared)), sweeps,
                seed + number + rounds * part, reached,
            )
            for part, one in enumerate(prepared)
        ]  # fmt: skip
        if max(distinct, default=1.0) < REPEATED:
            warmth *= WARMER
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
    made = (prepare(problem, live, upper) for _, live in bounds.cases(upper))
    return [one for one in made if one is not None]


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
    least = least[np.isfinite(least)]  # the others are in no choice at all
    return float(least[min(len(least) - 1, int(per_attribute * live.arrays.attributes))])


def _draw(
    problem: ConfigurationProblem,
    prepared: Prepared,
    sampler: Sampler,
    room: float,
    warmth: float,
    reads: int,
    sweeps: int,
    seed: int,
    reached: Reached,
) -> float:
    """Sample one core, and keep its best feasible read; return the share of distinct ones."""
    core = prepared.core
    if prepared.qubo is None:
        reached.take(problem, core.whole({}))
        return 1.0
    qubo = prepared.qubo
    if sampler.name not in SPARSE and qubo.bqm.num_variables <= MOST_DRAWN:
        qubo = drawn_to(qubo, room)
    bits = max(qubo.bqm.num_variables, 1)
    reads = round(reads * min(max(USUAL_BITS / bits, LEAST_READS), 1.0)) or 1
    cold = warmth * min(max(COLD / qubo.penalties.need, WARMEST), COLDEST)
    samples = sampler.sample(
        qubo.bqm, reads=reads, sweeps=sweeps, seed=seed % 2**31, beta_range=(HOT * cold, cold)
    )
    decoded = qubo.decode_all(samples)
    reached.reads += reads
    reached.feasible_reads += int(decoded.feasible.sum())
    if not decoded.feasible.any():
        return 1.0
    chosen = decoded.chosen[decoded.feasible]
    best = chosen[int(decoded.cost[decoded.feasible].argmin())]
    reached.take(problem, core.whole(qubo.choice(best)))
    return len({row.tobytes() for row in chosen}) / len(chosen)


def drawn_to(qubo: Qubo, room: float) -> Qubo:
    """Return a model whose states are drawn to leave a certain room in each priced capacity."""
    matrix = _bits(qubo)
    arrays, layout = qubo.layout.arrays, qubo.layout
    labels = list(qubo.encoding.labels)
    size = len(labels)
    linear, square, offset = np.zeros(size), np.zeros((size, size)), 0.0
    limit = arrays.limit - arrays.uses[list(layout.decided)].sum(axis=0)
    priced = int((qubo.penalties.multiplier > 0).sum())
    for resource in np.flatnonzero(qubo.penalties.multiplier > 0).tolist():
        use = arrays.uses[list(layout.open), resource].astype(float)
        by_bit = matrix.T @ use
        moving = by_bit[by_bit != 0]
        if not len(moving):
            continue
        typical = float(np.sqrt(np.mean(moving**2)))
        weight = DRAW * qubo.penalties.need / typical**2
        worth = float(qubo.penalties.multiplier[resource]) * typical
        left = min(room * qubo.penalties.need / priced / worth, MOST_ROOM) * typical
        constant = float(use @ qubo.encoding.shift) - (float(limit[resource]) - left)
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
