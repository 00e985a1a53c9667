"""Treaties: articles, annexes and lists, from made-up texts and from the official copies."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import CorpusError
from corpus.model import Instrument, LawText
from corpus.readers import treaty
from corpus.readers.labels import Label, Ladder, roman_value, to_roman

DEMO = Instrument("demo", "DEMO", "Convention on Demonstrations", "DEMO")
UNCLOS = Instrument("unclos", "UNCLOS", "Convention on the Law of the Sea", "UNCLOS")

MARKDOWN = """####Convention on Demonstrations

Whereas something, have agreed as follows:

### PART  I

####OPENING

### SECTION  1

####SCOPE

### Article  1

####Terms

1.  In this text:

(1) “lamp” means a light;

(2)

(a) “mast” means:

(i) a pole;

(ii) a beam;

(b) “mast” does not mean a tree.
2.  Masts carry lamps.

A second sentence of its own line stays with the paragraph.

### Article  2

####Duties

Each keeper shall:

(h) light the lamp;

(i) trim the wick;

(j) record:

(i) the hour;

(ii) the weather;

unless the weather forbids it.

In witness whereof the keepers have signed.

### ANNEX  III

####FORMS

### Article  1

Forms are free.

### Article  2

1.  A form has fields.
"""


def read(source: str, instrument: Instrument = DEMO, file: str = "demo.md") -> LawText:
    law = treaty.read(source, instrument=instrument, file=file)
    assert law.broken_spans() == []
    assert len(law.by_id) == len(law.provisions)
    return law


def official(corpora: Path, name: str, instrument: Instrument = UNCLOS) -> LawText:
    return read((corpora / name).read_bytes().decode("utf-8"), instrument, name)


def test_markdown_becomes_a_tree_with_ids_and_citations() -> None:
    law = read(MARKDOWN)
    assert [provision.id for provision in law.provisions] == [
        "demo:part-i",
        "demo:part-i.section-1",
        "demo:1",
        "demo:1.1",
        "demo:1.1.1",
        "demo:1.1.2",
        "demo:1.1.2.a",
        "demo:1.1.2.a.i",
        "demo:1.1.2.a.ii",
        "demo:1.1.2.b",
        "demo:1.2",
        "demo:2",
        "demo:2.h",
        "demo:2.i",
        "demo:2.j",
        "demo:2.j.i",
        "demo:2.j.ii",
        "demo:2.j.flush",
        "demo:annex-iii",
        "demo:annex-iii.1",
        "demo:annex-iii.2",
        "demo:annex-iii.2.1",
    ]
    cited = {provision.id: provision.citation for provision in law.provisions}
    assert cited["demo:1.1.2.a.i"] == "DEMO Art. 1(1)(2)(a)(i)"
    assert cited["demo:annex-iii.2.1"] == "DEMO Annex III Art. 2(1)"
    assert cited["demo:part-i.section-1"] == "DEMO Part I, section 1"
    assert cited["demo:2.j.flush"] == "DEMO Art. 2(j), closing words"


def test_headings_are_captured_and_are_no_part_of_the_text() -> None:
    law = read(MARKDOWN)
    assert law.by_id["demo:1"].heading == "Terms"
    assert law.by_id["demo:part-i"].heading == "OPENING"
    assert law.by_id["demo:2"].text == "Each keeper shall:"
    assert law.by_id["demo:1"].text == ""


def test_text_after_a_numbered_paragraph_goes_on_with_it() -> None:
    text = read(MARKDOWN).by_id["demo:1.2"].text
    assert text.startswith("Masts carry lamps.")
    assert text.endswith("stays with the paragraph.")


def test_preamble_and_signatures_are_left_out() -> None:
    words = " ".join(provision.text for provision in read(MARKDOWN).provisions)
    assert "have agreed" not in words
    assert "witness" not in words


def test_extents_nest() -> None:
    law = read(MARKDOWN)
    for provision in law.provisions:
        if provision.parent is not None:
            parent = law.by_id[provision.parent]
            assert parent.extent_start <= provision.extent_start
            assert provision.extent_end <= parent.extent_end


def test_plain_headings_with_titles_on_the_line() -> None:
    law = read(
        "PART XI. THE AREA\n\nArticle 5. Scope\n\nArticle 76, paragraph 8, does not apply here.\n"
        "\nArticle 6 Wider scope\n\n1. Part XI applies.\n"
    )
    assert [provision.id for provision in law.provisions] == [
        "demo:part-xi",
        "demo:5",
        "demo:6",
        "demo:6.1",
    ]
    assert law.by_id["demo:5"].text.startswith("Article 76")
    assert law.by_id["demo:6"].heading == "Wider scope"


def test_a_plain_line_below_the_number_is_the_title() -> None:
    law = read(
        "Article 5\n\nScope of lamps and masts\n\nLamps burn.\n\nArticle 6\n\nMasts stand.\n"
    )
    assert law.by_id["demo:5"].heading == "Scope of lamps and masts"
    assert law.by_id["demo:5"].text == "Lamps burn."
    assert law.by_id["demo:6"].heading == ""
    assert law.by_id["demo:6"].text == "Masts stand."


def test_sections_are_part_of_the_id_where_numbers_start_again() -> None:
    law = read(
        "Article 1. One\n\nText.\n\nANNEX\n\nSECTION 1. COSTS\n\n1. First.\n\n2. Second.\n\n"
        "SECTION 2. BODY\n\n1. Third.\n"
    )
    assert law.by_id["demo:annex.section-2.1"].text == "Third."
    assert law.by_id["demo:annex.section-1.2"].citation == "DEMO Annex, section 1(2)"


def test_one_line_text_in_small_letters() -> None:
    law = read(
        "protocol on demonstrations have agreed as follows: ARTICLE iscope of lamps1. lamps are"
        " lit.2. lamps hang from:(a) masts;(b) poles. ARTICLE iieach keeper shall watch. ANNEX"
        " ilists1. lists are open"
    )
    assert law.by_id["demo:i"].heading == "scope of lamps"
    assert law.by_id["demo:i.2.b"].text == "poles."
    assert law.by_id["demo:ii"].text == "each keeper shall watch."
    assert law.by_id["demo:annex-i.1"].text == "lists are open"


@pytest.mark.parametrize(
    ("labels", "levels"),
    [
        ("(h) (i) (j)", [0, 0, 0]),
        ("(h) (i) (ii) (j)", [0, 1, 1, 0]),
        ("(h) (i) (i) (ii) (j)", [0, 0, 1, 1, 0]),
        ("(a) (i) (ii) (iii) (iv) (v) (b)", [0, 1, 1, 1, 1, 1, 0]),
        ("(u) (v) (w) (x) (y)", [0, 0, 0, 0, 0]),
        ("(H) (I) (J)", [0, 0, 0]),
        ("(a) (1) (A) (i) (I) (II) (ii) (B) (2) (b)", [0, 1, 2, 3, 4, 4, 3, 2, 1, 0]),
        ("(i) (I) (aa) (bb) (II)", [0, 1, 2, 2, 1]),
        ("(z) (aa) (bb)", [0, 0, 0]),
        ("1. (a) (b) 2. (a)", [0, 1, 1, 0, 1]),
        ("(a) (s) (r) (1)", [0, 1, 1, 2]),
    ],
)
def test_the_level_of_a_label_is_told_by_sequence(labels: str, levels: list[int]) -> None:
    sequence = [
        Label(text, text.strip("()."), "round" if text[0] == "(" else "dot")
        for text in labels.split()
    ]
    ladder = Ladder()
    found = [ladder.place(label, sequence[index + 1 :]) for index, label in enumerate(sequence)]
    assert found == levels


@given(st.integers(min_value=1, max_value=3000))
def test_roman_numerals_round_trip(value: int) -> None:
    assert roman_value(to_roman(value)) == value


@given(st.text(alphabet="Article 1.\n(a)i;:b#2x", max_size=200))
def test_any_text_is_read_with_true_spans_or_refused(noise: str) -> None:
    try:
        law = treaty.read(noise, instrument=DEMO, file="noise.md")
    except CorpusError:
        return
    assert law.broken_spans() == []
    assert len(law.by_id) == len(law.provisions)


@pytest.mark.parametrize(
    ("source", "said"),
    [("", "empty"), (" \n\n", "empty"), ("\0\1\2", "binary"), ("A letter.\n", "no regulation")],
)
def test_what_is_no_treaty_is_refused_with_its_name(source: str, said: str) -> None:
    with pytest.raises(CorpusError, match=said) as caught:
        treaty.read(source, instrument=DEMO, file="letter.md")
    assert "letter.md" in str(caught.value)
    assert "expected" in str(caught.value)


@pytest.mark.official
def test_unclos_articles_1_to_320_stand_once_each(corpora: Path) -> None:
    law = official(corpora, "unclos/unclos_1982_full_en.md")
    articles = [
        provision.id
        for provision in law.provisions
        if provision.kind == "article" and "annex" not in provision.id
    ]
    assert articles == [f"unclos:{number}" for number in range(1, 321)]
    assert not any("~" in provision.id for provision in law.provisions)


@pytest.mark.official
def test_unclos_has_nine_annexes_with_their_articles(corpora: Path) -> None:
    law = official(corpora, "unclos/unclos_1982_full_en.md")
    counts = {
        to_roman(number): sum(
            provision.kind == "article"
            for provision in law.provisions
            if provision.id.startswith(f"unclos:annex-{to_roman(number)}.")
        )
        for number in range(1, 10)
    }
    assert counts == {
        "i": 0, "ii": 9, "iii": 22, "iv": 13, "v": 14, "vi": 41, "vii": 13, "viii": 5, "ix": 8,
    }  # fmt: skip
    assert len(law.children["unclos:annex-i"]) == 17


@pytest.mark.official
@pytest.mark.parametrize(
    ("provision", "citation", "words"),
    [
        ("unclos:60.5", "UNCLOS Art. 60(5)", "500 metres"),
        ("unclos:60.1.a", "UNCLOS Art. 60(1)(a)", "artificial islands"),
        ("unclos:1.1.5.a.i", "UNCLOS Art. 1(1)(5)(a)(i)", "any deliberate disposal"),
        ("unclos:3", "UNCLOS Art. 3", "12 nautical miles"),
        ("unclos:annex-iii.4.2", "UNCLOS Annex III Art. 4(2)", "financial and technical"),
        ("unclos:annex-iii.13.6.i", "UNCLOS Annex III Art. 13(6)(i)", "proceeds from the disposal"),
        ("unclos:annex-iii.13.6.h.ii", "UNCLOS Annex III Art. 13(6)(h)(ii)", "expenditures"),
        ("unclos:162.2.j.ii", "UNCLOS Art. 162(2)(j)(ii)", "three-fourths majority"),
        ("unclos:298.1.a.iii", "UNCLOS Art. 298(1)(a)(iii)", "sea boundary dispute"),
    ],
)
def test_unclos_provisions_are_where_lawyers_cite_them(
    corpora: Path, provision: str, citation: str, words: str
) -> None:
    found = official(corpora, "unclos/unclos_1982_full_en.md").by_id[provision]
    assert found.citation == citation
    assert words in " ".join(found.text.split())


@pytest.mark.official
def test_part_xi_agrees_with_an_independent_copy(corpora: Path) -> None:
    whole = official(corpora, "unclos/unclos_1982_full_en.md").by_id
    part = official(corpora, "unclos/unclos_part_xi_un_text.txt").by_id
    in_area = {
        key
        for key in whole
        if (number := re.match(r"unclos:(\d+)", key)) and 133 <= int(number[1]) <= 191
    }
    assert in_area == {key for key in part if re.match(r"unclos:\d", key)}
    likeness = [
        SequenceMatcher(None, whole[key].text.split(), part[key].text.split()).ratio()
        for key in sorted(in_area)
        if whole[key].text
    ]
    assert min(likeness) > 0.6
    assert sum(likeness) / len(likeness) > 0.98


@pytest.mark.official
@pytest.mark.parametrize(
    ("name", "articles"),
    [
        ("other/treaties/continental_shelf_convention_1958_en.md", 15),
        ("other/treaties/high_seas_convention_1958_en.md", 37),
        ("other/treaties/territorial_sea_convention_1958_en.md", 32),
        ("other/treaties/fish_stocks_agreement_1995_en.md", 50),
        ("other/treaties/bbnj_agreement_2023_en.txt", 76),
        ("other/treaties/barcelona_offshore_protocol_1994_en_lowercased.txt", 32),
        ("other/treaties/helsinki_convention_1992_en_lowercased.txt", 38),
        ("other/treaties/kuwait_offshore_protocol_1989_en_lowercased.txt", 15),
        ("other/treaties/nairobi_wreck_removal_2007_en.md", 21),
        ("other/treaties/espoo_eia_1991_en.md", 20),
        ("other/treaties/ospar_1992_en.md", 34),
        ("isa/part_xi_agreement_1994.txt", 10),
        ("isa/part_xi_agreement_1994_bwb_en.md", 10),
        ("isa/isa_privileges_immunities_protocol_1998_en.md", 22),
    ],
)
def test_other_treaties_have_all_their_articles(corpora: Path, name: str, articles: int) -> None:
    law = official(corpora, name, DEMO)
    found = [
        provision
        for provision in law.provisions
        if provision.kind == "article" and not provision.id.startswith("demo:annex")
    ]
    assert len(found) == articles


@pytest.mark.official
def test_both_copies_of_the_1994_agreement_number_their_annex_alike(corpora: Path) -> None:
    plain = official(corpora, "isa/part_xi_agreement_1994.txt", DEMO).by_id
    marked = official(corpora, "isa/part_xi_agreement_1994_bwb_en.md", DEMO).by_id
    paragraphs = re.compile(r"demo:annex\.section-\d\.\d+")
    assert {key for key in plain if paragraphs.fullmatch(key)} == {
        key for key in marked if paragraphs.fullmatch(key)
    }


@pytest.mark.official
@pytest.mark.parametrize("folder", ["other/treaties", "isa", "unclos"])
def test_every_markdown_treaty_is_read_with_true_spans(corpora: Path, folder: str) -> None:
    for path in sorted((corpora / folder).glob("*.md")):
        law = official(corpora, f"{folder}/{path.name}", DEMO)
        assert len(law.leaves) > 20, path.name
