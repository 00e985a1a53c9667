"""What each part of the distillation brings: ablations, subsets, uncertainty, consolidation.

    python -m benchmarks.distill WORK [--data DIR] [--corpus DIR] [--designs N] [--only ARM ...]

WORK is the folder that ``bathylex distill train --work WORK`` filled (data and teachers are made
there otherwise). Every run is a file in WORK, so that a stopped benchmark goes on. All arms see the
same designs, epochs and settings: none was tuned. The test split is scored once, at the end, when
all runs are there; differences are paired over designs, intervals drawn over sites.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

#: Seeds of the arms that carry the claim, of all others, and epochs of every run.
MAIN_SEEDS, SEEDS, EPOCHS = 10, 3, 8
MAIN = ("full", "no-alignment", "no-distillation")
OTHERS = (
    "larger-without-teacher", "hard-labels", "shuffled-teacher", "temperature-2", "temperature-4",
    "geometric-5-to-1", "per-modality-temperature", "no-modality-dropout", "naive-infonce",
    "distilled-ensemble",
)  # fmt: skip
MEMBERS = 5


@dataclass(frozen=True)
class Run:
    """One training: its arm and seed."""

    arm: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.arm}-{self.seed}"


def runs() -> Iterator[Run]:
    """Yield every run, the main arms first."""
    from compliance.scoring.dataset import MODALITIES
    from distill.batch import subsets

    for seed in range(MAIN_SEEDS):
        for arm in MAIN:
            yield Run(arm, seed)
    for seed in range(SEEDS):
        for arm in OTHERS:
            yield Run(arm, seed)
    for names in subsets(MODALITIES):
        if len(names) < len(MODALITIES):
            yield Run("only-" + "+".join(names), 0)


_SHOP: Any = None


def open_shop(arguments: argparse.Namespace) -> Any:
    """Return the workshop of this process."""
    global _SHOP
    if _SHOP is None:
        import torch

        from compliance.scoring.workshop import Plan, Workshop
        from corpus.digests import load_digests
        from corpus.library import load_folder
        from jurisdictions.compiler import rulebook_for

        torch.set_num_threads(1)
        official = None if arguments.corpus is None else load_folder(arguments.corpus)
        plan = Plan(seed=arguments.seed)
        if arguments.sites:
            plan = plan.of_size(arguments.sites)
        _SHOP = Workshop(
            arguments.work, rulebook_for(load_digests()), plan,
            data=arguments.data, official=official,
        )  # fmt: skip
    return _SHOP


def perform(run: Run, arguments: argparse.Namespace) -> float:
    """Train one student and keep what it says of calibration and test designs; return seconds."""
    shop = open_shop(arguments)
    path = shop.folder / "bench" / f"{run.name}.npz"
    if path.exists():
        return 0.0
    start = time.perf_counter()
    reader = trained(run, shop, arguments)
    keep_scores(reader, run, shop, path)
    return time.perf_counter() - start


def trained(run: Run, shop: Any, arguments: argparse.Namespace) -> Any:
    """Return the student of a run."""
    import torch

    from compliance.scoring.batches import Loader
    from compliance.scoring.learning import Recipe, train_reader
    from compliance.scoring.reader import Sizes, build_student
    from compliance.scoring.teachers import aligners
    from distill.objective import Objective
    from distill.schedule import Constant, Geometric

    sizes, recipe = Sizes(), Recipe(epochs=EPOCHS, patience=EPOCHS, seed=run.seed)
    only = run.arm.removeprefix("only-").split("+") if run.arm.startswith("only-") else None
    alone = run.arm in ("no-distillation", "larger-without-teacher") or only is not None
    taught, whole = None if alone else shop.taught(), shop.loader("train")
    surveys = first(whole.surveys, arguments.designs)
    match run.arm:
        case "no-alignment":
            recipe = replace(recipe, objective=Objective(1.0, 0.5, 0.0))
        case "larger-without-teacher":
            sizes = Sizes(width=192, conv=32, bag=64, text=384, facts=384)
        case "hard-labels":
            recipe = replace(recipe, hard=True)
        case "shuffled-teacher":
            taught = shuffled(taught, len(surveys), run.seed)
        case "temperature-2":
            recipe = replace(recipe, schedule=Constant(2.0))
        case "temperature-4":
            recipe = replace(recipe, schedule=Constant(4.0))
        case "geometric-5-to-1":
            recipe = replace(recipe, schedule=Geometric(EPOCHS))
        case "per-modality-temperature":
            warm = {"ensemble": 1.0, "acoustic": 2.0, "sensor": 2.0, "legal": 1.0, "structure": 1.0}
            recipe = replace(recipe, schedule=Constant(warm))
        case "no-modality-dropout":
            sizes = Sizes(modality_dropout=0.0)
        case "naive-infonce":
            recipe = replace(recipe, alignment="naive")
        case "distilled-ensemble":
            taught = from_members(taught, shop, len(surveys), run.seed)
    if only is not None:
        sizes = Sizes(modality_dropout=0.0)
    torch.manual_seed(run.seed)
    reader = build_student(shop.book, shop.vocabulary, sizes)
    training = Loader(surveys, whole.rows, only)
    validation = Loader(shop.loader("validation").surveys, shop.loader("validation").rows, only)
    train_reader(
        reader, shop.vocabulary, training, validation, recipe,
        taught=taught, aligners=None if taught is None else aligners(taught),
    )  # fmt: skip
    return reader


def first(surveys: Any, count: int) -> Any:
    """Return the first designs; a site's designs stand together."""
    from dataclasses import fields

    parts = {
        one.name: getattr(surveys, one.name)[:count]
        for one in fields(surveys)
        if one.name != "sentences"
    }
    return replace(surveys, **parts)


