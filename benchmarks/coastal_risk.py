"""How well the risk student knows floods, surge and damage at unseen gauges in unseen years.

    python -m benchmarks.coastal_risk DATA [--seeds 10] [-o FOLDER]

DATA holds ``tide-gauge`` and ``flood-events``. Each seed trains a teacher and five students on some
gauges before 1996, stops and calibrates on others in 1996-2003, and is scored on gauges that no
seed has learnt from, in 2004-2018, on real monthly means as they are. Intervals are of a bootstrap
over gauges (95 %). Seeds run one after another; with ``-o`` the answers of each are kept in
``seed-N.npz`` and a run that was stopped goes on with the next.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coastal.extremes.examples import split
from coastal.extremes.records import read_maxima
from coastal.risk.examples import STUDENT, Rows
from coastal.risk.making import World, material, read_world, rows_of_test
from coastal.risk.student import Learner, Settings, train_learner, train_teacher
from distill.calibration import fit_platt, sigmoid
from distill.intervals import share_bounds
from distill.metrics import expected_calibration_error

Floats = NDArray[np.float64]
SCORES = ("brier", "surge_error", "damage_error", "hit", "width")
#: What a file of a seed holds of its rows.
TRUTH = ("flooded", "surge", "damage", "station", "unit")


@dataclass(frozen=True, slots=True)
class Truth:
    """Of each row of a test: what came, where, and the metres of a unit; as in :class:`Rows`."""

    flooded: Floats
    surge: Floats
    damage: Floats
    station: NDArray[np.int64]
    unit: Floats


@dataclass(frozen=True, slots=True)
class Answers:
    """Of each row: flood probability, surge in units with its deviation, damage share."""

    flood: Floats
    surge: Floats
    deviation: Floats
    damage: Floats

    def scores(self, rows: Truth) -> dict[str, Floats]:
        """Return scores per row; metres for the surge."""
        error = rows.surge - self.surge
        return {
            "brier": (self.flood - rows.flooded) ** 2,
            "surge_error": np.abs(error) * rows.unit,
            "damage_error": np.abs(self.damage - rows.damage),
            "hit": (np.abs(error) <= 1.6449 * self.deviation).astype(float),
            "width": 2 * 1.6449 * self.deviation * rows.unit,
        }


def of_learner(learner: Learner, rows: Rows, *, taught: bool = True) -> Answers:
    """Return a student's answers."""
    said = learner.said(rows.student)
    deviation = np.hypot(said[:, 2], said[:, 5]) if taught else said[:, 2]
    return Answers(sigmoid(said[:, 0]), said[:, 1], deviation, sigmoid(said[:, 3]))


def climatology(learn: Rows, rows: Rows) -> Answers:
    """Return what freeboard and the training rows' mean surge alone say."""
    temperature, offset = fit_platt(-learn.freeboard, learn.flooded)
    whole = learn.student[:, 0] > 0
    surge = learn.surge[whole]
    chance = sigmoid(-rows.freeboard / temperature + offset)
    # Damage by the curve as shown to the student at two deviations of the record.
    at = STUDENT.index("damage_2.0")
    return Answers(
        chance, np.full(len(rows.surge), surge.mean()), np.full(len(rows.surge), surge.std()),
        chance * rows.student[:, at],
    )  # fmt: skip


def at_site(rows: Rows) -> Answers:
    """Return what a Gumbel through the record's own two to five maxima says."""
    mean = rows.student[:, STUDENT.index("mean_maximum")]
    spread = np.exp(rows.student[:, STUDENT.index("l_scale")]) - 0.05
    scale = np.clip(spread / np.log(2), 0.02, None)
    location = mean - 0.5772 * scale
    chance = 1 - np.exp(-np.exp(-np.clip((rows.freeboard - location) / scale, -30, 30)))
    at = STUDENT.index("damage_2.0")
    return Answers(chance, mean, 1.2825 * scale, chance * rows.student[:, at])


Run = tuple[dict[str, Answers], Truth, dict[str, int]]


def one_seed(world: World, seed: int) -> Run:
    """Return the answers of all arms to the test of a seed, the truth, and sizes in weights."""
    settings = Settings()
    given = material(world, seed=seed, each=1)
    rows = rows_of_test(world, given.region, seed=seed, plain=True)
    teacher = train_teacher(given.learn, given.check, seed=seed, settings=settings)
    told = teacher.told(given.learn)
    few = np.random.default_rng(seed).uniform(size=len(given.learn.flooded)) < 0.05

    def made(**options: object) -> Learner:
        return train_learner(given.learn, given.check, seed=seed, settings=settings, **options)  # type: ignore[arg-type]

    student = made(told=told)
    said = teacher.told(rows).double().numpy()
    deviation = np.sqrt(np.exp(said[..., 2]).mean(axis=0) + said[..., 1].var(axis=0))
    size = teacher.scaling.surge_spread
    arms = {
        "teacher": Answers(
            sigmoid(said[..., 0]).mean(axis=0),
            said[..., 1].mean(axis=0) * size + teacher.scaling.surge_mean, deviation * size,
            sigmoid(said[..., 3]).mean(axis=0),
        ),
        "student": of_learner(student, rows),
        "labels alone": of_learner(made(), rows, taught=False),
        "student, 5 % of labels": of_learner(made(told=told, labelled=few), rows),
        "labels alone, 5 %": of_learner(made(labelled=few), rows, taught=False),
        "student, no climate": of_learner(
            made(told=told, climate=False), blanked(rows)
        ),
        "Gumbel at site": at_site(rows),
        "climatology": climatology(given.learn, rows),
    }  # fmt: skip
    truth = Truth(*(getattr(rows, name) for name in TRUTH))
    return arms, truth, {"teacher": teacher.size, "student": student.size}


