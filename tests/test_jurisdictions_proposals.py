"""Proposals: phrases, likeness, the lexicon, which duties face the operator, and the ranking."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base import BindingError
from compliance.evaluate import magnitude_in
from corpus.library import text_for
from corpus.model import LawText
from habitat.units import quantity
from jurisdictions.binding import BindingFile, RuleBinding
from jurisdictions.binding_files import load_bindings
from jurisdictions.compiler import compile_rulebook
from jurisdictions.predicate import ByLaw, Compare, Is
from jurisdictions.proposals.confidence import FEATURES, confidence
from jurisdictions.proposals.desk import Desk
from jurisdictions.proposals.lexicon import attribute, fact_kinds, load_lexicon, read_lexicon
from jurisdictions.proposals.likeness import Example, Likeness
from jurisdictions.proposals.model import Proposal
from jurisdictions.proposals.phrases import phrase
from jurisdictions.proposals.prospects import unsettled

LAW = """##Made-up law

####Protocol on lamps under water

###Article 1

####Terms

1. For the purposes of this Protocol, “ship” means any vessel and includes fixed platforms.

###Article 2

####Operators

1. The operator of an installation shall keep permanent means of warning on it.
2. The operator shall report every incident without delay.
3. The operator shall treat bilge water; its oil content shall not exceed 12 parts per million.
4. The Commission shall meet once a year.
5. Each Party shall cooperate with the others in matters of lamps.

###Article 3

####Ships

