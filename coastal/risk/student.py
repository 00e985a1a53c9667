"""Teacher and student of risk: three heads, and for each what data could not and could remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from coastal.risk.examples import CLIMATE, HISTORY, OF_ASSET, OWN, STUDENT, Rows
from distill.calibration import fit_platt
from distill.conformal import split_quantile
from distill.losses import bernoulli_kl, gaussian_kl
from distill.training import fit
from distill.uncertainty import seeded

Floats = NDArray[np.float64]

#: A member of the teacher says: flood logit, surge mean, its log-variance, damage logit.
TOLD = 4
#: The student says: flood logit, surge mean, log of its aleatoric variance, damage logit, and the
#: logs of the epistemic variances of flood logit, surge and damage logit.
SAID = 7
#: Places of the surge in it.
OF_WATER = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Settings:
    """How teacher and student are made; chosen on validation stations and years."""

    members: int = 5
    teacher_width: int = 64
    width: int = 20
    epochs: int = 60
    batch: int = 128
    rate: float = 3e-3
    decay: float = 1e-2
    distill: float = 1.0


class Perceptron(nn.Module):
    """Two hidden layers, and a straight way past them, from features to what is said."""

    def __init__(self, inputs: int, width: int, outputs: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(inputs, width), nn.SiLU(), nn.Dropout(dropout),
            nn.Linear(width, width), nn.SiLU(), nn.Dropout(dropout), nn.Linear(width, outputs),
        )  # fmt: skip

        self.past = nn.Linear(inputs, outputs, bias=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return what is said, shape (samples, outputs)."""
        found: Tensor = self.layers(inputs) + self.past(inputs)
        return found


@dataclass(frozen=True, slots=True)
class Scaling:
    """Means and deviations of features and of the surge."""

    mean: Tensor
    spread: Tensor
    surge_mean: float
    surge_spread: float

    @classmethod
    def of(cls, table: Floats, surge: Floats) -> Scaling:
        """Return the scaling of training rows."""
        values = torch.from_numpy(table).float()
        return cls(
            values.mean(dim=0), values.std(dim=0) + 1e-3, float(surge.mean()), float(surge.std())
        )

    def inputs(self, table: Floats) -> Tensor:
        """Return standardised features, at most six deviations from the mean."""
        values = torch.from_numpy(np.asarray(table)).float()
        return ((values - self.mean) / self.spread).clamp(-6, 6)

    def surge(self, surge: Floats) -> Tensor:
        """Return the standardised surge."""
        return torch.from_numpy((surge - self.surge_mean) / self.surge_spread).float()


