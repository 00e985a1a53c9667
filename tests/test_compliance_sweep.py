"""Sweeps: sampling, spaces, filters, ranking, parts on disk, resumption and the cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from base import BathylexError, UsageError
from compliance.audit import audit
from compliance.engine.law import Law
from compliance.shared import Shared
from compliance.sweep.designs import identity, sweep
from compliance.sweep.fronts import cheapest, front
from compliance.sweep.run import Job, local
from compliance.sweep.sampling import key_of, latin, permuted, uniform
from compliance.sweep.space import Space, load_space
from compliance.sweep.store import Memory, Store
from jurisdictions.rulebook import RuleBook
from workbench.cli import run
from workbench.law import rulebook

DAY = date(2026, 1, 1)
SPACE = """
base: {base}
axes:
  safety_zone.radius: {{from: 300 m, to: 700 m, step: 200 m}}
  consents.coastal_state: [true, false, null]
  hull.thickness: {{latin: [20 mm, 120 mm]}}
  crew.persons: {{uniform: [0, 9]}}
samples: 40
seed: 3
"""


@pytest.fixture(scope="module")
def law() -> Law:
    book: RuleBook = rulebook(None)
    return Law(book, DAY)


@pytest.fixture
def write(tmp_path: Path, project: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        file = tmp_path / "space.yaml"
        base = project / "examples" / "azores_vent_station.yaml"
        file.write_text(text.format(base=base), encoding="utf-8")
        return file

    return written


@pytest.fixture
def space(write: Callable[[str], Path]) -> Space:
    return load_space(write(SPACE))


# Sampling -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000, 4097])
def test_a_permutation_visits_every_place_once(size: int) -> None:
    images = permuted(np.arange(size, dtype=np.uint64), size, 12345)
    assert sorted(images.tolist()) == list(range(size))


def test_a_latin_hypercube_uses_every_stratum_once() -> None:
    size = 500
    one, two = (
        latin(np.arange(size, dtype=np.uint64), size, key_of(1, name)) for name in ("a", "b")
    )
    for column in (one, two):
        assert sorted(np.floor(column * size).astype(int).tolist()) == list(range(size))
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.15


def test_any_part_of_a_sample_is_drawn_alone() -> None:
    places = np.arange(10_000, dtype=np.uint64)
    whole, part = uniform(places, 9), uniform(places[7000:7100], 9)
    assert whole[7000:7100].tolist() == part.tolist()
    assert whole.min() >= 0.0 and whole.max() < 1.0
    assert abs(whole.mean() - 0.5) < 0.02


# Spaces -------------------------------------------------------------------------------------------


def test_a_space_has_every_point_of_its_grid_with_every_draw(space: Space) -> None:
    assert (space.grid, space.samples, space.size) == (9, 40, 360)
    columns = space.columns(0, space.size)
    seen = set(
        zip(
            columns["safety_zone.radius"].tolist(),
            columns["consents.coastal_state"].tolist(),
            strict=True,
        )
    )
    assert len(seen) == 9
    assert set(columns["safety_zone.radius"].tolist()) == {300.0, 500.0, 700.0}
    assert set(columns["crew.persons"].tolist()) == set(range(10))


def test_a_design_of_a_space_is_what_its_columns_say(space: Space) -> None:
    columns = space.columns(100, 101)
    design = space.design(100)
    assert design.hull.thickness is not None and design.crew.persons is not None
    assert float(design.hull.thickness.to("mm").magnitude) == columns["hull.thickness"][0]
    assert design.crew.persons == columns["crew.persons"][0]


# Sweeps -------------------------------------------------------------------------------------------


def test_what_a_sweep_counts_is_what_audits_find(
    law: Law, write: Callable[[str], Path], tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    space = load_space(write(SPACE.replace("samples: 40", "samples: 1")))
    store = Store(tmp_path / "out", identity(space, law))
    found = sweep(space, law, store, engine=local(1))
    rows = pq.read_table(tmp_path / "out" / "parts" / "part-00000.parquet").to_pylist()
    shared = Shared(law.book)
    verdicts: dict[str, int] = dict.fromkeys(("lawful", "undetermined", "violated"), 0)
    violated: dict[str, int] = {}
    for row in rows:
        result = audit(space.design(row["place"]), law.book, as_of=DAY, shared=shared)
        verdicts[result.verdict] += 1
        assert row["verdict"] == result.verdict
        assert row["violated"] == result.totals["violated"]
        for name in {item.provision for item in result.findings if item.verdict == "violated"}:
            violated[name] = violated.get(name, 0) + 1
    assert verdicts == found["verdicts"]
    counted = {item["provision"]: item["violated"] for item in found["provisions"]}
    assert {name: count for name, count in counted.items() if count} == violated


def test_filters_keep_what_they_say(law: Law, write: Callable[[str], Path]) -> None:
    text = SPACE + (
        "filters:\n"
        "  - {{fact: hull.thickness, '<=': 80 mm}}\n"
        "  - {{any: [{{fact: consents.coastal_state, is: true}}, "
        "{{fact: consents.coastal_state, known: false}}]}}\n"
        "  - {{verdict: [lawful, undetermined]}}\n"
        "  - {{measure: undetermined, '<=': 1}}\n"
    )
    space = load_space(write(text))
    found = sweep(space, law, Memory(), engine=local(1))
    assert 0 < found["kept"] < found["judged"] < found["designs"] == 360
    for item in found["cheapest"]:
        design = space.design(item["place"])
        assert design.hull.thickness is not None
        assert design.hull.thickness.to("mm").magnitude <= 80.0
        assert design.consents.coastal_state is not False
        assert item["verdict"] != "violated" and item["undetermined"] <= 1


def test_the_cheapest_and_the_front_are_those_of_all_designs(
    law: Law, write: Callable[[str], Path]
) -> None:
    space = load_space(write(SPACE + "top: 7\npareto: [cost, margin, violated]\n"))
    parts = sweep(space, law, Memory(), engine=local(1), part=50)
    whole = sweep(space, law, Memory(), engine=local(1), part=1000)
    for key in ("cheapest", "pareto", "verdicts", "provisions"):
        assert parts[key] == whole[key]
    costs = [item["cost"] for item in whole["cheapest"]]
    assert len(costs) == 7 and costs == sorted(costs)
    front_ = whole["pareto"]["designs"]
    for one in front_:
        for two in front_:
            beats = two["cost"] <= one["cost"] and two["margin"] >= one["margin"]
            assert one is two or not (beats and two["violated"] <= one["violated"])


def test_cheapest_of_equals_is_the_earlier() -> None:
    cost = np.array([3.0, 1.0, 1.0, 2.0, 1.0])
    assert cheapest(cost, np.arange(5), 2).tolist() == [1, 2]
    assert cheapest(cost, np.arange(5), 0).tolist() == []
    assert cheapest(cost, np.arange(5), 9).tolist() == [1, 2, 4, 3, 0]


def test_a_front_is_what_no_other_beats() -> None:
    chance = np.random.default_rng(2)
    for measures in (1, 2, 3, 4):
        points = chance.integers(0, 6, size=(60, measures)).astype(float)
        found = front(points, np.arange(60))
        wanted = {
            tuple(point)
            for point in points.tolist()
            if not any(np.all(other <= point) and np.any(other < point) for other in points)
        }
        assert {tuple(points[row].tolist()) for row in found} == wanted
        assert len(found) == len(wanted)


def test_unchanged_designs_cost_nothing_and_dearer_ones_what_the_catalogue_says(
    law: Law, write: Callable[[str], Path]
) -> None:
    text = (
        "base: {base}\naxes:\n  safety_zone.radius: [500 m, 400 m]\n"
        "  environment.baseline_study: [true, false]\n"
        "  site.depth: [850 m, 900 m]\n"
    )
    space = load_space(write(text + "top: 8\n"))
    found = sweep(space, law, Memory(), engine=local(1))
    by_place = {item["place"]: item["cost"] for item in found["cheapest"]}
    radius = space.catalogue.amounts["safety_zone.radius"]
    assert by_place[0] == 0.0
    assert by_place[1] == 0.0, "the depth is what it is"
    assert by_place[4] == radius.flat + 100 * radius.down


def test_several_processes_give_the_same_files(law: Law, space: Space, tmp_path: Path) -> None:
    answers = []
    for name, workers in (("one", 1), ("two", 2)):
        store = Store(tmp_path / name, identity(space, law, part=70))
        answers.append(sweep(space, law, store, engine=local(workers), part=70))
    assert answers[0] == answers[1]
    for file in sorted((tmp_path / "one" / "parts").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / "parts" / file.name).read_bytes()


def test_a_killed_run_goes_on_to_the_same_result(law: Law, space: Space, tmp_path: Path) -> None:
    whole = sweep(space, law, Memory(), engine=local(1), part=60)
    store = Store(tmp_path / "out", identity(space, law, part=60))

    class Killed(Exception):
        pass

    def kill(progress: Any) -> None:
        if progress.done >= 180:
            raise Killed

    with pytest.raises(Killed):
        sweep(space, law, store, engine=local(1), part=60, progress=kill)
    parts = tmp_path / "out" / "parts"
    (parts / "part-00001.parquet").write_bytes(b"cut short")
    (parts / "part-00002.json").unlink()
    judged: list[int] = []

    def watched(job: Job, parts: Any) -> Any:
        items = list(parts)
        judged.extend(number for number, _, _ in items)
        return local(1)(job, items)

    again = Store(tmp_path / "out", identity(space, law, part=60))
    assert sweep(space, law, again, engine=watched, part=60) == whole
    assert judged == [1, 2, 3, 4, 5]


def test_a_process_killed_outright_goes_on_and_leaves_none_behind(
    write: Callable[[str], Path], tmp_path: Path, project: Path
) -> None:
    file = write(SPACE.replace("samples: 40", "samples: 30000"))
    command = [sys.executable, "-m", "workbench.cli", "sweep", str(file), "--workers", "2"]
    command += ["--as-of", "2026-01-01", "--json", "-o", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(project)}
    first = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    parts = tmp_path / "out" / "parts"
    deadline = time.monotonic() + 240
    while not list(parts.glob("*.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    children = _children(first.pid)
    first.kill()
    first.wait()
    assert children
    before = {path.name for path in parts.glob("*.json")}
    assert before and len(before) < 5
    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    again = load_space(file)
    law = Law(rulebook(None), DAY)
    whole = sweep(again, law, Memory(), engine=local(1))
    assert json.loads(second.stdout) == json.loads(json.dumps(whole))
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < deadline, "a process of the killed sweep is still there"
        time.sleep(0.1)


def _children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in listed.read_text(encoding="ascii").split()]


def test_a_folder_of_another_sweep_is_refused(
    law: Law, space: Space, write: Callable[[str], Path], tmp_path: Path
) -> None:
    Store(tmp_path / "out", identity(space, law))
    other = load_space(write(SPACE.replace("seed: 3", "seed: 4")))
    with pytest.raises(UsageError, match="holds another sweep"):
        Store(tmp_path / "out", identity(other, law))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="not empty"):
        Store(tmp_path / "mine", identity(space, law))


# The command --------------------------------------------------------------------------------------


def test_the_command_prints_the_same_json_each_time(
    write: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = write(SPACE), tmp_path / "out"
    printed = []
    for options in ([], ["-o", str(out)], ["-o", str(out)]):
        given = ["sweep", str(file), "--json", "--workers", "1", "--as-of", "2026-01-01", *options]
        assert run(given) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] == printed[2]
    assert (out / "summary.json").read_text(encoding="utf-8") == printed[0]
    assert json.loads(printed[0])["designs"] == 360


def test_the_command_shows_the_best_and_the_worst(
    write: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sweep", str(write(SPACE)), "--workers", "1", "--top", "2"]) == 0
    shown = capsys.readouterr().out
    assert "360 designs" in shown and "Pareto front" in shown and "Art. 60" in shown


BAD = {
    "no axes": ("base: {base}\n", "a space needs axes"),
    "unknown key": ("base: {base}\naxis: {{}}\n", "unknown key 'axis'"),
    "no such key of a design": ("base: {base}\naxes: {{hull.thicknes: [1 mm]}}\n", "did you mean"),
    "a range without a unit": (
        "base: {base}\naxes: {{site.depth: {{from: 1, to: 2, step: 1}}}}\n",
        "without a unit",
    ),
    "a step of another dimension": (
        "base: {base}\naxes: {{site.depth: {{from: 1 m, to: 2 m, step: 1 kg}}}}\n",
        "does not fit",
    ),
    "an empty range": (
        "base: {base}\naxes: {{site.depth: {{from: 9 m, to: 2 m, step: 1 m}}}}\n",
        "is empty",
    ),
    "draws of a flag": (
        "base: {base}\naxes: {{consents.research: {{latin: [false, true]}}}}\nsamples: 3\n",
        "is no number",
    ),
    "draws without samples": (
        "base: {base}\naxes: {{site.depth: {{latin: [1 m, 2 m]}}}}\n",
        "need a number of samples",
    ),
    "an impossible value": (
        "base: {base}\naxes: {{site.depth: [99999 m]}}\n",
        "at most 11100 m",
    ),
    "one key on two axes": (
        "base: {base}\naxes:\n  site.depth: [1 m]\n  a: [{{site.depth: 2 m}}]\n",
        "let one axis set it",
    ),
    "no filter": (
        "base: {base}\naxes: {{site.depth: [1 m]}}\nfilters: [{{lawful: true}}]\n",
        "no filter that is known",
    ),
    "no verdict": (
        "base: {base}\naxes: {{site.depth: [1 m]}}\nfilters: [{{verdict: legal}}]\n",
        "no verdict of a design",
    ),
    "no measure": (
        "base: {base}\naxes: {{site.depth: [1 m]}}\npareto: [beauty]\n",
        "expected measures",
    ),
    "no base": ("axes: {{site.depth: [1 m]}}\n", "expected the base design"),
    "no file of the base": ("base: nowhere.yaml\naxes: {{site.depth: [1 m]}}\n", "no such file"),
    "too many designs": (
        "base: {base}\naxes: {{site.depth: {{latin: [1 m, 2 m]}}, "
        "crew.persons: {{from: 0, to: 99, step: 1}}}}\nsamples: 100000000000\n",
        "a space has at most",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_spaces_get_one_clear_line(
    name: str, write: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    text, wanted = BAD[name]
    assert run(["sweep", str(write(text))]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and wanted in said, said


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--engine", "spark"], "no engine 'spark'"),
        (["--address", "10.0.0.1:6379"], "only a Ray cluster has an address"),
        (["--engine", "ray", "--address", "127.0.0.1:1"], "no Ray cluster answers at 127.0.0.1:1"),
        (["--engine", "ray", "--address", "nowhere"], "no address: 'nowhere'"),
        (["--workers", "0"], "0 workers"),
        (["--engine", "ray", "--workers", "2"], "the cluster decides"),
        (["--top", "-1"], "whole number from 0"),
        (["--as-of", "tomorrow"], "is not a date"),
        (["--prices", "nowhere.yaml"], "no such file"),
    ],
)
def test_bad_options_get_one_clear_line(
    options: list[str],
    wanted: str,
    write: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["sweep", str(write(SPACE)), *options]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and wanted in said, said


def test_ray_that_is_not_installed_is_said_in_one_line(
    write: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    assert run(["sweep", str(write(SPACE)), "--engine", "ray"]) == 2
    assert "Ray is not installed here" in capsys.readouterr().err


def test_errors_are_the_programs_own(write: Callable[[str], Path]) -> None:
    with pytest.raises(BathylexError):
        load_space(write("base: {base}\naxes: {{site.depth: 7}}\n"))
