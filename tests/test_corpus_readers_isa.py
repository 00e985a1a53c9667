"""Regulations of the Authority: glued headings, page traces, standard clauses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from base import CorpusError
from corpus.model import Instrument, LawText
from corpus.readers import isa

DEMO = Instrument("demo", "ISA", "Regulations on Lamps", "ISBA/0/C/0")

PLAIN = """Decision of the Council

1. Adopts the annex.

Part I. Introduction

Regulation 1. Use of terms

1. Lamps are lit.2 A lamp is lit by night. 2 Report of the Lamp Meeting, page 3. 4 13-40403

2. The keeper undertakes that it will:

(a) Comply with rules on: a. Cooperation of keepers; and b. Protection of lamps;

(b) Keep a log pursuant to

regulation 2, page by page.

Regulation 2. Human remains and old lamps The keeper shall report any 6 13-40403 old lamp.

Regulation 3. Responsibility and liability Responsibility and liability of the keeper shall be full.

Annex 4. Standard clauses for keepers

Section 1. Definitions 1.1 In these clauses:

(a) “Lamp” means a light; and

(b) “Log” means the book of section 1.2. 1.2 Terms mean what they mean. 48 13-40403 1.3 The end.

Section 2. Log book

2.1 The keeper shall keep a log.
"""

SETS = [
    ("isba_19_c_17_nodules_exploration_2013", 42),
    ("isba_16_a_12_rev1_sulphides_exploration_2010", 44),
    ("isba_18_a_11_crusts_exploration_2012", 44),
]


def read(source: str, file: str = "demo.txt") -> LawText:
    law = isa.read(source, instrument=DEMO, file=file)
    assert law.broken_spans() == []
    assert len(law.by_id) == len(law.provisions)
    return law


def official(corpora: Path, name: str) -> LawText:
    return read((corpora / "isa" / f"{name}.txt").read_bytes().decode("utf-8"), name)


def test_regulations_and_clauses_become_a_tree() -> None:
    law = read(PLAIN)
    assert [provision.id for provision in law.provisions] == [
        "demo:part-i",
        "demo:1",
        "demo:1.1",
        "demo:1.2",
        "demo:1.2.a",
        "demo:1.2.a.a",
        "demo:1.2.a.b",
        "demo:1.2.b",
        "demo:2",
        "demo:3",
        "demo:annex-iv",
        "demo:annex-iv.1",
        "demo:annex-iv.1.1",
        "demo:annex-iv.1.1.a",
        "demo:annex-iv.1.1.b",
        "demo:annex-iv.1.2",
        "demo:annex-iv.1.3",
        "demo:annex-iv.2",
        "demo:annex-iv.2.1",
    ]
    assert law.by_id["demo:1.2.a"].citation == "ISBA/0/C/0 reg. 1(2)(a)"
    assert law.by_id["demo:annex-iv.1.1.b"].citation == "ISBA/0/C/0 Annex 4 cl. 1.1(b)"


def test_headings_are_parted_from_the_sentence_glued_to_them() -> None:
    law = read(PLAIN)
    assert law.by_id["demo:2"].heading == "Human remains and old lamps"
    assert law.by_id["demo:2"].text.startswith("The keeper shall report")
    assert law.by_id["demo:3"].heading == "Responsibility and liability"
    assert law.by_id["demo:3"].text.startswith("Responsibility and liability of the keeper")
    assert law.by_id["demo:annex-iv.1"].heading == "Definitions"


def test_page_traces_and_footnotes_at_the_end_are_left_out() -> None:
    law = read(PLAIN)
    assert law.by_id["demo:1.1"].text == "Lamps are lit.2 A lamp is lit by night."
    assert law.by_id["demo:annex-iv.1.2"].text == "Terms mean what they mean."


def test_page_traces_inside_a_sentence_stay_for_the_span_is_one_stretch() -> None:
    assert "6 13-40403 old lamp." in read(PLAIN).by_id["demo:2"].text


def test_a_line_broken_inside_a_sentence_goes_on() -> None:
    text = read(PLAIN).by_id["demo:1.2.b"].text
    assert text == "Keep a log pursuant to\n\nregulation 2, page by page."


@pytest.mark.parametrize(("source", "said"), [("", "empty"), ("\0", "binary"), ("Hm.", "no reg")])
def test_what_holds_no_regulation_is_refused(source: str, said: str) -> None:
    with pytest.raises(CorpusError, match=said) as caught:
        isa.read(source, instrument=DEMO, file="hm.txt")
    assert "hm.txt" in str(caught.value)


@pytest.mark.official
@pytest.mark.parametrize(("name", "count"), SETS)
def test_exploration_sets_have_all_regulations(corpora: Path, name: str, count: int) -> None:
    law = official(corpora, name)
    found = [provision.id for provision in law.provisions if provision.kind == "regulation"]
    assert found == [f"demo:{number}" for number in range(1, count + 1)]


@pytest.mark.official
@pytest.mark.parametrize(("name", "count"), SETS)
def test_standard_clauses_are_29_sections_with_83_clauses(
    corpora: Path, name: str, count: int
) -> None:
    law = official(corpora, name)
    sections = [child.id for child in law.children["demo:annex-iv"]]
    assert sections == [f"demo:annex-iv.{number}" for number in range(1, 30)]
    assert sum(provision.kind == "clause" for provision in law.provisions) == 29 + 83
    clauses = [child.id for child in law.children["demo:annex-iv.21"]]
    assert clauses == [f"demo:annex-iv.21.{number}" for number in range(1, 9)]
    assert "90 days" in law.by_id["demo:annex-iv.10.1"].text


@pytest.mark.official
@pytest.mark.parametrize(("name", "count"), SETS)
def test_headings_agree_with_an_independent_cut(corpora: Path, name: str, count: int) -> None:
    law = official(corpora, name)
    structure = json.loads((corpora / "isa" / f"{name}.structure.json").read_text("utf-8"))
    labels = {
        label.split(".")[0].removeprefix("Regulation "): label.partition(". ")[2]
        for unit in structure["units"]
        if (label := unit["label"]).startswith("Regulation ")
    }
    assert len(labels) == count
    for number, label in labels.items():
        provision = law.by_id[f"demo:{number}"]
        assert label.startswith(provision.heading)
        # What the other cut left in its label is our text, never lost.
        rest = " ".join(label.removeprefix(provision.heading).split())
        assert " ".join(provision.text.split()).startswith(rest[:80])


@pytest.mark.official
@pytest.mark.parametrize(("name", "count"), SETS)
def test_no_words_end_in_a_page_trace(corpora: Path, name: str, count: int) -> None:
    law = official(corpora, name)
    symbol = "-40403", "-63720", "-57345"
    assert not [provision.id for provision in law.leaves if provision.text.endswith(symbol)]


@pytest.mark.official
def test_the_draft_exploitation_regulations_are_read(corpora: Path) -> None:
    law = official(corpora, "isba_31_c_crp2_draft_exploitation_regulations_2025")
    numbers = {provision.id for provision in law.provisions if provision.kind == "regulation"}
    missing = {number for number in range(1, 108) if f"demo:{number}" not in numbers}
    # Heading 65 stands inside a bracketed line and 102 is not in this copy.
    assert missing <= {65, 102}
    assert {"demo:24bis", "demo:29quin", "demo:95ter"} <= numbers
    assert "demo:21.2bis" in law.by_id
