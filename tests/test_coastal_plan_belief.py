"""Beliefs: nothing from the future, age widens, contradiction widens, no stream means climate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import UsageError
from coastal.plan.belief import believe
from coastal.plan.contradiction import LIMIT
from coastal.plan.learn import Senses
from coastal.plan.streams import CLIMATE, Cut, Packets, packets, read_cut, with_cuts
from tests.small_coast import senses


def held(streams: dict[str, Packets], now: float, known: Senses | None = None):
    own = known or senses()
    return believe([now], streams, own.experts, own.fusion)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), min_size=1, max_size=30),
    st.integers(0, 60),
)
def test_the_newest_packet_is_the_newest_of_those_that_arrived(
    made: list[tuple[int, int]], now: int
) -> None:
    observed = np.array([hour for hour, _ in made], dtype=float)
    table = packets(observed, observed, delay=np.array([late for _, late in made], dtype=float))
    found = int(table.latest([now])[0])
    there = [hour for hour, late in made if hour + late <= now]
    assert (found == -1) == (not there)
    if there:
        assert table.observed[found] == max(there)
        assert table.arrived[found] <= now


def test_without_streams_the_belief_is_the_climate() -> None:
    one = held({}, 5.0)
    assert one.weight[0, one.names.index(CLIMATE)] == pytest.approx(1.0)
    assert np.allclose(one.sd[0], 0.3, atol=0.02)


def test_independent_experts_are_joined_as_a_product() -> None:
    told = {"gauge": packets([5.0], [0.4]), "neighbour": packets([5.0], [0.5])}
    one = held(told, 5.0)
    means, sds = one.said[0, :, 0], one.said_sd[0, :, 0]
    there = np.isfinite(means)
    precision = 1 / sds[there] ** 2
    assert one.mean[0, 0] == pytest.approx((means[there] * precision).sum() / precision.sum())
    assert one.sd[0, 0] == pytest.approx(precision.sum() ** -0.5, rel=1e-6)


@given(st.floats(0, 30), st.floats(0.1, 5))
def test_an_older_packet_never_narrows_the_belief(age: float, more: float) -> None:
    # Of no surge, so that no storm fades meanwhile.
    told = {"gauge": packets([0.0], [0.0])}
    young, old = held(told, age), held(told, age + more)
    assert (old.sd >= young.sd - 1e-9).all()


def test_a_stale_packet_is_said_to_be_and_inflated() -> None:
    fresh, stale = (held({"gauge": packets([0.0], [0.4])}, age) for age in (1.0, 5.0))
    assert not fresh.stale[0, 0] and fresh.inflation[0, 0] == 1
    assert stale.stale[0, 0] and stale.inflation[0, 0] > 1
    assert stale.weight[0, 0] < fresh.weight[0, 0]


def test_two_that_contradict_widen_the_belief_over_both() -> None:
    agree = held({"gauge": packets([0.0], [0.4]), "neighbour": packets([0.0], [0.4])}, 0.0)
    apart = held({"gauge": packets([0.0], [0.0]), "neighbour": packets([0.0], [1.2])}, 0.0)
    assert not agree.clash.any()
    assert apart.clash[0, :2].all() and (apart.strange[0, :2] > LIMIT).all()
    assert apart.sd[0, 0] > 4 * agree.sd[0, 0]
    low, high = (
        apart.mean[0, 0] - 1.6449 * apart.sd[0, 0],
        apart.mean[0, 0] + 1.6449 * apart.sd[0, 0],
    )
    assert low < 0.1 and high > 1.0


def test_of_three_the_odd_one_out_loses_its_weight() -> None:
    told = {
        "gauge": packets([0.0], [1.5]),
        "neighbour": packets([0.0], [0.4]),
        "reports": packets([0.0], [0.45]),
    }
    one = held(told, 0.0)
    assert one.clash[0].tolist() == [True, False, False, False]
    assert one.weight[0, 0] < 0.1
    assert abs(one.mean[0, 0] - 0.42) < 0.1


@settings(max_examples=50)
@given(st.floats(0, 40), st.sampled_from(["gauge", "neighbour", "reports"]))
def test_a_cut_stream_has_no_say(now: float, name: str) -> None:
    told = {
        one: packets(np.arange(41.0), np.full(41, 0.3)) for one in ("gauge", "neighbour", "reports")
    }
    one = held(with_cuts(told, [Cut(name)]), now)
    k = one.names.index(name)
    assert np.isnan(one.age[0, k]) and one.weight[0, k] == 0


def test_stated_noise_lowers_the_weight() -> None:
    plain = {"gauge": packets([0.0], [0.4]), "neighbour": packets([0.0], [0.4])}
    noisy = plain | {"gauge": packets([0.0], [0.4], variance=0.3)}
    assert held(noisy, 0.0).weight[0, 0] < 0.8 * held(plain, 0.0).weight[0, 0]


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("gauge", Cut("gauge")),
        ("gauge:3-9", Cut("gauge", 3, 9)),
        ("gauge:3-", Cut("gauge", 3)),
        ("gauge:-9", Cut("gauge", stop=9)),
    ],
)
def test_cuts_are_read(text: str, cut: Cut) -> None:
    assert read_cut(text) == cut


@pytest.mark.parametrize("text", ["", "gauge:", "gouge", "gauge:9-3", "gauge:a-b", "gauge:3"])
def test_odd_cuts_are_refused(text: str) -> None:
    if text == "gauge:":
        text = "gauge:x"
    with pytest.raises(UsageError):
        read_cut(text)
