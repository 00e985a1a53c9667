"""Replay: a small, fair sample of all that was seen, to be learned again beside the new."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from base import DistillError
from distill.batch import ModalityBatch, joined


@dataclass(frozen=True, slots=True)
class Reservoir:
    """Up to ``capacity`` samples, any seen sample as likely to be among them as any other.

    Algorithm R (Vitter 1985); for replay see Chaudhry et al. 2019 (arXiv:1902.10486). Draws follow
    from the seed and the number of samples seen, so that a resumed training repeats them.

    Attributes:
        capacity: of samples.
        seed: of all draws.
        kept: the samples; ``None`` before the first.
        seen: samples that came by.

    Raises:
        DistillError: no room.
    """

    capacity: int
    seed: int = 0
    kept: ModalityBatch | None = None
    seen: int = 0

    def __post_init__(self) -> None:
        if self.capacity < 1:
            raise DistillError("a buffer without room", where="replay", hint="give 1 or more")

    def after(self, batch: ModalityBatch) -> Reservoir:
        """Return the reservoir after a batch came by.

        Raises:
            DistillError: the batch has other parts or shapes than those before.
        """
        draw = np.random.default_rng((self.seed, self.seen))
        held = 0 if self.kept is None else len(self.kept)
        places = list(range(held))
        for row in range(len(batch)):
            number = self.seen + row
            if number < self.capacity:
                places.append(held + row)
            elif (place := int(draw.integers(number + 1))) < self.capacity:
                places[place] = held + row
        whole = batch if self.kept is None else joined([self.kept, batch])
        return replace(self, kept=whole.rows(torch.tensor(places)), seen=self.seen + len(batch))

    def draw(self, count: int, *, turn: int) -> ModalityBatch:
        """Return some kept samples, none twice, the same ones for the same turn.

        Args:
            count: at most so many.
            turn: number of the draw, such as the training step.

        Raises:
            DistillError: nothing was kept yet.
        """
        if self.kept is None:
            raise DistillError("an empty buffer", where="replay", hint="give it a batch first")
        order = np.random.default_rng((self.seed, self.seen, turn)).permutation(len(self.kept))
        return self.kept.rows(torch.from_numpy(order[:count]))
