"""From a configuration problem to its answer: presolve, anneal, polish, prove.

The annealer speaks first and alone; the local search may better its choice; an exact solver then
proves the choice optimal, betters it, or bounds it. No stage decides by the clock unless a time
limit is given, so the same seed gives the same answer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from base import SolverError
from optimize.arrays import arrays_of
from optimize.model import Choice, ConfigurationProblem
from optimize.presolve import TOLERANCE, Bounds, bounds_of
from optimize.propagate import dominate, live_of, propagate
from optimize.solution import Annealed, Solution

if TYPE_CHECKING:
    from optimize.anneal import Reached
    from optimize.samplers import Sampler

DEFAULT_SAMPLER = "simulated-annealing"


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
        seed: the same seed gives the same answer, unless a time limit cuts a proof short.
        certificate: let an exact solver prove or better the answer.
        time_limit: seconds for the exact solver; ``None`` limits its work and not its time.
        reads: of each annealing round, fewer of large models; ``None`` takes the defaults.

    Raises:
        SolverError: where the sampler is unknown, or a number makes no sense.
    """
    if seed < 0:
        raise SolverError(f"seed {seed}", hint="give zero or more")
    if time_limit is not None and not 0 < time_limit < math.inf:
        raise SolverError(f"time limit {time_limit}", hint="give a positive number of seconds")
    if reads is not None and reads < 1:
        raise SolverError(f"{reads} reads", hint="give at least one")
    drawer, note = _sampler(sampler)
    run = _Run(problem, drawer, seed, certificate, time_limit, reads, [note] if note else [])
    answer = run.tiers() if problem.soft else run.cheapest()
    if answer.choice is not None and (wrong := problem.broken(answer.choice)):
        raise SolverError(f"the answer breaks a rule ({wrong[0]})", where=problem.name)
    return answer


def _sampler(name: str) -> tuple[Sampler, str]:
    """Return a sampler, and a note where it stands in for a QPU that was not reached."""
    from optimize.samplers import sampler

    try:
        return sampler(name), ""
    except SolverError as error:
        if name != "qpu":
            raise
        return sampler(DEFAULT_SAMPLER), f"{error}; {DEFAULT_SAMPLER} was used instead"


