"""Selection under a budget: against trying everything, and against known structure."""

from __future__ import annotations

from itertools import combinations

import dimod
import numpy as np
import pytest

from base import SolverError
from optimize.samplers import sampler
from optimize.selection import Scores, scores, select, sized_model
from optimize.set_functions import pairwise_fit, select_from_table

ANNEALER = sampler("simulated-annealing")


def random_scores(seed: int, count: int) -> Scores:
    rng = np.random.default_rng(seed)
    half = rng.normal(0.15, 0.2, (count, count))
    return scores(rng.uniform(0, 1, count), half + half.T, rng.uniform(0.5, 2, count))


@pytest.mark.parametrize("seed", range(8))
def test_the_best_set_within_a_budget_is_found(seed):
    given = random_scores(seed, 10)
    found = select(
        given.relevance, given.redundancy, costs=given.costs, budget=5.0, sampler=ANNEALER, seed=1
    )
    assert found.value == pytest.approx(found.exhaustive_value)
    assert found.value >= found.greedy_value - 1e-12
    assert found.cost <= 5.0
    chosen = np.zeros(10, dtype=bool)
    chosen[list(found.chosen)] = True
    assert found.value == pytest.approx(given.worth(chosen[None])[0])


def test_one_of_each_group_of_copies_is_chosen_where_greed_takes_a_decoy():
    """A decoy has most relevance, and shares a little with every member of the best set."""
    relevance = np.array([1.0, 0.9, 0.9, 0.9, 0.85, 0.85, 0.85])
    redundancy = np.zeros((7, 7))
    redundancy[0, 1:] = redundancy[1:, 0] = 0.45
    for one in (1, 2, 3):
        redundancy[one, one + 3] = redundancy[one + 3, one] = 0.85
    found = select(relevance, redundancy, budget=3, sampler=ANNEALER, seed=0)
    assert found.chosen == found.exhaustive == (1, 2, 3)
    assert 0 in found.greedy
    assert found.value > found.greedy_value


def test_two_that_are_worth_something_only_together():
    redundancy = np.zeros((4, 4))
    redundancy[2, 3] = redundancy[3, 2] = -2.0
    found = select([0.5, 0.4, 0.0, 0.0], redundancy, budget=2, sampler=ANNEALER, seed=0)
    assert found.chosen == (2, 3)
    assert found.greedy == (0, 1)


def test_nothing_is_chosen_where_nothing_is_worth_its_place_or_affordable():
    assert select([-1.0, -2.0], np.zeros((2, 2)), budget=2, sampler=ANNEALER, seed=0).chosen == ()
    dear = select([1.0], [[0.0]], costs=[3.0], budget=2, sampler=ANNEALER, seed=0)
    assert (dear.chosen, dear.value, dear.cost) == ((), 0.0, 0.0)


@pytest.mark.parametrize("size", [0, 1, 3, 6])
def test_a_sized_model_is_least_at_its_size(size):
    given = random_scores(4, 6)
    found = dimod.ExactSolver().sample(sized_model(given, size, 0.3)[0])
    sets = found.record.sample[:, np.argsort(list(found.variables))] > 0
    energy = found.record.energy
    assert sets[energy.argmin()].sum() == size
    right = sets.sum(axis=1) == size
    expected = 0.3 * (sets @ given.costs) - given.worth(sets)
    assert np.allclose(energy[right], expected[right])


@pytest.mark.parametrize(("redundancy", "naive"), [(0.05, 6), (1.5, 1)])
def test_sizes_are_asked_for_that_the_unbudgeted_form_has_no_minimum_at(redundancy, naive):
    given = scores(np.full(6, 1.0), np.full((6, 6), redundancy))
    sets = (np.arange(2**6)[:, None] >> np.arange(6)) & 1 == 1
    assert sets[int(given.worth(sets).argmax())].sum() == naive
    for size in (2, 3, 4):
        found = ANNEALER.sample(sized_model(given, size, 0.0)[0], reads=20, sweeps=50, seed=0)
        assert sum(found.first.sample.values()) == size


