"""``bathylex register`` and ``audit --baseline``, on the example designs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from examples import examples
from workbench.cli import run
from workbench.register import open_register

STATION = next(path for path in examples() if path.stem == "azores_vent_station")
AS_OF = ("--as-of", "2026-01-01")
WIDE = ("unclos:60.5", "unclos:260")


@pytest.fixture(autouse=True)
def own_register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATHYLEX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BATHYLEX_DATABASE_URL", f"sqlite:///{tmp_path / 'register.db'}")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """The station with a safety zone wider than the law allows."""
    path = tmp_path / "wide.yaml"
    path.write_text(STATION.read_text(encoding="utf-8").replace("radius: 500 m", "radius: 700 m"))
    return path


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def ask(*arguments: str) -> Any:
        assert run([*arguments, "--json"]) in (0, 1, 3)
        return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)

    return ask


def _line(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert run(list(arguments)) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    return err


def _states(changes: dict[str, Any]) -> dict[str, str]:
    return {item["provision"]: item["state"] for item in changes["findings"]}


def test_from_the_first_audit_to_the_sign_off(
    answer: Callable[..., Any], wide: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer("register", "list")["designs"] == []
    first = answer("register", "add", str(wide), *AS_OF, "--by", "A. Advisor")
    assert first["baseline"] is None
    assert first["audit"]["states"]["new"] == 2
    second = answer("register", "add", str(STATION), *AS_OF)
    assert second["version"]["number"] == 2
    assert _states(second["baseline"]) == dict.fromkeys(WIDE, "fixed")
    third = answer("register", "add", str(wide), *AS_OF)
    assert _states(third["baseline"]) == dict.fromkeys(WIDE, "regressed")
    signed = answer("register", "sign-off", "Menez Gwen research station", "--who", "A. Advisor",
                    "--statement", "Not to be built so.")  # fmt: skip
    assert signed["audit_hash"] == third["audit"]["hash"]
    shown = answer("register", "show", third["audit"]["hash"][:12])
    assert shown["sign_offs"][0]["statement"] == "Not to be built so."
    lives = answer("register", "history", "Menez Gwen research station")["findings"]
    steps = {item["provision"]: [step["state"] for step in item["steps"]] for item in lives}
    assert steps == {name: ["new", "fixed", "regressed"] for name in WIDE}
    assert answer("register", "verify", "--known", first["audit"]["hash"])["sound"] is True
    (listed,) = answer("register", "list")["designs"]
    assert (listed["versions"], listed["audits"]) == (3, 3)
    assert listed["last_audit"]["id"] == third["audit"]["id"]
    for words in (["list"], ["show", "2"], ["history", "1"], ["verify"]):
        assert run(["register", *words]) == 0
    told = capsys.readouterr().out
    assert "new (2) → fixed (4) → regressed (6)" in told
    assert "Signed off by A. Advisor" not in told, "of another audit"
    assert "7 entries, all sound" in told


def test_the_report_is_that_of_the_audit(wide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(wide), *AS_OF, "--json"]) == 1
    made = capsys.readouterr().out
    assert run(["register", "add", str(wide), *AS_OF]) == 0
    capsys.readouterr()
    assert run(["register", "show", "2", "--report"]) == 0
    assert capsys.readouterr().out == made


def test_waivers_of_a_file_are_kept_until_withdrawn(
    answer: Callable[..., Any], wide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    waivers = tmp_path / "waivers.yaml"
    waivers.write_text(
        "waivers:\n" + "".join(
            f"- {{provision: '{name}', reason: test, who: The State, until: none}}\n"
            for name in WIDE
        )
    )  # fmt: skip
    answer("register", "add", str(wide), *AS_OF)
    waived = answer("register", "add", str(wide), *AS_OF, "--waivers", str(waivers))
    assert _states(waived["baseline"]) == dict.fromkeys(WIDE, "waived")
    again = answer("register", "add", str(wide), *AS_OF, "--waivers", str(waivers))
    assert again["audit"]["states"]["waived"] == 2
    kept = answer("register", "history", "1")["waivers"]
    assert [item["provision"] for item in kept] == list(WIDE), "each once"
    answer("register", "withdraw", str(kept[0]["id"]), "--reason", "void")
    after = answer("register", "add", str(wide), *AS_OF)
    assert _states(after["baseline"]) == {WIDE[0]: "open", WIDE[1]: "waived"}
    assert "withdrawn before" in _line(
        capsys, "register", "withdraw", str(kept[0]["id"]), "--reason", "x"
    )


def test_a_baseline_of_a_file_and_of_the_register(
    answer: Callable[..., Any], wide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", str(wide), *AS_OF, "--json"]) == 1
    plain = capsys.readouterr().out
    earlier = tmp_path / "earlier.json"
    earlier.write_text(plain, encoding="utf-8")
    by_file = answer("audit", str(STATION), *AS_OF, "--baseline", str(earlier))
    assert _states(by_file["baseline"]) == dict.fromkeys(WIDE, "fixed")
    answer("register", "add", str(wide), *AS_OF)
    by_register = answer("audit", str(STATION), *AS_OF, "--baseline", "register")
    assert by_register["baseline"]["source"]["entry"] == 2
    assert by_register["baseline"]["findings"] == by_file["baseline"]["findings"]
    same = answer("audit", str(wide), *AS_OF, "--baseline", str(earlier))
    assert same.pop("baseline")["notes"] == ["the design file is the same"]
    assert json.dumps(same, ensure_ascii=False, indent=2) + "\n" == plain
    assert len(answer("register", "history", "1")["audits"]) == 1, "an audit alone records nothing"
    assert run(["audit", str(STATION), *AS_OF, "--baseline", str(earlier)]) == 0
    told = capsys.readouterr().out
    assert "Since the audit in earlier.json (law as of 2026-01-01, violated)" in told
    assert (
        "UNCLOS Art. 60(5): safety zone no wider than allowed [major]: violated → satisfied" in told
    )


def test_one_line_for_what_cannot_be(
    wide: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "no audit of design 'Menez Gwen" in _line(
        capsys, "audit", str(wide), "--baseline", "register"
    )
    assert "no such file" in _line(capsys, "audit", str(wide), "--baseline", "none.json")
    assert "no design 'x'" in _line(capsys, "register", "show", "x")
    assert "no design '99'" in _line(capsys, "register", "history", "99")
    assert "no waiver 1" in _line(capsys, "register", "withdraw", "1", "--reason", "x")
    assert "is not in the chain" in _line(capsys, "register", "verify", "--known", "abc")
    monkeypatch.setenv("BATHYLEX_DATABASE_URL", "postgresql://u:tops3cret@127.0.0.1:1/d")
    line = _line(capsys, "register", "list")
    assert "tops3cret" not in line and "127.0.0.1:1/d" in line


def test_a_broken_chain_is_exit_status_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3
    from contextlib import closing

    with open_register() as register:
        register.save_design("a", name="\x1b[31mA")
    with closing(sqlite3.connect(tmp_path / "register.db")) as connection:
        connection.execute("DROP TRIGGER versions_no_update")
        connection.execute("UPDATE versions SET by = 'Z'")
        connection.commit()
    assert "entry 1: its version was changed" in _line(capsys, "register", "verify")
    assert run(["register", "verify", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["broken"] == 1
    assert run(["register", "list"]) == 0
    assert "\x1b" not in capsys.readouterr().out
