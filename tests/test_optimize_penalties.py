"""Penalties from LP duals, and the certificate that they suffice."""

from __future__ import annotations

from dataclasses import replace

import dimod
import numpy as np
import pytest

from optimize.instance import load_instance
from optimize.qubo import Qubo, build, rebuilt
from optimize.relaxation import relax
from optimize.weak_duality import certificate
from tests.tiny_problems import least_cost, tiny_problem

ENCODINGS = ("one-hot", "domain-wall", "rest")
MOST_BITS = 14


def separated(qubo: Qubo, best: int) -> bool:
    """Return whether every infeasible state lies above the best feasible cost."""
    found = dimod.ExactSolver().sample(qubo.bqm)
    feasible = qubo.decode_all(found).feasible
    return bool(found.record.energy[~feasible].min(initial=np.inf) > best)


def models(penalties: str, scale: float, seeds: range, beyond: int = 0):
    """Yield problems with models small enough to enumerate, capacities as exact slack."""
    for seed in seeds:
        problem = tiny_problem(seed)
        best = least_cost(problem)
        if best is None:
            continue
        relaxation = relax(problem)
        for encoding in ENCODINGS:
            qubo = build(
                problem, relaxation, encoding=encoding, penalties=penalties, scale=scale,
                capacity="slack", slack_bits=None,
                upper=best + beyond if penalties == "dual" else None,
            )  # fmt: skip
            if 0 < qubo.bqm.num_variables <= MOST_BITS:
                yield problem, relaxation, qubo, best


@pytest.mark.parametrize("penalties", ["dual", "big-m"])
def test_the_setting_is_certified_and_the_certificate_is_true(penalties):
    for problem, relaxation, qubo, best in models(penalties, 1.0, range(50)):
        proof = certificate(qubo, problem, relaxation)
        assert proof.holds, proof.fails
        assert proof.covers == ("one option", "forbidden", "capacity")
        assert proof.bound <= best
        assert separated(qubo, best)


def test_penalties_cut_to_a_third_fail():
    wrong, refused = 0, 0
    for problem, relaxation, qubo, best in models("dual", 0.3, range(50)):
        proof = certificate(qubo, problem, relaxation)
        refused += not proof.holds
        if proof.holds:
            assert separated(qubo, best)
        found = dimod.ExactSolver().sample(qubo.bqm)
        ground = found.record.energy.argmin()
        wrong += not qubo.decode_all(found).feasible[ground]
    assert refused >= 20
    assert wrong >= 5


@pytest.mark.parametrize("kind", ["empty", "exclusion", "forbidden", "product", "square"])
def test_each_kind_of_weight_is_checked(kind):
    refused = 0
    for problem, relaxation, qubo, best in models("dual", 1.0, range(120), beyond=6):
        weights = getattr(qubo.penalties, kind)
        if not weights.any():
            continue
        less = rebuilt(qubo, replace(qubo.penalties, **{kind: weights * 0.3}))
        if certificate(less, problem, relaxation).holds:
            assert separated(less, best)
        else:
            refused += 1
        if refused == 12:
            break
    assert refused >= (3 if kind == "product" else 12)


def test_a_model_that_was_changed_is_not_certified():
    problem, relaxation, qubo, _ = next(models("dual", 1.0, range(50)))
    assert certificate(qubo, problem, relaxation).holds
    changed = qubo.bqm.copy()
    changed.add_linear(changed.variables[0], -0.5)
    proof = certificate(replace(qubo, bqm=changed), problem, relaxation)
    assert not proof.holds
    assert "not the one" in proof.fails[0]


def test_drawn_capacities_are_never_certified():
    for seed in range(50):
        problem = tiny_problem(seed)
        relaxation = relax(problem)
        if relaxation is None or not any(relaxation.capacity_price.values()):
            continue
        qubo = build(problem, relaxation, capacity="drawn")
        if qubo.drawn:
            assert not certificate(qubo, problem, relaxation).holds
            return
    pytest.fail("no problem has a priced capacity")


def test_prices_of_rows_that_no_rule_explains_are_dropped():
    for seed in range(60):
        problem = tiny_problem(seed)
        best = least_cost(problem)
        relaxation = relax(problem)
        if best is None or relaxation is None or len(problem.attributes) < 3:
            continue
        made_up = tuple((one.name, one.options[0].name) for one in problem.attributes[:3])
        wrong = replace(
            relaxation,
            conflicts=(*relaxation.conflicts, made_up, made_up[:2]),
            limits=(*relaxation.limits, 2, 1),
            conflict_price=(*relaxation.conflict_price, 50.0, 50.0),
        )
        qubo = build(problem, wrong, upper=best)
        assert qubo.penalties.bound <= best
        assert certificate(qubo, problem, wrong).bound <= best


def test_penalties_from_duals_are_far_below_the_big_number():
    ratios = []
    for seed in range(80):
        problem = tiny_problem(seed)
        best = least_cost(problem)
        if best is None:
            continue
        relaxation = relax(problem)
        dual = build(problem, relaxation, upper=best).penalties.need
        ratios.append(dual / build(problem, relaxation, penalties="big-m").penalties.need)
    assert np.median(ratios) < 0.4


def test_an_upper_bound_beyond_reach_is_as_good_as_none():
    for seed in range(10):
        problem = tiny_problem(seed)
        if least_cost(problem) is None:
            continue
        relaxation = relax(problem)
        without = build(problem, relaxation).penalties
        assert build(problem, relaxation, upper=float("inf")).penalties.need == without.need
        assert np.isfinite(without.need)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["n10-s1", "n10-s2", "n30-s1"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_reference_instances_are_certified(shared, name, encoding):
    folder = shared / "qubo" / "instances"
    problem = load_instance(folder / f"{name}.json")
    relaxation = relax(problem)
    assert relaxation is not None
    upper = int(relaxation.bound) + 30
    for capacity in ("multiplier", "slack"):
        qubo = build(
            problem, relaxation, encoding=encoding, capacity=capacity, slack_bits=None, upper=upper
        )
        assert certificate(qubo, problem, relaxation).holds
