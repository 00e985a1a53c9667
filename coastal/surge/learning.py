"""Trainings: the teacher on simulated storms, the student from the teacher and from its gauge."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from coastal.gauge.series import Floats
from coastal.gauge.tracks import Track
from coastal.surge.network import SurgeNetwork, SurgeTeacher
from coastal.surge.simulate import EPISODE, Episodes, simulate
from coastal.surge.windows import COARSE, HISTORY, LEADS, blurred, samples, with_gaps
from distill.batch import ModalityBatch
from distill.continual import Anchor
from distill.fisher import exact_fisher
from distill.losses import gaussian_kl
from distill.objective import Objective
from distill.teacher import FrozenTeacher, Told
from distill.temporal import aggregate_gaussian
from distill.training import History, fit

#: What the student sees of a sample.
OWN = ("gauge", "tide")
#: What the teacher sees.
RICH = ("gauge", "neighbour", "tide", "weather")
#: Windows taken of each simulated episode.
PER_EPISODE = 10
#: Smoothing of the student's likelihood towards equal weight of calm and storm (β-NLL).
BETA = 0.5


def simulated(count: int, *, seed: int, tracks: Sequence[Track] = ()) -> ModalityBatch:
    """Return windows of ``count`` simulated episodes with gaps and forecast weather."""
    made, history, rng = episodes(count, seed=seed, tracks=tracks)
    rows = np.repeat(np.arange(count), PER_EPISODE)
    hours = rng.integers(HISTORY // 2, EPISODE - LEADS, len(rows))
    # A neighbour is a luxury: a third of the episodes has none.
    beside = np.where(rng.random((count, 1)) < 0.33, np.nan, made.neighbour)
    batch = samples(
        made.surge, made.tide, rows, hours, history=history, neighbour=beside, weather=made.weather
    )
    weather = blurred(batch.values["weather"].numpy(), rng).astype(np.float32)
    return replace(batch, values={**batch.values, "weather": torch.from_numpy(weather)})


def episodes(
    count: int, *, seed: int, tracks: Sequence[Track] = ()
) -> tuple[Episodes, Floats, np.random.Generator]:
    """Return simulated episodes, their surge with a gauge's gaps, and what draws the rest."""
    rng = np.random.default_rng([seed, 1])
    made = simulate(count, seed=seed, tracks=tracks)
    gaps = rng.uniform(0, 0.6, (count, 1)) ** 1.5
    history = np.where(rng.random(made.surge.shape) < gaps, np.nan, with_gaps(made.surge, 0.1, rng))
    return made, history, rng


def coarse(target: Tensor) -> Tensor:
    """Return the means over the teacher's three hours, shape (samples, 4); NaN where one lacks."""
    return target.reshape(len(target), -1, COARSE).mean(dim=-1)


def likelihood(mean: Tensor, log_variance: Tensor, target: Tensor, *, beta: float = BETA) -> Tensor:
    """Return the mean Gaussian negative log-likelihood, each element times ``σ^2β``.

    β-NLL (Seitzer et al. 2022, arXiv:2203.09168): 0 is the likelihood itself, 1 weighs errors as
    the squared error does. Targets of NaN do not count; the weight has no gradient.
    """
    seen = target.isfinite()
    gap = (target.nan_to_num() - mean).square()
    each = 0.5 * (log_variance + gap * (-log_variance).exp())
    weight = (beta * log_variance.detach()).exp() * seen
    return (each * weight).sum() / seen.sum().clamp_min(1)


def shuffled(count: int, size: int, *, seed: int) -> Callable[[int], Iterator[Tensor]]:
    """Return what gives the row numbers of an epoch's batches, in an order of the epoch's own."""

    def rows(epoch: int) -> Iterator[Tensor]:
        draw = torch.Generator().manual_seed(1_000_003 * seed + epoch)
        yield from torch.split(torch.randperm(count, generator=draw), size)

    return rows


def cooling(optimiser: torch.optim.Optimizer, epochs: int) -> Callable[[int], None]:
    """Return what sets the rate of an epoch: half a cosine, from the full rate to almost none.

    Losses of storms have heavy tails: at a constant rate the loss on a few hundred episodes jumps
    so much from epoch to epoch that a training which stops early stops at once.
    """
    full = [float(group["lr"]) for group in optimiser.param_groups]

    def cool(epoch: int) -> None:
        for rate, group in zip(full, optimiser.param_groups, strict=True):
            group["lr"] = rate * 0.5 * (1 + math.cos(math.pi * epoch / epochs))

    return cool


