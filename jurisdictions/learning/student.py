"""The students: one per task, taught by the teacher or, for comparison, by the labels alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from distill.hashed import Features, HashedStudent
from distill.hashed_training import StudentSettings, train_student
from distill.losses import bernoulli_kl, soft_binary_cross_entropy, soft_cross_entropy, softened_kl
from distill.teacher import CalibratedTeacher
from jurisdictions.learning.examples import Example, Task

#: Softening of the teacher's calibrated answers; chosen beforehand, not tuned.
SOFTENING = 2.0


def distilled(
    task: Task,
    items: list[Example],
    held: list[Example],
    teacher: CalibratedTeacher,
    *,
    settings: StudentSettings,
    seed: int,
) -> HashedStudent:
    """Return a student that learned the teacher's softened answers.

    Args:
        task: which of the two.
        items: what the teacher is asked about; their labels are not used.
        held: labelled examples for early stopping and calibration.
        teacher: frozen and calibrated.
        settings, seed: as in :func:`distill.hashed_training.train_student`.
    """
    answers = teacher.logits(task, [one.text for one in items])

    def loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        divergence = bernoulli_kl if logits.shape[1] == 1 else softened_kl
        return divergence(logits, target, temperature=SOFTENING)

    return train_student(
        [one.features for one in items], answers, np.ones(len(items), dtype=np.float32),
        validation=_held(held), loss=loss, settings=settings, seed=seed,
    )  # fmt: skip


def taught_by_labels(
    items: list[Example], held: list[Example], *, settings: StudentSettings, seed: int
) -> HashedStudent:
    """Return the same student without a teacher: it learned the labels themselves."""

    def loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        if logits.shape[1] == 1:
            return soft_binary_cross_entropy(logits[:, 0], target[:, 0], weight)
        return soft_cross_entropy(logits, target, weight)

    return train_student(
        [one.features for one in items], np.stack([one.target for one in items]),
        np.array([one.weight for one in items], dtype=np.float32),
        validation=_held(held), loss=loss, settings=settings, seed=seed,
    )  # fmt: skip


def _held(held: list[Example]) -> tuple[list[Features], NDArray[np.float32]]:
    return [one.features for one in held], np.stack([one.target for one in held])


def answers(student: HashedStudent, items: list[Example]) -> NDArray[np.float32]:
    """Return calibrated logits of many examples, shape (items, labels)."""
    return np.stack([student.logits(one.features) for one in items])
