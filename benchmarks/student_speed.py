"""One design at a time: the student beside the teachers that it was distilled from.

    python -m benchmarks.student_speed WORK [--data DIR] [--corpus DIR] [--designs N]

Batch of one, one thread, warm, both on the same designs in turns. The teachers are not crippled:
all pieces of law go through MiniLM in one padded batch, all sentences of the report in another; the
student's time includes hashing the words, the teachers' includes tokenizing them. WORK is the
folder that ``bathylex distill train --work WORK`` filled.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.distill import open_shop


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sites", type=int, default=0)
    parser.add_argument("--designs", type=int, default=60)
    given = parser.parse_args()
    if not given.work.is_dir():
        parser.error(f"{given.work}: no such folder; run 'bathylex distill train --work' first")
    shop = open_shop(given)
    print(json.dumps(measured(shop, given.designs), indent=1))


def measured(shop: Any, designs: int) -> dict[str, Any]:
    """Return milliseconds of both, at the median and the 95th percentile, and their ratios."""
    import torch

    from compliance.scoring.learning import Recipe
    from compliance.scoring.words import PIECE_FEATURES, SENTENCE_FEATURES, hashed
    from distill.batch import ModalityBatch

    torch.set_num_threads(1)
    student, texts = shop.student(Recipe(seed=shop.plan.seed)), shop.text_teachers()
    teachers = {name: shop.teacher(name) for name in ("acoustic", "legal", "sensor", "structure")}
    ensemble, loader = shop.ensemble(), shop.loader("validation")
    surveys, pieces = loader.surveys, shop.world.pieces.texts
    taken: dict[str, list[float]] = {"student": [], "teachers": []}

    def by_student(at: int) -> None:
        for text in law(at):
            hashed(text, PIECE_FEATURES)
        for text in report(at):
            hashed(text, SENTENCE_FEATURES)
        student(loader.batch(np.array([at])))

    def by_teachers(at: int) -> None:
        batch = loader.batch(np.array([at]))
        concepts = shop.vocabulary.logits + len(shop.vocabulary.amounts)
        told = texts.report.states(report(at))
        values = {
            "acoustic": batch.values["acoustic"],
            "sensor": batch.values["sensor"],
            "legal": texts.law.states(law(at))[None],
            "structure": torch.cat(
                [batch.values["structure"][:, :concepts], told.flatten()[None]],
                dim=1,
            ),
        }  # fmt: skip
        ensemble(
            {
                name: teacher(ModalityBatch.complete({name: values[name]}))
                for name, teacher in teachers.items()
            }
        )

    def law(at: int) -> list[str]:
        return [pieces[one] for one in surveys.law[at] if one >= 0]

    def report(at: int) -> list[str]:
        return [surveys.sentences[one] for one in surveys.report[at] if one >= 0]

    with torch.no_grad():
        for at in range(designs + 5):
            for name, run in (("student", by_student), ("teachers", by_teachers)):
                start = time.perf_counter()
                run(at)
                if at >= 5:
                    taken[name].append(1000 * (time.perf_counter() - start))
    figures: dict[str, Any] = {
        name: {"p50_ms": float(np.percentile(v, 50)), "p95_ms": float(np.percentile(v, 95))}
        for name, v in taken.items()
    }
    figures["ratio"] = {
        key: figures["teachers"][key] / figures["student"][key] for key in ("p50_ms", "p95_ms")
    }
    return figures


if __name__ == "__main__":
    main()