1. The discharge of sewage from ships is prohibited.
2. Every oil tanker shall carry two hoses.
3. The certificate shall be issued by the flag State of the ship.
4. Records of the lamps shall be kept by everyone.
"""
NAME = "london_protocol_1996_en.md"


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> LawText:
    path = tmp_path_factory.mktemp("law") / NAME
    path.write_text(LAW, encoding="utf-8")
    return text_for(path)


@pytest.fixture(scope="module")
def desk(law: LawText) -> Desk:
    return Desk(law, BindingFile(instrument="london-protocol"))


@pytest.fixture(scope="module")
def proposals(desk: Desk) -> list[Proposal]:
    return desk.open()


def first(proposals: list[Proposal], provision: str) -> Proposal | None:
    found = [p for p in proposals if p.rule.provision == provision and p.rank == 1]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("written", "text", "found"),
    [
        ("remov* .. platform*", "Remove the old steel platforms", "Remove the old steel platforms"),
        ("remov* .. platform*", "remove a b c d e f platform", None),
        ("notice + zone*", "A zone of which notice is due", "notice … zone"),
        ("lamp|lantern", "two lanterns", None),
        ("lamp*|lantern*", "two lanterns", "lanterns"),
        ("life-saving", "life saving gear", "life saving"),
        ("aid", "first-aid", "aid"),
        ("aid", "aids", None),
    ],
)
def test_a_phrase_finds_words(written: str, text: str, found: str | None) -> None:
    assert phrase(written).find(text) == found


WORDS = st.lists(st.sampled_from(["lamp", "mast", "hull", "vent", "reef"]), min_size=1)


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_likeness_is_a_cosine_and_a_text_is_most_like_itself(texts: list[list[str]]) -> None:
    examples = [
        Example(f"a:{n}", f"A {n}", "a", " ".join(words), ("x",)) for n, words in enumerate(texts)
    ]
    index = Likeness(examples)
    for example in examples:
        near = index.nearest(example.text)
        assert near[0].likeness == pytest.approx(1.0)
        assert all(0.0 < item.likeness <= 1.0 + 1e-9 for item in near)
        assert all(one.likeness >= two.likeness for one, two in pairwise(near))


def test_nothing_is_like_a_text_without_a_shared_word() -> None:
    index = Likeness([Example("a:1", "A 1", "a", "lamps on masts", ("x",))])
    assert index.nearest("whales sing") == ()


def test_every_entry_of_the_lexicon_can_make_a_rule() -> None:
    known = fact_kinds()
    for fact, entry in load_lexicon().items():
        assert fact in known or fact.startswith("derived.")
        assert entry.measured != (entry.require is not None), fact
        assert entry.phrases, fact
        assert entry.entry is not None
        if "{bound}" in entry.entry.remedy:
            assert entry.measured, f"{fact}: only a quantity has a bound"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[x", "not TOML"),
        ('["lamps.bright"]\nclass="safety"\nseverity="minor"\ntitle="bright lamps"\n'
         'remedy="light them"\nevidence="lamps"\nis=true', "no fact of a design"),
        ('["safety_zone.radius"]\nclass="green"', "class"),
        ('["consents.research"]\nclass="safety"\nseverity="minor"\ntitle="research consent"\n'
         'remedy="ask for it"\nevidence="paper"', "give 'is' or 'require'"),
    ],
)  # fmt: skip
def test_a_broken_lexicon_is_named(table: str, message: str) -> None:
    with pytest.raises(BindingError, match=message):
        read_lexicon(table, where="test.toml")


def test_an_unknown_fact_suggests_the_nearest() -> None:
    with pytest.raises(BindingError, match=r"did you mean 'safety_zone\.radius'"):
        attribute("safety_zone.raduis")


@pytest.mark.parametrize(
    ("provision", "fact"),
    [
        ("london-protocol:2.1", "safety_zone.markings_and_warnings"),
        ("london-protocol:2.2", "reporting.incident_reporting"),
        ("london-protocol:2.3", "discharges.oil_in_water"),
        ("london-protocol:3.1", "waste.sewage_discharge"),
    ],
)
def test_the_words_of_a_duty_name_its_fact(
    proposals: list[Proposal], provision: str, fact: str
) -> None:
    found = first(proposals, provision)
    assert found is not None
    assert found.attribute == fact
    assert found.reviewed is False
    assert "the words “" in found.reason


@pytest.mark.parametrize(
    ("provision", "why"),
    [
        ("london-protocol:1.1", "a definition"),
        ("london-protocol:2.4", "an organ's business"),
        ("london-protocol:2.5", "cooperation of States"),
        ("london-protocol:3.2", "no habitat is a tanker"),
        ("london-protocol:3.3", "paperwork of flag States"),
        ("london-protocol:3.4", "nothing at sea is named"),
    ],
)
def test_what_does_not_face_an_operator_gets_no_proposal(
    proposals: list[Proposal], provision: str, why: str
) -> None:
    assert first(proposals, provision) is None, why


def test_a_ship_that_may_be_a_platform_is_a_thing_at_sea(proposals: list[Proposal]) -> None:
    found = first(proposals, "london-protocol:3.1")
    assert found is not None
    assert "counts platforms or structures under “ships”" in found.suggested


def test_a_quantity_takes_its_bound_from_the_text(proposals: list[Proposal], law: LawText) -> None:
    found = first(proposals, "london-protocol:2.3")
    assert found is not None
    assert found.number is not None
    assert isinstance(found.requirement, ByLaw | Compare)
    assert (found.number.value, found.number.unit) == (12.0, "ppm")
    assert law.source[found.number.start : found.number.end] == found.number.span


def test_the_duty_stands_where_the_proposal_says(proposals: list[Proposal], law: LawText) -> None:
    for proposal in proposals:
        quoted = " ".join(law.source[proposal.start : proposal.end].split())
        assert quoted.startswith(proposal.duty.removesuffix(" …"))


def test_a_flag_needs_no_number_and_a_quantity_does(desk: Desk) -> None:
    made = desk.draft("london-protocol:2.1", "end_of_life.removal_plan")
    assert isinstance(made.requirement, Is)
    with pytest.raises(BindingError, match="states no length"):
        desk.draft("london-protocol:2.1", "safety_zone.radius")
    with pytest.raises(BindingError, match="is a word"):
        desk.draft("london-protocol:2.1", "hull.form")
    with pytest.raises(BindingError, match="no provision 'london-protocol:9'"):
        desk.draft("london-protocol:9", "end_of_life.removal_plan")


def test_a_proposals_id_also_names_its_provision(desk: Desk) -> None:
    made = desk.draft("london-protocol-2-1-markings-and-warnings", "end_of_life.removal_plan")
    assert made.rule.provision == "london-protocol:2.1"


def _own(rules: list[RuleBinding]) -> BindingFile:
    return BindingFile(instrument="london-protocol", rules=tuple(rules))


def test_what_is_accepted_is_proposed_no_more(desk: Desk, proposals: list[Proposal]) -> None:
    taken = first(proposals, "london-protocol:2.1")
    assert taken is not None
    left = list(unsettled(proposals, _own([taken.rule])))
    assert first(left, "london-protocol:2.1") is None
    assert first(left, "london-protocol:2.2") is not None
    other = desk.draft("london-protocol:2.2", "end_of_life.removal_plan")
    left = list(unsettled(proposals, _own([other.rule])))
    assert first(left, "london-protocol:2.2") is None, "another fact settles the provision too"


def test_confidence_grows_with_the_score_and_is_a_probability() -> None:
    def at(score: float) -> float:
        values = dict.fromkeys(FEATURES, 0.0) | {"intercept": 1.0, "score": score}
        return confidence(tuple(values[name] for name in FEATURES))

    assert 0.0 < at(0.0) < at(1.0) < at(2.0) < 1.0


def test_proposals_do_not_depend_on_what_is_hidden_in_the_text(law: LawText, desk: Desk) -> None:
    again = Desk(law, BindingFile(instrument="london-protocol")).open()
    assert [item.model_dump() for item in again] == [item.model_dump() for item in desk.open()]


def test_a_rule_book_keeps_provisions_of_other_law_out(law: LawText) -> None:
    book = compile_rulebook({"london-protocol": law}, load_bindings())
    assert book.provisions == ()
    assert book.instruments == ()
    assert {entry.instrument.id for entry in book.proposed_instruments} == {"london-protocol"}
    by_duty = {item.start for item in book.proposals}
    assert by_duty
    shown = [item for item in book.proposals if item.rank == 1]
    assert all(item.confidence >= 0.5 for item in shown)


def test_parts_per_million_are_held_against_a_concentration() -> None:
    assert magnitude_in(quantity(10.0, "mg/L"), "ppm") == pytest.approx(10.0)


@pytest.mark.official
def test_official_treaties_give_proposals_whose_spans_verify(corpora: Path) -> None:
    text = text_for(corpora / "other" / "treaties" / NAME)
    found = Desk(text, BindingFile(instrument="london-protocol")).open()
    assert any(item.attribute == "discharges.dumping_permit" for item in found)
    for item in found:
        quoted = " ".join(text.source[item.start : item.end].split())
        assert quoted.startswith(item.duty.removesuffix(" …"))
