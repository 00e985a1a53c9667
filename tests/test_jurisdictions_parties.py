"""The party table: intervals, the depositary's own counts, refusals, and what stays unknown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import BindingError
from jurisdictions.parties import eu_member, party_status, reservation, unclos_party
from jurisdictions.party_table import load_party_table, read_party_table

TABLE = load_party_table()
ROWS = sorted(TABLE.members)
DAYS = st.dates(date(1958, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(
    "treaty", [t for t in TABLE.treaties.values() if t.count], ids=lambda t: t.id
)
def test_the_table_has_as_many_parties_as_the_depositary_counts(treaty) -> None:  # type: ignore[no-untyped-def]
    denounced = sum(
        row.bound_until is not None
        and row.bound_until < treaty.counted
        and "still counts" in row.note
        for rows in TABLE.members.values()
        for row in rows
        if row.treaty == treaty.id
    )
    assert len(TABLE.parties(treaty.id, treaty.counted)) + denounced == treaty.count


@given(st.sampled_from(ROWS), DAYS)
def test_a_state_is_party_exactly_within_its_interval(key: tuple[str, str], day: date) -> None:
    inside = any(
        row.bound_from is not None and row.bound_from <= day <= (row.bound_until or date.max)
        for row in TABLE.members[key]
    )
    assert TABLE.party(*key, day) is inside


@given(st.sampled_from(ROWS), DAYS, st.integers(0, 20_000))
def test_without_withdrawal_a_party_stays_one(key: tuple[str, str], day: date, later: int) -> None:
    rows = TABLE.members[key]
    if any(row.bound_until for row in rows) or not TABLE.party(*key, day):
        return
    assert TABLE.party(*key, day + timedelta(days=later)) is True


@given(st.sampled_from(ROWS), DAYS)
def test_no_treaty_binds_before_it_is_in_force(key: tuple[str, str], day: date) -> None:
    if day < TABLE.treaties[key[0]].in_force:
        assert TABLE.party(*key, day) is False


def test_every_party_to_the_agreement_is_a_party_to_the_convention() -> None:
    day = date(2025, 1, 1)
    assert set(TABLE.parties("part-xi-agreement", day)) < set(TABLE.parties("unclos", day))
    assert unclos_party("EGY", day).party
    assert party_status("part-xi-agreement", "EGY", day).party is False


@pytest.mark.parametrize(
    ("treaty", "state", "day", "party"),
    [
        ("unclos", "FRA", date(1996, 5, 10), False),
        ("unclos", "FRA", date(1996, 5, 11), True),
        ("unclos", "USA", date(2026, 1, 1), False),
        ("unclos", "GRL", date(2004, 12, 16), True),
        ("continental-shelf-1958", "USA", date(1990, 1, 1), True),
        ("bbnj", "CHL", date(2026, 1, 16), False),
        ("bbnj", "CHL", date(2026, 1, 17), True),
        ("bbnj", "TTO", date(2026, 2, 25), False),
        ("bbnj", "USA", date(2026, 2, 1), False),
        ("bbnj", "IND", date(2026, 2, 1), None),
        ("bbnj", "IND", date(2020, 2, 1), False),
        ("london-protocol", "ZWE", date(2026, 2, 1), None),
    ],
)
def test_status_by_date(treaty: str, state: str, day: date, party: bool | None) -> None:
    assert party_status(treaty, state, day).party is party


def test_a_code_of_no_state_is_told() -> None:
    status = unclos_party("XYZ", date(2026, 1, 1))
    assert status.party is False
    assert "no State that the table of parties knows" in status.reason
    assert all(TABLE.knows(state) for state in ("FRA", "GRL", "EUE"))


def test_every_territory_is_answered_for_by_a_state() -> None:
    assert set(TABLE.territories.values()) <= TABLE.states
    assert not set(TABLE.territories) & TABLE.states


def test_every_named_source_is_used_and_every_row_names_one() -> None:
    used = {row.source for rows in TABLE.members.values() for row in rows}
    used |= {item.source for item in TABLE.reservations}
    assert used == set(TABLE.sources)


def test_what_is_read_names_where_and_what_is_recalled_says_so() -> None:
    for rows in TABLE.members.values():
        for row in rows:
            assert row.certainty == "recalled" or row.source != "recalled"


def test_membership_of_the_union_ends() -> None:
    assert eu_member("GBR", date(2020, 12, 31))
    assert not eu_member("GBR", date(2021, 1, 1))


def test_a_declaration_covers_what_lies_below_its_provision_from_its_day() -> None:
    assert reservation("unclos:298.1.a.i", "CHN", date(2006, 8, 25))
    assert reservation("unclos:298.1.a.i", "CHN", date(2006, 8, 24)) is None
    assert reservation("unclos:298.1", "CHN", date(2010, 1, 1)) is None
    assert reservation("unclos:60.5", "CHN", date(2010, 1, 1)) is None


TREATIES = """
[treaty.demo]
title = "a treaty"
in_force = 2000-01-01
days_after_deposit = 30
complete = true
[source]
book = "a book"
[states]
codes = "FRA USA"
"""
HEADER = "treaty,state,status,deposited,bound_from,bound_until,certainty,source,note\n"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("demo,XXX,party,2001-01-01,,,read,book,", "state 'XXX' is not known"),
        ("other,FRA,party,2001-01-01,,,read,book,", "treaty 'other' is not known"),
        ("demo,FRA,party,2001-01-01,,,read,nobody,", "source 'nobody' is not known"),
        ("demo,FRA,party,2001-01-01,,,guessed,book,", "certainty 'guessed' is not known"),
        ("demo,FRA,party,2001-13-01,,,read,book,", "'2001-13-01' is no date"),
        ("demo,FRA,party,2001-01-01,,2000-06-01,read,book,", "before"),
        ("demo,FRA,party,,,,read,book,", "a party needs"),
        ("demo,FRA,not_party,2001-01-01,,,read,book,", "a party needs"),
        ("demo,FRA,party,2001-01-01,,,read,book", "9 cells"),
        (
            "demo,FRA,party,2001-01-01,,,read,book,\ndemo,FRA,party,2005-01-01,,,read,book,",
            "comes twice",
        ),
    ],
)
def test_a_row_that_cannot_be_right_is_refused(row: str, complaint: str) -> None:
    with pytest.raises(BindingError, match=r"parties\.csv, line \d") as problem:
        read_party_table(TREATIES, HEADER + row)
    assert complaint in str(problem.value)


def test_a_state_that_left_may_come_back() -> None:
    table = read_party_table(
        TREATIES,
        HEADER + "demo,FRA,party,2001-01-01,,2005-01-01,read,book,\n"
        "demo,FRA,party,2010-01-01,,,read,book,",
    )
    days = [date(2004, 1, 1), date(2006, 1, 1), date(2011, 1, 1)]
    assert [table.party("demo", "FRA", day) for day in days] == [True, False, True]
