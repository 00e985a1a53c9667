"""A missing fact turns into neither pass nor fail: take facts away and see what verdicts become.

Each example design is complete enough to be judged. Whatever is left out of it, a rule may come to
be undetermined; it may never come to another verdict than the complete design has. Permissions are
apart: they ask nothing, so one that is not known to be used is inapplicable.
"""

from __future__ import annotations

import random
from datetime import date
from functools import cache

import pytest

from compliance.situation import situate
from compliance.verdicts import judge_rule
from corpus.digests import load_digests
from examples import examples
from habitat.derived import derived_facts
from habitat.design import Design
from habitat.facts import facts_of
from habitat.load import apply_settings, load_design
from jurisdictions.compiler import rulebook_for
from jurisdictions.regimes import Scope, instrument_scope, provision_scope
from jurisdictions.rulebook import RuleBook

AS_OF = date(2026, 1, 1)
DESIGNS = {path.stem: path for path in examples()}
KEPT = ("name", "purpose", "site.latitude", "site.longitude")


@cache
def book() -> RuleBook:
    return rulebook_for(load_digests())


@cache
def complete(name: str) -> Design:
    return load_design(DESIGNS[name])


@cache
def scopes(name: str) -> dict[str, Scope]:
    at = situate(complete(name), as_of=AS_OF).circumstances
    found = {}
    for rule in book().rules:
        instrument = book().instrument_by_id[rule.instrument].instrument
        whole = instrument_scope(instrument, at)
        found[rule.id] = provision_scope(rule.binding.provision, instrument, at, whole)
    return found


def verdicts(name: str, design: Design) -> dict[str, str]:
    """Judge every rule at the example's place; what binds there is taken from the example."""
    there = situate(complete(name), as_of=AS_OF).facts
    zones = {key: fact for key, fact in there.items() if key.startswith("zone.")}
    facts = {**facts_of(design), **zones, **derived_facts(design)}
    return {
        rule.id: judge_rule(rule, scopes(name)[rule.id], facts).verdict
        for rule in book().rules
        if rule.binding.permit is None
    }


@cache
def whole(name: str) -> dict[str, str]:
    return verdicts(name, complete(name))


def known(name: str) -> list[str]:
    """The keys that can be left out; a claim left out is known to be not made."""
    return [
        key
        for key, fact in facts_of(complete(name)).items()
        if fact.known and key not in KEPT and not key.startswith("claims.")
    ]


def turned(name: str, dropped: list[str]) -> dict[str, tuple[str, str]]:
    """Rules whose verdict became another one, not undetermined, for want of some facts."""
    partial = apply_settings(complete(name), dict.fromkeys(dropped))
    before = whole(name)
    return {
        rule: (before[rule], verdict)
        for rule, verdict in verdicts(name, partial).items()
        if verdict not in (before[rule], "undetermined") and before[rule] != "undetermined"
    }


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_no_single_missing_fact_decides(name: str) -> None:
    assert {key: found for key in known(name) if (found := turned(name, [key]))} == {}


@pytest.mark.parametrize("name", sorted(DESIGNS))
@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
def test_no_missing_facts_decide_together(name: str, share: float) -> None:
    chance = random.Random(f"{name} {share}")
    for _ in range(4):
        dropped = [key for key in known(name) if chance.random() < share]
        assert turned(name, dropped) == {}, dropped


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_facts_left_out_are_missed(name: str) -> None:
    """The test above would pass on an engine that never judges: this one would not."""
    bare = verdicts(name, apply_settings(complete(name), dict.fromkeys(known(name))))
    settled = [rule for rule, verdict in whole(name).items() if verdict == "satisfied"]
    lost = [rule for rule in settled if bare[rule] == "undetermined"]
    assert len(lost) >= 5