def test_order_of_members_does_not_matter_and_seeds_repeat():
    given = random_scores(2, 9)
    order = np.random.default_rng(0).permutation(9)
    arguments = {"budget": 4.0, "sampler": ANNEALER, "seed": 7}
    one = select(given.relevance, given.redundancy, costs=given.costs, **arguments)
    again = select(given.relevance, given.redundancy, costs=given.costs, **arguments)
    other = select(
        given.relevance[order],
        given.redundancy[np.ix_(order, order)],
        costs=given.costs[order],
        **arguments,
    )
    assert one == again
    assert {int(order[m]) for m in other.chosen} == set(one.chosen)


@pytest.mark.parametrize(
    ("relevance", "redundancy", "costs", "message"),
    [
        ([], np.zeros((0, 0)), None, "no vector"),
        ([1.0, 2.0], np.zeros((3, 3)), None, "2 members"),
        ([1.0], [[0.0]], [1.0, 2.0], "1 members"),
        ([float("nan")], [[0.0]], None, "not finite"),
        ([1.0], [[0.0]], [0.0], "not positive"),
    ],
)
def test_scores_that_make_no_sense(relevance, redundancy, costs, message):
    with pytest.raises(SolverError, match=message):
        select(relevance, redundancy, costs=costs, budget=1, sampler=ANNEALER, seed=0)


def table(count: int, worth) -> dict[frozenset[int], float]:
    return {
        frozenset(one): worth(frozenset(one))
        for size in range(1, count + 1)
        for one in combinations(range(count), size)
    }


def test_a_pairwise_set_function_is_fitted_exactly_and_its_best_set_found():
    given = random_scores(5, 4)

    def worth(one):
        row = np.array([[m in one for m in range(4)]])
        return 0.3 + float(given.worth(row)[0])

    relevance, redundancy, misfit = pairwise_fit(table(4, worth), 4)
    assert np.allclose(relevance, given.relevance)
    assert np.allclose(redundancy, given.redundancy)
    assert misfit < 1e-12
    found = select_from_table(table(4, worth), given.costs, budget=3.0, sampler=ANNEALER, seed=0)
    assert found.chosen == found.best
    assert found.value == found.best_value


def test_a_set_function_of_three_is_judged_by_itself():
    """Worth something only as all three, which no sum over pairs can say."""
    values = table(4, lambda one: 1.0 if {0, 1, 2} <= one else 0.1 * (3 in one))
    found = select_from_table(values, [1.0] * 4, budget=3, sampler=ANNEALER, seed=0)
    assert found.best == (0, 1, 2)
    assert found.misfit > 0.05
    assert found.value == values[frozenset(found.chosen)] <= found.best_value
    assert found.greedy_value == pytest.approx(0.1)


def test_tables_that_make_no_sense():
    for values, budget, message in (
        ({}, 1.0, "empty or names no member"),
        ({frozenset({5}): 1.0}, 1.0, "empty or names no member"),
        (table(2, len), 0.5, "no set costs"),
    ):
        with pytest.raises(SolverError, match=message):
            select_from_table(values, [1.0, 1.0], budget=budget, sampler=ANNEALER, seed=0)


@pytest.mark.parametrize("budget", [-1.0, float("nan"), float("inf")])
def test_a_budget_that_makes_no_sense_gets_one_line(budget: float) -> None:
    with pytest.raises(SolverError, match="budget"):
        select(
            [1.0, 2.0],
            np.zeros((2, 2)),
            budget=budget,
            sampler=sampler("simulated-annealing"),
            seed=0,
        )


def test_the_largest_seed_is_as_good_as_any() -> None:
    found = select(
        [3.0, 2.0, 1.0], np.zeros((3, 3)), budget=2.0, costs=[1.0, 1.5, 1.0],
        sampler=sampler("simulated-annealing"), seed=2**31 - 1,
    )  # fmt: skip
    assert found.value == found.exhaustive_value
