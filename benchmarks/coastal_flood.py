"""Flood maps, one chip held out at a time: teacher, students with and without it, thresholds.

    python -m benchmarks.coastal_flood DATA [--work DIR] [--seeds N] [--only-report]

DATA holds the Sen1Floods11 chips. Every training is a file in the working folder, so that a stopped
benchmark goes on; those of the claim (5 % of labels) come first. Seeds begin at 10: designs were
tried with seeds 0 and 1. Seven chips are few: results are illustrative. Where a chip has no optical
image of its own the student's input is simulated from SAR and label (see docs/coastal_flood.md).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from base import write_whole

#: Share of tiles whose labels the claim is about, and all of the curve.
CLAIM, CURVE = 0.05, (0.01, 1.0, 0.25, 0.1, 0.02)
FIRST_SEED, CURVE_SEEDS = 10, 5
ARMS = ("distilled", "labels-only")


@dataclass(frozen=True)
class Run:
    """One student: the chip that it does not see, its arm, labels and seed."""

    chip: str
    arm: str
    fraction: float
    seed: int

    @property
    def name(self) -> str:
        return f"{self.chip}-{self.arm}-{self.fraction:g}-{self.seed}"


class Bench:
    """Chips, teachers and images, made once."""

    def __init__(self, data: Path, work: Path) -> None:
        from coastal.flood import calibrate, chip_names, read_chip

        self.work = work
        self.chips = {name: read_chip(data, name) for name in chip_names(data)}
        self.calibration = calibrate(list(self.chips.values()))

    @property
    def scored(self) -> list[str]:
        """Chips whose label has water."""
        return [name for name, chip in self.chips.items() if (chip.label == 1).any()]

    def runs(self, seeds: int) -> list[Run]:
        """Return every run, those of the claim first."""
        dry = [name for name in self.chips if name not in self.scored]
        numbers = range(FIRST_SEED, FIRST_SEED + seeds)
        few = numbers[:CURVE_SEEDS]
        found = [
            Run(chip, arm, CLAIM, seed) for seed in numbers for chip in self.scored for arm in ARMS
        ]
        found += [Run(chip, arm, CLAIM, seed) for seed in few for chip in dry for arm in ARMS]
        return found + [
            Run(chip, arm, fraction, seed)
            for fraction in CURVE for seed in few for chip in self.scored for arm in ARMS
        ]  # fmt: skip

    @cache  # noqa: B019
    def taught(self, held: str) -> tuple[dict[str, Any], float]:
        """Return what the teacher that never saw ``held`` says of all chips, and its threshold."""
        import torch

        from coastal.flood.teacher import TaughtChip, taught, train_teacher

        path = self.work / f"teacher-{held}.npz"
        if not path.exists():
            others = [chip for name, chip in self.chips.items() if name != held]
            started = time.process_time()
            network, threshold = train_teacher(others, seed=0)
            said = {name: taught(network, chip) for name, chip in self.chips.items()}
            note(f"teacher without {held}: {time.process_time() - started:.0f} s")
            parts = {f"p-{name}": one.probability for name, one in said.items()}
            parts |= {f"t-{name}": one.tokens.numpy() for name, one in said.items()}
            np.savez(self.work / "part.npz", threshold=threshold, **parts)
            (self.work / "part.npz").replace(path)
        with np.load(path) as kept:
            return {
                name: TaughtChip(kept[f"p-{name}"], torch.from_numpy(kept[f"t-{name}"]))
                for name in self.chips
            }, float(kept["threshold"])

    @cache  # noqa: B019
    def images(self, seed: int) -> dict[str, Any]:
        """Return the coarse, cloudy image of each chip."""
        from coastal.flood import coarse_image

        return {
            name: coarse_image(chip, self.calibration, np.random.default_rng((seed, number)))
            for number, (name, chip) in enumerate(self.chips.items())
        }

    def run(self, run: Run) -> dict[str, Any]:
        """Train one student and score it on the chip that it did not see."""
        import torch

        from coastal.flood.lessons import lesson
        from coastal.flood.mapping import upsampled
        from coastal.flood.teaching import train_student

        said, _ = self.taught(run.chip)
        images = self.images(run.seed)
        lessons = [
            lesson(chip, images[name], said[name])
            for name, chip in self.chips.items() if name != run.chip
        ]  # fmt: skip
        started = time.process_time()
        student, threshold = train_student(
            lessons,
            arm=run.arm,  # type: ignore[arg-type]
            fraction=run.fraction,
            seed=run.seed,
        )
        seconds = time.process_time() - started
        chip, seen = self.chips[run.chip], images[run.chip]
        with torch.no_grad():
            own = lesson(chip, seen, None).image[None]
            coarse = torch.softmax(student(own)[0], dim=1)[0, 1]
        fine = upsampled(coarse, chip.label.shape)
        return {
            "run": asdict(run),
            "all": scores(fine, chip.label, threshold),
            "clear": scores(
                fine, np.where(self.clear(run.chip, run.seed), chip.label, -1), threshold
            ),
            "index": self.index(run.chip, run.seed),
            "threshold": threshold,
            "seconds": seconds,
        }

    def index(self, name: str, seed: int) -> dict[str, Any]:
        """Score the water index on the same coarse image: its cost is nothing."""
        from coastal.flood.baselines import water_index

        seen = self.images(seed)[name]
        water = np.kron(water_index(seen.reflectance, seen.cloud), np.ones((4, 4)))
        return scores(water, self.chips[name].label, 0.5)

    def taught_clear(self, name: str, seed: int) -> float:
        """Return the teacher's IoU on the chip that it did not see, where no cloud is."""
        said, threshold = self.taught(name)
        label = np.where(self.clear(name, seed), self.chips[name].label, -1)
        return float(scores(said[name].probability, label, threshold)["iou"])

    def clear(self, name: str, seed: int) -> Any:
        """Return the pixels of 10 m that the student's image shows."""
        return ~np.kron(self.images(seed)[name].cloud, np.ones((4, 4), dtype=bool))

    def teacher_rows(self) -> dict[str, Any]:
        """Score teachers and SAR thresholds on the chips that they did not see.

        Beside them the mean IoU of the other teachers, which learned that very chip: what they
        miss there radar does not show.
        """
        from coastal.flood.baselines import fixed_vv, otsu_vv

        rows = {}
        for name, chip in self.chips.items():
            said, threshold = self.taught(name)
            learned = [
                scores(self.taught(other)[0][name].probability, chip.label, self.taught(other)[1])
                for other in self.chips if other != name
            ]  # fmt: skip
            wet = [one["iou"] for one in learned if one["iou"] is not None]
            rows[name] = {
                "teachers that learned it": float(np.mean(wet)) if wet else None,
                "teacher": scores(said[name].probability, chip.label, threshold),
                "fixed": scores(fixed_vv(chip.vv), chip.label, 0.5),
                "otsu": scores(otsu_vv(chip.vv), chip.label, 0.5),
            }
        return rows