def train_teacher(
    data: ModalityBatch, check: ModalityBatch, *, seed: int, epochs: int = 20,
    progress: str | None = None,
) -> FrozenTeacher:  # fmt: skip
    """Return a frozen teacher: of the epoch that did best on storms that it did not see."""
    torch.manual_seed(seed)
    network = SurgeTeacher()
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-3)

    def loss(batch: ModalityBatch) -> Tensor:
        mean, spread = network(batch).chunk(2, dim=1)
        return likelihood(mean, spread, coarse(batch.targets["surge"]))

    parts, cool = shuffled(len(data), 256, seed=seed), cooling(optimiser, epochs)

    def batches(epoch: int) -> Iterator[ModalityBatch]:
        cool(epoch)
        return (data.rows(one) for one in parts(epoch))

    fit(
        network, step=loss, batches=batches, validate=lambda: float(loss(check)),
        optimiser=optimiser, epochs=epochs, patience=epochs, device="cpu", progress=progress,
    )  # fmt: skip
    return FrozenTeacher(
        network, kind="gaussian", modalities=RICH, outputs=2 * (LEADS // COARSE),
        temperature=_stretch(network, check),
    )  # fmt: skip


def _stretch(network: SurgeTeacher, check: ModalityBatch) -> float:
    """Return what variances are multiplied by, so that squared errors match them in the mean."""
    with torch.no_grad():
        mean, spread = network(check).chunk(2, dim=1)
        scaled = (coarse(check.targets["surge"]) - mean).square() * (-spread).exp()
    return float(scaled.nanmean())


def taught(student: SurgeNetwork, outputs: Tensor, told: Told) -> Tensor:
    """Return the Gaussian KL from teacher to student on the teacher's time support.

    It is weighed like :func:`likelihood`, or calm hours, which are told sharply, would rule it.
    """
    mean, spread, _ = outputs[told.speaks].chunk(3, dim=1)
    wide, spread = aggregate_gaussian(mean, spread, width=COARSE, correlation=student.correlation)
    teacher_mean, teacher_spread = told.outputs[told.speaks].chunk(2, dim=1)
    weight = (BETA * spread.detach()).exp()
    return gaussian_kl(wide, spread, teacher_mean, teacher_spread, weight=weight)


def pretrain(
    data: ModalityBatch, check: ModalityBatch, told: Told | None, *, seed: int, epochs: int = 20,
    objective: Objective | None = None, progress: str | None = None,
) -> SurgeNetwork:  # fmt: skip
    """Return a student of simulated storms, taught if there is a teacher's answer.

    Args:
        data, check: simulated windows to train on, and to choose the epoch on.
        told: of :meth:`FrozenTeacher.told` on ``data``; ``None`` learns from the windows alone.
        seed: of weights and order.
        epochs: how many.
        objective: weights of task and teacher.
        progress: title of a bar.
    """
    torch.manual_seed(seed)
    student = SurgeNetwork()
    weigh = objective or Objective(alpha=0.5, beta=1.0, gamma=0.0)
    optimiser = torch.optim.AdamW(student.parameters(), lr=3e-3, weight_decay=1e-4)
    own, held = data.only(OWN), check.only(OWN)

    def task(batch: ModalityBatch, outputs: Tensor) -> Tensor:
        mean, spread, _ = outputs.chunk(3, dim=1)
        return likelihood(mean, spread, batch.targets["surge"])

    def step(part: tuple[ModalityBatch, Tensor, Tensor]) -> Tensor:
        batch, answers, speaks = part
        outputs = student(batch)
        lesson = taught(student, outputs, Told(answers, speaks)) if told is not None else None
        return weigh(task(batch, outputs), distill=lesson).total

    nothing = torch.zeros(len(data), 0), torch.zeros(len(data), dtype=torch.bool)
    answers, speaks = (told.outputs, told.speaks) if told is not None else nothing
    parts, cool = shuffled(len(data), 256, seed=seed), cooling(optimiser, epochs)

    def batches(epoch: int) -> Iterator[tuple[ModalityBatch, Tensor, Tensor]]:
        cool(epoch)
        return ((own.rows(one), answers[one], speaks[one]) for one in parts(epoch))

    fit(
        student, step=step, batches=batches, validate=lambda: float(task(held, student(held))),
        optimiser=optimiser, epochs=epochs, patience=epochs, device="cpu", progress=progress,
    )  # fmt: skip
    return student


def anchored(student: SurgeNetwork, data: ModalityBatch, *, count: int = 192) -> Anchor:
    """Return what a student must not forget: its weights and their exact Fisher information."""
    kept = {name: one.detach().clone() for name, one in student.named_parameters()}
    shown = {name: data.values[name][:count] for name in OWN}
    student.eval()

    def answer(weights: object, one: dict[str, Tensor]) -> Tensor:
        batch = _Bare({name: value[None] for name, value in one.items()})
        outputs: Tensor = functional_call(student, weights, (batch,))[0]  # type: ignore[arg-type]
        return outputs[: 2 * LEADS]

    return Anchor(kept, exact_fisher(answer, kept, shown, kind="gaussian"))


class _Bare:
    """The values of a batch without its checks, which cannot be traced."""

    def __init__(self, values: dict[str, Tensor]) -> None:
        self.values = values


def finetune(
    student: SurgeNetwork, data: ModalityBatch, check: ModalityBatch, *, seed: int,
    anchor: Anchor | None = None, strength: float = 0.0, steps: int = 10, epochs: int = 5,
    rate: float = 1e-3,
) -> History:  # fmt: skip
    """Fit a student, in place, to windows of its own gauge.

    Args:
        student: to be changed.
        data, check: windows to train and to stop on.
        seed: of the order and of dropout.
        anchor: of what was learned before; elastic weights hold on to it.
        strength: ``λ`` of the anchor.
        steps: batches of an epoch, drawn with replacement, so that a short record and a long one
            take as long.
        epochs: at most.
        rate: of learning.
    """
    torch.manual_seed(seed)
    own, held = data.only(OWN), check.only(OWN)
    optimiser = torch.optim.AdamW(student.parameters(), lr=rate, weight_decay=1e-4)
    weights = dict(student.named_parameters())

    def task(batch: ModalityBatch) -> Tensor:
        mean, spread, _ = student(batch).chunk(3, dim=1)
        return likelihood(mean, spread, batch.targets["surge"])

    def step(batch: ModalityBatch) -> Tensor:
        loss = task(batch)
        if anchor is not None and strength:
            loss = loss + anchor.penalty(weights, strength=strength)
        return loss

    def batches(epoch: int) -> Iterator[ModalityBatch]:
        draw = torch.Generator().manual_seed(7_919 * seed + epoch)
        for _ in range(steps):
            yield own.rows(torch.randint(len(own), (64,), generator=draw))

    return fit(
        student, step=step, batches=batches, validate=lambda: float(task(held)),
        optimiser=optimiser, epochs=epochs, patience=3, device="cpu",
    )  # fmt: skip
