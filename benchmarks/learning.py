"""Whether a learned judge beats the extraction rules where these are unsure.

    python -m benchmarks.learning CORPUS_FOLDER GOLD_FOLDER --work FOLDER [--blind FOLDER ...]

Fine-tunes MiniLM on weak labels, then on annotated segments in cross-validation, distils it to
students that run inside the pipeline, and prints F1 of rules, rules with student and the paired
bootstrap interval of their difference. GOLD_FOLDER holds ``dev_segments.jsonl`` and
``dev_gold.jsonl``; each ``--blind`` folder holds ``segments.jsonl`` and ``gold.jsonl`` that nobody
tuned on: they are judged by students of all development segments. Everything made is kept under
``--work``, so that a run that was broken off goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress

from base import sha256_text, write_whole
from corpus.digests import load_digests
from corpus.library import load_folder
from distill.intervals import paired_bootstrap
from distill.metrics import f1
from distill.weights import save_weights
from jurisdictions.compiler import load_bindings
from jurisdictions.extract import load_pipeline
from jurisdictions.learning.examples import sampled, split, weak_examples
from jurisdictions.learning.experiment import Material, Settings, run_unit
from jurisdictions.learning.near import NearDuplicates
from jurisdictions.learning.reading import Reading, load_readings, read_segments, save_readings
from jurisdictions.learning.segments import Annotated, Segment, annotated, folds, law_segments
from jurisdictions.learning.teacher import TeacherSettings, train_teacher
from jurisdictions.learning.weak_labels import Bindings

ARMS = ("chosen", "half", "direct", "direct half")
#: The segments that a unit was tested on, and what came of it.
Unit = tuple[list[int], dict[str, Any]]
ALONE = ("teacher gated", "teacher", "student", "words")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done.

    Attributes:
        provisions: law provisions that are read, bound and unbound ones alike.
        weak: weakly labelled examples per task for the teacher.
        pool: examples per task that the teacher answers for a student.
        epochs: of the teacher on weak labels.
        fold_epochs: of its fine-tuning on annotated segments.
    """

    provisions: int = 6000
    weak: int = 1500
    pool: int = 800
    epochs: int = 2
    fold_epochs: int = 3

    def scaled(self, times: int) -> Sizes:
        """Return sizes with so many times the examples."""
        if times == 1:
            return self
        return replace(
            self,
            provisions=self.provisions * times,
            weak=self.weak * times,
            pool=self.pool * times,
        )


#: A run of a few minutes that shows that everything works; its figures mean nothing.
QUICK = Sizes(provisions=300, weak=60, pool=60, epochs=1, fold_epochs=1)


def material_segments(
    corpus: Path, bindings: Bindings, known: Iterable[str], count: int
) -> list[Segment]:
    """Return provisions to learn from: bound ones and digests first, never one of ``known``."""
    near = NearDuplicates(known)
    texts = [*load_digests().values(), *load_folder(corpus, others=True).values()]
    found = [one for text in texts for one in law_segments(text) if one.text not in near]

    def place(one: Segment) -> tuple[bool, str]:
        # A hash orders at random, and alike whatever else is left out.
        return bindings.people(one.id) == "unknown", sha256_text(repr(one))

    return sorted(set(found), key=place)[:count]


def cached_readings(path: Path, segments: list[Segment]) -> list[Reading]:
    """Return the readings of segments; those that ``path`` lacks are made and added to it."""
    known = {one.segment: one for one in load_readings(path)} if path.is_file() else {}
    missing = [one for one in segments if one not in known]
    if missing:
        known |= {one.segment: one for one in read_segments(missing, load_pipeline())}
        save_readings(known.values(), path)
        known = {one.segment: one for one in load_readings(path)}
    return [known[one] for one in segments]


