"""Repairs of small generated cases against every combination of changes, judged one by one."""

from __future__ import annotations

from functools import cache

import pytest

from compliance.repair import Repair, Wanted, repair
from compliance.repair.problem import WEIGHTS
from jurisdictions.rulebook import Rule
from tests.small_repairs import (
    AS_OF,
    TERMS,
    audited,
    book,
    buildable,
    case,
    cheapest,
    combinations,
    lawful_there,
    shared,
    verdicts_there,
)

CASES = 200
BATCH = 20


@cache
def repaired(seed: int) -> Repair:
    given = case(seed)
    return repair(
        given.design,
        book(),
        given.catalogue,
        TERMS,
        wanted=Wanted(keep=given.keep, alternatives=0),
        shared=shared(),
    )


@pytest.mark.parametrize("first", range(0, CASES, BATCH))
def test_a_repair_is_lawful_and_as_cheap_as_the_best_of_all(first: int) -> None:
    for seed in range(first, first + BATCH):
        cost, _ = cheapest(seed)
        answer = repaired(seed)
        assert answer.cost == cost, seed
        if cost is not None:
            assert answer.audit.verdict != "violated", seed
            assert answer.optimal and answer.bound == cost, seed
            assert audited(answer.design).verdict == answer.audit.verdict, seed
            assert sum(step.cost for step in answer.steps) == cost, seed


def test_the_cases_are_worth_asking() -> None:
    """Most break a rule and can be repaired at a cost; some cannot be."""
    costs = [cheapest(seed)[0] for seed in range(0, CASES, 5)]
    assert sum(1 for cost in costs if cost) >= 20
    assert 2 <= sum(1 for cost in costs if cost is None) <= 15


def _class(rule: Rule) -> str:
    voluntary = rule.binding.effect == "voluntary"
    return "voluntary" if voluntary else rule.binding.priority


def _waived(rules: list[Rule]) -> tuple[int, ...]:
    return tuple(
        sum(WEIGHTS[rule.binding.severity] for rule in rules if _class(rule) == name)
        for name in ("environmental", "safety", "commercial", "procedural", "voluntary")
    )


def test_waivers_are_the_least_by_priority_and_then_the_cheapest() -> None:
    by_id = {rule.id: rule for rule in book().rules}
    seen = 0
    for seed in range(CASES):
        given = case(seed)
        if cheapest(seed)[0] is not None:
            continue
        levers = given.offered.levers
        best: tuple[tuple[int, ...], int] | None = None
        for picks in combinations(levers):
            design = given.designed(picks)
            broken = [name for name, v in verdicts_there(design).items() if v == "violated"]
            if not buildable(given, levers, picks) or any(
                name.startswith("engineering-") for name in broken
            ):
                continue
            found = (_waived([by_id[name] for name in broken]), levers.cost(picks))
            best = found if best is None else min(best, found)
        release = repaired(seed).release
        assert (release is None) == (best is None), seed
        if release is not None:
            waived = _waived([by_id[demand.rule] for demand in release.demands])
            assert (waived, release.cost) == best, seed
            assert release.verdict != "violated", seed
            seen += 1
        if seen == 6:
            return
    assert seen >= 3


def test_what_cannot_be_met_is_minimal_and_no_combination_meets_it() -> None:
    seen = 0
    for seed in range(CASES):
        given = case(seed)
        if cheapest(seed)[0] is not None:
            continue
        levers = given.offered.levers
        # Engineering apart: a clash that needs it names it, and is left out below.
        tables = [
            {name for name, v in verdicts_there(given.designed(picks)).items() if v == "violated"}
            for picks in combinations(levers)
        ]
        for clash in repaired(seed).clashes:
            rules = {demand.rule for demand in clash.demands}
            if clash.others:
                continue
            assert all(rules & broken for broken in tables), seed
            for rule in rules:
                assert not all((rules - {rule}) & broken for broken in tables), (seed, rule)
            seen += 1
        if seen >= 6:
            return
    assert seen >= 3


def test_a_lawful_design_needs_no_change() -> None:
    seed = next(seed for seed in range(CASES) if lawful_there(case(seed).design)[0])
    given, answer = case(seed), repaired(seed)
    assert (answer.steps, answer.cost, answer.optimal, answer.bound) == ((), 0, True, 0)
    assert answer.design == given.design
    assert answer.audit.as_of == AS_OF.isoformat()
