"""What readers are trained to do: state the concepts, and say where the law would be broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from compliance.scoring.batches import Loader
from compliance.scoring.concepts import CONTEXT, EMERGENCIES, PARAMETERS, Vocabulary
from compliance.scoring.heads import Scores
from compliance.scoring.reader import DesignReader
from distill.batch import ModalityBatch
from distill.losses import naive_label_zero_nce
from distill.objective import Comparison, Lesson, Objective, alignment, distillation
from distill.schedule import Constant, Schedule
from distill.training import History, fit

#: Weight of the compliance loss beside the mean loss of a concept.
_COMPLIANCE = 2.0
#: Weight of emergencies beside the mean of all flags: three that only sensors tell among many that
#: papers state would hardly be learned otherwise.
_EMERGENCIES = 0.5
#: Weight of all amounts beside flags, and once more of those that users are told.
_AMOUNTS, _TOLD = 0.15, 0.15


def task_loss(scores: Scores, targets: Mapping[str, Tensor], vocabulary: Vocabulary) -> Tensor:
    """Return the loss against the labels; unknown ones (NaN) do not count.

    Flags and compliance by binary cross-entropy, words by cross-entropy, amounts by the Gaussian
    negative log-likelihood; compliance counts where the jurisdiction binds.
    """
    count = len(vocabulary.flags)
    flags = targets["flags"]
    known = ~flags.isnan()
    sure = flags.nan_to_num(0.0)
    each = functional.binary_cross_entropy_with_logits(
        scores.logits[:, :count], sure[:, :count], reduction="none"
    )
    loss = (each * known[:, :count]).sum() / known[:, :count].sum().clamp_min(1)
    alarms = [vocabulary.flags.index(name) for name in EMERGENCIES]
    told = known[:, alarms]
    loss = loss + _EMERGENCIES * (each[:, alarms] * told).sum() / told.sum().clamp_min(1)
    for where in vocabulary.word_slices().values():
        whole = known[:, where].all(dim=1)
        said = functional.log_softmax(scores.logits[:, where], dim=1)
        own = -(sure[:, where] * said).sum(dim=1)
        loss = loss + 0.1 * (own * whole).sum() / whole.sum().clamp_min(1)
    places = targets["places"]
    measured = ~places.isnan()
    gap = (places.nan_to_num(0.0) - scores.mean).square()
    unlikely = 0.5 * (scores.log_variance + (gap * (-scores.log_variance).exp()).clamp_max(100))
    loss = loss + _AMOUNTS * (unlikely * measured).sum() / measured.sum().clamp_min(1)
    names = list(vocabulary.amounts)
    told_at = [names.index(fact) for fact in (*PARAMETERS, *CONTEXT) if fact in vocabulary.amounts]
    there = measured[:, told_at]
    loss = loss + _TOLD * (unlikely[:, told_at] * there).sum() / there.sum().clamp_min(1)
    binds = targets["binds"].to(flags.dtype)
    wrong = functional.binary_cross_entropy_with_logits(
        scores.compliance, targets["compliant"].to(flags.dtype), reduction="none"
    )
    return loss + _COMPLIANCE * (wrong * binds).sum() / binds.sum().clamp_min(1)


@dataclass(frozen=True, slots=True)
class Taught:
    """What the teachers say of every training design, row by row.

    Attributes:
        logits, mean, log_variance, compliance: of the ensemble.
        heard: logits of each modality's teacher.
        features: of each modality's teacher, (samples, any width).
    """

    logits: Tensor
    mean: Tensor
    log_variance: Tensor
    compliance: Tensor
    heard: Mapping[str, Tensor]
    features: Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a reader is trained.

    Attributes:
        objective: weights of task, distillation and alignment.
        schedule: softening by epoch and modality, ``ensemble`` among them.
        epochs, patience, batch, rate, decay: of the training.
        alignment: how features are compared; "naive" is the wrong baseline of benchmarks.
        hard: distil hard pseudo-labels in place of probabilities.
        hide: chance of each parameter that users are told to be left out of a specification.
        seed: of initialisation, order and dropout.
    """

    objective: Objective = field(default_factory=lambda: Objective(1.0, 0.5, 0.05))
    schedule: Schedule = field(default_factory=Constant)
    epochs: int = 14
    patience: int = 4
    batch: int = 128
    rate: float = 2e-3
    decay: float = 1e-4
    alignment: Comparison | Literal["naive"] = "contrast"
    hard: bool = False
    hide: float = 0.2
    seed: int = 0


def distill_loss(
    scores: Scores,
    taught: Taught,
    rows: Tensor,
    vocabulary: Vocabulary,
    recipe: Recipe,
    epoch: int,
) -> Tensor:
    """Return how far the student is from the ensemble, and from each modality's teacher."""
    count, everyone = len(vocabulary.flags), torch.ones_like(rows, dtype=torch.bool)
    t = recipe.schedule.temperature(epoch, "ensemble")

    def told(logits: Tensor) -> Tensor:
        return 30 * logits.sign() if recipe.hard else logits

    logits = told(taught.logits[rows])
    lessons = [
        Lesson("labels", scores.logits[:, :count], logits[:, :count], everyone, t),
        Lesson("labels", scores.compliance, told(taught.compliance[rows]), everyone, t, 2.0),
        Lesson(
            "gaussian",
            torch.cat([scores.mean, scores.log_variance], dim=1),
            torch.cat([taught.mean[rows], taught.log_variance[rows]], dim=1),
            everyone,
            weight=0.1,
        ),
    ]
    for name, heard in scores.heard.items():
        if name in taught.heard:
            lessons.append(
                Lesson(
                    "labels",
                    heard[:, :count],
                    told(taught.heard[name][rows][:, :count]),
                    scores.used[name],
                    recipe.schedule.temperature(epoch, name),
                    0.5,
                )
            )
    return distillation(lessons)


