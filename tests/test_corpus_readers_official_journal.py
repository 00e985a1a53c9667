"""Official Journal text: recitals, articles, descriptors, indicative tables, footnotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from base import CorpusError
from corpus.model import Instrument, LawText
from corpus.readers import official_journal

DEMO = Instrument("demo", "EU", "Directive on Lamps", "LAMPS")
MSFD = Instrument("msfd", "EU_MSFD", "Marine Strategy Framework Directive", "MSFD")

PLAIN = """DIRECTIVE ON LAMPS

Having regard to the opinion of the Lamp Committee (1),

Whereas:

(1)

Lamps burn. See point (2)
of the report.

(2)

Masts stand.

HAVE ADOPTED THIS DIRECTIVE:

CHAPTER I

GENERAL PROVISIONS

Article 1

Definitions

For this Directive the following shall apply:

1.

‘lamp’ means:

(a)

a light;

(b)

a lantern.

Lamps shall be counted by the hour.

2.

‘mast’ means a pole.

Article 2

Duties

1.   Keepers shall keep:

(a)

a log (2);

(i)

by day;

(ii)

by night;

(b)

a lamp.

The log shall be public.

2.   The State shall pay.

That duty ends in June.

Done at Lampton, 1 June 2001.

The President

(1)  
OJ L 1, 1.1.2001, p. 1.

(2)  Opinion of the Lamp Committee.

ANNEX I

Qualitative descriptors of light

(referred to in Article 1)

(1)

Light is steady.

(2)

Light is white.

Light shall be judged as a whole.

ANNEX II

Indicative lists

Table 1

Lamps

Small lamps

—

Candles,

—

torches.

Large lamps

—

Beacons.
"""


def read(source: str, instrument: Instrument = DEMO, file: str = "demo.txt") -> LawText:
    law = official_journal.read(source, instrument=instrument, file=file)
    assert law.broken_spans() == []
    assert len(law.by_id) == len(law.provisions)
    return law


@pytest.fixture(scope="module")
def msfd(corpora: Path) -> LawText:
    name = "msfd/msfd_2008_56_ec_oj_en.txt"
    return read((corpora / name).read_bytes().decode("utf-8"), MSFD, name)


def test_an_act_becomes_a_tree() -> None:
    assert [provision.id for provision in read(PLAIN).provisions] == [
        "demo:recital-1",
        "demo:recital-2",
        "demo:chapter-i",
        "demo:1",
        "demo:1.1",
        "demo:1.1.a",
        "demo:1.1.b",
        "demo:1.1.flush",
        "demo:1.2",
        "demo:2",
        "demo:2.1",
        "demo:2.1.a",
        "demo:2.1.a.i",
        "demo:2.1.a.ii",
        "demo:2.1.b",
        "demo:2.1.flush",
        "demo:2.2",
        "demo:annex-i",
        "demo:annex-i.1",
        "demo:annex-i.2",
        "demo:annex-i.flush",
        "demo:annex-ii",
        "demo:annex-ii.1",
        "demo:annex-ii.1.1",
        "demo:annex-ii.1.1.1",
        "demo:annex-ii.1.1.2",
        "demo:annex-ii.1.2",
        "demo:annex-ii.1.2.1",
    ]


def test_labels_on_their_own_line_take_the_words_below() -> None:
    law = read(PLAIN)
    assert law.by_id["demo:1.1.a"].text == "a light;"
    assert law.by_id["demo:1.1.a"].citation == "LAMPS Art. 1(1)(a)"
    assert law.by_id["demo:recital-1"].text.endswith("(2)\nof the report.")


def test_unnumbered_text_goes_to_the_list_it_closes_or_the_paragraph_it_follows() -> None:
    law = read(PLAIN)
    assert law.by_id["demo:2.1.flush"].text == "The log shall be public."
    assert law.by_id["demo:2.1.flush"].parent == "demo:2.1"
    assert law.by_id["demo:2.2"].text.endswith("That duty ends in June.")
    assert law.by_id["demo:annex-i.flush"].text == "Light shall be judged as a whole."


def test_titles_references_and_footnotes_are_no_law() -> None:
    law = read(PLAIN)
    assert law.by_id["demo:chapter-i"].heading == "GENERAL PROVISIONS"
    assert law.by_id["demo:annex-i"].heading == "Qualitative descriptors of light"
    words = " ".join(provision.text for provision in law.provisions)
    for outside in ("referred to", "OJ L 1", "Opinion of", "President", "Having regard"):
        assert outside not in words


def test_points_of_an_annex_of_descriptors_are_descriptors() -> None:
    law = read(PLAIN)
    assert [child.kind for child in law.children["demo:annex-i"]] == [
        "descriptor",
        "descriptor",
        "flush",
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [("", "empty"), ("\0\0", "binary"), ("Whereas:\n\n(1)\n\nLamps burn.\n", "no article")],
)
def test_what_is_no_act_is_refused(source: str, said: str) -> None:
    with pytest.raises(CorpusError, match=said) as caught:
        official_journal.read(source, instrument=DEMO, file="note.txt")
    assert "note.txt" in str(caught.value)


@pytest.mark.official
def test_msfd_has_28_articles_48_recitals_and_6_annexes(msfd: LawText) -> None:
    def ids(kind: str) -> list[str]:
        return [provision.id for provision in msfd.provisions if provision.kind == kind]

    assert ids("article") == [f"msfd:{number}" for number in range(1, 29)]
    assert ids("recital") == [f"msfd:recital-{number}" for number in range(1, 49)]
    assert ids("annex") == [f"msfd:annex-{roman}" for roman in ("i", "ii", "iii", "iv", "v", "vi")]
    assert ids("descriptor") == [f"msfd:annex-i.{number}" for number in range(1, 12)]
    assert ids("chapter") == [f"msfd:chapter-{roman}" for roman in ("i", "ii", "iii", "iv", "v")]


@pytest.mark.official
@pytest.mark.parametrize(
    ("provision", "citation", "words"),
    [
        ("msfd:13.4", "MSFD Art. 13(4)", "spatial protection measures"),
        ("msfd:3.5.a", "MSFD Art. 3(5)(a)", "constituent marine ecosystems"),
        ("msfd:3.5.flush", "MSFD Art. 3(5), closing words", "marine region or subregion"),
        ("msfd:8.1.b.ii", "MSFD Art. 8(1)(b)(ii)", "cumulative and synergetic"),
        ("msfd:annex-i.11", "MSFD Annex I(11)", "underwater noise"),
        ("msfd:annex-iii.2.1.1", "MSFD Annex III Table 2(1)(1)", "Smothering"),
        ("msfd:recital-12", "MSFD recital 12", ""),
    ],
)
def test_msfd_provisions_are_where_they_are_cited(
    msfd: LawText, provision: str, citation: str, words: str
) -> None:
    found = msfd.by_id[provision]
    assert found.citation == citation
    assert words in found.text


@pytest.mark.official
def test_msfd_footnotes_stay_out_of_articles(msfd: LawText) -> None:
    assert msfd.by_id["msfd:28"].text.endswith("Member States.")
    assert not [provision.id for provision in msfd.leaves if "p. 20." in provision.text]


@pytest.mark.official
def test_the_offshore_directive_has_44_articles(corpora: Path) -> None:
    name = "other/eu/dir_2013_30_eu_oj_en.md"
    law = read((corpora / name).read_bytes().decode("utf-8"), DEMO, name)
    articles = [provision.id for provision in law.provisions if provision.kind == "article"]
    assert articles == [f"demo:{number}" for number in range(1, 45)]
    assert "500 metres" in law.by_id["demo:2.26"].text
