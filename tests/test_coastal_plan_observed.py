"""``bathylex coastal plan`` on a user's own files: what arrived, what is stale, what is unknown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from base import SurveyError
from coastal.gauge.columns import read_columns
from coastal.gauge.feeds import Feed, read_levels, read_runs, read_sky
from coastal.gauge.tide import LINES, harmonic_tide, separable, tide_of_constants
from coastal.plan import planner
from coastal.plan.observed import ObservedStorm
from coastal.plan.observing import observed_storm
from coastal.plan.readings import FEWEST, Hourly
from coastal.plan.scenario import load_scenario
from workbench.cli import run

EXAMPLE = "examples/coastal/own_observations.yaml"


@pytest.fixture(autouse=True)
def _few_storms(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in (("TRAINING", 40), ("APART", 15), ("CALIBRATION", 40),
                        ("SHAPING", 20), ("FLOODS", 40)):  # fmt: skip
        if hasattr(planner, name):
            monkeypatch.setattr(planner, name, count)


@pytest.fixture
def folder(project: Path, tmp_path: Path) -> Path:
    """A copy of the example's files."""
    for file in (project / "examples/coastal").glob("own_*.csv"):
        shutil.copy(file, tmp_path)
    shutil.copy(project / EXAMPLE, tmp_path / "own.yaml")
    return tmp_path


def changed(folder: Path, **storm: Any) -> str:
    """Write the scenario with other keys of its storm, ``None`` for none."""
    data = yaml.safe_load((folder / "own.yaml").read_text("utf-8"))
    data["storm"] |= storm
    data["storm"] = {key: value for key, value in data["storm"].items() if value is not None}
    (folder / "own.yaml").write_text(yaml.safe_dump(data), "utf-8")
    return str(folder / "own.yaml")


