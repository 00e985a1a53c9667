"""Time attention sees no gap; a coarse answer says what its hours say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from distill.conformal import adaptive_quantiles
from distill.losses import gaussian_kl
from distill.temporal import TimeAttention, aggregate_gaussian
from distill.uncertainty import spread


def _attention() -> TimeAttention:
    torch.manual_seed(0)
    return TimeAttention(pairs=5, heads=2, longest=96.0)


def test_what_stands_in_a_gap_changes_nothing() -> None:
    attention, time = _attention(), torch.arange(-10.0, 1.0)
    known = torch.rand(3, 11) > 0.4
    known[:, 5] = True
    values = torch.randn(3, 11, 2)
    other = torch.where(known[..., None], values, torch.tensor(float("nan")))
    wild = torch.where(known[..., None], values, torch.tensor(1e6))
    reference = torch.tensor([0.0, 3.0])
    first, _ = attention(other, known, time, reference)
    second, _ = attention(wild, known, time, reference)
    assert torch.isfinite(first).all() and torch.equal(first, second)


def test_an_average_lies_among_what_is_known_and_sharpens_at_its_reference() -> None:
    time = torch.arange(-48.0, 1.0)
    values = time[None, :, None].clone()
    known = torch.ones(1, 49, dtype=torch.bool)
    with torch.no_grad():
        read, any_known = _attention()(values, known, time, torch.tensor([-12.0]))
    assert any_known.all() and (read >= -48).all() and (read <= 0).all()
    assert abs(float(read[0, 0, 1, 0]) + 12) < abs(float(read[0, 0, 0, 0]) + 12) + 1
    assert abs(float(read[0, 0, 1, 0]) + 12) < 3


def test_a_series_of_gaps_reads_as_zero_and_says_so() -> None:
    values, known = torch.full((2, 5, 1), float("nan")), torch.zeros(2, 5, dtype=torch.bool)
    read, any_known = _attention()(values, known, torch.arange(5.0), torch.zeros(1))
    assert not any_known.any() and (read == 0).all()


@pytest.mark.parametrize("correlation", [0.0, 0.7, 1.0])
def test_aggregation_is_that_of_correlated_draws(correlation: float) -> None:
    deviation = torch.tensor([1.0, 2.0, 0.5])
    at = torch.arange(3)
    matrix = deviation[:, None] * deviation * correlation ** (at[:, None] - at).abs()
    mean, spread_log = aggregate_gaussian(
        torch.tensor([1.0, 2.0, 6.0]), 2 * deviation.log(), width=3, correlation=correlation
    )
    assert mean.item() == pytest.approx(3.0)
    assert spread_log.exp().item() == pytest.approx(matrix.sum().item() / 9, rel=1e-5)


def test_variance_is_the_mean_of_variances_and_the_variance_of_means() -> None:
    draws = torch.Generator().manual_seed(1)
    means, logs = torch.randn(4, 6, generator=draws), torch.randn(4, 6, generator=draws)
    found = spread(means, logs)
    deviations = (0.5 * logs).exp()
    sample = means + deviations * torch.randn(40_000, 4, 6, generator=draws)
    whole = sample.reshape(-1, 6).var(dim=0)
    assert torch.allclose(found.total, whole, rtol=0.05)
    assert torch.equal(spread(means[:1], logs[:1]).epistemic, torch.zeros(6))


def test_weights_of_one_leave_the_divergence_as_it_was() -> None:
    parts = [torch.randn(5) for _ in range(4)]
    weighed = gaussian_kl(*parts, weight=torch.ones(5))
    assert weighed == pytest.approx(gaussian_kl(*parts).item())


def test_adaptive_bounds_cover_a_stream_whose_errors_grow() -> None:
    rng = np.random.default_rng(0)
    calibration = np.abs(rng.normal(size=300))
    scores = np.abs(rng.normal(size=4000)) * np.linspace(1, 3, 4000)
    fixed = np.quantile(calibration, 0.9)
    bounds = adaptive_quantiles(scores, 0.1, start=calibration, rate=0.02, delay=6, window=300)
    assert np.mean(scores <= fixed) < 0.75
    assert abs(np.mean(scores <= bounds) - 0.9) < 0.02


def test_adaptive_bounds_know_nothing_before_the_truth_is_in() -> None:
    scores = np.abs(np.random.default_rng(1).normal(size=200))
    later = scores.copy()
    later[100:] = 50.0
    told = {"start": np.ones(50), "rate": 0.05, "delay": 6, "window": 100}
    first = adaptive_quantiles(scores, 0.1, **told)
    second = adaptive_quantiles(later, 0.1, **told)
    assert np.array_equal(first[:106], second[:106]) and not np.array_equal(first, second)


def test_hours_without_truth_teach_nothing() -> None:
    bounds = adaptive_quantiles(
        np.full(50, np.nan), 0.1, start=np.arange(99.0), rate=0.05, delay=1, window=99
    )
    assert (bounds == 89).all()
