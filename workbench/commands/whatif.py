"""``bathylex whatif``: variants of a design side by side, with the cause of every change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from base import UsageError, write_whole
from workbench.options import (
    corpus_option,
    day,
    design_argument,
    formats_of,
    formats_option,
    output_option,
    waivers_of,
    waivers_option,
    without_custom_option,
)
from workbench.output import echo_json, json_option

if TYPE_CHECKING:
    from datetime import date

    from compliance.whatif import Comparison, Options, Place
    from jurisdictions.rulebook import RuleBook

#: From so many variants on, a bar shows how far the comparison is.
_MANY = 10


@click.command()
@design_argument(required=False)
@click.option("--site", "sites", multiple=True, metavar="LAT,LON", help="Another site.")
@click.option(
    "--site-file",
    type=click.Path(path_type=Path),
    help="Sites from a CSV file with the header lat,lon or lat,lon,label.",
)
@click.option("--line", nargs=2, metavar="LAT,LON LAT,LON", help="Sites along a geodesic.")
@click.option("--points", type=int, metavar="N", help="How many sites on the line (20).")
@click.option(
    "--forget-place",
    is_flag=True,
    help="At other sites, take depth, sea lane, ecosystem and the like as unknown.",
)
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change the design; 'a=1; b=2' changes both together.",
)
@click.option("--as-of", "dates", multiple=True, metavar="DATE", help="Law of another date.")
@click.option("--base-as-of", metavar="DATE", help="Date of the base audit (today).")
@click.option(
    "--jurisdiction",
    "jurisdictions",
    multiple=True,
    metavar="ID",
    help="Judge only ID; +ID takes it to bind, -ID leaves it out; commas join.",
)
@click.option(
    "--reading", "readings", multiple=True, metavar="ID", help="Another reading; commas join."
)
@click.option("--list-readings", is_flag=True, help="List the readings that can be chosen.")
@click.option("--each", is_flag=True, help="Vary one option at a time, not all combinations.")
@corpus_option()
@without_custom_option
@waivers_option
@click.option("--brief", is_flag=True, help="Leave inapplicable findings out of the JSON.")
@output_option("Folder for the reports.")
@formats_option()
@json_option
def command(
    design: Path | None,
    corpus: Path | None,
    base_as_of: str | None,
    list_readings: bool,
    without_custom: bool,
    waivers: Path | None,
    brief: bool,
    output: Path | None,
    formats: str | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Compare variants of DESIGN (YAML or JSON) with the design as it is.

    An option that is given again is an alternative; different options multiply, and so do --set of
    different keys. The design as it is, at the date of the base, is always variant 0.

    Exit status over all variants and the base: 0 lawful, 1 any provision violated, else 3 any
    undetermined.
    """
    from workbench.law import rulebook

    if list_readings:
        return _list_readings(rulebook(corpus), as_json)
    if design is None:
        raise UsageError("no design is given", where="whatif", hint="give a YAML or JSON file")
    wanted = formats_of(formats, output)
    base_day = day(base_as_of, option="--base-as-of")
    comparison = _compare(
        design,
        _options(**asked),
        corpus,
        base_day,
        custom=not without_custom,
        waivers=waivers,
    )
    folder = output if output is not None else Path()
    written = [folder / f"{design.stem}-whatif.{name}" for name in wanted]
    for path in written:
        write_whole(path, _report(comparison, path.suffix, brief=brief))
    if as_json:
        for piece in _report(comparison, ".json", brief=brief):
            click.echo(piece, nl=False)
    else:
        from compliance.report.whatif_terminal import print_comparison

        print_comparison(comparison, written=written)
    return comparison.exit_status


def _compare(
    design: Path,
    options: Options,
    corpus: Path | None,
    as_of: date,
    *,
    custom: bool,
    waivers: Path | None,
) -> Comparison:
    from base import DesignError, read_bytes, sha256_bytes
    from compliance.whatif import expand, whatif
    from habitat.load import MAX_DESIGN_BYTES, load_design
    from workbench.law import rulebook

    loaded = load_design(design)
    digest = sha256_bytes(read_bytes(design, limit=MAX_DESIGN_BYTES, error=DesignError))
    variants = expand(options)
    book = rulebook(corpus)
    released = waivers_of(waivers, book)
    with _progress(2 * len(variants) + 1) as advance:
        return whatif(
            loaded,
            book,
            variants,
            as_of=as_of,
            design_hash=digest,
            custom=custom,
            waivers=released,
            progress=advance,
        )


def _options(
    *,
    sites: tuple[str, ...],
    site_file: Path | None,
    line: tuple[str, str] | None,
    points: int | None,
    forget_place: bool,
    sets: tuple[str, ...],
    dates: tuple[str, ...],
    jurisdictions: tuple[str, ...],
    readings: tuple[str, ...],
    each: bool,
) -> Options:
    from compliance.whatif import Options
    from workbench.variants import read_changes, read_choice, read_readings

    return Options(
        sites=_places(sites, site_file, line, points),
        dates=tuple(day(text, option="--as-of") for text in dates),
        jurisdictions=tuple(map(read_choice, jurisdictions)),
        sets=tuple(map(read_changes, sets)),
        readings=tuple(map(read_readings, readings)),
        forget_place=forget_place,
        each=each,
    )


def _places(
    sites: tuple[str, ...],
    site_file: Path | None,
    line: tuple[str, str] | None,
    points: int | None,
) -> tuple[Place, ...]:
    from compliance.whatif.sites import along_line, read_site, read_site_file

    found = [read_site(text) for text in sites]
    if site_file is not None:
        found += read_site_file(site_file)
    if line is not None:
        ends = [read_site(text, where="--line") for text in line]
        found += along_line(ends[0], ends[1], 20 if points is None else points)
    elif points is not None:
        raise UsageError("there is no line", where="--points", hint="give --line LAT,LON LAT,LON")
    return tuple(dict.fromkeys(found))


def _report(comparison: Comparison, suffix: str, *, brief: bool) -> Iterator[str]:
    if suffix == ".json":
        from compliance.whatif.comparison import to_json_parts

        yield from to_json_parts(comparison, brief=brief)
    else:
        from compliance.report.whatif_html import to_html

        yield to_html(comparison, readings=comparison.readings)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """Show how far the comparison is on stderr, where there is much to compare."""
    if total < 2 * _MANY:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    bar = Progress(
        TextColumn("Judging variants, tracing changes"),
        BarColumn(),
        TaskProgressColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def _list_readings(book: RuleBook, as_json: bool) -> int:
    if as_json:
        echo_json(
            [
                {
                    "provision": dispute.provision,
                    "question": dispute.question,
                    "readings": [
                        {
                            "id": reading.id,
                            "title": reading.title,
                            "default": index == 0,
                            "held_by": list(reading.held_by),
                            "because": reading.because,
                            "rules": [rule.id for rule in reading.rules],
                        }
                        for index, reading in enumerate(dispute.readings)
                    ],
                }
                for dispute in book.disputes
            ]
        )
        return 0
    for dispute in book.disputes:
        click.echo(f"{book.by_id[dispute.provision].citation}: {dispute.question}")
        for index, reading in enumerate(dispute.readings):
            click.echo(f"  {reading.id}{' (default)' if index == 0 else ''}")
            click.echo(f"      {reading.title}; held by {', '.join(reading.held_by)}")
            click.echo(f"      {reading.because}")
    return 0
