"""``bathylex optimize``: what it prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workbench.cli import run

INSTANCE: dict[str, Any] = {
    "name": "two walls",
    "attributes": [
        {
            "name": "wall",
            "options": [
                {"name": "steel", "cost": 3, "uses": {"mass": 5}},
                {"name": "[red]titanium", "cost": 9, "uses": {"mass": 3}},
            ],
        },
        {
            "name": "frame",
            "options": [
                {"name": "wide", "cost": 2, "uses": {"mass": 4}},
                {"name": "narrow", "cost": 4, "uses": {"mass": 2}},
            ],
        },
    ],
    "capacity": {"mass": 7},
    "forbid_together": [[["wall", "steel"], ["frame", "narrow"]]],
}


def _file(folder: Path, **changes: Any) -> str:
    path = folder / "instance.json"
    path.write_text(json.dumps({**INSTANCE, **changes}), encoding="utf-8")
    return str(path)


def test_json_has_the_keys_that_others_rely_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "answer.json"
    assert run(["optimize", _file(tmp_path), "--json", "-o", str(out)]) == 0
    printed = capsys.readouterr().out
    answer = json.loads(printed)
    assert out.read_text(encoding="utf-8") == printed
    assert answer["choice"] == {"wall": "[red]titanium", "frame": "wide"}
    assert (answer["cost"], answer["optimal"], answer["bound"], answer["gap"]) == (11, True, 11, 0)
    assert set(answer["violated"].values()) == {0}
    assert answer["sampler"] == "simulated-annealing"
    assert set(answer["annealed"]) == {"cost", "violated", "reads", "feasible_reads"}
    assert answer["heuristic_cost"] == 11
    assert answer["conflict"] == []
    assert answer["seconds"]


def test_people_read_the_choice_and_its_proof(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["optimize", _file(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "two walls: cost 11, proved optimal" in printed
    assert "[red]titanium" in printed
    assert run(["optimize", _file(tmp_path), "--no-certificate", "--seed", "3"]) == 0
    assert "cost 11" in capsys.readouterr().out


def test_an_infeasible_instance_names_its_conflict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _file(tmp_path, capacity={"mass": 4})
    assert run(["optimize", path, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["choice"] is None
    assert answer["conflict"] == ["capacity of mass"]
    assert run(["optimize", path]) == 0
    printed = capsys.readouterr().out
    assert "no choice" in printed
    assert "capacity of mass" in printed


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--sampler", "abacus"], "no sampler 'abacus'"),
        (["--seed", "-1"], "--seed"),
        (["--seed", str(2**31)], "--seed"),
        (["--time-limit", "soon"], "--time-limit"),
        (["--time-limit", "nan"], "--time-limit"),
        (["--time-limit", "0"], "--time-limit"),
    ],
)
def test_bad_usage_gets_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert run(["optimize", _file(tmp_path), *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"attributes": []}, "no attribute"),
        ({"capacity": {"mass": -7}}, "capacity -7"),
        ({"capacity": {"mass": 7.5}}, "capacity.mass"),
        ({"forbid": [["wall", "wood"]]}, "no option 'wood'"),
        ({"attributes": INSTANCE["attributes"][:1] * 2}, "named twice"),
    ],
)
def test_bad_instances_get_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], says: str
) -> None:
    assert run(["optimize", _file(tmp_path, **changes)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err
    assert "instance.json" in captured.err
    assert captured.err.count("\n") == 1


def test_files_that_are_no_instance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = tmp_path / "words.json"
    words.write_text("no json", encoding="utf-8")
    for path in (words, tmp_path, tmp_path / "absent.json"):
        assert run(["optimize", str(path)]) == 2
        assert capsys.readouterr().err.count("\n") == 1
