"""Quadratic models: ground states against trying everything, energies rule by rule, decoding."""

from __future__ import annotations

import random
from itertools import combinations

import dimod
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import SolverError
from optimize.model import Attribute, ConfigurationProblem, Forbidden, Option
from optimize.qubo import Qubo, build
from optimize.relaxation import relax
from tests.small_problems import choices
from tests.tiny_problems import least_cost, tiny_problem

ENCODINGS = ("one-hot", "domain-wall", "rest")
SCHEMES = ("dual", "big-m")
MOST_BITS = 15


def states(qubo: Qubo) -> dimod.SampleSet:
    found = dimod.ExactSolver().sample(qubo.bqm)
    assert isinstance(found, dimod.SampleSet)
    return found


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("penalties", SCHEMES)
def test_the_ground_state_is_the_cheapest_feasible_choice(encoding, penalties):
    tried = 0
    for seed in range(60):
        problem = tiny_problem(seed)
        best = least_cost(problem)
        if best is None:
            continue
        qubo = build(
            problem, relax(problem), encoding=encoding, penalties=penalties, capacity="slack",
            upper=best if penalties == "dual" else None, slack_bits=None,
        )  # fmt: skip
        if not 0 < qubo.bqm.num_variables <= MOST_BITS:
            continue
        found = states(qubo)
        decoded = qubo.decode_all(found)
        energy = found.record.energy
        assert energy.min() == best
        assert energy[decoded.feasible].min() == best
        assert decoded.cost[decoded.feasible].min() == best
        assert energy[~decoded.feasible].min(initial=np.inf) > best
        tried += 1
    assert tried >= 25


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_without_capacities_energies_of_feasible_choices_are_costs(encoding):
    for seed in range(40):
        problem = tiny_problem(seed)
        if least_cost(problem) is None:
            continue
        qubo = build(problem, relax(problem), encoding=encoding, capacity="none")
        if not 0 < qubo.bqm.num_variables <= MOST_BITS:
            continue
        lowest = {}
        found = states(qubo)
        for sample, energy in zip(found.samples(sorted_by=None), found.record.energy, strict=True):
            choice = qubo.decode(sample)
            if len(choice) == len(problem.attributes):
                key = tuple(sorted(choice.items()))
                lowest[key] = min(lowest.get(key, np.inf), energy)
        for choice in choices(problem):
            wrong = [one for one in problem.broken(choice) if not one.startswith("over capacity")]
            if not wrong:
                assert lowest[tuple(sorted(choice.items()))] == pytest.approx(problem.cost(choice))


def test_with_multipliers_energies_are_lagrangian_values():
    for seed in range(60):
        problem = tiny_problem(seed)
        best = least_cost(problem)
        if best is None:
            continue
        relaxation = relax(problem)
        qubo = build(problem, relaxation, upper=best)
        if not 0 < qubo.bqm.num_variables <= MOST_BITS:
            continue
        found = states(qubo)
        decoded = qubo.decode_all(found)
        lowest = {}
        for chosen, energy in zip(decoded.chosen, found.record.energy, strict=True):
            key = tuple(chosen.tolist())
            lowest[key] = min(lowest.get(key, np.inf), energy)
        for key, energy in lowest.items():
            choice = qubo.choice(np.array(key))
            if problem.feasible(choice):
                used = problem.used(choice)
                excess = [
                    price * (used[name] - problem.capacity[name])
                    for name, price in zip(problem.capacity, qubo.penalties.multiplier, strict=True)
                ]
                assert energy == pytest.approx(problem.cost(choice) + sum(excess))
        assert found.record.energy.min() >= qubo.penalties.bound - 1e-6


def ternary() -> ConfigurationProblem:
    """Three rules of three over one shared pair, and one of two."""
    rng = random.Random(5)
    attributes = tuple(
        Attribute(f"a{a}", tuple(Option(f"o{o}", rng.randint(0, 9)) for o in range(size)))
        for a, size in enumerate((2, 2, 2, 3))
    )
    shared = (("a0", "o1"), ("a1", "o1"))
    rules = [
        (*shared, ("a2", "o0")),
        (*shared, ("a2", "o1")),
        (*shared, ("a3", "o2")),
        (("a2", "o1"), ("a3", "o0")),
    ]
    return ConfigurationProblem("ternary", attributes, {}, tuple(Forbidden(r) for r in rules))


