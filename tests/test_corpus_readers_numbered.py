"""Texts numbered through: federal regulations and opinions."""

from __future__ import annotations

from pathlib import Path

import pytest

from base import CorpusError
from corpus.model import Instrument, LawText
from corpus.readers import numbered

DEMO = Instrument("demo", "US", "Lamp Rules", "99 CFR")

RULES = """Authority: 99 U.S.C. 7.

Subpart A—Lamps

Source: 1 FR 1, May 1, 1901.

Section 9.100. Purpose. These rules are for lamps:

(a) General. The lamp burns where: (i) it is lit; or

(ii) it is hot.

(b) Section 9.101 does not apply to paragraph

(c) of this section.

(c) Lamps are dear.

§ 9.101 What must a keeper do?

(a) Watch.

[1 FR 2, May 2, 1901]
"""

OPINION = """ADVISORY OPINION

1. The question is put.

2. The Assembly asked:

1. Are lamps lit?

2. Are masts high?

5. Lamps are lit.
"""


def read(source: str) -> LawText:
    law = numbered.read(source, instrument=DEMO, file="demo.txt")
    assert law.broken_spans() == []
    assert len(law.by_id) == len(law.provisions)
    return law


def official(corpora: Path, name: str) -> LawText:
    return read((corpora / name).read_bytes().decode("utf-8"))


def test_federal_regulations_become_a_tree() -> None:
    law = read(RULES)
    assert [provision.id for provision in law.provisions] == [
        "demo:subpart-a",
        "demo:9.100",
        "demo:9.100.a",
        "demo:9.100.a.i",
        "demo:9.100.a.ii",
        "demo:9.100.b",
        "demo:9.100.c",
        "demo:9.101",
        "demo:9.101.a",
    ]
    assert law.by_id["demo:9.100.c"].text == "Lamps are dear."
    assert law.by_id["demo:9.100"].heading == "Purpose"
    assert law.by_id["demo:9.100"].text == "These rules are for lamps:"
    assert law.by_id["demo:9.100.a.ii"].citation == "99 CFR § 9.100(a)(ii)"
    assert law.by_id["demo:9.101"].heading == "What must a keeper do?"
    assert law.by_id["demo:9.101.a"].text == "Watch."


def test_an_opinion_has_the_paragraphs_that_count_on() -> None:
    law = read(OPINION)
    assert [provision.id for provision in law.provisions] == ["demo:1", "demo:2", "demo:5"]
    assert "Are masts high?" in law.by_id["demo:2"].text
    assert law.by_id["demo:5"].citation == "99 CFR para. 5"


@pytest.mark.parametrize(("source", "said"), [("", "empty"), ("\0", "binary"), ("Hm.", "no par")])
def test_what_is_not_numbered_is_refused(source: str, said: str) -> None:
    with pytest.raises(CorpusError, match=said):
        numbered.read(source, instrument=DEMO, file="demo.txt")


@pytest.mark.official
def test_deep_seabed_mining_rules_are_read(corpora: Path) -> None:
    law = official(corpora, "other/us/cfr_15_part_970.txt")
    assert law.by_id["demo:970.103.a.2.iii"].citation == "99 CFR § 970.103(a)(2)(iii)"
    assert len([item for item in law.provisions if item.kind == "part"]) == 12


@pytest.mark.official
def test_the_advisory_opinion_counts_to_its_last_paragraph(corpora: Path) -> None:
    law = official(corpora, "other/itlos/itlos_case17_advisory_opinion_2011.txt")
    numbers = [int(item.id.removeprefix("demo:")) for item in law.provisions]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 242
    assert len(numbers) > 190


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Section 1401. Purpose of the act.", "1401"),
        ("### Sec. 250.106 Which standards hold?", "250.106"),
        ("§ 585.902 What must be removed?", "585.902"),
    ],
)
def test_sections_as_codes_and_plain_language_print_them(line: str, number: str) -> None:
    source = f"{line}\n\n(a) The holder shall keep records.\n\n(b) It shall show them.\n"
    text = numbered.read(source, instrument=DEMO, file="rules.txt")
    assert [item.id.partition(":")[2] for item in text.provisions] == [
        number,
        f"{number}.a",
        f"{number}.b",
    ]
