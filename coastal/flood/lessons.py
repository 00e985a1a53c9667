"""Lessons: a chip on the coarse grid, what the teacher says of it, and which tiles are labelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from base import DistillError
from coastal.flood.chips import TILE, Chip
from coastal.flood.optics import COARSE, CoarseImage, blocks, water_share
from coastal.flood.scores import scored
from coastal.flood.student import student_input
from coastal.flood.teacher import TaughtChip, is_validation

#: Coarse pixels along the side of a tile, which is the unit that is labelled.
LABELLED = TILE // COARSE
#: One labelled tile in so many validates, one at least.
VALIDATES = 4
#: A teacher is heard on a training chip only where its IoU with the labels reaches this.
HEARD = 0.5


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
        if bool((tile_of(one.valid, row, column) > 0).any())
    ]
    order = np.random.default_rng((seed, 77)).permutation(len(every))
    taken = np.array(every)[order[: max(2, round(fraction * len(every)))]]
    held = max(1, len(taken) // VALIDATES)
    return taken[held:], taken[:held]


def silent_tiles(lessons: Sequence[Lesson]) -> NDArray[np.bool_]:
    """Return tiles on which the teacher says nothing in training, (chips, rows, columns)."""
    sizes = [one.valid.shape for one in lessons]
    rows, columns = (max(size[at] for size in sizes) // LABELLED for at in (0, 1))
    return is_validation(len(lessons), rows, columns)


def within(lessons: Sequence[Lesson], tiles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those tiles that lie within their chip."""
    sizes = np.array([one.valid.shape for one in lessons])[tiles[:, 0]] // LABELLED
    return np.asarray(tiles[(tiles[:, 1:] < sizes).all(axis=1)])


def spread(marks: NDArray[np.bool_], like: Tensor) -> Tensor:
    """Return marks of tiles on the coarse grid of a chip; 0 beyond the last whole tile."""
    fine = np.kron(marks, np.ones((LABELLED, LABELLED)))
    whole = np.zeros(like.shape)
    height, width = (min(one, other) for one, other in zip(fine.shape, like.shape, strict=True))
    whole[:height, :width] = fine[:height, :width]
    return torch.from_numpy(whole.astype(np.float32))


def tile_of(values: Tensor, row: int, column: int) -> Tensor:
    """Return a view of one tile of a map, shape (..., 16, 16)."""
    top, left = row * LABELLED, column * LABELLED
    return values[..., top : top + LABELLED, left : left + LABELLED]


def _reproduces(said: TaughtChip, chip: Chip) -> bool:
    """Return whether the teacher finds the water of a chip; without any there is none to find."""
    found = scored(said.probability, chip.label).iou
    return found is None or found >= HEARD
