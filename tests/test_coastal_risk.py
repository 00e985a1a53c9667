"""Risk: curves, scenarios, climate statistics, lessons without foresight, assessments."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from base import DistillError, UsageError
from coastal import risk
from coastal.extremes.records import Monthly
from coastal.extremes.short import Region
from coastal.extremes.teacher import Taught, taught
from coastal.risk.assess import SHIPPED
from coastal.risk.climate import Floods, el_nino, read_floods
from coastal.risk.examples import CLIMATE, STUDENT, Rows, lessons
from coastal.risk.student import (
    SAID,
    TOLD,
    Perceptron,
    Settings,
    distill_loss,
    task_loss,
    train_learner,
    train_teacher,
    without_climate,
)

FLOODS = Floods(
    np.array([10.0, 11.0, 60.0]), np.array([0.0, 1.0, 0.0]), np.array([1986, 1990, 1987]),
    np.array([1.0, 2.0, 1.5]),
)  # fmt: skip
QUICK = Settings(members=2, teacher_width=16, width=8, epochs=4)


def gauge(at: int, *, years: int = 60) -> Monthly:
    """Return a made-up gauge."""
    generator = np.random.default_rng(at)
    noise = (0.04 if at % 2 else 0.1) * generator.standard_normal((years, 12))
    return Monthly(np.arange(1950, 1950 + years), 1.0 + noise, -40.0 + 6 * at, 10.0 * at, f"G{at}")


@pytest.fixture(scope="module")
def stations() -> list[Taught]:
    """Five made-up gauges."""
    return [taught(gauge(at)) for at in range(5)]


@pytest.fixture(scope="module")
def rows(stations: list[Taught]) -> Rows:
    """Lessons at them."""
    return lessons(
        stations, Region.of(stations), FLOODS, {}, years=range(1980, 2000), each=2, seed=0
    )


@pytest.fixture(scope="module")
def shipped() -> risk.RiskStudent:
    """The student of the package."""
    return risk.RiskStudent.load()


def house(floor: float, kind: str = "residential") -> risk.Asset:
    """Return an asset whose floor is so many metres above the datum."""
    return risk.Asset(f"at {floor}", kind, 44.6, -63.6, floor, 1e6)


@pytest.mark.parametrize("kind", risk.KINDS)
def test_curves_rise_from_nothing_to_a_share(kind: str) -> None:
    curve = risk.depth_damage(kind)
    depths = np.linspace(-2, 10, 200)
    shares = curve.share(depths)
    assert (np.diff(shares) >= 0).all() and shares.min() >= 0 and shares.max() <= 1
    assert curve.share(-2.0) == 0 and curve.share(6.0) > 0.7
    assert curve.deviation(-2.0) == 0 and "20" in curve.source


def test_curves_at_their_points() -> None:
    assert risk.depth_damage("residential").share(1.0) == pytest.approx(0.40)
    assert risk.depth_damage("residential").share(1.25) == pytest.approx(0.45)
    assert risk.depth_damage("house").share(0.3048 * 3) == pytest.approx(0.401)
    with pytest.raises(UsageError, match="no depth-damage curve"):
        risk.depth_damage("castle")


def test_rise_meets_the_table_and_its_order() -> None:
    for name, points in risk.SCENARIOS.items():
        for year, (median, low, high) in points.items():
            found = risk.rise(name, 2005, year)
            assert found.median == pytest.approx(median, abs=1e-6)
            assert found.deviation >= (high - low) / 2 / 0.955 - 1e-9
            assert low < median < high
    ends = [risk.rise(name, 2005, 2100).median for name in sorted(risk.SCENARIOS)]
    assert ends == sorted(ends)
    assert risk.rise("SSP2-4.5", 1990, 2020).median > 15 * 0.0017
    with pytest.raises(UsageError, match="no scenario"):
        risk.rise("RCP8.5", 2005, 2050)
    with pytest.raises(UsageError, match="years"):
        risk.rise("SSP2-4.5", 2050, 2020)


def test_assets_refuse_what_cannot_be() -> None:
    with pytest.raises(UsageError):
        replace(house(1.0), kind="castle")
    with pytest.raises(UsageError, match="globe"):
        replace(house(1.0), latitude=95.0)
    with pytest.raises(UsageError, match="odd height"):
        replace(house(1.0), elevation=float("nan"))


def test_floods_of_later_years_are_not_seen() -> None:
    assert FLOODS.before(10.5, 0.5, 1986) == (0.0, 0.0)
    assert FLOODS.before(10.5, 0.5, 1990) == pytest.approx((50.0, 1.0))
    assert FLOODS.before(10.5, 0.5, 1991) == pytest.approx((200 / 3, 1.5))


def test_archive_is_read_without_odd_rows(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(
        "lat,long,Began,Severity\n10,20,1990-01-02,1.5\n10,999,1990-01-02,1\n,,x,1\n5,5,2001,0\n"
    )
    found = read_floods(path)
    assert found.year.tolist() == [1990] and found.severity.tolist() == [1.5]
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DistillError, match="no column"):
        read_floods(path)


def test_el_nino_knows_no_future() -> None:
    record = replace(gauge(0), name="BALBOA")
    early = el_nino([record.part(slice(0, 30))])
    late = el_nino([record])
    assert early and all(late[year] == early[year] for year in early)


def test_lessons_hold_what_the_water_did(rows: Rows) -> None:
    assert np.isfinite(rows.teacher).all() and rows.student.shape[1] == len(STUDENT)
    assert 0.05 < rows.flooded.mean() < 0.95
    assert ((rows.damage > 0) <= (rows.flooded > 0) | (rows.damage < 0.2)).all()
    dry = rows.flooded == 0
    assert rows.damage[~dry].mean() > rows.damage[dry].mean()


def test_lessons_do_not_change_with_later_years(stations: list[Taught]) -> None:
    region = Region.of(stations)
    one = stations[0]
    cut = one.record.years <= 1990
    changed = one.record.values.copy()
    changed[~cut] += 5.0
    other = Taught(
        Monthly(
            one.record.years, changed, one.record.latitude, one.record.longitude, one.record.name
        ),
        one.trend, one.posterior, one.deviation,
    )  # fmt: skip
    options = {"years": range(1980, 1991), "each": 1, "seed": 3}
    first = lessons([one], region, FLOODS, {}, **options)  # type: ignore[arg-type]
    second = lessons([other], region, FLOODS, {}, **options)  # type: ignore[arg-type]
    assert np.array_equal(first.teacher, second.teacher)


def test_blanking_touches_climate_alone(rows: Rows) -> None:
    blank = without_climate(rows)
    changed = np.flatnonzero((blank.student != rows.student).any(axis=0))
    assert {STUDENT[at] for at in changed} <= set(CLIMATE)


def test_losses_are_least_at_the_truth() -> None:
    target = torch.tensor([[1.0, 0.5, 0.2]])
    right = torch.tensor([[4.0, 0.5, -2.0, -1.4]])
    wrong = torch.tensor([[-4.0, 2.0, -2.0, 3.0]])
    assert task_loss(right, target) < task_loss(wrong, target)
    told = torch.randn(3, 5, TOLD, generator=torch.Generator().manual_seed(0))
    mean, spread = told.mean(dim=0), told.var(dim=0).log()
    said = torch.cat(
        [mean[:, :2], told[..., 2].exp().mean(dim=0).log()[:, None], mean[:, 3:],
         spread[:, :1], spread[:, 1:2], spread[:, 3:]], dim=1,
    )  # fmt: skip
    assert said.shape[1] == SAID
    assert float(distill_loss(said, told)) == pytest.approx(0.0, abs=1e-4)
    assert distill_loss(said + 0.5, told) > 0.05


def test_student_is_a_tenth_of_its_teacher(rows: Rows) -> None:
    teacher = train_teacher(rows, rows, seed=0, settings=Settings(epochs=1))
    own = sum(one.numel() for one in Perceptron(len(STUDENT), Settings().width, SAID).parameters())
    assert 10 * own <= teacher.size


def test_training_learns_and_repeats(rows: Rows) -> None:
    teacher = train_teacher(rows, rows, seed=1, settings=QUICK)
    told = teacher.told(rows)
    few = np.zeros(len(rows.flooded), dtype=bool)
    few[::20] = True
    made = [
        train_learner(rows, rows, seed=1, settings=QUICK, told=told, labelled=few)
        for _ in range(2)
    ]  # fmt: skip
    first, second = (one.said(rows.student) for one in made)
    assert np.array_equal(first, second) and np.isfinite(first).all()
    chance = 1 / (1 + np.exp(-first[:, 0]))
    base = rows.flooded.mean()
    assert ((chance - rows.flooded) ** 2).mean() < base * (1 - base)


def test_shipped_student_is_small() -> None:
    assert SHIPPED.stat().st_size < 300_000


def test_higher_floors_are_safer(shipped: risk.RiskStudent) -> None:
    inputs = risk.Inputs(gauge(1).part(slice(40, 44)), 1996)
    found = shipped.assess(inputs, [house(one) for one in (1.0, 1.1, 1.4)])
    chances = [one.flood_probability.value for one in found]
    assert chances == sorted(chances, reverse=True) and chances[0] > 0.5 > chances[2]
    assert found[0].expected_damage > found[2].expected_damage
    assert len({one.surge_height for one in found}) == 1


@pytest.mark.parametrize("record", [gauge(1).part(slice(40, 44)), np.array([1.1, 1.3, 1.2])])
def test_the_water_of_a_gauge_does_not_know_the_asset(
    shipped: risk.RiskStudent, record: Monthly | np.ndarray
) -> None:
    inputs = risk.Inputs(record, 2050, record_year=1994, excess=0.4, excess_deviation=0.1)
    assets = [
        risk.Asset(f"{kind} {floor}", kind, north, east, floor, value, ground)
        for at, kind in enumerate(risk.KINDS)
        for floor, north, east, value, ground in (
            (-3.0, -80.0, -170.0, 0.0, 0.0), (1.2 + 0.1 * at, 44.6, -63.6, 1e6, 0.5),
            (40.0, 10.0, 120.0, 1e12, 3.0),
        )
    ]  # fmt: skip
    found = shipped.assess(inputs, assets)
    for name in ("surge_height", "level", "surge_aleatoric", "surge_epistemic"):
        assert len({getattr(one, name) for one in found}) == 1, name
    assert len({one.flood_probability for one in found}) > 3


def test_assessment_is_whole(shipped: risk.RiskStudent) -> None:
    inputs = risk.Inputs(gauge(2).part(slice(40, 45)), 2050, scenario="SSP5-8.5", excess=1.0)
    for one in shipped.assess(inputs, [house(2.0), house(2.3, "house")]):
        for bounds in (one.flood_probability, one.surge_height, one.vulnerability, one.level):
            assert bounds.low <= bounds.value <= bounds.high
        assert one.flood_probability.low >= 0 and one.flood_probability.high <= 1
        assert one.total == pytest.approx(one.aleatoric + one.epistemic, abs=1e-9)
        assert one.epistemic > 0 and one.surge_epistemic > 0 and one.surge_aleatoric > 0
        assert json.loads(json.dumps(one.as_dict()))["asset"] == one.asset


def test_rise_and_excess_raise_the_risk(shipped: risk.RiskStudent) -> None:
    inputs = risk.Inputs(gauge(2).part(slice(40, 45)), 2000)
    asset = [house(1.5)]
    now, later, wetter = (
        shipped.assess(one, asset)[0].flood_probability.value
        for one in (inputs, replace(inputs, year=2090), replace(inputs, excess=0.4))
    )
    assert later > now and wetter > now
    assert shipped.assess(inputs, asset)[0].of == "monthly means"


def test_excess_of_a_year_is_chance_and_rise_is_not_known(shipped: risk.RiskStudent) -> None:
    inputs = risk.Inputs(gauge(2).part(slice(40, 45)), 2000, excess=0.5)
    asset = [house(1.8)]
    plain, chance, later = (
        shipped.assess(one, asset)[0]
        for one in (inputs, replace(inputs, excess_deviation=0.3), replace(inputs, year=2090))
    )
    assert chance.surge_aleatoric > 0.3 > plain.surge_aleatoric
    assert chance.surge_epistemic == pytest.approx(plain.surge_epistemic)
    assert later.surge_epistemic > 5 * plain.surge_epistemic
    assert later.epistemic > plain.epistemic


def test_maxima_alone_are_enough(shipped: risk.RiskStudent) -> None:
    inputs = risk.Inputs(np.array([1.5, 1.7, 1.6]), 2025, record_year=2024)
    low, high = shipped.assess(inputs, [house(1.5), house(3.0)])
    assert low.flood_probability.value > high.flood_probability.value
    assert low.of == "annual maxima"
    with pytest.raises(UsageError, match="record_year"):
        shipped.assess(replace(inputs, record_year=None), [house(1.0)])


def test_student_survives_its_file(shipped: risk.RiskStudent, tmp_path: Path) -> None:
    shipped.save(tmp_path / "r.safetensors")
    again = risk.RiskStudent.load(tmp_path / "r.safetensors")
    inputs = risk.Inputs(gauge(3).part(slice(40, 43)), 1995)
    assert again.assess(inputs, [house(1.1)]) == shipped.assess(inputs, [house(1.1)])
    (tmp_path / "odd.safetensors").write_bytes(b"x" * 40)
    with pytest.raises(DistillError):
        risk.RiskStudent.load(tmp_path / "odd.safetensors")


def test_a_benchmark_goes_on_where_it_was_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks import coastal_risk

    def one_seed(world: object, seed: int) -> coastal_risk.Run:
        values = np.full(3, 0.1 * seed)
        truth = coastal_risk.Truth(values, values, values, np.arange(3), values + 1)
        said = coastal_risk.Answers(values, values, values, values)
        return {"labels alone, 5 %": said}, truth, {"teacher": 10 + seed, "student": 1}

    monkeypatch.setattr(coastal_risk, "one_seed", one_seed)
    made = coastal_risk.kept(None, 4, tmp_path)  # type: ignore[arg-type]
    monkeypatch.setattr(coastal_risk, "one_seed", None)
    arms, truth, sizes = coastal_risk.kept(None, 4, tmp_path)  # type: ignore[arg-type]
    assert sizes == made[2] == {"teacher": 14, "student": 1}
    assert arms["labels alone, 5 %"].flood.tolist() == [0.4] * 3 and truth.unit[0] == 1.4
    assert not list(tmp_path.glob("*.part"))


def test_public_names() -> None:
    assert all(hasattr(risk, name) for name in risk.__all__)
