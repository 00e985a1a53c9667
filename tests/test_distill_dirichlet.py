"""The Dirichlet student: closed forms against torch, draws and the ensemble itself."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.distributions import Dirichlet, kl_divergence

from distill.dirichlet import (
    MOST_PRECISION,
    concentration,
    dirichlet_doubt,
    dirichlet_kl,
    proxy,
    proxy_loss,
)
from distill.uncertainty import doubt

ALPHA = st.lists(st.floats(0.3, 50), min_size=3, max_size=3)


def drawn(alpha: Tensor, count: int) -> Tensor:
    torch.manual_seed(0)
    return Dirichlet(alpha).sample((count,))


@settings(deadline=None)
@given(ALPHA, ALPHA)
def test_the_divergence_agrees_with_torch(one: list[float], other: list[float]) -> None:
    first, second = (torch.tensor(part, dtype=torch.float64) for part in (one, other))
    expected = kl_divergence(Dirichlet(first), Dirichlet(second))
    torch.testing.assert_close(dirichlet_kl(first, second), expected, rtol=1e-7, atol=1e-8)


def test_the_divergence_is_the_mean_of_draws() -> None:
    first, second = torch.tensor([2.0, 5.0, 1.5]).double(), torch.tensor([4.0, 1.2, 3.0]).double()
    draws = drawn(first, 200_000)
    gaps = Dirichlet(first).log_prob(draws) - Dirichlet(second).log_prob(draws)
    assert float(dirichlet_kl(first, second)) == pytest.approx(float(gaps.mean()), rel=0.01)


@pytest.mark.parametrize("alpha", [[1.0, 1.0, 1.0], [8.0, 1.0, 1.0], [40.0, 60.0, 20.0]])
def test_doubts_are_those_of_an_ensemble_drawn_from_it(alpha: list[float]) -> None:
    told = torch.tensor(alpha).double()
    expected, found = doubt(drawn(told, 100_000)), dirichlet_doubt(told)
    assert float(found.total) == pytest.approx(float(expected.total), abs=2e-3)
    assert float(found.aleatoric) == pytest.approx(float(expected.aleatoric), abs=2e-3)
    assert float(found.epistemic) == pytest.approx(float(expected.epistemic), abs=4e-3)


def test_the_proxy_finds_mean_and_precision_of_what_drew_the_members() -> None:
    alpha = torch.tensor([30.0, 50.0, 20.0]).double()
    found = proxy(drawn(alpha, 4000).log()[:, None])[0] - 1
    torch.testing.assert_close(found / found.sum(), alpha / alpha.sum(), rtol=0.02, atol=0)
    assert float(found.sum()) == pytest.approx(100, rel=0.06)


def test_members_that_agree_make_a_sure_proxy_and_not_an_infinite_one() -> None:
    same = torch.tensor([[[3.0, -200.0, 1.0]]]).repeat(4, 1, 1)
    found = proxy(same)
    assert found.isfinite().all()
    assert float(found.sum()) == pytest.approx(MOST_PRECISION + 3)


@pytest.mark.parametrize("temperature", [1.0, 5.0])
def test_the_loss_is_least_and_zero_where_the_student_is_the_proxy(temperature: float) -> None:
    torch.manual_seed(0)
    members = 2 * torch.randn(6, 4, 3)
    best = ((proxy(members, temperature=temperature) - 1).log() * temperature).requires_grad_()
    loss = proxy_loss(best, members, temperature=temperature)
    (slope,) = torch.autograd.grad(loss, best)
    assert float(loss.detach()) == pytest.approx(0, abs=1e-9)
    torch.testing.assert_close(slope, torch.zeros_like(slope), atol=1e-9, rtol=0)
    assert float(proxy_loss(best + 0.3, members, temperature=temperature).detach()) > 0


def test_a_student_recovers_which_samples_the_members_disagree_about() -> None:
    torch.manual_seed(0)
    agree = torch.tensor([2.0, 0.0, 0.0]) + 0.1 * torch.randn(8, 1, 3)
    differ = 2 * torch.randn(8, 1, 3)
    members = torch.cat([agree, differ], dim=1)
    student = torch.zeros(2, 3, requires_grad=True)
    optimiser = torch.optim.Adam([student], lr=0.1)
    for epoch in range(300):
        optimiser.zero_grad()
        loss = proxy_loss(student, members, temperature=max(1.0, 10 - epoch / 10))
        loss.backward()
        optimiser.step()
    found = dirichlet_doubt(concentration(student.detach())).epistemic
    expected = doubt(torch.softmax(members, dim=-1)).epistemic
    assert float(found[1]) > 5 * float(found[0]), expected


def test_extreme_logits_stay_finite_and_the_members_get_no_gradient() -> None:
    student = torch.tensor([[1e4, -1e4, 0.0]], requires_grad=True)
    members = torch.tensor([[[1e4, 0.0, 0.0]], [[0.0, 1e4, 0.0]]], requires_grad=True)
    loss = proxy_loss(student, members)
    loss.backward()
    assert loss.isfinite() and student.grad is not None and student.grad.isfinite().all()
    assert members.grad is None and loss.dtype == torch.float32
