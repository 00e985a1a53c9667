"""Surge: physics that holds, splits without a leak, forecasts that look at nothing later."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from base import DistillError, SurveyError
from coastal.gauge import HarmonicTide, Series, harmonic_tide
from coastal.surge import SurgeStudent, train
from coastal.surge.baselines import fit_ridge, persistence
from coastal.surge.calibration import Bounds
from coastal.surge.learning import coarse, cooling, likelihood, pretrain, simulated
from coastal.surge.network import SurgeNetwork, SurgeTeacher, size
from coastal.surge.physics import Shelf, holland, inverse_barometer, resonance
from coastal.surge.record import record, share_windows
from coastal.surge.simulate import coastwise, simulate, turned
from coastal.surge.storms import draw_share, find_storms, folds, hours_of_storms
from coastal.surge.tide_error import tide_errors
from coastal.surge.uncertainty import by_distilled, by_dropout, by_ensemble
from coastal.surge.windows import LEADS, samples, with_gaps


def test_holland_wind_is_greatest_at_its_radius_and_pressure_falls_inward() -> None:
    away = np.linspace(5, 400, 300)
    flat = np.full_like(away, 1.0)
    below, wind = holland(away, 50 * flat, 40 * flat, 1.5 * flat, 25 * flat)
    assert away[wind.argmax()] == pytest.approx(40, abs=6) and 30 < wind.max() < 60
    assert (np.diff(below) < 0).all() and below[0] == pytest.approx(50, abs=1)


def test_the_sea_rises_a_centimetre_per_hectopascal_and_downwind() -> None:
    assert inverse_barometer(np.array([1003.0]))[0] == pytest.approx(0.0995, abs=0.001)
    one = np.ones(1)
    shelf = Shelf(0 * one, 1e5 * one, 60 * one, 0 * one, 3 * one, one, 6 * one, 0.3 * one, 0 * one)
    still, north = np.zeros((1, 60)), np.zeros((1, 60))
    north[:, 20:] = 20.0
    level = shelf.surge(np.full((1, 60), 1013.0), still, north)
    balance = 1.15 * 1.79e-3 * 20**2 * 1e5 / (1025 * 9.81 * 60)
    assert level[0, 10] == pytest.approx(0, abs=1e-6)
    assert level[0, -1] == pytest.approx(balance, rel=0.01)
    assert (np.diff(level[0, 19:]) >= -1e-12).all()


def test_wind_onshore_is_towards_land() -> None:
    to_north = np.array([0.0, 0.0, 10.0])
    assert coastwise(to_north, 0.0)[1:] == pytest.approx([10, 0])
    assert coastwise(to_north, 90.0)[1:] == pytest.approx([0, -10])


def test_a_low_that_keeps_pace_with_long_waves_builds_them_up() -> None:
    one = np.ones(1)
    shelf = Shelf(0 * one, 1e5 * one, 60 * one, 0 * one, 3 * one, one, 6 * one, 0.3 * one, 0 * one)
    wave, wide, tight = np.sqrt(9.81 * 60), np.full((1, 1), 300.0), np.full((1, 1), 20.0)
    assert resonance(0 * one, shelf, wide)[0, 0] == pytest.approx(1)
    speeds = np.linspace(0, wave, 9)
    rise = [float(resonance(speed * one, shelf, tight)[0, 0]) for speed in speeds]
    assert np.all(np.diff(rise) > 0)
    # The shelf ends the growth, sooner under a wide low; who outruns the wave lifts less.
    assert 1 < resonance(wave * one, shelf, wide)[0, 0] < rise[-1] < 4
    assert resonance(2 * wave * one, shelf, wide)[0, 0] < 1


def test_a_front_turns_the_wind_to_the_right_and_leaves_its_strength() -> None:
    southerly = np.array([[[-5.0, 0.0, 10.0]]])
    assert turned(southerly, np.full((1, 1), np.pi / 2))[0, 0] == pytest.approx([-5, 10, 0])


def test_a_tide_of_few_hours_is_further_off_than_one_of_many() -> None:
    error = tide_errors(400, np.random.default_rng(0), hours=120)
    assert np.isfinite(error).all() and 0.01 < error.std() < 0.2
    fewest = {}
    for hours in (200, 6000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("coastal.surge.tide_error.FEWEST", hours)
            fewest[hours] = tide_errors(200, np.random.default_rng(1), hours=48).std()
    assert fewest[6000] < fewest[200]


def test_simulated_storms_are_the_seed_s_own_and_finite() -> None:
    one, same, other = (simulate(20, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.surge, same.surge) and not np.array_equal(one.surge, other.surge)
    for part in (one.surge, one.neighbour, one.tide, one.weather):
        assert np.isfinite(part).all()


def test_a_student_is_a_tenth_of_its_teacher() -> None:
    assert 10 * size(SurgeNetwork()) <= size(SurgeTeacher())


def test_storms_stand_apart_and_are_held_out_once() -> None:
    surge = np.zeros(2000)
    for peak, height in ((300, 0.5), (330, 0.4), (900, 0.3), (1500, 1.2)):
        surge[peak] = height
    found = find_storms(surge)
    assert [one.peak for one in found] == [300, 900, 1500]
    dealt = [one for group in folds(found, 2) for one in group]
    assert sorted(dealt, key=lambda one: one.start) == found
    assert find_storms(np.full(10, np.nan)) == []


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 1.0])
def test_no_held_out_hour_is_given_and_validation_is_apart(share: float) -> None:
    surge = np.zeros(6000)
    surge[[700, 3000]] = 1.0
    closed = hours_of_storms(find_storms(surge), len(surge))
    drawn = draw_share(~closed, share, seed=3)
    assert not (drawn.known & closed).any() and not (drawn.training & drawn.validation).any()
    assert drawn.validation.any() and drawn.training.any()
    assert drawn.known.sum() / (~closed).sum() == pytest.approx(share, abs=0.02)


def _series(hours: int = 1200, *, seed: int = 0) -> Series:
    at = np.arange(hours)
    rng = np.random.default_rng(seed)
    surge = np.convolve(rng.normal(size=hours + 47), np.ones(48) / 48)[47 : hours + 47]
    level = 2 + 0.6 * np.cos(2 * np.pi * at / 12.4206) + surge
    times = np.datetime64("2003-03-01T00", "h") + at
    return Series("Here", "9", 44.7, -63.6, times, level)


def test_the_held_out_storm_leaks_into_neither_tide_nor_windows() -> None:
    series = _series()
    storm = np.zeros(1200, dtype=bool)
    storm[600:700] = True
    drawn = draw_share(~storm, 1.0, seed=0)
    higher = series.with_values(np.where(storm, series.values + 5, series.values))
    for first, second in zip(
        share_windows(record(series, drawn.known), drawn),
        share_windows(record(higher, drawn.known), drawn),
        strict=True,
    ):
        assert torch.equal(first.values["gauge"].nan_to_num(), second.values["gauge"].nan_to_num())
        assert torch.equal(
            first.targets["surge"].nan_to_num(), second.targets["surge"].nan_to_num()
        )


def test_windows_hold_the_hours_they_say() -> None:
    surge = np.arange(200.0)[None] / 10
    batch = samples(surge, surge * 0, np.array([0, 0]), np.array([100, 195]))
    assert batch.values["gauge"][0, [0, -1]].tolist() == pytest.approx([52, 100])
    assert batch.targets["surge"][0].tolist() == pytest.approx(list(range(101, 113)))
    assert batch.targets["surge"][1].isfinite().sum() == 4
    assert coarse(batch.targets["surge"])[0].tolist() == pytest.approx([102, 105, 108, 111])
    holes = with_gaps(np.zeros((4, 5000)), 0.2, np.random.default_rng(0))
    assert np.isnan(holes).mean() == pytest.approx(0.2, abs=0.05)


def test_baselines_persist_and_fit_a_line() -> None:
    surge = np.sin(2 * np.pi * np.arange(800) / 31)[None]
    hours = np.arange(60, 700)
    rows = np.zeros_like(hours)
    batch = samples(surge, surge * 0, rows, hours)
    assert persistence(batch)[5] == pytest.approx(np.full(LEADS, 10 * surge[0, 65]), abs=1e-5)
    half = batch.rows(torch.arange(320))
    line = fit_ridge(half, half)
    wrong = line(batch.rows(torch.arange(400, 640))) - batch.targets["surge"][400:640].numpy()
    assert np.abs(wrong).max() < 0.5


def test_the_likelihood_skips_what_is_unknown() -> None:
    mean, logs = torch.zeros(2, 2), torch.zeros(2, 2)
    known = torch.tensor([[1.0, 2.0], [float("nan"), float("nan")]])
    assert likelihood(mean, logs, known) == pytest.approx(0.5 * (1 + 4) / 2)


def test_doubt_has_two_parts_and_dropout_leaves_the_generator_alone() -> None:
    torch.manual_seed(0)
    students, batch = [SurgeNetwork(), SurgeNetwork()], simulated(5, seed=1)
    before = torch.get_rng_state()
    drawn = by_dropout(students[0], batch, draws=5, seed=2)
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(drawn.mean, by_dropout(students[0], batch, draws=5, seed=2).mean)
    for told in (drawn, by_ensemble(students, batch), by_distilled(students[0], batch)):
        assert (told.aleatoric > 0).all() and (told.epistemic >= 0).all()
        assert torch.allclose(told.total, told.aleatoric + told.epistemic)
    assert by_ensemble([students[0]] * 3, batch).epistemic.max() < 1e-9


@pytest.fixture(scope="module")
def student() -> SurgeStudent:
    torch.manual_seed(0)
    scores = np.sort(np.abs(np.random.default_rng(0).normal(size=(300, LEADS))), axis=0)
    return SurgeStudent(SurgeNetwork(), Bounds(scores, scores))


@pytest.fixture(scope="module")
def gauge() -> tuple[Series, HarmonicTide]:
    series = _series()
    tide = harmonic_tide(series)
    return tide.residual(series), tide


def test_a_forecast_looks_at_nothing_later(
    student: SurgeStudent, gauge: tuple[Series, HarmonicTide]
) -> None:
    history, tide = gauge
    now = history.times[1000]
    later = history.with_values(np.where(history.times > now, 9.0, history.values))
    one = student.forecast(history, tide=tide, issued=now)
    two = student.forecast(later, tide=tide, issued=now)
    assert np.array_equal(one.mean_m, two.mean_m) and np.array_equal(one.low_m, two.low_m)
    assert one.times[0] == now + np.timedelta64(1, "h") and len(one.times) == LEADS
    assert (one.low_m <= one.mean_m).all() and (one.mean_m <= one.high_m).all()
    assert one.age_hours == 0 and np.isfinite(one.high_m).all()


def test_a_forecast_says_how_old_its_newest_datum_is(
    student: SurgeStudent, gauge: tuple[Series, HarmonicTide]
) -> None:
    history, tide = gauge
    now = history.times[1000]
    silent = history.with_values(
        np.where(history.times > now - np.timedelta64(7, "h"), np.nan, history.values)
    )
    found = student.forecast(silent, tide=tide, issued=now, hours_ahead=3, adaptive=False)
    assert found.age_hours == 7 and len(found.mean_m) == 3
    with pytest.raises(SurveyError, match="no datum in the 48 hours"):
        student.forecast(history, tide=tide, issued=history.times[-1] + np.timedelta64(60, "h"))
    with pytest.raises(SurveyError, match="hours ahead"):
        student.forecast(history, tide=tide, hours_ahead=13)


def test_intervals_widen_where_the_past_was_missed(
    student: SurgeStudent, gauge: tuple[Series, HarmonicTide]
) -> None:
    history, tide = gauge
    wild = history.with_values(history.values * 8)
    fixed = student.forecast(wild, tide=tide, adaptive=False)
    adaptive = student.forecast(wild, tide=tide)
    assert (adaptive.high_m - adaptive.low_m).mean() > 1.2 * (fixed.high_m - fixed.low_m).mean()


def test_a_student_survives_its_file_and_others_are_refused(
    student: SurgeStudent, gauge: tuple[Series, HarmonicTide], tmp_path: Path
) -> None:
    history, tide = gauge
    student.save(tmp_path / "one.safetensors")
    again = SurgeStudent.load(tmp_path / "one.safetensors")
    first, second = (one.forecast(history, tide=tide) for one in (student, again))
    assert np.array_equal(first.mean_m, second.mean_m)
    assert first.low_m == pytest.approx(second.low_m)
    from distill.weights import save_weights

    save_weights(SurgeTeacher(), tmp_path / "other.safetensors")
    with pytest.raises(DistillError, match="no surge student"):
        SurgeStudent.load(tmp_path / "other.safetensors")


def test_the_shipped_student_is_of_this_version(gauge: tuple[Series, HarmonicTide]) -> None:
    history, tide = gauge
    found = SurgeStudent.load()
    assert '"seed": 0' in found.note["settings"]
    told = found.forecast(history, tide=tide)
    assert (told.low_m < told.mean_m).all() and np.isfinite(told.high_m).all()
    assert (np.diff(found.bounds.scaled, axis=0) >= 0).all()


def test_a_rate_falls_from_full_to_almost_none() -> None:
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.4)
    cool, rates = cooling(optimiser, 4), []
    for epoch in (0, 2, 3, 0):
        cool(epoch)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([0.4, 0.2, 0.4 * (1 - 0.5**0.5) / 2, 0.4])


def test_a_taught_student_beats_persistence_on_storms_it_never_saw() -> None:
    windows, check, fresh = (simulated(n, seed=s) for n, s in ((150, 0), (40, 1), (60, 2)))
    made = pretrain(windows, check, None, seed=0, epochs=4)
    truth = fresh.targets["surge"].numpy()
    own = by_distilled(made, fresh).mean.numpy()

    def error(mean: np.ndarray) -> float:
        return float(np.sqrt(np.nanmean((mean - truth)[:, 5] ** 2)))

    assert error(own) < error(persistence(fresh))


@pytest.mark.shared
def test_training_twice_gives_the_same_file(shared: Path, tmp_path: Path) -> None:
    few = {"members": 2, "episodes": 30, "epochs": 1, "seed": 3}
    for name in ("a", "b"):
        train(shared / "data", tmp_path / name, **few)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    SurgeStudent.load(tmp_path / "a")
    with pytest.raises(SurveyError, match="no such folder"):
        train(tmp_path / "nowhere", tmp_path / "c")