def scores(probability: Any, label: Any, threshold: float) -> dict[str, Any]:
    """Return the scores as plain numbers; empty where no pixel is valid."""
    from coastal.flood.scores import scored

    if not (np.asarray(label) >= 0).any():
        return {}
    return asdict(scored(probability, label, threshold=threshold))


def report(
    results: list[dict[str, Any]], rows: dict[str, Any], chips: list[str], bench: Bench
) -> dict[str, Any]:
    """Return the tables: per chip, means with intervals over seeds and over chips.

    Beside all chips stand those on which the teacher finds water that it did not learn.
    """
    from coastal.flood.lessons import HEARD

    teacher = {name: rows[name]["teacher"]["iou"] for name in chips}
    table: dict[tuple[str, float, int], dict[str, dict[str, Any]]] = {}
    for one in results:
        run = one["run"]
        table.setdefault((run["arm"], run["fraction"], run["seed"]), {})[run["chip"]] = one
    found: dict[str, Any] = {"baselines": rows, "curve": {}}
    for fraction in sorted({key[1] for key in table}):
        seeds = sorted(
            seed for arm, share, seed in table
            if share == fraction and arm == ARMS[0]
            and all(set(chips) <= set(table.get((one, share, seed), {})) for one in ARMS)
        )  # fmt: skip
        if not seeds:
            continue
        cube = {
            (arm, part, key): np.array(
                [[table[arm, fraction, s][c][part][key] for c in chips] for s in seeds]
            )
            for arm in ARMS for part in ("all", "clear", "index") for key in ("iou", "f1", "brier")
        }  # fmt: skip
        ours, theirs = (cube[arm, "all", "iou"] for arm in ARMS)
        level = np.mean([teacher[name] for name in chips])
        shown = np.flatnonzero([teacher[name] >= HEARD for name in chips])
        through = np.array([[bench.taught_clear(c, s) for c in chips] for s in seeds])
        found["curve"][f"{fraction:g}"] = {
            "seeds": len(seeds),
            **{
                f"{arm} {part} {key}": over_seeds(values.mean(axis=1))
                for (arm, part, key), values in cube.items() if part != "index" or arm == ARMS[0]
            },
            "share of teacher": over_seeds(ours.mean(axis=1) / level),
            "share of teacher, labels only": over_seeds(theirs.mean(axis=1) / level),
            "gain": over_seeds((ours - theirs).mean(axis=1)),
            "gain over chips": over_chips((ours - theirs).mean(axis=0)),
            "where radar shows water": {
                "chips": [chips[at] for at in shown],
                **{
                    f"{arm}, {part}": over_seeds(
                        cube[arm, part, "iou"][:, shown].mean(axis=1)
                        / (
                            through[:, shown].mean(axis=1)
                            if part == "clear"
                            else np.mean([teacher[chips[at]] for at in shown])
                        )
                    )
                    for arm in ARMS for part in ("all", "clear")
                },
                "gain, all": over_seeds((ours - theirs)[:, shown].mean(axis=1)),
                "gain, clear": over_seeds(
                    (cube[ARMS[0], "clear", "iou"] - cube[ARMS[1], "clear", "iou"])[
                        :, shown
                    ].mean(axis=1)
                ),
            },
            "by chip": {
                name: {
                    "teacher": teacher[name],
                    **{
                        arm: over_seeds(cube[arm, "all", "iou"][:, at]) for arm in ARMS
                    },
                    "gain": over_seeds((ours - theirs)[:, at]),
                    "index": float(cube[ARMS[0], "index", "iou"][:, at].mean()),
                }
                for at, name in enumerate(chips)
            },
        }  # fmt: skip
    found["seconds"] = float(sum(one["seconds"] for one in results))
    found["runs"] = len(results)
    return found


