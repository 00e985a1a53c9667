"""Softening temperatures over the epochs of a training, each modality its own.

Teachers are calibrated first; what is scheduled comes on top. Which schedule helps is a question
for validation data, not a default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from base import DistillError
from distill.calibration import softmax


class Schedule(Protocol):
    """Tells how far a teacher is softened."""

    def temperature(self, epoch: int, modality: str) -> float | Tensor:
        """Return the temperature of a modality's teacher in an epoch, from 0."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """One temperature for all epochs, for all modalities or for each its own.

    Raises:
        DistillError: (when asked) the modality has none.
    """

    value: float | Mapping[str, float] = 1.0

    def temperature(self, epoch: int, modality: str) -> float:
        """Return the temperature, whatever the epoch."""
        if not isinstance(self.value, Mapping):
            return self.value
        if modality not in self.value:
            raise DistillError(
                f"no temperature for {modality}", where="schedule", hint="give each modality one"
            )
        return self.value[modality]


@dataclass(frozen=True, slots=True)
class Geometric:
    """From soft to sharp by the same factor in each epoch, as :func:`geometric`."""

    epochs: int
    start: float = 5.0
    end: float = 1.0

    def temperature(self, epoch: int, modality: str) -> float:
        """Return the temperature of the epoch; beyond the last it stays at ``end``."""
        return geometric(min(epoch, self.epochs - 1), self.epochs, start=self.start, end=self.end)


def entropy_matched_schedule(logits: Mapping[str, ArrayLike], entropy: float) -> Constant:
    """Return constant temperatures at which all teachers are equally unsure.

    Args:
        logits: of each modality's calibrated teacher on training data, shape (n, classes).
        entropy: mean entropy in nats that each shall have, as of :func:`entropy_matched`.
    """
    return Constant({name: entropy_matched(told, entropy) for name, told in logits.items()})


class Learned(nn.Module):
    """Temperatures that a student's adversary learns (CTKD, Li et al. 2023, arXiv:2211.16231).

    Gradients are reversed, so that the optimiser that lowers the student's loss moves each
    temperature to where the loss is higher; the reversal grows from nothing to full strength by a
    cosine: easy lessons first. The parameters belong into the optimiser, without weight decay, and
    the module into the model that is checkpointed.

    Args:
        modalities: each gets a temperature.
        low, high: open bounds of it.
        start: its first value, between them.
        warm_up: epochs until the reversal is whole.

    Raises:
        DistillError: a start beyond the bounds.
    """

    def __init__(
        self, modalities: tuple[str, ...], *, low: float = 1.0, high: float = 21.0,
        start: float = 4.0, warm_up: int = 10,
    ) -> None:  # fmt: skip
        super().__init__()
        if not 0 < low < start < high:
            raise DistillError(
                f"temperatures from {low} to {high} that start at {start}", where="schedule",
                hint="give 0 < low < start < high",
            )  # fmt: skip
        self.low, self.high, self.warm_up = low, high, warm_up
        share = (start - low) / (high - low)
        self.places = nn.ParameterDict(
            {name: torch.tensor(math.log(share / (1 - share))) for name in modalities}
        )

    def temperature(self, epoch: int, modality: str) -> Tensor:
        """Return the temperature, shape (); its gradient is reversed."""
        strength = 0.5 * (1 - math.cos(math.pi * min(1.0, epoch / max(self.warm_up, 1))))
        place = _Reversed.apply(self.places[modality], strength)  # type: ignore[no-untyped-call]
        found: Tensor = self.low + (self.high - self.low) * torch.sigmoid(place)
        return found


class _Reversed(torch.autograd.Function):
    """The identity, whose gradient is multiplied by ``-strength`` (Ganin and Lempitsky 2015)."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, strength: float) -> Tensor:
        ctx.strength = strength
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, *slopes: Any) -> tuple[Tensor, None]:
        return -ctx.strength * slopes[0], None


def geometric(epoch: int, epochs: int, *, start: float = 5.0, end: float = 1.0) -> float:
    """Return ``start (end / start)^(e / (E - 1))``: exactly ``end`` in the last epoch.

    Args:
        epoch: from 0.
        epochs: ``E``; a single epoch has the last temperature.
    """
    return end if epochs == 1 else float(start * (end / start) ** (epoch / (epochs - 1)))


def entropy_matched(
    logits: ArrayLike, entropy: float, *, low: float = 0.1, high: float = 20.0
) -> float:
    """Return the temperature at which the teacher's mean entropy is ``entropy``, by bisection.

    Entropy grows with temperature; what lies beyond the bounds gets the nearer bound. A teacher
    that is flat already is softened less.

    Args:
        logits: calibrated, shape (n, classes).
        entropy: in nats, between 0 and log(classes).
    """
    for _ in range(60):
        middle = (low * high) ** 0.5
        chance = softmax(np.asarray(logits) / middle)
        found = -(chance * np.log(np.maximum(chance, 1e-300))).sum(axis=-1).mean()
        low, high = (middle, high) if found < entropy else (low, middle)
    return float((low * high) ** 0.5)