#: What follows from a parameter, by the sections of derived amounts.
_FOLLOWING = {
    "hull.thickness": ("derived.hull.", "derived.buoyancy."),
    "waste.storage_capacity": ("derived.waste.",),
    "buoyancy.emergency": ("derived.buoyancy.",),
}


def hide_parameters(batch: ModalityBatch, vocabulary: Vocabulary, chance: float) -> ModalityBatch:
    """Return the batch with some stated parameters hidden, and all that follows from them.

    Few specifications leave out a wall or a store; without this a reader would hardly learn to
    estimate them. The draw is of torch's own generator.
    """
    if "structure" not in batch.values or chance <= 0:
        return batch
    values = batch.values["structure"].clone()
    names = list(vocabulary.amounts)
    for fact, sections in _FOLLOWING.items():
        at = [
            vocabulary.logits + names.index(name)
            for name in names
            if name == fact or name.startswith(sections)
        ]
        hidden = torch.rand(len(batch)) < chance
        values[:, at] = torch.where(hidden[:, None], torch.nan, values[:, at])
    return replace(batch, values={**batch.values, "structure": values})


def train_reader(
    reader: DesignReader,
    vocabulary: Vocabulary,
    training: Loader,
    validation: Loader,
    recipe: Recipe,
    *,
    taught: Taught | None = None,
    aligners: nn.ModuleDict | None = None,
    checkpoints: Path | None = None,
    progress: str | None = None,
) -> History:
    """Train a reader; the best epoch by validation loss is kept.

    Args:
        reader: student or teacher, trained in place.
        vocabulary: of its concepts.
        training, validation: surveys.
        recipe: see :class:`Recipe`.
        taught: what the teachers say of the training designs; ``None`` trains on labels alone.
        aligners: by modality, from teacher features to the student's projected ones.
        checkpoints: folder from which a killed training goes on.
        progress: title of a progress bar.
    """

    now = 0
    # Fewer designs than a batch are one batch: whole ones alone would teach nothing at all.
    size = min(recipe.batch, len(training))

    def batches(epoch: int) -> Iterator[ModalityBatch]:
        nonlocal now
        now = epoch
        return training.shuffled(recipe.seed, epoch, size)

    def step(batch: ModalityBatch) -> Tensor:
        scores: Scores = reader(hide_parameters(batch, vocabulary, recipe.hide))
        task = task_loss(scores, batch.targets, vocabulary)
        if taught is None:
            return recipe.objective(task).total
        rows = batch.targets["row"]
        told = distill_loss(scores, taught, rows, vocabulary, recipe, now)
        aligned = None
        if aligners is not None and recipe.objective.gamma > 0:
            aligned = align_loss(reader, scores, taught, rows, aligners, recipe)
        return recipe.objective(task, distill=told, align=aligned).total

    def validate() -> float:
        losses, sizes = [], []
        for batch in validation.ordered():
            losses.append(float(task_loss(reader(batch), batch.targets, vocabulary)))
            sizes.append(len(batch))
        return float(np.average(losses, weights=sizes))

    parameters = [one for one in reader.parameters() if one.requires_grad]
    if aligners is not None:
        parameters += list(aligners.parameters())
    torch.manual_seed(recipe.seed)
    optimiser = torch.optim.AdamW(parameters, lr=recipe.rate, weight_decay=recipe.decay)
    steps = recipe.epochs * (len(training) // size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.rate, total_steps=steps + 1, pct_start=0.15
    )

    def follow() -> None:
        # By the steps that the optimiser has taken: they come back from a checkpoint, the
        # schedule's own count does not.
        taken = max(int(one["step"]) for one in optimiser.state.values())
        if taken <= steps:
            schedule.last_epoch = taken - 1
            schedule.step()

    # Projectors of the teachers learn too: a checkpoint has to hold them.
    learned = reader if aligners is None else nn.ModuleList([reader, aligners])
    return fit(
        learned,
        step=step,
        batches=batches,
        validate=validate,
        optimiser=optimiser,
        epochs=recipe.epochs,
        patience=recipe.patience,
        device="cpu",
        progress=progress,
        tick=follow,
        checkpoints=checkpoints,
        fingerprint=f"{recipe} {len(training)} {taught is None}",
    )


def align_loss(
    reader: DesignReader,
    scores: Scores,
    taught: Taught,
    rows: Tensor,
    aligners: nn.ModuleDict,
    recipe: Recipe,
) -> Tensor:
    """Return how far the projected features of student and teachers lie apart."""
    names = [name for name in scores.features if name in taught.features]
    pairs = {
        name: (
            reader.projectors[name](scores.features[name]),
            aligners[name](taught.features[name][rows]),
        )
        for name in names
    }
    if recipe.alignment == "naive":
        own, told = zip(*pairs.values(), strict=True)
        return naive_label_zero_nce(torch.stack(own).mean(dim=0), told)
    return alignment(pairs, scores.used, comparison=recipe.alignment)
