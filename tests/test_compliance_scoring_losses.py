"""The losses of a reader: what is unknown or does not bind teaches nothing, agreement is free."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from compliance.scoring.dataset import SCORED
from compliance.scoring.heads import Scores
from compliance.scoring.learning import Recipe, Taught, distill_loss, task_loss
from distill.schedule import Constant
from tests.small_student import vocabulary
from tests.small_surveys import loader

torch.set_num_threads(1)
PARTS = ("logits", "mean", "log_variance", "compliance")


def drawn(seed: int, count: int = 12) -> Scores:
    draw = torch.Generator().manual_seed(seed)

    def some(width: int) -> Tensor:
        return torch.randn(count, width, generator=draw)

    names = vocabulary()
    amounts = len(names.amounts)
    used = {"sensor": torch.ones(count, dtype=torch.bool)}
    return Scores(
        some(names.logits), some(amounts), some(amounts), some(len(SCORED)),
        {"sensor": some(names.logits)}, {}, used,
    )  # fmt: skip


def targets() -> dict[str, Tensor]:
    return loader().targets(np.arange(12))


def slopes(scores: Scores, told: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the gradient of the task loss by each part of the scores."""
    leaves = {name: getattr(scores, name).clone().requires_grad_() for name in PARTS}
    task_loss(replace(scores, **leaves), told, vocabulary()).backward()
    return {name: leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}


def test_unknown_labels_teach_nothing() -> None:
    told, names = targets(), vocabulary()
    found = slopes(drawn(0), told)
    assert all(bool(one.isfinite().all()) for one in found.values())
    count = len(names.flags)
    unknown = told["flags"][:, :count].isnan()
    assert unknown.any() and not found["logits"][:, :count][unknown].any()
    assert bool((found["logits"][:, :count][~unknown] != 0).all())
    for part in ("mean", "log_variance"):
        assert not found[part][told["places"].isnan()].any()
    for where in names.word_slices().values():
        rows = told["flags"][:, where].isnan().any(dim=1)
        assert not found["logits"][rows][:, where].any()


def test_law_that_does_not_bind_teaches_nothing() -> None:
    told = targets()
    found = slopes(drawn(0), told)["compliance"]
    assert not told["binds"].all()
    assert not found[~told["binds"]].any()
    assert bool((found[told["binds"]] != 0).all())


def test_a_batch_without_any_label_is_worth_nothing() -> None:
    told = targets()
    told["flags"][:], told["places"][:] = torch.nan, torch.nan
    told["binds"] = torch.zeros_like(told["binds"])
    assert float(task_loss(drawn(0), told, vocabulary())) == 0.0


def test_the_truth_costs_less_than_its_opposite() -> None:
    told, scores = targets(), drawn(0)
    sure = 8 * (2 * told["flags"].nan_to_num(0.5) - 1)
    right = replace(scores, logits=sure, compliance=8 * (2 * told["compliant"].float() - 1))
    wrong = replace(scores, logits=-sure, compliance=-right.compliance)
    assert task_loss(right, told, vocabulary()) + 5 < task_loss(wrong, told, vocabulary())


def taught_by(scores: Scores) -> Taught:
    return Taught(*(getattr(scores, name) for name in PARTS), scores.heard, scores.features)


def distance(scores: Scores, taught: Taught, recipe: Recipe | None = None) -> float:
    rows = torch.arange(12)
    return float(distill_loss(scores, taught, rows, vocabulary(), recipe or Recipe(), 0))


@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_agreement_costs_nothing_at_any_temperature(temperature: float) -> None:
    recipe = Recipe(schedule=Constant(temperature))
    assert distance(drawn(0), taught_by(drawn(0)), recipe) == pytest.approx(0.0, abs=1e-6)
    assert distance(drawn(0), taught_by(drawn(1)), recipe) > 0.01


@pytest.mark.parametrize("part", PARTS)
def test_each_part_that_differs_costs_something(part: str) -> None:
    own = drawn(0)
    other = replace(own, **{part: getattr(own, part) + 0.5})
    assert distance(other, taught_by(own)) > 1e-4


def test_each_modality_is_held_to_its_own_teacher_where_it_was_read() -> None:
    own = drawn(0)
    heard = {"sensor": own.heard["sensor"] + 1.0}
    other = replace(own, heard=heard)
    assert distance(other, taught_by(own)) > 1e-4
    unread = {"sensor": torch.zeros(12, dtype=torch.bool)}
    assert distance(replace(other, used=unread), taught_by(own)) == pytest.approx(0.0, abs=1e-6)


def test_rows_find_their_own_lesson() -> None:
    """A shuffled batch is compared with the teachers of the same designs."""
    own, rows = drawn(0), torch.randperm(12, generator=torch.Generator().manual_seed(0))
    mixed = replace(
        own,
        **{name: getattr(own, name)[rows] for name in PARTS},
        heard={"sensor": own.heard["sensor"][rows]},
    )
    told = distill_loss(mixed, taught_by(own), rows, vocabulary(), Recipe(), 0)
    assert float(told) == pytest.approx(0.0, abs=1e-6)


def test_hard_lessons_are_yes_or_no() -> None:
    own = drawn(0)
    sure = replace(own, logits=30 * own.logits.sign(), compliance=30 * own.compliance.sign())
    sure = replace(sure, heard={"sensor": 30 * own.heard["sensor"].sign()})
    assert distance(sure, taught_by(own), Recipe(hard=True)) == pytest.approx(0.0, abs=1e-5)
    assert distance(own, taught_by(own), Recipe(hard=True)) > 0.01