def kept(world: World, seed: int, folder: Path | None) -> Run:
    """Return a seed's run, from its file where there is one, else made and written there."""
    if folder is None:
        return one_seed(world, seed)
    path = folder / f"seed-{seed}.npz"
    if not path.exists():
        arms, truth, sizes = one_seed(world, seed)
        columns = {f"truth/{name}": getattr(truth, name) for name in TRUTH}
        columns |= {f"size/{name}": np.array(size) for name, size in sizes.items()}
        columns |= {
            f"arm/{arm}/{field.name}": getattr(said, field.name)
            for arm, said in arms.items() for field in fields(said)
        }  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as handle:
            np.savez(handle, **columns)
        part.replace(path)
    with np.load(path) as found:
        named = [name.split("/")[1] for name in found.files if name.startswith("arm/")]
        arms = {
            arm: Answers(*(found[f"arm/{arm}/{field.name}"] for field in fields(Answers)))
            for arm in dict.fromkeys(named)
        }
        truth = Truth(*(found[f"truth/{name}"] for name in TRUTH))
        sizes = {name: int(found[f"size/{name}"]) for name in ("teacher", "student")}
    return arms, truth, sizes


def blanked(rows: Rows) -> Rows:
    """Return rows without climate statistics."""
    from coastal.risk.student import without_climate

    return without_climate(rows)


def interval(values: Floats) -> str:
    """Return mean and bounds of a bootstrap over gauges."""
    generator = np.random.default_rng(0)
    drawn = values[generator.integers(len(values), size=(5000, len(values)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{values.mean():.4f} [{low:.4f}, {high:.4f}]"


def main() -> None:
    """Run all seeds and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--every", type=int, default=0, help="report after so many seeds too")
    parser.add_argument("-o", "--output", type=Path, help="keep each seed there, and go on there")
    given = parser.parse_args()
    world = read_world(given.data)
    table = read_maxima(given.data / "sea-level-extremes" / "fremantle.csv")
    pairs = [
        (world.el_nino[int(year)], index)
        for year, index in zip(table["Year"], table["SOI"], strict=True)
        if int(year) in world.el_nino
    ]
    seen = np.corrcoef(np.array(pairs).T)[0, 1]
    print(f"El Niño in eastern Pacific gauges against the SOI: {seen:.2f} in {len(pairs)} years")
    runs = []
    for seed in range(given.seeds):
        runs.append(kept(world, seed, given.output))
        if given.every and len(runs) % given.every == 0 and len(runs) < given.seeds:
            report(world, runs)
    report(world, runs)


def report(world: World, runs: list[Run]) -> None:
    """Print the scores of all seeds that are done."""
    station = np.concatenate([rows.station for _, rows, _ in runs])
    flooded = np.concatenate([rows.flooded for _, rows, _ in runs])
    held = len(split(world.stations, seed=0).test)
    print(f"{len(flooded)} answers at {len(np.unique(station))} of {held} gauges held out, "
          f"{len(runs)} seeds, flooded {flooded.mean():.2f}; weights {runs[0][2]}")  # fmt: skip
    means: dict[str, dict[str, Floats]] = {}
    for arm in runs[0][0]:
        scores = [answers[arm].scores(rows) for answers, rows, _ in runs]
        means[arm] = {}
        for key in SCORES:
            values = np.concatenate([one[key] for one in scores])
            means[arm][key] = np.array([values[station == at].mean() for at in np.unique(station)])
        chance = np.concatenate([answers[arm].flood for answers, _, _ in runs])
        ece = expected_calibration_error(chance, flooded)
        print(f"{arm}: " + "; ".join(f"{key} {interval(means[arm][key])}" for key in SCORES)
              + f"; ECE {ece:.3f}")  # fmt: skip
    for one, other in (
        ("student", "teacher"), ("student", "labels alone"), ("student", "climatology"),
        ("student", "Gumbel at site"), ("student, 5 % of labels", "labels alone, 5 %"),
        ("student", "student, no climate"),
    ):  # fmt: skip
        apart = "; ".join(
            f"{key} {interval(means[one][key] - means[other][key])}" for key in SCORES[:3]
        )
        print(f"{one} less {other}: {apart}")
    whole = means["student"]["hit"]
    low, high = share_bounds(round(float(whole.sum())), len(whole))
    print(f"coverage of the student's 90 %: {whole.mean():.3f}, gauges as one trial each "
          f"[{low:.2f}, {high:.2f}]", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
