"""Plain-text sections of the U.S. Code: levels, headings, credits, ranges."""

from __future__ import annotations

from pathlib import Path

import pytest

from base import CorpusError
from corpus.model import Instrument, LawText
from corpus.readers import uscode_text, uslm

LAMPS = Instrument("lamps", "US", "Lamp Act", "99 U.S.C.")
OCSLA = Instrument("ocsla", "US_OCSLA", "Outer Continental Shelf Lands Act", "43 U.S.C.")
SLA = Instrument("sla", "US_OCSLA", "Submerged Lands Act", "43 U.S.C.")

FILE = "ocsla/ocsla_43usc_ch29_s1301-1356c.txt"

PLAIN = """§ 7. Definitions
In this chapter—
(1) lamp; and
(2) mast.
(May 1, 1901, ch. 1, § 1, 1 Stat. 1.)

§ 8. Duties of keepers
(a) Lighting of lamps; hours
(1) Hours.—
(A) In general.—
Each keeper shall light, as the case may be—
(i) the lamp;
(ii) the lantern;
and shall watch them.
(B) Night.— The keeper shall not sleep.
(2)
(A) This paragraph has no heading.
(h) Fuel
Oil shall be:
(1) clean;
(2) cheap.
(i) The State may pay (1) in oil or (2) in coin.
(j) The keeper shall, etc.
(Pub. L. 1–1, May 1, 1901, 1 Stat. 2.)
A note that is no law.

Section 8a. Repeal of lamps.

(a) Findings

Lamps are dear.
(Added Pub. L. 2–2, 2 Stat. 3.)

SUBCHAPTER II—MASTS

§ 9. Masts
Masts stand.
"""


def read(
    source: str,
    instrument: Instrument = LAMPS,
    sections: tuple[str, str] | None = None,
) -> LawText:
    law = uscode_text.read(source, instrument=instrument, file="lamps.txt", sections=sections)
    assert law.broken_spans() == []
    assert len(law.by_id) == len(law.provisions)
    return law


@pytest.fixture(scope="module")
def chapter(corpora: Path) -> str:
    return (corpora / FILE).read_bytes().decode("utf-8")


def test_sections_become_a_tree_down_to_clauses() -> None:
    assert [provision.id for provision in read(PLAIN).provisions] == [
        "lamps:7",
        "lamps:7.1",
        "lamps:7.2",
        "lamps:8",
        "lamps:8.a",
        "lamps:8.a.1",
        "lamps:8.a.1.A",
        "lamps:8.a.1.A.i",
        "lamps:8.a.1.A.ii",
        "lamps:8.a.1.A.flush",
        "lamps:8.a.1.B",
        "lamps:8.a.2",
        "lamps:8.a.2.A",
        "lamps:8.h",
        "lamps:8.h.1",
        "lamps:8.h.2",
        "lamps:8.i",
        "lamps:8.j",
        "lamps:8a",
        "lamps:8a.a",
        "lamps:9",
    ]


def test_headings_stand_apart_from_the_words() -> None:
    law = read(PLAIN)
    assert law.by_id["lamps:8"].heading == "Duties of keepers"
    assert law.by_id["lamps:8.a"].heading == "Lighting of lamps; hours"
    assert law.by_id["lamps:8.a.1"].heading == "Hours"
    assert law.by_id["lamps:8.a.1.A"].heading == "In general"
    assert law.by_id["lamps:8.a.1.A"].text == "Each keeper shall light, as the case may be—"
    assert law.by_id["lamps:8.a.1.B"].text == "The keeper shall not sleep."
    assert law.by_id["lamps:8.j"].text == "The keeper shall, etc."


def test_words_that_go_on_below_a_list_close_the_innermost() -> None:
    flush = read(PLAIN).by_id["lamps:8.a.1.A.flush"]
    assert flush.text == "and shall watch them."
    assert flush.citation == "99 U.S.C. § 8(a)(1)(A), closing words"


def test_credits_and_what_follows_them_are_left_out() -> None:
    words = " ".join(provision.text for provision in read(PLAIN).provisions)
    assert "Stat." not in words
    assert "no law" not in words