def test_products_of_three_share_a_bit_and_weigh_what_they_should_on_all_states():
    """A bit's own weight caps what it hides, which no state with one option each can reach."""
    problem = ternary()
    qubo = build(problem, relax(problem), upper=20)
    products = [label for label in qubo.bqm.variables if label[0] == "product"]
    assert products == [("product", ("a0", "o1"), ("a1", "o1"))]
    weights, layout = qubo.penalties, qubo.layout
    picks = list(problem.picks())
    lowest: dict[tuple[int, ...], float] = {}
    found = states(qubo)
    for sample, energy in zip(found.samples(sorted_by=None), found.record.energy, strict=True):
        key = tuple(int(sample[pick]) for pick in picks)
        lowest[key] = min(lowest.get(key, np.inf), energy)
    assert len(lowest) == 2 ** len(picks)
    for bits, energy in lowest.items():
        on = {pick for pick, bit in zip(picks, bits, strict=True) if bit}
        expected = float(sum(problem.option(pick).cost for pick in on))
        through_bit = 0.0
        for rule, weight in zip(layout.forbidden, weights.forbidden, strict=True):
            broken = weight * all(layout.arrays.picks[p] in on for p in rule.left)
            if len(rule.left) == 3:
                through_bit += broken
            else:
                expected += broken
        if sum(("a2", option) in on for option in ("o0", "o1")) < 2:
            assert through_bit <= weights.product[0]
        expected += min(through_bit, weights.product[0])
        pairs = iter(weights.exclusion)
        for number, attribute in enumerate(problem.attributes):
            mine = [(attribute.name, option.name) for option in attribute.options]
            price = weights.price[number] + weights.empty[number]
            expected += price * (1 - sum(pick in on for pick in mine))
            for one, other in combinations(mine, 2):
                expected += next(pairs) * (one in on and other in on)
        assert energy == pytest.approx(expected)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_soft_rules_of_one_tier_in_place_of_the_cost(encoding):
    for seed in range(25):
        problem = tiny_problem(seed, most_options=9)
        rng = random.Random(seed)
        plain = list(problem.picks())
        weights = {}
        for _ in range(5):
            picks = tuple(sorted(rng.sample(plain, min(len(plain), rng.randint(1, 3)))))
            if len({name for name, _ in picks}) == len(picks):
                weights[picks] = rng.randint(1, 6)
        problem = ConfigurationProblem(
            problem.name,
            tuple(
                Attribute(a.name, tuple(Option(o.name, o.cost) for o in a.options))
                for a in problem.attributes
            ),
            {},
            problem.forbidden,
        )

        def worth(choice, weights=weights):
            return sum(w for p, w in weights.items() if all(choice[a] == o for a, o in p))

        best = min((worth(c) for c in choices(problem) if problem.feasible(c)), default=None)
        if best is None:
            continue
        qubo = build(problem, None, encoding=encoding, weights=weights, upper=best)
        if not 0 < qubo.bqm.num_variables <= MOST_BITS:
            continue
        found = states(qubo)
        decoded = qubo.decode_all(found)
        assert found.record.energy.min() == pytest.approx(best)
        assert found.record.energy[~decoded.feasible].min(initial=np.inf) > best
        for chosen, cost in zip(
            decoded.chosen[decoded.feasible], decoded.cost[decoded.feasible], strict=True
        ):
            assert cost == worth(qubo.choice(chosen))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("capacity", ["multiplier", "slack", "none"])
def test_the_order_of_attributes_options_and_rules_does_not_matter(encoding, capacity):
    for seed in range(12):
        problem = tiny_problem(seed)
        best = least_cost(problem)
        if best is None:
            continue
        rng = random.Random(seed)
        shuffled = ConfigurationProblem(
            problem.name,
            tuple(
                Attribute(a.name, tuple(rng.sample(a.options, len(a.options))))
                for a in rng.sample(problem.attributes, len(problem.attributes))
            ),
            problem.capacity,
            tuple(
                Forbidden(tuple(rng.sample(r.picks, len(r.picks))))
                for r in rng.sample(problem.forbidden, len(problem.forbidden))
            ),
        )
        relaxation = relax(problem)
        lowest = []
        for one in (problem, shuffled):
            qubo = build(one, relaxation, encoding=encoding, capacity=capacity, upper=best)
            if not 0 < qubo.bqm.num_variables <= MOST_BITS:
                break
            found = states(qubo)
            decoded = qubo.decode_all(found)
            lowest.append((round(found.record.energy.min(), 9), int(decoded.feasible.any())))
        assert len(set(lowest)) <= 1


