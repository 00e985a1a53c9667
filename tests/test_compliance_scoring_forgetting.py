"""What learning new series forgets, what consolidation keeps, and what an update restores."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from compliance.scoring import updating
from compliance.scoring.concepts import EMERGENCIES
from compliance.scoring.updating import (
    UPDATED,
    SensorSkill,
    SensorTask,
    aged,
    learn_task,
    simulate_task,
    update,
)
from distill.continual import Anchor
from tests.small_student import book, vocabulary
from tests.small_surveys import tiny_reader

torch.set_num_threads(1)


@cache
def task(seed: int, old: bool = False) -> SensorTask:
    return simulate_task(book(), count=90, seed=seed, drift=aged if old else None)


@cache
def learned_state() -> dict[str, torch.Tensor]:
    skill = SensorSkill(tiny_reader(), vocabulary())
    learn_task(skill, task(1), steps=80, rate=5e-3)
    return {name: value.clone() for name, value in skill.reader.state_dict().items()}


def learned() -> SensorSkill:
    """A tiny reader that has learned new instruments."""
    skill = SensorSkill(tiny_reader(), vocabulary())
    skill.reader.load_state_dict(learned_state())
    skill.reader.eval()
    return skill


@cache
def fisher() -> dict[str, torch.Tensor]:
    return learned().fisher(task(1), most=15)


def weights(skill: SensorSkill) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in skill.parameters().items()}


def test_information_is_never_negative_and_somewhere_positive() -> None:
    assert set(fisher()) == set(learned().parameters())
    assert all(bool((one >= 0).all()) and not one.requires_grad for one in fisher().values())
    assert all(name.startswith(UPDATED) for name in fisher())


def test_weights_that_do_not_matter_carry_no_information() -> None:
    """Evidence on facts that no sensor task asks about moves no answer."""
    names = vocabulary()
    rows = fisher()["evidence.sensor.weight"]
    depth = names.logits + list(names.amounts).index("site.depth")
    used = [names.flags.index(one) for one in EMERGENCIES]
    used += [depth, depth + len(names.amounts)]
    assert bool((rows[used].sum(dim=1) > 0).all())
    unused = [at for at in range(len(rows)) if at not in used]
    assert not rows[unused].any()


def test_information_is_that_of_a_reader_at_work() -> None:
    """Not of one in training, where dropout makes it a matter of chance."""
    skill = learned()
    skill.reader.train()
    found = skill.fisher(task(1), most=4)
    torch.testing.assert_close(found, learned().fisher(task(1), most=4), rtol=0, atol=0)


def test_information_tells_how_far_answers_move() -> None:
    """The change of the answers, in their own spread, is what the information foretells."""
    skill, own = learned(), fisher()
    series = torch.from_numpy(task(1).series[:15])
    start = weights(skill)
    name = "evidence.sensor.bias"
    moved = dict(start)
    step = torch.randn(start[name].shape, generator=torch.Generator().manual_seed(0)) * 1e-3
    moved[name] = start[name] + step
    with torch.no_grad():
        before, after = (skill(one, series)[0] for one in (start, moved))
        chance = torch.sigmoid(before)
        alarms = (chance * (1 - chance) * (after - before).square()).sum(dim=1).mean()
        told = [vocabulary().flags.index(one) for one in EMERGENCIES]
        foretold = (own[name][told] * step[told].square()).sum()
    assert float(foretold) == pytest.approx(float(alarms), rel=0.02)


def test_consolidation_keeps_what_plain_learning_forgets() -> None:
    skill, kept = learned(), task(1)
    anchor = Anchor(weights(skill), fisher())
    start = skill.loss(skill.parameters(), kept).item()
    lost, gained = {}, {}
    for strength in (0.0, 300.0):
        skill = learned()
        first = skill.loss(skill.parameters(), task(2, old=True)).item()
        learn_task(skill, task(2, old=True), steps=50, rate=5e-3, anchor=anchor, strength=strength)
        lost[strength] = skill.loss(skill.parameters(), kept).item() - start
        gained[strength] = first - skill.loss(skill.parameters(), task(2, old=True)).item()
    assert lost[0.0] > 0.05
    assert lost[300.0] < 0.5 * lost[0.0]
    assert gained[300.0] > 0


def test_a_heavy_anchor_moves_nothing_that_matters() -> None:
    skill = learned()
    before = weights(skill)
    anchor = Anchor(before, fisher())
    learn_task(skill, task(2, old=True), steps=30, anchor=anchor, strength=1e7)
    moved = {name: (weights(skill)[name] - before[name]).abs() for name in before}
    weight = "evidence.sensor.bias"
    top = int(fisher()[weight].argmax())
    assert float(moved[weight][top]) < 0.01


def test_replay_keeps_the_old_as_well() -> None:
    lost = []
    for replay in (None, task(1)):
        skill = learned()
        learn_task(skill, task(2, old=True), steps=50, rate=5e-3, replay=replay)
        lost.append(skill.loss(skill.parameters(), task(1)).item())
    assert lost[1] < lost[0]


def parts() -> tuple[tuple[SensorTask, SensorTask], tuple[SensorTask, SensorTask, SensorTask]]:
    old, new = task(1), task(2, old=True)
    rows = [slice(0, 50), slice(50, 70), slice(70, 90)]
    return (old.rows(slice(0, 40)), old.rows(slice(40, 90))), (
        new.rows(rows[0]), new.rows(rows[1]), new.rows(rows[2]),
    )  # fmt: skip


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = updating.learn_task

    def briefly(*given: object, **named: object) -> None:
        plain(*given, steps=10, batch=16, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(updating, "learn_task", briefly)
    monkeypatch.setattr(SensorSkill, "fisher", lambda *_: fisher())


@pytest.mark.usefixtures("short")
def test_an_update_ends_with_the_weights_that_it_reports() -> None:
    """The winner's weights are restored; every strength starts from the old ones."""
    (skill, alone), (old, new) = (learned(), learned()), parts()
    before = {name: value.clone() for name, value in skill.reader.state_dict().items()}
    first = weights(skill)
    done = update(skill, old, new, strengths=(1.0, 1e3, 1e6))
    assert done.old_after == skill.accuracy(old[1])
    assert done.new_after == skill.accuracy(new[2])
    updating.learn_task(
        alone, new[0], anchor=Anchor(first, fisher()), strength=done.strength, seed=0
    )
    for name, value in weights(alone).items():
        torch.testing.assert_close(weights(skill)[name], value, rtol=0, atol=0)
    changed = {
        name for name, value in skill.reader.state_dict().items() if not value.equal(before[name])
    }
    assert changed and all(name.startswith(UPDATED) for name in changed)


