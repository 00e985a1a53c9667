"""Temperatures end where they should."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from base import DistillError
from distill.calibration import softmax
from distill.losses import softened_kl
from distill.schedule import (
    Constant,
    Geometric,
    Learned,
    Schedule,
    entropy_matched,
    entropy_matched_schedule,
    geometric,
)


@pytest.mark.parametrize("epochs", [1, 2, 10])
def test_the_last_epoch_has_the_last_temperature(epochs: int) -> None:
    assert geometric(epochs - 1, epochs) == pytest.approx(1)
    assert geometric(0, epochs) == (5 if epochs > 1 else 1)


def test_matched_entropy_is_met_and_a_flat_teacher_is_softened_less() -> None:
    sharp = np.random.default_rng(0).normal(size=(50, 4)) * 6
    found = entropy_matched(sharp, 1.0)
    chance = softmax(sharp / found)
    assert -(chance * np.log(chance)).sum(axis=1).mean() == pytest.approx(1, abs=1e-6)
    assert entropy_matched(sharp / 3, 1.0) == pytest.approx(found / 3)


def test_each_modality_has_its_temperature_in_every_epoch() -> None:
    schedules: dict[str, Schedule] = {
        "one": Constant(2.0), "own": Constant({"text": 1.0, "image": 3.0}), "cooling": Geometric(4),
    }  # fmt: skip
    found = {
        name: [float(one.temperature(epoch, "image")) for epoch in (0, 3, 9)]
        for name, one in schedules.items()
    }
    assert found["one"] == [2, 2, 2] and found["own"] == [3, 3, 3]
    assert found["cooling"] == pytest.approx([5, 1, 1])
    with pytest.raises(DistillError, match="no temperature for sound"):
        Constant({"text": 1.0}).temperature(0, "sound")


def test_teachers_matched_by_entropy_are_equally_unsure() -> None:
    draw = np.random.default_rng(1)
    logits = {"flat": draw.normal(size=(80, 5)), "sharp": 8 * draw.normal(size=(80, 5))}
    schedule = entropy_matched_schedule(logits, 1.2)
    for name, told in logits.items():
        chance = softmax(told / schedule.temperature(0, name))
        assert -(chance * np.log(chance)).sum(axis=1).mean() == pytest.approx(1.2, abs=1e-6)
    assert schedule.temperature(0, "flat") < schedule.temperature(0, "sharp")


def losses(schedule: Learned, epoch: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    student, teacher = torch.randn(2, 16, 4, generator=generator)
    return softened_kl(student, 3 * teacher, temperature=schedule.temperature(epoch, "a"))


def test_the_learned_temperature_makes_the_lesson_harder_and_only_after_a_while() -> None:
    schedule = Learned(("a", "b"), warm_up=4)
    optimiser = torch.optim.SGD(schedule.parameters(), lr=0.01)
    first = float(losses(schedule, 0).detach())
    for epoch in (0, 2, 4):
        before = float(schedule.temperature(epoch, "a").detach())
        loss = losses(schedule, epoch)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        moved = float(schedule.temperature(epoch, "a").detach()) - before
        assert (moved == pytest.approx(0, abs=1e-9)) is (epoch == 0)
    assert float(losses(schedule, 0).detach()) > first
    assert float(schedule.temperature(0, "b").detach()) == pytest.approx(4), "is not touched"


def test_the_reversed_slope_is_the_true_one_turned_and_scaled() -> None:
    schedule = Learned(("a",), warm_up=4)
    place = schedule.places["a"]
    slopes = []
    for epoch in (2, 4, 40):
        (slope,) = torch.autograd.grad(losses(schedule, epoch), place)
        slopes.append(float(slope))
    step = 1e-2
    ends = []
    for sign in (1, -1):
        with torch.no_grad():
            place += sign * step
            ends.append(float(losses(schedule, 0)))
            place -= sign * step
    true = (ends[0] - ends[1]) / (2 * step)
    assert slopes == pytest.approx([-true / 2, -true, -true], rel=1e-2)


@settings(deadline=None)
@given(st.floats(-1e3, 1e3))
def test_a_learned_temperature_stays_within_its_bounds(place: float) -> None:
    schedule = Learned(("a",), low=0.5, high=8.0)
    with torch.no_grad():
        schedule.places["a"].fill_(place)
    assert 0.5 <= float(schedule.temperature(0, "a").detach()) <= 8
    with pytest.raises(DistillError, match="start at"):
        Learned(("a",), start=30.0)
