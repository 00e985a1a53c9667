"""Readers of gauges, weather and tracks: facts of the real files, one line for broken ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from base import SurveyError
from coastal.gauge import (
    Series,
    harmonic_tide,
    read_atcf,
    read_dart,
    read_meds,
    read_psmsl,
    read_psmsl_folder,
    read_uhslc,
    read_weather,
)


@pytest.fixture(scope="session")
def gauges(shared: Path) -> Path:
    return shared / "data" / "tide-gauge"


@pytest.mark.shared
def test_juan_is_where_the_record_says(gauges: Path) -> None:
    halifax = read_meds(gauges / "halifax_490_2003_hourly.csv")
    assert halifax.longitude == pytest.approx(-63.583, abs=1e-3)
    surge = harmonic_tide(halifax).residual(halifax)
    peak = int(np.nanargmax(surge.values))
    assert surge.times[peak] == np.datetime64("2003-09-29T04")
    assert surge.values[peak] == pytest.approx(1.56, abs=0.05)


@pytest.mark.shared
def test_weather_meets_the_surge_at_the_same_hour_of_utc(gauges: Path) -> None:
    weather = read_weather(gauges / "halifax_airport_met_2003-09_hourly.csv")
    lowest = int(np.nanargmin(weather.pressure_kpa))
    assert weather.times[lowest] == np.datetime64("2003-09-29T04")
    assert weather.pressure_kpa[lowest] == pytest.approx(97.04)
    assert weather.wind_kmh[lowest] == pytest.approx(85)
    assert weather.sea_level_hpa[lowest] == pytest.approx(987, abs=2)


@pytest.mark.shared
def test_days_seconds_and_months_become_times(gauges: Path) -> None:
    honolulu = read_uhslc(gauges / "honolulu_2010_hourly.asc")
    assert str(honolulu.times[0]).startswith("2010-01-01T00")
    assert len(honolulu) == 8760 and honolulu.values[0] == pytest.approx(1.237)
    buoy = read_dart(gauges / "dart32412_chile2010_residual.txt")
    assert (
        str(buoy.times[0]).startswith("2010-02-25") and (np.diff(buoy.times).astype(int) > 0).all()
    )
    every = read_psmsl_folder(gauges / "psmsl_monthly")
    brest = every["1"]
    alone = read_psmsl(gauges / "psmsl_monthly" / "1.rlrdata")
    assert np.array_equal(alone.values, brest.values, equal_nan=True)
    assert brest.latitude == pytest.approx(48.38, abs=0.01)
    assert brest.values[0] == pytest.approx(-0.095)
    assert len(every) == 168


@pytest.mark.shared
def test_tracks_are_west_and_deep(shared: Path) -> None:
    for path in (shared / "data" / "storm-tracks").glob("*.dat"):
        track = read_atcf(path)
        assert (track.longitude < 0).all() and (np.diff(track.times).astype(int) > 0).all()
        assert np.nanmin(track.pressure_hpa) < 960


@pytest.mark.parametrize(
    "reader", [read_meds, read_uhslc, read_dart, read_psmsl, read_weather, read_atcf]
)
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"nonsense\n", b"a,b,c\n1,2,3\n", b"1 2\nx y\n"]
)
def test_a_broken_file_is_one_line(
    reader: Callable[[Path], object], content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "broken.txt"
    path.write_bytes(content)
    with pytest.raises(SurveyError) as caught:
        reader(path)
    assert "\n" not in str(caught.value) and "broken.txt" in str(caught.value)
    with pytest.raises(SurveyError, match="no such file"):
        reader(tmp_path / "absent")


def test_a_tide_of_two_lines_is_found_again_through_gaps() -> None:
    hours = np.arange(24 * 200)
    tide = 0.8 * np.cos(2 * np.pi * hours / 12.4206) + 0.3 * np.cos(2 * np.pi * hours / 23.9345 + 1)
    values = tide.copy()
    values[np.random.default_rng(0).random(len(hours)) < 0.4] = np.nan
    values[3000:3100] += 1.5
    series = Series("here", "1", 45.0, -60.0, np.datetime64("2003-01-01T00", "h") + hours, values)
    calm = (hours < 3000) | (hours >= 3100)
    found = harmonic_tide(series, fit_on=calm)
    assert np.abs(found.predict(series.times) - tide)[calm].max() < 0.05
    assert np.nanmedian(found.residual(series).values[3000:3100]) == pytest.approx(1.5, abs=0.05)


def test_a_tide_of_a_day_is_refused() -> None:
    times = np.datetime64("2003-01-01T00", "h") + np.arange(24)
    with pytest.raises(SurveyError, match="too few"):
        harmonic_tide(Series("here", "1", 45.0, -60.0, times, np.zeros(24)))