def test_a_range_takes_the_sections_of_one_act() -> None:
    law = read(PLAIN, sections=("8", "8a"))
    assert [provision.id for provision in law.children[None]] == ["lamps:8", "lamps:8a"]


@pytest.mark.parametrize(
    ("source", "sections", "said"),
    [
        ("", None, "empty"),
        ("\0", None, "binary"),
        ("Lamps.", None, "no section"),
        (PLAIN, ("20", "30"), "no section"),
        (PLAIN, ("first", "9"), "no section number"),
    ],
)
def test_what_holds_no_such_section_is_refused(
    source: str, sections: tuple[str, str] | None, said: str
) -> None:
    with pytest.raises(CorpusError, match=said):
        uscode_text.read(source, instrument=LAMPS, file="lamps.txt", sections=sections)


@pytest.mark.official
def test_the_chapter_holds_8_and_28_sections(chapter: str) -> None:
    sla = read(chapter, SLA, ("1301", "1315"))
    ocsla = read(chapter, OCSLA, ("1331", "1356c"))
    assert [item.id.split(":")[1] for item in sla.children[None]] == [
        "1301", "1302", "1303", "1311", "1312", "1313", "1314", "1315",
    ]  # fmt: skip
    assert len(ocsla.children[None]) == 28
    assert all(item.kind == "section" for item in ocsla.children[None])


@pytest.mark.official
@pytest.mark.parametrize(
    ("provision", "citation", "words"),
    [
        ("ocsla:1333.a.1.A.iii", "43 U.S.C. § 1333(a)(1)(A)(iii)", "installations"),
        ("ocsla:1334.i", "43 U.S.C. § 1334(i)", "flaring is necessary"),
        ("ocsla:1347.b", "43 U.S.C. § 1347(b)", "best available and safest technologies"),
        ("ocsla:1350.b.1", "43 U.S.C. § 1350(b)(1)", "$20,000"),
        ("ocsla:1337.a.1.I", "43 U.S.C. § 1337(a)(1)(I)", "bidding systems"),
        ("ocsla:1337.a.3.C.iii.I", "43 U.S.C. § 1337(a)(3)(C)(iii)(I)", "new production"),
        ("ocsla:1337.b.2.flush", "43 U.S.C. § 1337(b)(2), closing words", "as long after"),
    ],
)
def test_ocsla_provisions_are_where_lawyers_cite_them(
    chapter: str, provision: str, citation: str, words: str
) -> None:
    found = read(chapter, OCSLA, ("1331", "1356c")).by_id[provision]
    assert found.citation == citation
    assert words in found.text


@pytest.mark.official
def test_the_text_is_cut_as_the_official_markup_is(chapter: str, corpora: Path) -> None:
    plain = read(chapter, OCSLA)
    marked = {
        provision.id: provision
        for path in sorted((corpora / "ocsla" / "uslm").glob("*.xml"))
        for provision in uslm.read(path.read_bytes(), instrument=OCSLA, file=path.name).provisions
    }
    assert set(plain.by_id) == set(marked)
    for key, provision in plain.by_id.items():
        assert provision.text.split() == marked[key].text.replace("\u00ad", "").split(), key
        assert provision.citation == marked[key].citation


@pytest.mark.official
@pytest.mark.parametrize(
    ("name", "sections"),
    [
        ("16usc_ch32_marine_sanctuaries", 17),
        ("30usc_ch26_dshmra", 37),
        ("33usc_ch27_ocean_dumping", 21),
        ("33usc_ch29_deepwater_ports", 20),
        ("33usc_ch33_prevention_pollution_ships", 13),
        ("42usc_ch99_otec", 30),
        ("46usc_ch21_general", 16),
        ("46usc_ch33_inspection", 18),
    ],
)
def test_other_chapters_are_read_with_true_spans(corpora: Path, name: str, sections: int) -> None:
    law = read((corpora / "other" / "us" / f"{name}.txt").read_bytes().decode("utf-8"))
    assert len(law.children[None]) == sections
    assert not [provision.id for provision in law.provisions if "~" in provision.id]
