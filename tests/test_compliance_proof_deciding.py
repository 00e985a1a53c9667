"""The fewest facts that decide: with them the verdict stands, without any one it does not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from compliance.accounting import Accountant
from compliance.audit import Assessment, assess
from compliance.proof.deciding import Applying, applying_facts, deciding_facts, facts_asked
from compliance.proof.shrink import shrink
from compliance.proof.worlds import FACT_OF, ScopeFacts
from compliance.verdicts import judge_rule
from corpus.digests import load_digests
from examples import examples
from habitat.facts import Fact
from habitat.load import load_design
from jurisdictions.compiler import rulebook_for
from jurisdictions.predicate import Known
from jurisdictions.regimes import Circumstances, Scope
from jurisdictions.rulebook import Rule
from tests.test_compliance_evaluate import law, metres, rule

DESIGNS = {path.stem: path for path in examples()}
AT = Circumstances(
    as_of=date(2026, 1, 1),
    zones=frozenset({"eez", "continental_shelf"}),
    purpose="energy",
    coastal_state="FRA",
    operator_state="FRA",
    sponsoring_state=None,
    eu_marine_waters=True,
    us_ocs=False,
    us_state_waters=False,
    resource=None,
)
#: Questions of a regime: what they rest on where they are answered yes at ``AT``.
QUESTIONS = {
    "always": lambda at: Scope(True, "always"),
    "zone": lambda at: Scope("eez" in at.zones, "zone"),
    "purpose": lambda at: Scope(at.purpose == "energy" and "eez" in at.zones, "purpose"),
    "state": lambda at: Scope((at.coastal_state or at.operator_state) == "FRA", "state"),
}
SITE = {fact: Fact(getattr(AT, name), "test") for name, fact in FACT_OF.items()}

VALUES: dict[str, list[Any]] = {
    "a": [True, False, None],
    "b": [True, False, None],
    "c": ["x", "z", None],
    "d": [1.0, 3.0, 9.0, None],
    "claims.e": [True, False],
    "purpose": ["energy"],
}
SIMPLE: list[dict[str, Any]] = [
    {"fact": "a", "is": True},
    {"fact": "b", "is": False},
    {"fact": "c", "in": ["x", "y"]},
    {"fact": "d", "law": {"unit": "m"}},
    {"fact": "d", ">": "2 m"},
    {"fact": "purpose", "is": "energy"},
    {"zone": ["eez", "area"]},
]
STRANGE: list[dict[str, Any]] = [
    {"fact": "claims.e", "is": True},
    {"fact": "a", "known": True},
    {"fact": "c", "known": False},
]


def shapes(leaves: list[dict[str, Any]]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.sampled_from(leaves),
        lambda inner: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda part: {"not": part}, inner),
        ),
        max_leaves=6,
    )


def rules(leaves: list[dict[str, Any]]) -> st.SearchStrategy[Rule]:
    part = shapes(leaves)
    return st.builds(
        lambda zones, when, require, unless, question: rule(
            law(5, "m", "<="),
            zones=zones,
            when=when,
            require=require,
            unless=unless,
            open=question if require is None else None,
        ),
        st.sampled_from([[], ["eez"], ["area"]]),
        st.none() | part,
        part,
        st.none() | part,
        st.just("Is it reasonable?"),
    )


def known(data: st.DataObject) -> dict[str, Fact]:
    table = dict(SITE)
    for name, choice in VALUES.items():
        value = data.draw(st.sampled_from(choice), label=name)
        table[name] = Fact(metres(value) if isinstance(value, float) else value, "test")
    return table


def let_go(facts: Mapping[str, Fact], kept: Collection[str]) -> dict[str, Fact]:
    """The facts with all but some let go: unknown, or a claim that is not made."""
    return {
        name: fact
        if name in kept or name == "zone.possible_zones"
        else Fact(False if name.startswith("claims.") else None, "let go")
        for name, fact in facts.items()
    }


def verdict(item: Rule, scope: ScopeFacts, facts: Mapping[str, Fact], kept: Collection[str]) -> str:
    binding = scope.binding(kept)
    seen = scope.scope if binding is not None else Scope(None, "open")
    return judge_rule(item, seen, let_go(facts, kept)).verdict


def check(item: Rule, scope: ScopeFacts, facts: Mapping[str, Fact]) -> None:
    """Assert what a smallest deciding set is, by its definition."""
    outcome = judge_rule(item, scope.scope, facts)
    kept = deciding_facts(item, outcome, scope, facts)
    if outcome.verdict == "undetermined":
        assert kept == ()
        return
    assert len(set(kept)) == len(kept)
    assert all(facts[name].value is not None for name in kept)
    assert verdict(item, scope, facts, kept) == outcome.verdict
    strange = {test.fact for test in item.tests if isinstance(test, Known)}
    if item.binding.permit is not None:
        # A permission that is not known to be used asks nothing, and is inapplicable.
        strange |= set(facts_asked(item))
    for name in kept:
        without = verdict(item, scope, facts, [other for other in kept if other != name])
        assert without != outcome.verdict, f"{item.id}: {name} can be spared in {kept}"
        if not strange and not any(other.startswith("claims.") for other in kept):
            assert without == "undetermined", f"{item.id}: without {name} it is {without}"


@settings(max_examples=150, deadline=None)
@given(rules(SIMPLE), st.sampled_from(sorted(QUESTIONS)), st.data())
def test_of_any_rule_the_deciding_facts_are_smallest(
    item: Rule, question: str, data: st.DataObject
) -> None:
    check(item, ScopeFacts(QUESTIONS[question], AT), known(data))


@settings(max_examples=150, deadline=None)
@given(rules(SIMPLE + STRANGE), st.sampled_from(sorted(QUESTIONS)), st.data())
def test_also_with_claims_and_tests_of_presence(
    item: Rule, question: str, data: st.DataObject
) -> None:
    check(item, ScopeFacts(QUESTIONS[question], AT), known(data))


@given(st.sets(st.sampled_from("abcdef"), min_size=1), st.permutations("abcdef"))
def test_shrinking_ends_where_nothing_can_be_left_out(needed: set[str], order: list[str]) -> None:
    kept = shrink(order, lambda names: needed <= set(names), again=False)
    assert set(kept) == needed
    assert list(kept) == [name for name in order if name in needed]


def test_shrinking_goes_round_again_where_less_can_be_more() -> None:
    """Left out in one pass, ``a`` holds only without ``b``: one pass would keep it needlessly."""
    allowed = [{"a", "b", "c"}, {"a", "b"}, {"b"}, {"a"}, set()]
    kept = shrink("abc", lambda names: set(names) in allowed, again=True)
    assert kept == ()


def test_an_exception_that_holds_for_want_of_a_claim_needs_no_fact() -> None:
    excused = rule(
        require={"fact": "a", "is": True}, unless={"not": {"fact": "claims.e", "is": True}}
    )
    facts = {"a": Fact(True, "test"), "claims.e": Fact(True, "test")}
    scope = ScopeFacts(QUESTIONS["always"], AT)
    assert deciding_facts(excused, judge_rule(excused, scope.scope, facts), scope, facts) == ()


def test_the_fact_that_the_law_compares_stays_where_either_would_do() -> None:
    either = rule(
        law(5, "m", "<="),
        require={"any": [{"fact": "a", "is": True}, {"fact": "d", "law": {"unit": "m"}}]},
        when={"any": [{"fact": "d", "<=": "9 m"}, {"fact": "a", "is": True}]},
    )
    facts = {"a": Fact(True, ""), "d": Fact(metres(3), "")}
    scope = ScopeFacts(QUESTIONS["always"], AT)
    outcome = judge_rule(either, scope.scope, facts)
    assert deciding_facts(either, outcome, scope, facts) == ("d",)


def test_a_claim_that_is_made_decides_and_one_that_is_not_says_nothing() -> None:
    excused = rule(law(5, "m", "<="), require={"fact": "d", "<=": "2 m"}, unless=STRANGE[0])
    scope = ScopeFacts(QUESTIONS["always"], AT)
    for made, expected in ((True, ("claims.e",)), (False, ("d",))):
        facts = {"d": Fact(metres(3), ""), "claims.e": Fact(made, "")}
        outcome = judge_rule(excused, scope.scope, facts)
        assert deciding_facts(excused, outcome, scope, facts) == expected


@cache
def assessed(name: str) -> Assessment:
    return assess(load_design(DESIGNS[name]), rulebook_for(load_digests()), as_of=AT.as_of)


def grounds(at: Assessment, provision: str) -> ScopeFacts:
    instrument = at.book.instrument_by_id[at.book.by_id[provision].instrument].instrument
    return at.grounds.of(provision, instrument, at.scope(provision))


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_of_every_rule_on_an_example_the_deciding_facts_are_smallest(name: str) -> None:
    at = assessed(name)
    for finding in at.result.findings:
        if finding.rule is None:
            continue
        item = at.judged[finding.rule].rule
        asked = (*facts_asked(item), *FACT_OF.values(), "zone.possible_zones")
        facts = {name: at.situation.facts[name] for name in asked if name in at.situation.facts}
        scope = grounds(at, finding.provision)
        check(item, scope, facts)
        assert set(finding.facts) == set(
            deciding_facts(item, judge_rule(item, scope.scope, facts), scope, facts)
        )


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_of_every_other_provision_the_deciding_facts_are_smallest(name: str) -> None:
    at = assessed(name)
    accountant = Accountant(at.book)
    for finding in at.result.findings:
        if finding.rule is not None or finding.verdict == "undetermined":
            continue
        provision, scope = at.book.by_id[finding.provision], grounds(at, finding.provision)

        def given_only(kept: Collection[str]) -> str:
            binding = scope.binding(kept)  # noqa: B023
            worlds = (True, False) if binding is None else (binding,)
            found = {
                accountant.account(provision, Scope(world, "")).verdict  # noqa: B023
                for world in worlds
            }
            return found.pop() if len(found) == 1 else "undetermined"

        assert given_only(finding.facts) == finding.verdict
        for fact in finding.facts:
            assert given_only(set(finding.facts) - {fact}) == "undetermined"


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_what_binds_rests_on_its_facts_whatever_the_others_are(data: st.DataObject) -> None:
    """Change every circumstance that is not among the facts: the answer must stay."""
    at = assessed(data.draw(st.sampled_from(sorted(DESIGNS))))
    finding = data.draw(st.sampled_from(at.result.findings[::7]))
    scope = grounds(at, finding.provision)
    assume(scope.scope.binding is not None)
    states = st.sampled_from(["FRA", "PRT", "USA", "TUR", "BRA", "NRU", "CHN", "GBR", None])
    zones = st.sampled_from(
        [{"land"}, {"eez", "continental_shelf"}, {"high_seas", "area"}, {"territorial_sea"}]
    ).map(frozenset)
    flags = st.booleans()
    other = {
        "zones": zones, "coastal_state": states, "sponsoring_state": states,
        "operator_state": states.filter(bool), "eu_marine_waters": flags, "us_ocs": flags,
        "us_state_waters": flags, "resource": st.sampled_from(["nodules", "crusts", "sulphides"]),
        "purpose": st.sampled_from(["energy", "military", "tourism", "mineral_exploration"]),
    }  # fmt: skip
    circumstances = at.situation.circumstances
    changed = {
        name: data.draw(choice, label=name)
        for name, choice in other.items()
        if FACT_OF[name] not in scope.facts and getattr(circumstances, name) is not None
    }
    asked = scope._ask(replace(circumstances, **changed))
    assert asked.binding is scope.scope.binding


def test_a_conflict_rests_on_what_makes_both_rules_apply() -> None:
    first = rule(law(5, "m", "<="), zones=["eez"], when={"fact": "a", "is": True})
    second = rule(law(9, "m", ">="), when={"any": [{"fact": "b", "is": True}, SIMPLE[0]]})
    facts = {**SITE, "a": Fact(True, ""), "b": Fact(True, ""), "d": Fact(metres(3), "")}
    always = ScopeFacts(QUESTIONS["always"], AT)
    found = applying_facts([Applying(first, always), Applying(second, always)], facts)
    assert set(found) == {"zone.zones", "a"}
