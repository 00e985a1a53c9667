"""``bathylex sweep``: judge, filter and rank millions of designs of a space."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from base import UsageError
from workbench.options import (
    as_of_option,
    corpus_option,
    day,
    judging_options,
    jurisdictions_of,
    waivers_of,
)
from workbench.output import json_option
from workbench.sweep_output import shown_progress, summary_text

if TYPE_CHECKING:
    from compliance.sweep.run import Engine

_MOST_WORKERS = 512


@click.command()
@click.argument("space", type=click.Path(path_type=Path), required=False)
@click.option(
    "--surveys",
    type=click.Path(path_type=Path),
    metavar="LIST",
    help="Score raw surveys in place of a space: a folder of folders, CSV or YAML.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for Parquet parts.")
@click.option(
    "--engine",
    "engine_name",
    default="local",
    show_default=True,
    metavar="NAME",
    help="local (the cores of this machine) or ray (a cluster).",
)
@click.option("--address", metavar="HOST:PORT", help="Of an existing Ray cluster.")
@click.option("--workers", type=int, metavar="N", help="Processes; all cores where not given.")
@click.option("--top", type=int, metavar="K", help="How many of the cheapest or likeliest to list.")
@click.option("--site", metavar="LAT,LON", help="Position of surveys that state none.")
@click.option("--student", type=click.Path(path_type=Path), help="Another student for surveys.")
@click.option(
    "--device",
    metavar="NAME",
    help="Where the student reads: auto (a graphics processor where there is one), cpu or cuda.",
)
@click.option("--prices", type=click.Path(path_type=Path), metavar="FILE", help="Prices of yours.")
@as_of_option("Date whose law applies (today).")
@corpus_option("")
@judging_options
@json_option
def command(
    space: Path | None,
    surveys: Path | None,
    output: Path | None,
    engine_name: str,
    address: str | None,
    workers: int | None,
    top: int | None,
    site: str | None,
    student: Path | None,
    device: str | None,
    prices: Path | None,
    as_of: str | None,
    corpus: Path | None,
    jurisdictions: tuple[str, ...],
    without_custom: bool,
    readings: tuple[str, ...],
    waivers: Path | None,
    as_json: bool,
) -> int:
    """Judge every design of SPACE (YAML): a base design, axes, filters.

    Lists the cheapest, the Pareto front, and how often each provision is violated. With --surveys,
    score raw surveys by the student instead. With -o the rows stream to Parquet, and an
    interrupted run goes on where it was.

    Exit status: 0 when it answered.
    """
    if (space is None) == (surveys is None):
        raise UsageError("sweep takes either SPACE or --surveys LIST", hint="give one of them")
    on = day(as_of)
    designs_only = {
        "--prices": prices,
        "--jurisdiction": jurisdictions,
        "--without-custom": without_custom,
        "--reading": readings,
        "--waivers": waivers,
    }
    surveys_only = {"--site": site, "--student": student, "--device": device}
    _refuse(designs_only if space is None else surveys_only, space is None)
    wanted = jurisdictions_of(jurisdictions)
    run = _engine(engine_name, address, workers)
    if surveys is not None:
        from workbench.survey_sweep import sweep_surveys

        return sweep_surveys(
            surveys,
            output,
            run,
            site=site,
            student=student,
            device=device or "auto",
            top=top,
            as_of=on,
            corpus=corpus,
            as_json=as_json,
        )
    assert space is not None

    from compliance.engine.law import Law
    from compliance.sweep.designs import identity, sweep
    from compliance.sweep.space import load_space
    from compliance.sweep.store import Memory, Store
    from workbench.law import slim_rulebook

    designs = load_space(space, prices=prices, top=top)
    book = slim_rulebook(corpus)
    if readings:
        from jurisdictions.readings import with_readings

        book = with_readings(book, readings)
    law = Law(
        book,
        on,
        jurisdictions=wanted,
        custom=not without_custom,
        waivers=waivers_of(waivers, book),
    )
    store = Memory() if output is None else Store(output, identity(designs, law))
    with shown_progress("designs") as progress:
        summary = sweep(designs, law, store, engine=run, progress=progress)
    text = summary_text(summary)
    store.finish(text)
    if as_json:
        click.echo(text, nl=False)
    else:
        _print(designs.base.name, summary, output)
    return 0


def _refuse(options: dict[str, Any], surveys: bool) -> None:
    for name, given in options.items():
        if given:
            what = "a sweep of a space" if surveys else "a sweep of surveys"
            raise UsageError(f"only {what} takes {name}", where=name, hint="leave it out")


def _engine(name: str, address: str | None, workers: int | None) -> Engine:
    if workers is not None and not 1 <= workers <= _MOST_WORKERS:
        raise UsageError(f"{workers} workers", where="--workers", hint=f"give 1 to {_MOST_WORKERS}")
    if name == "local":
        if address is not None:
            raise UsageError(
                "only a Ray cluster has an address", where="--address", hint="add --engine ray"
            )
        from compliance.sweep.run import local

        return local(workers or len(os.sched_getaffinity(0)))
    if name == "ray":
        if workers is not None:
            raise UsageError(
                "the cluster decides how many tasks run", where="--workers", hint="leave it out"
            )
        from compliance.sweep.on_ray import engine

        return engine(address)
    raise UsageError(f"no engine '{name}'", where="--engine", hint="use local or ray")


def _print(name: str, summary: dict[str, Any], output: Path | None) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    counts = ", ".join(f"{count:,} {verdict}" for verdict, count in summary["verdicts"].items())
    console.print(f"[bold]{escape(name)}[/bold]: {summary['designs']:,} designs")
    console.print(f"judged {summary['judged']:,}: {counts}; kept {summary['kept']:,}")
    _designs(console, "Cheapest that were kept", summary["cheapest"], summary["unit"])
    front = summary["pareto"]
    if front["measures"]:
        title = f"Pareto front of {' and '.join(front['measures'])}"
        _designs(console, title, front["designs"][:20], summary["unit"])
    violated = [item for item in summary["provisions"] if item["violated"]][:20]
    if violated:
        table = Table("provision", "violated", "undetermined", title="Violated most often")
        for item in violated:
            table.add_row(
                escape(item["citation"]), f"{item['violated']:,}", f"{item['undetermined']:,}"
            )
        console.print(table)
    if output is not None:
        console.print(f"Parquet parts and summary.json in {escape(str(output))}")


def _designs(console: Any, title: str, designs: list[dict[str, Any]], unit: str) -> None:
    from rich.markup import escape
    from rich.table import Table

    if not designs:
        return
    table = Table("place", f"cost [{escape(unit)}]", "margin", "verdict", "settings", title=title)
    for item in designs:
        settings = ", ".join(f"{key} {_word(value)}" for key, value in item["settings"].items())
        margin = "-" if item["margin"] is None else f"{item['margin']:.3g}"
        table.add_row(
            str(item["place"]), f"{item['cost']:,.0f}", margin, item["verdict"], escape(settings)
        )
    console.print(table)


def _word(value: Any) -> str:
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)