def planned(path: str, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    assert run(["coastal", "plan", path, "--json", *more]) == 0
    return dict(json.loads(capsys.readouterr().out))


def storm_of(folder: Path) -> tuple[ObservedStorm, int]:
    """The storm of the files in a folder, and the number of windows to learn from."""
    asked = load_scenario(folder / "own.yaml")
    assert asked.files is not None
    storm, earlier = observed_storm(asked.files, folder, latitude=44.65, climate=asked.climate)
    return storm, len(earlier)


def test_the_last_look_is_now_and_says_what_is_stale(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = planned(str(project / EXAMPLE), capsys, "-o", str(tmp_path))
    last = told["decisions"][-1]
    assert last["hour"] == 48 and told["observed"]["ends"] == "2026-11-14 06:00 UTC"
    states = {one["name"]: one for one in last["streams"]}
    assert list(states) == ["gauge", "neighbour", "weather", "forecast", "reports"]
    assert states["gauge"]["status"] == "stale" and states["gauge"]["age_hours"] == 5
    assert states["forecast"]["status"] == "stale" and states["neighbour"]["status"] == "fresh"
    said = " ".join(last["explanation"])
    assert "tide gauge at the site last spoke of 5.0 h ago" in said
    assert "surge forecast last spoke of 12.0 h ago" in said
    # The storm is seen to come: the peak of the tide ahead and the rise of the others are known.
    assert last["level_m"]["6"]["mean"] > last["level_m"]["0"]["mean"] + 0.2
    assert "evacuate" in last["on"]

    outcome = told["outcome"]
    assert told["observed"]["measured_hours"] == 44 and told["observed"]["hours"] == 49
    assert outcome["flooded"] == [] and outcome["peak_hour"] < 44 and outcome["loss"] == 0
    assert any("nothing is claimed of what is to come" in note for note in told["notes"])
    assert told["observed"]["newest"]["gauge"] == "2026-11-14 01:00 UTC"
    assert not told["synthetic"] and all(not look["ask_for_data"] for look in told["decisions"])
    page = (tmp_path / "plan.html").read_text("utf-8")
    assert "No asset was flooded so far" in page and "last look" in page and 'id="h48"' in page
    # What is to be done now stands first, each action once.
    now = page[page.index("<h2>Now: ") : page.index("No asset was flooded so far")]
    words = now[: now.index("</h2>")]
    assert all(words.count(name.replace("_", " ")) == 1 for name in last["on"])
    assert all(sentence.split(" (")[0] in now for sentence in last["explanation"])
    lines = (tmp_path / "log.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[0])["run"]["observed"] == told["observed"]


def test_nothing_that_came_later_is_known(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The plan of an hour is the same whether the files go on after it or not."""
    path = changed(folder, **{"from": "2026-11-12T06:00Z", "to": "2026-11-13T16:30Z"})
    whole = planned(path, capsys)
    assert whole["observed"]["ends"] == "2026-11-13 17:00 UTC"
    for name in ("gauge", "neighbour", "weather", "forecast", "reports"):
        file = folder / f"own_{name}.csv"
        text = file.read_text("utf-8")
        kept = [
            line for line in text.splitlines()
            if not line.startswith("2026") or line.split(",")[0] <= "2026-11-13T17:00Z"
        ]  # fmt: skip
        assert len(kept) < len(text.splitlines())
        file.write_text("\n".join(kept), "utf-8")
    cut = planned(path, capsys)
    whole["observed"].pop("files_sha256")
    cut["observed"].pop("files_sha256")
    assert cut == whole


def test_what_had_not_arrived_is_not_read(folder: Path) -> None:
    changed(folder, to="2026-11-13T19:00Z")
    storm, _ = storm_of(folder)
    runs = storm.streams["forecast"]
    # The run of 18:00 was there at 20:00 only.
    assert runs.observed.tolist() == [23.0, 35.0, 47.0]
    assert (runs.arrived - runs.observed).tolist() == [2.0, 2.0, 2.0]
    assert str(storm.newest["forecast"]).startswith("2026-11-13T06:00")
    assert runs.values.shape == (3, 37)


def test_a_dead_gauge_leaves_a_plan(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "own_gauge.csv"
    kept = [
        line
        for line in file.read_text("utf-8").splitlines()
        if line[:10] < "2026-11-12" or line[0] == "t"
    ]
    file.write_text("\n".join(kept), "utf-8")
    path = changed(folder, reports=None, neighbour=None)
    told = planned(path, capsys)
    assert told["outcome"]["peak_level_m"] is None and told["observed"]["measured_hours"] == 0
    last = {one["name"]: one["status"] for one in told["decisions"][-1]["streams"]}
    assert last == {"gauge": "missing", "weather": "fresh", "forecast": "stale"}
    assert run(["coastal", "plan", path, "-o", str(folder / "out")]) == 0
    assert "no level measured" in capsys.readouterr().out
    assert "No level was measured." in (folder / "out/plan.html").read_text("utf-8")


def test_floods_that_were_measured_are_counted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = yaml.safe_load((folder / "own.yaml").read_text("utf-8"))
    data["assets"][0]["threshold_m"] = 1.55
    (folder / "own.yaml").write_text(yaml.safe_dump(data), "utf-8")
    told = planned(str(folder / "own.yaml"), capsys)
    assert told["outcome"]["flooded"] == ["Moored vessels"]
    assert told["outcome"]["loss_had_nothing_been_done"] > 0


def test_own_days_teach_where_there_are_enough(folder: Path) -> None:
    storm, windows = storm_of(folder)
    assert windows >= FEWEST
    assert storm.climate.mean_level_m == pytest.approx(1.02, abs=0.05)
    size = {name: (period, amplitude) for name, period, amplitude in storm.climate.tide}
    assert size["M2"][0] == pytest.approx(12.42, abs=0.01)
    assert size["M2"][1] == pytest.approx(0.63, abs=0.05)
    changed(folder, **{"from": "2026-11-02T06:00Z", "to": "2026-11-04T06:00Z"})
    storm, windows = storm_of(folder)
    assert windows == 0 and any("synthetic storms alone" in note for note in storm.told)
    assert len(storm.tide) == len(storm.hours) + 12


def test_units_offsets_and_zones_are_brought_to_metres_and_utc(folder: Path) -> None:
    before, _ = storm_of(folder)
    file = folder / "own_gauge.csv"
    rows = ["time,level_ft"]
    for line in file.read_text("utf-8").splitlines()[2:]:
        time, level = line.split(",")
        there = np.datetime64(time[:-1], "m") - np.timedelta64(210, "m")
        feet = "" if not level else f"{(float(level) - 0.4) / 0.3048:.6f}"
        rows.append(f"{there}-03:30,{feet}")
    file.write_text("\n".join(rows), "utf-8")
    changed(folder, gauge={"file": "own_gauge.csv", "offset_m": 0.4})
    after, _ = storm_of(folder)
    assert after.tide == pytest.approx(before.tide, abs=1e-4)
    assert np.array_equal(np.isnan(after.surge), np.isnan(before.surge))
    assert np.nanmax(np.abs(after.level - before.level)) < 1e-4


def test_a_datum_that_is_off_is_said(folder: Path) -> None:
    constants = {"M2": [0.63, 350], "N2": [0.14, 329], "S2": [0.14, 24], "K1": [0.1, 121]}
    tide = {"mean_m": 2.0, "constants": constants}
    changed(folder, gauge={"file": "own_gauge.csv", "tide": tide})
    storm, _ = storm_of(folder)
    assert any("below it: check the datum" in note for note in storm.told)
    assert storm.climate.mean_level_m == 2.0


def feed(hours: list[float], arrived: list[float] | None = None) -> Feed:
    times = np.datetime64("2026-01-01T00", "s") + (3600 * np.array(hours)).astype("timedelta64[s]")
    late = np.array(hours if arrived is None else arrived)
    there = np.datetime64("2026-01-01T00", "s") + (3600 * late).astype("timedelta64[s]")
    return Feed(Path("x"), times, there, {})


def test_readings_of_minutes_become_hours() -> None:
    begins = np.datetime64("2026-01-01T00", "h")
    hours = [0.0, 0.5, 0.8, 0.9, 2.0, 5.5]
    values = np.array([1.0, 9.0, 2.0, 4.0, 5.0, 6.0])
    made = Hourly.of(feed(hours, [0.0, 0.5, 1.4, 0.9, 2.0, 5.5]), values, begins, 6)
    # The quarter of an hour to the newest reading: 0.8 and 0.9, and what came last of it.
    assert made.values[:3].tolist() == [1.0, 3.0, 5.0] and np.isnan(made.values[3:6]).all()
    assert made.observed[1] == pytest.approx(0.9) and made.arrived[1] == pytest.approx(1.4)
    assert made.values[6] == 6.0 and made.observed[6] == 5.5
    table = made.packets()
    assert table.observed.tolist() == pytest.approx([0.0, 0.9, 2.0, 5.5])
    assert (table.arrived >= table.observed).all()
    came = made.came(np.arange(8.0))
    assert came[1] == pytest.approx(4.0, abs=0.3) and came[2] == 5.0
    # From 2 to 5.5 h is too long for a straight line, and 7 h too late after the last reading.
    assert np.isnan(came[[3, 4, 5, 7]]).all() and came[6] == 6.0


def test_constants_make_the_tide_that_they_were_fitted_on() -> None:
    hours = np.arange(24 * 60)
    times = np.datetime64("2026-03-01T00", "h") + hours
    level = 1.2 + 0.7 * np.cos(2 * np.pi * hours / 12.4206) + 0.2 * np.cos(hours / 3.8)
    from coastal.gauge import Series

    fitted = harmonic_tide(Series("here", "1", 45.0, -60.0, times, level))
    found = fitted.coefficients
    constants = {
        str(name): (float(size), float(phase))
        for name, size, phase in zip(found.name, found.A, found.g, strict=True)
    }
    made = tide_of_constants(constants, mean_m=fitted.mean_m, latitude=45.0)
    later = times + 24 * 100
    assert made.predict(later) == pytest.approx(fitted.predict(later), abs=1e-9)
    with pytest.raises(SurveyError, match="unknown"):
        tide_of_constants({"M2": (1.0, 0.0), "XX": (1.0, 0.0)}, mean_m=0, latitude=45.0)


def test_a_short_span_bears_no_lines_that_it_cannot_tell_apart() -> None:
    assert separable(LINES, 24 * 15) == ("M2", "K1", "S2", "O1", "M4", "MU2", "MF")
    assert "K2" not in separable(LINES, 24 * 180) and separable(LINES, 24 * 280) == LINES
    assert separable(LINES, 1.0) == ("M2",)


def test_weather_of_any_unit_blows_alike(tmp_path: Path) -> None:
    metric, other = tmp_path / "a.csv", tmp_path / "b.csv"
    metric.write_text("time,pressure_hpa,wind_ms,wind_from_deg\n2026-01-01,990,10,90\n"
                      "2026-01-01T01:00,991,0,\n")  # fmt: skip
    other.write_text("time,wind_from_deg,pressure_kpa,wind_kn\n2026-01-01,90,99,19.438445\n"
                     "2026-01-01T01:00,,99.1,0\n")  # fmt: skip
    one, two = read_sky(metric), read_sky(other)
    for name in ("pressure", "eastward", "northward"):
        assert one.values[name] == pytest.approx(two.values[name], abs=1e-4)
    assert one.values["eastward"].tolist() == pytest.approx([-10.0, 0.0])


BAD_FILES = {
    "no such column": ("gauge", "time,depth_m\n2026-11-01,1\n", "depth_m"),
    "no unit": ("gauge", "time,level\n2026-11-01,1\n", "no known unit"),
    "odd unit": ("gauge", "time,level_furlong\n2026-11-01,1\n", "level_m, level_cm"),
    "no time": ("gauge", "level_m\n1\n", "time"),
    "empty": ("gauge", "# nothing\n", "empty file"),
    "words": ("gauge", "time,level_m\n2026-11-01,high\n", "gauge.csv:2"),
    "odd time": ("gauge", "time,level_m\n01/11/2026 4pm,1\n", "is no time"),
    "no date": ("gauge", "time,level_m\n,1\n", "is no time"),
    "falling": ("gauge", "time,level_m\n2026-11-02,1\n2026-11-01,1\n", "gauge.csv:3"),
    "millimetres": ("gauge", "time,level_m\n2026-11-02,1023\n", "level of 1023"),
    "ragged": ("gauge", "time,level_m\n2026-11-02,1,2\n", "3 columns instead of 2"),
    "too short": ("gauge", "time,level_m\n2026-11-12T01:00Z,1\n", "too few for a tide"),
    "infinite": ("gauge", "time,level_m\n2026-11-02,inf\n", "level of inf"),
    "twice": ("gauge", "time,level_m,level_cm\n2026-11-02,1,100\n", "twice"),
    "bytes": ("gauge", "\x00\x01", "gauge.csv"),
    "wind": ("weather", "time,pressure_hpa,wind_ms\n2026-11-13,990,4\n", "wind_from"),
    "pressure": (
        "weather", "time,pressure_hpa,wind_ms,wind_from_deg\n2026-11-13,99,4,1\n", "pressure of 99",
    ),
    "forecast of the past": (
        "forecast", "issued,time,surge_m\n2026-11-13T06:00,2026-11-13T05:00,1\n", "before its issue"
    ),
    "short forecast": (
        "forecast", "issued,time,surge_m\n2026-11-13T06:00,2026-11-13T09:00,1\n", "before 12 hours"
    ),
    "two levels": (
        "forecast", "issued,time,surge_m,level_m\n2026-11-13,2026-11-14,1,1\n", "one column"
    ),
    "early": (
        "reports", "time,level_m,arrived\n2026-11-13T06:00,1,2026-11-13T05:00\n", "arrived before"
    ),
    "far off": ("reports", "time,level_m\n2026-11-13T06:00,80\n", "level of 80"),
    "neighbour's unit": ("neighbour", "time,level_m\n2026-11-13,40\n", "from the tide"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_get_one_line(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stream, text, word = BAD_FILES[name]
    (folder / f"own_{stream}.csv").write_text(text, "utf-8")
    assert run(["coastal", "plan", str(folder / "own.yaml"), "--json"]) == 2
    out, err = capsys.readouterr()
    last = err.strip().splitlines()[-1]
    assert not out and word in last and last.startswith("bathylex: ") and "Traceback" not in err


BAD_STORMS: dict[str, tuple[dict[str, Any], str]] = {
    "no file": ({"gauge": "own_absent.csv"}, "no such file"),
    "no gauge": ({"gauge": None}, "gauge"),
    "order": ({"from": "2026-11-14T07:00Z"}, "later than from"),
    "long": ({"from": "2026-10-01"}, "plan for 6 to 240 hours"),
    "odd time": ({"to": "tomorrow"}, "no time"),
    "no bearing": ({"weather": {"file": "own_weather.csv"}}, "onshore_deg"),
    "odd key": ({"sonar": "x.csv"}, "sonar"),
    "odd line": (
        {"gauge": {"file": "own_gauge.csv", "tide": {"mean_m": 1, "constants":
                                                           {"Q9": [1, 0]}}}}, "Q9",
    ),
    "no lines": (
        {"gauge": {"file": "own_gauge.csv", "tide": {"mean_m": 1, "constants": {}}}},
        "constants",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_STORMS)
def test_bad_storms_get_one_line(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, word = BAD_STORMS[name]
    assert run(["coastal", "plan", changed(folder, **change)]) == 2
    out, err = capsys.readouterr()
    assert not out and len(err.strip().splitlines()) == 1 and word in err, err


def test_the_climate_of_own_files_has_no_tide_of_its_own(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = yaml.safe_load((folder / "own.yaml").read_text("utf-8"))
    data["climate"]["tide"] = {"M2": [12.42, 0.6]}
    (folder / "own.yaml").write_text(yaml.safe_dump(data), "utf-8")
    assert run(["coastal", "plan", str(folder / "own.yaml")]) == 2
    assert "leave them out" in capsys.readouterr().err


def test_the_clock_can_be_asked(folder: Path) -> None:
    changed(folder, to="now")
    asked = load_scenario(folder / "own.yaml")
    assert asked.files is not None
    end = asked.files.end()
    now = np.datetime64("now", "s")
    assert end is not None and np.timedelta64(0) <= end - now <= np.timedelta64(3600, "s")


def test_forecasts_of_levels_and_of_surge_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("issued,time,level_m\n2026-01-01T00:00Z,2026-01-01T12:00Z,2\n")
    found = read_runs(path)
    assert found.values["lead"].tolist() == [12.0] and "level" in found.values
    assert read_columns(path, times=("issued", "time"), values=(), either=("level",)).lines[0] == 2


@pytest.mark.shared
def test_files_of_publishers_replay_juan(shared: Path, folder: Path) -> None:
    from coastal.plan.replay import juan

    data = shared / "data"
    gauge = "tide-gauge/halifax_490_2003_hourly.csv"
    sky = {"file": "tide-gauge/halifax_airport_met_2003-09_hourly.csv", "onshore_deg": 150}
    changed(
        folder, gauge=gauge, weather={**sky, "zone_hours": -4}, neighbour=None, forecast=None,
        reports=None, **{"from": "2003-09-26", "to": "2003-09-30T00:00Z"},
    )  # fmt: skip
    asked = load_scenario(folder / "own.yaml")
    assert asked.files is not None and asked.streams == ("gauge", "weather")
    storm, earlier = observed_storm(asked.files, data, latitude=44.65, climate=asked.climate)
    known, windows = juan(data)
    assert len(storm.hours) == 97 and len(earlier) > 40 and len(windows) > 40
    assert storm.surge.argmax() == 76
    assert np.abs(storm.surge - known.surge).max() < 0.03
    for name in ("gauge", "weather"):
        ours, theirs = storm.streams[name], known.streams[name]
        inside = ours.where((ours.observed >= 0) & (ours.observed < 97))
        assert inside.observed.tolist() == theirs.observed.tolist()
        assert np.abs(inside.values - theirs.values).max() < 0.03
    changed(folder, weather=sky)
    with pytest.raises(SurveyError, match="zone_hours"):
        again = load_scenario(folder / "own.yaml").files
        assert again is not None
        observed_storm(again, data, latitude=44.65, climate=asked.climate)


@pytest.mark.shared
def test_publishers_levels_are_known_by_their_head(shared: Path) -> None:
    gauges = shared / "data/tide-gauge"
    assert len(read_levels(gauges / "honolulu_2010_hourly.asc").times) == 8760
    assert np.nanmax(read_levels(gauges / "halifax_490_2003_hourly.csv").values["level"]) < 4
