"""Crops of lessons: what a batch of the student's training is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from coastal.flood.chips import TILE
from coastal.flood.lessons import LABELLED, Lesson, tile_of
from coastal.flood.optics import COARSE
from coastal.flood.teacher import PATCH

#: Coarse pixels along the side of a crop.
CROP = 2 * TILE // COARSE
#: Coarse pixels along the side of a teacher's patch.
PATCHED = PATCH // COARSE


def label_weights(lessons: Sequence[Lesson], tiles: NDArray[np.int64]) -> list[Tensor]:
    """Return how much each coarse pixel's label counts: only in tiles that are labelled."""
    weights = [torch.zeros_like(one.valid) for one in lessons]
    for number, row, column in tiles:
        tile_of(weights[number], row, column)[:] = tile_of(lessons[number].valid, row, column)
    return weights


def anywhere(lessons: Sequence[Lesson], count: int, draw: np.random.Generator) -> NDArray[np.int64]:
    """Return tiles (chip, row, column) drawn from the chips on which the teacher speaks."""
    heard = np.flatnonzero([one.told is not None for one in lessons])
    chips = heard[draw.integers(len(heard), size=count)]
    places = [[int(one) // LABELLED for one in lessons[chip].valid.shape] for chip in chips]
    return np.array(
        [
            [chip, *(draw.integers(one) for one in place)]
            for chip, place in zip(chips, places, strict=True)
        ]
    )


def crops(
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
