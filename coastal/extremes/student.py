"""The student: from what a short record shows to a posterior of its extremes, in one pass.

Amortised Bayes: a small network is shown short windows of many long records and learns, by the
Gaussian divergence, what the teachers' whole records say of each. Where windows that look alike
belong to unlike stations, the least divergence is reached by a variance that holds both.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from base import DistillError
from coastal.extremes.examples import Lesson, lessons, simulated, split
from coastal.extremes.gev import levels, quantiles
from coastal.extremes.records import LONG, read_psmsl_stations
from coastal.extremes.short import FEATURES, Region, Short, features
from coastal.extremes.teacher import Taught, taught
from distill.conformal import split_quantile
from distill.losses import gaussian_kl
from distill.training import fit
from distill.weights import load_note, load_tensors, save_tensors

Floats = NDArray[np.float64]

#: Where the student that comes with the package is.
SHIPPED = Path(__file__).parent / "student.safetensors"
REGION = ("latitude", "longitude", "median", "log_scale", "shape")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a student is made; chosen on validation stations.

    Attributes:
        width: of the two hidden layers.
        windows: of each long record.
        drawn: simulated records of annual maxima alone.
        epochs, batch, rate, decay: of the training.
        dropout: of the hidden layers.
        period: years of the level whose intervals are calibrated.
    """

    width: int = 48
    windows: int = 100
    drawn: int = 2500
    epochs: int = 40
    batch: int = 256
    rate: float = 3e-3
    decay: float = 1e-2
    dropout: float = 0.1
    period: float = 50.0


class Network(nn.Module):
    """From standardised features to mean and log-variance of three standardised parameters."""

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(len(FEATURES), width), nn.SiLU(), nn.Dropout(dropout),
            nn.Linear(width, width), nn.SiLU(), nn.Dropout(dropout), nn.Linear(width, 6),
        )  # fmt: skip

    def forward(self, inputs: Tensor) -> Tensor:
        """Return means and log-variances, shape (samples, 6)."""
        found: Tensor = self.layers(inputs)
        return found


class Student:
    """A trained student.

    Args:
        network: in evaluation mode.
        region: what the long records say.
        scaling: mean and deviation of features and of parameters, by name.
        stretch: factors on the two half-widths of an interval, by whether months are known.
    """

    def __init__(
        self, network: Network, region: Region, scaling: dict[str, Tensor], stretch: Floats
    ) -> None:
        self.network, self.region, self.scaling = network.eval(), region, scaling
        self.stretch = stretch

    @property
    def size(self) -> int:
        """The number of weights."""
        return sum(one.numel() for one in self.network.parameters())

    def posterior(self, shorts: Sequence[Short]) -> tuple[Floats, Floats]:
        """Return mean and deviation of median, log scale and shape, in units, shape (n, 3)."""
        inputs = _tensor(np.array([features(one, self.region) for one in shorts]))
        scaled = (inputs - self.scaling["input_mean"]) / self.scaling["input_spread"]
        with torch.no_grad():
            mean, log_variance = self.network(scaled.clamp(-6, 6)).chunk(2, dim=-1)
        spread = self.scaling["output_spread"]
        found = mean * spread + self.scaling["output_mean"]
        doubt = (0.5 * log_variance.clamp(-10, 10)).exp() * spread
        return found.numpy().astype(np.float64), doubt.numpy().astype(np.float64)

    def draws(self, short: Short, years: float, *, count: int = 400, seed: int = 0) -> Floats:
        """Return draws of a return level in metres above the record's base, shape (count,)."""
        mean, spread = self.posterior([short])
        noise = np.random.default_rng(seed).standard_normal((count, 3))
        drawn = mean + spread * noise
        shape, scale = np.clip(drawn[:, 2], -0.6, 0.6), np.exp(drawn[:, 1])
        location = drawn[:, 0] - scale * quantiles(0.0, 1.0, shape, 0.5)
        found = levels(location, scale, shape, years)
        middle, factor = np.median(found), self.stretch[int(short.monthly is not None)]
        stretched = middle + (found - middle) * np.where(found < middle, factor[0], factor[1])
        return np.asarray(stretched * short.unit, dtype=np.float64)

    def save(self, path: Path, note: dict[str, str] | None = None) -> None:
        """Write network, region and scaling into one file."""
        tensors = {f"network.{name}": one for name, one in self.network.state_dict().items()}
        tensors |= {f"scaling.{name}": one for name, one in self.scaling.items()}
        tensors |= {f"region.{name}": _tensor(getattr(self.region, name)) for name in REGION}
        tensors["stretch"] = _tensor(self.stretch)
        width = self.network.layers[0].out_features
        save_tensors(tensors, path, note={**(note or {}), "width": json.dumps(width)})

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Student:
        """Read what :meth:`save` wrote.

        Raises:
            DistillError: the file is missing, broken, or of something else.
        """
        tensors, note = load_tensors(path), load_note(path)
        try:
            network = Network(json.loads(note["width"]))
            network.load_state_dict(_part(tensors, "network."))
            region = Region(*(tensors[f"region.{name}"].double().numpy() for name in REGION))
            return cls(
                network, region, _part(tensors, "scaling."), tensors["stretch"].double().numpy()
            )
        except (KeyError, ValueError, RuntimeError) as problem:
            raise DistillError(
                "no student of extremes", where=str(path), hint="train one, or give its file"
            ) from problem