@pytest.mark.usefixtures("short")
def test_an_update_reports_what_was_before() -> None:
    skill, (old, new) = learned(), parts()
    known = (skill.accuracy(old[1]), skill.accuracy(new[2]))
    done = update(skill, old, new, strengths=(1e2,))
    assert (done.old_before, done.new_before, done.strength) == (*known, 1e2)


@pytest.mark.usefixtures("short")
def test_where_no_strength_keeps_enough_the_one_that_keeps_most_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    skill, (old, new) = learned(), parts()
    done = update(skill, old, new, strengths=(1e-3, 1e9), keep=1.5)
    kept = {}
    for strength in (1e-3, 1e9):
        again = learned()
        updating.learn_task(
            again, new[0], anchor=Anchor(weights(learned()), fisher()), strength=strength, seed=0
        )
        kept[strength] = again.accuracy(old[0])["mean"]
    assert kept[done.strength] == max(kept.values())


def test_unknown_labels_do_not_count() -> None:
    skill, known = learned(), task(1)
    unknown = replace(
        known,
        alarms=np.full_like(known.alarms, np.nan),
        depth_m=np.where(np.arange(90) < 45, known.depth_m, np.nan).astype(np.float32),
    )
    assert set(skill.accuracy(unknown)) == {"site.depth", "mean"}
    assert skill.accuracy(unknown)["mean"] == skill.accuracy(known.rows(slice(0, 45)))["site.depth"]
    empty = replace(unknown, depth_m=np.full_like(known.depth_m, np.nan))
    assert skill.loss(skill.parameters(), empty).item() == 0.0


def test_a_task_is_the_same_for_a_seed_and_aged_by_its_drift_alone() -> None:
    one, two = (simulate_task(book(), count=8, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.series, two.series)
    older = simulate_task(book(), count=8, seed=5, drift=aged)
    assert not np.array_equal(older.series, one.series, equal_nan=True)
    assert simulate_task(book(), count=8, seed=6).depth_m[0] != one.depth_m[0]
