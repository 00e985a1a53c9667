"""Cross-references: which provision is meant, in what manner, and what leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.library import load_folder
from jurisdictions.references import Atlas, Reference, Unresolved, references


@dataclass(frozen=True)
class Place:
    """A provision as the atlas sees it."""

    id: str
    kind: str
    parent: str | None


def _tree(lines: str) -> list[Place]:
    """Places from lines of ``kind id``; a parent is the longest id before that begins an id."""
    places: list[Place] = []
    for line in lines.split("\n"):
        kind, name = line.split()
        parents = [item.id for item in places if name.startswith(f"{item.id}.")]
        places.append(Place(name, kind, max(parents, key=len, default=None)))
    return places


CONVENTION = [
    Place("unclos:part-v", "part", None),
    *(Place(f"unclos:{number}", "article", "unclos:part-v") for number in range(1, 321)),
    *(Place(f"unclos:60.{number}", "paragraph", "unclos:60") for number in range(1, 9)),
    Place("unclos:60.1.a", "point", "unclos:60.1"),
    Place("unclos:60.1.b", "point", "unclos:60.1"),
    Place("unclos:annex-iii", "annex", None),
    Place("unclos:annex-iii.3", "article", "unclos:annex-iii"),
    Place("unclos:annex-iii.4", "article", "unclos:annex-iii"),
    Place("unclos:annex-iii.4.6", "paragraph", "unclos:annex-iii.4"),
]
OTHERS = _tree(
    """regulation isa-nodules:3
paragraph isa-nodules:3.2
regulation isa-nodules:18
regulation isa-nodules:21
paragraph isa-nodules:21.1
point isa-nodules:21.1.b
annex isa-nodules:annex-iv
section isa-nodules:annex-iv.3
clause isa-nodules:annex-iv.3.1
clause isa-nodules:annex-iv.3.2
section ocsla:1333
subsection ocsla:1333.a
paragraph ocsla:1333.a.1
paragraph ocsla:1333.a.2
section ocsla:1334
subsection ocsla:1334.b
article msfd:5
paragraph msfd:5.2
point msfd:5.2.a
point msfd:5.2.b
article msfd:9
paragraph msfd:9.1
annex msfd:annex-i"""
)
ATLAS = Atlas([*CONVENTION, *OTHERS])


def found(source: str, text: str) -> list[tuple[str, str]]:
    seen = []
    for item in references(source, text, ATLAS):
        assert text[item.start : item.end].strip()
        assert item.source == source
        if isinstance(item, Reference):
            seen.append((item.target.replace("unclos:", ""), item.kind))
    return seen


def unresolved(source: str, text: str) -> list[tuple[str, str]]:
    return [
        (item.mention, item.reason)
        for item in references(source, text, ATLAS)
        if isinstance(item, Unresolved)
    ]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("80", "The rules of article 60 hold here.", ["60"]),
        ("214", "Laws made under articles 208 to 210 and 212 hold.", ["208", "209", "210", "212"]),
        ("60.6", "Widths set under paragraphs 4 and 5 are respected.", ["60.4", "60.5"]),
        ("60.6", "Works of paragraph 1 (a) and (b) are marked.", ["60.1.a", "60.1.b"]),
        ("60.6", "As the preceding paragraph says.", ["60.5"]),
        ("60.6", "As the following paragraph says.", ["60.7"]),
        ("60.6", "Nothing in this article hinders passage.", ["60"]),
        ("56", "Rights under this Part are kept.", ["part-v"]),
        ("153.3", "A plan under Annex III is approved.", ["annex-iii"]),
        ("153.3", "As Annex III, article 4, paragraph 6, demands.", ["annex-iii.4.6"]),
        (
            "153.3",
            "Annex III, article 3, and article 4, of this Convention bind.",
            ["annex-iii.3", "annex-iii.4"],
        ),
        ("annex-iii.3", "Applicants meet article 4 of this Annex.", ["annex-iii.4"]),
    ],
)
def test_inside_one_instrument(source: str, text: str, expected: list[str]) -> None:
    assert [target for target, _ in found(f"unclos:{source}", text)] == expected


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("isa-nodules:18", "In line with article 145 of the Convention.", ["145"]),
        ("isa-nodules:18", "Under regulation 21 (1) (b), fees are paid.", ["isa-nodules:21.1.b"]),
        (
            "isa-nodules:annex-iv.3.1",
            "It may be renewed as section 3.2 hereof allows.",
            ["isa-nodules:annex-iv.3.2"],
        ),
        ("ocsla:1334.b", "Rules of section 1333(a)(2) of this title hold.", ["ocsla:1333.a.2"]),
        ("ocsla:1333.a.2", "The lands of paragraph (1) are included.", ["ocsla:1333.a.1"]),
        ("msfd:9.1", "What point (b) of Article 5(2) asks is done.", ["msfd:5.2.b"]),
        ("msfd:9.1", "As points (a) and (b) of Article 5(2) ask.", ["msfd:5.2.a", "msfd:5.2.b"]),
    ],
)
def test_between_and_inside_other_instruments(source: str, text: str, expected: list[str]) -> None:
    assert [target for target, _ in found(source, text)] == expected


CODE = _tree(
    """section ocsla:1337
