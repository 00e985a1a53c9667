"""``bathylex corpus``: the law texts that audits read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import CorpusError
from workbench.output import echo_json, json_option

if TYPE_CHECKING:
    from corpus.home import Checked


@click.group(no_args_is_help=False)
def command() -> None:
    """List, add, fetch, verify and print law texts.

    Audits use the embedded restatements unless told otherwise; copies kept here are used with
    ``bathylex audit DESIGN --corpus FOLDER``, FOLDER being what ``bathylex corpus list`` names.
    """


@command.command("list")
@json_option
def list_texts(as_json: bool) -> int:
    """Known instruments, their editions, and the copies that are there."""
    from corpus.home import corpus_folder, home_folder, list_sources

    home = home_folder()
    listed = list_sources(home=home)
    if as_json:
        echo_json({"folder": str(corpus_folder(home)), "instruments": [asdict(i) for i in listed]})
        return 0
    click.echo(f"Your copies: {corpus_folder(home)}")
    for item in listed:
        have = ", ".join(item.files) or ("restated" if item.embedded else "not here")
        click.echo(f"{item.id:<24} {item.jurisdiction:<12} {item.status:<10} {have}")
        click.echo(f"    {item.title} ({item.edition})")
        if item.url:
            click.echo(f"    {item.url}")
    return 0


@command.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def add(file: Path, as_json: bool) -> int:
    """Copy FILE, an official text that you have, into your corpus folder."""
    from corpus.home import add_file, home_folder

    return _report([add_file(file, home=home_folder())], as_json)


@command.command("fetch")
@click.argument("ids", nargs=-1)
@json_option
def fetch_texts(ids: tuple[str, ...], as_json: bool) -> int:
    """Download official texts (IDS as in ``corpus list``; all that can be when none is given)."""
    from corpus.fetch import fetch
    from corpus.home import home_folder

    return _report(fetch(ids, home=home_folder(), progress=_progress()), as_json)


@command.command("verify")
@json_option
def verify_texts(as_json: bool) -> int:
    """Compare the copies in your corpus folder with the known hashes."""
    from corpus.home import home_folder, verify

    return _report(verify(home_folder()), as_json)


@command.command("text")
@click.argument("file", type=click.Path(path_type=Path))
def text(file: Path) -> int:
    """Print the reading text of FILE: the characters that spans count."""
    from corpus.library import text_for

    click.echo(text_for(file).source, nl=False)
    return 0


def _progress() -> Callable[[str, int, int | None], None]:
    """A progress bar on stderr, one per file."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    tasks = {}

    def show(name: str, received: int, announced: int | None) -> None:
        if name not in tasks:
            bar.start()
            tasks[name] = bar.add_task(name, total=announced)
        bar.update(tasks[name], completed=received)
        if announced is not None and received >= announced:
            bar.stop()

    return show


def _report(checked: Sequence[Checked], as_json: bool) -> int:
    if as_json:
        echo_json([asdict(item) for item in checked])
    else:
        for item in checked:
            held = ", ".join(item.instruments) or "-"
            detail = f" ({item.detail})" if item.detail else ""
            click.echo(f"{item.state:<11} {held:<24} {item.file}{detail}")
        if not checked:
            click.echo("No copies of official texts here.")
    broken = [item for item in checked if item.state == "unreadable"]
    if broken:
        raise CorpusError(broken[0].detail, where=broken[0].file, hint="remove or replace it")
    return 0
