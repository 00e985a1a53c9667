"""Several teachers heard as one: probabilities are averaged, and only over those who speak."""

from __future__ import annotations

import json
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from base import DistillError, sha256_text
from distill.batch import ModalityBatch
from distill.heads import Kind
from distill.teacher import FrozenTeacher, Told


class TeacherEnsemble:
    """Teachers of the same outputs, with weights.

    Args:
        teachers: all of the same kind and number of outputs.
        weights: positive, one per teacher; all the same if not given.

    Raises:
        DistillError: no teacher, teachers of several kinds or widths, of features, or weights
            that do not fit.
    """

    def __init__(
        self, teachers: Sequence[FrozenTeacher], *, weights: Sequence[float] | None = None
    ) -> None:
        self.teachers = tuple(teachers)
        self.weights = tuple(weights) if weights is not None else (1.0,) * len(self.teachers)
        kinds = {(teacher.kind, teacher.outputs) for teacher in self.teachers}
        if len(kinds) != 1 or "features" in {kind for kind, _ in kinds}:
            raise DistillError(
                "no teachers, or such as cannot be averaged", where="ensemble",
                hint="give teachers of one kind and as many outputs, but not of features",
            )  # fmt: skip
        if len(self.weights) != len(self.teachers) or min(self.weights) <= 0:
            raise DistillError("one positive weight per teacher is due", where="ensemble")

    @property
    def kind(self) -> Kind:
        """What all of them say."""
        kind = self.teachers[0].kind
        assert kind != "features", "refused above"
        return kind

    @property
    def cost(self) -> int:
        """The number of their parameters; what several teachers share counts once."""
        every = (one for teacher in self.teachers for one in teacher.network.parameters())
        return sum({id(one): one.numel() for one in every}.values())

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of all that decides its answers: its teachers and their weights."""
        return sha256_text(json.dumps([[one.fingerprint for one in self.teachers], self.weights]))

    def speaks(self, batch: ModalityBatch) -> Tensor:
        """Return whether any teacher can judge each sample, shape (samples,)."""
        return torch.stack([teacher.speaks(batch) for teacher in self.teachers]).any(dim=0)

    def told(self, batch: ModalityBatch) -> Told:
        """Return the weighted mean of those who speak, as :func:`averaged`."""
        return averaged([one.told(batch) for one in self.teachers], self.weights, self.kind)


def averaged(told: Sequence[Told], weights: Sequence[float], kind: Kind) -> Told:
    """Return the mixture of what several teachers say, row by row over those who speak.

    Probabilities are averaged, not logits: a mean of logits is a normalised geometric mean, in
    which one teacher's "never" silences all others. Logits of the mean come back, so that every
    loss takes them: ``log p̄``, for labels ``log p̄ - log (1 - p̄)``. A mixture of Gaussians becomes
    the Gaussian of its mean and variance, ``Σ w (σ² + μ²) - μ̄²``: disagreement widens it.

    Args:
        told: of each teacher, same shapes.
        weights: positive, one per teacher.
        kind: of the outputs.
    """
    outputs = torch.stack([one.outputs for one in told])
    speaks = torch.stack([one.speaks for one in told])
    anyone = speaks.any(dim=0)
    # A row without any teacher is averaged as if all spoke, and blanked at the end.
    heard = (speaks | ~anyone).to(outputs)
    share = heard * torch.tensor(weights).to(outputs)[:, None]
    share = (share / share.sum(dim=0))[..., None]
    if kind == "gaussian":
        mixed = _moments(outputs, share)
    elif kind == "classes":
        mixed = _log_mean(functional.log_softmax(outputs, dim=-1), share)
    else:
        mixed = _log_mean(functional.logsigmoid(outputs), share) - _log_mean(
            functional.logsigmoid(-outputs), share
        )
    return Told(mixed.masked_fill(~anyone[:, None], 0), anyone)


def _log_mean(logged: Tensor, share: Tensor) -> Tensor:
    return torch.logsumexp(logged + share.log(), dim=0)


def _moments(outputs: Tensor, share: Tensor) -> Tensor:
    mean, log_variance = outputs.chunk(2, dim=-1)
    centre = (share * mean).sum(dim=0)
    variance = (share * (log_variance.exp() + (mean - centre).square())).sum(dim=0)
    return torch.cat([centre, variance.log()], dim=-1)