subsection ocsla:1337.a
paragraph ocsla:1337.a.1
point ocsla:1337.a.1.D
point ocsla:1337.a.1.H
paragraph ocsla:1337.a.3
point ocsla:1337.a.3.C
point ocsla:1337.a.3.C.iii
point ocsla:1337.a.3.C.iii.I
point ocsla:1337.a.3.C.iv
point ocsla:1337.a.3.C.iv.I
subsection ocsla:1337.d"""
)


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("a.3.C.iii.I", "This section is brief.", ["ocsla:1337"]),
        ("a.3.C.iii.I", "This subparagraph is brief.", ["ocsla:1337.a.3.C"]),
        ("a.3.C.iii.I", "This subclause is brief.", ["ocsla:1337.a.3.C.iii.I"]),
        (
            "a.3.C.iii.I",
            "Ore of clause (iv)(I) of this subparagraph is free.",
            ["ocsla:1337.a.3.C.iv.I"],
        ),
        (
            "a.3",
            "Bids under subparagraph (D) or, if appropriate, (H) of paragraph (1) are read.",
            ["ocsla:1337.a.1.D", "ocsla:1337.a.1.H"],
        ),
        ("d", "It is (A) dry or (B) wet; under clause (A) it is swept.", ["ocsla:1337.d"]),
    ],
)
def test_the_levels_of_the_code_are_told_by_their_labels(
    source: str, text: str, expected: list[str]
) -> None:
    atlas = Atlas([*CODE, *OTHERS])
    items = list(references(f"ocsla:1337.{source}", text, atlas))
    assert [item.target for item in items if isinstance(item, Reference)] == expected


def test_a_capital_is_not_a_small_letter_in_the_code() -> None:
    items = list(references("ocsla:1337.a.3", "Bids of subparagraph (D).", Atlas(CODE)))
    assert [(type(item), item.start) for item in items] == [(Unresolved, 8)]


LAYERS = _tree(
    """annex part-xi-agreement:annex
