"""The objective: rows count where a teacher speaks, temperatures are each modality's own."""

from __future__ import annotations

from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from base import DistillError
from distill.heads import Kind
from distill.losses import gaussian_kl, info_nce, naive_label_zero_nce, softened_kl
from distill.objective import Comparison, Lesson, Objective, alignment, distillation

KINDS: tuple[Kind, ...] = get_args(Kind)
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
NAN = float("nan")


def rows(seed: int, *, samples: int = 6, width: int = 4) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(samples, width, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=6, max_size=6))
def test_silent_rows_count_for_nothing(kind: Kind, speaks: list[bool]) -> None:
    mask = torch.tensor(speaks)
    student = rows(0).requires_grad_()
    teacher = rows(1).masked_fill(~mask[:, None], NAN)
    loss = Lesson(kind, student, teacher, mask, temperature=2.0).loss()
    (slope,) = torch.autograd.grad(loss, student)
    assert (slope[~mask] == 0).all() and slope.isfinite().all()
    if mask.any():
        alone = Lesson(kind, rows(0)[mask], teacher[mask], mask[mask], temperature=2.0)
        torch.testing.assert_close(loss.detach(), alone.loss())
        assert (slope[mask].abs().sum(dim=1) > 0).all()
    else:
        assert loss == 0


def test_a_batch_without_any_teacher_trains_on() -> None:
    student = rows(0).requires_grad_()
    silent = torch.zeros(6, dtype=torch.bool)
    distill = distillation([Lesson(kind, student, rows(1), silent) for kind in KINDS])
    align = alignment({"a": (student, rows(1))}, {"a": silent})
    parts = Objective()(student.square().sum(), distill=distill, align=align)
    assert distill.requires_grad and align.requires_grad and distill == align == 0
    (slope,) = torch.autograd.grad(parts.total, student)
    torch.testing.assert_close(slope, 2 * student.detach())


def test_each_lesson_has_its_own_temperature_and_weight() -> None:
    speaks = torch.tensor([True, False, True, True, False, True])
    student, text, image = rows(0), rows(1), rows(2)
    found = distillation(
        [
            Lesson("classes", student, text, speaks, temperature=1.5, weight=3.0),
            Lesson("classes", student, image, ~speaks, temperature=4.0),
            Lesson("classes", student, image, speaks & ~speaks, weight=9.0),
        ]
    )
    one = softened_kl(student[speaks], text[speaks], temperature=1.5)
    other = softened_kl(student[~speaks], image[~speaks], temperature=4.0)
    torch.testing.assert_close(found, (3 * one + other) / 4)


def test_a_gaussian_head_is_means_and_then_log_variances() -> None:
    student, teacher = rows(0), rows(1)
    found = Lesson("gaussian", student, teacher, torch.ones(6, dtype=torch.bool)).loss()
    expected = gaussian_kl(student[:, :2], student[:, 2:], teacher[:, :2], teacher[:, 2:])
    torch.testing.assert_close(found, expected)


def test_log_variances_beyond_their_range_stay_finite() -> None:
    far, mean = torch.tensor([-1e4, 1e4]), torch.zeros(2)
    assert gaussian_kl(mean, far, mean, far.flip(0)).isfinite()
    torch.testing.assert_close(
        gaussian_kl(mean, far, mean + 1, mean), gaussian_kl(mean, far.sign() * 10, mean + 1, mean)
    )


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_only_present_rows_are_aligned(comparison: Comparison) -> None:
    mask = torch.tensor([True, True, False, True, True, False])
    own = rows(0).requires_grad_()
    told = rows(1, width=4).masked_fill(~mask[:, None], NAN)
    loss = alignment({"a": (own, told)}, {"a": mask}, comparison=comparison)
    (slope,) = torch.autograd.grad(loss, own)
    assert loss > 0 and (slope[~mask] == 0).all() and (slope[mask] != 0).any()
    alone = alignment({"a": (rows(0)[mask], told[mask])}, {"a": mask[mask]}, comparison=comparison)
    torch.testing.assert_close(loss.detach(), alone)


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_features_that_agree_are_nearest(comparison: Comparison) -> None:
    whole = {"a": torch.ones(6, dtype=torch.bool)}
    same = alignment({"a": (rows(0), rows(0))}, whole, comparison=comparison)
    other = alignment({"a": (rows(0), rows(1))}, whole, comparison=comparison)
    assert same < other


def test_a_modality_of_one_row_says_nothing() -> None:
    one, whole = torch.eye(6).bool()[0], torch.ones(6, dtype=torch.bool)
    pairs = {"a": (rows(0), rows(1)), "b": (rows(2), rows(3))}
    found = alignment(pairs, {"a": whole, "b": one})
    torch.testing.assert_close(found, info_nce(rows(0), rows(1)))


def test_labels_are_those_of_the_present_rows() -> None:
    mask, label = torch.tensor([False, True, True, True, False, True]), torch.arange(6) % 2
    found = alignment({"a": (rows(0), rows(1))}, {"a": mask}, label=label)
    torch.testing.assert_close(found, info_nce(rows(0)[mask], rows(1)[mask], label=label[mask]))


def test_label_zero_drives_modalities_apart_and_the_right_contrast_does_not() -> None:
    torch.manual_seed(0)
    shared = torch.randn(32, 8)
    ends = {}
    for wrong in (True, False):
        views = [(shared + 0.5 * torch.randn(32, 8)).requires_grad_() for _ in range(3)]
        optimiser = torch.optim.Adam(views, lr=0.05)
        for _ in range(60):
            if wrong:
                loss = naive_label_zero_nce(shared, views)
            else:
                loss = torch.stack([info_nce(view, shared) for view in views]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        ends[wrong] = [
            float(functional.cosine_similarity(v.detach(), shared).mean()) for v in views
        ]
    assert min(ends[True][1:]) < 0.3 < 0.7 < min(ends[False])


def test_the_total_is_the_weighted_sum_and_a_weight_of_zero_removes_a_term() -> None:
    task, distill, align = (torch.tensor(value) for value in (1.0, 2.0, 3.0))
    parts = Objective(0.5, 2.0, 0.1)(task, distill=distill, align=align)
    assert float(parts.total) == pytest.approx(0.5 + 4 + 0.3)
    assert (parts.task, parts.distill, parts.align) == (1, 2, 3)
    broken = Objective(1.0, 0.0, 0.1)(task, distill=torch.tensor(NAN))
    assert broken.total == 1 and broken.align == 0


def test_terms_without_content_are_refused() -> None:
    for made in (lambda: distillation([]), lambda: alignment({}, {}), lambda: Objective(-1.0)):
        with pytest.raises(DistillError):
            made()
