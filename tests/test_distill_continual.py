"""What elastic weights hold, and what the old model's answers hold."""

from __future__ import annotations

import pytest
import torch

from distill.continual import Anchor, learning_without_forgetting
from distill.losses import bernoulli_kl, softened_kl


def test_the_penalty_is_a_bowl_around_the_anchor() -> None:
    anchor = Anchor({"a": torch.tensor([1.0, 2.0])}, {"a": torch.tensor([4.0, 0.0])})
    assert float(anchor.penalty({"a": torch.tensor([1.0, 9.0])}, strength=3)) == 0
    assert float(anchor.penalty({"a": torch.tensor([2.0, 2.0])}, strength=3)) == 6


def test_online_ewc_forgets_by_its_share_and_moves_its_anchor() -> None:
    first = Anchor({"a": torch.zeros(1)}, {"a": torch.tensor([2.0])})
    second = first.after({"a": torch.ones(1)}, {"a": torch.tensor([3.0])}, keep=0.5)
    assert float(second.fisher["a"]) == pytest.approx(4)
    assert float(second.penalty({"a": torch.ones(1)}, strength=1)) == 0


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_the_old_answers_pull_as_distillation_does_without_its_factor(temperature: float) -> None:
    torch.manual_seed(0)
    own, old = torch.randn(5, 4, requires_grad=True), torch.randn(5, 4, requires_grad=True)
    classes = learning_without_forgetting(own, old, kind="classes", temperature=temperature)
    labels = learning_without_forgetting(own, old, kind="labels", temperature=temperature)
    for found, expected in (
        (classes, softened_kl(own, old, temperature=temperature)),
        (labels, 4 * bernoulli_kl(own, old, temperature=temperature)),
    ):
        (slope,) = torch.autograd.grad(found, own)
        (known,) = torch.autograd.grad(expected / temperature**2, own)
        torch.testing.assert_close(slope, known)
        assert found.requires_grad and float(found.detach()) > float(expected.detach())
    (nothing,) = torch.autograd.grad(classes, old, allow_unused=True)
    assert nothing is None


def test_the_old_answers_themselves_cannot_be_bettered() -> None:
    old = torch.tensor([[2.0, -1.0, 0.5]])
    chance = torch.softmax(old / 2, dim=-1)
    found = learning_without_forgetting(old, old, kind="classes")
    torch.testing.assert_close(found, torch.special.entr(chance).sum())


def test_the_implicit_pull_is_the_minimum_of_penalty_and_distance() -> None:
    """The proximal step minimises ``η penalty(θ) + |θ - θ_before|² / 2``."""
    torch.manual_seed(0)
    anchor = Anchor({"a": torch.randn(6)}, {"a": torch.rand(6) * 10})
    start = {"a": torch.randn(6)}
    pulled = {"a": start["a"].clone()}
    anchor.pull(pulled, strength=3.0, step=0.2)
    free = pulled["a"].clone().requires_grad_(True)
    value = 0.2 * anchor.penalty({"a": free}, strength=3.0)
    (value + 0.5 * (free - start["a"]).square().sum()).backward()
    assert free.grad is not None
    torch.testing.assert_close(free.grad, torch.zeros(6), atol=1e-5, rtol=0)


def test_the_implicit_pull_is_stable_at_any_strength() -> None:
    anchor = Anchor({"a": torch.zeros(2)}, {"a": torch.tensor([1.0, 0.0])})
    weights = {"a": torch.tensor([1.0, 1.0])}
    anchor.pull(weights, strength=1e12, step=1.0)
    assert abs(float(weights["a"][0])) < 1e-9, "what matters goes home"
    assert float(weights["a"][1]) == 1.0, "what does not matter is free"
