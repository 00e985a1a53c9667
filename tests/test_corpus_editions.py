"""One file, several editions: what a day's edition holds, under which ids."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import CorpusError
from corpus.digests import load_digests
from corpus.editions import edition_at
from corpus.model import Version

MSFD = load_digests()["msfd"]
CHANGE = date(2017, 6, 7)


def test_annex_iii_changes_on_its_day() -> None:
    before = edition_at(MSFD, CHANGE - timedelta(days=1))
    after = edition_at(MSFD, CHANGE)
    assert before.by_id["msfd:annex-iii.2.3.1"].citation == "MSFD Annex III Table 2(3)(1)"
    assert "msfd:annex-iii.2b" not in before.by_id
    assert after.by_id["msfd:annex-iii.2b"].text.startswith("Table 2b lists")
    assert "msfd:annex-iii.2.3.1" not in after.by_id
    outside = [p for p in MSFD.provisions if "annex-iii" not in p.id]
    for edition in (before, after):
        assert [p for p in edition.provisions if "annex-iii" not in p.id] == outside


@given(st.dates(date(2008, 7, 15), date(2040, 1, 1)))
def test_an_edition_is_a_tree_of_one_edition_with_true_spans(day: date) -> None:
    edition = edition_at(MSFD, day)
    assert edition.broken_spans() == []
    assert len(edition.by_id) == len(edition.provisions)
    assert {p.parent for p in edition.provisions} - {None} <= set(edition.by_id)
    assert not any("~" in p.id for p in edition.provisions)
    assert edition.instrument.versions == ()


def test_a_day_before_the_instrument_has_no_edition() -> None:
    with pytest.raises(CorpusError, match="not in force on 2008-07-14"):
        edition_at(MSFD, date(2008, 7, 14))


def test_a_text_of_one_edition_stays_as_it_is() -> None:
    sla = load_digests()["sla"]
    assert edition_at(sla, date(2020, 1, 1)).provisions == sla.provisions


def test_the_versions_of_a_part_follow_each_other_without_gap() -> None:
    for text in load_digests().values():
        parts: dict[str, list[Version]] = {}
        for version in text.instrument.versions:
            parts.setdefault(version.of, []).append(version)
        for versions in parts.values():
            ordered = sorted(versions, key=lambda item: item.in_force_from or date.min)
            for earlier, later in pairwise(ordered):
                assert earlier.in_force_until is not None
                assert later.in_force_from == earlier.in_force_until + timedelta(days=1)
            assert ordered[-1].in_force_until is None
