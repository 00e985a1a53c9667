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
    cka,
    decoupled_kl,
    gaussian_kl,
    info_nce,
    relational_distance,
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


@given(st.tuples(LOGIT, LOGIT, LOGIT, LOGIT))
def test_gaussian_kl_agrees_with_torch(parts: tuple[float, ...]) -> None:
    from torch.distributions import Normal, kl_divergence

    mean, spread, told, told_spread = (torch.tensor(part, dtype=torch.float64) for part in parts)
    expected = kl_divergence(
        Normal(told, (told_spread / 2).exp()), Normal(mean, (spread / 2).exp())
    )
    found = gaussian_kl(mean, spread, told, told_spread)
    assert float(found) == pytest.approx(float(expected), abs=1e-9, rel=1e-9)
    assert float(gaussian_kl(mean, spread, mean, spread)) == pytest.approx(0, abs=1e-12)


@given(ROWS)
def test_decoupled_kl_weighted_by_the_teacher_is_the_usual_kl(rows: list[list[float]]) -> None:
    """KL = TCKD + (1 - p_label) NCKD, row by row (Zhao et al., eq. 5)."""
    for row in rows:
        taught, own = tensor([row]), tensor([row[::-1]])
        rest = 1 - float(torch.softmax(taught, dim=-1)[0, 1])
        found = decoupled_kl(own, taught, torch.tensor([1]), target=1, others=rest)
        assert float(found) == pytest.approx(float(softened_kl(own, taught)), abs=1e-9)


def test_the_match_of_a_row_is_its_own_row_not_the_first() -> None:
    views = torch.eye(4, dtype=torch.float64)
    assert float(info_nce(views, views)) < 1e-3
    assert float(info_nce(views, views.roll(1, dims=0))) > 5
    assert float(info_nce(views[:1], views[1:2])) == 0
    logits = views @ views.T / 0.1
    label_zero = torch.nn.functional.cross_entropy(logits, torch.zeros(4, dtype=torch.long))
    assert float(label_zero) > 5


def test_rows_of_the_same_label_are_no_negatives() -> None:
    views = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    assert float(info_nce(views, views)) > 0.4
    assert float(info_nce(views, views, label=torch.tensor([0, 0, 1]))) < 1e-3


def test_cka_and_distances_ignore_shift_scale_and_rotation() -> None:
    torch.manual_seed(0)
    rows = torch.randn(12, 3, dtype=torch.float64)
    turned = rows @ torch.linalg.qr(torch.randn(3, 3, dtype=torch.float64))[0] * 7 + 5
    assert float(cka(rows, turned)) == pytest.approx(1)
    assert float(relational_distance(rows, turned)) == pytest.approx(0, abs=1e-12)
    other = torch.randn(12, 5, dtype=torch.float64)
    assert 0 <= float(cka(rows, other)) < 0.9
    assert float(relational_distance(rows, other)) > 0


def test_new_losses_have_right_gradients() -> None:
    torch.manual_seed(1)
    one, other = (torch.randn(4, 3, dtype=torch.float64, requires_grad=True) for _ in range(2))
    fixed = torch.randn(4, 3, dtype=torch.float64)
    label = torch.tensor([0, 1, 2, 0])
    check = torch.autograd.gradcheck
    assert check(lambda x: decoupled_kl(x, fixed, label, temperature=2.0), (one,))
    assert check(lambda x, y: info_nce(x, y, label=label), (one, other))
    assert check(cka, (one, other))
    assert check(lambda x: relational_distance(x, fixed), (one,))
    assert check(lambda x, s: gaussian_kl(x, s, fixed, fixed), (one, other))


def test_cosine_distance_is_0_alike_1_across_and_2_opposite() -> None:
    from distill.losses import cosine_distance

    one = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    assert float(cosine_distance(one, 3 * one)) == pytest.approx(0, abs=1e-6)
    assert float(cosine_distance(one, one.flip(0))) == pytest.approx(1, abs=1e-6)
    assert float(cosine_distance(one, -one)) == pytest.approx(2, abs=1e-6)
