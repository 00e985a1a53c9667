"""The syntax in which a command line says what to vary."""

from __future__ import annotations

import difflib

from base import UsageError
from compliance.whatif.expand import Changes
from compliance.whatif.settings import Choice
from jurisdictions.regimes import JURISDICTIONS


def read_changes(text: str) -> Changes:
    """Read ``key=value``, or several that change together: ``key=value; key=value``.

    Raises:
        UsageError: a part without ``=``, or a key that is given twice.
    """
    changes: dict[str, str] = {}
    for part in text.split(";"):
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not key:
            raise UsageError(
                f"{text!r} is no change of the design",
                where="--set",
                hint="write key=value, such as 'safety_zone.radius=400 m'",
            )
        if key in changes:
            raise UsageError(
                f"{key} is given twice in {text!r}",
                where="--set",
                hint="alternatives are written as one --set each",
            )
        changes[key] = value
    return tuple(changes.items())


def read_choice(text: str) -> Choice:
    """Read ``ID,ID`` (only these), or ``+ID`` (taken to bind) and ``-ID`` (left out) with commas.

    Raises:
        UsageError: an id that is not modelled, or a list that both names and leaves out.
    """
    only: list[str] = []
    added: list[str] = []
    dropped: list[str] = []
    for word in (part.strip() for part in text.split(",")):
        table = {"+": added, "-": dropped}.get(word[:1], only)
        table.append(_jurisdiction(word.lstrip("+-") if table is not only else word))
    if only and dropped:
        raise UsageError(
            f"{text!r} names what to judge and what to leave out",
            where="--jurisdiction",
            hint="give either; what is not named is left out anyway",
        )
    if set(added) & set(dropped):
        raise UsageError(f"{text!r} adds and drops the same", where="--jurisdiction")
    return Choice(*(tuple(dict.fromkeys(table)) for table in (only, added, dropped)))


def read_readings(text: str) -> tuple[str, ...]:
    """Read the ids of readings that hold together, with commas between them."""
    return tuple(part.strip() for part in text.split(","))


def _jurisdiction(name: str) -> str:
    if name in JURISDICTIONS:
        return name
    close = difflib.get_close_matches(name.upper(), JURISDICTIONS, n=1, cutoff=0.5)
    hint = f"did you mean '{close[0]}'?" if close else f"use {', '.join(JURISDICTIONS)}"
    raise UsageError(f"{name!r} is not modelled", where="--jurisdiction", hint=hint)
