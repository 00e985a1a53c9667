"""Paired bootstrap intervals and exact bounds of a share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from distill.intervals import paired_bootstrap, share_bounds, upper_share

HIT, FALSE, MISS, QUIET = [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]


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


def test_a_group_is_drawn_as_a_whole() -> None:
    """Ten sites that each say one thing fifty times are ten witnesses, not five hundred."""
    draw = np.random.default_rng(0)
    right = np.repeat(draw.random((10, 2)) < [0.8, 0.5], 50, axis=0)
    sites = np.repeat([f"site {at}" for at in range(10)], 50)
    ours, theirs = (np.where(one[:, None], HIT, MISS) for one in right.T)
    shuffled = draw.permutation(500)
    grouped = paired_bootstrap(ours[shuffled], theirs[shuffled], groups=sites[shuffled])
    alone = paired_bootstrap(ours, theirs)
    once = paired_bootstrap(ours[::50], theirs[::50])
    assert grouped.difference == pytest.approx(alone.difference)
    assert (grouped.low, grouped.high) == pytest.approx((once.low, once.high))
    assert grouped.high - grouped.low > 4 * (alone.high - alone.low)


@given(st.integers(0, 40), st.integers(1, 40), st.floats(0.6, 0.99))
def test_the_upper_share_is_where_so_few_hits_become_unlikely(
    hits: int, more: int, confidence: float
) -> None:
    bound = upper_share(hits, hits + more, confidence=confidence)
    assert binom.cdf(hits, hits + more, bound) == pytest.approx(1 - confidence, abs=1e-6)


def test_shares_have_exact_bounds_at_the_ends() -> None:
    assert upper_share(0, 0) == 1.0
    assert upper_share(0, 10, confidence=0.95) == pytest.approx(1 - 0.05**0.1)
    low, high = share_bounds(3, 10)
    mirrored = share_bounds(7, 10)
    assert (low, high) == pytest.approx((1 - mirrored[1], 1 - mirrored[0]))
    assert share_bounds(0, 10)[0] == 0
