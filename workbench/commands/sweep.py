"""``bathylex sweep``: judge, filter and rank millions of designs of a space."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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

if TYPE_CHECKING:
    from compliance.sweep.run import Engine, Progress

_MOST_WORKERS = 512
_BAR = 30


@click.command()
@click.argument("space", type=click.Path(path_type=Path))
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
@click.option("--top", type=int, metavar="K", help="How many of the cheapest to list.")
@click.option("--prices", type=click.Path(path_type=Path), metavar="FILE", help="Prices of yours.")
@as_of_option("Date whose law applies (today).")
@corpus_option("")
@judging_options
@json_option
def command(
    space: Path,
    output: Path | None,
    engine_name: str,
    address: str | None,
    workers: int | None,
    top: int | None,
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

    Lists the cheapest, the Pareto front, and how often each provision is violated. With -o the
    designs stream to Parquet, and an interrupted run goes on where it was.

    Exit status: 0 when it answered.
    """
    on = day(as_of)
    wanted = jurisdictions_of(jurisdictions)
    run = _engine(engine_name, address, workers)

    from compliance.engine.law import Law
    from compliance.sweep.run import identity, sweep
    from compliance.sweep.space import load_space
    from compliance.sweep.store import Memory, Store
    from workbench.law import rulebook

    designs = load_space(space, prices=prices, top=top)
    book = rulebook(corpus)
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
    with _progress() as progress:
        summary = sweep(designs, law, store, engine=run, progress=progress)
    import json

    text = json.dumps(summary, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    store.finish(text)
    if as_json:
        click.echo(text, nl=False)
    else:
        _print(designs.base.name, summary, output)
    return 0


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


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """Show a bar on stderr where that is a terminal."""
    shown = sys.stderr.isatty()

    def show(progress: Progress) -> None:
        if shown:
            share = progress.designs / progress.total
            bar = ("#" * int(share * _BAR)).ljust(_BAR, ".")
            line = f"\r[{bar}] {share:4.0%}  {progress.designs:,} of {progress.total:,} designs"
            sys.stderr.write(line)
            sys.stderr.flush()

    try:
        yield show
    finally:
        if shown:
            sys.stderr.write("\n")


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
