"""For every executable rule: a design that meets it, and a mutant of that design that fails it.

Both are whole design files that go through loading, zones, derived facts and the full audit; the
mutant differs in what the rule requires and in nothing else.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import islice
from typing import Any

import pytest

from compliance import audit
from corpus.digests import load_digests
from habitat.design import Design
from habitat.load import apply_settings
from jurisdictions.compiler import load_bindings, rulebook_for
from jurisdictions.predicate import InZone
from jurisdictions.rulebook import Rule, RuleBook
from tests.witness import Settings, bare, merge, witnesses

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


def designs(rule: Rule) -> Any:
    """Yield (good, mutant) settings that agree on everything but the requirement."""
    binding = rule.binding
    zone = InZone(zone=binding.zones) if binding.zones else None
    for place in witnesses(zone, True, rule):
        for applies in islice(witnesses(binding.when, True, rule), TRIES):
            scene = SCENES[rule.instrument]
            stage = merge(scene, {**place}) if "site.zone" not in scene else merge(place, scene)
            ground = None if stage is None else merge(stage, applies)
            if ground is None:
                continue
            unexcused = [{}] if binding.unless is None else islice(
                witnesses(binding.unless, False, rule), TRIES
            )
            for excuse in unexcused:
                for good in islice(witnesses(binding.require, True, rule), TRIES):
                    for bad in islice(witnesses(binding.require, False, rule), TRIES):
                        pair = (merge(ground, good), merge(ground, bad))
                        if pair[0] is None or pair[1] is None:
                            continue
                        yield {**excuse, **pair[0]}, {**excuse, **pair[1]}


@pytest.mark.parametrize("rule", executable())
def test_a_design_meets_the_rule_and_its_mutant_fails(rule: str) -> None:
    compiled = next(item for item in book().rules if item.id == rule)
    seen: list[str] = []
    for good, bad in islice(designs(compiled), TRIES):
        found = (verdict(rule, good), verdict(rule, bad))
        if found[0] in ("satisfied", "open_norm") and found[1] == "violated":
            return
        seen.append(f"{found}: good {good} bad {bad}")
    pytest.fail(f"no mutant flips {rule}; tried {len(seen)}: " + " | ".join(seen[:3]))


def test_there_are_rules_for_every_jurisdiction() -> None:
    by_jurisdiction: dict[str, int] = {}
    for rule in book().rules:
        name = book().instrument_by_id[rule.instrument].instrument.jurisdiction
        by_jurisdiction[name] = by_jurisdiction.get(name, 0) + 1
    assert len(executable()) >= 80
    assert set(by_jurisdiction) >= {"UNCLOS", "ISA", "US_OCSLA", "EU_MSFD", "ISO_14001"}
    assert min(by_jurisdiction.values()) >= 10