@dataclass
class _Run:
    """One call of :func:`solve`: its arguments, and what to tell."""

    problem: ConfigurationProblem
    sampler: Sampler
    seed: int
    certificate: bool
    time_limit: float | None
    reads: int | None
    notes: list[str]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of a block to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

    def cheapest(self) -> Solution:
        """Solve a problem without soft rules."""
        problem = self.problem
        with self.stage("presolve"):
            live = live_of(arrays_of(problem))
            propagate(live)
            if live.feasible:
                dominate(live)
        if not live.feasible:
            return self.infeasible(None)
        with self.stage("relaxation"):
            bounds = bounds_of(live)
        if math.isinf(bounds.bound):
            return self.infeasible(None)
        with self.stage("annealing"):
            from optimize.anneal import READS, anneal

            annealed = self.annealed(
                lambda reached: anneal(
                    problem,
                    bounds,
                    self.sampler,
                    reached,
                    seed=self.seed,
                    reads=self.reads or READS,
                )
            )
        with self.stage("polish"):
            from optimize.heuristics import search

            best: Choice | None
            best, cost = search(problem, bounds, known=annealed.choice, seed=self.seed)
        bound, heuristic = math.ceil(bounds.bound - TOLERANCE), cost
        optimal = cost is not None and cost <= bound
        if self.certificate and not optimal:
            with self.stage("certificate"):
                best, cost, bound, optimal = self._certified(bounds, best, cost, bound)
            if optimal and best is None:
                return self.infeasible(annealed)
        return self._answer(best, annealed, heuristic, optimal, bound)

    def tiers(self) -> Solution:
        """Solve a problem with soft rules."""
        from optimize.anneal_tiers import READS, anneal_tiers
        from optimize.certify_tiers import prove_tiers
        from optimize.tiers import live_options, search_tiers

        problem = self.problem
        with self.stage("presolve"):
            live = live_options(problem)
        if not live.feasible:
            return self.infeasible(None)
        with self.stage("annealing"):
            annealed = self.annealed(
                lambda reached: anneal_tiers(
                    problem,
                    live,
                    self.sampler,
                    reached,
                    seed=self.seed,
                    reads=self.reads or READS,
                )
            )
        with self.stage("polish"):
            best: Choice | None = search_tiers(problem, live, known=annealed.choice, seed=self.seed)
        heuristic = None if best is None else problem.cost(best)
        optimal, bound = False, None
        if self.certificate:
            with self.stage("certificate"):
                proof = prove_tiers(
                    problem,
                    live.arrays,
                    live.alive,
                    known=best,
                    time_limit=self.time_limit,
                    seed=self.seed,
                )
            best, optimal, bound = proof.choice, proof.optimal, proof.bound
            if optimal and best is None:
                return self.infeasible(annealed)
        return self._answer(best, annealed, heuristic, optimal, bound)

    def annealed(self, anneal: Callable[[Reached], None]) -> Annealed:
        """Anneal; a sampler that refuses its model stops there, and a note says why."""
        from optimize.anneal import Reached

        reached = Reached()
        try:
            anneal(reached)
        except SolverError as error:
            self.notes.append(str(error))
        return Annealed(
            choice=_in_order(self.problem, reached.choice),
            cost=reached.cost,
            violated={} if reached.choice is None else self.problem.violated(reached.choice),
            reads=reached.reads,
            feasible_reads=reached.feasible_reads,
        )

    def _certified(
        self, bounds: Bounds, best: Choice | None, cost: int | None, bound: int
    ) -> tuple[Choice | None, int | None, int, bool]:
        """Prove that nothing is cheaper, or find it.

        Returns:
            The best choice, its cost, the bound, and whether the choice is optimal; without a
            choice, whether there is none.
        """
        from optimize.certify import cheapest, choice_of_positions

        live = bounds.live.copy() if cost is None else bounds.within(cost - 1)
        propagate(live)
        if not live.feasible:
            return best, cost, bound if cost is None else cost, True
        proof = cheapest(
            live.arrays,
            live.alive,
            time_limit=self.time_limit,
            seed=self.seed,
            no_more=None if cost is None else cost - 1,
        )
        if proof.positions is not None:
            best, cost = choice_of_positions(live.arrays, proof.positions), proof.value
        if proof.exhausted:
            return best, cost, bound if cost is None else cost, True
        if proof.bound is not None:
            bound = max(bound, proof.bound if cost is None else min(cost, proof.bound))
        return best, cost, bound, cost is not None and cost <= bound

    def infeasible(self, annealed: Annealed | None) -> Solution:
        """Return the answer where there is no feasible choice, with a minimal conflict."""
        names: tuple[str, ...] = ()
        if self.certificate:
            from optimize.infeasible import conflict_of

            with self.stage("conflict"):
                conflict = conflict_of(self.problem, time_limit=self.time_limit, seed=self.seed)
            if conflict is None:
                self.notes.append("no conflict was isolated within the limit")
            else:
                names = conflict.names
                if not conflict.minimal:
                    self.notes.append("the conflict may not be minimal: the limit came first")
        self.notes.append("no choice is feasible")
        return Solution(
            choice=None,
            cost=None,
            violated={},
            sampler=self.sampler.name,
            annealed=annealed,
            heuristic_cost=None,
            optimal=True,
            bound=None,
            conflict=names,
            notes=tuple(self.notes),
            seconds=self.seconds,
        )

    def _answer(
        self,
        best: Choice | None,
        annealed: Annealed,
        heuristic: int | None,
        optimal: bool,
        bound: int | None,
    ) -> Solution:
        problem = self.problem
        if best is None:
            self.notes.append("no feasible choice was found; whether there is one is open")
        return Solution(
            choice=_in_order(problem, best),
            cost=None if best is None else problem.cost(best),
            violated={} if best is None else problem.violated(best),
            sampler=self.sampler.name,
            annealed=annealed,
            heuristic_cost=heuristic,
            optimal=optimal,
            bound=bound,
            notes=tuple(self.notes),
            seconds=self.seconds,
        )


def _in_order(problem: ConfigurationProblem, choice: Choice | None) -> Mapping[str, str] | None:
    """Return a choice with its attributes in the problem's order."""
    if choice is None:
        return None
    return {one.name: choice[one.name] for one in problem.attributes}
