"""Conflicts: found exactly and all of them, resolved by a stated order, whatever the sequence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base import BindingError
from compliance.conflicts import InForce, Limits, Settlement, find_conflicts
from compliance.conflicts.order import Order, StatedRelations
from tests.small_rules import (
    BLOCKS,
    FLAGS,
    RADIUS,
    SITUATION,
    WORD,
    bound,
    judged_at,
    make,
    met_at,
    oracle,
    rule_sets,
)

MANY = settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))


def find(rules: Iterable[InForce], **options: Any) -> Settlement:
    return find_conflicts(list(rules), SITUATION, **{"size": None, **options})


def flag(name: str, place: int, value: bool, **options: Any) -> InForce:
    return make(name, require={"fact": FLAGS[place], "is": value}, **options)


# What is a conflict -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "clashes"),
    [
        (("<=", 500, "m"), (">=", 400, "m"), False),
        (("<=", 500, "m"), ("<=", 400, "m"), False),
        (("<=", 500, "m"), (">=", 0.5, "km"), False),
        (("<=", 500, "m"), (">=", 0.6, "km"), True),
        (("<=", 500, "m"), (">", 0.5, "km"), True),
        (("<", 5, "m"), (">=", 5, "m"), True),
        (("=", 500, "m"), ("=", 1640.419947506562, "feet"), False),
        (("<=", 0, "m"), (">", 0, "m"), True),
    ],
)
def test_two_bounds_conflict_if_no_value_meets_both(
    first: tuple[Any, ...], second: tuple[Any, ...], clashes: bool
) -> None:
    found = find([bound("a", *first), bound("b", *second)]).clashes
    assert [clash.kind for clash in found] == ["bounds"] * clashes


def test_a_range_of_the_law_meets_what_overlaps_it() -> None:
    inside = bound("a", "range", 100, top=200)
    assert not find([inside, bound("b", "<=", 100)]).clashes
    assert find([inside, bound("b", "<", 100)]).clashes


def test_a_length_is_never_negative() -> None:
    assert find([bound("a", "<", 0)]).barred == ("a",)


def test_three_rules_conflict_though_each_two_agree() -> None:
    rules = [
        make("a", when={"fact": FLAGS[0], "is": True}, require={"fact": FLAGS[1], "is": True}),
        make("b", when={"fact": FLAGS[0], "is": True}, require={"fact": FLAGS[1], "is": False}),
        flag("c", 0, True),
    ]
    (clash,) = find(rules).clashes
    assert (clash.kind, clash.rules) == ("joint", ("a", "b", "c"))
    assert clash.facts == FLAGS[::-1]


def test_conditions_that_never_hold_together_make_no_conflict() -> None:
    low = make("a", when={"fact": WORD, "is": "none"}, require={"fact": RADIUS, "<=": "1 m"})
    high = make("b", when={"fact": WORD, "is": "primary"}, require={"fact": RADIUS, ">": "1 m"})
    assert not find([low, high]).clashes


def test_a_fact_that_may_be_left_out_is_a_way_out() -> None:
    when = {"fact": BLOCKS, "known": True}
    few = make("a", when=when, require={"fact": BLOCKS, "<": 2})
    many = make("b", when=when, require={"fact": BLOCKS, ">": 2})
    asked = make("c", require=when)
    assert not find([few, many]).clashes
    assert [clash.rules for clash in find([few, many, asked]).clashes] == [("a", "b", "c")]


def test_whole_numbers_have_no_value_between_neighbours() -> None:
    above = make("a", require={"fact": BLOCKS, ">": 1})
    below = make("b", require={"fact": BLOCKS, "<": 2})
    assert find([above, below]).clashes
    assert not find([above, make("b", require={"fact": BLOCKS, "<": 3})]).clashes


def test_what_the_site_bars_is_no_conflict_of_norms() -> None:
    found = find([make("a", require={"fact": "purpose", "is": "tourism"}), flag("b", 0, True)])
    assert (found.barred, found.clashes) == (("a",), ())


def test_a_rule_whose_number_is_not_read_is_left_out_and_listed() -> None:
    unread = make("a", require={"fact": RADIUS, "law": {"unit": "m"}}, numbers={"m": None})
    found = find([unread, bound("b", "<=", 5)])
    assert not found.clashes
    assert "states no number (m)" in found.left_out["a"]


def test_what_hangs_on_an_unknown_fact_of_the_site_stays_free() -> None:
    lane = {"fact": "site.recognized_sea_lane", "is": True}
    rules = [
        make("a", when=lane, require={"fact": FLAGS[0], "is": True}),
        make("b", when=lane, require={"fact": FLAGS[0], "is": False}),
    ]
    assert not find(rules).clashes
    known = {**SITUATION, "site.recognized_sea_lane": replace(SITUATION["purpose"], value=True)}
    assert find_conflicts(rules, known).clashes


def test_a_claim_not_made_is_no_way_out_but_is_named() -> None:
    excused = flag("a", 0, True, unless={"fact": "claims.peaceful_use", "is": True})
    (clash,) = find([excused, flag("b", 0, False)]).clashes
    assert clash.claims == ("claims.peaceful_use",)
    claims = ("claims.peaceful_use", "claims.seabed_title")
    both = {"all": [{"fact": claim, "is": True} for claim in claims]}
    (clash,) = find([flag("a", 0, True, unless=both), flag("b", 0, False)]).clashes
    assert clash.claims == claims


# What gives way -----------------------------------------------------------------------------------


def test_priority_decides_and_the_losing_duty_is_still_owed() -> None:
    low = bound("a", "<=", 500, priority="commercial")
    (clash,) = find([low, bound("b", ">=", 600, priority="environmental")]).clashes
    assert (clash.winners, clash.overridden, clash.resolution) == (("b",), ("a",), "policy")
    assert clash.still_owed == ("a",)


def test_a_relation_that_the_law_states_goes_before_priority() -> None:
    treaty = bound("b", ">=", 600, priority="environmental", instrument="unclos")
    later = bound("a", "<=", 500, priority="procedural", instrument="part-xi-agreement")
    (clash,) = find([later, treaty]).clashes
    assert (clash.winners, clash.resolution, clash.still_owed) == (("a",), "legal", ())


def test_the_stricter_rule_of_a_class_goes_first_and_never_shares_a_conflict() -> None:
    both = make("a", require={"all": [{"fact": fact, "is": True} for fact in FLAGS]})
    rules = [both, flag("b", 0, True), flag("c", 0, False)]
    order = Order(rules, StatedRelations(), oracle(rules).stricter)
    pairs = [(x, y) for x in "abc" for y in "abc" if order.before(x, y)]
    assert pairs == [("a", "b")]
    assert order.why("a", "b").reason == "the stricter rule of the same class prevails"
    assert [clash.rules for clash in find(rules).clashes] == [("a", "c"), ("b", "c")]


def test_equals_stay_open_with_every_member_named() -> None:
    found = find([bound("a", "<=", 5), bound("b", ">=", 6)])
    assert (found.open, dict(found.defeats)) == ({"a", "b"}, {})
    assert found.clashes[0].resolution == "open"


def test_a_voluntary_standard_displaces_no_law() -> None:
    standard = bound("a", "<=", 5, priority="environmental", effect="voluntary")
    (clash,) = find([standard, bound("b", ">=", 6, priority="procedural")]).clashes
    assert clash.overridden == ("a",)


def test_structural_rules_win_and_leave_their_own_conflicts_open() -> None:
    hull = {"jurisdiction": "ENGINEERING", "instrument": "engineering", "priority": "procedural"}
    low = bound("a", "<=", 500, priority="environmental")
    (clash,) = find([low, bound("b", ">=", 600, **hull)]).clashes
    assert (clash.winners, clash.still_owed) == (("b",), ("a",))
    found = find([bound("b", ">=", 600, **hull), bound("c", "<=", 5, **hull)])
    assert (found.open, dict(found.defeats)) == ({"b", "c"}, {})


def test_a_relation_over_the_engineering_code_is_refused() -> None:
    class Wrong:
        def prevails(self, winner: Any, loser: Any) -> Any:
            stated = StatedRelations().prevails(("", "part-xi-agreement", ""), ("", "unclos", ""))
            return stated if loser[2] == "ENGINEERING" else None

    hull = bound("b", ">=", 600, jurisdiction="ENGINEERING", instrument="engineering")
    with pytest.raises(BindingError, match="over the engineering code"):
        find([bound("a", "<=", 500), hull], relations=Wrong())


def test_relations_in_a_circle_are_refused() -> None:
    class Circle:
        def prevails(self, winner: Any, loser: Any) -> Any:
            return StatedRelations().prevails(("", "part-xi-agreement", ""), ("", "unclos", ""))

    with pytest.raises(BindingError, match="circle"):
        find([bound("a", "<=", 5), bound("b", ">=", 6)], relations=Circle())


def test_a_rule_ranks_with_the_class_it_prevails_over() -> None:
    """A procedural rule over an environmental one by treaty: a safety rule cannot come between."""
    later = bound("a", "<=", 1, priority="procedural", instrument="part-xi-agreement")
    treaty = bound("b", "=", 2, priority="environmental")
    safety = bound("c", ">=", 3, instrument="ocsla", jurisdiction="US_OCSLA")
    found = find([later, treaty, safety])
    assert set(found.defeats) == {"b", "c"}
    assert [found.defeats[name].legal for name in "bc"] == [True, False]


# Permissions --------------------------------------------------------------------------------------


def test_a_permission_that_a_prohibition_leaves_no_room_for() -> None:
    may = make("may", permit={"fact": RADIUS, ">": "0 m"}, instrument="part-xi-agreement")
    ban = make("ban", require={"fact": RADIUS, "=": "0 m"}, priority="environmental")
    found = find([may, ban])
    (clash,) = found.clashes
    assert (clash.kind, clash.permission, clash.rules) == ("deontic", "may", ("ban", "may"))
    assert (clash.resolution, clash.winners, clash.overridden) == ("legal", ("may",), ("ban",))
    assert not found.defeats, "abstaining meets the prohibition: no duty is overridden"


def test_a_permission_may_be_ruled_out_by_duties_together_or_by_none() -> None:
    may = make("may", permit={"fact": RADIUS, ">": "2 m"})
    one = make("a", when={"fact": FLAGS[0], "is": True}, require={"fact": RADIUS, "<=": "1 m"})
    assert not find([may, one]).clashes
    (clash,) = find([may, one, flag("b", 0, True)]).clashes
    assert clash.rules == ("a", "b", "may")
    elsewhere = make("may", zones=["area"], permit={"fact": RADIUS, ">": "2 m"})
    assert not find([elsewhere, one, flag("b", 0, True)]).clashes


# Against brute force ------------------------------------------------------------------------------


@settings(MANY, max_examples=100)
@given(rule_sets(permissions=True))
def test_the_oracle_judges_as_the_audit_does(rules: list[InForce]) -> None:
    assert [met_at(item) for item in rules] == [judged_at(item) for item in rules]


@MANY
@given(rule_sets())
def test_all_minimal_conflicts_are_those_of_brute_force(rules: list[InForce]) -> None:
    truth, found = oracle(rules), find(rules)
    assert found.complete
    assert set(found.barred) == {item.id for item in rules} - set(truth.bits)
    assert sorted(clash.rules for clash in found.clashes) == truth.conflicts()


@MANY
@given(rule_sets(), st.integers(1, 3))
def test_conflicts_up_to_a_size_lack_none_of_that_size(rules: list[InForce], size: int) -> None:
    truth, found = oracle(rules), find(rules, size=size)
    small = [clash.rules for clash in found.clashes if len(clash.rules) <= size]
    assert sorted(small) == truth.conflicts(size)
    whole = find(rules)
    assert (found.open, found.defeats.keys()) == (whole.open, whole.defeats.keys())


@MANY
@given(rule_sets())
def test_kept_open_and_overridden_are_those_of_all_preferred_subtheories(
    rules: list[InForce],
) -> None:
    truth, found = oracle(rules), find(rules)
    able = [item for item in rules if item.id in truth.bits]
    # One group at a time: the order is that of rules tied by shared facts.
    groups = _tied(able)
    lost, undecided = set(), set()
    for group in groups:
        part = oracle(group)
        order = Order(group, StatedRelations(), part.stricter)
        subtheories = part.subtheories(order.before)
        for kept in subtheories:
            assert part.maximal(kept)
        names = {item.id for item in group}
        lost |= names - frozenset().union(*subtheories)
        undecided |= {
            name for name in names if 0 < sum(name in s for s in subtheories) < len(subtheories)
        }
    assert set(found.defeats) == lost
    assert found.open == undecided
    assert truth.consistent(set(truth.bits) - lost - undecided)


@MANY
@given(rule_sets())
def test_every_override_is_justified_and_legal_only_by_the_law(rules: list[InForce]) -> None:
    truth, found = oracle(rules), find(rules)
    by_id = {item.id: item for item in rules}
    stated = StatedRelations()
    kept = set(truth.bits) - set(found.defeats) - found.open
    for name, defeat in found.defeats.items():
        assert by_id[name].jurisdiction != "ENGINEERING"
        assert name not in defeat.winners
        if set(defeat.winners) <= kept:
            assert not truth.consistent({name, *defeat.winners})
        if defeat.legal:
            assert set(defeat.winners) <= kept
            for winner in defeat.winners:
                assert _by_law(by_id[winner], by_id[name], rules, stated)
    for clash in found.clashes:
        lost = [found.defeats[name] for name in clash.rules if name in found.defeats]
        assert clash.overridden == tuple(defeat.rule for defeat in lost)
        assert set(clash.still_owed) == {d.rule for d in lost if not d.legal}


@MANY
@given(rule_sets(), st.randoms(use_true_random=False))
def test_neither_sequence_nor_names_change_anything(rules: list[InForce], random: Any) -> None:
    found = find(rules)
    shuffled = list(rules)
    random.shuffle(shuffled)
    assert find(shuffled) == found
    names = [item.id for item in rules]
    new = dict(zip(names, random.sample([f"z{n}" for n in range(9)], len(names)), strict=True))
    renamed = find(_renamed(item, new) for item in rules)
    assert sorted(sorted(c.rules) for c in renamed.clashes) == sorted(
        sorted(new[name] for name in c.rules) for c in found.clashes
    )
    assert renamed.open == {new[name] for name in found.open}
    assert {n: d.legal for n, d in renamed.defeats.items()} == {
        new[n]: d.legal for n, d in found.defeats.items()
    }


@MANY
@given(rule_sets(permissions=True))
def test_what_rules_out_a_permission_is_what_brute_force_finds(rules: list[InForce]) -> None:
    permission, *duties = rules
    truth = oracle(duties)
    used = oracle([permission]).bits.get(permission.id, 0)
    within = replace(truth, goal=used)
    expected = [c for c in within.conflicts() if truth.consistent(c)] if used else []
    found = find(rules)
    locks = [
        tuple(name for name in clash.rules if name != permission.id)
        for clash in found.clashes
        if clash.kind == "deontic"
    ]
    assert sorted(locks) == expected
    assert found.defeats == find(duties).defeats, "a permission overrides no duty"


@MANY
@given(rule_sets(most=6))
def test_the_order_is_strict_transitive_and_puts_relations_first(rules: list[InForce]) -> None:
    truth = oracle(rules)
    able = [item for item in rules if item.id in truth.bits]
    stated = StatedRelations()
    order = Order(able, stated, truth.stricter)
    names = [item.id for item in able]
    by_id = {item.id: item for item in able}
    before = {(a, b) for a in names for b in names if order.before(a, b)}
    assert not any((b, a) in before for a, b in before)
    assert all((a, d) in before for a, b in before for c, d in before if b == c)
    for a in names:
        for b in names:
            if stated.prevails(by_id[a].standing, by_id[b].standing) and a != b:
                assert (a, b) in before
            if by_id[a].rank < 0 <= by_id[b].rank:
                assert (a, b) in before


def test_little_effort_is_said_to_be_incomplete() -> None:
    rules = [bound(f"a{n}", "<=", n) for n in range(4)]
    rules += [bound(f"b{n}", ">=", 10 + n) for n in range(4)]
    assert len(find(rules).clashes) == 16
    assert not find(rules, limits=Limits(sets=3)).complete
    unproved = find(rules, limits=Limits(choices=1))
    assert (unproved.exact, dict(unproved.defeats)) == (False, {})


def _tied(rules: list[InForce]) -> list[list[InForce]]:
    """Group rules that are tied by facts on which they can be at odds, as the finder does."""
    from compliance.conflicts.encode import met
    from compliance.conflicts.space import build_space
    from compliance.conflicts.witness import components, reduce

    space = build_space([item.rule for item in rules], SITUATION)
    by_id = {item.id: item for item in rules}
    formulas = {item.id: met(item.rule, space) for item in rules}
    groups = components(reduce(formulas, space.domains)[0])
    return [[by_id[name] for name in group] for group in groups]


def _by_law(winner: InForce, loser: InForce, rules: list[InForce], stated: StatedRelations) -> bool:
    """Say whether a chain of relations, each stated by a provision, leads from one to the other."""
    reached, queue = set(), [winner]
    while queue:
        current = queue.pop()
        for other in rules:
            found = stated.prevails(current.standing, other.standing)
            if found is not None and found.provision and other.id not in reached:
                reached.add(other.id)
                queue.append(other)
    return loser.id in reached


def _renamed(item: InForce, names: dict[str, str]) -> InForce:
    binding = item.rule.binding.model_copy(update={"id": names[item.id]})
    return InForce(item.rule.model_copy(update={"binding": binding}), item.jurisdiction)
