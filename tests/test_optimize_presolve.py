"""Presolve: what it deletes is never needed, and every deletion has its reason."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimize.arrays import arrays_of
from optimize.model import Attribute, ConfigurationProblem, Forbidden, Option
from optimize.presolve import bounds_of, core_of
from optimize.propagate import Live, dominate, live_of, propagate, reasons_of
from optimize.tiers import live_options
from tests.small_problems import brute_force, choices, small


def _presolved(problem: ConfigurationProblem) -> Live:
    live = live_of(arrays_of(problem))
    propagate(live)
    return live


@pytest.mark.parametrize("seed", range(60))
def test_propagation_deletes_no_option_of_a_feasible_choice(seed: int) -> None:
    problem = small(seed)
    live = _presolved(problem)
    for choice in choices(problem):
        if problem.feasible(choice):
            assert all(live.alive[live.arrays.index[pick]] for pick in choice.items())
    assert len(reasons_of(live)) == int((~live.alive).sum())


@pytest.mark.parametrize("seed", range(60))
def test_an_optimum_survives_dominance(seed: int) -> None:
    problem = small(seed, soft=seed % 2 == 0)
    live = live_options(problem)
    left = [
        problem.objective(one)
        for one in choices(problem)
        if problem.feasible(one)
        and all(live.alive[live.arrays.index[pick]] for pick in one.items())
    ]
    assert min(left, default=None) == brute_force(problem)


@pytest.mark.parametrize("seed", range(60))
def test_a_core_holds_every_choice_within_the_bound(seed: int) -> None:
    problem = small(seed)
    best = brute_force(problem)
    live = _presolved(problem)
    if best is None or not live.feasible:
        assert best is None
        return
    bounds = bounds_of(live)
    assert bounds.bound <= best[-1] + 1e-6
    upper = best[-1] + 3
    within = bounds.within(upper)
    for choice in choices(problem):
        if problem.feasible(choice) and problem.cost(choice) <= upper:
            assert all(within.alive[live.arrays.index[pick]] for pick in choice.items())


@pytest.mark.parametrize("seed", range(60))
def test_a_choice_of_the_core_reads_as_one_of_the_whole(seed: int) -> None:
    problem = small(seed)
    live = _presolved(problem)
    if not live.feasible:
        return
    core = core_of(problem, live)
    if core.problem is None:
        return
    for choice in choices(core.problem):
        whole = core.whole(choice)
        assert core.problem.feasible(choice) == problem.feasible(whole)
        assert core.problem.cost(choice) + core.base == problem.cost(whole)
    for attribute in core.problem.attributes:
        for resource in core.problem.capacity:
            assert min(one.uses.get(resource, 0) for one in attribute.options) == 0


def _problem(*rules: Forbidden, capacity: int = 10) -> ConfigurationProblem:
    options = (Option("light", 9, {"mass": 1}), Option("heavy", 3, {"mass": 6}))
    return ConfigurationProblem(
        "p", (Attribute("a", options), Attribute("b", options)), {"mass": capacity}, rules
    )


def test_each_deletion_says_why() -> None:
    live = _presolved(_problem(capacity=6))
    assert reasons_of(live)["a", "heavy"] == "over capacity with the least of all others"
    live = _presolved(
        _problem(
            Forbidden((("a", "light"), ("b", "light"))),
            Forbidden((("a", "light"), ("b", "heavy"))),
        )
    )
    assert reasons_of(live)["a", "light"] == "excludes every option of b"
    live = _presolved(_problem(Forbidden((("a", "light"),))))
    assert reasons_of(live)["a", "light"] == "forbidden"


def test_equal_options_leave_one() -> None:
    twins = (Option("x", 1), Option("y", 1), Option("z", 1))
    live = live_of(arrays_of(ConfigurationProblem("p", (Attribute("a", twins),))))
    dominate(live)
    assert live.alive.tolist() == [True, False, False]
    assert reasons_of(live)["a", "z"].startswith("dominated by")


def test_an_attribute_without_options_left_bounds_at_infinity() -> None:
    live = live_of(arrays_of(_problem()))
    live.delete(np.array([0, 1]), "test")
    assert not live.feasible
    assert math.isinf(bounds_of(live).bound)
