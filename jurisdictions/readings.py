"""Rival readings of a disputed provision: choosing one changes the rules and nothing else.

Readings are compiled with the rule book, so that choosing one needs no language model and no
second compilation, and their numbers come from the law text like all others.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from base import UsageError
from jurisdictions.rulebook import DisputeEntry, ReadingEntry, Rule, RuleBook


def readings_of(book: RuleBook) -> dict[str, tuple[DisputeEntry, ReadingEntry]]:
    """Return every reading by id, with the dispute that it belongs to."""
    return {
        reading.id: (dispute, reading) for dispute in book.disputes for reading in dispute.readings
    }


def with_readings(book: RuleBook, chosen: Iterable[str]) -> RuleBook:
    """Return the rule book as these readings have it.

    Args:
        book: compiled law, with default readings.
        chosen: ids of readings, in any order; at most one of each dispute.

    Raises:
        UsageError: an unknown id, two readings of one provision, or two that change one rule.
    """
    names = sorted(set(chosen))
    if not names:
        return book
    known = readings_of(book)
    changed: dict[str, tuple[str, Rule]] = {}
    taken: dict[int, str] = {}
    for name in names:
        if name not in known:
            raise _unknown(name, known)
        dispute, reading = known[name]
        other = taken.setdefault(id(dispute), name)
        if other != name:
            raise UsageError(
                f"{other} and {name} read {dispute.provision} in different ways",
                where="--reading",
                hint="give them as alternatives, one --reading each",
            )
        for rule in reading.rules:
            if rule.id in changed:
                raise UsageError(
                    f"{changed[rule.id][0]} and {name} both change the rule {rule.id}",
                    where="--reading",
                    hint="choose one of them",
                )
            changed[rule.id] = (name, rule)
    return RuleBook(
        key=book.key,
        instruments=book.instruments,
        provisions=book.provisions,
        rules=tuple(_changed(book, {key: rule for key, (_, rule) in changed.items()})),
        reviewed=book.reviewed,
        disputes=book.disputes,
        readings_chosen=tuple(names),
    )


def _changed(book: RuleBook, changed: dict[str, Rule]) -> Iterator[Rule]:
    """Yield the rules in their order, changed ones in place, added ones after all others."""
    for rule in book.rules:
        yield changed.get(rule.id, rule)
    own = {rule.id for rule in book.rules}
    yield from (rule for name, rule in changed.items() if name not in own)


def _unknown(name: str, known: Iterable[str]) -> UsageError:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{close[0]}'?" if close else "see bathylex whatif --list-readings"
    return UsageError(f"{name!r} is no reading that is known", where="--reading", hint=hint)
