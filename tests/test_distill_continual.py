"""Fisher information against analytic forms, and what EWC holds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from distill.continual import Anchor, exact_fisher

torch.manual_seed(0)
INPUTS = torch.randn(30, 3, dtype=torch.float64)
WEIGHTS = {"w": torch.randn(2, 3, dtype=torch.float64)}


def linear(weights: Mapping[str, Tensor], one: Tensor) -> Tensor:
    return weights["w"] @ one


def test_labels_have_the_information_of_logistic_regression() -> None:
    probability = torch.sigmoid(INPUTS @ WEIGHTS["w"].T)
    spread = probability * (1 - probability)
    expected = torch.einsum("nk,nd->kd", spread, INPUTS**2) / len(INPUTS)
    found = exact_fisher(linear, WEIGHTS, INPUTS, kind="labels")["w"]
    torch.testing.assert_close(found, expected)


def test_classes_have_the_information_of_the_softmax_and_not_of_a_batch_mean() -> None:
    weights = WEIGHTS["w"].clone().requires_grad_()
    exact = torch.zeros_like(weights)
    batch_mean = torch.zeros_like(weights)
    for one in INPUTS:
        chance = torch.softmax(weights @ one, dim=-1).detach()
        for at in range(2):
            logged = torch.log_softmax(weights @ one, dim=-1)[at]
            (slope,) = torch.autograd.grad(logged, weights)
            exact += chance[at] * slope**2 / len(INPUTS)
    answers = torch.log_softmax(INPUTS @ weights.T, dim=-1)
    (slope,) = torch.autograd.grad(answers[:, 0].mean(), weights)
    batch_mean = slope**2
    found = exact_fisher(linear, WEIGHTS, INPUTS, kind="classes")["w"]
    torch.testing.assert_close(found, exact)
    assert not torch.allclose(found, batch_mean, rtol=0.3)


def test_a_gaussian_head_counts_its_mean_by_its_precision() -> None:
    found = exact_fisher(linear, WEIGHTS, INPUTS, kind="gaussian")["w"]
    precision = (-(INPUTS @ WEIGHTS["w"][1])).exp()
    torch.testing.assert_close(found[0], (precision[:, None] * INPUTS**2).mean(dim=0))
    torch.testing.assert_close(found[1], 0.5 * (INPUTS**2).mean(dim=0))


def test_the_penalty_is_a_bowl_around_the_anchor() -> None:
    anchor = Anchor({"a": torch.tensor([1.0, 2.0])}, {"a": torch.tensor([4.0, 0.0])})
    assert float(anchor.penalty({"a": torch.tensor([1.0, 9.0])}, strength=3)) == 0
    assert float(anchor.penalty({"a": torch.tensor([2.0, 2.0])}, strength=3)) == 6


def test_online_ewc_forgets_by_its_share_and_moves_its_anchor() -> None:
    first = Anchor({"a": torch.zeros(1)}, {"a": torch.tensor([2.0])})
    second = first.after({"a": torch.ones(1)}, {"a": torch.tensor([3.0])}, keep=0.5)
    assert float(second.fisher["a"]) == pytest.approx(4)
    assert float(second.penalty({"a": torch.ones(1)}, strength=1)) == 0
