"""Printed lines become headings and paragraphs; running lines and contents go."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from corpus.readers.reflow import PAGE_BREAK, body_lines, paragraphs


def flow(*pages: str) -> str:
    return paragraphs(body_lines(pages))


def test_lines_of_a_paragraph_are_joined_and_labels_begin_new_ones() -> None:
    text = flow(
        "Regulation 5\nDuties of the keeper of\nlamps\n1. The keeper shall light, as in paragraph\n"
        "(b) of regulation 4, the lamps that stand on the\nshore;\n(a) by day; and\n(b) by night.\n"
        "2. The end."
    )
    assert text.split("\n") == [
        "Regulation 5 Duties of the keeper of lamps",
        "1. The keeper shall light, as in paragraph (b) of regulation 4, the lamps that stand on "
        "the shore;",
        "(a) by day; and",
        "(b) by night.",
        "2. The end.",
        "",
    ]


def test_a_reference_at_the_start_of_a_line_is_no_heading() -> None:
    text = flow("Annex I\nForms\nEach form that stands in\nAnnex I\nshall be signed by the keeper.")
    assert text.split("\n")[:2] == [
        "Annex I Forms",
        "Each form that stands in Annex I shall be signed by the keeper.",
    ]


def test_running_lines_go_although_they_name_what_stands_on_the_page() -> None:
    pages = [
        f"Lamp Regulations of the Harbour Authority 15 CFR 9.{page}({letter})\n"
        f"Words {letter} here.\n{page} of 6"
        for page, letter in enumerate("abcdef", start=1)
    ]
    text = flow(*pages)
    assert "Harbour" not in text
    assert "of 6" not in text
    assert re.findall(r"Words (.) here", text) == list("abcdef")


def test_a_heading_on_top_of_every_page_is_no_running_line() -> None:
    text = flow(*(f"Regulation {page}\nLamps\nLamps burn." for page in range(1, 5)))
    assert re.findall(r"Regulation \d", text) == [f"Regulation {page}" for page in range(1, 5)]


def test_tables_of_contents_go() -> None:
    text = flow(
        "Regulation 1 ................ 7\n§ 9.1 Lamps.\n§ 9.2 Bells.\nPART 9\n"
        "§ 9.1 Lamps.\nLamps burn.\n§ 9.2 Bells.\nBells ring."
    )
    assert text.split("\n") == [
        "PART 9", "§ 9.1 Lamps.", "Lamps burn.", "§ 9.2 Bells.", "Bells ring.", "",
    ]  # fmt: skip


def test_a_page_may_end_inside_a_sentence() -> None:
    assert flow("1. The keeper shall", "light the lamp.") == (
        "1. The keeper shall\flight the lamp.\n"
    )


def test_hyphens_of_line_breaks_go_and_those_of_words_stay() -> None:
    text = flow(
        "The keeper acts in accor-\ndance with the long-\nterm plan, in accordance\nwith it."
    )
    assert text == "The keeper acts in accordance with the long-term plan, in accordance with it.\n"


@given(st.lists(st.text(alphabet="ab. (1)\n§", max_size=60), min_size=1, max_size=8))
def test_no_letter_is_lost_and_every_page_is_counted(pages: list[str]) -> None:
    lines = body_lines(pages)
    text = paragraphs(lines)
    letters = re.sub(r"\s", "", "".join(line.text for line in lines))
    assert re.sub(r"\s", "", text) == letters
    assert text.count(PAGE_BREAK) == (lines[-1].page - 1 if lines else 0)
