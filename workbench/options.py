"""Options that several commands share, and what is typed there: dates, places, formats, waivers.

The same option has the same name, form and words in every command; where a command does something
else with it, it says so in the help that it gives.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from base import UsageError

if TYPE_CHECKING:
    from compliance.waivers import Waiver
    from jurisdictions.rulebook import RuleBook

#: The reports that comparisons are written as, and audits where nothing else is asked for.
FORMATS = ("json", "html")

#: The reports that audits are written as (:mod:`compliance.report.formats`).
AUDIT_FORMATS = ("json", "html", "pdf", "docx", "xlsx", "sarif", "oscal")

Command = TypeVar("Command", bound=Callable[..., Any])
#: What adds an option to a command.
Option = Callable[[Callable[..., Any]], Callable[..., Any]]

#: Seeds that every generator of chance takes.
MOST_SEED = 2**31 - 1

_PATH = click.Path(path_type=Path)


def design_argument(*, required: bool = True) -> Option:
    """The design to judge: DESIGN, a file."""
    return click.argument("design", type=_PATH, required=required)


def corpus_option(
    purpose: str = "to quote instead of the embedded digests",
) -> Option:
    """--corpus, a folder of official law texts; ``purpose`` says what for."""
    told = f"Folder of official law texts{purpose and ' '}{purpose}."
    return click.option("--corpus", type=_PATH, help=told)


def output_option(told: str, *, required: bool = False) -> Option:
    """-o, a file or folder to write; ``told`` says which, and what comes there."""
    return click.option("-o", "--output", type=_PATH, required=required, help=told)


def formats_option(known: tuple[str, ...] = FORMATS) -> Option:
    """--format, the reports to write."""
    told = f"Reports to write: {','.join(known)}."
    return click.option("--format", "formats", metavar="LIST", help=told)


def as_of_option(told: str = "Apply the law of this date (YYYY-MM-DD).") -> Option:
    """--as-of, the date whose law applies."""
    return click.option("--as-of", metavar="DATE", help=told)


seed_option = click.option(
    "--seed", type=int, default=0, show_default=True, help="The same gives the same."
)
jurisdictions_option = click.option(
    "--jurisdiction",
    "jurisdictions",
    multiple=True,
    metavar="ID",
    help="Judge only these jurisdictions (repeatable).",
)
without_custom_option = click.option(
    "--without-custom",
    is_flag=True,
    help="Leave out provisions that bind a State which is no party only as custom.",
)
readings_option = click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="ID",
    help="Read a disputed provision so (repeatable; see bathylex whatif --list-readings).",
)
waivers_option = click.option(
    "--waivers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Waivers: provision, reason, who and until for each (YAML or JSON).",
)


def judging_options(command: Command) -> Command:
    """Add the options that decide which rules count: jurisdictions, custom, readings, waivers."""
    for option in (waivers_option, readings_option, without_custom_option, jurisdictions_option):
        command = option(command)
    return command


def check_seed(seed: int) -> None:
    """Refuse a seed that a generator of chance would.

    Raises:
        UsageError: it is out of range.
    """
    if not 0 <= seed <= MOST_SEED:
        raise UsageError(f"seed {seed}", where="--seed", hint=f"give 0 to {MOST_SEED}")


def day(text: str | None, *, option: str = "--as-of") -> date:
    """Return a date, today where none is given.

    Raises:
        UsageError: not a date.
    """
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise UsageError(
            f"{option}: {text!r} is not a date", hint="write it as YYYY-MM-DD, such as 2024-06-30"
        ) from problem


def position(text: str, *, option: str) -> tuple[float, float]:
    """Return latitude and longitude in degrees from ``LAT,LON``; south and west are negative.

    Raises:
        UsageError: not two numbers, or a number out of range.
    """
    from compliance.whatif.sites import read_site

    place = read_site(text, where=option)
    return place.latitude, place.longitude


def known_state(code: str, *, option: str = "--state") -> str:
    """Return the code of a State.

    Raises:
        UsageError: no State, or territory that a State answers for, has this code.
    """
    from jurisdictions.party_table import load_party_table

    if not load_party_table().knows(code):
        raise UsageError(
            f"{option}: {code!r} is no State",
            hint="use its three-letter code (ISO 3166-1 alpha-3), such as FRA",
        )
    return code


def formats_of(
    formats: str | None, output: Path | None, known: tuple[str, ...] = FORMATS
) -> tuple[str, ...]:
    """Read the list of report formats; JSON and HTML where only a folder is given.

    Raises:
        UsageError: a name that is not among ``known``.
    """
    if formats is None:
        return FORMATS if output is not None else ()
    names = tuple(dict.fromkeys(name.strip().lower() for name in formats.split(",")))
    for name in names:
        if name not in known:
            raise UsageError(
                f"--format: {name!r} is not a report format", hint=f"use {', '.join(known)}"
            )
    return names


def jurisdictions_of(names: tuple[str, ...]) -> frozenset[str] | None:
    """Return the jurisdictions to judge, all of them where none is named.

    Raises:
        UsageError: one is not modelled.
    """
    from jurisdictions.regimes import JURISDICTIONS, OTHER

    if not names:
        return None
    known = (*JURISDICTIONS, OTHER)
    for name in names:
        if name not in known:
            raise UsageError(
                f"--jurisdiction: {name!r} is not modelled", hint=f"use {', '.join(known)}"
            )
    return frozenset(names)


def waivers_of(path: Path | None, book: RuleBook) -> tuple[Waiver, ...]:
    """Return the waivers of a file, checked against the law; none where no file is given.

    Raises:
        WaiverError: the file is malformed, names nothing in the law, or what cannot be waived.
    """
    if path is None:
        return ()
    from compliance.waivers import check_waivers, load_waivers

    waivers = load_waivers(path)
    check_waivers(waivers, book, where=str(path))
    return waivers
