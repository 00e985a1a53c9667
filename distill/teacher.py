"""Frozen, calibrated teachers: their weights and temperatures no longer change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from base import DistillError, sha256_text
from distill.batch import ModalityBatch
from distill.calibration import fit_temperature
from distill.encoder import HeadedEncoder
from distill.heads import Kind
from distill.weights import weights_hash


@dataclass(frozen=True, slots=True)
class Told:
    """What a teacher says of a batch.

    Attributes:
        outputs: calibrated, shape (samples, outputs); zero where it is silent.
        speaks: whether it saw all that it needs, boolean, shape (samples,).
    """

    outputs: Tensor
    speaks: Tensor


class FrozenTeacher:
    """A trained network that speaks of the samples whose modalities it knows.

    No gradient flows into it, its parameters cannot change and it answers in evaluation mode.

    Args:
        network: from a batch of only ``modalities``, in which no sample lacks one, to outputs
            (samples, outputs); see :class:`OneModality`. Its parameters are frozen here.
        kind: of the outputs, as in :mod:`distill.heads`; or "features", which are not calibrated.
        modalities: all that it needs of a sample.
        outputs: how many there are; for a Gaussian, means and log-variances.
        temperature: what logits are divided by; for a Gaussian, what variances are multiplied by.
    """

    def __init__(
        self, network: nn.Module, *, kind: Kind | Literal["features"], modalities: Sequence[str],
        outputs: int, temperature: float = 1.0,
    ) -> None:  # fmt: skip
        network.requires_grad_(False)
        self.network = network
        self.kind: Kind | Literal["features"] = kind
        self.modalities = tuple(sorted(modalities))
        self.outputs = outputs
        self.temperature = temperature

    def told(self, batch: ModalityBatch) -> Told:
        """Return what the teacher says of each sample that it can judge; it may be none.

        Raises:
            DistillError: the network has another number of outputs than was said.
        """
        speaks = self.speaks(batch)
        if not speaks.any():
            return Told(torch.zeros(len(batch), self.outputs, device=speaks.device), speaks)
        heard = batch.rows(speaks.nonzero()[:, 0]).only(self.modalities)
        self.network.eval()
        with torch.no_grad():
            found = self._calibrated(self.network(heard))
        if found.shape[1:] != (self.outputs,):
            raise DistillError(
                f"outputs of shape {tuple(found.shape)} from a teacher of {self.outputs} outputs",
                where="teacher",
            )
        outputs = found.new_zeros(len(batch), self.outputs)
        outputs[speaks] = found
        return Told(outputs, speaks)

    def speaks(self, batch: ModalityBatch) -> Tensor:
        """Return whether each sample has all that the teacher needs, shape (samples,)."""
        nothing = torch.zeros_like(next(iter(batch.present.values())))
        masks = [batch.present.get(name, nothing) for name in self.modalities]
        return torch.stack(masks).all(dim=0)

    @property
    def cost(self) -> int:
        """The number of its parameters."""
        return sum(parameter.numel() for parameter in self.network.parameters())

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of all that decides its answers: weights, temperature, kind, modalities."""
        parts = [weights_hash(self.network), self.kind, self.modalities, repr(self.temperature)]
        return sha256_text(json.dumps(parts))

    def _calibrated(self, raw: Tensor) -> Tensor:
        if self.kind == "features":
            return raw
        if self.kind != "gaussian":
            return raw / self.temperature
        mean, log_variance = raw.chunk(2, dim=-1)
        return torch.cat([mean, log_variance + float(np.log(self.temperature))], dim=-1)


class OneModality(nn.Module):
    """Lets a network of one modality's values take a batch."""

    def __init__(self, name: str, network: nn.Module) -> None:
        super().__init__()
        self.name, self.network = name, network

    def forward(self, batch: ModalityBatch) -> Tensor:
        """Return what the network says of the values, shape (samples, outputs)."""
        outputs: Tensor = self.network(batch.values[self.name])
        return outputs


def frozen(
    network: nn.Module, *, kind: Kind, modalities: Sequence[str], outputs: int,
    validation: ModalityBatch, target: Tensor,
) -> FrozenTeacher:  # fmt: skip
    """Return a teacher that is frozen and then calibrated on samples it was not trained on.

    Logits get the temperature of the best likelihood (Guo et al. 2017, arXiv:1706.04599), one for
    all labels; a Gaussian the mean of ``(t - μ)² / σ²``, which is its best common factor.

    Args:
        network, kind, modalities, outputs: as of :class:`FrozenTeacher`.
        validation: the samples.
        target: class numbers, shape (samples,); or labels or values, shape (samples, heads).

    Raises:
        DistillError: the teacher can judge none of the samples.
    """
    raw = FrozenTeacher(network, kind=kind, modalities=modalities, outputs=outputs)
    told = raw.told(validation)
    if not told.speaks.any():
        raise DistillError("no validation sample that it can judge", where="teacher")
    said, wanted = told.outputs[told.speaks].double().cpu(), target.cpu()[told.speaks.cpu()]
    if kind == "gaussian":
        mean, log_variance = said.chunk(2, dim=-1)
        found = float(((wanted - mean).square() * (-log_variance).exp()).mean())
    elif kind == "classes":
        found = fit_temperature(said.numpy(), np.eye(said.shape[1])[wanted.numpy()])
    else:
        found = fit_temperature(said.flatten().numpy(), wanted.flatten().numpy())
    return FrozenTeacher(
        network, kind=kind, modalities=modalities, outputs=outputs, temperature=found
    )


class CalibratedTeacher:
    """Answers with logits that were calibrated on validation data.

    Args:
        network: its parameters are frozen here.
        temperatures: what the logits of each task are divided by.
    """

    def __init__(self, network: HeadedEncoder, temperatures: Mapping[str, float]) -> None:
        network.requires_grad_(False)
        network.eval()
        self.network = network
        self.temperatures = dict(temperatures)

    def logits(self, task: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return calibrated logits, shape (texts, labels)."""
        raw = self.network.answer(task, texts)
        return np.asarray(raw / self.temperatures[task], dtype=np.float32)


def calibrated(
    network: HeadedEncoder, validation: Mapping[str, tuple[Sequence[str], NDArray[np.float32]]]
) -> CalibratedTeacher:
    """Return a frozen teacher with one temperature per task.

    Args:
        network: a trained encoder.
        validation: texts and target probabilities (texts, labels) by task; one label is yes or no.
    """
    temperatures = {}
    for task, (texts, target) in validation.items():
        logits = network.answer(task, texts)
        single = target.shape[1] == 1
        temperatures[task] = fit_temperature(
            logits[:, 0] if single else logits, target[:, 0] if single else target
        )
    return CalibratedTeacher(network, temperatures)
