"""``bathylex distill``: train the student that scores surveys, test it, teach it new sensors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.law import rulebook
from workbench.options import output_option
from workbench.output import echo_json, json_option

if TYPE_CHECKING:
    from compliance.scoring.workshop import Workshop

_FOLDER = click.Path(path_type=Path)
_work = click.option(
    "--work", type=_FOLDER, default=Path("out/student"), show_default=True,
    help="Folder of data, teachers and checkpoints; a stopped run goes on from it.",
)  # fmt: skip
_data = click.option(
    "--data", type=_FOLDER,
    help="Folder with bathymetry/ and ocean-profiles/; without it relief and sea are procedural.",
)  # fmt: skip
_corpus = click.option("--corpus", type=_FOLDER, help="Folder of official law texts to read too.")
_student = click.option("--student", type=_FOLDER, help="A student file; the shipped one if none.")


@click.group(no_args_is_help=False)
def command() -> None:
    """Train, evaluate and update the student that scores raw surveys."""


@command.command()
@_work
@_data
@_corpus
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--sites", type=click.IntRange(20), help="Training sites; fewer for a trial.")
@click.option("--epochs", type=click.IntRange(1), help="Of the student.")
@output_option("Student file to write.", required=True)
@json_option
def train(
    work: Path,
    data: Path | None,
    corpus: Path | None,
    seed: int,
    sites: int | None,
    epochs: int | None,
    output: Path,
    as_json: bool,
) -> int:
    """Simulate surveys, train the teachers, distil the student and calibrate it."""
    from dataclasses import replace

    from compliance.scoring.learning import Recipe
    from compliance.scoring.shipped import load_student

    shop = _workshop(work, data, corpus, seed, sites)
    recipe = Recipe(seed=seed)
    if epochs is not None:
        recipe = replace(recipe, epochs=epochs)
    shop.finish(recipe, output)
    shipped = load_student(shop.book, output)
    answer = {"student": str(output), "sha256": shipped.weights, "card": shipped.card}
    if as_json:
        echo_json(answer)
        return 0
    sizes = shipped.card["parameters"]
    click.echo(f"{output}: {sizes['student']} weights, 1/{sizes['ratio']} of the teachers")
    return 0


@command.command()
@_work
@_data
@_corpus
@_student
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--sites", type=click.IntRange(20), help="As given to train.")
@json_option
def evaluate(
    work: Path,
    data: Path | None,
    corpus: Path | None,
    student: Path | None,
    seed: int,
    sites: int | None,
    as_json: bool,
) -> int:
    """Open the test split and score a student on it, beside its teachers."""
    from compliance.scoring.shipped import load_student

    shop = _workshop(work, data, corpus, seed, sites)
    shipped = load_student(shop.book, student)
    answer = shop.test(shipped) | {"student_sha256": shipped.weights, "stale": list(shipped.stale)}
    if as_json:
        echo_json(answer)
        return 0
    _table(answer)
    return 0


@command.command()
@click.option(
    "--sensor", "folder", type=_FOLDER, required=True,
    help="Folder of sensor series with labels.csv (docs/student.md).",
)  # fmt: skip
@_student
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@output_option("Student file to write.", required=True)
@json_option
def update(folder: Path, student: Path | None, seed: int, output: Path, as_json: bool) -> int:
    """Learn new sensor series without forgetting the old; the old score is measured again."""
    from dataclasses import asdict

    from compliance.scoring.new_series import read_series_folder
    from compliance.scoring.shipped import load_student, save_student
    from compliance.scoring.updating import SensorSkill, simulate_task
    from compliance.scoring.updating import update as learn

    book = rulebook(None)
    shipped = load_student(book, student)
    new = read_series_folder(folder, seed=seed)
    old = (
        simulate_task(book, count=600, seed=seed + 1),
        simulate_task(book, count=600, seed=seed + 2),
    )
    done = learn(SensorSkill(shipped.reader, shipped.vocabulary), old, new, seed=seed)
    told = asdict(done)
    card = {**shipped.card, "updates": [*shipped.card.get("updates", ()), told]}
    save_student(output, shipped.reader, shipped.vocabulary, shipped.judges, book=book, card=card)
    if as_json:
        echo_json({"student": str(output), **told})
        return 0
    click.echo(f"{output}: consolidation {done.strength:g}")
    for name, before, after in (
        ("old series", done.old_before, done.old_after),
        ("new series", done.new_before, done.new_after),
    ):
        click.echo(f"  {name}: {before['mean']:.3f} -> {after['mean']:.3f}")
    click.echo("  The calibration was not fitted anew: answers that use sensors may be off.")
    return 0


def _workshop(
    work: Path, data: Path | None, corpus: Path | None, seed: int, sites: int | None
) -> Workshop:
    from base import SurveyError, is_folder
    from compliance.scoring.workshop import Plan, Workshop
    from corpus.library import load_folder

    for folder in (data, corpus):
        if folder is not None and not is_folder(folder):
            raise SurveyError("no such folder", where=str(folder), hint="check the path")
    plan = Plan(seed=seed)
    if sites is not None:
        plan = plan.of_size(sites)
    official = None if corpus is None else load_folder(corpus)
    return Workshop(work, rulebook(None), plan, data=data, official=official, bar=_bar)


def _bar(title: str, total: int) -> Callable[[int], None]:
    """Return what counts steps; a line on standard error now and then, where it is a terminal."""
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        if sys.stderr.isatty():
            of = f" of {total}" if total else ""
            sys.stderr.write(f"\r{title}: {done}{of} ")
            if total and done >= total:
                sys.stderr.write("\n")

    return step


def _table(answer: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Test split, where the jurisdiction binds")
    heads = ("accuracy", "majority", "macro_f1", "false_compliant", "abstained", "coverage")
    for title in ("Jurisdiction", "n", *heads):
        table.add_column(title.replace("_", " "), justify="right")
    for name, one in answer["jurisdictions"].items():
        table.add_row(name, str(one["samples"]), *(f"{one[head]:.3f}" for head in heads))
    Console().print(table)
