"""What each part of the distillation brings: ablations, subsets, uncertainty, consolidation.

    python -m benchmarks.distill WORK [--data DIR] [--corpus DIR] [--designs N] [--only ARM ...]

WORK is the folder that ``bathylex distill train --work WORK`` filled (data and teachers are made
there otherwise). Every run is a file in WORK, so that a stopped benchmark goes on. All arms see the
same designs, epochs and settings: none was tuned. Each is calibrated on validation designs.
Differences are paired over designs and seeds, intervals drawn over sites.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
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
    for seed in range(SEEDS):
        for names in subsets(MODALITIES):
            if len(names) < len(MODALITIES):
                yield Run("only-" + "+".join(names), seed)


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
    """Write compliance logits of validation and test, and of every subset for the main arm."""
    import io

    import torch

    from base import write_whole
    from compliance.scoring.dataset import MODALITIES
    from compliance.scoring.evaluation import scores_on
    from distill.batch import subsets
    from distill.uncertainty import dropout_on

    def said(split: str, names: Any) -> Any:
        return scores_on(reader, shop.loader(split), names).compliance.numpy()

    only = run.arm.removeprefix("only-").split("+") if run.arm.startswith("only-") else MODALITIES
    kept: dict[str, Any] = {"parameters": sum(one.numel() for one in reader.parameters())}
    for split in ("validation", "test"):
        kept[split] = said(split, only)
        if run.arm == "full" and run.seed < SEEDS:
            for names in subsets(MODALITIES):
                kept[f"{split}+" + "+".join(names)] = said(split, names)
    if run.arm == "full" and run.seed < MEMBERS:
        kept["train"] = said("train", MODALITIES)
    if run.arm == "full" and run.seed == 0:
        for split in ("validation", "test"):
            loader = shop.loader(split)
            torch.manual_seed(0)
            with torch.no_grad(), dropout_on(reader):
                draws = [
                    torch.cat([reader(batch).compliance for batch in loader.ordered()]).numpy()
                    for _ in range(20)
                ]
            kept[f"{split}-dropout"] = np.stack(draws)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **kept)
    write_whole(path, buffer.getvalue())


def calibrated(shop: Any, validation: Any, test: Any) -> Any:
    """Return probabilities of test designs; each jurisdiction calibrated on validation designs.

    Every arm is calibrated alike, so that no base rate that one of them got wrong counts as skill.
    """
    from distill.calibration import fit_platt, sigmoid

    known = shop.surveys("validation")
    chance = np.empty(test.shape)
    for at in range(test.shape[1]):
        binds = known.binds[:, at]
        temperature, offset = fit_platt(validation[binds, at], known.compliant[binds, at])
        chance[:, at] = sigmoid(test[:, at] / temperature + offset)
    return chance


def chances(shop: Any, path: Path, part: str = "") -> Any:
    """Return the calibrated probabilities that a run left."""
    kept = np.load(path)
    return calibrated(shop, kept["validation" + part], kept["test" + part])


def figures(shop: Any) -> dict[str, Any]:
    """Return the comparison of all arms on the test split."""
    from distill.intervals import paired_bootstrap

    surveys = shop.surveys("test")
    folder = shop.folder / "bench"

    def right(arm: str, part: str = "", seeds: int = MAIN_SEEDS) -> Any:
        """Right answers and binding jurisdictions of each design, the mean over seeds."""
        paths = [folder / f"{arm}-{seed}.npz" for seed in range(seeds)]
        found = [chances(shop, path, part) for path in paths if path.exists()]
        if not found:
            return None
        hits = np.mean([(one > 0.5) == surveys.compliant for one in found], axis=0)
        return np.stack([(hits * surveys.binds).sum(axis=1), surveys.binds.sum(axis=1)], axis=1)

    def gap(full: Any, own: Any) -> list[float]:
        found = paired_bootstrap(full, own, statistic=share, groups=surveys.site, resamples=4000)
        return [found.difference, found.low, found.high]

    table: dict[str, Any] = {}
    for arm in (*MAIN, *OTHERS):
        own = right(arm)
        if own is None:
            continue
        seeds = len(list(folder.glob(f"{arm}-[0-9]*.npz")))
        table[arm] = {"seeds": seeds, "accuracy": float(share(own.sum(axis=0)))}
        if arm != "full":
            # Seed by seed: an arm of three is compared with the first three of the full student.
            table[arm]["full_minus_arm"] = gap(right("full", seeds=seeds), own)
    for name, own in rule_engine(shop).items():
        table[name] = {"accuracy": float(share(own.sum(axis=0)))}
        table[name]["full_minus_arm"] = gap(right("full"), own)
    subset_table = {}
    for path in sorted(folder.glob("only-*-0.npz")):
        names = path.stem.removeprefix("only-").removesuffix("-0")
        seeds = len(list(folder.glob(f"only-{names}-[0-9].npz")))
        full, own = right("full", f"+{names}", seeds), right(f"only-{names}", seeds=seeds)
        subset_table[names] = {
            "seeds": seeds,
            "full": float(share(full.sum(axis=0))),
            "trained_on_it": float(share(own.sum(axis=0))),
            "full_minus_own": gap(full, own),
        }
    return {
        "arms": table,
        "subsets": subset_table,
        "uncertainty": uncertainty_figures(shop),
    }


def share(counts: Any) -> Any:
    """Return right answers over answers."""
    return counts[..., 0] / counts[..., 1]


def write_subset_table(shop: Any, path: Path, folds: int = 20) -> None:
    """Write what each set of modalities is worth, for ``benchmarks.selection``.

    A row for each set, a column for each of ``folds`` groups of test sites, no site in two of them:
    the accuracy of the full student of the first seed.
    """
    import csv
    import io

    from base import write_whole
    from compliance.scoring.dataset import MODALITIES
    from distill.batch import subsets

    surveys, source = shop.surveys("test"), shop.folder / "bench" / "full-0.npz"
    fold = surveys.site % folds
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["subset", *(f"sites{number}" for number in range(folds))])
    for names in subsets(MODALITIES):
        chance = chances(shop, source, "+" + "+".join(names))
        hits = ((chance > 0.5) == surveys.compliant) & surveys.binds
        worth = [hits[fold == one].sum() / surveys.binds[fold == one].sum() for one in range(folds)]
        table.writerow(["+".join(names), *(f"{one:.5f}" for one in worth)])
    write_whole(path, text.getvalue())


def rule_engine(shop: Any) -> dict[str, Any]:
    """Return right answers of the rules themselves: on the hidden facts, and on the stated ones.

    Both know which provisions bind. On stated facts a rule counts as broken where what the
    specification says breaks it; what it does not say breaks nothing.
    """
    import torch

    from compliance.scoring.heads import ComplianceHead

    surveys = shop.surveys("test")
    head = ComplianceHead(shop.book, shop.vocabulary, 1)
    where = [at for at, name in enumerate(shop.vocabulary.flags) if ":" in name]
    stated = surveys.stated.copy()
    stated[:, where] = surveys.flags[:, where]
    found = {}
    for name, flags, places in (
        ("rules on the hidden facts", surveys.flags, surveys.places),
        ("rules on the stated facts", stated, surveys.stated_places),
    ):
        chance, mean = torch.tensor(flags.astype(np.float32)), torch.tensor(places)
        # What is unknown is as likely as not, an amount anywhere on its axis.
        spread = torch.where(mean.isnan(), 50.0, 1e-6)
        with torch.no_grad():
            _, violated = head.circuit(chance.nan_to_num(0.5), mean.nan_to_num(0.0), spread)
        broken = ((violated > 0.999).float() @ head.groups.T.float() > 0).numpy()
        hits = (~broken == surveys.compliant) & surveys.binds
        found[name] = np.stack([hits.sum(axis=1), surveys.binds.sum(axis=1)], axis=1)
    return found


def uncertainty_figures(shop: Any) -> dict[str, Any]:
    """Return Brier score, calibration error and AUGRC of four ways to be unsure."""
    from distill.calibration import sigmoid
    from distill.metrics import augrc, brier, expected_calibration_error

    folder, surveys = shop.folder / "bench", shop.surveys("test")
    members = [folder / f"full-{seed}.npz" for seed in range(MEMBERS)]
    if not all(path.exists() for path in members):
        return {}

    def mean_logit(draws: Any) -> Any:
        chance = np.mean([sigmoid(one) for one in draws], axis=0).clip(1e-9, 1 - 1e-9)
        return np.log(chance / (1 - chance))

    def members_say(part: str) -> Any:
        return mean_logit([np.load(path)[part] for path in members])

    single = np.load(members[0])
    ways = {
        "single": chances(shop, members[0]),
        "dropout": calibrated(
            shop, mean_logit(single["validation-dropout"]), mean_logit(single["test-dropout"])
        ),
        "ensemble": calibrated(shop, members_say("validation"), members_say("test")),
    }
    distilled = folder / "distilled-ensemble-0.npz"
    if distilled.exists():
        ways["distilled ensemble"] = chances(shop, distilled)
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
    parser.add_argument("--subset-table", type=Path, help="also write a CSV of what sets are worth")
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
    if not (shop.folder / "bench" / "full-0.npz").exists():
        print("no figures yet: the arm 'full' is what all others are compared with")
        return
    if given.subset_table is not None:
        write_subset_table(shop, given.subset_table)
    print(json.dumps(figures(shop), indent=1))


if __name__ == "__main__":
    main()
