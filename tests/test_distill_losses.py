"""Losses against their closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from distill.losses import (
    bernoulli_kl,
    soft_binary_cross_entropy,
    soft_cross_entropy,
    softened_kl,
)

LOGIT = st.floats(-6, 6, allow_nan=False)
ROWS = st.lists(st.lists(LOGIT, min_size=3, max_size=3), min_size=1, max_size=4)
WARMTH = st.floats(0.5, 5)


def tensor(rows: list[list[float]]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def probabilities(logits: list[float], temperature: float) -> list[float]:
    raised = np.exp(np.array(logits) / temperature)
    return list(raised / raised.sum())


@given(ROWS, WARMTH, st.randoms(use_true_random=False))
def test_softened_kl_is_the_teachers_divergence_from_the_student(
    rows: list[list[float]], warmth: float, random: object
) -> None:
    student = [list(reversed(row)) for row in rows]
    expected = 0.0
    for taught, own in zip(rows, student, strict=True):
        p, q = probabilities(taught, warmth), probabilities(own, warmth)
        expected += sum(a * np.log(a / b) for a, b in zip(p, q, strict=True))
    found = softened_kl(tensor(student), tensor(rows), temperature=warmth)
    assert float(found) == pytest.approx(warmth**2 * expected / len(rows), abs=1e-9)


def test_the_direction_is_teacher_first() -> None:
    sure, flat = tensor([[6.0, 0.0, 0.0]]), tensor([[0.0, 0.0, 0.0]])
    assert float(softened_kl(flat, sure)) < np.log(3)
    assert float(softened_kl(sure, flat)) > np.log(3)


@given(st.lists(LOGIT, min_size=1, max_size=5), WARMTH)
def test_bernoulli_kl_is_the_two_class_case(logits: list[float], warmth: float) -> None:
    taught, own = tensor([logits]).T, tensor([logits[::-1]]).T
    nothing = torch.zeros_like(taught)
    two_classes = softened_kl(
        torch.cat([nothing, own], dim=1), torch.cat([nothing, taught], dim=1), temperature=warmth
    )
    found = bernoulli_kl(own, taught, temperature=warmth)
    assert float(found) == pytest.approx(float(two_classes), abs=1e-9)


@pytest.mark.parametrize("loss", [softened_kl, bernoulli_kl])
def test_no_gradient_reaches_the_teacher(loss: object) -> None:
    student = tensor([[1.0, -1.0], [0.5, 2.0]]).requires_grad_()
    teacher = tensor([[0.0, 1.0], [3.0, 2.0]]).requires_grad_()
    loss(student, teacher, temperature=2.0).backward()  # type: ignore[operator]
    assert teacher.grad is None
    assert student.grad is not None and float(student.grad.abs().sum()) > 0


def test_temperature_squared_keeps_gradients_comparable() -> None:
    """For small logits the gradient tends to (z_S - z_T) / classes whatever the temperature."""
    gradients = []
    for temperature in (10.0, 40.0):
        student = tensor([[0.02, -0.01, -0.01]]).requires_grad_()
        softened_kl(student, tensor([[0.0, 0.03, -0.03]]), temperature=temperature).backward()  # type: ignore[no-untyped-call]
        assert student.grad is not None
        gradients.append(student.grad.numpy())
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=0.02)


def test_weights_of_zero_leave_an_example_out() -> None:
    logits, target = tensor([[2.0, 0.0], [0.0, 5.0]]), tensor([[1.0, 0.0], [1.0, 0.0]])
    weight = torch.tensor([1.0, 0.0], dtype=torch.float64)
    alone = soft_cross_entropy(logits[:1], target[:1], weight[:1])
    assert float(soft_cross_entropy(logits, target, weight)) == pytest.approx(float(alone))
    margin = logits[:, 0] - logits[:, 1]
    yes = soft_binary_cross_entropy(margin, target[:, 0], weight)
    assert float(yes) == pytest.approx(float(alone))
