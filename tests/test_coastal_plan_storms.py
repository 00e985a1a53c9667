"""Shapes of storms and the student at the gauge: fast rises, no future, gaps that stay gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coastal.plan.features import GAUGE_VALUES, gauge_features
from coastal.plan.learn import as_read, learn
from coastal.plan.shapes import Low, Passage
from coastal.plan.simulate import NO_FAILURES, Climate, simulate
from coastal.plan.streams import Packets, packets
from coastal.plan.student import AHEAD, with_student

HOURS = np.arange(0.0, 97.0)


def passage(hours: float, **change: float) -> Passage:
    usual = {"beside": 1.0, "profile": 1.4, "turn": 0.0, "memory": 1.0, "pressure_share": 0.4}
    return Passage.made(1.0, 50.0, hours=hours, **(usual | change))


def width(shape: Passage) -> float:
    fine = np.linspace(0, 97, 4000)
    return float((shape.at(fine) > 0.5).mean() * 97)


@given(st.floats(0.7, 4.0), st.floats(1.2, 2.5))
def test_a_cyclone_that_moves_on_sooner_makes_a_shorter_surge(hours: float, more: float) -> None:
    assert width(passage(hours)) < width(passage(hours * more))


@given(st.floats(0.7, 8.0), st.floats(0.3, 2.0), st.floats(-1.0, 1.0), st.floats(0.3, 3.2))
def test_a_passage_peaks_once_at_its_hour(
    hours: float, beside: float, turn: float, memory: float
) -> None:
    one = passage(hours, beside=beside, turn=turn, memory=memory)
    fine = np.linspace(0, 97, 971)
    surge = one.at(fine)
    assert surge.max() == pytest.approx(1.0, abs=0.02)
    assert fine[int(surge.argmax())] == pytest.approx(50.0, abs=0.2)


def test_passages_rise_faster_than_lows() -> None:
    rng = np.random.default_rng(1)
    rises = {}
    for kind in (Low, Passage):
        surges = [kind.draw(rng, 1.0, 50.0).at(HOURS) for _ in range(300)]
        rises[kind] = [float((one[3:] - one[:-3]).max()) for one in surges]
    # No low makes three quarters of its surge in three hours; one passage in ten or so does.
    assert max(rises[Low]) < 0.6
    assert 0.05 < np.mean(np.array(rises[Passage]) > 0.75) < 0.25


def test_the_wind_turns_as_a_cyclone_passes() -> None:
    one = passage(2.0)
    calm = np.zeros(len(HOURS))
    pressure, wind = one.weather(np.random.default_rng(0), HOURS, calm)
    assert pressure[40:60].min() < pressure[:20].min() - 20
    assert wind[40:60].max() > wind[:20].max() + 5
    # Beyond a right angle at the nearest approach it blows out of the harbour on one side.
    turned = passage(2.0, turn=1.0)
    assert turned.push.min() < -0.05


def test_the_share_of_tight_storms_is_that_of_the_climate() -> None:
    for share in (0.0, 1.0):
        rng = np.random.default_rng(2)
        found = [simulate(rng, Climate(tight_share=share), NO_FAILURES) for _ in range(8)]
        assert all(one.tight == bool(share) for one in found)


def gauge(late: int = 0) -> tuple[Packets, np.ndarray]:
    surge = 0.4 * np.exp(-0.5 * ((HOURS - 50) / 6) ** 2)
    table = packets(HOURS, gauge_features(surge), delay=float(late))
    return table, 1.0 + 0.6 * np.sin(HOURS / 2)


def test_the_student_adds_a_path_that_begins_with_what_was_measured() -> None:
    table, tide = gauge()
    told = with_student(table, tide)
    assert told.values.shape == (97, GAUGE_VALUES + AHEAD + 1)
    assert np.array_equal(told.values[:, :GAUGE_VALUES], table.values)
    assert np.array_equal(told.values[:, GAUGE_VALUES], table.values[:, 0])
    assert np.isfinite(told.values).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(5, 95), st.floats(-1, 1))
def test_the_student_knows_nothing_that_came_later(hour: int, change: float) -> None:
    table, tide = gauge()
    other = table.values.copy()
    other[hour:] += change
    first = with_student(table, tide).values[:hour]
    again = with_student(
        Packets(table.observed, table.arrived, other, table.variance), tide
    ).values[:hour]
    assert np.array_equal(first, again)


def test_what_arrived_late_is_a_gap_until_it_arrives() -> None:
    table, tide = gauge()
    slow = (table.observed >= 40) & (table.observed < 50)
    late = Packets(table.observed, table.arrived + 20 * slow, table.values, table.variance)
    told, gone = with_student(late, tide), with_student(table.where(~slow), tide)
    at = int(np.flatnonzero(gone.observed == 52)[0])
    # Alike but for rounding: other numbers of rows are multiplied in other blocks.
    assert told.values[52] == pytest.approx(gone.values[at], abs=1e-5)
    assert np.abs(told.values[52] - with_student(table, tide).values[52]).max() > 1e-3


def test_an_empty_gauge_is_read_as_nothing() -> None:
    told = with_student(packets([], np.empty((0, GAUGE_VALUES))), np.ones(97))
    assert told.values.shape == (0, GAUGE_VALUES + AHEAD + 1)


@pytest.mark.parametrize("reading", ["changes", "student", "both"])
def test_the_agent_believes_with_any_reading_of_the_gauge(reading: str) -> None:
    rng = np.random.default_rng(4)
    made = [simulate(rng, Climate(), NO_FAILURES) for _ in range(14)]
    known = learn(made[:10], made[10:12], reading=reading)  # type: ignore[arg-type]
    wild = made[13]
    alone = {"gauge": as_read(wild, known.reading)["gauge"]}
    held = known.fuse([40.0, 50.0], alone)
    k = held.names.index("gauge")
    assert (held.weight[:, k] > 0.3).all()
    assert held.said[0, k, 0] == pytest.approx(wild.surge[40], abs=0.1)
