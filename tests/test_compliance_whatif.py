"""Variants side by side: each is an audit, each change is found once, each cause can be checked."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from base import DesignError, UsageError
from compliance import AuditResult, audit
from compliance.report.as_json import to_json
from compliance.waivers import Waiver
from compliance.whatif import Choice, Comparison, Options, Place, Variant, expand, whatif
from compliance.whatif.cause import Inputs, restoring
from compliance.whatif.compare import compare, differences
from compliance.whatif.comparison import to_json_parts
from compliance.whatif.groups import grouped, shortened
from compliance.whatif.rank import Score, rank, score
from compliance.whatif.run import Auditor, audit_all, exit_status, verdicts_of
from corpus.digests import load_digests
from habitat.design import Design
from habitat.load import apply_settings
from jurisdictions.binding import RuleBinding
from jurisdictions.compiler import rulebook_for
from jurisdictions.readings import with_readings
from jurisdictions.regimes import JURISDICTIONS
from jurisdictions.rulebook import ResolvedNumber, Rule, RuleBook
from tests.small_rules import bound
from tests.test_compliance_audit import book as small_book
from tests.test_compliance_audit import design as small_design

AS_OF = date(2026, 1, 1)


@cache
def book() -> RuleBook:
    return rulebook_for(load_digests())


@cache
def station() -> Design:
    """A research station off the Azores that misses a few things."""
    return Design.model_validate(
        {
            "name": "Station",
            "purpose": "scientific_research",
            "operator_state": "FRA",
            "site": {"latitude": 37.84, "longitude": -31.52, "depth": "850 m"},
            "safety_zone": {"radius": "600 m", "notice_given": True},
            "consents": {"coastal_state": True, "research_request_lead_time": "2 month"},
            "waste": {"sewage_discharge": "untreated", "distance_to_land": "60 nmi"},
            "end_of_life": {"removal_plan": False},
        }
    )


SITES = (
    Place(37.84, -31.52),  # zone of Portugal
    Place(28.17, -89.2),  # shelf of the United States
    Place(10.4, -117.2),  # the Area, a nodule contract
    Place(36.9, -45.2),  # the Area
    Place(24.6, -81.5),  # near Florida
    Place(50.0, -20.5),  # where a shelf may reach
    Place(48.0, 2.0),  # land
    Place(-65.0, -60.0),  # Antarctic Treaty area
)
DATES = (date(1990, 1, 1), date(2005, 1, 1), date(2024, 1, 1))
CHOICES = (
    Choice(only=("UNCLOS", "ENGINEERING")),
    Choice(dropped=("UNCLOS",)),
    Choice(added=("US_OCSLA",)),
    Choice(added=("EU_MSFD", "ISA"), dropped=("ISO_14001",)),
)
CHANGES = (
    ("safety_zone.radius", "500 m"),
    ("consents.research_request_lead_time", "7 month"),
    ("purpose", "military"),
    ("purpose", "mineral_exploration"),
    ("operator_state", "USA"),
    ("waste.sewage_discharge", "null"),
    ("site.zone", "territorial_sea"),
    ("end_of_life.removal_plan", "true"),
)
READINGS = (
    "unclos-60-1-military-free",
    "unclos-60-7-interference",
    "unclos-88-no-military",
    "unclos-194-1-beyond-the-territorial-sea",
    "unclos-248-parties",
)
VARIANTS = st.builds(
    Variant,
    site=st.none() | st.sampled_from(SITES),
    forget_place=st.just(False),
    as_of=st.none() | st.sampled_from(DATES),
    jurisdictions=st.none() | st.sampled_from(CHOICES),
    changes=st.lists(st.sampled_from(CHANGES), max_size=2, unique_by=lambda item: item[0]).map(
        lambda found: tuple(sorted(found))
    ),
    readings=st.lists(st.sampled_from(READINGS), max_size=2, unique=True).map(
        lambda names: tuple(sorted(names))
    ),
)


def plain(variant: Variant) -> AuditResult:
    """Audit a variant by itself, without anything that a comparison shares."""
    choice = variant.jurisdictions or Choice()
    return audit(
        variant.design(station()),
        with_readings(book(), variant.readings),
        as_of=variant.as_of or AS_OF,
        design_hash="abc",
        jurisdictions=choice.wanted(JURISDICTIONS),
        assumed=frozenset(choice.added),
    )


def compared(*variants: Variant) -> Comparison:
    return whatif(station(), book(), variants, as_of=AS_OF, design_hash="abc")


@cache
def auditor() -> Auditor:
    return Auditor(station(), book(), as_of=AS_OF, design_hash="abc")


@settings(max_examples=10, deadline=None)
@given(st.lists(VARIANTS, min_size=1, max_size=3))
def test_a_variant_is_an_audit_byte_for_byte(variants: list[Variant]) -> None:
    results = audit_all(auditor(), [Variant(), *variants])
    for variant, result in zip([Variant(), *variants], results, strict=True):
        assert to_json(result) == to_json(plain(variant))


@settings(max_examples=10, deadline=None)
@given(VARIANTS)
def test_every_verdict_difference_is_told_once_and_its_cause_holds(variant: Variant) -> None:
    pair = (Variant(), variant)
    results = audit_all(auditor(), pair)
    changes = compare(auditor(), pair, results)
    told = Counter((change.provision, change.rule or "") for change in changes)
    assert told == Counter(differences(*results))
    base = verdicts_of(results[0])
    for change in changes:
        place = (change.provision, change.rule or "")
        assert (change.before, change.after) == (base.get(place), verdicts_of(results[1])[place])
        assert change.cause.settings
        assert set(change.cause.settings) <= set(variant.settings)
    for reverted in {change.cause.settings for change in changes}:
        again = verdicts_of(plain(variant.without(reverted)))
        for change in changes:
            if change.cause.settings == reverted:
                place = (change.provision, change.rule or "")
                assert again[place] == change.before, f"{reverted} does not bring {place}"


@settings(max_examples=10, deadline=None)
@given(VARIANTS)
def test_putting_back_the_named_inputs_alone_restores_the_verdict(variant: Variant) -> None:
    before, after = auditor().basis(Variant()), auditor().basis(variant)
    findings = {(f.provision, f.rule): f for f in auditor().result(variant).findings}
    base = verdicts_of(auditor().result(Variant()))
    for place, finding in findings.items():
        old, new = Inputs.of(finding, before), Inputs.of(finding, after)
        if old.verdict() == new.verdict() or new.verdict() != finding.verdict:
            continue
        named = restoring(old, new)
        assert named
        for name in named:
            new = new.with_input(name, old)
        assert new.verdict() == old.verdict() == base[(place[0], place[1] or "")]


CAUSES = [
    (Variant(changes=(("safety_zone.radius", "500 m"),)), "unclos-60-5-width", "violated",
     "satisfied", "safety_zone.radius 600 m → 500 m", "unclos:60.5"),
    (Variant(site=Place(10.4, -117.2)), "unclos-60-5-width", "violated", "inapplicable",
     "the site is now in: area, high seas (before: continental shelf, eez)", "unclos:86"),
    (Variant(as_of=date(1990, 1, 1)), "unclos-60-5-width", "violated", "inapplicable",
     "not in force on 1990-01-01 (in force from 1994-11-16)", "unclos:60.5"),
    (Variant(jurisdictions=Choice(dropped=("UNCLOS",))), "unclos-60-5-width", "violated",
     "inapplicable", "left out of this audit on request", "unclos:60.5"),
    (Variant(readings=("unclos-194-1-beyond-the-territorial-sea",)), "unclos-194-1-means",
     "violated", "open_norm", "reading unclos-194-1-beyond-the-territorial-sea", "unclos:194.1"),
    (Variant(site=Place(28.17, -89.2)), "ocsla-1333-e-army-permit-other", "inapplicable",
     "undetermined", "outer Continental Shelf of the United States", "ocsla:1331.a"),
]  # fmt: skip


@pytest.mark.parametrize(("variant", "rule", "before", "after", "said", "provision"), CAUSES)
def test_a_cause_names_what_differs_and_what_brings_it(
    variant: Variant, rule: str, before: str, after: str, said: str, provision: str
) -> None:
    change = next(item for item in compared(variant).changes if item.rule == rule)
    assert (change.before, change.after) == (before, after)
    assert said in str(change.cause)
    assert change.cause.provision == provision


def test_of_several_settings_only_the_one_that_matters_is_named() -> None:
    variant = Variant(
        as_of=date(2024, 1, 1),
        changes=(("end_of_life.removal_plan", "true"), ("safety_zone.radius", "500 m")),
    )
    change = next(item for item in compared(variant).changes if item.rule == "unclos-60-5-width")
    assert [str(setting) for setting in change.cause.settings] == ["safety_zone.radius = 500 m"]


def test_two_settings_that_each_suffice_are_both_named() -> None:
    """Art. 88 is met by a purpose that is not military or by a peaceful one."""
    changes = (("purpose", "tourism"), ("research.peaceful_purpose", "true"))
    seas = {"site.zone": "high_seas", "purpose": "military", "research.peaceful_purpose": "false"}
    found = whatif(apply_settings(station(), seas), book(), [Variant(changes=changes)], as_of=AS_OF)
    change = next(item for item in found.changes if item.rule == "unclos-88-peaceful")
    assert (change.before, change.after) == ("violated", "satisfied")
    assert [(item.name, item.value) for item in change.cause.settings] == list(changes)
    assert {item.name for item in change.cause.inputs} == {key for key, _ in changes}


def test_a_rule_that_gives_way_names_the_provision_that_prevails() -> None:
    law = small_book()
    width = law.rules[0]
    pointer = width.numbers[0].pointer
    number = width.numbers[0].value
    assert number is not None
    wider = RuleBinding.model_validate(
        {
            "id": "wider", "provision": "unclos:1.5", "title": "a wide berth for whales",
            "class": "environmental", "severity": "major", "addressee": "operator",
            "effect": "direct", "remedy": "widen it", "when": {"fact": "purpose", "is": "energy"},
            "require": width.binding.require,
        }
    )  # fmt: skip
    least = number.model_copy(update={"comparator": ">=", "value": 700.0})
    rule = Rule(
        binding=wider,
        instrument="unclos",
        numbers=(ResolvedNumber(pointer=pointer, value=least),),
    )
    law = RuleBook(key="two", instruments=law.instruments, provisions=law.provisions,
                   rules=(*law.rules, rule), reviewed=law.reviewed)  # fmt: skip
    base = small_design(safety_zone={"radius": "400 m"})
    found = whatif(base, law, [Variant(changes=(("purpose", "energy"),))], as_of=AS_OF)
    change = next(item for item in found.changes if item.rule == "width")
    assert (change.before, change.after) == ("satisfied", "overridden")
    assert change.cause.provision == "unclos:1.5"
    assert [item.kind for item in change.cause.inputs] == ["conflict"]
    assert [str(setting) for setting in change.cause.settings] == ["purpose = energy"]


def test_a_losing_rule_that_no_longer_binds_is_not_laid_to_the_conflict() -> None:
    wider = bound("wider", ">=", 700, priority="environmental", provision="unclos:192").rule
    law = book().model_copy(update={"rules": (*book().rules, wider)})
    variant = Variant(site=Place(10.4, -117.2))
    found = whatif(station(), law, [variant], as_of=AS_OF)
    change = next(item for item in found.changes if item.rule == "unclos-60-5-width")
    assert (change.before, change.after) == ("overridden", "inapplicable")
    assert [item.kind for item in change.cause.inputs] == ["zone"]
    assert change.cause.provision == "unclos:86"


@pytest.mark.parametrize(
    ("variant", "after", "kind", "said"),
    [
        (Variant(changes=(("safety_zone.radius", "500 m"),)), "satisfied", "fact", "600 m → 500 m"),
        (Variant(as_of=date(2027, 1, 1)), "violated", "waiver", "the coast guard (expired)"),
    ],
)
def test_what_ends_a_waived_finding_is_named(
    variant: Variant, after: str, kind: str, said: str
) -> None:
    release = Waiver(
        provision="unclos:60.5", reason="agreed", who="the coast guard", until=date(2026, 6, 1)
    )
    found = whatif(station(), book(), [variant], as_of=AS_OF, waivers=[release])
    change = next(item for item in found.changes if item.rule == "unclos-60-5-width")
    assert (change.before, change.after) == ("waived", after)
    assert [item.kind for item in change.cause.inputs] == [kind]
    assert said in str(change.cause)


def test_a_permission_no_longer_used_names_the_fact() -> None:
    variant = Variant(changes=(("safety_zone.radius", "0 m"),))
    rule = "unclos-260-right-to-a-safety-zone"
    change = next(item for item in compared(variant).changes if item.rule == rule)
    assert (change.before, change.after) == ("satisfied", "inapplicable")
    assert [item.name for item in change.cause.inputs] == ["safety_zone.radius"]


def test_two_hundred_sites_compile_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the rules were compiled again")

    law = small_book()
    for name in ("compile_rulebook", "rulebook_for", "load_bindings"):
        monkeypatch.setattr(f"jurisdictions.compiler.{name}", refuse)
    place = random.Random(7)
    sites = tuple(
        Place(round(place.uniform(-60, 70), 3), round(place.uniform(-180, 180), 3))
        for _ in range(200)
    )
    told: list[None] = []
    found = whatif(
        small_design(), law, expand(Options(sites=sites)), as_of=AS_OF,
        progress=lambda: told.append(None),
    )  # fmt: skip
    assert len(found.results) == 201
    assert len(told) == 201 + 200
    assert [(r.site["latitude"], r.site["longitude"]) for r in found.results[1:]] == [
        (site.latitude, site.longitude) for site in sites
    ]


def test_a_moved_design_keeps_what_it_says_unless_told_to_forget() -> None:
    base = apply_settings(station(), {"site.zone": "eez", "site.coastal_state": "PRT"})
    kept = Variant(site=SITES[1]).design(base)
    assert (kept.site.zone, kept.site.coastal_state) == (None, None), "asserted for the old place"
    assert kept.site.depth == base.site.depth
    assert Variant(site=SITES[1]).carried(base) == ("site.depth", "waste.distance_to_land")
    forgotten = Variant(site=SITES[1], forget_place=True).design(base)
    assert (forgotten.site.depth, forgotten.waste.distance_to_land) == (None, None)
    assert forgotten.waste.sewage_discharge == "untreated"


@pytest.mark.parametrize(
    ("variant", "error"),
    [
        (Variant(changes=(("site.dephth", "3 m"),)), DesignError),
        (Variant(changes=(("site.depth", "3 kg"),)), DesignError),
        (Variant(readings=("no-such-reading",)), UsageError),
    ],
)
def test_settings_that_cannot_be_are_refused_before_any_audit(
    variant: Variant, error: type[Exception]
) -> None:
    told: list[None] = []
    with pytest.raises(error):
        whatif(station(), book(), [Variant(site=SITES[1]), variant], as_of=AS_OF,
               progress=lambda: told.append(None))  # fmt: skip
    assert not told


def test_assuming_a_jurisdiction_makes_it_bind_and_says_so() -> None:
    found = compared(Variant(jurisdictions=Choice(added=("US_OCSLA",)))).results[1]
    status = next(item for item in found.jurisdictions if item.id == "US_OCSLA")
    assert status.binding is True
    assert "assumed to bind" in status.reason
    by_instrument = {
        finding.instrument: finding.reason for finding in found.findings
        if finding.instrument in ("ocsla", "sla") and finding.verdict == "inapplicable"
    }  # fmt: skip
    assert "beyond State waters" in by_instrument["sla"]


def test_a_draft_or_a_text_not_in_force_does_not_bind_on_an_assumption() -> None:
    variant = Variant(as_of=date(1950, 1, 1), jurisdictions=Choice(added=("US_OCSLA",)))
    verdicts = {f.verdict for f in compared(variant).results[1].findings if f.instrument == "ocsla"}
    assert verdicts == {"inapplicable"}


def scored(*counts: int) -> Score:
    return Score(*counts, *([0] * (7 - len(counts))))


def test_scores_compare_the_gravest_first() -> None:
    found = [scored(0, 0, 0, 0, 0, 0, 9), scored(0, 0, 0, 0, 0, 1), scored(0, 0, 0, 0, 1),
               scored(0, 0, 0, 9), scored(0, 0, 1), scored(0, 1), scored(1)]  # fmt: skip
    assert found == sorted(found)


def test_ties_are_kept_and_land_is_no_better_site() -> None:
    dry, wet, other = Variant(site=SITES[6]), Variant(site=SITES[2]), Variant(site=SITES[3])
    results = audit_all(auditor(), [Variant(), dry, wet, wet, other])
    ranking = rank(results)
    assert score(results[1]) < score(results[0])
    assert 1 not in ranking.best
    assert {2, 3} <= set(ranking.best) or not {2, 3} & set(ranking.best)
    assert rank(results[1:2]).best == (0,)


def test_scores_add_up_with_the_totals() -> None:
    for result in audit_all(auditor(), [Variant(site=site) for site in SITES]):
        counted = score(result)
        violated = counted.critical + counted.major + counted.minor + counted.observation
        assert violated + counted.voluntary_gaps == result.totals["violated"]
        assert counted.undetermined == result.totals["undetermined"]
        assert counted.open_norms == result.totals["open_norm"]


def test_the_exit_status_is_the_worst_of_all() -> None:
    results = {
        result.verdict: result
        for result in audit_all(
            Auditor(small_design(), small_book(), as_of=AS_OF),
            [
                Variant(changes=changes)
                for changes in (
                    (("safety_zone.notice_given", "true"), ("safety_zone.radius", "400 m")),
                    (("safety_zone.notice_given", "true"), ("safety_zone.radius", "600 m")),
                    (),
                )
            ],
        )
    }
    lawful, violated, open_ = (results[word] for word in ("lawful", "violated", "undetermined"))
    assert exit_status([lawful]) == 0
    assert exit_status([lawful, open_]) == 3
    assert exit_status([lawful, open_, violated]) == 1


@pytest.mark.parametrize("variants", [(), (Variant(site=SITES[1]), Variant(as_of=DATES[0]))])
def test_the_json_holds_every_audit_and_change(variants: tuple[Variant, ...]) -> None:
    found = compared(*variants)
    data = json.loads("".join(to_json_parts(found)))
    assert [item["index"] for item in data["variants"]] == list(range(len(found.variants)))
    for item, result in zip(data["variants"], found.results, strict=True):
        assert item["audit"] == json.loads(to_json(result))
    assert len(data["changes"]) == len(found.changes)
    for change in data["changes"]:
        assert change["provision"]
        assert change["cause"]["provision"]
        assert change["cause"]["text"]
    brief = json.loads("".join(to_json_parts(found, brief=True)))
    for item in brief["variants"]:
        assert all(finding["verdict"] != "inapplicable" for finding in item["audit"]["findings"])


def test_groups_hold_every_change_and_tell_new_violations_first() -> None:
    found = compared(*(Variant(site=site) for site in SITES))
    groups = grouped(found.changes)
    told = [(group.change.provision, group.change.rule, index)
            for group in groups for index in group.variants]  # fmt: skip
    assert Counter(told) == Counter((c.provision, c.rule, c.variant) for c in found.changes)
    kinds = [group.change.after == "violated" for group in groups]
    assert kinds == sorted(kinds, reverse=True)


@pytest.mark.parametrize(
    ("numbers", "short"), [([], ""), ([4], "4"), ([1, 2], "1, 2"), ([3, 1, 2, 9, 8, 7], "1-3, 7-9")]
)
def test_numbers_are_written_short(numbers: list[int], short: str) -> None:
    assert shortened(numbers) == short
