"""The hull benchmark: what it compares, and what it answers when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.hulls import comparable, compare, main

HEAD = (
    "id,name,shape,pressure_regime,material,rated_depth_m,inner_d_m,thickness_mm,length_m,certainty"
)


def _table(folder: Path, *rows: str) -> str:
    file = folder / "hulls.csv"
    file.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return str(file)


def test_a_wall_as_required_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = _table(
        tmp_path,
        "1,Good,sphere,1atm,Ti-6Al-4V ELI,6000,2.1,75.4,,high",
        "2,Plastic,sphere,1atm,acrylic PMMA,900,1.4,127,,high",
        "3,Ambient,cylinder,ambient,EH36,20,2.7,20,13,high",
    )
    assert main([table]) == 0
    printed = capsys.readouterr().out
    assert "n = 1, median |error| 0.0%" in printed
    assert "refused" in printed
    assert "Ambient" not in printed


def test_a_wall_far_from_required_fails(tmp_path: Path) -> None:
    assert main([_table(tmp_path, "1,Thin,sphere,1atm,Ti-6Al-4V ELI,6000,2.1,40,,high")]) == 1


def test_recalled_hulls_alone_prove_nothing(tmp_path: Path) -> None:
    assert main([_table(tmp_path, "1,Old,sphere,1atm,HY-100,1829,2.0,33,,low")]) == 2
    assert main([str(tmp_path / "absent.csv")]) == 2


def test_rows_without_a_bore_are_left_out() -> None:
    row = {"pressure_regime": "1atm", "inner_d_m": "", "thickness_mm": "20"}
    assert comparable([row]) == []


def test_the_error_is_signed() -> None:
    row = {
        "shape": "sphere", "material": "Ti-6Al-4V ELI", "inner_d_m": "2.1",
        "rated_depth_m": "6000", "thickness_mm": "150", "length_m": "",
    }  # fmt: skip
    assert compare(row)["error"] == pytest.approx(-0.5, abs=0.01)
