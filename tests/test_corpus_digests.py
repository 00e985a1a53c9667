"""Digests: the format, its errors, and agreement of ids and citations with the official texts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from base import CorpusError
from corpus.digests import load_digests, read
from corpus.editions import edition_at
from corpus.library import load_folder
from corpus.model import LawText

HEAD = "---\ninstrument: unclos\nnote: in our own words\n---\n\n"


def digest(body: str, head: str = HEAD) -> LawText:
    return read(head + body, file="digest/x.md")


def test_headings_provisions_and_spans() -> None:
    text = digest(
        "<!-- a\ncomment -->\n## 60 Lamps at sea\n60 A State shall light:\n60.1.a lamps;\n\n"
        "60.5 The zone is 500 m wide.\n## annex-iii.4 Forms\nannex-iii.4.2 Sign them.\n"
    )
    assert [(item.id, item.citation, item.text, item.heading) for item in text.provisions] == [
        ("unclos:60", "UNCLOS Art. 60", "A State shall light:", "Lamps at sea"),
        ("unclos:60.1", "UNCLOS Art. 60(1)", "", ""),
        ("unclos:60.1.a", "UNCLOS Art. 60(1)(a)", "lamps;", ""),
        ("unclos:60.5", "UNCLOS Art. 60(5)", "The zone is 500 m wide.", ""),
        ("unclos:annex-iii", "UNCLOS Annex III", "", ""),
        ("unclos:annex-iii.4", "UNCLOS Annex III Art. 4", "", "Forms"),
        ("unclos:annex-iii.4.2", "UNCLOS Annex III Art. 4(2)", "Sign them.", ""),
    ]
    assert text.broken_spans() == []
    assert text.by_id["unclos:60.1.a"].parent == "unclos:60.1"
    assert [item.id for item in text.leaves] == [
        "unclos:60.1.a", "unclos:60.5", "unclos:annex-iii.4.2",
    ]  # fmt: skip
    assert text.instrument.text_source == "restated"


@pytest.mark.parametrize(
    ("instrument", "path", "citation"),
    [
        ("isa-nodules", "31.5", "ISBA/19/C/17 reg. 31(5)"),
        ("isa-nodules", "annex-iv.10.1", "ISBA/19/C/17 Annex IV cl. 10.1"),
        ("isa-sulphides", "annex-iv.10.1", "ISBA/16/A/12/Rev.1 Annex 4 cl. 10.1"),
        ("ocsla", "1333.a.1.A.iii", "43 U.S.C. § 1333(a)(1)(A)(iii)"),
        ("msfd", "annex-i.11", "MSFD Annex I(11)"),
        ("msfd", "3.5.flush", "MSFD Art. 3(5), closing words"),
        ("iso14001", "6.1.2", "ISO 14001:2015 cl. 6.1.2"),
        ("part-xi-agreement", "annex.section-1.7", "Part XI Agreement Annex, section 1(7)"),
    ],
)
def test_citations_by_instrument(instrument: str, path: str, citation: str) -> None:
    unit = path.split(".")[0] if not path.startswith("annex") else ".".join(path.split(".")[:2])
    unit = path if instrument == "iso14001" else unit
    heading = f"## {unit} Heading\n"
    text = digest(f"{heading}{path} Words.\n", f"---\ninstrument: {instrument}\n---\n")
    assert text.by_id[f"{instrument}:{path}"].citation == citation


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("## 60 Lamps\n", "x.md, line 1: no front matter"),
        ("---\nnote: x\n---\n", "line 1: no 'instrument'"),
        ("---\ninstrument: unclose\n---\n", "line 2: no instrument 'unclose'"),
        ("---\ninstrument: unclos\ncolor: red\n---\n", "line 3: 'color: red' is no key"),
        (HEAD + "60.1 Words.\n", "line 6: '60.1' stands outside its heading"),
        (HEAD + "## 60 Lamps\n61.1 Words.\n", "line 7: '61.1' stands outside its heading"),
        (HEAD + "## 60 Lamps\n60.1 A.\n60.1 B.\n", "line 8: '60.1' comes twice"),
        (HEAD + "## 60 Lamps\n60.1.a A.\n60.2 B.\n60.1.b C.\n", "line 9: '60.1.b' is out of order"),
        (HEAD + "## 60 Lamps\n60.1 A.\n60 B.\n", "line 8: the own words of '60' come after"),
        (HEAD + "## 60 Lamps\n60.1\n", "line 7: '60.1' without words"),
        (HEAD + "## 60 Lamps\n* 60.1 A.\n", "line 7: '* 60.1 A.' is neither heading nor"),
        (HEAD + "# 60 Lamps\n", "line 6: '# 60 Lamps' is neither heading nor"),
        (HEAD, "no article found"),
    ],
)
def test_a_broken_digest_names_file_and_line(text: str, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        read(text, file="x.md")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_embedded_digests_read_and_their_spans_verify() -> None:
    digests = load_digests()
    assert {
        "unclos", "isa-nodules", "isa-sulphides", "isa-crusts", "sla", "ocsla", "msfd",
        "iso14001", "engineering",
    } <= set(digests)  # fmt: skip
    for text in digests.values():
        assert text.broken_spans() == []
        assert text.leaves
    assert digests["engineering"].instrument.text_source == "engineering"


@pytest.mark.official
def test_ids_and_citations_are_those_of_the_official_texts(corpora: Path) -> None:
    official = load_folder(corpora)
    compared = 0
    for identifier, text in load_digests().items():
        if identifier not in official:
            continue
        # The official copy of the Directive has the Annex III of 2008.
        if identifier == "msfd":
            text = edition_at(text, date(2010, 1, 1))
        for provision in text.provisions:
            same = official[identifier].by_id.get(provision.id)
            assert same is not None, provision.id
            assert same.citation == provision.citation
            compared += 1
    assert compared > 1500
