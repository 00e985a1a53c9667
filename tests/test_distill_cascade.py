"""The certified threshold keeps its promise, or is not given."""

from __future__ import annotations

import numpy as np

from distill.cascade import certified_threshold


def test_too_few_samples_prove_nothing() -> None:
    assert certified_threshold([0.99] * 10, [False] * 10, risk=0.02) is None


def test_the_threshold_leaves_out_what_the_student_gets_wrong() -> None:
    sure = np.r_[np.full(500, 0.95), np.full(500, 0.55)]
    wrong = np.r_[np.zeros(500, bool), np.ones(500, bool)]
    found = certified_threshold(sure, wrong, risk=0.05)
    assert found is not None and 0.55 < found <= 0.95


def test_the_promise_is_broken_no_more_often_than_stated() -> None:
    draw, broken = np.random.default_rng(5), 0
    for _ in range(300):
        sure = draw.uniform(0.5, 1, 400)
        found = certified_threshold(sure, draw.random(400) > sure, risk=0.15, doubt=0.1)
        # The true risk of accepting from t upwards is 1 - (1 + t) / 2.
        broken += found is not None and (1 - found) / 2 > 0.15
    assert broken <= 45
