"""Choosing between conflicting items tier by tier: against brute force, and what it refuses."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from itertools import combinations, product
from typing import Any

import dimod
import numpy as np
import pytest

from base import SolverError
from optimize.provisions import Item, choose_provisions, objective_of
from optimize.provisions_exact import choose_by_cpsat, choose_by_rc2, optimal_choices
from optimize.provisions_kernel import kernel_of
from optimize.provisions_polish import parts_of
from optimize.provisions_qubo import tier_model

Conflicts = list[frozenset[str]]


def draw(seed: int, most: int = 12) -> tuple[list[Item], Conflicts]:
    """A few items in up to four tiers, and conflicts of up to five of them."""
    chance = random.Random(seed)
    count, tiers = chance.randint(2, most), chance.randint(1, 4)
    items = [
        Item(f"i{n}", chance.randrange(tiers), chance.randint(1, 4), chance.random() < 0.1)
        for n in range(count)
    ]
    hard = {item.name for item in items if item.hard}
    conflicts = [
        frozenset(
            chance.sample([i.name for i in items], min(count, chance.choice((1, 2, 2, 3, 5))))
        )
        for _ in range(chance.randint(0, 2 * count))
    ]
    return items, [conflict for conflict in conflicts if not conflict <= hard]


def best(items: list[Item], conflicts: Conflicts) -> tuple[tuple[int, ...], set[frozenset[str]]]:
    """The least objective and every choice that has it, by trying all."""
    free = [item.name for item in items if not item.hard]
    found: dict[tuple[int, ...], set[frozenset[str]]] = {}
    for size in range(len(free) + 1):
        for given_up in map(frozenset, combinations(free, size)):
            if all(conflict & given_up for conflict in conflicts):
                found.setdefault(objective_of(items, given_up), set()).add(given_up)
    least = min(found)
    return least, found[least]


@pytest.mark.parametrize("block", range(8))
def test_the_choice_is_that_of_brute_force(block: int) -> None:
    for seed in range(25 * block, 25 * block + 25):
        items, conflicts = draw(seed, most=9)
        least, choices = best(items, conflicts)
        for settle in (True, False):
            found = choose_provisions(items, conflicts, settle=settle, reads=20, seed=seed)
            assert found.objective == least
            given_up = {frozenset(one) for one in (found.given_up, *found.alternatives)}
            assert given_up <= choices
            assert len(given_up) == 1 + len(found.alternatives)
            assert {*found.kept, *found.given_up} == {item.name for item in items}


@pytest.mark.parametrize("seed", range(60))
def test_the_exact_routes_agree_with_brute_force(seed: int) -> None:
    items, conflicts = draw(seed, most=10)
    least, choices = best(items, conflicts)
    assert objective_of(items, choose_by_rc2(items, conflicts)) == least
    assert objective_of(items, choose_by_cpsat(items, conflicts)) == least
    listed, whole = optimal_choices(items, conflicts)
    assert whole
    assert {frozenset(one) for one in listed} == choices
    assert len(listed) == len(choices)


@pytest.mark.parametrize("seed", range(6))
def test_fourteen_items_in_large_conflicts(seed: int) -> None:
    chance = random.Random(seed)
    names = [f"i{n}" for n in range(14)]
    items = [Item(name, chance.randrange(2), chance.randint(1, 3)) for name in names]
    conflicts = [frozenset(chance.sample(names, chance.randint(4, 8))) for _ in range(30)]
    least, choices = best(items, conflicts)
    found = choose_provisions(items, conflicts)
    assert found.objective == least
    assert frozenset(found.given_up) in choices
    assert found.auxiliary > 0 or not found.variables


@pytest.mark.parametrize("seed", range(4))
def test_forty_items_as_rc2_and_cpsat(seed: int) -> None:
    chance = random.Random(seed)
    items = [Item(f"p{n}", chance.randrange(4), chance.randint(1, 9)) for n in range(40)]
    conflicts = [
        frozenset(item.name for item in chance.sample(items, chance.choice((2, 2, 3, 4))))
        for _ in range(80)
    ]
    found = choose_provisions(items, conflicts, seed=seed)
    exact = objective_of(items, choose_by_rc2(items, conflicts))
    assert found.objective == exact == objective_of(items, choose_by_cpsat(items, conflicts))


# The models ---------------------------------------------------------------------------------------


def least_energies(bqm: dimod.BinaryQuadraticModel, names: Iterable[str]) -> dict[Any, float]:
    """The least energy over auxiliary bits, by what the items' bits are."""
    free = [variable for variable in bqm.variables if variable not in set(names)]
    order = [*names, *free]
    rows = np.array(list(product((0, 1), repeat=len(order))), dtype=np.int8)
    found: dict[Any, float] = {}
    for row, energy in zip(rows, bqm.energies((rows, order)), strict=True):
        key = tuple(int(bit) for bit in row[: len(order) - len(free)])
        found[key] = min(energy, found.get(key, np.inf))
    return found


