"""The guard's promise: margins by what is out, exact counts, no future, floods of each kind."""

from __future__ import annotations

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coastal.plan.calibration import calibrated, conditions, guard_misses, tides
from coastal.plan.guard import CHANCE, NONE, Guard, calibrate, matters, score
from coastal.plan.play import play, with_streams
from coastal.plan.simulate import Climate, Failures, Storm, flooding
from coastal.plan.streams import Cut, with_cuts
from tests.small_coast import NAMES, senses, site, storm


def test_the_margin_is_the_largest_of_what_is_out() -> None:
    known, wild = senses(), storm()
    made = Guard(0.1, {CHANCE: 1.0, "gauge": 2.0, NONE: 3.0}, {}, {"gauge": np.full(13, 0.5)})

    def margin(*cuts: Cut) -> np.ndarray:
        streams = with_cuts(wild.streams, cuts)
        beliefs = known.believe([20.0], with_streams(wild, streams))
        return np.asarray(made.margins(beliefs, NAMES)[0] / beliefs.sd[0])

    assert margin() == pytest.approx(1.0)
    assert margin(Cut("reports")) == pytest.approx(1.0)
    # Silent for three hours is stale, and out.
    late = margin(Cut("gauge", 17.0))
    assert (late > 2.0).all() and margin(Cut("gauge")) == pytest.approx(late, rel=0.5)
    # Blind, the gauge is out as well: the larger of the two holds.
    assert (margin(*map(Cut, NAMES)) >= 3.0).all()
    blind = Guard(0.1, {CHANCE: 1.0, NONE: 3.0}, {}).margins(
        known.believe([9.0], storm(streams=())), NAMES
    )
    assert blind[0] == pytest.approx(3.0 * known.believe([9.0], storm(streams=())).sd[0])


@settings(deadline=None)
@given(st.integers(1, 400), st.sampled_from([0.05, 0.1, 0.2]))
def test_a_guard_keeps_its_promise_for_nearly_every_calibration(count: int, alpha: float) -> None:
    """By exact counting: of so many scores, how many may lie above the caution."""
    k = calibrate({CHANCE: [list(map(float, range(1, count + 1)))]}, alpha).k[CHANCE]
    if np.isinf(k):
        assert (1 - alpha) ** count > 0.05
        return
    above = int(count - k)
    chance = sum(comb(count, n) * alpha**n * (1 - alpha) ** (count - n) for n in range(above + 1))
    more = chance + comb(count, above + 1) * alpha ** (above + 1) * (1 - alpha) ** (
        count - above - 1
    )
    assert chance <= 0.05 < more


def test_each_kind_of_storm_has_its_promise() -> None:
    easy, hard = [0.5] * 100, [4.0] * 100
    assert calibrate({CHANCE: [easy, hard]}, 0.1).k[CHANCE] == 4.0
    assert calibrate({CHANCE: [easy * 20 + hard]}, 0.1).k[CHANCE] == 0.5
    assert calibrate({CHANCE: [easy, [4.0] * 5]}, 0.1).k[CHANCE] == np.inf
    assert calibrate({CHANCE: [[0.1 * n for n in range(1, 10)]]}, 0.1, doubt=None).k[
        CHANCE
    ] == pytest.approx(0.9)


def test_only_hours_that_matter_decide_a_score() -> None:
    place, wild, known = site(), storm(1.6), senses()
    tide, every = tides(wild), known.believe(wild.hours, wild)
    hours = matters(place, wild.level)
    few = known.believe(hours.astype(float), wild)
    assert 0 < len(hours) < len(wild.hours)
    assert score(place, few, tide, wild.level, few.sd) == score(
        place, every, tide, wild.level, every.sd
    )


@settings(max_examples=30, deadline=None)
@given(st.floats(1.05, 2.0), st.floats(0.0, 3.0), st.sampled_from([(), *NAMES]), st.integers(0, 9))
def test_an_agent_misses_no_flood_that_the_guard_meets(
    peak_m: float, k: float, out: str | tuple[()], late: int
) -> None:
    place, known = site(), senses()
    wild = storm(peak_m)
    told = {n: replace(t, arrived=t.arrived + late) for n, t in wild.streams.items()}
    wild = with_streams(wild, told)
    made = Guard(0.1, {CHANCE: k, "gauge": k + 0.5, NONE: k + 1}, {})
    condition = out or CHANCE
    missed = guard_misses(place, known, [made], [wild], NAMES)[condition]
    outcome = play(place, known, made, wild, cuts=conditions(NAMES)[condition], expected=NAMES)
    assert missed[0, 0] or not outcome.missed


def test_without_a_guard_nothing_is_demanded() -> None:
    outcome = play(site(), senses(), None, storm(1.6))
    assert outcome.flooded and not any(one.demanded for one in outcome.decisions)


CLIMATE = Climate(tide=(("M2", 12.42, 0.6),))


def floods(seed: int, *, tight: bool, count: int = 12) -> list[Storm]:
    rng = np.random.default_rng(seed)
    return flooding(rng, CLIMATE, Failures(), quay_m=2.2, count=count, tight=tight)


@pytest.mark.parametrize("tight", [False, True])
def test_floods_are_of_the_kind_that_was_asked_for(tight: bool) -> None:
    found = floods(3, tight=tight)
    assert len(found) == 12
    for one in found:
        assert one.tight == tight and one.level.max() > 2.2
    again = floods(3, tight=tight)
    assert all(np.array_equal(a.surge, b.surge) for a, b in zip(found, again, strict=True))


def test_where_floods_are_rare_fewer_are_found() -> None:
    rng = np.random.default_rng(0)
    mild = replace(CLIMATE, peak_scale_m=0.01)
    assert not flooding(rng, mild, Failures(), quay_m=2.2, count=3, tight=False)
    guard = calibrated(site(), senses(), [[]], [], promises=[(0.1, 0.05)])[0]
    assert guard.k[CHANCE] == np.inf and guard.floods[CHANCE] == 0
