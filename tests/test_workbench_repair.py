"""The ``repair`` command: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from examples import examples
from workbench.cli import run

DAY = ("--as-of", "2026-01-01")


def example(name: str) -> str:
    return str(next(path for path in examples() if path.stem == name))


HUB = example("us_shelf_energy")


def test_what_is_written_audits_lawful(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer, design = tmp_path / "answer.json", tmp_path / "repaired.yaml"
    asked = ["repair", HUB, *DAY, "--json", "--alternatives", "1"]
    assert run([*asked, "-o", str(answer), "--repaired", str(design)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(answer.read_text(encoding="utf-8"))
    assert printed["optimal"] is True and printed["cost"] == printed["bound"]
    assert {"alternatives", "conflict", "waivers", "notes", "inputs", "unit"} <= printed.keys()
    assert printed["audit"]["totals"]["violated"] == 0
    for change in printed["changes"]:
        assert {"attribute", "from", "to", "cost", "cost_source", "reason"} <= change.keys()
        assert all({"citation", "quote", "span"} <= found.keys() for found in change["provisions"])
    assert run(["audit", HUB, *DAY]) == 1
    assert run(["audit", str(design), *DAY]) in (0, 3)


def test_people_read_why_and_how_sure(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["repair", HUB, *DAY, "--alternatives", "0"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "proved cheapest" in printed
    assert "safety_zone.radius: 600 m → 500 m" in printed
    assert "UNCLOS Art. 60(5)" in printed and "assumption" in printed


def test_a_lawful_design_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["repair", example("azores_vent_station"), *DAY, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["changes"], printed["cost"], printed["optimal"]) == ([], 0, True)


def test_nothing_lawful_is_an_answer_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    design = tmp_path / "repaired.yaml"
    asked = ["repair", HUB, *DAY, "--keep", "end_of_life", "--keep", "safety_zone.radius"]
    assert run([*asked, "--repaired", str(design)]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Nothing lawful is on offer" in printed and "be released from" in printed
    assert not design.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.yaml"], "no such file"),
        ([HUB, "--keep", "safety_zone.radus"], "did you mean 'safety_zone.radius'?"),
        ([HUB, "--prices", "nowhere.yaml"], "no such file"),
        ([HUB, "--sampler", "oracle"], "oracle"),
        ([HUB, "--seed", "-1"], "--seed"),
        ([HUB, "--as-of", "soon"], "not a date"),
        ([HUB, "--jurisdiction", "MARS"], "not modelled"),
        ([HUB, "--alternatives", "99"], "--alternatives"),
        ([], "DESIGN"),
    ],
)
def test_bad_input_is_told_in_one_line(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["repair", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = [line for line in printed.err.splitlines() if line.startswith("bathylex:")]
    assert len(lines) == 1 and told in lines[0]
    assert "Traceback" not in printed.err


def test_the_page_prints_what_a_user_gets(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (project / "docs" / "repair.md").read_text(encoding="utf-8")
    found = re.findall(r"```text\n\$ bathylex (repair [^\n]+)\n(.*?)```", text, re.DOTALL)
    assert len(found) == 2
    monkeypatch.setenv("COLUMNS", "96")
    monkeypatch.chdir(project)
    for command, shown in found:
        assert run(shlex.split(command)) == 0
        printed = {line.rstrip() for line in capsys.readouterr().out.splitlines()}
        wanted = [line for line in shown.splitlines() if line and line != "..."]
        assert [line for line in wanted if line not in printed] == []


def test_the_prices_of_the_page_are_taken(project: Path, tmp_path: Path) -> None:
    from compliance.repair import load_catalogue

    text = (project / "docs" / "repair.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    path = tmp_path / "prices.yaml"
    path.write_text(found[1], encoding="utf-8")
    taken, own = load_catalogue(path), load_catalogue()
    assert taken.unit == "EUR"
    assert taken.values["consents.ocs_lease"].prices == {"true": 500000}
    assert taken.amounts["safety_zone.radius"].up == own.amounts["safety_zone.radius"].up
    assert taken.hull.prices == {**own.hull.prices, "Ti-6Al-4V ELI": 95, "HY-100": 19}