def prepare(
    folder: Path, readings: list[Reading], bindings: Bindings, sizes: Sizes, progress: Progress
) -> Material:
    """Return the shared material; trains the teacher on weak labels where that is not yet done."""
    weak, held = split(weak_examples(readings, bindings), 0.1, seed=0)
    pool = sampled(weak, sizes.pool, seed=1)
    weak, held = sampled(weak, sizes.weak, seed=0), sampled(held, sizes.weak // 10, seed=0)
    base = folder / "teacher.safetensors"
    if not base.is_file():
        settings = TeacherSettings(epochs=sizes.epochs)
        steps = sizes.epochs * (2 * sizes.weak // settings.batch + 2)
        bar = progress.add_task("teacher on weak labels", total=steps)
        teacher, history = train_teacher(
            weak, held, settings=settings, seed=0, tick=lambda: progress.advance(bar)
        )
        save_weights(teacher.network, base)
        progress.update(bar, completed=steps)
        progress.console.log(f"validation loss {[round(one, 4) for one in history.losses]}")
    return Material(weak, held, pool, base, folder)


def kept(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON in ``path``, made first where it is missing."""
    if not path.is_file():
        write_whole(path, json.dumps(make()))
    row: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return row


def merged(units: list[Unit], part: str, arm: str, key: str) -> Any:
    """Return counts per item of one seed, put together from its folds."""
    total = sum(len(indexes) for indexes, _ in units)
    counts = np.zeros((total, 3))
    for indexes, row in units:
        counts[indexes] = row[part][arm][key] if key else row[part][arm]
    return counts


def report(title: str, seeds: list[list[Unit]], part: slice = slice(None)) -> dict[str, Any]:
    """Print and return F1 of each arm and the interval of its difference from the rules.

    Args:
        title: of what was tested.
        seeds: the units of each seed.
        part: which of the tested segments count.
    """

    def pooled(place: str, arm: str, key: str) -> Any:
        return sum(merged(units, place, arm, key)[part] for units in seeds)

    print(f"\n{title}: {len(pooled('arms', 'rules', 'norms'))} segments, {len(seeds)} seeds")
    result: dict[str, Any] = {}
    for key in ("norms", "binds"):
        rules = pooled("arms", "rules", key)
        rows = [("arms", arm, key) for arm in ARMS]
        rows += [("binds", arm, "") for arm in ALONE] if key == "binds" else []
        print(f"  {key:<6} rules                 F1 {f1(rules.sum(axis=0)):.3f}")
        for place, arm, inner in rows:
            ours = pooled(place, arm, inner)
            gap = paired_bootstrap(ours, rules)
            result[f"{key} {arm}"] = [float(f1(ours.sum(axis=0))), *astuple(gap)]
            print(
                f"  {key:<6} {arm:<21} F1 {f1(ours.sum(axis=0)):.3f}  "
                f"difference {gap.difference:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"
            )
    if part == slice(None):
        result |= details([row for units in seeds for _, row in units], len(seeds))
    return result


def details(units: list[dict[str, Any]], seeds: int) -> dict[str, Any]:
    """Print and return how the learners do alone, and what thresholds were chosen."""
    result: dict[str, Any] = {}
    for who in ("rules", "teacher", "student"):
        alone = [row["alone"][who] for row in units]
        sums = {name: sum(one[name] for one in alone) for name in alone[0]}
        result[f"modality {who}"] = sums
        print(
            f"  modality of annotated cues, {who:<8} {sums['right']}/{sums['of']}, where the rules "
            f"are unsure {sums['right_unsure']}/{sums['of_unsure']}"
        )
    for name in ("teacher ece", "student ece"):
        result[name] = float(np.mean([row["binds"][name] for row in units]))
        print(f"  calibration error of binds, {name:<12} {result[name]:.3f}")
    asked = sum(row["binds"]["unsure"] for row in units) / seeds
    print(f"  rules unsure of binds in {asked:.0f} segments")
    for arm in ("chosen", "direct"):
        result[f"thresholds {arm}"] = [row["arms"][arm]["thresholds"] for row in units]
        print(f"  confidence, yes, no ({arm}): {result[f'thresholds {arm}']}")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made")
    parser.add_argument("--blind", type=Path, action="append", default=[])
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--scale", type=int, default=1, help="so many times the examples")
    parser.add_argument("--quick", action="store_true", help="a dry run; figures mean nothing")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    sizes = QUICK if given.quick else Sizes().scaled(given.scale)
    dev = annotated(given.gold / "dev_segments.jsonl", given.gold / "dev_gold.jsonl")
    blind = {
        folder.name: annotated(folder / "segments.jsonl", folder / "gold.jsonl")
        for folder in given.blind
    }
    with Progress(console=Console(file=sys.stderr)) as progress:
        run(given, dev, blind, sizes, progress)


def run(
    given: argparse.Namespace,
    dev: list[Annotated],
    folders: dict[str, list[Annotated]],
    sizes: Sizes,
    progress: Progress,
) -> None:
    """Make or find every unit, then report."""
    bindings = Bindings(load_bindings())
    blind = [one for items in folders.values() for one in items]
    tested = [one.segment.text for one in [*dev, *blind]]
    segments = material_segments(given.corpus, bindings, tested, sizes.provisions)
    words = [repr(sizes), *(one.text for one in segments), *tested]
    folder = given.work / sha256_text("\n".join(words))[:12]
    folder.mkdir(parents=True, exist_ok=True)
    store = given.work / "readings.jsonl"
    bar = progress.add_task("reading", total=3)
    readings = cached_readings(store, segments)
    progress.advance(bar)
    dev_read = cached_readings(store, [one.segment for one in dev])
    progress.advance(bar)
    blind_read = cached_readings(store, [one.segment for one in blind])
    progress.advance(bar)
    material = prepare(folder, readings, bindings, sizes, progress)
    nlp = load_pipeline()
    settings = Settings(teacher=TeacherSettings(epochs=sizes.fold_epochs))
    bar = progress.add_task("units", total=given.seeds * (given.folds + bool(blind)), start=True)
    judged: list[list[Unit]] = []
    if blind:
        near = NearDuplicates(one.segment.text for one in blind)
        usable = [at for at, one in enumerate(dev) if one.segment.text not in near]
        train = [dev[at] for at in usable], [dev_read[at] for at in usable]
        for seed in range(given.seeds):
            name = f"blind-seed{seed}"
            row = kept(
                folder / f"{name}.json",
                lambda name=name, seed=seed: run_unit(  # type: ignore[misc]
                    name, material, train, (blind, blind_read), nlp, settings=settings, seed=seed
                ),
            )
            judged.append([(list(range(len(blind))), row)])
            progress.advance(bar)
    crossed: list[list[Unit]] = []
    for seed in range(given.seeds):
        units = []
        for number, fold in enumerate(folds(dev, given.folds, seed)):
            rest = [at for at in range(len(dev)) if at not in set(fold)]
            name = f"seed{seed}-fold{number}"
            row = kept(
                folder / f"{name}.json",
                lambda name=name, seed=seed, rest=rest, fold=fold: run_unit(  # type: ignore[misc]
                    name, material, _part(dev, dev_read, rest), _part(dev, dev_read, fold), nlp,
                    settings=settings, seed=seed,
                ),
            )  # fmt: skip
            units.append((fold, row))
            progress.advance(bar)
        crossed.append(units)
    progress.stop()
    print(f"{len(segments)} provisions to learn from, none near a tested segment")
    results = {"cross-validation": report("development segments, cross-validation", crossed)}
    if judged:
        results["blind"] = report("blind segments", judged)
        first = 0
        for name, items in folders.items():
            part = slice(first, first + len(items))
            results[f"blind {name}"] = report(f"blind segments, {name} alone", judged, part)
            first = part.stop
    write_whole(folder / "results.json", json.dumps(results, indent=1))


def _part(
    gold: list[Annotated], readings: list[Reading], chosen: list[int]
) -> tuple[list[Annotated], list[Reading]]:
    return [gold[at] for at in chosen], [readings[at] for at in chosen]


if __name__ == "__main__":
    main()
