"""Temperatures, likelihoods and calibration errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distill.calibration import (
    COLDEST,
    HOTTEST,
    fit_platt,
    fit_temperature,
    sigmoid,
    softmax,
)
from distill.metrics import negative_log_likelihood

HONEST = np.random.default_rng(7).normal(size=(200, 4)) * 2


@pytest.mark.parametrize("exaggeration", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_an_exaggeration(exaggeration: float) -> None:
    several = fit_temperature(HONEST * exaggeration, softmax(HONEST))
    assert several == pytest.approx(exaggeration, rel=1e-2)
    single = fit_temperature(HONEST[:, 0] * exaggeration, sigmoid(HONEST[:, 0]))
    assert single == pytest.approx(exaggeration, rel=1e-2)


@given(st.floats(0.3, 5))
def test_no_other_temperature_is_likelier(other: float) -> None:
    labels = np.eye(4)[HONEST.argmax(axis=1)]
    labels[:60] = np.eye(4)[HONEST[:60].argmin(axis=1)]
    best = fit_temperature(HONEST, labels)
    found = negative_log_likelihood(HONEST, labels, temperature=best)
    assert found <= negative_log_likelihood(HONEST, labels, temperature=other) + 1e-6


def test_a_perfect_validation_set_does_not_make_it_infinitely_sure() -> None:
    assert COLDEST <= fit_temperature([5.0, -5.0], [1.0, 0.0]) <= HOTTEST


def test_extreme_logits_do_not_overflow() -> None:
    assert sigmoid([-1e4, 1e4]).tolist() == [0.0, 1.0]
    assert softmax([1e4, 0.0]).tolist() == [1.0, 0.0]
    assert np.isfinite(negative_log_likelihood([1e4], [0.0]))


def test_platt_scaling_mends_slope_and_base_rate() -> None:
    rng = np.random.default_rng(5)
    honest = rng.normal(size=4000) * 2 - 1
    temperature, offset = fit_platt(3.0 * (honest + 1.5), sigmoid(honest))
    assert temperature == pytest.approx(3.0, rel=0.01)
    assert offset == pytest.approx(-1.5, abs=0.02)
    # A score that tells nothing is left with the base rate.
    noise = rng.normal(size=4000)
    temperature, offset = fit_platt(noise, np.full(4000, 0.2))
    assert sigmoid(noise / temperature + offset) == pytest.approx(0.2, abs=0.08)
