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
from coastal.flood.chips import TILE, Chip
from coastal.flood.optics import COARSE, CoarseImage, blocks, water_share
from coastal.flood.scores import scored
from coastal.flood.student import WIDTH, FloodNet, jittered, student_input
from coastal.flood.teacher import PATCH, TaughtChip, is_validation
from distill.losses import soft_cross_entropy, softened_kl
from distill.metrics import iou
from distill.objective import Objective, alignment
from distill.projection import AlignmentHead
from distill.schedule import Geometric
from distill.training import fit

#: Coarse pixels along the side of a tile, which is the unit that is labelled, and of a crop.
LABELLED, CROP = TILE // COARSE, 2 * TILE // COARSE
#: Coarse pixels along the side of a teacher's patch.
PATCHED = PATCH // COARSE
#: One labelled tile in so many validates, one at least.
VALIDATES = 4

#: A teacher is heard on a training chip only where its IoU with the labels reaches this.
HEARD = 0.5

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


@dataclass(frozen=True, slots=True)
class Lesson:
    """One chip as the student's training sees it, on the coarse grid.

    Attributes:
        image: of :func:`coastal.flood.student.student_input`.
        share: of water, shape (height, width).
        valid: share of valid labels, same shape.
        told: logits (dry, water) of the teacher, shape (2, height, width); or ``None``.
        tokens: the teacher's features, shape (width, height / 2, width / 2); or ``None``.
    """

    image: Tensor
    share: Tensor
    valid: Tensor
    told: Tensor | None
    tokens: Tensor | None


def lesson(chip: Chip, seen: CoarseImage, said: TaughtChip | None) -> Lesson:
    """Return a training chip on the coarse grid, with what the teacher says of it.

    Probabilities are averaged, not logits. Where the teacher does not even reproduce the labels
    that it learned from (IoU below :data:`HEARD`: water that radar does not show) it is silent.

    Args:
        chip: with its labels.
        seen: its coarse image.
        said: what the teacher says of it, or nothing.
    """
    share, valid = (torch.from_numpy(one.astype(np.float32)) for one in water_share(chip))
    told = tokens = None
    if said is not None and _reproduces(said, chip):
        mean = torch.from_numpy(blocks(said.probability)).clamp(1e-4, 1 - 1e-4).float()
        told, tokens = torch.stack([1 - mean, mean]).log(), said.tokens.permute(2, 0, 1)
    return Lesson(student_input(seen.reflectance, seen.cloud), share, valid, told, tokens)


