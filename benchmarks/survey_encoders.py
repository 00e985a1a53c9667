"""Sonar and sensor fronts on real data: ``python benchmarks/survey_encoders.py DATA``.

Sonar: ``AcousticFront`` with a linear head, trained from random weights on the NKSID crops of
DATA/sonar (forward-looking sonar, three classes of object), beside logistic regression on 24 by 24
pixels. Crops of one target are near duplicates with neighbouring file numbers: with random folds a
test crop has its twin among the training crops. Folds here are blocks of consecutive numbers, a
fifth of each class; intervals draw runs of ten numbers. Random folds are shown for the regression
alone, to set them beside published figures. It shows that the network can learn real sonar, not
that what it learned from simulated seabeds holds at sea: the crops show objects, no seabed.

Ocean: ``SensorFront`` with a small head learns depth from simulated series of a standard ocean,
and is tested on series whose water is that of real casts, and on a real mooring off Flemish Cap,
in windows of 48 hours. With pressure this is a check of the reading (TEOS-10 needs no network, and
the depth of the mooring is that of its own median pressure); without pressure temperature and
salinity say how far the standard ocean is from the real one.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from base import SurveyError  # noqa: E402
from compliance.scoring.reader import AcousticFront, SensorFront, Sizes  # noqa: E402
from distill.intervals import paired_bootstrap  # noqa: E402
from distill.metrics import f1  # noqa: E402
from habitat.survey.ocean import CHANNELS, STEPS, Hidden, SeaState, simulate_series  # noqa: E402
from habitat.survey.profiles import (  # noqa: E402
    Mooring,
    Profile,
    load_profiles,
    read_mooring,
    sea_state,
    standard_profile,
)

CLASSES = ("big_propeller", "cylinder", "soft_pipeline")
FOLDS, RUN, RESAMPLES = 5, 10, 10_000
MOORING = "mooring_rcm11_0612_flemishcap_2013_hourly.odf"
#: Channels that a moored CTD has.
READ = tuple(CHANNELS.index(name) for name in ("pressure_dbar", "temperature_c", "salinity"))
#: A quiet habitat: nothing of it is read here.
QUIET = Hidden(110.0, 5.0, 0.3, 21.0, False, -1000.0)

Floats = NDArray[np.float64]
Answers = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]


@dataclass(frozen=True)
class Crops:
    """Sonar crops as grey values: large, small, their class and the number of their file."""

    large: NDArray[np.float32]
    small: NDArray[np.float32]
    label: NDArray[np.int64]
    number: NDArray[np.int64]

    def folds(self) -> NDArray[np.int64]:
        """Return the fold of each crop: a fifth of the numbers of its class."""
        found = np.zeros(len(self.label), dtype=np.int64)
        for one in range(len(CLASSES)):
            rows = np.flatnonzero(self.label == one)
            order = rows[np.argsort(self.number[rows])]
            found[order] = np.arange(len(order)) * FOLDS // len(order)
        return found

    def runs(self) -> NDArray[np.int64]:
        """Return groups of ten consecutive numbers of a class."""
        return 1000 * self.label + self.number // RUN


def load_crops(folder: Path) -> Crops:
    """Read the three zip files; each crop is stretched to 64 by 64, and to 24 by 24."""
    from PIL import Image

    rows = []
    for label, name in enumerate(CLASSES):
        with zipfile.ZipFile(folder / f"nksid_{name}.zip") as archive:
            for member in archive.namelist():
                found = re.search(r"_(\d+)\.jpg$", member)
                if found is not None:
                    image = Image.open(io.BytesIO(archive.read(member))).convert("L")
                    sizes = [np.asarray(image.resize((one, one)), np.float32) for one in (64, 24)]
                    rows.append((*sizes, label, int(found[1])))
    large, small, label_of, number = zip(*rows, strict=True)
    return Crops(np.stack(large), np.stack(small), np.array(label_of), np.array(number))


def by_regression(crops: Crops) -> Answers:
    """Return logistic regression on 24 by 24 pixels, standardised on the training crops."""
    from sklearn.linear_model import LogisticRegression

    flat = crops.small.reshape(len(crops.small), -1) / 255.0

    def answer(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[np.int64]:
        mean, spread = flat[train].mean(axis=0), flat[train].std(axis=0) + 1e-6
        model = LogisticRegression(max_iter=2000, C=0.05)
        model.fit((flat[train] - mean) / spread, crops.label[train])
        return np.asarray(model.predict((flat[test] - mean) / spread), dtype=np.int64)

    return answer


def by_front(crops: Crops, seed: int, epochs: int) -> Answers:
    """Return the student's front with a linear head, for a fixed number of epochs.

    Grey values are spread over 50 dB; crops are mirrored along the track at random.
    """

    def answer(train: NDArray[np.int64], test: NDArray[np.int64]) -> NDArray[np.int64]:
        torch.manual_seed(seed)
        images = torch.from_numpy(crops.large * (50.0 / 255.0) - 60.0)
        labels = torch.from_numpy(crops.label)
        front = AcousticFront(Sizes().conv)
        network = nn.Sequential(front, nn.Dropout(0.2), nn.Linear(front.size, len(CLASSES)))
        optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=1e-2)
        steps = epochs * (len(train) // 32)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps + 1)
        share = np.bincount(crops.label[train], minlength=len(CLASSES)) / len(train)
        loss = nn.CrossEntropyLoss(torch.tensor(1 / (3 * share), dtype=torch.float32))
        for _ in range(epochs):
            order = torch.from_numpy(train)[torch.randperm(len(train))]
            for at in range(0, len(order) - 31, 32):
                rows = order[at : at + 32]
                seen = images[rows]
                mirrored = torch.rand(32) < 0.5
                seen[mirrored] = seen[mirrored].flip(2)
                optimiser.zero_grad()
                loss(network(seen), labels[rows]).backward()
                optimiser.step()
                schedule.step()
        network.eval()
        with torch.no_grad():
            return np.asarray(network(images[torch.from_numpy(test)]).argmax(1).numpy())

    return answer


def predicted(answer: Answers, folds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the class of every crop, told by a model that saw none of its fold."""
    found = np.full(len(folds), -1, dtype=np.int64)
    for fold in range(FOLDS):
        test = np.flatnonzero(folds == fold)
        found[test] = answer(np.flatnonzero(folds != fold), test)
    return found


