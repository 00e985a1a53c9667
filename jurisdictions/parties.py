"""Which States are bound by which treaty on a date: the questions that regimes and relations ask.

Membership of a treaty is a dated fact: a wrong "party" would turn custom into treaty law. The facts
stand in :mod:`jurisdictions.party_table`, each with its source and how sure it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from jurisdictions.party_table import Certainty, Reservation, load_party_table


@dataclass(frozen=True, slots=True)
class PartyStatus:
    """Whether a State is party to a treaty at a date, with the words a report shows.

    ``party`` is ``None`` where the table does not tell; ``certainty`` says whether the row was read
    in a source or recalled.
    """

    party: bool | None
    reason: str
    certainty: Certainty = "recalled"


def party_status(treaty: str, state: str, as_of: date) -> PartyStatus:
    """Say whether a State (ISO 3166-1 alpha-3) is bound by a treaty on a date, and why.

    Args:
        treaty: id of the treaty, such as ``unclos`` or ``london-protocol``.
        state: the State, or a territory that a State answers for.
        as_of: the date.
    """
    table = load_party_table()
    title = table.treaties[treaty].title
    rows = table.rows(treaty, state)
    bound = table.party(treaty, state, as_of)
    certainty: Certainty = "read" if rows and rows[0].certainty == "read" else "recalled"
    if not table.knows(state):
        return PartyStatus(bound, f"{state} is no State that the table of parties knows")
    if bound is None:
        return PartyStatus(None, f"whether {state} is a party to {title} is not in the table")
    if bound:
        return PartyStatus(True, f"{state} is a party to {title}", certainty)
    since = next(
        (row.bound_from for row in rows if row.bound_from and row.bound_from > as_of), None
    )
    until = next((row.bound_until for row in rows if row.bound_until), None)
    reason = f"{state} is not a party to {title}"
    if since is not None:
        reason = f"{reason} on {as_of} (from {since})"
    elif until is not None:
        reason = f"{reason} on {as_of} (until {until})"
    return PartyStatus(False, reason, certainty)


def unclos_party(state: str, as_of: date) -> PartyStatus:
    """Say whether a State (ISO 3166-1 alpha-3) is bound by UNCLOS as a party on a date."""
    status = party_status("unclos", state, as_of)
    if status.party:
        return status
    return PartyStatus(
        False,
        f"{status.reason}: provisions that are invoked as custom are shown and labelled so",
        status.certainty,
    )


def eu_member(state: str, as_of: date) -> bool:
    """Say whether Union law applies to a State (ISO 3166-1 alpha-3) on a date.

    Overseas territories are left to the zone tables: the Directive counts some in and others out.
    """
    rows = load_party_table().members.get(("eu", state), ())
    return any(row.binds(as_of) for row in rows)


def reservation(provision: str, state: str, as_of: date) -> Reservation | None:
    """Return the reservation or declaration by which a State shut out a provision, if any."""
    return load_party_table().reserved(provision, state, as_of)
