"""From a configuration problem to its answer: presolve, anneal, polish, prove.

The annealer speaks first and alone; the local search may better its choice; an exact solver then
proves the choice optimal, betters it, or bounds it. No stage decides by the clock unless a time
limit is given, so the same seed gives the same answer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from base import SolverError
from optimize.arrays import arrays_of
from optimize.model import Choice, ConfigurationProblem
from optimize.presolve import TOLERANCE, Bounds, bounds_of
from optimize.propagate import dominate, live_of, propagate
from optimize.solution import Annealed, Solution

if TYPE_CHECKING:
    from optimize.samplers import Sampler

#: Used where a QPU is not reached.
DEFAULT_SAMPLER = "simulated-annealing"


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - began
            self.seconds[name] = self.seconds.get(name, 0.0) + spent


def solve(
    problem: ConfigurationProblem,
    *,
    sampler: str = DEFAULT_SAMPLER,
    seed: int = 0,
    certificate: bool = True,
    time_limit: float | None = None,
    reads: int | None = None,
) -> Solution:
    """Solve a problem.

    Args:
        sampler: one of :data:`optimize.samplers.NAMES`; where a QPU is not reached, simulated
            annealing takes its place and a note says so.
        certificate: let an exact solver prove or better the answer.
        time_limit: seconds for the exact solver; ``None`` limits its work and not its time.
        reads: of each annealing round.

    Raises:
        SolverError: where the sampler is unknown, or a number makes no sense.
    """
    if seed < 0:
        raise SolverError(f"seed {seed}", hint="give zero or more")
    if time_limit is not None and not 0 < time_limit < math.inf:
        raise SolverError(f"time limit {time_limit}", hint="give a positive number of seconds")
    if reads is not None and reads < 1:
        raise SolverError(f"{reads} reads", hint="give at least one")
    clock, notes = Clock(), []
    with clock.stage("sampler"):
        drawer, note = _sampler(sampler)
    if note:
        notes.append(note)
    if problem.soft:
        from optimize.tiers import solve_tiers

        return solve_tiers(
            problem, drawer, seed=seed, certificate=certificate, time_limit=time_limit,
            reads=reads, clock=clock, notes=notes,
        )  # fmt: skip
    with clock.stage("presolve"):
        arrays = arrays_of(problem)
        live = live_of(arrays)
        propagate(live)
        if live.feasible:
            dominate(live)
    bounds = None
    if live.feasible:
        with clock.stage("relaxation"):
            bounds = bounds_of(live)
    if bounds is None or math.isinf(bounds.bound):
        return infeasible(
            problem, drawer.name, None, seed=seed, certificate=certificate,
            time_limit=time_limit, clock=clock, notes=notes,
        )  # fmt: skip
    with clock.stage("annealing"):
        annealed = _annealed(problem, bounds, drawer, seed, reads, notes)
    with clock.stage("polish"):
        from optimize.heuristics import search

        best, cost = search(problem, bounds, known=annealed.choice, seed=seed)
    bound = math.ceil(bounds.bound - TOLERANCE)
    heuristic = cost
    optimal = cost is not None and cost <= bound
    if certificate and not optimal:
        with clock.stage("certificate"):
            best, cost, bound, optimal = _certified(
                problem, bounds, best, cost, bound, time_limit, seed
            )
        if optimal and best is None:
            return infeasible(
                problem, drawer.name, annealed, seed=seed, certificate=certificate,
                time_limit=time_limit, clock=clock, notes=notes,
            )  # fmt: skip
    if best is not None and (wrong := problem.broken(best)):
        raise SolverError(f"the answer breaks a rule ({wrong[0]})", where=problem.name)
    if best is None:
        notes.append("no feasible choice was found; whether there is one is open")
    return Solution(
        choice=in_order(problem, best),
        cost=cost,
        violated={} if best is None else problem.violated(best),
        sampler=drawer.name,
        annealed=annealed,
        heuristic_cost=heuristic,
        optimal=optimal,
        bound=bound,
        notes=tuple(notes),
        seconds=clock.seconds,
    )


def _sampler(name: str) -> tuple[Sampler, str]:
    """Return a sampler, and a note where it stands in for a QPU that was not reached."""
    from optimize.samplers import sampler

    try:
        return sampler(name), ""
    except SolverError as error:
        if name != "qpu":
            raise
        return sampler(DEFAULT_SAMPLER), f"{error}; {DEFAULT_SAMPLER} was used instead"


def _annealed(
    problem: ConfigurationProblem,
    bounds: Bounds,
    sampler: Sampler,
    seed: int,
    reads: int | None,
    notes: list[str],
) -> Annealed:
    """Anneal; a sampler that refuses its model reaches nothing, and a note says why."""
    from optimize.anneal import READS, Reached, anneal

    reached = Reached()
    try:
        anneal(problem, bounds, sampler, reached, seed=seed, reads=reads or READS)
    except SolverError as error:
        notes.append(str(error))
    return Annealed(
        choice=in_order(problem, reached.choice),
        cost=reached.cost,
        violated={} if reached.choice is None else problem.violated(reached.choice),
        reads=reached.reads,
        feasible_reads=reached.feasible_reads,
    )


def _certified(
    problem: ConfigurationProblem,
    bounds: Bounds,
    best: Choice | None,
    cost: int | None,
    bound: int,
    time_limit: float | None,
    seed: int,
) -> tuple[Choice | None, int | None, int, bool]:
    """Prove that nothing is cheaper, or find it.

    Returns:
        The best choice, its cost, the bound, and whether the choice is optimal; without a choice,
        whether there is none.
    """
    from optimize.certify import cheapest, choice_of_positions

    arrays = bounds.live.arrays
    live = bounds.live.copy() if cost is None else bounds.within(cost - 1)
    propagate(live)
    if not live.feasible:
        return best, cost, bound if cost is None else cost, True
    proof = cheapest(
        arrays,
        live.alive,
        time_limit=time_limit,
        seed=seed,
        no_more=None if cost is None else cost - 1,
    )
    if proof.positions is not None:
        best, cost = choice_of_positions(arrays, proof.positions), proof.value
    if proof.exhausted:
        return best, cost, bound if cost is None else cost, True
    if proof.bound is not None:
        bound = max(bound, proof.bound if cost is None else min(cost, proof.bound))
    return best, cost, bound, cost is not None and cost <= bound


def infeasible(
    problem: ConfigurationProblem,
    sampler: str,
    annealed: Annealed | None,
    *,
    seed: int,
    certificate: bool,
    time_limit: float | None,
    clock: Clock,
    notes: list[str],
) -> Solution:
    """Return the answer where there is no feasible choice, with a minimal conflict."""
    names: tuple[str, ...] = ()
    if certificate:
        from optimize.infeasible import conflict_of

        with clock.stage("conflict"):
            conflict = conflict_of(problem, time_limit=time_limit, seed=seed)
        if conflict is None:
            notes.append("no conflict was isolated within the limit")
        else:
            names = conflict.names
            if not conflict.minimal:
                notes.append("the conflict may not be minimal: the limit came first")
    notes.append("no choice is feasible")
    return Solution(
        choice=None,
        cost=None,
        violated={},
        sampler=sampler,
        annealed=annealed,
        heuristic_cost=None,
        optimal=True,
        bound=None,
        conflict=names,
        notes=tuple(notes),
        seconds=clock.seconds,
    )


def in_order(problem: ConfigurationProblem, choice: Choice | None) -> Mapping[str, str] | None:
    """Return a choice with its attributes in the problem's order."""
    if choice is None:
        return None
    return {one.name: choice[one.name] for one in problem.attributes}