def counts(label: NDArray[np.int64], said: NDArray[np.int64]) -> Floats:
    """Return per crop hits, false and missed of each class, shape (crops, classes x 3)."""
    own, told = (one[:, None] == np.arange(len(CLASSES)) for one in (label, said))
    return np.stack([own & told, ~own & told, own & ~told], axis=-1).reshape(len(label), -1) * 1.0


def accuracy(summed: Floats) -> Floats:
    """Return the share of right answers from summed counts, shape (..., classes x 3)."""
    table = summed.reshape(*summed.shape[:-1], len(CLASSES), 3)
    return np.asarray(table[..., 0].sum(-1) / (table[..., 0] + table[..., 2]).sum(-1))


def mean_f1(summed: Floats) -> Floats:
    """Return macro-F1 from summed counts, shape (..., classes x 3)."""
    return np.asarray(f1(summed.reshape(*summed.shape[:-1], len(CLASSES), 3)).mean(-1))


def interval(
    rows: Floats, groups: NDArray[np.int64], statistic: Callable[[Floats], Floats]
) -> tuple[float, float, float]:
    """Return a figure and its 95 % bootstrap interval over whole groups."""
    names, place = np.unique(groups, return_inverse=True)
    summed = np.zeros((len(names), rows.shape[1]))
    np.add.at(summed, place, rows)
    even = np.full(len(names), 1 / len(names))
    draws = np.random.default_rng(0).multinomial(len(names), even, RESAMPLES)
    low, high = np.quantile(statistic(draws @ summed), [0.025, 0.975])
    return float(statistic(rows.sum(axis=0))), float(low), float(high)


