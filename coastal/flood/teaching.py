"""Training the student: labels of some tiles, and what the teacher says of all the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from base import DistillError
from coastal.flood.crops import PATCHED, anywhere, crops, label_weights
from coastal.flood.lessons import (
    LABELLED,
    Lesson,
    labelled_tiles,
    silent_tiles,
    spread,
    tile_of,
    within,
)
from coastal.flood.student import WIDTH, FloodNet, jittered
from distill.losses import soft_cross_entropy, softened_kl
from distill.metrics import iou
from distill.objective import Objective, alignment
from distill.projection import AlignmentHead
from distill.schedule import Geometric
from distill.training import fit

Arm = Literal["distilled", "labels-only"]


@dataclass(frozen=True, slots=True)
class StudentPlan:
    """Training of the student; chosen on validation tiles, the same for both arms.

    Attributes:
        epochs: the temperature falls from 5 to exactly 1 in the last.
        steps: batches per epoch.
        batch: crops of 32 x 32 coarse pixels per batch and half: one half with labels, and for
            the distilled student one of any crops.
        rate: greatest learning rate.
        jitter: standard deviation of the log-gain by which each crop's bands are changed.
        distill, align: weights beside the task's 1.
    """

    epochs: int = 8
    steps: int = 12
    batch: int = 6
    rate: float = 5e-3
    jitter: float = 0.2
    distill: float = 1.0
    align: float = 0.2


def train_student(
    lessons: Sequence[Lesson], *, arm: Arm, fraction: float, seed: int,
    plan: StudentPlan | None = None, progress: str | None = None,
) -> tuple[FloodNet, float]:  # fmt: skip
    """Return a student and its threshold of greatest IoU on its own validation tiles.

    Both arms start from the same weights and see the same labelled crops in the same order. Both
    validate on a quarter of their labelled tiles, which train nothing and are part of the
    fraction; the distilled student also on what the teacher says of one tile in eight, of which it
    hears nothing in training.

    Args:
        lessons: of the training chips; a chip that is held out must not be among them.
        arm: with the teacher, or the same student on the same labels without it.
        fraction: of the tiles that are labelled.
        seed: of weights, tiles and order.
        plan: of the training.
        progress: title of a bar on standard error.
    """
    plan = plan or StudentPlan()
    torch.manual_seed(seed)
    student = FloodNet()
    taught = arm == "distilled"
    train, held = labelled_tiles(lessons, fraction, seed)
    weights = label_weights(lessons, train)
    silent = silent_tiles(lessons)
    speaks = [
        (1 - spread(marks, one.valid)) * float(one.told is not None)
        for marks, one in zip(silent, lessons, strict=True)
    ]
    silent &= np.array([one.told is not None for one in lessons])[:, None, None]
    projector = _projector(lessons) if taught else None
    whole = nn.ModuleDict({"student": student} | ({"projector": projector} if projector else {}))
    optimiser = torch.optim.AdamW(whole.parameters(), lr=plan.rate, weight_decay=1e-2)
    slope = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.rate, total_steps=plan.epochs * plan.steps + 1
    )
    schedule = Geometric(plan.epochs)
    objective = Objective(1.0, plan.distill, plan.align)

    def batches(epoch: int) -> Iterator[tuple[Tensor, ...]]:
        draw, other = (np.random.default_rng((seed, epoch, part)) for part in (0, 1))
        for _ in range(plan.steps):
            turn = int(draw.integers(8))
            picks = train[draw.integers(len(train), size=plan.batch)]
            if taught:
                elsewhere = anywhere(lessons, plan.batch, other)
                picks = np.concatenate([picks, elsewhere])
            image, *rest = crops(lessons, weights, speaks, picks, turn, taught)
            shift = draw.normal(0, plan.jitter, (2 * plan.batch, 3))[: len(image)]
            yield torch.tensor(epoch), jittered(image, torch.from_numpy(shift).float()), *rest

    def step(batch: tuple[Tensor, ...]) -> Tensor:
        epoch, image, share, weight, *said = batch
        logits, features = student(image)
        task = _task(logits[: plan.batch], share[: plan.batch], weight[: plan.batch])
        if not taught:
            return objective(task).total
        told, tokens, speaks = said
        heard = _rows(speaks[:, None])[:, 0] > 0
        temperature = schedule.temperature(int(epoch), "optics")
        distill = softened_kl(_rows(logits)[heard], _rows(told)[heard], temperature=temperature)
        own = _rows(functional.avg_pool2d(features, PATCHED))
        assert projector is not None
        pairs = projector({"optics": own}, {"optics": _rows(tokens)})
        apart = functional.avg_pool2d(speaks[:, None], PATCHED)
        near = alignment(pairs, {"optics": _rows(apart)[:, 0] > 0}, comparison="cosine")
        return objective(task, distill=distill, align=near).total

    def validation() -> tuple[Tensor, Tensor, Tensor]:
        labelled = _heard(student, lessons, held, told=False)
        if not taught:
            return labelled
        asked = within(lessons, np.argwhere(silent))
        if not len(asked):
            return labelled
        said = _heard(student, lessons, asked, told=True)
        logits, share, valid = (torch.cat(both) for both in zip(labelled, said, strict=True))
        return logits, share, valid

    def validate() -> float:
        return float(_task(*validation()))

    fit(
        whole, step=step, batches=batches, validate=validate, optimiser=optimiser,
        epochs=plan.epochs, patience=plan.epochs, device="cpu", progress=progress,
        tick=slope.step,
    )  # fmt: skip
    with torch.no_grad():
        logits, share, valid = validation()
    return student, _threshold(torch.softmax(logits, 1)[:, 1], share, valid)


def _projector(lessons: Sequence[Lesson]) -> AlignmentHead:
    wide = [len(one.tokens) for one in lessons if one.tokens is not None]
    if not wide:
        raise DistillError("no teacher spoke", where="flood student", hint="give lessons with one")
    return AlignmentHead({"optics": WIDTH}, {"optics": wide[0]})


def _task(logits: Tensor, share: Tensor, weight: Tensor) -> Tensor:
    target = torch.stack([1 - share, share], dim=1)
    flat = weight.flatten()
    if not bool((flat > 0).any()):
        return logits.sum() * 0
    return soft_cross_entropy(_rows(logits), _rows(target), flat)


def _threshold(probability: Tensor, share: Tensor, valid: Tensor) -> float:
    """Return the threshold of greatest IoU, drawn half-way to 0.5: few tiles validate."""
    wet, sure = share.numpy() * valid.numpy(), valid.numpy()
    if wet.sum() < LABELLED:
        return 0.5
    stated, grid = probability.numpy(), np.linspace(0.1, 0.9, 17)
    found = []
    for one in grid:
        said = stated >= one
        hits = (wet * said).sum()
        found.append(float(iou([hits, (sure * said).sum() - hits, wet.sum() - hits])))
    best = np.flatnonzero(np.array(found) >= max(found) - 1e-3)
    return float((0.5 + grid[best].mean()) / 2)


def _rows(maps: Tensor) -> Tensor:
    return maps.movedim(1, -1).reshape(-1, maps.shape[1])


def _heard(
    student: FloodNet, lessons: Sequence[Lesson], tiles: NDArray[np.int64], *, told: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Return logits, shares and their weight of tiles; each chip is read whole, as in use.

    Args:
        told: the share is what the teacher says, not the label.
    """
    logits = {int(one): student(lessons[one].image[None])[0][0] for one in np.unique(tiles[:, 0])}
    kept = []
    for chip, row, column in tiles:
        one = lessons[chip]
        share, valid = one.share, one.valid
        if told:
            assert one.told is not None
            share, valid = one.told[1].exp(), torch.ones_like(one.valid)
        kept.append([tile_of(part, row, column) for part in (logits[int(chip)], share, valid)])
    heard, shares, weights = zip(*kept, strict=True)
    return torch.stack(heard), torch.stack(shares), torch.stack(weights)
