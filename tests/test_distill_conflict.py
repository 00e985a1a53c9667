"""Conflicts: ranks are strict, vetoes absolute, and a gate learns whom to believe within a rank."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from base import DistillError
from distill.conflict import Mixed, PriorityOrder, TierGate, gate_loss, lexicographic
from distill.training import fit

CHANCE = st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0])
TIER = st.tuples(st.lists(CHANCE, min_size=4, max_size=4), st.booleans())
TIERS = st.lists(TIER, min_size=1, max_size=4)
VETO = st.lists(st.booleans(), min_size=4, max_size=4)

Tier = tuple[list[float], bool]


def judged(tiers: list[Tier], veto: list[bool]) -> tuple[list[bool], list[bool]]:
    kept, met = lexicographic(
        [torch.tensor([said]) for said, _ in tiers],
        [torch.tensor([speaks]) for _, speaks in tiers],
        veto=torch.tensor([veto]),
    )
    return kept[0].tolist(), met[0].tolist()


@settings(deadline=None)
@given(TIERS, VETO)
def test_the_order_is_that_of_the_sorted_options(tiers: list[Tier], veto: list[bool]) -> None:
    """An option's key: per speaking tier 1 if acceptable, else how probable; the best keys stay."""
    keys = {
        option: tuple(
            (said[option] >= 0.5, 0 if said[option] >= 0.5 else said[option])
            for said, speaks in tiers
            if speaks
        )
        for option in range(4)
        if not veto[option]
    }
    best = max(keys.values(), default=None)
    expected = [option in keys and keys[option] == best for option in range(4)]
    assert judged(tiers, veto)[0] == expected


@settings(deadline=None)
@given(TIERS, VETO, TIER)
def test_a_lower_tier_never_relaxes_a_higher(
    tiers: list[Tier], veto: list[bool], lower: Tier
) -> None:
    before, met = judged(tiers, veto)
    after, met_after = judged([*tiers, lower], veto)
    assert all(had or not has for had, has in zip(before, after, strict=True))
    assert met_after[:-1] == met and any(after) == any(before) == (not all(veto))
    assert not any(has and gone for has, gone in zip(after, veto, strict=True))


def test_a_tier_whose_wishes_are_gone_keeps_the_least_bad_and_says_so() -> None:
    kept, met = judged([([1.0, 1.0, 0.0, 0.0], True), ([0.1, 0.4, 1.0, 1.0], True)], [False] * 4)
    assert kept == [False, True, False, False] and met == [True, False]


def test_an_untrained_gate_is_the_prior_among_those_who_speak() -> None:
    gate = TierGate(["a", "b", "c"], features=2, prior=[1.0, 2.0, 5.0])
    said = {name: torch.full((3, 1), value) for name, value in (("a", 0.0), ("b", 1.0), ("c", 0.4))}
    said["c"][1:] = float("nan")
    speaks = {name: torch.tensor([True, True, False]) for name in "ab"}
    speaks["c"] = torch.tensor([True, False, False])
    found = gate(torch.randn(3, 2), said, speaks)
    expected = torch.tensor([[1 / 8, 2 / 8, 5 / 8], [1 / 3, 2 / 3, 0], [0, 0, 0]])
    torch.testing.assert_close(found.weights, expected)
    torch.testing.assert_close(found.probability[:, 0], torch.tensor([0.5, 2 / 3, 0]))
    assert found.speaks.tolist() == [True, True, False]
    gate_loss(found, torch.ones(3, 1)).backward()
    assert all(one.grad is None or one.grad.isfinite().all() for one in gate.parameters())
    silent = Mixed(found.probability[2:], found.weights[2:], found.speaks[2:])
    assert gate_loss(silent, torch.ones(1, 1)) == 0


Cases = tuple[Tensor, dict[str, Tensor], dict[str, Tensor], Tensor]