def sonar(folder: Path, *, seeds: int, epochs: int) -> None:
    """Print the scores of front and regression on the crops."""
    crops = load_crops(folder)
    folds, runs = crops.folds(), crops.runs()
    random = np.random.default_rng(0).permutation(len(folds)) % FOLDS
    regression = by_regression(crops)
    told = counts(crops.label, predicted(regression, folds))
    twins = counts(crops.label, predicted(regression, random))
    each = [
        counts(crops.label, predicted(by_front(crops, seed, epochs), folds))
        for seed in range(seeds)
    ]
    front = np.sum(each, axis=0) / seeds
    tally = ", ".join(f"{name} {(crops.label == at).sum()}" for at, name in enumerate(CLASSES))
    print(f"sonar: {len(folds)} crops ({tally}), {FOLDS} folds, {seeds} seeds, {epochs} epochs")
    for name, rows in (
        ("regression, random folds", twins), ("regression, blocks", told), ("front, blocks", front)
    ):  # fmt: skip
        figures = [interval(rows, runs, one) for one in (accuracy, mean_f1)]
        print(f"  {name:<26}" + "".join(f"{v:8.3f} [{lo:.3f}, {hi:.3f}]" for v, lo, hi in figures))
    print("  front by seed, accuracy   " + " ".join(f"{accuracy(r.sum(0)):.3f}" for r in each))
    for name, statistic in (("accuracy", accuracy), ("macro-F1", mean_f1)):
        gap = paired_bootstrap(front, told, statistic=statistic, groups=runs)
        print(f"  front less regression in {name}: {gap.difference:+.3f} "
              f"[{gap.low:+.3f}, {gap.high:+.3f}]")  # fmt: skip


def read_only(series: NDArray[np.float32], channels: Sequence[int]) -> NDArray[np.float32]:
    """Return series of some channels alone."""
    kept = np.full_like(series, np.nan)
    kept[..., list(channels)] = series[..., list(channels)]
    return kept


def simulated(rng: np.random.Generator, count: int) -> tuple[NDArray[np.float32], Floats]:
    """Draw series of a standard ocean at random depths and latitudes."""
    depths = np.clip(rng.lognormal(7.0, 1.2, count), 20, 6000)
    series = [
        simulate_series(
            rng,
            sea=sea_state(standard_profile(float(rng.uniform(-60, 60))), float(depth)),
            hidden=QUIET,
        )
        for depth in depths
    ]
    return read_only(np.stack(series), READ), depths


def real_water(
    rng: np.random.Generator, casts: Sequence[Profile], each: int
) -> tuple[NDArray[np.float32], Floats, NDArray[np.int64]]:
    """Return series in the water of real casts, at depths within them, and the number of the cast.

    Tides, noise and gaps of the series are simulated; temperature and salinity are the cast's.
    """
    rows: list[tuple[NDArray[np.float32], float, int]] = []
    for at, cast in enumerate(casts):
        top, bottom = max(20.0, float(cast.pressure_dbar[0])), 0.97 * float(cast.pressure_dbar[-1])
        for _ in range(each if bottom > top else 0):
            depth = float(np.exp(rng.uniform(np.log(top), np.log(bottom))))
            try:
                sea: SeaState = sea_state(cast, depth)
            except SurveyError:
                continue  # A gap between levels.
            rows.append((simulate_series(rng, sea=sea, hidden=QUIET), depth, at))
    series, depths, number = zip(*rows, strict=True)
    return read_only(np.stack(series), READ), np.array(depths), np.array(number)


def windows(mooring: Mooring) -> tuple[NDArray[np.float32], Floats, NDArray[np.int64]]:
    """Return the mooring in windows of 48 hours; depth is that of the median pressure (TEOS-10)."""
    import gsw

    count = len(mooring.hours) // STEPS
    series = np.full((count, STEPS, len(CHANNELS)), np.nan, dtype=np.float32)
    columns = (mooring.pressure_dbar, mooring.temperature_c, mooring.salinity)
    for channel, column in zip(READ, columns, strict=True):
        series[..., channel] = column[: count * STEPS].reshape(count, STEPS)
    there = ~np.isnan(series[..., list(READ)]).all(axis=1).any(axis=1)
    series = series[there]
    depth = -gsw.z_from_p(np.nanmedian(series[..., READ[0]], axis=1), mooring.latitude)
    return series, np.asarray(depth, dtype=np.float64), np.arange(len(series)) // 15


