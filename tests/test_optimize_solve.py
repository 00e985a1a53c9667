"""The whole way from a problem to its proved answer."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from base import SolverError
from benchmarks.instances import generate
from optimize.instance import load_instance
from optimize.model import Attribute, ConfigurationProblem, Option
from optimize.solution import Solution
from optimize.solve import solve
from tests.conftest import skip_or_fail
from tests.small_problems import brute_force, small


def _checked(problem: ConfigurationProblem, answer: Solution) -> tuple[int, ...] | None:
    """Return the objective of an answer after looking at it from all sides."""
    if answer.choice is None:
        assert answer.cost is None
        return None
    assert problem.feasible(answer.choice)
    assert answer.cost == problem.cost(answer.choice)
    assert answer.violated == problem.violated(answer.choice)
    if answer.annealed is not None and answer.annealed.choice is not None:
        assert problem.feasible(answer.annealed.choice)
        assert answer.annealed.cost == problem.cost(answer.annealed.choice)
        assert problem.objective(answer.annealed.choice) >= problem.objective(answer.choice)
    return problem.objective(answer.choice)


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_small_problems_are_solved_and_proved(seed: int, soft: bool) -> None:
    problem = small(seed, soft=soft)
    answer = solve(problem)
    best = brute_force(problem)
    assert _checked(problem, answer) == best
    assert answer.optimal
    assert bool(answer.conflict) == (best is None)
    if best is not None:
        assert answer.bound == best[-1]
        assert answer.gap == 0


@pytest.mark.parametrize("seed", [1, 2])
def test_without_a_certificate_the_bound_is_the_relaxation_s(seed: int) -> None:
    problem = generate(30, seed)
    plain = solve(problem, certificate=False)
    proved = solve(problem)
    _checked(problem, plain)
    assert plain.cost == plain.heuristic_cost
    assert plain.bound is not None
    assert proved.cost is not None
    assert plain.bound <= proved.cost
    assert plain.optimal == (plain.cost == plain.bound)
    assert "certificate" not in plain.seconds


@pytest.mark.parametrize("soft", [False, True])
def test_the_same_seed_gives_the_same_answer(soft: bool) -> None:
    problem = generate(10, 5, soft=soft)
    first, second = (replace(solve(problem, seed=7), seconds={}) for _ in range(2))
    assert first == second


def test_the_order_of_attributes_and_options_does_not_matter() -> None:
    problem = generate(10, 6)
    turned = replace(
        problem,
        attributes=tuple(
            Attribute(one.name, one.options[::-1]) for one in problem.attributes[::-1]
        ),
        forbidden=problem.forbidden[::-1],
    )
    assert solve(problem).cost == solve(turned).cost


@pytest.mark.parametrize(
    "sampler", ["tabu", "steepest-descent", "tree-decomposition", "path-integral"]
)
def test_every_sampler_ends_in_the_same_proof(sampler: str) -> None:
    problem = generate(10, 2)
    answer = solve(problem, sampler=sampler, reads=20)
    assert answer.sampler == sampler
    assert _checked(problem, answer) == _checked(problem, solve(problem))
    assert answer.optimal


def test_a_qpu_that_is_not_configured_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DWAVE_API_TOKEN", "DWAVE_API_ENDPOINT", "DWAVE_PROFILE", "DWAVE_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    answer = solve(generate(10, 2), sampler="qpu", reads=20)
    assert answer.sampler == "simulated-annealing"
    assert "was used instead" in answer.notes[0]
    assert answer.optimal


def test_a_time_limit_leaves_an_honest_bound() -> None:
    problem = generate(30, 3, soft=True)
    answer = solve(problem, time_limit=0.01, reads=10)
    _checked(problem, answer)
    assert answer.choice is not None
    assert answer.optimal or answer.bound is None or answer.bound <= (answer.cost or 0)


def test_one_attribute_with_one_option() -> None:
    answer = solve(ConfigurationProblem("p", (Attribute("a", (Option("x", 3),)),)))
    assert (answer.choice, answer.cost, answer.optimal) == ({"a": "x"}, 3, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"sampler": "abacus"}, "no sampler 'abacus'"),
        ({"seed": -1}, "seed -1"),
        ({"time_limit": 0.0}, "time limit"),
        ({"time_limit": float("nan")}, "time limit"),
        ({"reads": 0}, "0 reads"),
    ],
)
def test_arguments_that_make_no_sense(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(SolverError, match=says):
        solve(small(1), **arguments)  # type: ignore[arg-type]


def _checker(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("shared_check", folder / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    [f"n10-s{n}" for n in range(1, 7)]
    + [f"n10-s{n}-soft" for n in range(11, 15)]
    + [f"n30-s{n}" for n in range(1, 9)]
    + [f"n30-s{n}-soft" for n in range(11, 15)]
    + ["n100-s1", "n100-s2", "n100-s3"],
)
def test_shared_instances_reach_their_stated_optimum(shared: Path, name: str) -> None:
    folder = shared / "qubo"
    path = folder / "instances" / f"{name}.json"
    if not path.is_file():
        skip_or_fail(f"no {path}")
    raw = json.loads(path.read_text(encoding="utf-8"))
    answer = solve(load_instance(path))
    assert answer.choice is not None
    problems, violated, cost = _checker(folder).evaluate(raw, dict(answer.choice))
    assert problems == []
    assert cost == raw["optimum"]["cost"]
    if raw.get("soft"):
        assert violated == raw["optimum"]["violated"]
    assert answer.optimal