def shuffled(taught: Any, count: int, seed: int) -> Any:
    """Return what the teachers say of other designs than the one at hand."""
    import torch

    order = torch.from_numpy(np.random.default_rng(seed).permutation(count))
    return replace(
        taught,
        **{n: getattr(taught, n)[order] for n in ("logits", "mean", "log_variance", "compliance")},
        heard={name: value[order] for name, value in taught.heard.items()},
        features={name: value[order] for name, value in taught.features.items()},
    )


def from_members(taught: Any, shop: Any, count: int, seed: int) -> Any:
    """Return the mean belief of ``MEMBERS`` students about compliance in the teachers' place."""
    import torch

    said = []
    for member in range(MEMBERS):
        path = shop.folder / "bench" / f"full-{member}.npz"
        if not path.exists():
            raise SystemExit("run the arm 'full' first: its students are the ensemble")
        said.append(np.load(path)["train"])
    chance = np.mean([1 / (1 + np.exp(-one.astype(float))) for one in said], axis=0)
    chance = chance.clip(1e-6, 1 - 1e-6)
    logits = torch.tensor(np.log(chance / (1 - chance)), dtype=torch.float32)
    return replace(taught, compliance=torch.cat([logits, taught.compliance[len(logits) :]]))


def keep_scores(reader: Any, run: Run, shop: Any, path: Path) -> None:
    """Write compliance logits of the test split, and of every subset for the main arm."""
    import io

    import torch

    from base import write_whole
    from compliance.scoring.dataset import MODALITIES
    from compliance.scoring.evaluation import scores_on
    from distill.batch import subsets
    from distill.uncertainty import dropout_on

    only = run.arm.removeprefix("only-").split("+") if run.arm.startswith("only-") else MODALITIES
    kept: dict[str, Any] = {"parameters": sum(one.numel() for one in reader.parameters())}
    kept["test"] = scores_on(reader, shop.loader("test"), only).compliance.numpy()
    if run.arm == "full" and run.seed < MEMBERS:
        whole = shop.loader("train")
        kept["train"] = scores_on(reader, whole).compliance.numpy()
    if run.arm == "full" and run.seed == 0:
        for names in subsets(MODALITIES):
            found = scores_on(reader, shop.loader("test"), names).compliance.numpy()
            kept["test+" + "+".join(names)] = found
        test = shop.loader("test")
        torch.manual_seed(0)
        with torch.no_grad(), dropout_on(reader):
            draws = [
                torch.cat([reader(batch).compliance for batch in test.ordered()]).numpy()
                for _ in range(20)
            ]
        kept["test-dropout"] = np.stack(draws)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **kept)
    write_whole(path, buffer.getvalue())


