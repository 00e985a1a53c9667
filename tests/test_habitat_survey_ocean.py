"""The sensor simulator: pressure, tides, drift, gaps, and the signs of what is hidden."""

from __future__ import annotations

from dataclasses import replace

import gsw
import numpy as np
import pytest

from base import SurveyError
from habitat.survey.ocean import (
    CHANNELS,
    M2_DBAR,
    M2_HOURS,
    S2_HOURS,
    S2_SHARE,
    STEPS,
    Drift,
    Hidden,
    SeaState,
    simulate_series,
)

SEA = SeaState(850.0, 37.84, 8.5, 35.4, 215.0)
QUIET = Hidden(110.0, 10.0, 0.4, 21.0, leak=False, strain_ue=-900.0)


def _series(seed: int = 0, hidden: Hidden = QUIET, drift: Drift = Drift(), gaps: float = 0.0):  # type: ignore[no-untyped-def]  # noqa: B008
    return simulate_series(
        np.random.default_rng(seed), sea=SEA, hidden=hidden, drift=drift, gaps=gaps
    )


def _mean(channel: str, seed: int = 0, **settings: object) -> float:
    return float(_series(seed, **settings)[:, CHANNELS.index(channel)].mean())


def test_shape_type_and_no_gaps_when_none_are_asked_for() -> None:
    series = _series()
    assert series.shape == (STEPS, len(CHANNELS))
    assert series.dtype == np.float32
    assert np.isfinite(series).all()


@pytest.mark.parametrize("depth", [20.0, 850.0, 4000.0, 10_900.0])
def test_pressure_is_that_of_teos_10(depth: float) -> None:
    sea = replace(SEA, depth_m=depth)
    series = simulate_series(np.random.default_rng(0), sea=sea, hidden=QUIET, gaps=0.0)
    assert series[:, 0].mean() == pytest.approx(float(gsw.p_from_z(-depth, SEA.latitude)), abs=0.5)


def test_tides_have_the_stated_periods_and_amplitude() -> None:
    hours = np.arange(STEPS)
    for seed in range(30):
        pressure = _series(seed)[:, 0].astype(float)
        tide = pressure - pressure.mean()
        columns = [
            f(2.0 * np.pi * hours / period)
            for period in (M2_HOURS, S2_HOURS)
            for f in (np.cos, np.sin)
        ]
        basis = np.column_stack([*columns, np.ones(STEPS)])
        fit, *_ = np.linalg.lstsq(basis, tide, rcond=None)
        assert np.std(tide - basis @ fit) < 0.02, "nothing but tide and gauge noise"
        # Two days cannot tell M2 from S2, so the bounds are those of their sum.
        assert np.ptp(tide) / 2.0 <= M2_DBAR[1] * (1.0 + S2_SHARE[1]) + 0.05
        assert np.ptp(tide) / 2.0 >= M2_DBAR[0] * (1.0 - S2_SHARE[1]) - 0.05


def test_the_gauge_offset_is_added() -> None:
    moved = _mean("pressure_dbar", drift=Drift(pressure_offset_dbar=-12.5))
    assert moved - _mean("pressure_dbar") == pytest.approx(-12.5, abs=1e-3)


@pytest.mark.parametrize(
    ("channel", "sign"),
    [("salinity", -1), ("oxygen_umol_kg", -1), ("noise_db", -1), ("turbidity_ntu", 1)],
)
def test_biofouling_acts_monotonically(channel: str, sign: int) -> None:
    for seed in range(5):
        means = [_mean(channel, seed, drift=Drift(biofouling=b)) for b in (0.0, 0.3, 0.6, 1.0)]
        assert (sign * np.diff(means) > 0.0).all()


@pytest.mark.parametrize("channel", ["pressure_dbar", "temperature_c", "oil_mg_l", "cabin_co2_kpa"])
def test_biofouling_leaves_other_channels_alone(channel: str) -> None:
    assert _mean(channel, drift=Drift(biofouling=1.0)) == _mean(channel)


def test_fouling_damps_the_swings_of_salinity() -> None:
    place = CHANNELS.index("salinity")
    sea = replace(SEA, depth_m=60.0)
    clean, grown = (
        simulate_series(
            np.random.default_rng(4), sea=sea, hidden=QUIET, drift=Drift(biofouling=b), gaps=0.0
        )[:, place].astype(float)
        for b in (0.0, 1.0)
    )
    # The bias itself grows by a tenth of 1.2 during the series, so the trend is taken off.
    hours = np.arange(STEPS)
    swings = [np.std(x - np.polyval(np.polyfit(hours, x, 1), hours)) for x in (clean, grown)]
    assert swings[1] < 0.75 * swings[0]


@pytest.mark.parametrize(
    ("key", "channel", "low", "high"),
    [
        ("oil_mg_l", "oil_mg_l", 5.0, 40.0),
        ("cabin_co2_kpa", "cabin_co2_kpa", 0.3, 1.2),
        ("cabin_o2_kpa", "cabin_o2_kpa", 18.0, 24.0),
        ("received_level_db", "noise_db", 120.0, 150.0),
        ("strain_ue", "hull_strain_ue", -1500.0, -300.0),
    ],
)
def test_each_hidden_amount_is_read_back(key: str, channel: str, low: float, high: float) -> None:
    for amount in (low, high):
        hidden = replace(QUIET, **{key: amount})
        found = np.mean([_mean(channel, seed, hidden=hidden) for seed in range(20)])
        assert found == pytest.approx(amount, rel=0.1)


def test_a_leak_raises_both_cabin_gases_together_and_is_heard() -> None:
    for seed in range(10):
        tight, leaky = (_series(seed, replace(QUIET, leak=leak)) for leak in (False, True))
        ratio = leaky / tight
        for channel in ("cabin_o2_kpa", "cabin_co2_kpa"):
            climb = ratio[:, CHANNELS.index(channel)]
            assert 1.005 < climb[-1] < 1.05
            assert climb[-1] > climb[0]
        noise = CHANNELS.index("noise_db")
        assert leaky[:, noise].mean() > tight[:, noise].mean()


def test_ambient_noise_hides_a_quiet_habitat() -> None:
    assert _mean("noise_db", hidden=replace(QUIET, received_level_db=40.0)) > 80.0


def test_gaps_have_the_expected_share_and_whole_channels_go_missing() -> None:
    absent = np.stack([np.isnan(_series(seed, gaps=0.2)) for seed in range(300)])
    assert absent.mean() == pytest.approx(1.0 - 0.8 * 0.8, abs=0.03)
    assert absent.all(axis=1).mean() == pytest.approx(0.2, abs=0.05)
    assert not absent.all(axis=(1, 2)).any()
    heavy = np.stack([np.isnan(_series(seed, gaps=0.9)) for seed in range(100)])
    assert not heavy.all(axis=(1, 2)).any()


def test_gaps_do_not_change_what_is_measured() -> None:
    whole, holed = _series(7), _series(7, gaps=0.3)
    known = np.isfinite(holed)
    assert known.any()
    assert np.array_equal(whole[known], holed[known])


@pytest.mark.parametrize(
    "make",
    [
        lambda: replace(SEA, depth_m=-1.0),
        lambda: replace(SEA, latitude=91.0),
        lambda: replace(SEA, temperature_c=float("nan")),
        lambda: replace(QUIET, oil_mg_l=-1.0),
        lambda: Drift(biofouling=1.1),
        lambda: _series(gaps=1.0),
    ],
)
def test_impossible_states_are_refused(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SurveyError, match="give"):
        make()
