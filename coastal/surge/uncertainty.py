"""How sure: dropout draws, ensembles, an ensemble in one student; deviations in two parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from coastal.surge.learning import OWN, cooling, likelihood, shuffled
from coastal.surge.network import SurgeNetwork
from distill.batch import ModalityBatch
from distill.training import fit
from distill.uncertainty import Spread, dropout_on, spread


def alone(student: SurgeNetwork, batch: ModalityBatch) -> Spread:
    """Return what one student says; it knows of no epistemic part."""
    mean, sure, _ = _said(student, batch).chunk(3, dim=1)
    return Spread(mean, sure.exp(), torch.zeros_like(mean))


def by_dropout(
    student: SurgeNetwork, batch: ModalityBatch, *, draws: int = 20, seed: int = 0
) -> Spread:
    """Return the mixture over draws of Monte Carlo dropout."""
    with torch.random.fork_rng(), dropout_on(student):
        torch.manual_seed(seed)
        return _mixed([_raw(student, batch) for _ in range(draws)])


def by_ensemble(students: Sequence[SurgeNetwork], batch: ModalityBatch) -> Spread:
    """Return the mixture over students of several seeds."""
    return _mixed([_said(one, batch) for one in students])


def by_distilled(student: SurgeNetwork, batch: ModalityBatch) -> Spread:
    """Return what a student says that learned an ensemble, both parts by itself."""
    mean, sure, unsure = _said(student, batch).chunk(3, dim=1)
    return Spread(mean, sure.exp(), unsure.exp())


def distil_ensemble(
    students: Sequence[SurgeNetwork], data: ModalityBatch, check: ModalityBatch, *, seed: int,
    epochs: int = 8, progress: str | None = None,
) -> SurgeNetwork:  # fmt: skip
    """Return one student that says what an ensemble says: mean, aleatoric and epistemic part.

    The means are learned as Gaussians of the ensemble's aleatoric width, both variances in their
    logarithms. The first member is where it starts.

    Args:
        students: the ensemble.
        data, check: windows to train on, and to choose the epoch on; targets are not looked at.
        seed: of the order.
        epochs: how many.
        progress: title of a bar.
    """
    torch.manual_seed(seed)
    one = SurgeNetwork()
    one.load_state_dict(students[0].state_dict())
    told, held = by_ensemble(students, data), by_ensemble(students, check)
    optimiser = torch.optim.AdamW(one.parameters(), lr=1e-3)

    def loss(batch: ModalityBatch, mean: Tensor, sure: Tensor, unsure: Tensor) -> Tensor:
        own, own_sure, own_unsure = one(batch).chunk(3, dim=1)
        task = likelihood(own, sure.log(), mean)
        parts = (own_sure - sure.log()).square() + (own_unsure - _log(unsure)).square()
        whole: Tensor = task + 0.1 * parts.mean()
        return whole

    own, other = data.only(OWN), check.only(OWN)
    parts, cool = shuffled(len(own), 256, seed=seed), cooling(optimiser, epochs)

    def batches(epoch: int) -> Iterator[tuple[ModalityBatch, Tensor, Tensor, Tensor]]:
        cool(epoch)
        return (
            (own.rows(row), told.mean[row], told.aleatoric[row], told.epistemic[row])
            for row in parts(epoch)
        )

    fit(
        one,
        step=lambda part: loss(*part),
        batches=batches,
        validate=lambda: float(loss(other, held.mean, held.aleatoric, held.epistemic)),
        optimiser=optimiser, epochs=epochs, patience=epochs, device="cpu", progress=progress,
    )  # fmt: skip
    return one


def _log(variance: Tensor) -> Tensor:
    return variance.clamp_min(2e-4).log()


def _mixed(said: list[Tensor]) -> Spread:
    means, sure, _ = torch.stack(said).chunk(3, dim=2)
    return spread(means, sure)


def _said(student: SurgeNetwork, batch: ModalityBatch) -> Tensor:
    return _raw(student.eval(), batch)


def _raw(student: SurgeNetwork, batch: ModalityBatch) -> Tensor:
    with torch.no_grad():
        answer: Tensor = student(batch.only(OWN))
    return answer
