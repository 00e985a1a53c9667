"""Proofs: the exact optimum, bounds under a limit, and conflicts that are minimal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.instances import generate
from optimize.arrays import arrays_of
from optimize.certify import cheapest, choice_of_positions
from optimize.certify_tiers import prove_tiers
from optimize.infeasible import conflict_of
from optimize.model import Attribute, ConfigurationProblem, Forbidden, Option
from optimize.propagate import live_of
from optimize.tiers import live_options
from tests.small_problems import brute_force, small


@pytest.mark.parametrize("seed", range(30))
def test_the_proof_is_the_optimum(seed: int) -> None:
    problem = small(seed)
    best = brute_force(problem)
    live = live_of(arrays_of(problem))
    if not live.feasible:
        assert best is None
        return
    proof = cheapest(live.arrays, live.alive)
    assert proof.exhausted
    if best is None:
        assert proof.positions is None
        return
    assert proof.positions is not None
    choice = choice_of_positions(live.arrays, proof.positions)
    assert problem.feasible(choice)
    assert problem.cost(choice) == proof.value == proof.bound == best[-1]
    better = cheapest(live.arrays, live.alive, no_more=best[-1] - 1)
    assert better.exhausted
    assert better.positions is None


def test_a_limit_leaves_a_bound() -> None:
    problem = generate(100, 1)
    live = live_of(arrays_of(problem))
    proof = cheapest(live.arrays, live.alive, time_limit=0.05)
    assert not proof.exhausted
    full = cheapest(live.arrays, live.alive)
    assert full.value is not None
    assert proof.bound is None or proof.bound <= full.value


@pytest.mark.parametrize("seed", range(30))
def test_tiers_are_proved_in_order(seed: int) -> None:
    problem = small(seed, soft=True)
    best = brute_force(problem)
    live = live_options(problem)
    if not live.feasible:
        assert best is None
        return
    proof = prove_tiers(problem, live.arrays, live.alive, known=None, time_limit=None, seed=0)
    assert proof.optimal
    if best is None:
        assert proof.choice is None
    else:
        assert proof.choice is not None
        assert problem.objective(proof.choice) == best
        assert proof.bound == best[-1]


def _without(problem: ConfigurationProblem, names: set[str]) -> ConfigurationProblem:
    """Return a problem with only the rules and capacities that are named."""
    vast = {r: 10**6 for r in problem.capacity if f"capacity of {r}" not in names}
    return replace(
        problem,
        capacity={**problem.capacity, **vast},
        forbidden=tuple(rule for rule in problem.forbidden if str(rule) in names),
    )


def _infeasible() -> list[ConfigurationProblem]:
    return [p for p in map(small, range(120)) if brute_force(p) is None]


def test_conflicts_are_conflicts_and_minimal() -> None:
    problems = _infeasible()
    assert len(problems) > 5
    for problem in problems:
        conflict = conflict_of(problem)
        assert conflict is not None
        assert conflict.minimal
        names = set(conflict.names)
        assert brute_force(_without(problem, names)) is None
        for name in names:
            assert brute_force(_without(problem, names - {name})) is not None


def test_a_feasible_problem_has_no_conflict() -> None:
    assert conflict_of(generate(10, 1)) is None


def test_a_conflict_names_its_provisions() -> None:
    options = (Option("x", 1, {"mass": 4}), Option("y", 1, {"mass": 1}))
    problem = ConfigurationProblem(
        "p",
        (Attribute("a", options), Attribute("b", options)),
        {"mass": 7},
        (
            Forbidden((("a", "y"),), "provision 1"),
            Forbidden((("b", "y"),), "provision 2"),
            Forbidden((("a", "x"), ("b", "y")), "provision 3"),
        ),
    )
    conflict = conflict_of(problem)
    assert conflict is not None
    assert "capacity of mass" in conflict.names
    assert "provision 1" in conflict.names
    assert len(conflict.names) == 3


def test_a_large_infeasible_problem_has_a_small_conflict() -> None:
    problem = generate(30, 1)
    first = problem.attributes[4]
    capacity = {**problem.capacity, "mass": int(problem.capacity["mass"] * 0.2)}
    rules = tuple(Forbidden(((first.name, one.name),), "no such part") for one in first.options)
    conflict = conflict_of(replace(problem, forbidden=(*problem.forbidden, *rules)))
    assert conflict is not None
    assert conflict.names == ("no such part",)
    conflict = conflict_of(replace(problem, capacity=capacity))
    assert conflict is not None
    assert "capacity of mass" in conflict.names
