"""Local search: its bookkeeping against plain evaluation, and what it reaches."""

from __future__ import annotations

import numpy as np
import pytest

from optimize.heuristics import search
from optimize.landscape import landscape_of
from optimize.polish import exchange, starts, tabu
from optimize.presolve import bounds_of
from optimize.tiers import live_options, search_tiers
from tests.small_problems import brute_force, choices, small

DECIDED = [("safety", 3)]


@pytest.mark.parametrize("seed", range(20))
def test_totals_are_the_problem_s_own(seed: int) -> None:
    problem = small(seed, soft=True)
    landscape = landscape_of(problem, tier="commercial", decided=DECIDED)
    some = choices(problem)[::7]
    positions = np.array([landscape.positions(one) for one in some])
    totals = landscape.totals(positions)
    ok = landscape.feasible(totals)
    for number, choice in enumerate(some):
        assert landscape.choice(positions[number]) == choice
        violated = problem.violated(choice)
        assert totals[0, number] == violated["commercial"]
        assert totals[-1, number] == violated["safety"]
        assert ok[number] == (problem.feasible(choice) and violated["safety"] <= 3)


@pytest.mark.parametrize("seed", range(20))
def test_values_tell_what_a_change_does(seed: int) -> None:
    problem = small(seed, soft=True)
    landscape = landscape_of(problem, tier="commercial", decided=DECIDED)
    now = landscape.positions(choices(problem)[0])
    value = landscape.values(now[None, :])[:, 0, :]
    before = landscape.totals(now[None, :])[:, 0]
    for option, attribute in enumerate(landscape.arrays.attribute.tolist()):
        moved = now.copy()
        moved[attribute] = option
        after = landscape.totals(moved[None, :])[:, 0]
        np.testing.assert_allclose(after - before, value[:, option] - value[:, now[attribute]])


def test_starts_hold_one_option_of_each_attribute() -> None:
    landscape = landscape_of(small(1))
    likely = np.zeros(landscape.options)
    likely[landscape.arrays.start[:-1]] = 1.0
    drawn = starts(landscape, likely, 9, np.random.default_rng(0))
    assert (drawn[0] == landscape.arrays.start[:-1]).all()
    owners = landscape.arrays.attribute[drawn]
    assert (owners == np.arange(landscape.arrays.attributes)).all()


@pytest.mark.parametrize("seed", range(30))
def test_tabu_meets_the_optimum_of_small_problems(seed: int) -> None:
    problem = small(seed)
    best = brute_force(problem)
    landscape = landscape_of(problem)
    rng = np.random.default_rng(0)
    found, value = tabu(
        landscape,
        starts(landscape, np.ones(landscape.options), 16, rng),
        weights=np.full(3, 3.0),
        moves=150,
        rng=rng,
    )
    if best is None:
        assert found is None
        return
    assert found is not None
    assert value == best[-1] == problem.cost(landscape.choice(found))
    assert problem.feasible(landscape.choice(found))


@pytest.mark.parametrize("seed", range(30))
def test_no_exchange_of_two_betters_the_answer(seed: int) -> None:
    problem = small(seed)
    feasible = [one for one in choices(problem) if problem.feasible(one)]
    if not feasible:
        return
    landscape = landscape_of(problem)
    end = landscape.choice(exchange(landscape, landscape.positions(feasible[-1])))
    assert problem.feasible(end)
    for other in feasible:
        if sum(other[name] != end[name] for name in end) <= 2:
            assert problem.cost(end) <= problem.cost(other)


@pytest.mark.parametrize("seed", range(30))
def test_search_without_an_annealer_meets_the_optimum(seed: int) -> None:
    problem = small(seed)
    best = brute_force(problem)
    live = live_options(problem)
    if best is None:
        return
    choice, cost = search(problem, bounds_of(live), known=None, seed=0)
    assert cost == best[-1]
    assert choice is not None
    assert problem.feasible(choice)


@pytest.mark.parametrize("seed", range(30))
def test_tiers_are_searched_in_order(seed: int) -> None:
    problem = small(seed, soft=True)
    best = brute_force(problem)
    live = live_options(problem)
    found = search_tiers(problem, live, known=None, seed=0) if live.feasible else None
    assert (None if found is None else problem.objective(found)) == best


def test_a_known_choice_is_never_lost() -> None:
    problem = next(one for one in map(small, range(50)) if brute_force(one) is not None)
    known = next(one for one in choices(problem) if problem.feasible(one))
    choice, cost = search(problem, bounds_of(live_options(problem)), known=known, seed=0)
    assert choice is not None
    assert cost is not None
    assert cost <= problem.cost(known)
