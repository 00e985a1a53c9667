"""The ``conflicts`` command: what it lists, for a design or a position, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from corpus.digests import load_digests
from examples import examples
from jurisdictions.compiler import rulebook_for
from jurisdictions.rulebook import RuleBook
from tests.small_rules import bound, make
from workbench.cli import run

STATION = str(next(path for path in examples() if path.stem == "azores_vent_station"))
AZORES = ("--at", "37.84,-31.52", "--state", "FRA", "--as-of", "2026-01-01")
MSFD = {"jurisdiction": "EU_MSFD", "instrument": "msfd", "provision": "msfd:13.4"}


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own corpus folder out."""
    monkeypatch.setenv("BATHYLEX_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def contrary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A law with two more duties, which some of its own rules cannot be met with."""
    law = rulebook_for(load_digests())
    sphere = {"fact": "hull.form", "is": "sphere"}
    extra = (
        bound("msfd-wide", ">=", 600, priority="environmental", when=sphere, **MSFD).rule,
        make("msfd-sphere", priority="environmental", require=sphere, **MSFD).rule,
    )
    book = law.model_copy(update={"rules": (*law.rules, *extra)})

    def given(corpus: object) -> RuleBook:
        return book

    monkeypatch.setattr("workbench.law.rulebook", given)


def ask(capsys: Any, *arguments: str) -> Any:
    assert run(["conflicts", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_joint_conflict_is_listed_with_every_quote(contrary: None, capsys: Any) -> None:
    found = ask(capsys, STATION, "--as-of", "2026-01-01")
    joint = next(c for c in found["conflicts"] if "unclos-260-width" in c["rules"])
    assert joint["kind"] == "joint"
    assert set(joint["rules"]) == {"msfd-sphere", "msfd-wide", "unclos-260-width"}
    assert set(joint["facts"]) == {"hull.form", "safety_zone.radius"}
    assert (joint["resolution"], joint["still_owed"]) == ("policy", ["unclos-260-width"])
    assert len(joint["quotes"]) == len(joint["citations"]) == 3
    assert all(joint["quotes"])
    assert joint["applies"] is True
    assert found["complete"] and found["exact"]


def test_smaller_sets_only_where_asked(contrary: None, capsys: Any) -> None:
    found = ask(capsys, STATION, "--size", "2")
    assert all(len(c["rules"]) <= 2 for c in found["conflicts"])
    assert found["larger_sets"] > 0


def test_a_position_is_asked_for_every_purpose(contrary: None, capsys: Any) -> None:
    found = ask(capsys, *AZORES)
    by_rules = {tuple(c["rules"]): c for c in found["conflicts"]}
    research = by_rules[("msfd-sphere", "msfd-wide", "unclos-260-width")]
    assert research["purposes"] == ["scientific_research"]
    assert research["applies"] is None
    everyone = by_rules[("msfd-sphere", "msfd-wide", "unclos-60-5-width")]
    assert "tourism" in everyone["purposes"]
    assert everyone["claims"] == ["claims.safety_zone_exception_authorised"]
    assert run(["conflicts", *AZORES]) == 0
    printed = capsys.readouterr().out
    assert "UNCLOS Art. 260: safety zone around research installation" in printed
    assert "Purposes: scientific research" in printed


def test_what_the_site_bars_is_listed_apart(tmp_path: Any, capsys: Any) -> None:
    design = tmp_path / "lane.yaml"
    design.write_text(
        "name: A\npurpose: energy\noperator_state: FRA\n"
        "site: {latitude: 37.84, longitude: -31.52, recognized_sea_lane: true}\n"
    )
    found = ask(capsys, str(design))
    assert "unclos-60-7-sea-lanes" in found["barred_at_the_site"]
    assert found["conflicts"] == []


def test_rules_whose_binding_is_open_are_not_compared(capsys: Any) -> None:
    found = ask(capsys, "--at", "-13.5,-130", "--purpose", "mineral_exploration")
    assert any(name.startswith("isa-") for name in found["open_whether_they_bind"])
    known = ask(capsys, "--at", "-13.5,-130", "--purpose", "mineral_exploration", "--state", "FRA")
    assert len(known["rules_that_bind"]) > 1, "one answer for each resource"
    assert max(known["rules_that_bind"].values()) > max(found["rules_that_bind"].values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "either DESIGN or --at"),
        ((STATION, "--at", "1,2"), "either DESIGN or --at"),
        (("--at", "north"), "not a position"),
        (("--at", "1,2,3"), "not a position"),
        (("--at", "99,0"), "impossible latitude"),
        (("--at", "1,2", "--purpose", "swimming"), "no purpose"),
        (("--at", "1,2", "--state", "France"), "three-letter code"),
        (("--at", "1,2", "--state", "XXX"), "'XXX' is no State"),
        ((STATION, "--seconds", "nan"), "--seconds"),
        ((STATION, "--purpose", "energy"), "go with --at"),
        ((STATION, "--size", "0"), "--size"),
        ((STATION, "--as-of", "soon"), "--as-of"),
        (("nowhere.yaml",), "nowhere.yaml"),
    ],
)
def test_bad_input_is_one_line(arguments: tuple[str, ...], words: str, capsys: Any) -> None:
    assert run(["conflicts", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert words in said.err
