"""For every executable rule: a design that meets it, and a mutant of that design that fails it.

Both are whole design files that go through loading, zones, derived facts and the full audit; the
mutant differs in what the rule requires and in nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice, product

import pytest

from compliance import audit
from corpus.digests import load_digests
from habitat.design import Design
from habitat.load import apply_settings
from jurisdictions.compiler import load_bindings, rulebook_for
from jurisdictions.predicate import InZone
from jurisdictions.rulebook import Rule, RuleBook
from tests.witness import Settings, bare, merge, settled, witnesses

AS_OF = date(2026, 1, 1)
TRIES = 40

#: Where each instrument binds.
SCENES: dict[str, Settings] = {
    "unclos": {"operator_state": "FRA"},
    "part-xi-agreement": {"operator_state": "FRA", "site.zone": "area"},
    "msfd": {"site.zone": "eez", "site.coastal_state": "PRT"},
    "ocsla": {"site.zone": "eez", "site.coastal_state": "USA"},
    "sla": {"site.zone": "territorial_sea", "site.coastal_state": "USA"},
    "iso14001": {},
    "engineering": {},
    **{
        f"isa-{resource}": {
            "operator_state": "FRA",
            "site.zone": "area",
            "purpose": "mineral_exploration",
            "contract.resource": resource,
        }
        for resource in ("nodules", "sulphides", "crusts")
    },
}


@cache
def book() -> RuleBook:
    return rulebook_for(load_digests())


def executable() -> list[str]:
    return [
        rule.id
        for file in load_bindings().values()
        for rule in file.rules
        if rule.require is not None
    ]


def verdict(rule: str, settings: Settings) -> str:
    design = apply_settings(Design.model_validate(bare()), settings)
    result = audit(design, book(), as_of=AS_OF)
    return next(finding.verdict for finding in result.findings if finding.rule == rule)


def sides(rule: Rule, good: bool) -> Iterator[Settings]:
    """Yield designs to which the rule applies and which meet it, or fail it without excuse."""
    binding = rule.binding
    zone = InZone(zone=binding.zones) if binding.zones else None
    excuses: list[Settings] = [{}]
    if binding.unless is not None and not good:
        excuses = list(islice(witnesses(binding.unless, False, rule), TRIES))
    for place, applies, excuse, required in product(
        islice(witnesses(zone, True, rule), TRIES),
        islice(witnesses(binding.when, True, rule), TRIES),
        excuses,
        list(islice(witnesses(binding.require, good, rule), TRIES)),
    ):
        found: Settings | None = SCENES[rule.instrument]
        for part in (place, applies, excuse, required):
            found = None if found is None else merge(found, part)
        if found is not None:
            yield settled(found)


def pairs(rule: Rule) -> list[tuple[Settings, Settings]]:
    """Good designs with their mutants, those first that differ in the fewest keys."""
    goods = list(islice(sides(rule, True), TRIES))
    bads = list(islice(sides(rule, False), TRIES))
    return sorted(
        product(goods, bads),
        key=lambda pair: len(set(map(repr, pair[0].items())) ^ set(map(repr, pair[1].items()))),
    )


@pytest.mark.parametrize("rule", executable())
def test_a_design_meets_the_rule_and_its_mutant_fails(rule: str) -> None:
    compiled = next(item for item in book().rules if item.id == rule)
    seen: list[str] = []
    for good, bad in islice(pairs(compiled), TRIES):
        found = (verdict(rule, good), verdict(rule, bad))
        if found[0] in ("satisfied", "open_norm") and found[1] == "violated":
            return
        seen.append(f"{found}: good {good} bad {bad}")
    pytest.fail(f"no mutant flips {rule}; tried {len(seen)}: " + " | ".join(seen[:3]))


def permissions() -> list[str]:
    return [
        rule.id
        for file in load_bindings().values()
        for rule in file.rules
        if rule.permit is not None
    ]


@pytest.mark.parametrize("rule", permissions())
def test_a_design_uses_the_permission_and_another_abstains(rule: str) -> None:
    compiled = next(item for item in book().rules if item.id == rule)
    binding = compiled.binding
    # Judged like a requirement that may fail: the witnesses of both sides are the same.
    duty = binding.model_copy(update={"require": binding.permit})
    found = {
        good: {verdict(rule, settings) for settings in islice(sides(compiled.model_copy(
            update={"binding": duty}), good), TRIES)}
        for good in (True, False)
    }  # fmt: skip
    assert "satisfied" in found[True]
    assert found[False] == {"inapplicable"}, "a permission asks nothing"


def test_there_are_rules_for_every_jurisdiction() -> None:
    by_jurisdiction: dict[str, int] = {}
    for rule in book().rules:
        name = book().instrument_by_id[rule.instrument].instrument.jurisdiction
        by_jurisdiction[name] = by_jurisdiction.get(name, 0) + 1
    assert len(executable()) >= 80
    assert set(by_jurisdiction) >= {"UNCLOS", "ISA", "US_OCSLA", "EU_MSFD", "ISO_14001"}
    assert min(by_jurisdiction.values()) >= 10
