"""``bathylex coastal assess`` and ``train``."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.cli import run

EXAMPLE = "examples/coastal/harbour_site.yaml"


def test_an_assessment_is_json_and_a_page(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["coastal", "assess", str(project / EXAMPLE), "--json", "-o", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((tmp_path / "assessment.json").read_text("utf-8"))
    levels = [one["level_m"] for one in told["return_levels"]]
    assert levels == sorted(levels) and len(levels) == 3
    for one in told["return_levels"]:
        assert one["low_m"] < one["level_m"] < one["high_m"]
    assert len({json.dumps(one["level"]) for one in told["assets"]}) == 1
    by_name = {one["asset"]: one["flood_probability"]["value"] for one in told["assets"]}
    assert by_name["Harbour boardwalk"] > by_name["Waterfront homes"] > 0
    page = (tmp_path / "assessment.html").read_text("utf-8")
    assert "<svg" in page and 'id="limits"' in page and "http-equiv" in page


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"record": {"maxima_m": [2.0, 2.1]}}, "last_year"),
        ({"record": {}}, "maxima_m"),
        ({"record": {"psmsl": "nowhere.txt", "latitude": 1, "longitude": 1}}, "nowhere.txt"),
        ({"scenario": "SSP9"}, "SSP9"),
        ({"year": 1850}, "year"),
        ({"assets": []}, "assets"),
        ({"assets": [{"name": "a", "kind": "boat", "latitude": 1, "longitude": 1,
                      "elevation_m": 2, "value": 1}]}, "boat"),
        ({"depth": 3}, "depth"),
    ],
)  # fmt: skip
def test_bad_sites_get_one_line(
    change: dict[str, Any],
    word: str,
    project: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = yaml.safe_load((project / EXAMPLE).read_text("utf-8")) | change
    path = tmp_path / "site.yaml"
    path.write_text(yaml.safe_dump(data), "utf-8")
    assert run(["coastal", "assess", str(path)]) == 2
    out, err = capsys.readouterr()
    assert not out and len(err.strip().splitlines()) == 1 and word in err


def test_a_date_that_is_none_gets_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("name: 2026-13-01\n", "utf-8")
    assert run(["coastal", "assess", str(path)]) == 2
    assert "not YAML" in capsys.readouterr().err


def test_what_is_wrong_in_a_site_file_is_said_before_torch_is_loaded(
    project: Path, tmp_path: Path
) -> None:
    text = (project / EXAMPLE).read_text("utf-8")
    files = []
    for number, (old, new) in enumerate(
        [("kind: transport", "kind: boat"), ("SSP2-4.5", "SSP9"), ("year: 2050", "year: 2023"),
         ("{maxima_m: [2.16, 2.29, 2.33, 2.10], last_year: 2024}",
          "{psmsl: nowhere.rlrdata, latitude: 1, longitude: 1}")]
    ):  # fmt: skip
        assert old in text
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(text.replace(old, new), "utf-8")
    program = (
        "import sys; from workbench.cli import run\n"
        "told = [run(['coastal', 'assess', one]) for one in sys.argv[1:]]\n"
        "told += [run(['coastal', 'assess', '--help'])]\n"
        "print(told, 'torch' in sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, *map(str, files)],
        capture_output=True, text=True, check=True, cwd=project,
    )  # fmt: skip
    assert found.stdout.splitlines()[-1] == "[2, 2, 2, 2, 0] False"
    assert len(found.stderr.strip().splitlines()) == 4


def test_own_students_are_read_from_their_folder(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["coastal", "assess", str(project / EXAMPLE), "--json"]
    for name in ("extremes", "risk"):
        source = project / "coastal" / name / "student.safetensors"
        shutil.copy(source, tmp_path / f"{name}.safetensors")
    assert run(command) == 0
    shipped = json.loads(capsys.readouterr().out)
    assert run([*command, "--students", str(tmp_path)]) == 0
    own = json.loads(capsys.readouterr().out)
    assert set(own["inputs"]) == {"site_sha256", "extremes_sha256", "risk_sha256"}
    assert own | {"inputs": shipped["inputs"]} == shipped
    (tmp_path / "risk.safetensors").unlink()
    assert run([*command, "--students", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert not out and len(err.strip().splitlines()) == 1 and "risk.safetensors" in err


@pytest.mark.parametrize("what", ["flood", "surge", "extremes", "risk", "all"])
def test_training_says_first_which_data_are_missing(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["coastal", "train", what, "--data", str(tmp_path), "-o", str(tmp_path / "out")]
    assert run(command) == 2
    assert "no folder" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_training_hands_each_student_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import coastal.extremes
    import coastal.risk

    called: list[tuple[str, Path, int]] = []

    def student(name: str) -> Any:
        def train(folder: Path, out: Path, *, seed: int) -> dict[str, float]:
            called.append((name, folder, seed))
            out.write_bytes(b"x")
            return {"weights": 3.0}

        return train

    monkeypatch.setattr(coastal.extremes, "train", student("extremes"))
    monkeypatch.setattr(coastal.risk, "train", student("risk"))
    for folder in ("tide-gauge/psmsl_monthly", "flood-events"):
        (tmp_path / folder).mkdir(parents=True)
    for what in ("extremes", "risk"):
        command = ["coastal", "train", what, "--data", str(tmp_path), "-o", str(tmp_path / "o")]
        assert run([*command, "--seed", "3", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["students"][0]["tells"] == {"weights": 3.0}
    assert called == [("extremes", tmp_path, 3), ("risk", tmp_path, 3)]
