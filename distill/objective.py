"""What a student is trained to do: the task, what its teachers say, and how their features lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from base import DistillError
from distill.heads import Kind
from distill.losses import (
    bernoulli_kl,
    cka,
    cosine_distance,
    gaussian_kl,
    info_nce,
    relational_distance,
    softened_kl,
)

Comparison = Literal["contrast", "cka", "relational", "cosine"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one teacher says to one head of the student.

    Attributes:
        kind: of the head.
        student: its outputs, shape (samples, outputs).
        teacher: the same of the teacher, calibrated; rows where it is silent may hold anything.
        speaks: whether the teacher saw the sample, boolean, shape (samples,).
        temperature: of this teacher's modality; its square scales the loss. Gaussian heads know
            none: a softened Gaussian is one of greater variance, which a student should not learn.
        weight: of this lesson among others.
    """

    kind: Kind
    student: Tensor
    teacher: Tensor
    speaks: Tensor
    temperature: float | Tensor = 1.0
    weight: float = 1.0

    def loss(self) -> Tensor:
        """Return the mean divergence over rows where the teacher speaks; 0 where there is none."""
        own, told = self.student[self.speaks], self.teacher[self.speaks]
        if not len(own):
            # Of no row, and still part of the graph.
            return own.sum()
        if self.kind == "classes":
            return softened_kl(own, told, temperature=self.temperature)
        if self.kind == "labels":
            return bernoulli_kl(own, told, temperature=self.temperature)
        return gaussian_kl(*own.chunk(2, dim=-1), *told.chunk(2, dim=-1))


def distillation(lessons: Iterable[Lesson]) -> Tensor:
    """Return the weighted mean of the lessons whose teacher speaks to any row of the batch.

    Each lesson counts by its weight, not by its rows, so that a rare modality is not drowned.

    Raises:
        DistillError: there is no lesson.
    """
    every = list(lessons)
    if not every:
        raise DistillError("no lesson", where="distillation", hint="leave the term out")
    return _weighted(
        [one.loss() for one in every],
        [one.weight if bool(one.speaks.any()) else 0.0 for one in every],
    )


def alignment(
    pairs: Mapping[str, tuple[Tensor, Tensor]], present: Mapping[str, Tensor], *,
    comparison: Comparison = "contrast", temperature: float = 0.1, label: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Return how far the features of student and teacher lie apart, averaged over modalities.

    Only rows where the modality is present are compared; a modality with fewer than two of them
    says nothing. By "contrast" (:func:`distill.losses.info_nce`, both directions, for batches of
    64 and more), "cka" (1 less the alignment, biased upward in batches smaller than the width),
    "relational" (pairwise distances) or "cosine" (1 less the cosine, row by row).

    Args:
        pairs: (student, teacher) by modality, shape (samples, width), each through its own
            projector (:class:`distill.projection.AlignmentHead`).
        present: whether both saw the sample, boolean, shape (samples,); holds all of ``pairs``.
        comparison: one of the four.
        temperature: of the contrast.
        label: shape (samples,); in the contrast, other rows of the same label are no negatives.

    Raises:
        DistillError: there is no pair.
    """
    if not pairs:
        raise DistillError("no features to align", where="alignment", hint="leave the term out")
    losses, weights = [], []
    for name, (student, teacher) in pairs.items():
        rows = present[name]
        own, told = student[rows], teacher[rows].detach()
        enough = len(own) > 1
        weights.append(float(enough))
        if not enough:
            losses.append(own[:0].sum())
        elif comparison == "contrast":
            alike = None if label is None else label[rows]
            losses.append(info_nce(own, told, temperature=temperature, label=alike))
        elif comparison == "cka":
            losses.append(1 - cka(own, told))
        elif comparison == "cosine":
            losses.append(cosine_distance(own, told))
        else:
            losses.append(relational_distance(own, told))
    return _weighted(losses, weights)


@dataclass(frozen=True, slots=True)
class Parts:
    """The terms of a loss, each before its weight, and their weighted sum."""

    task: Tensor
    distill: Tensor
    align: Tensor
    total: Tensor


@dataclass(frozen=True, slots=True)
class Objective:
    """``α · task + β · distill + γ · align``.

    A term of weight 0 is no part of the total, whatever its value, so that an ablation is a
    weight.

    Raises:
        DistillError: a negative weight.
    """

    alpha: float = 1.0
    beta: float = 1.0
    gamma: float = 0.1

    def __post_init__(self) -> None:
        if min(self.alpha, self.beta, self.gamma) < 0:
            raise DistillError("a negative weight", where="objective")

    def __call__(
        self, task: Tensor, *, distill: Tensor | None = None, align: Tensor | None = None
    ) -> Parts:
        """Return the terms and their total.

        Args:
            task: loss against labels, shape ().
            distill: of :func:`distillation`; ``None`` is 0.
            align: of :func:`alignment`; ``None`` is 0.
        """
        nothing = torch.zeros((), dtype=task.dtype, device=task.device)
        terms = (
            task,
            nothing if distill is None else distill,
            nothing if align is None else align,
        )
        total = nothing
        for weight, term in zip((self.alpha, self.beta, self.gamma), terms, strict=True):
            if weight:
                total = total + weight * term
        return Parts(*terms, total)


def _weighted(losses: list[Tensor], weights: list[float]) -> Tensor:
    total = torch.stack(losses) * torch.tensor(weights).to(losses[0])
    return total.sum() / (sum(weights) or 1.0)
