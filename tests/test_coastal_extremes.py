"""Extremes: published fits, the algebra of the distribution, what a short record may say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import genextreme

from base import DistillError, SurveyError, UsageError
from coastal import extremes
from coastal.extremes.examples import clusters, lessons, simulated, split
from coastal.extremes.gev import (
    bootstrap_interval,
    from_l_moments,
    l_moments,
    levels,
    log_density,
    profile_interval,
    quantiles,
)
from coastal.extremes.records import Monthly, block_maxima, kilometres
from coastal.extremes.regional import EmpiricalBayes, IndexFlood
from coastal.extremes.short import FEATURES, Region, features, from_maxima, shortened
from coastal.extremes.student import Network, Settings, Student, train_student, true_level
from coastal.extremes.teacher import Taught, taught
from coastal.gauge import read_psmsl


def drawn_record(at: int, *, years: int = 60, scale: float = 0.06) -> Monthly:
    """Return a made-up gauge: a season, a trend, and noise."""
    generator = np.random.default_rng(at)
    season = 0.05 * np.sin(np.arange(12) / 12 * 2 * np.pi)
    noise = scale * generator.standard_normal((years, 12))
    trend = 0.002 * np.arange(years)[:, None]
    values = 1.0 + at * 0.1 + season + noise + trend
    return Monthly(np.arange(1950, 1950 + years), values, -40.0 + 5 * at, 10.0 * at, f"G{at}")


@pytest.fixture(scope="module")
def stations() -> list[Taught]:
    """Ten made-up gauges of two kinds of weather."""
    return [taught(drawn_record(at, scale=0.04 if at % 2 else 0.12)) for at in range(10)]


@pytest.fixture(scope="module")
def student(stations: list[Taught]) -> Student:
    """A student of a few seconds."""
    quick = Settings(width=16, windows=40, drawn=200, epochs=12)
    return train_student(stations[:7], stations[7:], seed=0, settings=quick)[0]


@settings(deadline=None)
@given(
    shape=st.floats(-0.4, 0.4), scale=st.floats(0.05, 3.0), location=st.floats(-5, 5),
    years=st.floats(1.1, 500),
)  # fmt: skip
def test_level_is_that_of_scipy_with_the_sign_turned(
    shape: float, scale: float, location: float, years: float
) -> None:
    assume(shape == 0 or abs(shape) > 1e-6)  # where scipy's own formula gives way
    wanted = genextreme.isf(1 / years, -shape, loc=location, scale=scale)
    assert levels(location, scale, shape, years) == pytest.approx(wanted, rel=1e-6, abs=1e-6)


@settings(deadline=None)
@given(shape=st.floats(-0.4, 0.4), value=st.floats(-3, 6))
def test_density_is_that_of_scipy(shape: float, value: float) -> None:
    assume(shape == 0 or abs(shape) > 1e-6)  # as above: scipy's is off at the smallest numbers
    wanted = genextreme.logpdf(value, -shape)
    found = log_density(value, 0.0, 1.0, shape)
    if np.isfinite(wanted) and wanted > -200:
        assert found == pytest.approx(wanted, abs=1e-5)
    else:
        assert found < -100


def test_density_of_a_gumbel_is_the_limit() -> None:
    values = np.linspace(-1, 4, 9)
    near = log_density(values, 0.0, 1.0, 1e-7)
    assert log_density(values, 0.0, 1.0, 0.0) == pytest.approx(near, abs=1e-5)


def test_l_moments_of_small_sample_by_hand() -> None:
    mean, spread, ratio = l_moments([1.0, 2.0, 6.0])
    assert (mean, spread) == pytest.approx((3.0, 5 / 3))
    assert ratio == pytest.approx((6 - 2 * 2 + 1) / 3 / (5 / 3))


@given(shape=st.floats(-0.3, 0.25))
@settings(max_examples=20, deadline=None)
def test_l_moments_bring_back_the_distribution(shape: float) -> None:
    even = (np.arange(20_000) + 0.5) / 20_000
    sample = quantiles(2.0, 0.5, shape, even)
    location, scale, found = (float(one) for one in from_l_moments(l_moments(sample)))
    assert (location, scale) == pytest.approx((2.0, 0.5), rel=0.02)
    assert found == pytest.approx(shape, abs=0.02)


def test_fits_refuse_what_they_cannot_use() -> None:
    with pytest.raises(DistillError, match="too few for a likelihood"):
        extremes.fit_likelihood([1.0, 2.0, 3.0])
    with pytest.raises(DistillError, match="finite numbers"):
        extremes.fit_l_moments([1.0, float("nan"), 2.0])
    with pytest.raises(DistillError, match="longer than a year"):
        levels(0.0, 1.0, 0.0, 1.0)


def test_bootstrap_is_wider_where_maxima_are_fewer() -> None:
    sample = quantiles(1.0, 0.2, -0.1, np.random.default_rng(3).uniform(size=80))
    few = bootstrap_interval(sample[:10], 50)
    many = bootstrap_interval(sample, 50)
    assert few[1] - few[0] > many[1] - many[0]


@pytest.mark.shared
def test_published_fits_come_back(shared: Path) -> None:
    folder = shared / "data" / "sea-level-extremes"
    pirie = extremes.read_maxima(folder / "portpirie.csv")["SeaLevel"]
    fitted = extremes.fit_likelihood(pirie)
    assert fitted.location == pytest.approx(3.87, abs=0.006)
    assert fitted.scale == pytest.approx(0.198, abs=0.001)
    assert fitted.shape == pytest.approx(-0.050, abs=0.001)
    # Coles (2001), 3.4.1: the 95 % profile interval of the 100-year level is [4.50, 5.27].
    assert profile_interval(pirie, 100, confidence=0.95) == pytest.approx((4.50, 5.27), abs=0.02)
    table = extremes.read_maxima(folder / "fremantle.csv")
    years = (table["Year"] - 1943)[:, None]
    both = np.column_stack([years, table["SOI"]])
    plain = extremes.fit_regression(table["SeaLevel"], years[:, :0])
    trend = extremes.fit_regression(table["SeaLevel"], years)
    index = extremes.fit_regression(table["SeaLevel"], both)
    # Coles (2001), 6.3.1: 43.6, 49.9 and 53.9; the slope of the trend is 0.00203 m a year.
    found = [one.log_likelihood for one in (plain, trend, index)]
    assert found == pytest.approx([43.6, 49.9, 53.9], abs=0.05)
    assert trend.slopes[0] == pytest.approx(0.00203, abs=2e-5)


def test_record_of_psmsl_is_read_with_its_gaps(tmp_path: Path) -> None:
    lines = [f" {1990 + (month + 0.5) / 12:.4f}; {7000 + month}; 0;000" for month in range(12)]
    lines += [f" {1991 + (month + 0.5) / 12:.4f};-99999; 0;000" for month in range(12)]
    lines += [
        f" {1992 + (month + 0.5) / 12:.4f}; {7100 if month else -99999}; 0;000"
        for month in range(12)
    ]
    path = tmp_path / "1.rlrdata"
    path.write_text("\n".join(lines))
    record = extremes.read_psmsl_monthly(path, latitude=1.0, longitude=2.0, name="A")
    assert record.years.tolist() == [1990, 1992]
    assert record.values[0].tolist() == pytest.approx([one / 1000 for one in range(12)])
    assert np.isnan(record.values[1, 0]) and record.maxima[1] == pytest.approx(0.1)
    assert list(record.windows(2)) == []
    series = read_psmsl(path, name="A", latitude=1.0, longitude=2.0)
    assert len(series) == 36 and series.present.sum() == 23
    assert (
        series.values[series.present].tolist() == record.values[~np.isnan(record.values)].tolist()
    )
    path.write_text("no table")
    with pytest.raises(SurveyError, match="PSMSL"):
        extremes.read_psmsl_monthly(path, latitude=1.0, longitude=2.0, name="A")


def test_blocks_that_are_mostly_gaps_are_left_out() -> None:
    hours = np.array([1.0, 3.0, np.nan, np.nan, np.nan, 9.0, 2.0, 5.0, np.nan, 8.0])
    assert block_maxima(hours, 4).tolist() == [9.0]


def test_distance_of_a_quarter_of_the_globe() -> None:
    assert kilometres(np.array([0.0]), np.array([0.0]), (0.0, 90.0))[0] == pytest.approx(
        6371 * np.pi / 2
    )


def test_lessons_see_the_level_from_the_window(stations: list[Taught]) -> None:
    for lesson in lessons(stations[:2], each=5, seed=1):
        one = stations[lesson.station]
        absolute = lesson.short.base + true_level(lesson, 50)
        centre = float(one.trend[lesson.rows].mean())
        assert absolute == pytest.approx(centre + one.level(50), abs=0.01)
        assert 2 <= len(lesson.short.maxima) <= 5


def test_no_station_is_its_own_neighbour(stations: list[Taught]) -> None:
    region = Region.of(stations)
    alone = Region.of([*stations[:3], *stations[4:]])
    place = stations[3].place
    assert region.around(*place) == pytest.approx(alone.around(*place))


def test_twins_stay_together_in_a_split(stations: list[Taught]) -> None:
    twin = Taught(
        Monthly(
            stations[0].record.years, stations[0].record.values,
            stations[0].record.latitude + 0.1, stations[0].record.longitude, "twin",
        ),
        stations[0].trend, stations[0].posterior, stations[0].deviation,
    )  # fmt: skip
    every = [*stations, twin]
    group = clusters(every)
    assert group[0] == group[-1] and len(set(group.tolist())) == 10
    for seed in range(3):
        parts = split(every, seed=seed)
        assert sorted([*parts.train, *parts.validation, *parts.test]) == list(range(11))
        for part in (parts.train, parts.validation, parts.test):
            assert (0 in part) == (10 in part)
    assert split(every, seed=0).test == split(every, seed=1).test


def test_features_do_not_depend_on_the_datum(stations: list[Taught]) -> None:
    region = Region.of(stations)
    record = stations[4].record.part(slice(3, 6))
    moved = Monthly(record.years, record.values + 7.0, record.latitude, record.longitude)
    assert features(shortened(moved), region) == pytest.approx(
        features(shortened(record), region), abs=1e-9
    )
    assert features(from_maxima(record.maxima), region).shape == (len(FEATURES),)


def test_baselines_follow_datum_and_unit(stations: list[Taught]) -> None:
    taken = lessons(stations[:7], each=20, seed=0) + simulated(stations[:7], count=50, seed=0)
    short = shortened(stations[8].record.part(slice(0, 4)))
    for arm in (IndexFlood(stations[:7]), EmpiricalBayes(taken, stations[:7])):
        draws = arm.draws(short, 50)
        assert np.isfinite(draws).all() and np.quantile(draws, 0.9) > np.quantile(draws, 0.1)
        bare = arm.draws(from_maxima(short.maxima), 50)
        assert np.isfinite(bare).all()


def test_student_tells_quiet_from_stormy_gauges(student: Student, stations: list[Taught]) -> None:
    asked = lessons(stations[7:], each=10, seed=5)
    truth = np.array([true_level(one, 50) for one in asked])
    found = np.array([np.median(student.draws(one.short, 50)) for one in asked])
    assert np.corrcoef(truth, found)[0, 1] > 0.8
    assert np.abs(found - truth).mean() < np.abs(truth - truth.mean()).mean()


def test_student_survives_its_file(
    student: Student, stations: list[Taught], tmp_path: Path
) -> None:
    student.save(tmp_path / "s.safetensors")
    again = Student.load(tmp_path / "s.safetensors")
    short = shortened(stations[2].record.part(slice(0, 3)))
    assert again.draws(short, 20) == pytest.approx(student.draws(short, 20), abs=1e-4)
    with pytest.raises(DistillError):
        Student.load(tmp_path / "none.safetensors")
    (tmp_path / "odd.safetensors").write_bytes(b"x" * 40)
    with pytest.raises(DistillError):
        Student.load(tmp_path / "odd.safetensors")


def test_network_is_small() -> None:
    size = sum(one.numel() for one in Network(Settings().width).parameters())
    assert 4 * size < 300_000


def test_return_levels_rise_with_the_period(student: Student) -> None:
    found = [
        extremes.return_level([1.2, 1.5, 1.3], years, "student", student=student)
        for years in (5.0, 20.0, 100.0)
    ]
    assert found[0].level < found[1].level < found[2].level
    for one in found:
        assert one.lo < one.level < one.hi and one.of == "annual maxima"


def test_method_follows_the_length_of_the_record(student: Student) -> None:
    long = quantiles(1.0, 0.2, -0.1, np.random.default_rng(0).uniform(size=40))
    assert extremes.return_level(long, 20).method == "likelihood"
    assert extremes.return_level(long[:4], 20, student=student).method == "student"
    assert extremes.return_level(long, 20, "l-moments").method == "l-moments"
    with pytest.raises(UsageError):
        extremes.return_level(long, 0.5)
    with pytest.raises(UsageError):
        extremes.return_level(long, 20, "guess")  # type: ignore[arg-type]
    with pytest.raises(DistillError):
        extremes.return_level([1.0], 20, student=student)


def test_shipped_student_is_there_and_small() -> None:
    from coastal.extremes.student import SHIPPED

    assert SHIPPED.stat().st_size < 300_000
    found = extremes.return_level([1.5, 1.7, 1.45], 50)
    assert 1.7 < found.level < 4 and found.lo < found.level < found.hi


def test_public_names() -> None:
    assert extremes.__all__ == sorted(extremes.__all__)
    assert all(hasattr(extremes, name) for name in extremes.__all__)