def test_samples_decode_alike_one_by_one_and_together():
    for seed in range(30):
        problem = tiny_problem(seed)
        if least_cost(problem) is None:
            continue
        for encoding in ENCODINGS:
            qubo = build(problem, relax(problem), encoding=encoding, capacity="drawn")
            if not 0 < qubo.bqm.num_variables <= 10:
                continue
            found = states(qubo)
            decoded = qubo.decode_all(found)
            for n, sample in enumerate(found.samples(sorted_by=None)):
                choice = qubo.decode(sample)
                assert choice == qubo.choice(decoded.chosen[n])
                assert problem.feasible(choice) == decoded.feasible[n]
                if decoded.feasible[n]:
                    assert decoded.cost[n] == problem.cost(choice)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 30),
    encoding=st.sampled_from(ENCODINGS),
    values=st.lists(st.sampled_from([-1, 0, 1, 2, True]), max_size=20),
    strange=st.booleans(),
)
def test_decoding_never_raises(seed, encoding, values, strange):
    problem = tiny_problem(seed)
    try:
        qubo = build(problem, relax(problem), encoding=encoding)
    except SolverError:
        return
    sample = dict(zip(qubo.bqm.variables, values, strict=False))
    if strange:
        sample["no such bit"] = 1
    choice = qubo.decode(sample)
    for attribute, option in choice.items():
        assert option in problem.by_name[attribute]


def test_a_sample_with_two_options_of_an_attribute_leaves_it_open():
    problem = ternary()
    qubo = build(problem, None)
    sample = dict.fromkeys(qubo.bqm.variables, 0)
    sample |= {("a0", "o0"): 1, ("a0", "o1"): 1, ("a1", "o0"): 1}
    assert qubo.decode(sample) == {"a1": "o0"}


def test_decided_attributes_have_no_bits_and_shrink_rules():
    attributes = tuple(
        Attribute(name, tuple(Option(f"o{n}", n) for n in range(size)))
        for name, size in (("one", 1), ("two", 2), ("three", 3))
    )
    rules = (
        Forbidden((("one", "o0"), ("two", "o0"))),
        Forbidden((("one", "o0"), ("two", "o1"), ("three", "o0"))),
    )
    qubo = build(ConfigurationProblem("chain", attributes, {}, rules), None)
    assert set(qubo.bqm.variables) == {("three", "o1"), ("three", "o2")}
    decoded = qubo.decode_all(states(qubo))
    assert decoded.cost[decoded.feasible].min() == 2


def test_coarse_slack_costs_a_feasible_choice_no_more_than_it_says():
    for seed in range(40):
        problem = tiny_problem(seed)
        best = least_cost(problem)
        if best is None or not problem.capacity:
            continue
        qubo = build(problem, relax(problem), capacity="slack", slack_bits=1, idle=1.0, upper=best)
        if not 0 < qubo.bqm.num_variables <= MOST_BITS:
            continue
        found = states(qubo)
        decoded = qubo.decode_all(found)
        at_best = decoded.feasible & (decoded.cost == best)
        assert found.record.energy[at_best].min() <= best + qubo.residual + 1e-6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"encoding": "unary"}, "no encoding 'unary'"),
        ({"penalties": "huge"}, "no penalties 'huge'"),
        ({"capacity": "magic"}, "no treatment of capacities 'magic'"),
        ({"scale": 0.0}, "scale 0.0"),
        ({"weights": {(("a0", "o0"), ("a1", "o0")): -1}}, "weight -1"),
    ],
)
def test_arguments_that_make_no_sense(arguments, message):
    with pytest.raises(SolverError, match=message):
        build(ternary(), None, **arguments)


def test_problems_without_a_choice_say_why():
    attribute = Attribute("a", (Option("o", 1, {"mass": 3}), Option("p", 1, {"mass": 4})))
    banned = ConfigurationProblem(
        "x", (attribute,), {"mass": 9}, (Forbidden((("a", "o"),)), Forbidden((("a", "p"),)))
    )
    with pytest.raises(SolverError, match="no option of a is allowed"):
        build(banned, None)
    tight = ConfigurationProblem("x", (attribute,), {"mass": 2})
    with pytest.raises(SolverError, match="capacity of mass cannot be met"):
        build(tight, None, capacity="slack")