def figures(shop: Any) -> dict[str, Any]:
    """Return the comparison of all arms on the test split."""
    from distill.intervals import paired_bootstrap

    surveys = shop.surveys("test")
    folder = shop.folder / "bench"

    def right(arm: str, part: str = "test") -> Any:
        """Share of right answers of each design over seeds and binding jurisdictions."""
        found = [np.load(path)[part] for path in sorted(folder.glob(f"{arm}-[0-9]*.npz"))]
        if not found:
            return None
        hits = np.mean([(one > 0) == surveys.compliant for one in found], axis=0)
        return np.stack([(hits * surveys.binds).sum(axis=1), surveys.binds.sum(axis=1)], axis=1)

    def share(counts: Any) -> Any:
        return counts[..., 0] / counts[..., 1]

    full = right("full")
    table: dict[str, Any] = {}
    for arm in (*MAIN, *OTHERS):
        own = right(arm)
        if own is None:
            continue
        seeds = len(list(folder.glob(f"{arm}-[0-9]*.npz")))
        row: dict[str, Any] = {"seeds": seeds, "accuracy": float(share(own.sum(axis=0)))}
        if arm != "full":
            gap = paired_bootstrap(full, own, statistic=share, groups=surveys.site, resamples=4000)
            row["full_minus_arm"] = [gap.difference, gap.low, gap.high]
        table[arm] = row
    return {
        "arms": table,
        "subsets": subset_figures(shop, right, share),
        "uncertainty": uncertainty_figures(shop),
    }


def subset_figures(shop: Any, right: Callable[..., Any], share: Callable[..., Any]) -> Any:
    """Return, by subset, the accuracy of the full student and of one trained on it alone."""
    found = {}
    for path in sorted((shop.folder / "bench").glob("only-*-0.npz")):
        names = path.stem.removeprefix("only-").removesuffix("-0")
        own = np.load(path)["test"]
        full = np.load(shop.folder / "bench" / "full-0.npz")[f"test+{names}"]
        surveys = shop.surveys("test")
        rows = []
        for said in (full, own):
            hits = ((said > 0) == surveys.compliant) & surveys.binds
            rows.append(float(hits.sum() / surveys.binds.sum()))
        found[names] = {"full": rows[0], "trained_on_it": rows[1], "gap": rows[0] - rows[1]}
    return found


def uncertainty_figures(shop: Any) -> dict[str, Any]:
    """Return Brier score, calibration error and AUGRC of four ways to be unsure."""
    from distill.calibration import sigmoid
    from distill.metrics import augrc, brier, expected_calibration_error

    folder, surveys = shop.folder / "bench", shop.surveys("test")
    members = [folder / f"full-{seed}.npz" for seed in range(MEMBERS)]
    if not all(path.exists() for path in members):
        return {}
    single = np.load(members[0])
    ways = {
        "single": sigmoid(single["test"]),
        "dropout": sigmoid(single["test-dropout"]).mean(axis=0),
        "ensemble": np.mean([sigmoid(np.load(path)["test"]) for path in members], axis=0),
    }
    distilled = folder / "distilled-ensemble-0.npz"
    if distilled.exists():
        ways["distilled ensemble"] = sigmoid(np.load(distilled)["test"])
    truth = surveys.compliant[surveys.binds].astype(float)
    found = {}
    for name, chance in ways.items():
        own = chance[surveys.binds]
        wrong = (own > 0.5) != (truth > 0.5)
        found[name] = {
            "accuracy": float(1 - wrong.mean()),
            "brier": brier(own, truth),
            "calibration_error": expected_calibration_error(own, truth),
            "augrc": augrc(np.abs(own - 0.5), wrong),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sites", type=int, default=0, help="as given to train")
    parser.add_argument("--designs", type=int, default=3000, help="training designs of every run")
    parser.add_argument("--only", nargs="*", help="arms to run; all of them by default")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    for folder in (given.data, given.corpus):
        if folder is not None and not folder.is_dir():
            parser.error(f"{folder}: no such folder")
    wanted = [one for one in runs() if not given.only or one.arm in given.only]
    # The distilled ensemble needs its members first.
    early = [one for one in wanted if one.arm != "distilled-ensemble"]
    late = [one for one in wanted if one.arm == "distilled-ensemble"]
    shop = open_shop(given)
    (shop.folder / "bench").mkdir(exist_ok=True)
    done = 0
    with ProcessPoolExecutor(given.workers) as pool:
        for part in (early, late):
            jobs = {pool.submit(perform, run, given): run for run in part}
            for job in as_completed(jobs):
                done += 1
                print(f"{done}/{len(wanted)} {jobs[job].name} {job.result():.0f} s", flush=True)
    found = figures(shop)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