def small_models(seed: int, **options: Any) -> Iterable[tuple[Any, Any, dict[Any, float]]]:
    items, conflicts = draw(seed, most=7)
    kernel = kernel_of(items, conflicts, settle=False)
    for part in parts_of(kernel):
        model = tier_model(kernel, [part], **options)
        if len(model.bqm.variables) <= 14:
            yield kernel, model, least_energies(model.bqm, part.names)


def broken(model: Any, names: Collection[str], bits: tuple[int, ...]) -> Conflicts:
    kept = {name for name, bit in zip(names, bits, strict=True) if bit}
    return [conflict for conflict in model.conflicts if conflict <= kept]


def test_an_energy_is_the_weight_given_up_and_the_penalties() -> None:
    models = 0
    for seed in range(80):
        for _, model, energies in small_models(seed):
            models += 1
            rows = np.array(list(energies), dtype=bool)
            for bits, holds in zip(energies, model.holds(rows), strict=True):
                wrong = broken(model, model.names, bits)
                weight = sum(
                    model.weights[n] for n, b in zip(model.names, bits, strict=True) if not b
                )
                penalty = sum(model.penalty(conflict) for conflict in wrong)
                assert energies[bits] == pytest.approx(weight + penalty)
                assert holds == (not wrong)
    assert models > 20


def test_ground_states_of_uncapped_models_are_the_lexicographic_optima() -> None:
    for seed in range(80):
        for kernel, model, energies in small_models(seed, steepest=None):
            assert model.exact
            low = min(energies.values())
            ground = {bits for bits, energy in energies.items() if energy < low + 0.5}
            cost = {
                bits: kernel.cost([n for n, b in zip(model.names, bits, strict=True) if not b])
                for bits in energies
                if not broken(model, model.names, bits)
            }
            assert ground == {bits for bits in cost if cost[bits] == min(cost.values())}


def test_a_third_of_the_penalty_lets_ground_states_break_conflicts() -> None:
    wrong = 0
    for seed in range(80):
        for _, model, energies in small_models(seed, share=0.3):
            low = min(energies, key=lambda bits: energies[bits])
            wrong += bool(broken(model, model.names, low))
    assert wrong > 20


def test_the_kernel_keeps_every_optimal_choice() -> None:
    for seed in range(200):
        items, conflicts = draw(seed, most=8)
        kernel = kernel_of(items, conflicts)
        _, choices = best(items, conflicts)
        open_ = frozenset().union(*kernel.open)
        assert all(kernel.forced <= choice <= kernel.forced | open_ for choice in choices)


# Its manners --------------------------------------------------------------------------------------


def test_a_whole_tier_does_not_outweigh_one_item_before_it() -> None:
    items = [Item("a", 0), *(Item(f"b{n}", 1, 1000) for n in range(5))]
    found = choose_provisions(items, [{"a", f"b{n}"} for n in range(5)], settle=False)
    assert (found.kept, found.objective) == (("a",), (0, 5000))


def test_a_hard_item_is_kept_at_any_price() -> None:
    items = [Item("a", 0, 9), Item("b", 3, hard=True)]
    for settle in (True, False):
        assert choose_provisions(items, [{"a", "b"}], settle=settle).given_up == ("a",)


def test_choices_that_nothing_decides_are_reported() -> None:
    items = [Item(name) for name in "abcd"]
    found = choose_provisions(items, [{"a", "b"}, {"c", "d"}], seed=3)
    assert found.objective == (2,)
    assert len(found.alternatives) == 2, "another way for each of the two"


def test_the_same_seed_gives_the_same_answer() -> None:
    items, conflicts = draw(5, most=12)
    assert choose_provisions(items, conflicts, seed=7) == choose_provisions(
        items, list(reversed(conflicts)), seed=7
    )


def test_any_sampler_will_do() -> None:
    from optimize.samplers import sampler

    items, conflicts = draw(11, most=9)
    least, _ = best(items, conflicts)
    for name in ("steepest-descent", "tabu"):
        found = choose_provisions(items, conflicts, sampler=sampler(name), reads=20, settle=False)
        assert found.objective == least


def test_nothing_to_choose() -> None:
    assert choose_provisions([], []).objective == ()
    found = choose_provisions([Item("a")], [])
    assert (found.kept, found.alternatives, found.reads) == (("a",), (), 0)


@pytest.mark.parametrize(
    ("items", "conflicts", "words"),
    [
        ([Item("a"), Item("a")], [], "named twice"),
        ([Item("a", -1)], [], "tier -1"),
        ([Item("a", 0, 0)], [], "weight 0"),
        ([Item("a", 0, 1.5)], [], "no integer"),  # type: ignore[arg-type]
        ([Item("a")], [{"b"}], "no item 'b'"),
        ([Item("a")], [set()], "without members"),
        ([Item("a", hard=True), Item("b", hard=True)], [{"a", "b"}], "never given up"),
    ],
)
def test_what_makes_no_sense_is_refused(
    items: list[Item], conflicts: list[set[str]], words: str
) -> None:
    for ask in (choose_provisions, choose_by_rc2, choose_by_cpsat, optimal_choices):
        with pytest.raises(SolverError, match=words):
            ask(items, conflicts)
