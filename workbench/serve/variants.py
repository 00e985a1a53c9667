"""What to compare: checked when it is asked for, so that a job does not fail for a slip."""

from __future__ import annotations

from datetime import date
from typing import Any

from base import UsageError
from compliance.whatif import Options, expand
from compliance.whatif.settings import Place, Variant
from compliance.whatif.sites import read_site
from workbench.serve.jobs import MOST_VARIANTS
from workbench.variants import read_changes, read_choice, read_readings


def options_of(asked: dict[str, Any]) -> Options:
    """Return the options of a job.

    Args:
        asked: ``sites`` (``LAT,LON`` or ``LAT,LON label``), ``dates``, ``jurisdictions``, ``sets``
            and ``readings`` as lists of text, each as the command line takes it, and the flags
            ``forget_place`` and ``each``.

    Raises:
        UsageError: one line that says what cannot be read.
    """
    return Options(
        sites=tuple(dict.fromkeys(_site(text) for text in asked.get("sites", ()))),
        dates=tuple(_day(text) for text in asked.get("dates", ())),
        jurisdictions=tuple(map(read_choice, asked.get("jurisdictions", ()))),
        sets=tuple(map(read_changes, asked.get("sets", ()))),
        readings=tuple(map(read_readings, asked.get("readings", ()))),
        forget_place=bool(asked.get("forget_place", False)),
        each=bool(asked.get("each", False)),
    )


def checked_variants(asked: dict[str, Any]) -> tuple[Variant, ...]:
    """Return the variants that are asked for.

    Raises:
        UsageError: as :func:`options_of`; too many, or none.
    """
    variants = expand(options_of(asked), most=MOST_VARIANTS)
    if not variants:
        raise UsageError("nothing to compare", hint="give a site, a date, a law or a change")
    return variants


def _site(text: str) -> Place:
    position, _, label = text.strip().partition(" ")
    if position.endswith(",") and label:
        second, _, label = label.strip().partition(" ")
        position += second
    place = read_site(position, where="site")
    return Place(place.latitude, place.longitude, label.strip()[:80])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"'{text[:40]}' is not a date", where="date", hint="write it as YYYY-MM-DD"
        ) from None
