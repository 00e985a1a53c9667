"""The edition of a text that held on a day, taken out of a file that holds several."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from base import CorpusError
from corpus.model import LawText, Provision, Superseded, Version


def edition_at(text: LawText, day: date) -> LawText:
    """Return a text with the parts that held on a day, under the ids of a text of one edition.

    Parts that another edition had replaced, or that were still to come, are left out, so that two
    editions can be compared provision by provision. Source and spans stay those of the file.

    Args:
        text: the text; one without dated parts comes back as it is.
        day: the day.

    Raises:
        CorpusError: the instrument was not in force on that day.
    """
    instrument = text.instrument
    if instrument.in_force_from is None or day < instrument.in_force_from:
        since = instrument.in_force_from
        raise CorpusError(
            f"not in force on {day}",
            where=instrument.id,
            hint=f"it is in force from {since}" if since else "it never was",
        )
    if instrument.in_force_until is not None and day > instrument.in_force_until:
        raise CorpusError(
            f"no longer in force on {day} (until {instrument.in_force_until})", where=instrument.id
        )
    gone: list[Version | Superseded] = [
        version for version in instrument.versions if not version.holds(day)
    ]
    gone += [part for part in instrument.superseded if day >= part.since]
    renamed = [version for version in instrument.versions if version.holds(day)]
    kept = tuple(
        _renamed(provision, renamed)
        for provision in text.provisions
        if not any(part.covers(provision.id) for part in gone)
    )
    dated = replace(instrument, edition=f"as in force on {day}", versions=(), superseded=())
    return LawText(dated, text.file, text.source, kept)


def _renamed(provision: Provision, versions: list[Version]) -> Provision:
    version = next((item for item in versions if item.covers(provision.id)), None)
    if version is None or version.of == version.provisions:
        return provision
    mark = version.provisions.rpartition("~")[2]
    return replace(
        provision,
        id=_moved(provision.id, version),
        citation=provision.citation.replace(f" ({mark})", "", 1),
        parent=None if provision.parent is None else _moved(provision.parent, version),
    )


def _moved(identifier: str, version: Version) -> str:
    instrument, _, path = identifier.partition(":")
    if not version.covers(identifier):
        return identifier
    return f"{instrument}:{version.of}{path.removeprefix(version.provisions)}"
