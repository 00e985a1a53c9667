"""Sweeps of raw surveys: answers as one by one, lists, broken files, resumption, the command."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from base import SurveyError, UsageError
from compliance.audit import audit
from compliance.engine.kinds import Constant, Levels, Number
from compliance.engine.law import Law
from compliance.scoring.answers import verdict_of
from compliance.scoring.dataset import SCORED
from compliance.scoring.many import device_of
from compliance.scoring.score_report import score_report
from compliance.scoring.shipped import Shipped
from compliance.scoring.stated import ruled, situation_of, table_of
from compliance.scoring.survey_files import placed, position_of, read_surveys
from compliance.sweep.manifest import Manifest, load_manifest
from compliance.sweep.run import local
from compliance.sweep.score_rows import best, worst
from compliance.sweep.store import Memory, Store
from compliance.sweep.surveys import Surveys, sweep_surveys
from habitat.design import Design
from tests.small_student import (
    as_structure,
    book,
    complete_design,
    load,
    write_student,
    write_surveys,
)
from workbench.cli import run

DAY = date(2026, 1, 1)
#: How far a probability may be from that of the survey alone: a batch adds in another order, and
#: both are rounded to four decimals.
NEAR = 2e-4


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own corpus folder out: it would replace the embedded texts."""
    monkeypatch.setenv("BATHYLEX_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_student(tmp_path_factory.mktemp("student") / "student.safetensors")


@pytest.fixture(scope="module")
def shipped(weights: Path) -> Shipped:
    return load(weights)


def _structure(number: int) -> dict[str, Any]:
    """A specification: complete, or with gaps, or without purpose, or without a place."""
    chance = Random(number)
    tree = as_structure(complete_design("Azores", seed=number // 2))
    if number % 2:
        for section in [one for one in tree.values() if isinstance(one, dict)]:
            for key in list(section):
                if section is not tree["site"] and chance.random() < 0.1:
                    del section[key]
    if number % 5 == 3:
        del tree["purpose"]
    if number % 5 == 4:
        del tree["site"]["latitude"], tree["site"]["longitude"]
    return tree


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eleven surveys with different modalities, two of them broken."""
    root = tmp_path_factory.mktemp("surveys") / "all"
    for number in range(10):
        inside = root / f"line-{number:02}"
        inside.mkdir(parents=True)
        files = write_surveys(inside, _structure(number))
        for at, modality in enumerate(("acoustic", "legal", "sensor", "structure")):
            if (number >> at) & 1 and number != 9:
                files[modality].unlink()
    (root / "line-09" / "node.csv").write_text("time,noise_db\n0,110\n1,9999\n2,110\n")
    (root / "nothing").mkdir()
    return root


@pytest.fixture
def job(folder: Path, shipped: Shipped) -> Surveys:
    return Surveys(load_manifest(folder), shipped, book(), DAY, "cpu", 4)


def rows_of(store: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = []
    for path in sorted((store / "parts").glob("*.parquet")):
        found.extend(pq.read_table(path).to_pylist())
    return found


# Answers ------------------------------------------------------------------------------------------


def test_each_row_says_what_the_survey_alone_is_told(
    job: Surveys, folder: Path, tmp_path: Path
) -> None:
    store = Store(tmp_path / "out", job.identity())
    sweep_surveys(job, store, engine=local(1))
    answered = 0
    for row in rows_of(tmp_path / "out"):
        if row["error"] is not None:
            continue
        files = {
            modality: path
            for path in (folder / row["name"]).iterdir()
            for modality, suffix in SUFFIXES.items()
            if path.suffix == suffix
        }
        read = read_surveys(**files)
        at = position_of(read.structure, None)
        alone = score_report(placed(read, at, DAY), job.shipped, book(), as_of=DAY, position=at)
        assert row["modalities"] == "+".join(sorted(files))
        for one in alone["compliance"]:
            name = one["id"]
            assert row[f"{name} answer"] == one["answer"], (row["name"], one)
            assert row[f"{name} by"] == one["by"]
            assert row[f"{name} conformal set"] == "+".join(one["conformal_set"])
            assert row[f"{name} binds"] == pytest.approx(one["binds"], abs=NEAR)
            assert row[f"{name} probability"] == pytest.approx(one["probability"], abs=NEAR)
            answered += one["by"] == "rules" and one["answer"] != "not_binding"
        for name, alarm in alone["emergencies"].items():
            assert row[name] == pytest.approx(alarm["probability"], abs=NEAR)
        depth = alone["parameters"]["site.depth"]
        assert row["site.depth estimate [m]"] == pytest.approx(depth["estimate"], rel=1e-3)
        assert row["site.depth source"] == depth["source"]
    assert answered


SUFFIXES = {"acoustic": ".npy", "legal": ".txt", "sensor": ".csv", "structure": ".json"}


def test_the_rules_say_of_a_table_what_they_say_of_each_design() -> None:
    law = Law(book(), DAY)
    designs: list[Design | None] = [None]
    for number in range(9):
        tree = as_structure(complete_design("Azores", seed=number))
        if number % 3 == 1:
            tree["safety_zone"]["radius"] = f"{number / 20} km"
        if number % 3 == 2:
            tree.get("life_support", {}).pop("oxygen_reserve", None)
            tree["site"] |= {"latitude": 13.5, "longitude": -116.5 - number / 100}
        if number == 6:
            tree["claims"] = {"gulf_of_mexico_lease": True}
        designs.append(Design.model_validate(tree))
    given = [None if one is None else (one, situation_of(one, law)) for one in designs]
    found = ruled(given, law)
    assert found.answers[0] == {} and 1 < len(found.tables) < 9
    said = set()
    for design, answers in zip(designs[1:], found.answers[1:], strict=True):
        assert design is not None
        result = audit(design, book(), as_of=DAY)
        assert answers == {name: verdict_of(name, result) for name in SCORED}
        said |= set(answers.values())
    assert said >= {"violated", "compliant"}


def test_columns_keep_units_apart_and_flags_from_numbers() -> None:
    base = as_structure(complete_design("Azores"))
    radii = ["500 m", "0.5 km", "600 m"]
    designs = [
        Design.model_validate({**base, "safety_zone": {**base["safety_zone"], "radius": radius}})
        for radius in radii
    ]
    schema, columns = table_of(designs)
    kind = schema["safety_zone.radius"]
    assert isinstance(kind, Levels) and len(kind.values) == 3
    assert columns["safety_zone.radius"].tolist() == [0, 1, 2]
    assert isinstance(schema["purpose"], Constant)
    many = [
        Design.model_validate(
            {**base, "safety_zone": {**base["safety_zone"], "radius": f"{400 + at} m"}}
        )
        for at in range(40)
    ]
    schema, columns = table_of(many)
    assert schema["safety_zone.radius"] == Number("meter")
    assert columns["safety_zone.radius"].tolist() == [400.0 + at for at in range(40)]


# Broken surveys, resumption, processes ------------------------------------------------------------


def test_a_broken_survey_is_a_row_with_one_line(job: Surveys, tmp_path: Path) -> None:
    store = Store(tmp_path / "out", job.identity())
    found = sweep_surveys(job, store, engine=local(1))
    rows = {row["name"]: row for row in rows_of(tmp_path / "out")}
    assert len(rows) == job.size == 11
    broken = {name: row["error"] for name, row in rows.items() if row["error"] is not None}
    assert set(broken) == {"line-09", "nothing"}
    assert broken["line-09"].startswith("line-09/node.csv") and "9999" in broken["line-09"]
    assert not any("\n" in line for line in broken.values())
    assert rows["nothing"]["verdict"] == "error" and rows["nothing"]["UNCLOS answer"] is None
    assert found["verdicts"]["error"] == 2
    assert [one["name"] for one in found["problems"]] == ["line-09", "nothing"]
    assert sum(found["verdicts"].values()) == found["surveys"] == 11
    for one in found["jurisdictions"]:
        assert sum(n for by in one["answers"].values() for n in by.values()) == 9


def test_a_killed_sweep_goes_on_to_the_same_bytes(job: Surveys, tmp_path: Path) -> None:
    whole = Store(tmp_path / "whole", job.identity(2))
    wanted = sweep_surveys(job, whole, engine=local(1), part=2)

    class Killed(Exception):
        pass

    def kill(progress: Any) -> None:
        if progress.done >= 4:
            raise Killed

    store = Store(tmp_path / "out", job.identity(2))
    with pytest.raises(Killed):
        sweep_surveys(job, store, engine=local(1), part=2, progress=kill)
    (tmp_path / "out" / "parts" / "part-00001.parquet").write_bytes(b"cut short")
    again = Store(tmp_path / "out", job.identity(2))
    assert sweep_surveys(job, again, engine=local(2), part=2) == wanted
    files = sorted((tmp_path / "whole" / "parts").iterdir())
    assert len(files) == 12
    for file in files:
        assert file.read_bytes() == (tmp_path / "out" / "parts" / file.name).read_bytes()


def test_a_changed_survey_is_another_sweep(shipped: Shipped, tmp_path: Path) -> None:
    (tmp_path / "all" / "one").mkdir(parents=True)
    files = write_surveys(tmp_path / "all" / "one")

    def named() -> dict[str, Any]:
        manifest = load_manifest(tmp_path / "all")
        return Surveys(manifest, shipped, book(), DAY, "cpu", 4).identity()

    Store(tmp_path / "out", named())
    Store(tmp_path / "out", named())
    files["sensor"].write_text(files["sensor"].read_text().replace("110", "111"))
    with pytest.raises(UsageError, match="holds another sweep"):
        Store(tmp_path / "out", named())


def test_the_length_of_parts_changes_no_count(job: Surveys) -> None:
    one = sweep_surveys(job, Memory(), engine=local(1), part=3)
    two = sweep_surveys(job, Memory(), engine=local(1), part=100)
    for key in ("verdicts", "jurisdictions", "emergencies", "stated", "problems"):
        assert one[key] == two[key]
    for key in ("likeliest_compliant", "likeliest_violated"):
        assert [item["name"] for item in one[key]] == [item["name"] for item in two[key]]


def test_answers_rank_before_probabilities() -> None:
    rows = [
        {"place": 0, "verdict": "abstain", "least": 0.99},
        {"place": 1, "verdict": "compliant", "least": 0.95},
        {"place": 2, "verdict": "violated", "least": 0.4},
        {"place": 3, "verdict": "violated", "least": 0.0},
        {"place": 4, "verdict": "violated", "least": 0.0},
    ]
    assert [one["place"] for one in best(rows, 3)] == [1, 0, 2]
    assert [one["place"] for one in worst(rows, 3)] == [3, 4, 2]


def test_a_job_can_be_sent_to_another_process(job: Surveys) -> None:
    sent = pickle.loads(pickle.dumps(job))
    assert sent.identity() == job.identity()
    item = (0, 0, 3)
    assert sent.worker()(item) == job.worker()(item)


def test_odd_paths_in_a_list_are_rows_with_one_line(shipped: Shipped, tmp_path: Path) -> None:
    odd = ["a\0b.npy", "n" * 5000, "/dev/zero", "..", "\udcff.npy", "\x1b[31m"]
    rows = [(f"\x1b{at}", path, "", "", "", "") for at, path in enumerate(odd)]
    manifest = Manifest(tmp_path, rows)
    found = sweep_surveys(
        Surveys(manifest, shipped, book(), DAY, "cpu", 4), Memory(), engine=local(1)
    )
    assert found["verdicts"]["error"] == len(odd)
    for one in found["problems"]:
        assert one["error"].isprintable() and one["name"].isprintable()


# Lists --------------------------------------------------------------------------------------------


def test_a_csv_list_names_files_and_sites(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        'name,acoustic,sensor,site\na,x.npy,,"37.84,-31.52"\n\n,y.npy,z.csv,\nc,x.npy,,north\nd,,,\n'
    )
    found = load_manifest(file)
    assert found.size == 4
    one, two = found.entry(0), found.entry(1)
    assert (one.name, dict(one.files), one.site) == ("a", {"acoustic": "x.npy"}, (37.84, -31.52))
    assert (two.name, dict(two.files), two.site) == (
        "y.npy",
        {"acoustic": "y.npy", "sensor": "z.csv"},
        None,
    )
    for place, words in ((2, "not a position"), (3, "names no file")):
        with pytest.raises(SurveyError, match=words):
            found.entry(place)
    assert found.name(2) == "c"


def test_a_grid_scores_each_survey_with_each_structure_at_each_site(
    folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "grid.yaml"
    file.write_text(
        json.dumps(
            {
                "surveys": str(folder),
                "structures": ["one.json", "two.json"],
                "sites": ["37.84,-31.52", "13.5,-116.5"],
            }
        )
    )
    found = load_manifest(file)
    assert found.size == 44
    assert found.entry(1).site == (13.5, -116.5)
    assert found.entry(3).files["structure"] == str(tmp_path / "two.json")
    assert found.entry(7).name == "line-01 | two.json | 13.5,-116.5"
    assert found.name(43) == "nothing"
    assert found.digest() == load_manifest(file).digest()


def test_two_files_of_one_kind_are_no_guess(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    for name in ("a.npy", "b.npy"):
        (tmp_path / "one" / name).write_bytes(b"")
    with pytest.raises(SurveyError, match="two files of one kind"):
        load_manifest(tmp_path).entry(0)


LISTS = {
    "unknown column": ("list.csv", "name,sonar\na,b\n", "expected columns of surveys"),
    "ragged": ("list.csv", "name,acoustic\na\n", "expected 2 values, found 1"),
    "only a header": ("list.csv", "name,acoustic\n", "no surveys below the header"),
    "no key": ("list.yaml", "sonars: [a]\n", "no list of surveys"),
    "no list": ("list.yaml", "surveys: 7\n", "expected surveys"),
    "a number": ("list.yaml", "surveys: [{acoustic: 7}]\n", "expected a survey"),
    "no site": ("list.yaml", "surveys: [{acoustic: a}]\nsites: [north]\n", "not a position"),
    "no such folder": ("list.yaml", "surveys: nowhere\n", "neither a folder nor a CSV list"),
    "itself": ("list.yaml", "surveys: list.yaml\n", "neither a folder nor a CSV list"),
}


@pytest.mark.parametrize("name", LISTS)
def test_bad_lists_get_one_clear_line(
    name: str, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, text, wanted = LISTS[name]
    (tmp_path / file).write_text(text)
    given = ["sweep", "--surveys", str(tmp_path / file), "--student", str(weights)]
    assert run(given) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and wanted in said, said


# The command --------------------------------------------------------------------------------------


@pytest.fixture
def command(folder: Path, weights: Path) -> Callable[..., list[str]]:
    def words(*more: str) -> list[str]:
        given = ["sweep", "--surveys", str(folder), "--student", str(weights), "--workers", "1"]
        return [*given, "--as-of", "2026-01-01", "--device", "cpu", *more]

    return words


def test_the_command_prints_the_same_json_each_time(
    command: Callable[..., list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = []
    for options in ([], ["-o", str(tmp_path / "out")], ["-o", str(tmp_path / "out")]):
        assert run(command("--json", *options)) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] == printed[2]
    assert (tmp_path / "out" / "summary.json").read_text(encoding="utf-8") == printed[0]
    assert json.loads(printed[0])["surveys"] == 11


def test_the_command_shows_answers_and_what_was_not_scored(
    command: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command("--top", "2", "--site", "37.84,-31.52")) == 0
    shown = capsys.readouterr().out
    assert "11 surveys" in shown and "2 error" in shown and "Likeliest to comply" in shown
    assert "line-09/node.csv" in shown


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["space.yaml"], "either SPACE or --surveys"),
        (["--prices", "p.yaml"], "only a sweep of a space takes --prices"),
        (["--jurisdiction", "ISA"], "only a sweep of a space takes --jurisdiction"),
        (["--top", "-1"], "-1 surveys to list"),
        (["--device", "abacus"], "no device 'abacus'"),
        (["--site", "north"], "is not a position"),
        (["--student", "nowhere"], "no such file"),
    ],
)
def test_bad_options_get_one_clear_line(
    options: list[str],
    wanted: str,
    command: Callable[..., list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(command(*options)) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and wanted in said, said


def test_a_space_takes_no_option_of_surveys(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sweep", "space.yaml", "--device", "cpu"]) == 2
    assert "only a sweep of surveys takes --device" in capsys.readouterr().err
    assert run(["sweep"]) == 2
    assert "either SPACE or --surveys" in capsys.readouterr().err


def test_a_graphics_processor_that_is_not_there_is_refused() -> None:
    import torch

    if torch.cuda.device_count():
        pytest.skip("a graphics processor is here")
    assert device_of("auto") == device_of("cpu") == "cpu"
    with pytest.raises(UsageError, match="no graphics processor"):
        device_of("cuda")
