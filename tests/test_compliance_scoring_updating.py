"""New sensors are learned and old ones kept; labels of series are read or refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from base import SurveyError
from compliance.scoring.new_series import read_series_folder
from compliance.scoring.reader import Sizes, build_student
from compliance.scoring.updating import SensorSkill, SensorTask, aged, learn_task, simulate_task
from distill.continual import Anchor
from habitat.survey.ocean import CHANNELS
from tests.small_student import book, vocabulary

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def tasks() -> tuple[SensorTask, SensorTask]:
    return (
        simulate_task(book(), count=120, seed=1),
        simulate_task(book(), count=120, seed=2, drift=aged),
    )


def skill() -> SensorSkill:
    torch.manual_seed(0)
    sizes = Sizes(width=16, bottlenecks=2, layers=1, conv=4, bag=8, text=16, facts=16)
    return SensorSkill(build_student(book(), vocabulary(), sizes), vocabulary())


def test_aged_gauges_read_deeper(tasks: tuple[SensorTask, SensorTask]) -> None:
    at = CHANNELS.index("pressure_dbar")
    excess = []
    for task in tasks:
        there = ~np.isnan(task.series[..., at]).all(axis=1)
        level = np.nanmedian(task.series[there][..., at], axis=1)
        excess.append(np.median(level - task.depth_m[there]))
    assert excess[1] - excess[0] > 50


def test_consolidation_keeps_what_fine_tuning_forgets(
    tasks: tuple[SensorTask, SensorTask],
) -> None:
    old, new = tasks
    own = skill()
    learn_task(own, old, steps=120, rate=5e-3)
    start = {name: value.detach().clone() for name, value in own.parameters().items()}
    kept = own.loss(own.parameters(), old).item()
    anchor = Anchor(start, own.fisher(old, most=40))
    losses = {}
    for strength in (0.0, 1e3):
        with torch.no_grad():
            for name, value in own.parameters().items():
                value.copy_(start[name])
        learn_task(own, new, steps=80, rate=5e-3, anchor=anchor, strength=strength)
        losses[strength] = own.loss(own.parameters(), old).item()
    assert losses[0.0] > losses[1e3]
    assert losses[1e3] - kept < 0.5 * (losses[0.0] - kept)


def test_only_the_sensor_part_is_changed(tasks: tuple[SensorTask, SensorTask]) -> None:
    own = skill()
    before = {name: value.clone() for name, value in own.reader.state_dict().items()}
    learn_task(own, tasks[0], steps=5)
    changed = {
        name for name, value in own.reader.state_dict().items() if not value.equal(before[name])
    }
    assert changed and all(
        name.startswith(("fronts.sensor.", "evidence.sensor.")) for name in changed
    )


def test_fisher_is_zero_where_nothing_depends(tasks: tuple[SensorTask, SensorTask]) -> None:
    own = skill()
    fisher = own.fisher(tasks[0], most=10)
    assert all(float(value.min()) >= 0 for value in fisher.values())
    unasked = vocabulary().flags.index("consents.coastal_state")
    asked = vocabulary().flags.index("emergency.leak")
    rows = fisher["evidence.sensor.bias"]
    assert float(rows[unasked]) == 0 < float(rows[asked])


def write_series(folder: Path, count: int) -> None:
    lines = ["time,pressure_dbar"] + [f"{hour},{1000 + hour}" for hour in range(6)]
    for number in range(count):
        (folder / f"{number}.csv").write_text("\n".join(lines), encoding="utf-8")


def test_labelled_series_are_read_in_three_parts(tmp_path: Path) -> None:
    write_series(tmp_path, 40)
    labels = ["file,emergency.leak,site.depth_m"] + [
        f"{n}.csv,{'yes' if n % 2 else ''},{900 + n}" for n in range(40)
    ]
    (tmp_path / "labels.csv").write_text("\n".join(labels), encoding="utf-8")
    parts = read_series_folder(tmp_path, seed=0)
    assert [len(part) for part in parts] == [24, 8, 8]
    depths = np.concatenate([part.depth_m for part in parts])
    assert sorted(depths.tolist()) == [900.0 + n for n in range(40)]
    leaks = np.concatenate([part.alarms[:, 2] for part in parts])
    assert np.isnan(leaks).sum() == 20 and np.nansum(leaks) == 20


@pytest.mark.parametrize(
    ("labels", "word"),
    [
        ("", "no labels"),
        ("file\n0.csv", "no labels"),
        ("file,emergency.leak,colour\n0.csv,yes,red", "unknown column"),
        ("file,emergency.leak\n0.csv,yes", "at least 30"),
        ("file,emergency.leak\n" + "../0.csv,yes\n" * 40, "no file of the folder"),
        ("file,emergency.leak\n" + "0.csv,perhaps\n" * 40, "no yes or no"),
        ("file,site.depth_m\n" + "0.csv,-5\n" * 40, "no depth"),
        ("file,site.depth_m\n" + "9.csv,5\n" * 40, "no such file"),
    ],
)
def test_bad_labels_are_one_line(labels: str, word: str, tmp_path: Path) -> None:
    write_series(tmp_path, 1)
    (tmp_path / "labels.csv").write_text(labels, encoding="utf-8")
    with pytest.raises(SurveyError) as problem:
        read_series_folder(tmp_path, seed=0)
    assert word in str(problem.value) and "\n" not in str(problem.value)
