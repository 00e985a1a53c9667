"""Conflicts in an audit: what is overridden, what stays owed, and what the reports show of it."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import pytest

from compliance import AuditResult, Finding, audit
from compliance.report.as_json import to_json
from compliance.report.html import to_html
from compliance.report.terminal import print_summary
from compliance.report.words import headline
from corpus.digests import load_digests
from examples import examples
from habitat.load import apply_settings, load_design
from jurisdictions.compiler import rulebook_for
from jurisdictions.rulebook import Rule, RuleBook
from tests.small_rules import bound, make

AS_OF = date(2026, 1, 1)
DESIGNS = {path.stem: path for path in examples()}


@cache
def book() -> RuleBook:
    return rulebook_for(load_digests())


def judged(example: str, *, rules: tuple[Rule, ...] = (), **settings: Any) -> AuditResult:
    """Audit an example with more rules, or other ones of the same id, than the law has."""
    new = {rule.id for rule in rules}
    law = book().model_copy(
        update={"rules": (*(rule for rule in book().rules if rule.id not in new), *rules)}
    )
    design = apply_settings(load_design(DESIGNS[example]), settings)
    return audit(design, law, as_of=AS_OF)


def finding(result: AuditResult, rule: str) -> Finding:
    return next(item for item in result.findings if item.rule == rule)


def edited(rule: str, value: float) -> Rule:
    """A rule of the law with another number, as an edited text would give."""
    (old,) = (item for item in book().rules if item.id == rule)
    return old.model_copy(
        update={
            "numbers": tuple(
                item.model_copy(
                    update={"value": item.value and item.value.model_copy(update={"value": value})}
                )
                for item in old.numbers
            )
        }
    )


def wide(priority: str = "environmental", **content: Any) -> Rule:
    """An invented duty: a wide safety zone, on a provision of the Directive."""
    options = {"priority": priority, "jurisdiction": "EU_MSFD", "instrument": "msfd"}
    return bound("msfd-wide-zone", ">=", 600, provision="msfd:13.4", **options, **content).rule


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_the_law_as_it_is_can_be_met_at_the_example_sites(name: str) -> None:
    assert judged(name).conflicts == ()


def test_a_term_cut_by_the_agreement_overrides_the_regulations_by_law() -> None:
    result = judged("ccz_nodule_habitat", rules=(edited("part-xi-agreement-1-9-term", 10.0),))
    (conflict,) = result.conflicts
    assert (conflict.kind, conflict.facts) == ("bounds", ("contract.term",))
    assert conflict.rules == ("isa-nodules-term", "part-xi-agreement-1-9-term")
    assert (conflict.resolution, conflict.still_owed) == ("legal", ())
    assert finding(result, "isa-nodules-term").verdict == "overridden"
    assert "part-xi-agreement-1-9-term (legal)" in finding(result, "isa-nodules-term").reason
    assert all(quote in text for quote, text in zip(
        conflict.quotes,
        [book().by_id[name].text for name in conflict.provisions], strict=True,
    ))  # fmt: skip


def test_a_policy_override_leaves_the_duty_owed_and_shown_everywhere(capsys: Any) -> None:
    result = judged("azores_vent_station", rules=(wide(),))
    (conflict,) = (item for item in result.conflicts if "unclos-260-width" in item.rules)
    assert (conflict.resolution, conflict.still_owed) == ("policy", ("unclos-260-width",))
    assert conflict.applies is True
    lost = finding(result, "unclos-260-width")
    assert lost.verdict == "overridden"
    assert "still owed" in lost.reason
    assert "alone it would be satisfied" in lost.reason
    assert sum(result.totals.values()) == sum(judged("azores_vent_station").totals.values())
    shown = json.loads(to_json(result))["conflicts"]
    assert len(shown) == len(result.conflicts)
    page = to_html(result)
    print_summary(result)
    printed = " ".join(capsys.readouterr().out.split())
    for text in (page, printed):
        assert "Still owed, since this is a choice of policy: unclos-260-width" in text
        assert "safety zone around research installation within the limit" in text
    assert conflict.quotes[-1] in page


def test_a_rule_that_binds_nowhere_here_conflicts_with_nothing() -> None:
    assert judged("us_shelf_energy", rules=(wide(),)).conflicts == ()


def test_a_design_that_can_choose_otherwise_is_no_conflict() -> None:
    """The wide zone is owed for impulsive noise only: another source meets both rules."""
    loud = wide(when={"fact": "noise.kind", "is": "impulsive"})
    result = judged("azores_vent_station", rules=(loud,), **{"noise.kind": "impulsive"})
    assert result.conflicts == ()
    assert finding(result, "msfd-wide-zone").verdict == "violated"
    assert finding(result, "unclos-260-width").verdict == "satisfied"


def test_only_rules_that_apply_to_the_design_are_overridden() -> None:
    """Two duties of the same width, for either kind of noise, against one limit."""
    loud = {"fact": "noise.kind", "is": "impulsive"}
    rules = (
        wide("procedural", when=loud),
        bound(
            "msfd-wide-zone-too", ">=", 600, provision="msfd:13.4", priority="procedural",
            jurisdiction="EU_MSFD", instrument="msfd", when={"not": loud},
        ).rule,
    )  # fmt: skip
    result = judged("azores_vent_station", rules=rules, **{"noise.kind": "continuous"})
    conflict = next(item for item in result.conflicts if "unclos-260-width" in item.rules)
    assert set(conflict.rules) == {"msfd-wide-zone", "msfd-wide-zone-too", "unclos-260-width"}
    assert (conflict.resolution, conflict.applies) == ("open", False)
    assert finding(result, "msfd-wide-zone").verdict == "inapplicable"


@pytest.mark.parametrize(("rules", "owed"), [((), 0), ((wide(),), 2)])
def test_the_headline_tells_of_duties_that_gave_way_by_policy(
    rules: tuple[Rule, ...], owed: int
) -> None:
    result = judged("azores_vent_station", rules=rules, **{"safety_zone.radius": "600 m"})
    told = f"{owed} provisions set aside by our priorities, still owed"
    assert (told in headline(result)) is bool(owed)


def test_a_permission_against_a_prohibition_overrides_nothing() -> None:
    ban = make(
        "msfd-no-zone",
        require={"fact": "safety_zone.radius", "=": "0 m"},
        priority="environmental",
        jurisdiction="EU_MSFD",
        instrument="msfd",
        provision="msfd:13.4",
    ).rule
    before = judged("azores_vent_station")
    result = judged("azores_vent_station", rules=(ban,))
    found = [item for item in result.conflicts if item.kind == "deontic"]
    assert {item.permission for item in found} == {
        "unclos-60-4-right-to-a-safety-zone",
        "unclos-260-right-to-a-safety-zone",
    }
    for item in found:
        assert (item.resolution, item.winners) == ("policy", ("msfd-no-zone",))
        assert all(item.quotes)
    assert result.totals["overridden"] == before.totals["overridden"] == 0


def test_engineering_rules_are_never_overridden() -> None:
    thin = make(
        "msfd-thin-wall",
        require={"fact": "hull.proof_test_factor", "<": 1},
        priority="environmental",
        jurisdiction="EU_MSFD",
        instrument="msfd",
        provision="msfd:13.4",
    ).rule
    result = judged("azores_vent_station", rules=(thin,))
    (conflict,) = result.conflicts
    assert conflict.winners == ("engineering-1-6-proof-test",)
    assert conflict.still_owed == ("msfd-thin-wall",)
    assert finding(result, "engineering-1-6-proof-test").verdict != "overridden"


def test_an_audit_with_conflicts_is_the_same_twice() -> None:
    rules = (wide(), edited("part-xi-agreement-1-9-term", 10.0))
    texts = {to_json(judged("azores_vent_station", rules=order)) for order in (rules, rules)}
    assert len(texts) == 1
    forward, backward = (judged("azores_vent_station", rules=o) for o in (rules, rules[::-1]))
    assert forward.conflicts == backward.conflicts
