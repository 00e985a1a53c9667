"""Training of the hashed student with torch, from labels or a teacher's logits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from distill.calibration import fit_temperature
from distill.hashed import Features, HashedStudent
from distill.training import fit


@dataclass(frozen=True, slots=True)
class StudentSettings:
    """Sizes and schedule of a student.

    Attributes:
        buckets, width: of the table of hashed keys.
        hidden: hidden units.
        dropout: of bag and hidden units while training.
        epochs, patience, batch, rate, decay: of the training.
    """

    buckets: int = 4096
    width: int = 16
    hidden: int = 32
    dropout: float = 0.3
    epochs: int = 30
    patience: int = 4
    batch: int = 64
    rate: float = 1e-2
    decay: float = 1e-2


class HashedNetwork(nn.Module):
    """The trainable form of :class:`distill.hashed.HashedStudent`."""

    def __init__(self, settings: StudentSettings, *, dense: int, labels: int) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(settings.buckets, settings.width, mode="mean")
        self.hidden = nn.Linear(settings.width + dense, settings.hidden)
        self.output = nn.Linear(settings.hidden, labels)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, keys: Tensor, offsets: Tensor, dense: Tensor) -> Tensor:
        """Return logits, shape (batch, labels)."""
        joined = torch.cat([self.table(keys, offsets), dense], dim=-1)
        units = torch.relu(self.hidden(self.dropout(joined)))
        logits: Tensor = self.output(self.dropout(units))
        return logits

    def weights(self) -> HashedStudent:
        """Return the weights as arrays, uncalibrated."""

        def array(value: Tensor) -> NDArray[np.float32]:
            return value.detach().numpy().astype(np.float32)

        return HashedStudent(
            table=array(self.table.weight),
            hidden=array(self.hidden.weight),
            hidden_bias=array(self.hidden.bias),
            output=array(self.output.weight),
            output_bias=array(self.output.bias),
            temperature=1.0,
        )


Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


def train_student(
    items: Sequence[Features],
    target: NDArray[np.float32],
    weight: NDArray[np.float32],
    *,
    validation: tuple[Sequence[Features], NDArray[np.float32]],
    loss: Loss,
    settings: StudentSettings,
    seed: int,
) -> HashedStudent:
    """Return a student trained on ``items`` and calibrated on ``validation``.

    Args:
        items: what it learns from.
        target: one row per item, whatever ``loss`` compares logits with, shape (items, labels).
        weight: how far each item is trusted, shape (items,).
        validation: items and their probabilities, shape (items, labels), for early stopping and
            the temperature; one label means yes or no.
        loss: of (logits, target, weight).
        settings: sizes and schedule.
        seed: of the weights, the order and the dropout.
    """
    torch.manual_seed(seed)
    held, wanted = validation
    network = HashedNetwork(settings, dense=len(items[0].dense), labels=target.shape[1])
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.rate, weight_decay=settings.decay
    )

    def batches(epoch: int) -> Iterator[NDArray[np.int64]]:
        order = np.random.default_rng((seed, epoch)).permutation(len(items))
        for at in range(0, len(order), settings.batch):
            yield order[at : at + settings.batch]

    def step(chosen: NDArray[np.int64]) -> Tensor:
        logits = network(*_tensors([items[i] for i in chosen], settings.buckets))
        return loss(logits, torch.from_numpy(target[chosen]), torch.from_numpy(weight[chosen]))

    held_tensors, held_target = _tensors(held, settings.buckets), torch.from_numpy(wanted)
    even = torch.ones(len(held))

    def validate() -> float:
        return float(_likelihood(network(*held_tensors), held_target, even))

    fit(
        network, step=step, batches=batches, validate=validate, optimiser=optimiser,
        epochs=settings.epochs, patience=settings.patience, device="cpu",
    )  # fmt: skip
    with torch.no_grad():
        logits = network(*held_tensors).numpy()
    single = target.shape[1] == 1
    temperature = fit_temperature(
        logits[:, 0] if single else logits, wanted[:, 0] if single else wanted
    )
    return replace(network.weights(), temperature=temperature)


def _likelihood(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    from distill.losses import soft_binary_cross_entropy, soft_cross_entropy

    if logits.shape[1] == 1:
        return soft_binary_cross_entropy(logits[:, 0], target[:, 0], weight)
    return soft_cross_entropy(logits, target, weight)


def _tensors(items: Sequence[Features], buckets: int) -> tuple[Tensor, Tensor, Tensor]:
    keys = np.concatenate([item.keys for item in items]) % np.uint64(buckets)
    lengths = np.array([len(item.keys) for item in items], dtype=np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
    dense = np.stack([item.dense for item in items])
    return (
        torch.from_numpy(keys.astype(np.int64)),
        torch.from_numpy(offsets),
        torch.from_numpy(dense),
    )
