"""``bathylex explain`` and ``--waivers`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from examples import examples
from workbench.cli import run

EXAMPLES = {path.stem: str(path) for path in examples()}
POWER, STATION = EXAMPLES["us_shelf_energy"], EXAMPLES["azores_vent_station"]
AS_OF = ("--as-of", "2026-01-01")


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own corpus folder out: it would replace the embedded texts."""
    monkeypatch.setenv("BATHYLEX_HOME", str(tmp_path_factory.mktemp("home")))


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["explain", *arguments, *AS_OF, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_without_names_every_violation_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    run(["audit", POWER, *AS_OF, "--json"])
    audited = json.loads(capsys.readouterr().out)
    violated = [item["rule"] for item in audited["findings"] if item["verdict"] == "violated"]
    found = explained(capsys, POWER)
    assert [proof["rule"] for proof in found["proofs"]] == violated
    facts = {item["rule"]: item["facts"] for item in audited["findings"]}
    for proof in found["proofs"]:
        assert {fact["name"]: fact["value"] for fact in proof["deciding"]} == facts[proof["rule"]]


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("unclos-60-5-width", {"unclos-60-5-width"}),
        ("unclos:60.5", {"unclos-60-5-width", "unclos-60-5-reasonable", "unclos-60-5-notice"}),
        ("unclos:1.1.1", {None}),
    ],
)
def test_a_name_is_a_rule_or_a_provision_with_all_below(
    name: str, rules: set[str | None], capsys: pytest.CaptureFixture[str]
) -> None:
    found = explained(capsys, POWER, name, name)
    assert {proof["rule"] for proof in found["proofs"]} == rules
    assert len(found["proofs"]) == len(rules), "named twice, explained once"


def test_the_text_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", POWER, "unclos-60-5-width", *AS_OF]) == 0
    text = capsys.readouterr().out
    assert text.startswith("UNCLOS Art. 60(5): safety zone no wider than allowed")
    assert "\x1b" not in text


def test_nothing_violated_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", STATION, *AS_OF]) == 0
    assert capsys.readouterr().out.startswith("Nothing is violated")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((POWER, "unclos:60.55"), "did you mean 'unclos:60.5'"),
        ((POWER, "unclos-60-5-widht"), "did you mean 'unclos-60-5-width'"),
        ((POWER, "\x1b[31m"), "no provision or rule"),
        (("missing.yaml",), "missing.yaml: no such file"),
        ((POWER, "--waivers", "missing.yaml"), "missing.yaml: no such file"),
        ((POWER, "--as-of", "soon"), "--as-of: 'soon' is not a date"),
    ],
)
def test_bad_input_is_one_line(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err
    assert "\x1b" not in captured.err


def test_a_waiver_changes_the_verdict_and_the_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["audit", POWER, *AS_OF, "--json"])
    audited = json.loads(capsys.readouterr().out)
    rules = [item["rule"] for item in audited["findings"] if item["verdict"] == "violated"]
    file = tmp_path / "waivers.json"
    entry = {"reason": "agreed", "who": "the competent authority", "until": "2026-12-31"}
    file.write_text(json.dumps({"waivers": [{"provision": rule, **entry} for rule in rules]}))
    assert run(["audit", POWER, *AS_OF, "--waivers", str(file), "-o", str(tmp_path)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "waived" in shown
    assert f"Waiver of {rules[0]} by the competent authority until 2026-12-31: releases" in shown
    written = json.loads((tmp_path / "us_shelf_energy.json").read_text(encoding="utf-8"))
    assert {use["status"] for use in written["waivers"]} == {"used"}
    page = (tmp_path / "us_shelf_energy.html").read_text(encoding="utf-8")
    assert "the competent authority" in page
    assert '<details class="proof">' in page
    later = ("--as-of", "2027-01-01")
    assert run(["audit", POWER, *later, "--waivers", str(file)]) == 1
    assert "expired on 2026-12-31" in " ".join(capsys.readouterr().out.split())


def test_life_support_cannot_be_waived(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(
        "waivers:\n  - {provision: 'engineering:3.1', reason: a, who: b, until: none}\n"
    )
    assert run(["audit", POWER, "--waivers", str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"bathylex: {file}, entry 1, provision: 'engineering:3.1' is")
    assert captured.err.count("\n") == 1
