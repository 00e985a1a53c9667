"""Conformal bounds keep their promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distill.conformal import (
    AdaptiveLevel,
    class_quantiles,
    grouped_quantiles,
    prediction_sets,
    quantile_scores,
    split_quantile,
    tolerance_quantile,
)
from distill.metrics import coverage_holds


@pytest.mark.parametrize(("count", "rank"), [(9, 9), (19, 18), (8, None), (10, 10)])
def test_the_quantile_is_the_rank_that_the_theorem_names(count: int, rank: int | None) -> None:
    found = split_quantile(np.arange(1, count + 1), 0.1)
    assert found == (math.inf if rank is None else rank)


def test_exchangeable_data_are_covered_as_often_as_promised() -> None:
    draw = np.random.default_rng(3)
    hits = []
    for _ in range(500):
        scores = draw.exponential(size=20)
        hits.append(scores[-1] <= split_quantile(scores[:-1], 0.1))
    assert coverage_holds(hits, level=0.9, confidence=0.999)[1]


@given(st.lists(st.floats(0, 9), min_size=1, max_size=40), st.floats(0.01, 0.99))
def test_groups_of_one_are_split_conformal(scores: list[float], miss: float) -> None:
    found = grouped_quantiles(scores, np.arange(len(scores)), [miss])
    assert found[0] == split_quantile(scores, miss)


def test_a_group_weighs_the_same_however_many_items_it_has() -> None:
    scores = np.r_[np.full(1000, 1.0), 2.0, 3.0, 4.0]
    groups = np.r_[np.zeros(1000), 1, 2, 3]
    assert grouped_quantiles(scores, groups, [0.8, 0.6, 0.2, 0.1]).tolist() == [1, 2, 4, math.inf]


def test_hours_of_new_groups_are_covered_as_often_as_promised() -> None:
    draw, hits = np.random.default_rng(5), []
    for _ in range(400):
        size = draw.integers(1, 30, 30)
        spread = draw.lognormal(size=30)
        scores = np.abs(draw.normal(size=size.sum())) * np.repeat(spread, size)
        groups = np.repeat(np.arange(30), size)
        new = groups == 29
        bound = grouped_quantiles(scores[~new], groups[~new], [0.1])[0]
        hits.append(bool(draw.choice(scores[new]) <= bound))
    assert coverage_holds(hits, level=0.9, confidence=0.999)[1]


def test_each_class_has_its_own_bound() -> None:
    scores, label = np.r_[np.zeros(20), np.full(20, 0.8)], np.repeat([0, 1], 20)
    bounds = class_quantiles(scores, label, 3, 0.1)
    assert bounds.tolist() == [0, 0.8, math.inf]
    assert prediction_sets([[0.7, 0.25, 0.05]], bounds).tolist() == [[False, True, True]]


def test_a_score_is_how_far_the_truth_lies_outside() -> None:
    assert quantile_scores([0, 0, 0], [2, 2, 2], [-1, 1, 5]).tolist() == [1, -1, 3]


@given(st.lists(st.floats(0, 1), min_size=5, max_size=80), st.floats(0.02, 0.3))
def test_a_stream_of_any_kind_is_missed_as_often_as_wanted(
    stream: list[float], rate: float
) -> None:
    """|mean err - α| <= (max(α₁, 1 - α₁) + γ) / (γ T), whatever comes (Gibbs and Candès)."""
    level, missed = AdaptiveLevel(0.1, rate, 0.1), []
    for at, score in enumerate(stream):
        missed.append(score > level.bound(stream[:at]))
        level = level.after(missed[-1])
    assert abs(np.mean(missed) - 0.1) <= (0.9 + rate) / (rate * len(stream)) + 1e-9


def test_a_tolerance_limit_holds_for_nearly_every_calibration() -> None:
    rng = np.random.default_rng(3)
    # The share of new uniform scores above a bound is one minus the bound.
    bounds = np.array([tolerance_quantile(rng.random(900), 0.02) for _ in range(2000)])
    broken = (1 - bounds > 0.02).mean()
    # Not above 5 % and three standard errors, nor so careful that nothing would ever break it.
    assert 0.02 < broken <= 0.065
    split = np.array([split_quantile(rng.random(900), 0.02) for _ in range(2000)])
    assert (1 - split > 0.02).mean() > 0.35, "the bound of the mean makes no such promise"


def test_too_few_scores_bound_nothing() -> None:
    assert tolerance_quantile(np.arange(148.0), 0.02) == math.inf
    assert tolerance_quantile(np.arange(149.0), 0.02) == 148.0
    assert tolerance_quantile([], 0.02) == math.inf
