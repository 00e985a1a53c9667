"""The configuration model and its JSON: what it refuses, and what it says of a choice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dimod
import pytest

from base import SolverError
from benchmarks.instances import generate
from optimize.instance import load_instance, problem_from
from optimize.model import Attribute, ConfigurationProblem, Forbidden, Option, SoftRule, choice_of
from tests.small_problems import choices, small

GOOD: dict[str, Any] = {
    "attributes": [
        {"name": "wall", "options": [{"name": "thin", "cost": 1, "uses": {"mass": 2}}]},
        {"name": "site", "options": [{"name": "near", "cost": 0}, {"name": "far", "cost": 4}]},
    ],
    "capacity": {"mass": 3},
    "forbid_together": [[["wall", "thin"], ["site", "near"]]],
}


def _with(**changes: Any) -> dict[str, Any]:
    return {**GOOD, **changes}


def test_a_choice_that_breaks_nothing() -> None:
    problem = problem_from(GOOD)
    assert problem.feasible({"wall": "thin", "site": "far"})
    assert problem.broken({"wall": "thin", "site": "near"}) == [
        "forbidden wall=thin with site=near"
    ]
    assert problem.broken({"wall": "thin"}) == ["site: not one of its options is chosen"]
    assert problem.objective({"wall": "thin", "site": "far"}) == (0, 0, 0, 0, 5)


def test_capacity_is_a_limit_and_not_a_goal() -> None:
    tight = problem_from(_with(capacity={"mass": 2}))
    assert tight.feasible({"wall": "thin", "site": "far"})
    over = problem_from(_with(capacity={"mass": 1}))
    assert over.broken({"wall": "thin", "site": "far"}) == ["over capacity: mass 2 of 1"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (_with(attributes=[]), "no attribute"),
        (_with(attributes=[{"name": "a", "options": []}], forbid_together=[]), "no option"),
        (_with(attributes=GOOD["attributes"] + GOOD["attributes"][:1]), "named twice"),
        (_with(capacity={"mass": -1}), "capacity -1"),
        (_with(capacity={"mass": 2.5}), "capacity.mass"),
        (_with(capacity={}), "has no capacity"),
        (_with(forbid=[["wall", "thick"]]), "no option 'thick' of wall"),
        (_with(forbid=[["walls", "thin"]]), "no attribute 'walls'"),
        (_with(forbid_together=[[["wall", "thin"], ["wall", "thin"]]]), "twice in one rule"),
        (_with(soft=[{"tier": "x", "weight": 1, "all_of": [["wall", "thin"]]}]), "no tier"),
        (_with(soft=[{"tier": "safety", "weight": 0, "all_of": [["wall", "thin"]]}]), "weight 0"),
        (_with(unknown=1), "unknown"),
        ([], "valid dictionary"),
        (
            _with(
                attributes=[
                    {
                        "name": "a",
                        "options": [{"name": str(n), "cost": 0} for n in range(100_001)],
                    }
                ],
                forbid_together=[],
            ),
            "100001 options",
        ),
    ],
)
def test_bad_instances_get_one_line(data: Any, says: str) -> None:
    with pytest.raises(SolverError, match=says) as raised:
        problem_from(data)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(SolverError, match=r"bad\.json.*no valid JSON"):
        load_instance(path)
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    assert load_instance(path).capacity == {"mass": 3}


def test_an_attribute_picked_twice() -> None:
    assert choice_of([("a", "x"), ("b", "y")]) == {"a": "x", "b": "y"}
    with pytest.raises(SolverError, match="picked twice"):
        choice_of([("a", "x"), ("a", "y")])


@pytest.mark.parametrize("seed", range(6))
def test_the_dimod_model_allows_what_the_problem_allows(seed: int) -> None:
    problem = small(seed)
    cqm = problem.cqm()
    for choice in choices(problem):
        sample = {f"{a}={o}": int(choice[a] == o) for a, o in problem.picks()}
        assert cqm.check_feasible(sample) == problem.feasible(choice)
        assert cqm.objective.energy(sample) == problem.cost(choice)
    assert isinstance(cqm, dimod.ConstrainedQuadraticModel)


def test_soft_rules_add_by_tier_and_tiers_come_before_the_cost() -> None:
    options = (Option("x", 5), Option("y", 0))
    problem = ConfigurationProblem(
        "p",
        (Attribute("a", options), Attribute("b", options)),
        soft=(
            SoftRule("safety", 2, (("a", "y"),)),
            SoftRule("safety", 3, (("a", "y"), ("b", "y"))),
            SoftRule("procedural", 1, (("b", "x"),)),
        ),
        forbidden=(Forbidden((("a", "x"), ("b", "x")), "rule 7"),),
    )
    assert problem.violated({"a": "y", "b": "y"})["safety"] == 5
    assert problem.objective({"a": "x", "b": "y"}) < problem.objective({"a": "y", "b": "x"})
    assert problem.broken({"a": "x", "b": "x"}) == ["rule 7"]


def test_generated_instances_are_as_their_seed() -> None:
    assert generate(10, 3) == generate(10, 3)
    assert generate(10, 3) != generate(10, 4)
    assert {rule.tier for rule in generate(10, 3, soft=True).soft} == set(generate(10, 3).tiers)
