"""What a flood student forgets when it learns one place after another.

    python -m benchmarks.coastal_flood_continual DATA [--work DIR] [--seeds N]

A student of three chips (India, Nigeria, USA), taught by a teacher that never saw Spain, learns the
labels of Spain (real optics), then Mekong, then Somalia. Scores are IoU on whole chips under new
clouds, and for new chips on the quarter of their tiles that trains nothing. The strength of the
penalty is chosen with other seeds. WORK holds the teacher of ``benchmarks.coastal_flood``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

BASE = ("India_900498", "Nigeria_812045", "USA_905409")
NEXT = ("Spain_7370579", "Mekong_333434", "Somalia_699062")
STRENGTHS = (1e1, 1e2, 1e3, 1e4, 1e5)
#: Seeds with which the strength is chosen, and the first that is reported.
CHOICE, FIRST = (28, 29, 30), 31


class World:
    """Chips, what the teacher says, and scenes."""

    def __init__(self, data: Path, work: Path) -> None:
        from benchmarks.coastal_flood import Bench

        self.bench = Bench(data, work)
        self.said, _ = self.bench.taught("Spain_7370579")

    def image(self, name: str, seed: int) -> Any:
        from coastal.flood import coarse_image

        number = list(self.bench.chips).index(name)
        draw = np.random.default_rng((seed, number))
        return coarse_image(self.bench.chips[name], self.bench.calibration, draw)

    def base(self, seed: int) -> Any:
        """Return the student of the base chips, with its Fisher information."""
        from coastal.flood.adapting import Scene, fisher
        from coastal.flood.lessons import lesson
        from coastal.flood.mapping import FloodStudent
        from coastal.flood.teaching import train_student

        lessons = [
            lesson(self.bench.chips[name], self.image(name, seed), self.said[name]) for name in BASE
        ]
        net, threshold = train_student(lessons, arm="distilled", fraction=1.0, seed=seed)
        scenes = [Scene(one.image, one.share, one.valid) for one in lessons]
        information = [fisher(net, scenes, seed=seed)]
        return FloodStudent([net], threshold=threshold, fisher=information), scenes

    def scene(self, name: str, seed: int) -> Any:
        """Return a scene whose tiles for scoring have no label."""
        from coastal.flood import scene
        from coastal.flood.optics import water_share

        seen = self.image(name, seed)
        share, valid = water_share(self.bench.chips[name])
        known = (valid > 0.5) & ~scored_tiles(share.shape)
        return scene(seen.reflectance, seen.cloud, np.where(known, share, -1))

    def iou(self, student: Any, name: str, seed: int) -> float:
        """Return the IoU under other clouds than those that were learned."""
        from coastal.flood.mapping import upsampled
        from coastal.flood.scores import scored

        seen, label = self.image(name, seed + 5000), self.bench.chips[name].label
        found = student.map(seen.reflectance, seen.cloud)
        if name in NEXT:
            fine = np.kron(scored_tiles(found.probability.shape), np.ones((4, 4))) > 0
            label = np.where(fine, label, -1)
        score = scored(upsampled(found.probability, label.shape), label, threshold=found.threshold)
        return float(score.iou if score.iou is not None else np.nan)


def scored_tiles(shape: tuple[int, ...]) -> Any:
    """Return the coarse pixels of every fourth tile of 64 pixels."""
    rows, columns = (np.arange(length) // 16 for length in shape)
    return (rows[:, None] + 2 * columns) % 4 == 0


def walked(world: World, student: Any, old: Any, seed: int, way: str, strength: float) -> Any:
    """Return the matrix of IoU, shape (stages, chips), of one way of learning."""
    from coastal.flood import FloodStudent, adapt

    rows, memory = [], [*old]
    if not strength:
        # What nothing reads need not be measured after each place.
        student = FloodStudent(student.members, threshold=student.threshold)
    for stage in (None, *NEXT):
        if stage is not None:
            fresh = world.scene(stage, seed)
            student = adapt(
                student, [fresh], strength=strength, seed=seed,
                replay=memory if way == "replay" else (),
            ).student  # fmt: skip
            memory.append(fresh)
        rows.append([world.iou(student, name, seed) for name in (*BASE, *NEXT)])
    return np.array(rows)


def summary(table: Any) -> dict[str, float]:
    """Return the IoU kept of the base, gained on new chips, and mean forgetting."""
    last, count = table[-1], len(BASE)
    best = table[:-1].max(axis=0)
    own = [table[1 + at, count + at] for at in range(len(NEXT))]
    return {
        "base before": float(table[0, :count].mean()),
        "base after": float(last[:count].mean()),
        "new, before": float(table[0, count:].mean()),
        "new, just learned": float(np.mean(own)),
        "new, at the end": float(last[count:].mean()),
        "forgetting": float((best - last)[: count + len(NEXT) - 1].mean()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, default=Path("coastal-flood-bench"))
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    given.work.mkdir(parents=True, exist_ok=True)
    world = World(given.data, given.work)
    tried: dict[float, list[dict[str, float]]] = {one: [] for one in STRENGTHS}
    for seed in CHOICE:
        student, old = world.base(seed)
        for one in STRENGTHS:
            tried[one].append(summary(walked(world, student, old, seed, "elastic", one)))
    chosen_by = {
        one: {key: round(float(np.mean([each[key] for each in found])), 3) for key in found[0]}
        for one, found in tried.items()
    }
    strength = max(
        STRENGTHS, key=lambda one: chosen_by[one]["base after"] + chosen_by[one]["new, at the end"]
    )
    ways = {"fine-tuning": 0.0, "elastic": strength, "replay": 0.0}
    tables: dict[str, list[Any]] = {way: [] for way in ways}
    for seed in range(FIRST, FIRST + given.seeds):
        student, old = world.base(seed)
        for way, one in ways.items():
            tables[way].append(walked(world, student, old, seed, way, one))
    found = {
        way: {
            "matrix": np.mean(each, axis=0).round(3).tolist(),
            **{
                key: [round(float(fold([summary(one)[key] for one in each])), 3)
                      for fold in (np.mean, np.min, np.max)]
                for key in summary(each[0])
            },
        }
        for way, each in tables.items()
    }  # fmt: skip
    told = {"chips": [*BASE, *NEXT], "tried": chosen_by, "strength": strength, "ways": found}
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
