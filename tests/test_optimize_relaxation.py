"""The relaxation: its bound and its reduced costs are never too high."""

from __future__ import annotations

import numpy as np
import pytest

from optimize.arrays import arrays_of
from optimize.model import Attribute, ConfigurationProblem, Forbidden, Option
from optimize.relaxation import conflict_rows, relax
from tests.small_problems import brute_force, choices, small


@pytest.mark.parametrize("seed", range(40))
def test_no_feasible_choice_is_below_bound_and_reduced_costs(seed: int) -> None:
    problem = small(seed)
    relaxed = relax(problem)
    feasible = [one for one in choices(problem) if problem.feasible(one)]
    if relaxed is None:
        assert not feasible
        return
    for choice in feasible:
        paid = sum(relaxed.reduced_cost[pick] for pick in choice.items())
        assert problem.cost(choice) >= relaxed.bound + paid - 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_prices_explain_the_bound(seed: int) -> None:
    problem = small(seed)
    relaxed = relax(problem)
    if relaxed is None:
        return
    bound = (
        sum(relaxed.attribute_price.values())
        - sum(price * problem.capacity[name] for name, price in relaxed.capacity_price.items())
        - sum(p * limit for p, limit in zip(relaxed.conflict_price, relaxed.limits, strict=True))
    )
    assert relaxed.bound == pytest.approx(bound, abs=1e-6)
    assert min(relaxed.conflict_price, default=0) >= 0
    assert min(relaxed.capacity_price.values()) >= 0
    assert min(relaxed.reduced_cost.values()) >= 0


@pytest.mark.parametrize("seed", range(20))
def test_rows_forbid_exactly_the_forbidden_combinations(seed: int) -> None:
    problem = small(seed)
    arrays = arrays_of(problem)
    rows, limits = conflict_rows(arrays, np.ones(len(arrays.picks), dtype=bool))
    for choice in choices(problem):
        chosen = {arrays.index[pick] for pick in choice.items()}
        broken = any(
            len(chosen & set(row)) > limit for row, limit in zip(rows, limits, strict=True)
        )
        rules = [rule for rule in problem.forbidden if len(rule.picks) > 1]
        assert broken == any(all(choice[a] == o for a, o in rule.picks) for rule in rules)


def test_aggregated_rows_are_tighter_than_pairs() -> None:
    options = tuple(Option(f"o{n}", 0 if n < 2 else 10) for n in range(3))
    problem = ConfigurationProblem(
        "p",
        (Attribute("a", options), Attribute("b", options)),
        forbidden=tuple(
            Forbidden((("a", f"o{i}"), ("b", f"o{j}"))) for i in range(2) for j in range(2)
        ),
    )
    relaxed = relax(problem)
    assert relaxed is not None
    assert brute_force(problem) == (0, 0, 0, 0, 10)
    assert relaxed.bound == pytest.approx(10)
