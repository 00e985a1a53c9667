"""Two editions side by side: every provision is paired once, and its number is not its identity."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compliance.alignment import Pair, align
from corpus.digests import read
from corpus.model import LawText

LINES = {
    "1": "States shall mark every habitat with lights that can be seen at night.",
    "2": "The owner shall keep a log of each dive and hand it to the harbour office.",
    "3": "No vessel may anchor above a habitat except in distress.",
    "4": "Fees are paid each spring.",
}


def edition(lines: dict[str, str]) -> LawText:
    body = "\n".join(f"60.{number} {words}" for number, words in lines.items())
    return read(f"---\ninstrument: unclos\n---\n\n## 60 Habitats\n\n{body}\n", file="demo.md")


def found(old: dict[str, str], new: dict[str, str]) -> set[tuple[str, str | None, str | None]]:
    """What changed, as status, old and new number."""
    return {
        (
            pair.status,
            pair.old.id.rpartition(".")[2] if pair.old else None,
            pair.new.id.rpartition(".")[2] if pair.new else None,
        )
        for pair in align(edition(old), edition(new))
        if pair.status != "unchanged"
    }


def test_the_same_text_changes_nothing() -> None:
    assert found(LINES, LINES) == set()


def test_a_reworded_paragraph_keeps_its_number() -> None:
    changed = {**LINES, "1": LINES["1"].replace("lights", "lamps and bells")}
    assert found(LINES, changed) == {("reworded", "1", "1")}


def test_what_moves_up_after_a_removal_is_renumbered() -> None:
    shorter = {"1": LINES["1"], "2": LINES["3"], "3": LINES["4"]}
    assert found(LINES, shorter) == {
        ("removed", "2", None),
        ("renumbered", "3", "2"),
        ("renumbered", "4", "3"),
    }


def test_a_paragraph_may_be_renumbered_and_reworded() -> None:
    moved = {"1": LINES["1"], "3": LINES["3"], "4": LINES["4"]} | {
        "9": LINES["2"].replace("each dive", "every dive")
    }
    assert found(LINES, moved) == {("renumbered", "2", "9")}


def test_a_new_paragraph_in_between_is_added() -> None:
    longer = {
        "1": LINES["1"],
        "2": "Batteries shall be stored apart from sleeping berths.",
        "3": LINES["2"],
        "4": LINES["3"],
        "5": LINES["4"],
    }
    assert found(LINES, longer) == {
        ("added", None, "2"),
        ("renumbered", "2", "3"),
        ("renumbered", "3", "4"),
        ("renumbered", "4", "5"),
    }


WORDS = st.sampled_from([*LINES.values(), "Short.", "Short;", "Divers shall rest."])
EDITIONS = st.dictionaries(st.sampled_from("123456"), WORDS, min_size=1).map(
    lambda lines: dict(sorted(lines.items()))
)


def _sides(pairs: tuple[Pair, ...]) -> tuple[list[str], list[str]]:
    return (
        sorted(pair.old.id for pair in pairs if pair.old),
        sorted(pair.new.id for pair in pairs if pair.new),
    )


@given(EDITIONS, EDITIONS)
def test_every_provision_of_either_side_is_in_exactly_one_pair(
    old: dict[str, str], new: dict[str, str]
) -> None:
    before, after = edition(old), edition(new)
    pairs = align(before, after)
    assert _sides(pairs) == (
        sorted(item.id for item in before.provisions if item.text),
        sorted(item.id for item in after.provisions if item.text),
    )
    for pair in pairs:
        assert (pair.old is None) == (pair.status == "added")
        assert (pair.new is None) == (pair.status == "removed")
        if pair.old and pair.new:
            assert (pair.old.id != pair.new.id) == (pair.status == "renumbered")


@given(EDITIONS)
def test_an_edition_aligned_with_itself_is_unchanged(lines: dict[str, str]) -> None:
    assert {pair.status for pair in align(edition(lines), edition(lines))} == {"unchanged"}