def over_seeds(values: Any) -> list[float]:
    """Return the mean and the bounds of its 95 % t-interval over seeds."""
    from scipy.stats import t

    values = np.asarray(values, dtype=np.float64)
    mean = float(values.mean())
    if len(values) < 2:
        return [round(mean, 4)]
    half = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))
    return [round(one, 4) for one in (mean, mean - half, mean + half)]


def over_chips(values: Any) -> list[float]:
    """Return the mean and the bounds of its 95 % bootstrap over chips, too narrow with so few."""
    values = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(0).choice(values, (10_000, len(values))).mean(axis=1)
    found = (values.mean(), *np.quantile(draws, [0.025, 0.975]))
    return [round(float(one), 4) for one in found]


def note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, default=Path("coastal-flood-bench"))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--only-report", action="store_true", help="of the runs that are there")
    given = parser.parse_args()
    if not given.data.is_dir():
        parser.error(f"{given.data}: no such folder")
    import torch

    torch.set_num_threads(1)
    given.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(given.data, given.work)
    runs, results = bench.runs(given.seeds), []
    for number, run in enumerate(runs):
        path = given.work / f"{run.name}.json"
        if not path.exists():
            if given.only_report:
                continue
            write_whole(path, json.dumps(bench.run(run)))
            note(f"{number + 1} of {len(runs)}: {run.name}")
        results.append(json.loads(path.read_text(encoding="utf-8")))
    print(json.dumps(report(results, bench.teacher_rows(), bench.scored, bench), indent=1))


if __name__ == "__main__":
    main()