def of_student(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return what a student says, the surge asked for at the mean asset.

    The water does not know the asset: the gauge's surge is the same for all of them.

    Args:
        network: a student's.
        inputs: standardised features, shape (n, len(STUDENT)).
    """
    nobody = inputs.clone()
    nobody[:, [STUDENT.index(name) for name in OF_ASSET]] = 0
    said, water = network(torch.cat([inputs, nobody])).chunk(2)
    own = torch.tensor([at in OF_WATER for at in range(SAID)])
    return torch.where(own, water, said)


def targets(rows: Rows, scaling: Scaling) -> Tensor:
    """Return flood, standardised surge and damage share, shape (n, 3)."""
    plain = np.stack([rows.flooded, rows.damage], axis=1)
    flood, damage = torch.from_numpy(plain).float().unbind(dim=1)
    return torch.stack([flood, scaling.surge(rows.surge), damage], dim=1)


def task_loss(said: Tensor, target: Tensor) -> Tensor:
    """Return cross-entropy of flood and damage share plus the Gaussian loss of the surge."""
    flood = functional.binary_cross_entropy_with_logits(said[:, 0], target[:, 0])
    damage = functional.binary_cross_entropy_with_logits(said[:, 3], target[:, 2])
    logged = said[:, 2].clamp(-6, 4)
    surge = 0.5 * (logged + (target[:, 1] - said[:, 1]).square() * (-logged).exp()).mean()
    return flood + surge + damage


def distill_loss(said: Tensor, told: Tensor) -> Tensor:
    """Return how far the student is from the teacher's mean and from its members' spread.

    Args:
        said: of the student, shape (n, SAID).
        told: of the members, shape (members, n, TOLD).
    """
    mean, spread = told.mean(dim=0), told.var(dim=0).clamp_min(1e-4).log()
    aleatoric = told[..., 2].exp().mean(dim=0).log()
    loss = bernoulli_kl(said[:, 0], mean[:, 0]) + bernoulli_kl(said[:, 3], mean[:, 3])
    loss = loss + gaussian_kl(said[:, 1], said[:, 2], mean[:, 1], aleatoric)
    for own, its in ((4, 0), (5, 1), (6, 3)):
        # The members' spread about their mean: the student's own mean is not moved by it.
        loss = loss + 0.3 * gaussian_kl(
            mean[:, its], said[:, own].clamp(-9, 4), mean[:, its], spread[:, its]
        )
    return loss


class Teacher:
    """An ensemble that sees decades of the station beside what the student sees."""

    def __init__(self, members: list[nn.Module], scaling: Scaling) -> None:
        self.members, self.scaling = members, scaling

    @property
    def size(self) -> int:
        """The number of weights."""
        return sum(one.numel() for member in self.members for one in member.parameters())

    def told(self, rows: Rows) -> Tensor:
        """Return what each member says, shape (members, n, TOLD)."""
        inputs = self.scaling.inputs(rows.teacher)
        with torch.no_grad():
            return torch.stack([member(inputs) for member in self.members])


def train_teacher(
    learn: Rows, check: Rows, *, seed: int, settings: Settings, progress: str | None = None
) -> Teacher:
    """Return an ensemble trained on labels."""
    scaling = Scaling.of(learn.teacher, learn.surge)
    width = len(STUDENT) + len(HISTORY)
    members = seeded(
        lambda: Perceptron(width, settings.teacher_width, TOLD, 0.1),
        [1000 * seed + at for at in range(settings.members)],
    )
    inputs, target = scaling.inputs(learn.teacher), targets(learn, scaling)
    held, asked = scaling.inputs(check.teacher), targets(check, scaling)
    for at, member in enumerate(members):
        _fit(
            member, inputs, lambda said, rows: task_loss(said, target[rows]),
            lambda member=member: float(task_loss(member(held), asked)),
            seed=1000 * seed + at, settings=settings, progress=progress,
        )  # fmt: skip
    return Teacher(members, scaling)


@dataclass(frozen=True, slots=True)
class Learner:
    """The student's network with its scaling and what validation data mended.

    Attributes:
        network: from scaled features to what is said.
        scaling: of features and surge.
        platt: temperature and offset of the flood logit.
        stretch: factor on the surge's deviation at which 90 % of validation rows are held.
    """

    network: nn.Module
    scaling: Scaling
    platt: tuple[float, float]
    stretch: float

    @property
    def size(self) -> int:
        """The number of weights."""
        return sum(one.numel() for one in self.network.parameters())

    def said(self, table: Floats) -> Floats:
        """Return what is said, calibrated, shape (n, SAID).

        Flood logit, surge mean in units, aleatoric deviation in units, damage logit, and epistemic
        deviations of flood logit, surge in units and damage logit.
        """
        with torch.no_grad():
            raw = of_student(self.network, self.scaling.inputs(table))
        found = raw.double().numpy().copy()
        size = self.scaling.surge_spread
        found[:, 0] = found[:, 0] / self.platt[0] + self.platt[1]
        found[:, 1] = found[:, 1] * size + self.scaling.surge_mean
        found[:, 2] = self.stretch * size * np.exp(0.5 * found[:, 2].clip(-6, 4))
        for at, factor in ((4, 1 / self.platt[0]), (5, self.stretch * size), (6, 1.0)):
            found[:, at] = factor * np.exp(0.5 * found[:, at].clip(-9, 4))
        return np.asarray(found, dtype=np.float64)


def train_learner(
    learn: Rows, check: Rows, *, seed: int, settings: Settings, told: Tensor | None = None,
    labelled: NDArray[np.bool_] | None = None, climate: bool = True, progress: str | None = None,
) -> Learner:  # fmt: skip
    """Return a student.

    Args:
        learn, check: rows to learn from, and to stop and calibrate by.
        seed: of weights and order.
        settings: of the network and its training.
        told: what the teacher's members say of all of ``learn``; ``None``: labels alone.
        labelled: which rows have labels; all if not given.
        climate: whether El Niño and recorded floods are shown.
        progress: title of a progress bar.
    """
    if not climate:
        learn, check = without_climate(learn), without_climate(check)
    scaling = Scaling.of(learn.student, learn.surge)
    target, asked = targets(learn, scaling), targets(check, scaling)
    inputs, held = scaling.inputs(learn.student), scaling.inputs(check.student)
    known = torch.ones(len(target), dtype=torch.bool)
    if labelled is not None:
        known = torch.from_numpy(labelled)
    [network] = seeded(lambda: Perceptron(len(STUDENT), settings.width, SAID), [seed])

    def loss(said: Tensor, rows: Tensor) -> Tensor:
        own = known[rows]
        total = task_loss(said[own], target[rows][own]) if bool(own.any()) else said.sum() * 0
        if told is not None:
            total = total + settings.distill * distill_loss(said, told[:, rows])
        return total

    usable = None if told is not None else known.nonzero()[:, 0].numpy()
    _fit(
        network, inputs, loss, lambda: float(task_loss(of_student(network, held), asked)),
        seed=seed, settings=settings, usable=usable, progress=progress, say=of_student,
    )  # fmt: skip
    plain = Learner(network, scaling, (1.0, 0.0), 1.0)
    said = plain.said(check.student)
    if told is None:
        # Without a teacher nothing was said of the epistemic part.
        said[:, 4:] = 0
    deviation = np.hypot(said[:, 2], said[:, 5])
    stretch = split_quantile(np.abs(check.surge - said[:, 1]) / deviation / 1.6449, 0.1)
    return replace(plain, platt=fit_platt(said[:, 0], check.flooded), stretch=stretch)


def without_climate(rows: Rows) -> Rows:
    """Return rows whose climate statistics are blanked."""
    table = rows.student.copy()
    start = len(STUDENT) - len(OWN) + OWN.index(CLIMATE[0])
    table[:, start : start + len(CLIMATE)] = 0
    return replace(rows, student=table)


def _fit(
    network: nn.Module, inputs: Tensor, loss: object, validate: object, *, seed: int,
    settings: Settings, usable: NDArray[np.int64] | None = None, progress: str | None = None,
    say: Callable[[nn.Module, Tensor], Tensor] = lambda network, inputs: network(inputs),
) -> None:  # fmt: skip
    assert callable(loss) and callable(validate)
    pool = np.arange(len(inputs)) if usable is None else usable
    steps = -(-len(inputs) // settings.batch)

    def batches(epoch: int) -> list[Tensor]:
        # As many steps whatever the number of labels: every arm has the same budget.
        generator = np.random.default_rng((seed, epoch))
        order = np.concatenate([
            generator.permutation(pool) for _ in range(-(-len(inputs) // len(pool)))
        ])  # fmt: skip
        size = settings.batch
        return [torch.from_numpy(order[at * size : (at + 1) * size]) for at in range(steps)]

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        fit(
            network, step=lambda rows: loss(say(network, inputs[rows]), rows), batches=batches,
            validate=validate,
            optimiser=torch.optim.AdamW(
                network.parameters(), lr=settings.rate, weight_decay=settings.decay
            ),
            epochs=settings.epochs, patience=10, device="cpu", progress=progress,
        )  # fmt: skip
