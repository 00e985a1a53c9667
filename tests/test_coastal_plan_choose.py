"""The choice: exact against a slow witness, obedient to the guard, never two that exclude."""

from __future__ import annotations

import importlib
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coastal.plan.belief import HORIZON
from coastal.plan.choose import choose
from coastal.plan.site import Site
from tests.small_coast import site

HOURS = HORIZON + 1
#: The package's name of the function hides the module.
module = importlib.import_module("coastal.plan.choose")


def flood(at: int, level: float, base: float = 1.0) -> np.ndarray:
    mean = np.full(HOURS, base)
    mean[at:] = level
    return mean


def test_a_certain_flood_is_met_where_that_is_worth_it() -> None:
    sd = np.full(HOURS, 0.01)
    assert "wall" in choose(site(), flood(1, 2.25), sd, since={}).on
    assert choose(site(wall_cost=1e4), flood(1, 2.25), sd, since={}).on <= {"pumps"}


def test_what_can_wait_waits() -> None:
    one = choose(site(), flood(10, 2.15), np.full(HOURS, 0.03), since={})
    assert not one.on
    assert one.cost < 20


def test_calm_costs_nothing_and_names_no_chance() -> None:
    one = choose(site(), np.zeros(HOURS), np.full(HOURS, 0.1), since={})
    assert (one.on, one.cost, set(one.chance.values())) == (frozenset(), 0.0, {0.0})


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.5, 3.0),
    st.floats(0.02, 0.8),
    st.integers(0, 12),
    st.sets(st.sampled_from(["wall", "leave"])),
)
def test_the_guard_is_obeyed_and_exclusions_hold(
    level: float, sd: float, at: int, demanded: set[str]
) -> None:
    one = choose(site(), flood(at, level), np.full(HOURS, sd), since={}, demanded=demanded)
    assert demanded <= one.on
    assert not {"wall", "pumps"} <= one.on
    free = choose(site(), flood(at, level), np.full(HOURS, sd), since={})
    assert free.cost <= one.cost + 1e-6


def witness(place: Site, mean: np.ndarray, sd: np.ndarray, look: int, on: frozenset[str]) -> float:
    """Cost of having ``on`` on now, by loops over everything."""
    nodes, weights = module._nodes()
    paths = module._paths(mean, sd, module._later(sd, look), nodes)
    actions = place.protective
    later = [action for action in actions if action.name not in on]
    total = 0.0
    for node, weight in enumerate(weights):
        best = np.inf
        for count in range(len(later) + 1):
            for then in itertools.combinations(later, count):
                names = on | {action.name for action in then}
                if any(other in names for a in actions if a.name in names for other in a.excludes):
                    continue
                start = {a.name: 0 if a.name in on else look for a in actions if a.name in names}
                bill = sum(a.cost + a.hourly * (HORIZON - start[a.name]) for a in actions
                           if a.name in names)  # fmt: skip
                losses = []
                for path in paths[node]:
                    loss = 0.0
                    for asset in place.assets:
                        goods, people = [0.0], [0.0]
                        for hour in range(HOURS):
                            raised, saved, sheltered = 0.0, 1.0, 1.0
                            for a in actions:
                                effect = a.effects.get(asset.name)
                                if (effect and a.name in names
                                        and hour >= start[a.name] + a.lead_hours):  # fmt: skip
                                    raised += effect.raises_m
                                    saved *= 1 - effect.saves
                                    sheltered *= 1 - effect.shelters
                            depth = path[hour] - asset.threshold_m - raised
                            goods.append(float(asset.loss(depth)) * saved)
                            people.append(float(asset.danger(depth)) * sheltered)
                        loss += max(goods) + max(people)
                    losses.append(loss)
                best = min(best, bill + float(np.mean(losses)))
        total += weight * best
    return float(total)


@pytest.mark.parametrize("seed", range(3))
def test_costs_are_those_of_a_slow_witness(seed: int) -> None:
    rng = np.random.default_rng(seed)
    place = site(wall_cost=float(rng.uniform(1, 30)))
    mean = 1.2 + np.cumsum(rng.normal(0.05, 0.15, HOURS))
    sd = 0.05 + 0.02 * np.arange(HOURS)
    nodes, weights = module._nodes()
    table = module._value(place, mean, sd, module._later(sd, 3), 3, {}, nodes, weights)
    names = [action.name for action in place.protective]
    for state in itertools.product((0, 1), repeat=len(names)):
        on = frozenset(name for name, there in zip(names, state, strict=True) if there)
        if {"wall", "pumps"} <= on:
            assert table[state] == np.inf
        else:
            assert table[state] == pytest.approx(witness(place, mean, sd, 3, on), rel=1e-9)


def test_what_is_on_keeps_its_head_start() -> None:
    sd = np.full(HOURS, 0.01)
    running = choose(site(), flood(0, 2.3), sd, since={"wall": 1.0})
    starting = choose(site(), flood(0, 2.3), sd, since={})
    assert running.cost < starting.cost
