"""The annealed route through conflicts gives the exact one's answers, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks.conflicts import SITUATION as GENERATED
from benchmarks.conflicts import generate
from compliance.conflict_routes import compare_design, compare_rules
from compliance.conflicts import InForce, find_conflicts
from compliance.conflicts.annealed import Comparison, compare
from compliance.conflicts.contest import Contest
from compliance.conflicts.order import Order, StatedRelations
from corpus.digests import load_digests
from examples import examples
from habitat.load import load_design
from jurisdictions.compiler import rulebook_for
from tests.small_rules import FLAGS, RADIUS, SITUATION, bound, make, rule_sets

MSFD: dict[str, Any] = {"jurisdiction": "EU_MSFD", "instrument": "msfd", "provision": "msfd:13.4"}


def routes(*rules: InForce) -> tuple[Comparison, ...]:
    return compare_rules(rules, SITUATION)


def only(*rules: InForce) -> Comparison:
    (found,) = routes(*rules)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rule_sets())
def test_both_routes_agree_on_drawn_rules(rules: list[InForce]) -> None:
    for found in routes(*rules):
        assert found.faults == ()
        assert found.agrees
        assert found.overridden == found.contest.overridden


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("count", [10, 14])
def test_both_routes_agree_on_generated_codes(count: int, seed: int) -> None:
    for found in compare_rules(generate(count, seed), GENERATED):
        assert found.faults == ()
        assert found.overridden == found.contest.overridden
        assert found.open | found.unseen == found.contest.open


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(rule_sets(permissions=True))
def test_permissions_give_way_alike(rules: list[InForce]) -> None:
    for found in routes(*rules):
        assert found.faults == ()


def test_contests_are_what_the_settlement_shows() -> None:
    rules = generate(14, 1)
    found = find_conflicts(rules, GENERATED)
    assert {c for contest in found.contests for c in contest.conflicts} == {
        clash.rules for clash in found.clashes
    }
    assert frozenset().union(*(c.overridden for c in found.contests)) == found.defeats.keys()
    assert frozenset().union(*(c.open for c in found.contests)) == found.open


# The same question --------------------------------------------------------------------------------


def test_a_relation_of_the_law_goes_before_priority_in_both() -> None:
    treaty = bound("b", ">=", 600, priority="environmental", instrument="unclos")
    later = bound("a", "<=", 500, priority="procedural", instrument="part-xi-agreement")
    found = only(later, treaty)
    assert found.agrees
    assert found.overridden == {"b"}


def test_many_of_a_lower_class_do_not_outweigh_one() -> None:
    low = [bound(f"b{n}", "<=", n, priority="procedural") for n in range(1, 5)]
    found = only(bound("a", ">=", 600, priority="environmental"), *low)
    assert found.agrees
    assert found.overridden == {"b1", "b2", "b3", "b4"}


def test_equals_stay_open_and_both_ways_are_seen() -> None:
    found = only(bound("a", "<=", 5), bound("b", ">=", 6))
    assert found.agrees
    assert (found.overridden, found.open) == (frozenset(), frozenset("ab"))


def test_number_does_not_decide_what_order_leaves_open() -> None:
    """One rule against three of its class: weight alone would give up the one."""
    one = make("a", require={"all": [{"fact": f, "is": True} for f in FLAGS]})
    against = [make(f"b{n}", require={"fact": FLAGS[n], "is": False}) for n in range(2)]
    found = only(one, *against)
    assert found.agrees
    assert found.open == found.contest.open


def test_a_permission_that_loses_by_the_law() -> None:
    may = make("may", permit={"fact": RADIUS, ">": "0 m"}, instrument="part-xi-agreement")
    ban = make("ban", require={"fact": RADIUS, "=": "0 m"}, priority="environmental")
    found = only(may, ban)
    assert found.contest.permission == "may"
    assert found.overridden == {"ban"}


# A route that errs is told on ---------------------------------------------------------------------


def contest(**changes: Any) -> Contest:
    rules = [bound("a", "<=", 500, priority="commercial"), bound("b", ">=", 600)]
    (found,) = find_conflicts(rules, SITUATION).contests
    assert found.overridden == {"a"}
    return replace(found, **changes)


def test_a_wrong_override_is_a_fault() -> None:
    found = compare(contest(overridden=frozenset("b"), choices=(frozenset("b"),)))
    assert any("b is overridden, and kept" in fault for fault in found.faults)
    assert any("a is kept, and given up" in fault for fault in found.faults)
    assert any("weighs (0, 1), the least is (1, 0)" in fault for fault in found.faults)


def test_a_choice_that_the_exact_route_lacks_is_a_fault() -> None:
    rules = [bound("a", "<=", 5), bound("b", ">=", 6)]
    (whole,) = find_conflicts(rules, SITUATION).contests
    assert set(whole.choices) == {frozenset("a"), frozenset("b")}
    found = compare(replace(whole, choices=(frozenset("a"),)))
    assert any("the exact route" in f or "the least is" in f for f in found.faults)


def test_a_choice_that_is_too_dear_is_a_fault() -> None:
    both = frozenset("ab")
    found = compare(contest(overridden=both, choices=(both,)))
    assert any("weighs (0, 1), the least is (1, 1)" in fault for fault in found.faults)


def test_a_conflict_that_is_none_is_seen_in_the_design_space() -> None:
    whole = contest()
    met = replace(whole, formulas=dict.fromkeys(whole.formulas, True))
    assert "a is given up in vain with a" in compare(met).faults
    never = replace(whole, formulas=dict.fromkeys(whole.formulas, False))
    assert "no design meets what is kept without a" in compare(never).faults


def test_one_order_for_open_rules_is_unseen_not_a_fault() -> None:
    rules = [bound("a", "<=", 5), bound("b", ">=", 6)]
    (found,) = find_conflicts(rules, SITUATION).contests
    once = compare(found, ways=1, rounds=0)
    assert once.faults == ()
    assert once.unseen == {"a", "b"}
    assert not once.agrees


def test_the_same_seed_gives_the_same_comparison() -> None:
    (found, *_) = find_conflicts(generate(14, 2), GENERATED).contests
    assert compare(found, seed=5) == compare(found, seed=5)


def test_tiers_respect_the_order() -> None:
    rules = generate(14, 1)
    for case in find_conflicts(rules, GENERATED).contests:
        for choice in compare(case).choices:
            for name, above in case.above.items():
                assert all(choice.tier[other] < choice.tier[name] for other in above)


# Real audits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.stem)
def test_designs_at_their_sites_with_contrary_duties(path: Any) -> None:
    law = rulebook_for(load_digests())
    sphere = {"fact": "hull.form", "is": "sphere"}
    extra = (
        bound("msfd-wide", ">=", 600, priority="environmental", when=sphere, **MSFD).rule,
        make("msfd-sphere", priority="environmental", require=sphere, **MSFD).rule,
        bound("unclos-narrow", "<=", 400, provision="unclos:60.5").rule,
        bound("ocsla-wide", ">=", 700, provision="ocsla:1333.a.1", jurisdiction="US_OCSLA",
              instrument="ocsla").rule,
    )  # fmt: skip
    book = law.model_copy(update={"rules": (*law.rules, *extra)})
    design = load_design(path)
    assert all(found.agrees for found in compare_design(design, book, as_of=date(2026, 1, 1)))
    assert compare_design(design, law, as_of=date(2026, 1, 1)) == ()


def test_the_station_has_contests_to_compare() -> None:
    law = rulebook_for(load_digests())
    wide = bound("msfd-wide", ">=", 600, priority="environmental", **MSFD).rule
    book = law.model_copy(update={"rules": (*law.rules, wide)})
    station = load_design(next(p for p in examples() if p.stem == "azores_vent_station"))
    found = compare_design(station, book, as_of=date(2026, 1, 1))
    assert [one.overridden for one in found] == [{"unclos-260-width", "unclos-60-5-width"}]
    assert all(one.agrees for one in found)


def test_order_is_taken_from_the_whole_group() -> None:
    """A rule ranks with what it prevails over, even where that is in no conflict."""
    rules = [bound("a", "<=", 500), bound("b", ">=", 600, priority="environmental")]
    (found,) = find_conflicts(rules, SITUATION).contests
    order = Order(rules, StatedRelations())
    assert found.above == {name: order.above(name) for name in "ab"}