def conflicts(pairs: range, *, each: int = 20) -> Cases:
    """Return cases in which two equals contradict each other; who is right shows in the features.

    A case belongs to a pair of rules with a specialty of its own: the deeper (first feature) it
    lies, the more the specialist is right, whatever the noise that marks the pair.
    """
    rows, truth, first = [], [], []
    for pair in pairs:
        draw = torch.Generator().manual_seed(pair)
        mark = torch.randn(3, generator=draw)
        for _ in range(each):
            depth = torch.randn(1, generator=draw)
            right = torch.rand(2, generator=draw) < 0.5
            rows.append(torch.cat([depth, mark]))
            truth.append(right.float())
            # Where it is deep the first teacher says what is true, else the opposite.
            first.append(torch.where(depth > 0, right, ~right).float() * 0.8 + 0.1)
    said = torch.stack(first)
    speaks = torch.ones(len(said), dtype=torch.bool)
    return (
        torch.stack(rows), {"deep": said, "shallow": 1 - said},
        {"deep": speaks, "shallow": speaks}, torch.stack(truth),
    )  # fmt: skip


def test_a_gate_trained_on_conflicts_settles_those_of_rules_it_never_saw() -> None:
    torch.manual_seed(0)
    gate = TierGate(["deep", "shallow"], features=4)
    train, held, unseen = conflicts(range(40)), conflicts(range(40, 50)), conflicts(range(50, 70))

    def loss(cases: Cases) -> Tensor:
        features, said, speaks, truth = cases
        return gate_loss(gate(features, said, speaks), truth)

    before = float(loss(unseen).detach())

    def batches(epoch: int) -> Iterator[Tensor]:
        draw = torch.Generator().manual_seed(epoch)
        yield from torch.randperm(len(train[0]), generator=draw).split(64)

    def step(rows: Tensor) -> Tensor:
        features, said, speaks, truth = train
        part = [{name: one[rows] for name, one in told.items()} for told in (said, speaks)]
        return gate_loss(gate(features[rows], *part), truth[rows])

    fit(
        gate, step=step, batches=batches, validate=lambda: float(loss(held)), epochs=30,
        optimiser=torch.optim.AdamW(gate.parameters(), lr=0.02), device="cpu",
    )  # fmt: skip
    with torch.no_grad():
        features, said, speaks, truth = unseen
        found = gate(features, said, speaks)
        right = ((found.probability > 0.5) == truth.bool()).float().mean()
    assert float(loss(unseen).detach()) < 0.5 * before and float(right) > 0.9


def test_the_order_binds_whatever_its_gates_have_learned() -> None:
    torch.manual_seed(0)
    order = PriorityOrder([TierGate(["law"], features=2), TierGate(["a", "b"], features=2)])
    with torch.no_grad():
        for parameter in order.parameters():
            parameter.normal_(std=3)
    said = {
        "law": torch.tensor([[0.9, 0.8, 0.1, 0.6]]).repeat(5, 1),
        "a": torch.tensor([[0.0, 0.9, 1.0, 0.9]]).repeat(5, 1),
        "b": torch.tensor([[0.1, 0.8, 1.0, 0.9]]).repeat(5, 1),
    }
    speaks = {name: torch.ones(5, dtype=torch.bool) for name in said}
    veto = torch.tensor([[False, False, False, True]]).repeat(5, 1)
    veto[4] = True
    found = order(torch.randn(5, 2), said, speaks, veto=veto)
    assert found.kept[:4].tolist() == [[False, True, False, False]] * 4
    assert not found.kept[4].any() and (found.target[4] == 0).all()
    torch.testing.assert_close(found.target[:4], found.kept[:4].float())


def test_the_target_weighs_what_is_kept_by_what_all_tiers_say() -> None:
    order = PriorityOrder([TierGate(["law"], features=1), TierGate(["a"], features=1)])
    said = {"law": torch.tensor([[0.9, 0.6, 0.2]]), "a": torch.tensor([[0.5, 1.0, 1.0]])}
    yes = torch.ones(1, dtype=torch.bool)
    found = order(torch.zeros(1, 1), said, {"law": yes, "a": yes}).target
    torch.testing.assert_close(found, torch.tensor([[0.45, 0.6, 0.0]]) / 1.05)
    alone = order(torch.zeros(1, 1), said, {"law": yes, "a": ~yes})
    torch.testing.assert_close(alone.target, torch.tensor([[0.6, 0.4, 0.0]]))
    assert alone.met.tolist() == [[True, True]]


def test_orders_and_gates_without_content_are_refused() -> None:
    for made in (
        lambda: PriorityOrder([]),
        lambda: TierGate([], features=1),
        lambda: TierGate(["a"], features=1, prior=[0.0]),
        lambda: TierGate(["a"], features=1, prior=[1.0, 2.0]),
    ):
        with pytest.raises(DistillError):
            made()
