"""``bathylex sweep --surveys``: raw surveys scored by the student, and what is shown of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from base import UsageError
from workbench.options import position
from workbench.sweep_output import shown_progress, summary_text

if TYPE_CHECKING:
    from compliance.sweep.run import Engine

_TOP, _MOST_TOP = 10, 10_000


def sweep_surveys(
    surveys: Path,
    output: Path | None,
    engine: Engine,
    *,
    site: str | None,
    student: Path | None,
    device: str,
    top: int | None,
    as_of: date,
    corpus: Path | None,
    as_json: bool,
) -> int:
    """Score surveys and print what they add up to; return the exit status."""
    top = _TOP if top is None else top
    if not 0 <= top <= _MOST_TOP:
        raise UsageError(f"{top} surveys to list", where="--top", hint=f"give 0 to {_MOST_TOP}")

    from compliance.scoring.many import device_of
    from compliance.sweep import surveys as swept
    from compliance.sweep.manifest import load_manifest
    from compliance.sweep.store import Memory, Store
    from workbench.law import slim_rulebook
    from workbench.surveys import require_student
    from workbench.surveys import student as load

    require_student(student)
    at = None if site is None else position(site, option="--site")
    manifest = load_manifest(surveys, site=at)
    place = device_of(device)
    book = slim_rulebook(corpus)
    job = swept.Surveys(manifest, load(book, student), book, as_of, place, top)
    store = Memory() if output is None else Store(output, job.identity())
    with shown_progress("surveys") as progress:
        summary = swept.sweep_surveys(job, store, engine=engine, progress=progress)
    text = summary_text(summary)
    store.finish(text)
    if as_json:
        click.echo(text, nl=False)
    else:
        _print(summary, output)
    return 0


def _print(summary: dict[str, Any], output: Path | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    counts = ", ".join(f"{count:,} {name}" for name, count in summary["verdicts"].items() if count)
    console.print(f"[bold]{summary['surveys']:,} surveys[/bold]: {counts}")
    table = Table(
        "jurisdiction", "compliant", "violated", "no answer", "not binding", "by rules", "mean p",
        title="Answers; a mean p is of the student's answers",
    )  # fmt: skip
    for item in summary["jurisdictions"]:
        answers = item["answers"]
        chance = item["mean_probability"]
        table.add_row(
            item["id"],
            *(f"{sum(answers[name].values()):,}" for name in answers),
            f"{sum(one['rules'] for one in answers.values()):,}",
            "-" if chance is None else f"{chance:.3f}",
        )
    console.print(table)
    _listed(console, "Likeliest to comply", summary["likeliest_compliant"])
    _listed(console, "Likeliest to violate", summary["likeliest_violated"])
    for problem in summary["problems"]:
        console.print(f"not scored: {problem['place']} {escape(problem['error'])}")
    left = summary["verdicts"]["error"] - len(summary["problems"])
    if left > 0:
        console.print(f"not scored: {left:,} more")
    if output is not None:
        console.print(f"Parquet parts and summary.json in {escape(str(output))}")


def _listed(console: Any, title: str, surveys: list[dict[str, Any]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    if not surveys:
        return
    table = Table("place", "survey", "verdict", "least p", title=title)
    for item in surveys:
        table.add_row(
            str(item["place"]), escape(item["name"]), item["verdict"], f"{item['least']:.4f}"
        )
    console.print(table)