section part-xi-agreement:annex.section-1
paragraph part-xi-agreement:annex.section-1.12
point part-xi-agreement:annex.section-1.12.a
point part-xi-agreement:annex.section-1.12.b
paragraph part-xi-agreement:annex.section-1.13
part unclos:part-vii
chapter unclos:part-vii.section-2"""
)
SEAS = [
    Place("unclos:87", "article", "unclos:part-vii"),
    Place("unclos:87.2", "paragraph", "unclos:87"),
    Place("isa-nodules:8", "regulation", None),
    Place("isa-nodules:annex-iii", "annex", None),
    Place("isa-nodules:annex-iii.4", "paragraph", "isa-nodules:annex-iii"),
    Place("isa-nodules:annex-iv", "annex", None),
    Place("isa-nodules:annex-iv.4", "clause", "isa-nodules:annex-iv"),
    Place("isa-nodules:annex-iv.8", "clause", "isa-nodules:annex-iv"),
]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        (
            "part-xi-agreement:annex.section-1.12",
            "Members act by the following subparagraphs:",
            ["annex.section-1.12.a", "annex.section-1.12.b"],
        ),
        (
            "part-xi-agreement:annex.section-1.12.b",
            "Whoever breaks this paragraph leaves.",
            ["annex.section-1.12"],
        ),
        ("unclos:87.2", "Fishing is bound by section 2.", ["part-vii.section-2"]),
        (
            "isa-nodules:annex-iii.4",
            "Of the standard clauses, namely section 4 and section 8, two are kept.",
            ["annex-iv.4", "annex-iv.8"],
        ),
        ("isa-nodules:annex-iii.4", "Section 8 is kept.", ["annex-iv.8"]),
        ("unclos:87.2", "Ships pass as article87 says.", ["87"]),
    ],
)
def test_a_unit_is_looked_for_where_it_may_stand(
    source: str, text: str, expected: list[str]
) -> None:
    items = list(references(source, text, Atlas([*LAYERS, *SEAS])))
    targets = [item.target.rpartition(":")[2] for item in items if isinstance(item, Reference)]
    assert targets == expected


def test_an_article_of_a_charter_is_no_article_of_ours() -> None:
    text = "Mindful of the Charter of the United Nations, in particular article 60, ships pass."
    assert found("unclos:80", text) == []
    assert unresolved("unclos:80", text)[-1][1] == "outside"


def test_an_annex_of_an_outside_act_is_no_annex_of_ours() -> None:
    text = "By Decision 98/249/EC, including its new Annex I, and as our Annex I says."
    assert unresolved("msfd:9.1", text)[-1][1] == "outside"
    assert [target for target, _ in found("msfd:9.1", text)] == ["msfd:annex-i"]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "Subject to article 60, the rules of article 61 hold.",
            ["subject_to", "refers_to"],
        ),
        (
            "Without prejudice to the rules of international law and article 60, ships pass.",
            ["without_prejudice_to"],
        ),
        (
            "Acts pursuant to article 60; article 61, as listed.",
            ["pursuant_to", "refers_to"],
        ),
        (
            "Subject to articles 60 and 61, and to none other, ships pass.",
            ["subject_to", "subject_to"],
        ),
        (
            "It decides by applying, mutatis mutandis, the procedures set forth in article 60.",
            ["applies_mutatis_mutandis"],
        ),
    ],
)
def test_how_far_a_connective_reaches(text: str, kinds: list[str]) -> None:
    assert [kind for _, kind in found("unclos:80", text)] == kinds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Ships pass as article 60 says.", "refers_to"),
        ("Subject to article 60, ships pass.", "subject_to"),
        ("Notwithstanding article 60, ships pass.", "prevails_over"),
        ("Without prejudice to article 60, ships pass.", "without_prejudice_to"),
        ("Permits are given pursuant to article 60.", "pursuant_to"),
        ("Article 60 applies mutatis mutandis to works on the shelf.", "applies_mutatis_mutandis"),
        ("Subject to weather, ships pass as article 60 says.", "refers_to"),
    ],
)
def test_the_manner_of_a_reference(text: str, kind: str) -> None:
    assert found("unclos:80", text) == [("60", kind)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("See article 38 of the Statute of the World Court.", "outside"),
        ("As Directive 2003/4/EC asks.", "outside"),
        ("As article 999 says.", "absent"),
    ],
)
def test_what_leads_nowhere_has_a_reason(text: str, reason: str) -> None:
    assert [item for _, item in unresolved("unclos:80", text)] == [reason]
    assert found("unclos:80", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The breadth is 12 nautical miles and 3 days pass.",
        "Every article of trade on board is listed.",
        "In that part of the sea (a) ships pass and (b) fish swim.",
    ],
)
def test_what_is_no_citation(text: str) -> None:
    assert found("unclos:80", text) == []
    assert unresolved("unclos:80", text) == []


def test_a_long_list_of_numbers_takes_linear_time() -> None:
    text = "articles " + ", ".join(str(number) for number in range(1, 6000))
    assert len({target for target, _ in found("unclos:80", text)}) >= 319


@pytest.mark.official
def test_nearly_all_references_of_the_official_texts_resolve(corpora: Path) -> None:
    texts = load_folder(corpora)
    atlas = Atlas(provision for text in texts.values() for provision in text.provisions)
    counted = {"resolved": 0, "absent": 0, "ambiguous": 0, "outside": 0}
    for name in ("unclos", "isa-nodules", "isa-sulphides", "isa-crusts", "sla", "ocsla", "msfd"):
        for provision in texts[name].provisions:
            for item in references(provision.id, provision.text, atlas):
                assert 0 <= item.start < item.end <= len(provision.text)
                if isinstance(item, Reference):
                    assert item.target in atlas or item.target in atlas.instruments
                    counted["resolved"] += 1
                else:
                    counted[item.reason] += 1
    held = counted["resolved"] + counted["absent"] + counted["ambiguous"]
    assert counted["resolved"] > 1500
    assert counted["resolved"] / held >= 0.95
