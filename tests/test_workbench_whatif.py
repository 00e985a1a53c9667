"""``bathylex whatif`` at the command line: options, output, exit status and one-line errors."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from base import UsageError
from compliance.whatif import Choice
from workbench.cli import run
from workbench.variants import read_changes, read_choice, read_readings

DESIGN = """
name: Reef lodge
purpose: tourism
operator_state: FRA
site: {latitude: 37.84, longitude: -31.52, depth: 30 m}
safety_zone: {radius: 600 m}
"""
DAY = ["--base-as-of", "2026-01-01"]


@pytest.fixture
def design(tmp_path: Path) -> str:
    file = tmp_path / "lodge.yaml"
    file.write_text(DESIGN, encoding="utf-8")
    return str(file)


def whatif(
    capsys: pytest.CaptureFixture[str], design: str, *options: str
) -> tuple[int, dict[str, Any]]:
    status = run(["whatif", design, *DAY, "--json", *options])
    return status, json.loads(capsys.readouterr().out)


def test_sites_repeat_and_may_be_negative(design: str, capsys: pytest.CaptureFixture[str]) -> None:
    status, found = whatif(
        capsys, design, "--site", "-37.8,-31.5", "--site", "37.8,31.5", "--brief"
    )
    assert status == 1
    assert [item["settings"]["site"] for item in found["variants"]] == [
        None,
        {"latitude": -37.8, "longitude": -31.5, "label": ""},
        {"latitude": 37.8, "longitude": 31.5, "label": ""},
    ]
    assert found["variants"][1]["audit"]["zone"]["latitude"] == -37.8
    assert found["variants"][1]["carried_facts"] == ["site.depth"]
    assert {change["variant"] for change in found["changes"]} == {1, 2}


def test_a_variant_by_date_and_reading_is_what_audit_prints(
    design: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--jurisdiction", "UNCLOS", "--reading", "unclos-88-no-military"]
    _, found = whatif(capsys, design, "--as-of", "1999-06-01", *asked)
    assert run(["audit", design, "--as-of", "1999-06-01", *asked, "--json"]) in (1, 3)
    printed = capsys.readouterr().out
    again = json.dumps(found["variants"][1]["audit"], ensure_ascii=False, indent=2) + "\n"
    assert again == printed
    assert json.loads(printed)["inputs"]["readings"] == ["unclos-88-no-military"]


def test_the_order_of_options_does_not_matter(
    design: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = (
        ["--site", "10.4,-117.2"],
        ["--set", "safety_zone.radius=400 m"],
        ["--jurisdiction", "-EU_MSFD"],
    )
    printed = set()
    for order in permutations(options):
        run(
            [
                "whatif",
                design,
                "--json",
                "--brief",
                *DAY,
                *(word for pair in order for word in pair),
            ]
        )
        printed.add(capsys.readouterr().out)
    assert len(printed) == 1


def test_a_site_file_compiles_nothing_and_shows_how_far_it_is(
    design: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run(["whatif", design, *DAY])
    calls: list[str] = []

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("compiled again")

    import workbench.law

    load = workbench.law.rulebook
    monkeypatch.setattr("jurisdictions.compiler.compile_rulebook", refuse)
    monkeypatch.setattr("workbench.law.rulebook", lambda c: (calls.append("book"), load(c))[1])
    sites = tmp_path / "sites.csv"
    rows = "".join(f"{latitude},-40,row {latitude}\n" for latitude in range(12))
    sites.write_text(f"lat,lon,label\n{rows}", encoding="utf-8")
    capsys.readouterr()
    _, found = whatif(capsys, design, "--site-file", str(sites), "--brief")
    assert calls == ["book"]
    assert found["variants"][3]["label"] == "site row 2 (2, -40)"


def test_a_line_of_sites(design: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["--line", "-10,-20", "-12,-30", "--points", "4", "--brief"]
    _, found = whatif(capsys, design, *line)
    assert len(found["variants"]) == 5


def test_reports_are_written_whole(design: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(["whatif", design, *DAY, "--site", "10,-40", "--reading", "unclos-88-no-military",
         "-o", str(out)])  # fmt: skip
    assert {path.name for path in out.iterdir()} == {"lodge-whatif.json", "lodge-whatif.html"}
    assert json.loads((out / "lodge-whatif.json").read_text(encoding="utf-8"))["changes"]
    page = (out / "lodge-whatif.html").read_text(encoding="utf-8")
    assert "Does the reservation for peaceful purposes bar every military use?" in page


def test_the_terminal_names_best_and_worst(
    design: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    assert run(["whatif", design, *DAY, "--set", "safety_zone.radius=500 m"]) == 1
    out = capsys.readouterr().out
    assert "safety_zone.radius 600 m → 500 m" in out
    assert "Best: 1 (safety_zone.radius = 500 m)" in out
    assert "Worst: 0 (as designed)" in out


def test_readings_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["whatif", "--list-readings", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    for dispute in listed:
        assert [reading["default"] for reading in dispute["readings"]].count(True) == 1
        assert all(reading["held_by"] for reading in dispute["readings"])
    assert run(["whatif", "--list-readings"]) == 0
    assert "unclos-60-7-interference" in capsys.readouterr().out


def test_an_audit_says_which_readings_it_used(
    design: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["audit", design, "--reading", "unclos-88-no-military", "-o", str(tmp_path / "out")])
    assert "Read otherwise than by default: unclos-88-no-military" in capsys.readouterr().out
    page = (tmp_path / "out" / "lodge.html").read_text(encoding="utf-8")
    assert "read by unclos-88-no-military" in page
    assert run(["audit", design, "--reading", "unclos-89"]) == 2
    assert "is no reading that is known" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--site", "95,0"], "--site: impossible latitude 95"),
        (["--site", "north"], "--site: 'north' is not a position"),
        (["--site"], "requires an argument"),
        (["--site-file", "no-such.csv"], "no-such.csv: no such file"),
        (["--line", "1,1", "1,1"], "--line: both ends are one point"),
        (["--points", "4"], "--points: there is no line"),
        (["--line", "1,1", "2,2", "--points", "1"], "--points: 1 is not a number of points"),
        (["--set", "safety_zone.radius"], "--set: 'safety_zone.radius' is no change"),
        (["--set", "safety_zone.radios=3 m"], "did you mean 'safety_zone.radius'?"),
        (["--set", "safety_zone.radius=3 kg"], "safety_zone.radius"),
        (["--set", "site=3"], "site: expected a key inside the section"),
        (["--set", "crew.persons=6; crew.persons=7"], "crew.persons is given twice"),
        (["--as-of", "soon"], "--as-of: 'soon' is not a date"),
        (["--base-as-of", "2026-13-01"], "--base-as-of: '2026-13-01' is not a date"),
        (["--jurisdiction", "UNCLOSE"], "did you mean 'UNCLOS'?"),
        (["--jurisdiction", "UNCLOS,-ISA"], "names what to judge and what to leave out"),
        (["--jurisdiction", "+ISA,-ISA"], "adds and drops the same"),
        (["--reading", "unclos-88"], "'unclos-88' is no reading that is known"),
        (["--reading", "unclos-88-charter,unclos-88-no-military"], "in different ways"),
        (["--format", "docx"], "--format: 'docx' is not a report format"),
    ],
)
def test_bad_input_is_one_line_and_status_2(
    design: str, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert run(["whatif", design, *DAY, *options]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err


def test_too_many_variants_are_one_line(design: str, capsys: pytest.CaptureFixture[str]) -> None:
    sites = [word for i in range(40) for word in ("--site", f"{i},0")]
    days = [word for i in range(30) for word in ("--as-of", f"{1990 + i}-01-01")]
    assert run(["whatif", design, *sites, *days]) == 2
    assert "1200 variants asked for, at most 1000" in capsys.readouterr().err
    assert run(["whatif"]) == 2
    assert "no design is given" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("UNCLOS", Choice(only=("UNCLOS",))),
        ("UNCLOS, ISA", Choice(only=("UNCLOS", "ISA"))),
        ("-ISA,-EU_MSFD", Choice(dropped=("ISA", "EU_MSFD"))),
        ("+US_OCSLA,-ISA", Choice(added=("US_OCSLA",), dropped=("ISA",))),
        ("UNCLOS,+US_OCSLA", Choice(only=("UNCLOS",), added=("US_OCSLA",))),
    ],
)
def test_a_choice_of_jurisdictions(text: str, choice: Choice) -> None:
    assert read_choice(text) == choice


def test_changes_and_readings_that_hold_together() -> None:
    assert read_changes("a.b = 1 m;c=x=y") == (("a.b", "1 m"), ("c", "x=y"))
    assert read_readings("one, two") == ("one", "two")
    with pytest.raises(UsageError):
        read_changes("=3")


def test_a_waiver_and_the_want_of_custom_hold_for_every_variant(
    capsys: pytest.CaptureFixture[str], design: str, tmp_path: Path
) -> None:
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        "waivers:\n- provision: unclos:60.5\n  reason: a wider zone is agreed\n"
        "  who: the coastal State\n  until: 2026-06-01\n",
        encoding="utf-8",
    )
    _, data = whatif(
        capsys, design, "--as-of", "2026-12-01", "--waivers", str(waivers), "--without-custom"
    )
    verdicts = [
        {finding["rule"]: finding["verdict"] for finding in variant["audit"]["findings"]}
        for variant in data["variants"]
    ]
    assert [found["unclos-60-5-width"] for found in verdicts] == ["waived", "violated"]
    assert {variant["audit"]["options"]["custom"] for variant in data["variants"]} == {False}
    (change,) = (item for item in data["changes"] if item["rule"] == "unclos-60-5-width")
    assert "2026-12-01" in str(change["cause"])
