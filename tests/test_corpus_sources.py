"""The table of known instruments, and what is refused in such a table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from base import CorpusError
from corpus.sources import JURISDICTIONS, load_sources, parse_sources, source


def test_every_jurisdiction_has_an_instrument_and_nothing_else_is_read_by_default() -> None:
    default = [item for item in load_sources().values() if item.by_default]
    assert {item.jurisdiction for item in default} == set(JURISDICTIONS)
    assert {item.jurisdiction for item in load_sources().values() if not item.by_default} == {
        "OTHER"
    }


@pytest.mark.parametrize(
    ("identifier", "since"),
    [
        ("unclos", date(1994, 11, 16)),
        ("part-xi-agreement", date(1996, 7, 28)),
        ("isa-nodules", date(2013, 7, 22)),
        ("isa-sulphides", date(2010, 5, 7)),
        ("isa-crusts", date(2012, 7, 27)),
        ("sla", date(1953, 5, 22)),
        ("ocsla", date(1953, 8, 7)),
        ("msfd", date(2008, 7, 15)),
        ("isa-exploitation-draft", None),
    ],
)
def test_dates_of_entry_into_force(identifier: str, since: date | None) -> None:
    assert source(identifier).in_force_from == since


def test_a_draft_is_never_in_force() -> None:
    drafts = [item for item in load_sources().values() if item.status == "draft"]
    assert [item.id for item in drafts] == ["isa-exploitation-draft"]
    assert all(item.in_force_from is None for item in drafts)


def test_annex_three_of_the_framework_directive_is_superseded() -> None:
    (part,) = source("msfd").superseded
    assert (part.provisions, part.since) == ("annex-iii", date(2017, 6, 7))


def test_no_hash_stands_for_two_different_shapes_of_one_instrument() -> None:
    for item in load_sources().values():
        hashes = [digest for copy in item.copy_ for digest in copy.sha256]
        assert len(hashes) == len(set(hashes)), item.id


@pytest.mark.official
def test_known_hashes_are_those_of_the_official_copies(corpora: Path) -> None:
    listed = {line.split()[0] for line in (corpora / "SHA256SUMS").read_text("utf-8").splitlines()}
    known = {
        digest for item in load_sources().values() for copy in item.copy_ for digest in copy.sha256
    }
    assert known
    assert known <= listed


def test_an_unknown_instrument_suggests_the_nearest() -> None:
    with pytest.raises(CorpusError, match="no instrument 'unclose'; did you mean 'unclos'"):
        source("unclose")


WHOLE = """[lamps]
jurisdiction = "OTHER"
title = "Lamp Act"
short = "Lamps"
publisher = "Harbour"
edition = "first"
scheme = "sections"
"""


def test_a_table_reads() -> None:
    lamps = parse_sources(WHOLE, where="t.toml")["lamps"]
    instrument = lamps.instrument(sha256="ab", verified=False)
    assert (instrument.id, instrument.short, instrument.text_source) == (
        "lamps",
        "Lamps",
        "official",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lamps = 3", "'lamps' is not a table"),
        ("[lamps", "not TOML"),
        (WHOLE.replace('"sections"', '"verses"'), "t.toml, lamps.scheme: "),
        (WHOLE + 'color = "red"', "t.toml, lamps.color: "),
        (WHOLE + '[[lamps.copy]]\nreader = "pdf"\nnames = ["a"]\nmarkers = ["("]', "lamps.copy.0"),
        (WHOLE + '[[lamps.download]]\nurl = "ftp://x/y"\nfile = "y"', "lamps.download.0.url"),
        (WHOLE + '[[lamps.download]]\nurl = "http://x/y"\nfile = "../y"', "lamps.download.0.file"),
    ],
)
def test_a_wrong_table_names_instrument_and_key(text: str, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        parse_sources(text, where="t.toml")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