def train(
    data_folder: Path, out: Path, *, seed: int = 0, progress: str | None = None
) -> dict[str, float]:
    """Train a student on monthly records and write it.

    The stations of the test are left out, so that the figures of the benchmark are its own.

    Args:
        data_folder: holds ``tide-gauge/psmsl_monthly``.
        out: the file to write.
        seed: of splits, windows, weights.
        progress: title of a progress bar.

    Returns:
        The number of stations and weights, and the validation loss.
    """
    stations = long_records(data_folder)
    # Sums of several threads round otherwise.
    torch.set_num_threads(1)
    parts = split(stations, seed=seed)
    learn = [stations[at] for at in parts.train]
    check = [stations[at] for at in parts.validation]
    student, loss = train_student(learn, check, seed=seed, progress=progress)
    student.save(out, {"stations": str(len(learn)), "seed": str(seed)})
    return {
        "stations": len(learn), "validation_stations": len(check), "weights": student.size,
        "validation_loss": loss,
    }  # fmt: skip


def long_records(data_folder: Path) -> list[Taught]:
    """Return the teachers of all monthly records long enough, in a fixed order."""
    folder = data_folder / "tide-gauge" / "psmsl_monthly"
    found = [taught(one) for one in read_psmsl_stations(folder, at_least=LONG)]
    if len(found) < 20:
        raise DistillError(
            f"{len(found)} long records", where=str(folder), hint="give the PSMSL folder"
        )
    return found


def train_student(
    learn: Sequence[Taught], check: Sequence[Taught], *, seed: int,
    settings: Settings | None = None, progress: str | None = None,
) -> tuple[Student, float]:  # fmt: skip
    """Return a student of some stations, stopped and calibrated on others, and its best loss."""
    chosen = settings or Settings()
    region = Region.of(learn)
    own = lessons(learn, each=chosen.windows, seed=seed)
    own += simulated(learn, count=chosen.drawn, seed=seed)
    held = lessons(check, each=40, seed=seed + 1)
    drawn = simulated(check, count=400, seed=seed + 2)
    inputs, means, _ = _tensors(own, region)
    scaling = {
        "input_mean": inputs.mean(dim=0), "input_spread": inputs.std(dim=0) + 1e-3,
        "output_mean": means.mean(dim=0), "output_spread": means.std(dim=0) + 1e-3,
    }  # fmt: skip

    def scaled(taken: Sequence[Lesson]) -> tuple[Tensor, Tensor, Tensor]:
        inputs, means, logged = _tensors(taken, region)
        inputs = (inputs - scaling["input_mean"]) / scaling["input_spread"]
        means = (means - scaling["output_mean"]) / scaling["output_spread"]
        return inputs.clamp(-6, 6), means, logged - 2 * scaling["output_spread"].log()

    rows, checked = scaled(own), scaled(held + drawn)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Network(chosen.width, chosen.dropout)

        def loss(batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
            mean, log_variance = network(batch[0]).chunk(2, dim=-1)
            return gaussian_kl(mean, log_variance, batch[1], batch[2])

        def batches(epoch: int) -> list[tuple[Tensor, Tensor, Tensor]]:
            order = np.random.default_rng((seed, epoch)).permutation(len(own))
            parts = [torch.from_numpy(order[at : at + chosen.batch]) for at in
                     range(0, len(own), chosen.batch)]  # fmt: skip
            return [(rows[0][part], rows[1][part], rows[2][part]) for part in parts]

        history = fit(
            network, step=loss, batches=batches, validate=lambda: float(loss(checked)),
            optimiser=torch.optim.AdamW(
                network.parameters(), lr=chosen.rate, weight_decay=chosen.decay
            ),
            epochs=chosen.epochs, patience=8, device="cpu", progress=progress,
        )  # fmt: skip
    plain = Student(network, region, scaling, np.ones((2, 2)))
    stretch = np.stack([_stretch(plain, drawn, chosen), _stretch(plain, held, chosen)])
    student = Student(network, region, scaling, stretch)
    return student, history.losses[history.best]


def _stretch(student: Student, held: Sequence[Lesson], settings: Settings) -> Floats:
    """Return the factors on both half-widths at which 90 % of validation windows are held.

    Split conformal, one factor for each side at 5 %; windows of one station are not independent,
    so that the promise holds over stations alone.
    """
    below, above = [], []
    for one in held:
        found = student.draws(one.short, settings.period)
        low, middle, high = np.quantile(found, [0.05, 0.5, 0.95])
        apart = true_level(one, settings.period) - middle
        below.append(-apart / max(middle - low, 1e-6))
        above.append(apart / max(high - middle, 1e-6))
    factors = [split_quantile(np.array(one), 0.05) for one in (below, above)]
    return np.asarray(np.clip(factors, 0.2, 10.0), dtype=np.float64)


def true_level(lesson: Lesson, years: float) -> float:
    """Return what the whole record says of a level, in metres above the short record's base."""
    median, log_scale, shape = lesson.mean
    scale = float(np.exp(log_scale))
    location = median - scale * float(quantiles(0.0, 1.0, shape, 0.5))
    return float(levels(location, scale, shape, years)) * lesson.short.unit


def _tensors(taken: Sequence[Lesson], region: Region) -> tuple[Tensor, Tensor, Tensor]:
    inputs = np.array([features(one.short, region) for one in taken])
    means = np.array([one.mean for one in taken])
    logged = np.log([one.variance for one in taken])
    return _tensor(inputs), _tensor(means), _tensor(logged)


def _tensor(values: Floats) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).float()


def _part(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    start = len(prefix)
    return {name[start:]: one for name, one in tensors.items() if name.startswith(prefix)}
