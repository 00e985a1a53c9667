"""Options that several commands share: the date of the law, and a file of waivers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError

if TYPE_CHECKING:
    from compliance.waivers import Waiver
    from jurisdictions.rulebook import RuleBook

waivers_option = click.option(
    "--waivers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Waivers: provision, reason, who and until for each (YAML or JSON).",
)


def as_of_day(text: str | None) -> date:
    """Return the date of ``--as-of``; today where it is not given.

    Raises:
        UsageError: it is no date.
    """
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise UsageError(
            f"--as-of: {text!r} is not a date", hint="write it as YYYY-MM-DD, such as 2024-06-30"
        ) from problem


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
