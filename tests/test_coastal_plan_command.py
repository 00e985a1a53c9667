"""``bathylex coastal plan``: clean JSON, a page on its own, one line for bad input."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from coastal.plan import planner
from coastal.plan.scenario import load_scenario
from workbench.cli import run

EXAMPLE = "examples/coastal/halifax_storm.yaml"


@pytest.fixture(autouse=True)
def _few_storms(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in (("TRAINING", 40), ("APART", 15), ("SHAPING", 15), ("FLOODS", 40)):
        monkeypatch.setattr(planner, name, count)


@pytest.fixture
def scenario(project: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((project / EXAMPLE).read_text("utf-8")))


def written(tmp_path: Path, data: Any) -> str:
    path = tmp_path / "scenario.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data), "utf-8")
    return str(path)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href") and not (value or "").startswith("#"):
                self.outside.append(f"{tag} {value}")
        if tag in ("script", "link", "iframe"):
            self.outside.append(tag)


def test_a_plan_is_json_a_page_and_a_log(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["coastal", "plan", str(project / EXAMPLE), "--json", "--cut", "gauge:20-50"]
    assert run([*command, "-o", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    told = json.loads(shown)
    assert told == json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert told["synthetic"] and "synthetic" in told["notes"][0]
    assert told["guard"]["promise"] == "climate"
    assert told["guard"]["calibration_floods"]["chance"] == planner.FLOODS
    margins = [look["guard"]["margin_m"] for look in told["decisions"]]
    assert all(one["12"] > one["0"] > 0 for one in margins)
    assert told["cuts"] == [{"stream": "gauge", "from": 20.0, "to": 50.0}]
    stale = [
        (look, one) for look in told["decisions"] for one in look["streams"]
        if one["status"] == "stale"
    ]  # fmt: skip
    assert stale and all(one["variance_inflation"] > 1 for _, one in stale)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert lines[1:-1] == told["decisions"] and set(lines[-1]) == {"outcome"}

    page = (tmp_path / "plan.html").read_text("utf-8")
    links = _Links()
    links.feed(page)
    assert not links.outside
    for part in ("map", "levels", "actions", "beliefs", "choices", "limits", "inputs"):
        assert f'id="{part}"' in page
    assert page.count("<svg") == 3 and "The storm and all its streams are synthetic" in page
    # Marks differ by more than colour, and every drawing is told in words.
    assert len(re.findall(r"<desc ", page)) == 3

    assert run([*command, "-o", str(tmp_path)]) == 0
    assert capsys.readouterr().out == shown
    assert len((tmp_path / "log.jsonl").read_text("utf-8").splitlines()) == 2 * len(lines)


def test_names_are_shown_as_text(scenario: dict[str, Any], tmp_path: Path) -> None:
    scenario["name"] = "<script>alert(1)</script>\u202e"
    scenario["assets"][0]["name"] = "a<b>"
    for action in scenario["actions"]:
        effects = action.get("effects", {})
        if "Moored vessels" in effects:
            effects["a<b>"] = effects.pop("Moored vessels")
    assert run(["coastal", "plan", written(tmp_path, scenario), "-o", str(tmp_path)]) == 0
    page = (tmp_path / "plan.html").read_text("utf-8")
    assert "<script" not in page and "a<b>" not in page and "\u202e" not in page


def first(scenario: dict[str, Any], **change: Any) -> list[dict[str, Any]]:
    """The assets, the first of them changed."""
    one, *others = scenario["assets"]
    return [one | change, *others]


BAD = {
    "unknown key": (lambda s: s | {"wind": 3}, "wind"),
    "no assets": (lambda s: s | {"assets": []}, "no assets"),
    "odd response": (lambda s: {**s, "assets": first(s, response="pray")}, "pray"),
    "unknown stream": (lambda s: s | {"streams": ["gauge", "sonar"]}, "sonar"),
    "odd cut": (lambda s: s | {"cuts": ["gauge:9-3"]}, "ends before"),
    "alpha": (lambda s: s | {"alpha": 0}, "alpha"),
    "promise": (lambda s: s | {"promise": "all"}, "promise"),
    "kind of storm": (lambda s: s | {"storm": {"kind": "real"}}, "storm"),
    "not a number": (lambda s: {**s, "assets": first(s, value=float("nan"))}, "value"),
    "curve": (lambda s: {**s, "assets": first(s, curve="boat")}, "boat"),
    "twice": (lambda s: {**s, "assets": [s["assets"][0]] * 2}, "twice"),
    "slow response": (
        lambda s: {**s, "actions": [a | ({"lead_hours": 40} if a["name"] == "evacuate" else {})
                                    for a in s["actions"]]},
        "takes 40 h",
    ),
    "effect nowhere": (
        lambda s: {**s, "actions": [*s["actions"], {"name": "x", "cost": 1,
                                                    "effects": {"Moon": {"saves": 1}}}]},
        "Moon",
    ),
    "no such peak": (lambda s: s | {"storm": {"kind": "synthetic", "least_peak_m": 3}}, "surge of"),
    "too mild": (
        lambda s: s | {"climate": s["climate"] | {"peak_scale_m": 0.01},
                       "storm": {"kind": "synthetic"}},
        "too few",
    ),
    "a list": (lambda s: [1, 2], "not a mapping"),
    "not YAML": (lambda s: "a: [", "not YAML"),
    "no date": (lambda s: "a: 2026-13-01", "not YAML (month"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_scenarios_get_one_line(
    name: str, scenario: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, word = BAD[name]
    assert run(["coastal", "plan", written(tmp_path, change(scenario)), "--json"]) == 2
    out, err = capsys.readouterr()
    last = err.strip().splitlines()[-1]
    assert not out and word in last and last.startswith("bathylex: ") and "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["missing.yaml"], "no such file"),
        (["{example}", "--cut", "sonar"], "sonar"),
        (["{example}", "--cut", "gauge:"], "gauge:"),
        (["{example}", "--seed", "-1"], "seed"),
        (["{example}", "--data", "nowhere"], "nowhere"),
        (["{juan}"], "--data"),
        (["{example}", "-o", "{example}"], "not a folder"),
        ([], "SCENARIO"),
    ],
)
def test_bad_arguments_get_one_line(
    arguments: list[str], word: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"example": project / EXAMPLE, "juan": project / "examples/coastal/halifax_juan.yaml"}
    assert run(["coastal", "plan", *(one.format(**places) for one in arguments)]) == 2
    out, err = capsys.readouterr()
    assert not out and len(err.strip().splitlines()) == 1 and word in err


def test_examples_load(project: Path) -> None:
    for name in ("halifax_storm", "halifax_juan"):
        assert len(load_scenario(project / f"examples/coastal/{name}.yaml").site.assets) == 6


@pytest.mark.shared
def test_hurricane_juan_is_replayed_as_measured(shared: Path) -> None:
    from coastal.plan.replay import START, juan

    storm, earlier = juan(shared / "data")
    assert storm.surge.argmax() == 76 and 1.4 < storm.surge.max() < 1.7
    assert START.isoformat() == "2003-09-26T00:00:00+00:00"
    assert len(earlier) > 40 and all(one.measured for one in earlier)
    assert max(one.surge.max() for one in earlier) < 0.8
    with_weather = [one for one in earlier if len(one.streams["weather"].observed) > 50]
    assert 5 <= len(with_weather) <= 8


@pytest.mark.shared
def test_juan_plans_with_cut_streams(
    shared: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["coastal", "plan", str(project / "examples/coastal/halifax_juan.yaml"), "--json"]
    assert run([*command, "--data", str(shared / "data"), "--cut", "weather:40-70"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert not told["synthetic"] and told["outcome"]["peak_hour"] == 76
    assert told["guard"]["promise"] == "each kind"
    assert told["guard"]["calibration_floods"]["chance"] == 2 * planner.FLOODS
    # Knowing how fast tight cyclones rise, the guard answers most of it in time.
    assert len(told["outcome"]["missed"]) <= 2
    assert len(told["outcome"]["flooded"]) == 6
    stale = {one["name"] for look in told["decisions"] for one in look["streams"]
             if one["status"] == "stale"}  # fmt: skip
    assert "weather" in stale
