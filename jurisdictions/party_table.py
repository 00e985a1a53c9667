"""The dated table of parties: who is bound by which treaty, from when to when, and how sure it is.

The facts are data: ``data/treaties.toml`` describes treaties and sources, ``data/parties.csv`` has
one row per treaty and State, ``data/reservations.csv`` tells what a State has shut out.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Literal

from base import BindingError

Certainty = Literal["read", "recalled"]

_PARTY_COLUMNS = (
    "treaty", "state", "status", "deposited", "bound_from", "bound_until", "certainty", "source",
    "note",
)  # fmt: skip
_RESERVATION_COLUMNS = (
    "treaty", "state", "provisions", "since", "until", "kind", "certainty", "source", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Treaty:
    """A treaty with dated parties.

    Attributes:
        id: instrument id, such as ``unclos``; ``eu`` stands for membership of the Union.
        title: its name in a sentence.
        in_force: first day on which it bound anyone.
        days_after_deposit: days from a later deposit to the day on which the State is bound.
        complete: whether the table names every party; else an unnamed State is unknown.
        count, counted: number of parties by the depositary on a day, where it is known.
    """

    id: str
    title: str
    in_force: date
    days_after_deposit: int
    complete: bool
    count: int | None = None
    counted: date | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """One row: a State bound by a treaty from a first to a last day, or known not to be bound.

    Attributes:
        bound_from: first day; ``None`` for a State that is known not to be a party.
        bound_until: last day, where it withdrew.
        certainty: ``read`` in the named source, or ``recalled``.
    """

    treaty: str
    state: str
    bound_from: date | None
    bound_until: date | None
    certainty: Certainty
    source: str
    note: str = ""

    def binds(self, as_of: date) -> bool:
        """Say whether the day lies in the interval."""
        return (
            self.bound_from is not None
            and self.bound_from <= as_of
            and (self.bound_until is None or as_of <= self.bound_until)
        )


@dataclass(frozen=True, slots=True)
class Reservation:
    """Provisions that a State has shut out or limited by reservation or declaration."""

    treaty: str
    state: str
    provisions: tuple[str, ...]
    since: date
    until: date | None
    kind: Literal["reservation", "declaration"]
    certainty: Certainty
    source: str
    note: str = ""

    def covers(self, provision: str, as_of: date) -> bool:
        """Say whether a provision (its id path, with or without the instrument) is affected."""
        path = provision.rpartition(":")[2]
        return (
            self.since <= as_of
            and (self.until is None or as_of <= self.until)
            and any(path == part or path.startswith(f"{part}.") for part in self.provisions)
        )


@dataclass(frozen=True)
class PartyTable:
    """All treaties, memberships and reservations, validated."""

    treaties: dict[str, Treaty]
    members: dict[tuple[str, str], tuple[Membership, ...]]
    reservations: tuple[Reservation, ...]
    states: frozenset[str]
    territories: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def knows(self, state: str) -> bool:
        """Say whether a code is that of a State or of a territory that a State answers for."""
        return state in self.states or state in self.territories

    def rows(self, treaty: str, state: str) -> tuple[Membership, ...]:
        """Return what is known of a State (or of the State that answers for a territory)."""
        return self.members.get((treaty, self.territories.get(state, state)), ())

    def party(self, treaty: str, state: str, as_of: date) -> bool | None:
        """Say whether a State is bound on a day; ``None`` where the table does not tell."""
        rows = self.rows(treaty, state)
        if rows:
            return any(row.binds(as_of) for row in rows)
        known = as_of < self.treaties[treaty].in_force or self.treaties[treaty].complete
        return False if known else None

    def parties(self, treaty: str, as_of: date) -> tuple[str, ...]:
        """Return the States bound on a day, by code."""
        return tuple(
            sorted(
                state
                for (name, state), rows in self.members.items()
                if name == treaty and any(row.binds(as_of) for row in rows)
            )
        )

    def reserved(self, provision: str, state: str, as_of: date) -> Reservation | None:
        """Return the reservation by which a State has shut out a provision (``treaty:path``)."""
        treaty = provision.partition(":")[0]
        actor = self.territories.get(state, state)
        return next(
            (
                item
                for item in self.reservations
                if (item.treaty, item.state) == (treaty, actor) and item.covers(provision, as_of)
            ),
            None,
        )


@cache
def load_party_table() -> PartyTable:
    """Return the embedded table.

    Raises:
        BindingError: naming file and line of the row that is wrong.
    """
    folder = resources.files("jurisdictions.data")
    return read_party_table(
        folder.joinpath("treaties.toml").read_text(encoding="utf-8"),
        folder.joinpath("parties.csv").read_text(encoding="utf-8"),
        folder.joinpath("reservations.csv").read_text(encoding="utf-8"),
    )


def read_party_table(treaties: str, parties: str, reservations: str = "") -> PartyTable:
    """Read and validate a table: known States and sources, ordered dates, no interval twice.

    Args:
        treaties: text of ``treaties.toml``.
        parties: text of ``parties.csv``.
        reservations: text of ``reservations.csv``; none where empty.

    Raises:
        BindingError: naming file and line of the row that is wrong.
    """
    data = tomllib.loads(treaties)
    known = {name: Treaty(id=name, **table) for name, table in data["treaty"].items()}
    states = frozenset(data["states"]["codes"].split())
    reader = _Reader(known, states, data["source"])
    members: dict[tuple[str, str], tuple[Membership, ...]] = {}
    for where, row in _rows(parties, "parties.csv", _PARTY_COLUMNS):
        member = reader.membership(row, where)
        others = members.get((member.treaty, member.state), ())
        if any(_overlap(member, other) for other in others):
            raise BindingError(f"{member.state} comes twice for {member.treaty}", where=where)
        members[member.treaty, member.state] = (*others, member)
    reserved = tuple(
        reader.reservation(row, where)
        for where, row in _rows(reservations, "reservations.csv", _RESERVATION_COLUMNS)
    )
    return PartyTable(
        treaties=known,
        members=members,
        reservations=reserved,
        states=states,
        territories=dict(data["states"].get("answered_for_by", {})),
        sources=data["source"],
    )


def _rows(text: str, file: str, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    if not text:
        return
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != columns:
        raise BindingError(f"the columns must be {', '.join(columns)}", where=f"{file}, line 1")
    for row in reader:
        where = f"{file}, line {reader.line_num}"
        if None in row or None in row.values():
            raise BindingError(f"a row needs {len(columns)} cells", where=where)
        yield where, row


def _overlap(one: Membership, other: Membership) -> bool:
    if one.bound_from is None or other.bound_from is None:
        return True
    first, second = sorted((one, other), key=lambda row: row.bound_from or date.min)
    return first.bound_until is None or (second.bound_from or date.min) <= first.bound_until


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns rows into records, with an error that names the cell."""

    treaties: dict[str, Treaty]
    states: frozenset[str]
    sources: dict[str, str]

    def membership(self, row: dict[str, str], where: str) -> Membership:
        self._check(row, where)
        if row["status"] not in ("party", "not_party"):
            raise BindingError(f"status '{row['status']}'", where=where, hint="party or not_party")
        since = self._bound_from(row, where)
        until = _day(row["bound_until"], where)
        if (since is None) != (row["status"] == "not_party"):
            raise BindingError(
                "a party needs 'deposited' or 'bound_from', and no other State has one",
                where=where,
            )
        if since is not None and until is not None and until < since:
            raise BindingError(f"bound until {until}, before {since}", where=where)
        return Membership(
            treaty=row["treaty"],
            state=row["state"],
            bound_from=since,
            bound_until=until,
            certainty="read" if row["certainty"] == "read" else "recalled",
            source=row["source"],
            note=row["note"],
        )

    def reservation(self, row: dict[str, str], where: str) -> Reservation:
        self._check(row, where)
        since, until = _day(row["since"], where), _day(row["until"], where)
        if since is None or (until is not None and until < since):
            raise BindingError("needs 'since', not after 'until'", where=where)
        if row["kind"] not in ("reservation", "declaration") or not row["provisions"]:
            raise BindingError("needs 'provisions' and a kind", where=where)
        return Reservation(
            treaty=row["treaty"],
            state=row["state"],
            provisions=tuple(row["provisions"].split()),
            since=since,
            until=until,
            kind="reservation" if row["kind"] == "reservation" else "declaration",
            certainty="read" if row["certainty"] == "read" else "recalled",
            source=row["source"],
            note=row["note"],
        )

    def _check(self, row: dict[str, str], where: str) -> None:
        for name, known in (
            ("treaty", self.treaties),
            ("state", self.states),
            ("source", self.sources),
            ("certainty", ("read", "recalled")),
        ):
            if row[name] not in known:
                raise BindingError(f"{name} '{row[name]}' is not known", where=where)

    def _bound_from(self, row: dict[str, str], where: str) -> date | None:
        treaty = self.treaties[row["treaty"]]
        given, deposited = _day(row["bound_from"], where), _day(row["deposited"], where)
        if given is not None:
            since = given
        elif deposited is not None:
            since = deposited + timedelta(days=treaty.days_after_deposit)
        else:
            return None
        return max(since, treaty.in_force)


def _day(text: str, where: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise BindingError(f"'{text}' is no date", where=where, hint="YYYY-MM-DD") from problem
