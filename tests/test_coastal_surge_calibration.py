"""Intervals of surge: calibrated by the storm, scaled by what the last hours have shown."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from base import SurveyError
from benchmarks.coastal_surge.intervals import coverage_of
from benchmarks.coastal_surge.parts import kept
from coastal.gauge import Series, harmonic_tide
from coastal.surge import SurgeStudent
from coastal.surge.calibration import (
    ISSUES,
    PRIOR,
    RANKS,
    RECENT,
    Bounds,
    calibrated,
    recent_scale,
    storm_hours,
)
from coastal.surge.network import SurgeNetwork
from coastal.surge.windows import LEADS
from distill.conformal import split_quantile


def test_stated_deviations_stand_until_errors_are_known() -> None:
    scores = np.full((100, LEADS), 3.0)
    scale = recent_scale(scores)
    for lead in (1, 6, 12):
        # The forecast of hour 0 is checked ``lead`` hours later, not before.
        assert (scale[:lead, lead - 1] == 1).all() and scale[lead, lead - 1] > 1
        late = np.sqrt((PRIOR * lead + 9 * RECENT) / (PRIOR * lead + RECENT))
        assert scale[-1, lead - 1] == pytest.approx(late)
    assert (recent_scale(np.full((100, LEADS), np.nan)) == 1).all()


def test_small_errors_narrow_and_one_huge_error_counts_as_a_strange_one() -> None:
    quiet, one = np.full((80, LEADS), 0.5), np.full((80, LEADS), 0.5)
    assert (recent_scale(quiet)[-1] < 1).all()
    one[70] = 1e6
    assert recent_scale(one).max() < 3


@given(st.integers(0, 99), st.integers(1, LEADS))
def test_no_scale_rests_on_an_hour_to_come(hour: int, lead: int) -> None:
    """An hour's forecast is judged when its truth is known, and forgotten two days later."""
    scores = np.random.default_rng(0).exponential(size=(100, LEADS))
    other = scores.copy()
    other[hour] = 0.0
    one, two = (recent_scale(each)[:, lead - 1] for each in (scores, other))
    changed = np.flatnonzero(~np.isclose(one, two, rtol=1e-9))
    assert len(changed) or scores[hour, lead - 1] < 1e-3 or hour + lead > 99
    assert all(hour + lead <= at < hour + lead + RECENT for at in changed)


def test_simulated_storms_are_whole_and_their_hours_are_marked() -> None:
    storms = storm_hours(20, seed=0)
    count = len(storms.inside)
    assert 0 < count < 20 and len(storms.windows) == count * ISSUES
    assert storms.inside.shape == (count, ISSUES, LEADS)
    # Hour t + 3 seen from t is hour t + 2 seen from t + 1.
    assert (storms.inside[:, :-1, 2] == storms.inside[:, 1:, 1]).all()
    with pytest.raises(SurveyError, match="no storm"):
        storm_hours(1, seed=next(n for n in range(99) if not _stormy(n)))


def _stormy(seed: int) -> bool:
    try:
        return len(storm_hours(1, seed=seed).inside) > 0
    except SurveyError:
        return False


def test_calibrated_bounds_hold_for_new_storms_of_the_kind() -> None:
    torch.manual_seed(0)
    student = SurgeNetwork().eval()
    bounds = calibrated(student, storm_hours(300, seed=1))
    assert bounds.fixed.shape == bounds.scaled.shape == (RANKS, LEADS)
    assert (np.diff(bounds.fixed, axis=0) >= 0).all()
    fresh = storm_hours(300, seed=2)
    scores = fresh.scores(student)
    chosen = fresh.inside[..., 5] & np.isfinite(scores[..., 5])
    for found, ranks in (
        (scores, bounds.fixed),
        (scores / recent_scale(scores), bounds.scaled),
    ):
        bound = split_quantile(ranks[:, 5], 0.1)
        held = [
            (row[inside] <= bound).mean()
            for row, inside in zip(found[..., 5], chosen, strict=True)
            if inside.any()
        ]
        assert np.mean(held) == pytest.approx(0.9, abs=0.03)


def test_a_forecast_s_interval_is_the_calibrated_one() -> None:
    at = np.arange(300)
    rng = np.random.default_rng(4)
    level = 2 + np.cos(2 * np.pi * at / 12.4206) + np.cumsum(rng.normal(size=300)) * 0.03
    series = Series("Here", "9", 44.7, -63.6, np.datetime64("2003-03-01T00", "h") + at, level)
    tide = harmonic_tide(series)
    torch.manual_seed(1)
    network = SurgeNetwork()
    ranks = np.tile(np.arange(1, 10)[:, None] / 4, (1, LEADS))
    student = SurgeStudent(network, Bounds(ranks, 2 * ranks))
    fixed = student.forecast(tide.residual(series), tide=tide, adaptive=False)
    wide = student.forecast(tide.residual(series), tide=tide)
    deviation = np.sqrt(fixed.aleatoric_m**2 + fixed.epistemic_m**2)
    assert fixed.high_m - fixed.mean_m == pytest.approx(9 / 4 * deviation, rel=1e-4)
    scale = (wide.high_m - wide.mean_m) / (2 * (fixed.high_m - fixed.mean_m))
    assert np.isfinite(scale).all() and (scale > 0.1).all() and (scale < 3).all()
    assert student.forecast(tide.residual(series), tide=tide, level=0.95).high_m[0] == math.inf


def test_a_piece_is_made_once_and_coverage_is_told_draw_by_draw(tmp_path: Path) -> None:
    assert kept(tmp_path / "a.json", lambda: 1) == kept(tmp_path / "a.json", lambda: 2) == 1
    good = {"way": {"6": {"1": [[True] * 18, 36.0, 54.0], "2": [[True, False], 4.0, 26.0]}}}
    bad = {"way": {"6": {"1": [[False] * 18, 36.0, 360.0], "2": [[True, True], 4.0, 6.0]}}}
    found = coverage_of([good, bad])["way"]["6"]
    assert found["by draw"] == pytest.approx([0.95, 0.1]) and found["holds in draws"] == 1
    assert found["coverage"] == pytest.approx(21 / 40)
    assert found["width_cm"] == pytest.approx(2) and found["score_cm"] == pytest.approx(446 / 40)
    assert found["worst storm of any draw"] == 0 and found["worst storm, all draws"] == 0.5