def labelled_tiles(
    lessons: Sequence[Lesson], fraction: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the tiles whose labels may be used: to train, and to validate.

    Tiles are drawn from those with any valid label; the smaller fraction's are among the larger's.

    Args:
        lessons: of the training chips.
        fraction: of all tiles, more than 0, at most 1.
        seed: of the draw.

    Returns:
        two arrays of (chip, row, column), shape (tiles, 3).
    """
    if not 0 < fraction <= 1:
        raise DistillError(f"a fraction of {fraction:g}", where="labels", hint="0 < fraction <= 1")
    every = [
        (number, row, column)
        for number, one in enumerate(lessons)
        for row in range(one.valid.shape[0] // LABELLED)
        for column in range(one.valid.shape[1] // LABELLED)
        if bool((_tile(one.valid, row, column) > 0).any())
    ]
    order = np.random.default_rng((seed, 77)).permutation(len(every))
    taken = np.array(every)[order[: max(2, round(fraction * len(every)))]]
    held = max(1, len(taken) // VALIDATES)
    return taken[held:], taken[:held]


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
    weights = _weights(lessons, train)
    silent = _silent(lessons)
    speaks = [
        (1 - _spread(marks, one.valid)) * float(one.told is not None)
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
                anywhere = _anywhere(lessons, plan.batch, other)
                picks = np.concatenate([picks, anywhere])
            image, *rest = _crops(lessons, weights, speaks, picks, turn, taught)
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
        asked = _within(lessons, np.argwhere(silent))
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


def _reproduces(said: TaughtChip, chip: Chip) -> bool:
    """Return whether the teacher finds the water of a chip; without any there is none to find."""
    found = scored(said.probability, chip.label).iou
    return found is None or found >= HEARD


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


def _tile(values: Tensor, row: int, column: int, side: int = LABELLED) -> Tensor:
    top, left = row * LABELLED, column * LABELLED
    return values[..., top : top + side, left : left + side]


def _weights(lessons: Sequence[Lesson], tiles: NDArray[np.int64]) -> list[Tensor]:
    """Return how much each coarse pixel's label counts: only in tiles that are labelled."""
    weights = [torch.zeros_like(one.valid) for one in lessons]
    for number, row, column in tiles:
        _tile(weights[number], row, column)[:] = _tile(lessons[number].valid, row, column)
    return weights


def _anywhere(
    lessons: Sequence[Lesson], count: int, draw: np.random.Generator
) -> NDArray[np.int64]:
    heard = np.flatnonzero([one.told is not None for one in lessons])
    chips = heard[draw.integers(len(heard), size=count)]
    places = [[int(one) // LABELLED for one in lessons[chip].valid.shape] for chip in chips]
    return np.array(
        [
            [chip, *(draw.integers(one) for one in place)]
            for chip, place in zip(chips, places, strict=True)
        ]
    )


def _crops(
    lessons: Sequence[Lesson], weights: Sequence[Tensor], speaks: Sequence[Tensor],
    picks: NDArray[np.int64], turn: int, taught: bool,
) -> Iterator[Tensor]:  # fmt: skip
    """Yield image, share and weight of crops, turned alike, and what the teacher said."""
    deep = max((len(one.tokens) for one in lessons if one.tokens is not None), default=0)
    stacks: list[list[Tensor]] = [[] for _ in range(6 if taught else 3)]
    for number, row, column in picks:
        one = lessons[number]
        height, width = one.valid.shape
        # A crop is two tiles wide and begins at most one tile before its own.
        top = min(max(row * LABELLED - LABELLED // 2, 0), height - CROP)
        left = min(max(column * LABELLED - LABELLED // 2, 0), width - CROP)
        parts = [one.image, one.share, weights[number]]
        if taught:
            told, tokens = one.told, one.tokens
            if told is None or tokens is None:
                told = torch.zeros(2, height, width)
                tokens = torch.zeros(deep, height // PATCHED, width // PATCHED)
            parts += [told, tokens, speaks[number]]
        for at, part in enumerate(parts):
            scale = PATCHED if at == 4 else 1
            y, x, side = top // scale, left // scale, CROP // scale
            stacks[at].append(part[..., y : y + side, x : x + side])
    for stack in stacks:
        whole = torch.rot90(torch.stack(stack), turn % 4, (-2, -1))
        yield whole.flip(-1) if turn >= 4 else whole


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
        kept.append([_tile(part, row, column) for part in (logits[int(chip)], share, valid)])
    heard, shares, weights = zip(*kept, strict=True)
    return torch.stack(heard), torch.stack(shares), torch.stack(weights)


def _silent(lessons: Sequence[Lesson]) -> NDArray[np.bool_]:
    """Return tiles on which the teacher says nothing in training, (chips, rows, columns)."""
    sizes = [one.valid.shape for one in lessons]
    rows, columns = (max(size[at] for size in sizes) // LABELLED for at in (0, 1))
    return is_validation(len(lessons), rows, columns)


def _within(lessons: Sequence[Lesson], tiles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those tiles that lie within their chip."""
    sizes = np.array([one.valid.shape for one in lessons])[tiles[:, 0]] // LABELLED
    return np.asarray(tiles[(tiles[:, 1:] < sizes).all(axis=1)])


def _spread(marks: NDArray[np.bool_], like: Tensor) -> Tensor:
    """Return marks of tiles on the coarse grid of a chip; 0 beyond the last whole tile."""
    fine = np.kron(marks, np.ones((LABELLED, LABELLED)))
    whole = np.zeros(like.shape)
    height, width = (min(one, other) for one, other in zip(fine.shape, like.shape, strict=True))
    whole[:height, :width] = fine[:height, :width]
    return torch.from_numpy(whole.astype(np.float32))