def learned_depth(series: NDArray[np.float32], depths: Floats, seed: int) -> nn.Module:
    """Train front and head on the logarithm of depth, pressure hidden in four batches of ten."""
    torch.manual_seed(seed)
    front = SensorFront(2 * Sizes().conv)
    network = nn.Sequential(front, nn.Linear(front.size, 64), nn.ReLU(), nn.Linear(64, 1))
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-4)
    inputs = torch.from_numpy(series)
    wanted = torch.from_numpy(_place(depths)).float()[:, None]
    steps = 40 * (len(inputs) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps + 1)
    for _ in range(steps):
        rows = torch.randint(len(inputs), (64,))
        seen = inputs[rows].clone()
        if torch.rand(()) < 0.4:
            seen[..., READ[0]] = torch.nan
        optimiser.zero_grad()
        nn.functional.smooth_l1_loss(network(seen), wanted[rows], beta=0.1).backward()
        optimiser.step()
        schedule.step()
    return network.eval()


def _place(depths: Floats) -> Floats:
    return np.asarray((np.log1p(depths) - 7.0) / 1.2)


def told_depth(network: nn.Module, series: NDArray[np.float32]) -> Floats:
    """Return the depth that a network reads from series, in metres."""
    with torch.no_grad():
        said: Tensor = network(torch.from_numpy(series))[:, 0]
    return np.asarray(np.expm1(said.double().numpy() * 1.2 + 7.0))


def median_error(
    errors: Floats, groups: NDArray[np.int64], resamples: int = 2000
) -> tuple[float, float, float]:
    """Return the median with its 95 % bootstrap interval over whole groups."""
    parts = [errors[groups == one] for one in np.unique(groups)]
    rng = np.random.default_rng(0)
    found = [
        np.median(np.concatenate([parts[at] for at in rng.integers(len(parts), size=len(parts))]))
        for _ in range(resamples)
    ]
    low, high = np.quantile(found, [0.025, 0.975])
    return float(np.median(errors)), float(low), float(high)


def ocean(folder: Path, *, seeds: int, count: int) -> None:
    """Print how far depths read from real water are off."""
    rng = np.random.default_rng(1)
    casts = load_profiles(folder)
    floats = [one for one in casts if one.name.startswith("Argo")]
    ships = [one for one in casts if not one.name.startswith("Argo")]
    train = simulated(rng, count)
    standard = (*simulated(rng, count // 5), np.arange(count // 5))
    tests = {
        "standard ocean, simulated": standard,
        f"{len(ships)} casts of ships": real_water(rng, ships, 8),
        f"{len(floats)} casts of one float": real_water(rng, floats, 3),
        "Flemish Cap mooring": windows(read_mooring(folder / MOORING)),
    }
    networks = [learned_depth(*train, seed) for seed in range(seeds)]
    print(f"ocean: {count} simulated series to learn from, {seeds} seeds; median relative error")
    for name, (series, depths, groups) in tests.items():
        line = f"  {name:<28}{len(depths):>5} series"
        for channels in (READ, READ[1:]):
            kept = read_only(series, channels)
            known = ~np.isnan(kept).all(axis=(1, 2))
            off = np.mean(
                [np.abs(told_depth(one, kept[known]) / depths[known] - 1) for one in networks],
                axis=0,
            )
            value, low, high = median_error(off, groups[known])
            what = "with pressure" if channels is READ else "without"
            line += f"   {what} {value:6.1%} [{low:.1%}, {high:.1%}]"
        print(line)


def main(arguments: list[str]) -> int:
    """Print both comparisons; 2 when the data are not there."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with sonar/ and ocean-profiles/")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=30, help="over the sonar crops")
    parser.add_argument("--series", type=int, default=4000, help="simulated series to learn from")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    for folder in (given.data / "sonar", given.data / "ocean-profiles"):
        if not folder.is_dir():
            print(f"{folder}: no such folder; give that of the reference data", file=sys.stderr)
            return 2
    try:
        import PIL  # noqa: F401
    except ImportError:
        print("reading JPEG needs Pillow: pip install 'bathylex[bench]'", file=sys.stderr)
        return 2
    ocean(given.data / "ocean-profiles", seeds=given.seeds, count=given.series)
    sonar(given.data / "sonar", seeds=given.seeds, epochs=given.epochs)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
