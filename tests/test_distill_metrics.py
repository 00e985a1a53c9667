"""Scores against closed forms and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distill.calibration import sigmoid
from distill.metrics import (
    augrc,
    brier,
    coverage_holds,
    expected_calibration_error,
    f1,
    interval_score,
    macro_f1,
    negative_log_likelihood,
)

HONEST = np.random.default_rng(7).normal(size=(200, 4)) * 2


def test_f1_is_the_harmonic_mean() -> None:
    precision, recall = 6 / 8, 6 / 10
    expected = 2 * precision * recall / (precision + recall)
    assert float(f1(np.array([6, 2, 4]))) == pytest.approx(expected)
    assert float(f1(np.array([0, 0, 0]))) == 1


def test_macro_f1_counts_a_rare_class_like_a_common_one() -> None:
    outcome = [0] * 98 + [1] * 2
    assert macro_f1(outcome, [0] * 100) == pytest.approx((2 * 98 / (2 * 98 + 2)) / 2)
    several = np.eye(2)[outcome]
    assert macro_f1(several, np.eye(2)[[0] * 100]) == pytest.approx(macro_f1(outcome, [0] * 100))


def test_brier_rewards_the_true_share() -> None:
    outcome = [1, 1, 1, 0]
    scores = {share: brier([share] * 4, outcome) for share in (0.5, 0.75, 1.0)}
    assert scores[0.75] == pytest.approx(0.75 * 0.25)
    assert min(scores, key=scores.__getitem__) == 0.75


def test_one_label_is_the_two_class_case() -> None:
    yes = HONEST[:, 0]
    target = sigmoid(HONEST[:, 1])
    both = np.stack([np.zeros_like(yes), yes], axis=1)
    soft = np.stack([1 - target, target], axis=1)
    assert negative_log_likelihood(yes, target) == pytest.approx(
        negative_log_likelihood(both, soft)
    )


def test_calibration_error_is_the_distance_of_stated_and_seen() -> None:
    assert expected_calibration_error([0.75] * 4, [1, 1, 1, 0]) == pytest.approx(0)
    assert expected_calibration_error([0.95] * 4, [1, 1, 0, 0]) == pytest.approx(0.45)
    assert expected_calibration_error([1.0, 0.0], [1, 0]) == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_augrc_agrees_with_the_rank_of_failures(items: list[tuple[int, bool]]) -> None:
    """AUGRC = (1 - AUROC) acc (1 - acc) + (1 - acc)² / 2, ties counted half (Traub et al.)."""
    confidence = np.array([item[0] for item in items])
    wrong = np.array([item[1] for item in items])
    right, failed = confidence[~wrong], confidence[wrong]
    below = (right[:, None] > failed) + 0.5 * (right[:, None] == failed)
    rate = wrong.mean()
    badly_ranked = 1 - below.mean() if below.size else 0.0
    expected = badly_ranked * (1 - rate) * rate + rate**2 / 2
    assert augrc(confidence, wrong) == pytest.approx(expected)


def test_coverage_is_judged_by_the_binomial_range() -> None:
    assert coverage_holds([True] * 90 + [False] * 10) == (0.9, True)
    assert coverage_holds([True] * 75 + [False] * 25) == (0.75, False)
    assert coverage_holds([True] * 200) == (1.0, False), "too wide is wrong too"


def test_iou_of_nothing_to_find_is_1_and_never_divides_by_zero() -> None:
    from distill.metrics import iou

    found = iou([[0, 0, 0], [2, 1, 1], [0, 3, 0]])
    assert found.tolist() == [1.0, 0.5, 0.0]


def test_an_interval_pays_for_its_width_and_for_its_misses() -> None:
    found = interval_score([0, 0, 0], [2, 2, 2], [1, 3, -0.5], level=0.9)
    assert found == pytest.approx([2, 2 + 20, 2 + 10])
    draws = np.random.default_rng(0).normal(size=4000)
    means = [interval_score(-wide, wide, draws).mean() for wide in (1.2, 1.645, 2.2)]
    assert means[1] == min(means)
