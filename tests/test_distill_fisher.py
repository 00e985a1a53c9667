"""Fisher information against analytic forms, and its estimates against the exact one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

from base import DistillError
from distill.batch import ModalityBatch
from distill.fisher import (
    empirical_fisher,
    exact_fisher,
    naive_batch_mean_fisher,
    sampled_fisher,
)
from distill.heads import Kind
from distill.student import CrossModalStudent

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


@pytest.mark.parametrize("chunk", [1, 7, 30, 99])
def test_chunks_bound_memory_and_change_nothing(chunk: int) -> None:
    whole = exact_fisher(linear, WEIGHTS, INPUTS, kind="classes", chunk=30)["w"]
    found = exact_fisher(linear, WEIGHTS, INPUTS, kind="classes", chunk=chunk)["w"]
    torch.testing.assert_close(found, whole)


@pytest.mark.parametrize("kind", ["classes", "labels", "gaussian"])
def test_drawn_labels_estimate_the_exact_information(kind: Kind) -> None:
    exact = exact_fisher(linear, WEIGHTS, INPUTS, kind=kind)["w"]
    many = INPUTS.repeat(3000, 1)
    generator = torch.Generator().manual_seed(0)
    found = sampled_fisher(linear, WEIGHTS, many, kind=kind, generator=generator, chunk=15_000)["w"]
    torch.testing.assert_close(found, exact, rtol=0.08, atol=0.01)


def test_true_labels_give_the_squared_slopes_of_each_sample_alone() -> None:
    labels = torch.arange(30) % 2
    weights = WEIGHTS["w"].clone().requires_grad_()
    alone, together = torch.zeros_like(weights), torch.zeros_like(weights)
    for number in range(3):
        mean = torch.zeros_like(weights)
        for at in range(10 * number, 10 * number + 10):
            logged = torch.log_softmax(weights @ INPUTS[at], dim=-1)[labels[at]]
            (slope,) = torch.autograd.grad(logged, weights)
            alone += slope**2 / 30
            mean += slope / 10
        together += mean**2 / 3
    found = empirical_fisher(linear, WEIGHTS, INPUTS, labels, kind="classes", chunk=4)["w"]
    torch.testing.assert_close(found, alone)
    wrong = naive_batch_mean_fisher(linear, WEIGHTS, INPUTS, labels, kind="classes", batch=10)["w"]
    torch.testing.assert_close(wrong, together)
    assert float(wrong.sum()) < 0.5 * float(found.sum())


@pytest.mark.parametrize("chunk", [1, 8])
def test_an_example_may_be_of_several_modalities(chunk: int) -> None:
    def split(weights: Mapping[str, Tensor], one: dict[str, tuple[Tensor, Tensor]]) -> Tensor:
        return weights["w"] @ torch.cat([one["near"][0], one["far"][0]])

    parts = {"near": (INPUTS[:, :1], INPUTS), "far": (INPUTS[:, 1:], INPUTS)}
    found = exact_fisher(split, WEIGHTS, parts, kind="labels", chunk=chunk)["w"]
    torch.testing.assert_close(found, exact_fisher(linear, WEIGHTS, INPUTS, kind="labels")["w"])


def test_a_student_that_looks_at_its_masks_is_taken_one_by_one() -> None:
    torch.manual_seed(0)
    encoders = {"a": nn.Unflatten(1, (1, 4)), "b": nn.Unflatten(1, (2, 4))}
    network = CrossModalStudent(encoders, width=4, heads=2, layers=1, bottlenecks=2).eval()
    values = {"a": torch.randn(6, 4), "b": torch.randn(6, 8)}
    rows = {"values": values, "present": {name: torch.ones(6).bool() for name in values}}
    rows["present"]["a"][2] = False

    def answer(weights: Mapping[str, Tensor], one: dict[str, dict[str, Tensor]]) -> Tensor:
        value, present = (
            {name: leaf[None] for name, leaf in one[part].items()} for part in ("values", "present")
        )
        fused = functional_call(network, dict(weights), (ModalityBatch(value, present),))
        return fused.pooled[0]  # type: ignore[no-any-return]

    weights = dict(network.named_parameters())
    found = exact_fisher(answer, weights, rows, kind="labels", chunk=1)
    whole = network(ModalityBatch(values, rows["present"])).pooled
    spread = torch.sigmoid(whole) * (1 - torch.sigmoid(whole))
    # The last shift is added to every output as it is.
    torch.testing.assert_close(found["last.bias"], spread.mean(dim=0).detach())
    assert set(found) == set(weights)


def test_no_example_and_no_chunk_are_refused() -> None:
    for rows, chunk in ((INPUTS[:0], 4), (INPUTS, 0), ({"a": INPUTS, "b": INPUTS[1:]}, 4)):
        with pytest.raises(DistillError):
            exact_fisher(linear, WEIGHTS, rows, kind="labels", chunk=chunk)
