"""Cross-references: which provision is meant, and in what manner."""

from __future__ import annotations

import pytest

from jurisdictions.references import references

KNOWN = {f"unclos:{article}" for article in range(1, 321)} | {
    "unclos:60.4",
    "unclos:60.5",
    "unclos:76.4",
    "unclos:76.5.a",
    "unclos:annex-iii",
    "unclos:annex-iii.4",
    "unclos:annex-iii.4.2",
    "isa-nodules:18",
    "isa-nodules:20",
    "ocsla:1333",
    "ocsla:1333.a.2",
}


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        (
            "unclos:80",
            "The rules of article 60 hold mutatis mutandis on the shelf.",
            [("unclos:60", "applies_mutatis_mutandis")],
        ),
        (
            "unclos:60.6",
            "Widths set under paragraphs 4 and 5 are respected.",
            [("unclos:60.4", "refers_to"), ("unclos:60.5", "refers_to")],
        ),
        (
            "unclos:58.1",
            "Subject to article 87, ships pass; notwithstanding article 60 they may stop.",
            [("unclos:87", "subject_to"), ("unclos:60", "prevails_over")],
        ),
        (
            "unclos:214",
            "Laws made under articles 208 to 210 are enforced.",
            [("unclos:208", "refers_to"), ("unclos:209", "refers_to"), ("unclos:210", "refers_to")],
        ),
        ("unclos:1", "As in article 38 of the Statute of the Court.", []),
        (
            "isa-nodules:31.1",
            "In line with article 145 of the Convention and regulation 18.",
            [("unclos:145", "refers_to"), ("isa-nodules:18", "refers_to")],
        ),
        (
            "unclos:153.3",
            "A plan under annex III is approved.",
            [("unclos:annex-iii", "refers_to")],
        ),
        (
            "ocsla:1334.a",
            "Rules under section 1333(a)(2) of this title apply.",
            [("ocsla:1333.a.2", "refers_to")],
        ),
        ("unclos:60.5", "Article 999 and paragraph 77 do not exist.", []),
    ],
)
def test_references(source: str, text: str, expected: list[tuple[str, str]]) -> None:
    found = list(references(source, text, KNOWN))
    assert [(item.target, item.kind) for item in found] == expected
    for item in found:
        assert text[item.start : item.end]
        assert item.source == source


def test_the_annexes_have_articles_of_their_own() -> None:
    found = list(references("unclos:annex-iii.3", "Applicants meet article 4.", KNOWN))
    assert [item.target for item in found] == ["unclos:annex-iii.4"]


def test_a_long_list_of_numbers_takes_linear_time() -> None:
    text = "articles " + ", ".join(str(number) for number in range(1, 4000))
    assert len(list(references("unclos:999", text, KNOWN))) == 320
