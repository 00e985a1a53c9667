"""Options that several commands share, as they are typed: dates, places, formats, waivers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError

if TYPE_CHECKING:
    from compliance.waivers import Waiver
    from jurisdictions.rulebook import RuleBook

#: The reports that comparisons are written as, and audits where nothing else is asked for.
FORMATS = ("json", "html")

#: The reports that audits are written as (:mod:`compliance.report.formats`).
AUDIT_FORMATS = ("json", "html", "pdf", "docx", "xlsx", "sarif", "oscal")

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
