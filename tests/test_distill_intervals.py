"""Paired bootstrap intervals."""

from __future__ import annotations

import numpy as np
import pytest

from distill.intervals import f1, paired_bootstrap

HIT, FALSE, MISS, QUIET = [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]


def test_f1_is_the_harmonic_mean() -> None:
    precision, recall = 6 / 8, 6 / 10
    expected = 2 * precision * recall / (precision + recall)
    assert float(f1(np.array([6, 2, 4]))) == pytest.approx(expected)
    assert float(f1(np.array([0, 0, 0]))) == 1


def test_equal_systems_differ_by_nothing() -> None:
    counts = [HIT, MISS, FALSE, QUIET] * 5
    gap = paired_bootstrap(counts, counts)
    assert (gap.difference, gap.low, gap.high) == (0, 0, 0)


def test_the_interval_tells_a_clear_gain_from_a_lucky_item() -> None:
    theirs = [HIT] * 10 + [MISS] * 10 + [QUIET] * 20
    clear = paired_bootstrap([HIT] * 18 + [MISS] * 2 + [QUIET] * 20, theirs)
    lucky = paired_bootstrap([HIT] * 11 + [MISS] * 9 + [QUIET] * 20, theirs)
    assert clear.low > 0 and clear.low < clear.difference < clear.high
    assert lucky.difference > 0 and lucky.low == 0


def test_a_seed_gives_the_same_interval_again() -> None:
    ours, theirs = [HIT, MISS, QUIET, FALSE] * 4, [HIT, HIT, QUIET, MISS] * 4
    assert paired_bootstrap(ours, theirs, seed=3) == paired_bootstrap(ours, theirs, seed=3)
