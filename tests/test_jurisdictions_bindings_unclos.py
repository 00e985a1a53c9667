"""Bindings of UNCLOS and the 1994 Agreement: complete, true to the texts, and able to fail."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from compliance.evaluate import ZONE_FACT
from compliance.verdicts import judge_rule
from corpus.digests import load_digests
from corpus.digests import read as read_digest
from corpus.model import LawText
from corpus.readers import treaty
from corpus.sources import source
from habitat.design import Design
from habitat.facts import Fact, facts_of
from habitat.units import quantity
from jurisdictions.binding import BindingFile, RuleBinding
from jurisdictions.compiler import compile_rulebook, law_numbers
from jurisdictions.graph import attributes_of
from jurisdictions.predicate import All, Known, Predicate
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import Rule

MINE = ("unclos", "part-xi-agreement")
SITE_FACTS = {"zone.isa_contract_area"}


@cache
def bindings() -> dict[str, BindingFile]:
    folder = files("jurisdictions.bindings")
    return {
        name: BindingFile.model_validate(
            yaml.safe_load(folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
        )
        for name in MINE
    }


@cache
def digests() -> dict[str, LawText]:
    return {name: load_digests()[name] for name in MINE}


def rules() -> list[RuleBinding]:
    return [rule for file in bindings().values() for rule in file.rules]


@cache
def compiled() -> dict[str, Rule]:
    return {rule.id: rule for rule in compile_rulebook(digests(), bindings()).rules}


def containing(text: LawText, provision: str) -> list[str]:
    return [provision, *(ancestor.id for ancestor in text.ancestors(provision))]


def test_articles_on_installations_and_research_all_have_a_rule() -> None:
    wanted = {f"60.{paragraph}" for paragraph in range(1, 9)} | {
        "80", "87", "141", "143", "145", "147.1", "147.2", "153.3", "192", "193", "194", "195",
        "196", "204", "206", "208", "209", "210", "240", "246", "247", "248", "249", "256", "258",
        "259", "260", "261", "262",
    }  # fmt: skip
    bound = {rule.provision.removeprefix("unclos:") for rule in bindings()["unclos"].rules}
    assert {
        path for path in wanted
        if not any(name == path or name.startswith(f"{path}.") for name in bound)
    } == set()  # fmt: skip
    assert sum(rule.require is not None for rule in bindings()["unclos"].rules) >= 36


@pytest.mark.parametrize("instrument", MINE)
def test_rules_stand_on_provisions_of_the_digest(instrument: str) -> None:
    known = digests()[instrument].by_id
    assert [rule.id for rule in bindings()[instrument].rules if rule.provision not in known] == []


@pytest.mark.parametrize("instrument", MINE)
def test_every_leaf_of_the_digest_has_a_rule_or_a_review(instrument: str) -> None:
    text, file = digests()[instrument], bindings()[instrument]
    settled = {rule.provision for rule in file.rules}
    settled |= {name for entry in file.reviewed for name in entry.provisions}
    assert [leaf.id for leaf in text.leaves if not settled & set(containing(text, leaf.id))] == []


@pytest.mark.parametrize("instrument", MINE)
def test_no_provision_is_both_ruled_and_reviewed_or_reviewed_twice(instrument: str) -> None:
    file = bindings()[instrument]
    reviewed = [name for entry in file.reviewed for name in entry.provisions]
    assert len(reviewed) == len(set(reviewed))
    assert {rule.provision for rule in file.rules} & set(reviewed) == set()


@pytest.mark.parametrize("instrument", MINE)
def test_no_rule_stands_inside_the_provision_of_another(instrument: str) -> None:
    text = digests()[instrument]
    bound = {rule.provision for rule in bindings()[instrument].rules}
    assert [name for name in bound if bound & set(containing(text, name)[1:])] == []


def test_only_contractors_and_persons_named_by_the_text_are_bound_directly() -> None:
    direct = {
        rule.provision for rule in bindings()["unclos"].rules
        if rule.effect == "direct"
    }  # fmt: skip
    articles = {name.removeprefix("unclos:").split(".")[0] for name in direct}
    assert articles == {"77", "137", "142", "145", "146", "147", "153", "annex-iii"}
    assert {rule.addressee for rule in bindings()["unclos"].rules if rule.effect == "direct"} == {
        "operator"
    }


def test_mineral_rules_of_the_area_never_reach_research() -> None:
    facts = situated("area", "high_seas", purpose="scientific_research")
    part_xi = [rule for rule in rules() if rule.effect == "direct" and "area" in rule.zones]
    reached = {rule.id for rule in part_xi if verdict(rule.id, facts) != "inapplicable"}
    assert reached == {"unclos-137-1-no-appropriation"}


def test_every_rule_says_what_to_show_and_in_words_that_fill_in() -> None:
    for rule in rules():
        assert rule.evidence, rule.id
        assert ("{bound}" in rule.remedy) == bool(list(law_numbers(rule.require))), rule.id
        assert rule.question is None or rule.question.endswith("?"), rule.id


def test_every_fact_is_a_key_of_the_design_or_of_the_site() -> None:
    used = {fact for rule in rules() for part in (rule.when, rule.require, rule.unless, rule.permit)
            for fact in attributes_of(part) if fact != ZONE_FACT}  # fmt: skip
    assert used - set(facts_of(design("other"))) == SITE_FACTS


@pytest.mark.parametrize(
    ("rule", "value", "unit", "comparator"),
    [
        ("unclos-60-5-width", 500, "m", "<="),
        ("unclos-80-width", 500, "m", "<="),
        ("unclos-247-silence", 4, "month", None),
        ("unclos-248-lead-time", 6, "month", ">="),
        ("unclos-252-silence", 6, "month", None),
        ("unclos-260-width", 500, "m", "<="),
        ("part-xi-agreement-1-9-term", 15, "year", None),
        ("part-xi-agreement-1-9-extension", 5, "year", "<="),
    ],
)
def test_bounds_are_read_from_the_words_of_the_law(
    rule: str, value: float, unit: str, comparator: str | None
) -> None:
    found = compiled()[rule].numbers[0].value
    assert found is not None
    assert (found.value, found.unit) == (value, unit)
    # Where the binding gives the comparator itself, that of the text is not used.
    assert comparator is None or found.comparator == comparator


def design(purpose: str) -> Design:
    return Design.model_validate(
        {"name": "A", "purpose": purpose, "site": {"latitude": 37.8, "longitude": -31.5}}
    )


def situated(*zones: str, purpose: str, **facts: Any) -> dict[str, Any]:
    """A design that says nothing but its purpose, in these zones, with these facts on top."""
    site = {
        "zone.zones": Fact(frozenset(zones), "test"),  # type: ignore[arg-type]
        "zone.isa_contract_area": Fact(None, "test"),
    }
    extra = {name.replace("__", "."): Fact(value, "test") for name, value in facts.items()}
    return facts_of(design(purpose)) | site | extra


EEZ = ("eez", "continental_shelf")
SHELF = ("continental_shelf", "high_seas")
AREA = ("area", "high_seas")
SEA = ("territorial_sea",)
RESEARCH = {"purpose": "scientific_research"}
MINING = {"purpose": "mineral_exploration"}
OTHER = {"purpose": "tourism"}
MILITARY = {"purpose": "military"}
EXPLOITING = {"purpose": "mineral_exploitation"}

#: Facts of a design that meets every rule.
GOOD: dict[str, Any] = {
    "site__recognized_sea_lane": False,
    "site__fishing_intensity": "low",
    "site__vulnerable_ecosystem": "none",
    "safety_zone__radius": quantity(500, "m"),
    "safety_zone__notice_given": True,
    "safety_zone__markings_and_warnings": True,
    "consents__coastal_state": True,
    "consents__research": True,
    "consents__research_request_lead_time": quantity(6, "month"),
    "consents__isa_contract": True,
    "consents__sponsorship": True,
    "consents__contractor_coordination": True,
    "contract__site_in_contract_area": True,
    "contract__undertakings_given": True,
    "contract__term": quantity(15, "year"),
    "contract__extension": quantity(5, "year"),
    "environment__impact_assessment": True,
    "environment__baseline_study": True,
    "environment__monitoring_programme": True,
    "environment__contingency_plan": True,
    "research__peaceful_purpose": True,
    "research__participation_offered": True,
    "research__results_shared": True,
    "research__results_published": True,
    "research__project_described": True,
    "research__resource_evaluation": False,
    "end_of_life__removal_plan": True,
    "conformity__registered": True,
    "pressures__non_indigenous_species": False,
    "waste__sewage_discharge": "none",
    "discharges__dumping": False,
    "discharges__dumping_permit": True,
}
VENT = {"site__vulnerable_ecosystem": "hydrothermal_vent"}
DUMPS = {"discharges__dumping": True}
WIDE = {"safety_zone__radius": quantity(501, "m")}
LANE = {"site__recognized_sea_lane": True}
NO_PLAN = {"end_of_life__removal_plan": False}
NO_STATE = {"consents__coastal_state": False}
NO_SIGNS = {"safety_zone__markings_and_warnings": False}
TITLE = {"claims__seabed_title": True}
OWN_ZONE = {"claims__own_maritime_zone": True}
UNWATCHED = {"environment__monitoring_programme": False}
UNPLANNED = {"environment__contingency_plan": False}
UNASSESSED = {"environment__impact_assessment": False}
UNPUBLISHED = {"research__results_published": False}

#: For each rule: zones and facts under which it applies, and the change that breaks it.
MUTANTS: dict[str, tuple[tuple[str, ...], dict[str, Any], dict[str, Any]]] = {
    "unclos-2-consent": (SEA, OTHER, NO_STATE),
    "unclos-60-1-authorisation": (EEZ, OTHER, NO_STATE),
    "unclos-60-2-jurisdiction": (EEZ, OTHER, {"claims__exempt_from_coastal_jurisdiction": True}),
    "unclos-60-3-notice": (EEZ, OTHER, {"safety_zone__notice_given": False}),
    "unclos-60-3-warning": (EEZ, OTHER, NO_SIGNS),
    "unclos-60-3-removal": (EEZ, OTHER, NO_PLAN),
    "unclos-60-5-width": (EEZ, OTHER, WIDE),
    "unclos-60-5-notice": (EEZ, OTHER, {"safety_zone__notice_given": False}),
    "unclos-60-7-sea-lanes": (EEZ, OTHER, LANE),
    "unclos-60-8-no-island": (EEZ, OTHER, OWN_ZONE),
    "unclos-77-2-consent": (EEZ, MINING, NO_STATE),
    "unclos-80-authorisation": (SHELF, OTHER, NO_STATE),
    "unclos-80-width": (SHELF, OTHER, WIDE),
    "unclos-80-warning": (SHELF, OTHER, NO_SIGNS),
    "unclos-80-removal": (SHELF, OTHER, NO_PLAN),
    "unclos-80-sea-lanes": (SHELF, OTHER, LANE),
    "unclos-87-1-shelf": (SHELF, OTHER, NO_STATE),
    "unclos-88-peaceful": (
        AREA, MILITARY, {"research__peaceful_purpose": False},
    ),
    "unclos-89-no-sovereignty": (AREA, OTHER, TITLE),
    "unclos-137-1-no-appropriation": (AREA, OTHER, TITLE),
    "unclos-137-3-minerals": (
        AREA, {"purpose": "mineral_exploitation"}, {"consents__isa_contract": False},
    ),
    "unclos-139-1-sponsor": (AREA, MINING, {"consents__sponsorship": False}),
    "unclos-141-peaceful": (
        AREA, MILITARY, {"research__peaceful_purpose": False},
    ),
    "unclos-143-1-purpose": (AREA, RESEARCH, {"research__peaceful_purpose": False}),
    "unclos-143-3-dissemination": (AREA, RESEARCH, UNPUBLISHED),
    "unclos-145-protection": (AREA, MINING, UNASSESSED),
    "unclos-147-2-a-part-xi": (AREA, MINING, {"consents__isa_contract": False}),
    "unclos-147-2-a-notice": (AREA, MINING, NO_SIGNS),
    "unclos-147-2-b-sea-lanes": (AREA, MINING, LANE),
    "unclos-147-2-b-fishing": (AREA, MINING, {"site__fishing_intensity": "intense"}),
    "unclos-147-2-c-zone": (AREA, MINING, {"safety_zone__radius": quantity(0, "m")}),
    "unclos-147-2-e-no-island": (AREA, MINING, OWN_ZONE),
    "unclos-147-3-contract-area": (
        AREA,
        {**RESEARCH, "zone__isa_contract_area": "a contract"},
        {"consents__contractor_coordination": False},
    ),
    "unclos-153-3-contract": (AREA, MINING, {"consents__isa_contract": False}),
    "unclos-194-1-means": (EEZ, OTHER, {"waste__sewage_discharge": "untreated"}),
    "unclos-194-3-c-emergencies": (AREA, MINING, UNPLANNED),
    "unclos-194-3-d-emergencies": (EEZ, OTHER, UNPLANNED),
    "unclos-194-5-fragile": (EEZ, {**RESEARCH, **VENT}, UNWATCHED),
    "unclos-196-1-species": (EEZ, OTHER, {"pressures__non_indigenous_species": True}),
    "unclos-204-1-methods": (EEZ, OTHER, UNWATCHED),
    "unclos-204-2-surveillance": (EEZ, OTHER, UNWATCHED),
    "unclos-206-assessment": (EEZ, {**RESEARCH, **VENT}, UNASSESSED),
    "unclos-209-2-registry": (
        AREA, MINING, {"conformity__registered": False, "consents__sponsorship": False},
    ),
    "unclos-210-3-permission": (
        AREA, {**OTHER, **DUMPS}, {"discharges__dumping_permit": False},
    ),
    "unclos-210-5-approval": (EEZ, {**OTHER, **DUMPS}, {"discharges__dumping_permit": False}),
    "unclos-240-a-peaceful": (EEZ, RESEARCH, {"research__peaceful_purpose": False}),
    "unclos-240-c-interference": (EEZ, RESEARCH, LANE),
    "unclos-241-no-claim": (AREA, RESEARCH, TITLE),
    "unclos-244-1-publication": (AREA, RESEARCH, UNPUBLISHED),
    "unclos-245-consent": (SEA, RESEARCH, {"consents__research": False}),
    "unclos-246-2-consent": (EEZ, RESEARCH, {"consents__research": False}),
    "unclos-247-silence": (
        EEZ,
        {**RESEARCH, "claims__authorised_through_organization": True},
        {"consents__research_request_lead_time": quantity(3.9, "month")},
    ),
    "unclos-248-lead-time": (
        EEZ, RESEARCH, {"consents__research_request_lead_time": quantity(5.9, "month")},
    ),
    "unclos-248-description": (EEZ, RESEARCH, {"research__project_described": False}),
    "unclos-249-1-a-participation": (EEZ, RESEARCH, {"research__participation_offered": False}),
    "unclos-249-1-b-reports": (EEZ, RESEARCH, {"research__results_shared": False}),
    "unclos-249-1-c-data": (EEZ, RESEARCH, {"research__results_shared": False}),
    "unclos-249-1-e-publication": (EEZ, RESEARCH, UNPUBLISHED),
    "unclos-249-1-g-removal": (EEZ, RESEARCH, NO_PLAN),
    "unclos-252-silence": (
        EEZ,
        {**RESEARCH, "claims__implied_consent": True},
        {"consents__research_request_lead_time": quantity(5.9, "month")},
    ),
    "unclos-256-no-prospecting": (AREA, RESEARCH, {"research__resource_evaluation": True}),
    "unclos-258-conditions": (EEZ, RESEARCH, {"consents__research": False}),
    "unclos-259-no-island": (AREA, RESEARCH, OWN_ZONE),
    "unclos-260-width": (AREA, RESEARCH, WIDE),
    "unclos-261-routes": (AREA, RESEARCH, LANE),
    "unclos-262-marks": (AREA, RESEARCH, {"conformity__registered": False}),
    "unclos-262-signals": (AREA, RESEARCH, NO_SIGNS),
    "unclos-annex-iii-3-3-area": (AREA, MINING, {"contract__site_in_contract_area": False}),
    "unclos-annex-iii-4-3-sponsor": (
        AREA, MINING, {"consents__sponsorship": False},
    ),
    "unclos-annex-iii-4-6-undertakings": (AREA, MINING, {"contract__undertakings_given": False}),
    "part-xi-agreement-1-7-assessment": (AREA, MINING, {"environment__baseline_study": False}),
    "part-xi-agreement-1-9-term": (AREA, MINING, {"contract__term": quantity(16, "year")}),
    "part-xi-agreement-1-9-extension": (
        AREA, MINING, {"contract__extension": quantity(61, "month")},
    ),
}  # fmt: skip

BINDING = Scope(True, "binds")


def verdict(rule: str, facts: dict[str, Any]) -> str:
    return judge_rule(compiled()[rule], BINDING, facts).verdict


def test_every_rule_has_a_mutant() -> None:
    assert set(MUTANTS) == {rule.id for rule in rules() if rule.require is not None}


@pytest.mark.parametrize("rule", sorted(MUTANTS))
def test_a_good_design_passes_and_its_mutant_fails(rule: str) -> None:
    zones, applies, breaks = MUTANTS[rule]
    passing = "open_norm" if compiled()[rule].binding.question else "satisfied"
    assert verdict(rule, situated(*zones, **{**GOOD, **applies})) == passing
    assert verdict(rule, situated(*zones, **{**GOOD, **applies, **breaks})) == "violated"


@pytest.mark.parametrize("rule", sorted(MUTANTS))
def test_missing_facts_turn_into_neither_pass_nor_fail(rule: str) -> None:
    zones, applies, breaks = MUTANTS[rule]
    broken = {name.replace("__", ".") for name in breaks}
    found = verdict(rule, situated(*zones, **applies))
    if broken & only_if_given(compiled()[rule].binding.when):
        assert found == "inapplicable"
    elif all(name.startswith("claims.") or name == "purpose" for name in broken):
        assert found == "satisfied"  # a claim that is not made is known to be not made
    else:
        assert found == "undetermined"


def only_if_given(when: Predicate | None) -> set[str]:
    """Facts whose presence decides whether a rule applies at all."""
    match when:
        case All(all=parts):
            return {fact for part in parts for fact in only_if_given(part)}
        case Known(fact=fact, known=True):
            return {fact}
    return set()


@pytest.mark.parametrize(
    "rule", [rule.id for rule in rules() if rule.require is None and rule.permit is None]
)
def test_a_question_without_a_floor_stays_a_question(rule: str) -> None:
    zones = compiled()[rule].binding.zones or EEZ
    verdicts = {
        verdict(rule, situated(*zones, **{**GOOD, **purpose}))
        for purpose in (RESEARCH, MINING, EXPLOITING, OTHER, {**MILITARY, **NO_STATE})
    }
    assert verdicts <= {"open_norm", "inapplicable"}
    assert "open_norm" in verdicts


@pytest.mark.parametrize(
    ("rule", "claim"),
    [
        ("unclos-60-5-width", "safety_zone_exception_authorised"),
        ("unclos-80-width", "safety_zone_exception_authorised"),
        ("unclos-88-peaceful", "peaceful_use"),
        ("unclos-141-peaceful", "peaceful_use"),
        ("unclos-139-1-sponsor", "contractor_is_state"),
        ("unclos-annex-iii-4-3-sponsor", "contractor_is_state"),
        ("unclos-245-consent", "research_by_coastal_state"),
        ("unclos-258-conditions", "research_by_coastal_state"),
        ("unclos-258-conditions", "implied_consent"),
        ("unclos-246-2-consent", "implied_consent"),
        ("unclos-246-2-consent", "authorised_through_organization"),
        ("unclos-246-2-consent", "research_by_coastal_state"),
        ("unclos-248-lead-time", "research_by_coastal_state"),
        ("unclos-249-1-e-publication", "publication_restricted_by_coastal_state"),
        ("unclos-249-1-g-removal", "removal_otherwise_agreed"),
    ],
)
def test_an_exception_of_the_law_excuses_once_it_is_claimed(rule: str, claim: str) -> None:
    zones, applies, breaks = MUTANTS[rule]
    facts = situated(*zones, **{**GOOD, **applies, **breaks}, **{f"claims__{claim}": True})
    assert verdict(rule, facts) == "satisfied"


def test_silence_implies_no_consent_in_the_territorial_sea() -> None:
    facts = situated(*SEA, **{**GOOD, **RESEARCH, "consents__research": False},
                     claims__implied_consent=True)  # fmt: skip
    assert verdict("unclos-258-conditions", facts) == "violated"


def test_an_unauthorised_military_installation_is_a_question_not_a_violation() -> None:
    for zones, article in ((EEZ, "60-1"), (SHELF, "80")):
        facts = situated(*zones, **{**GOOD, **MILITARY, **NO_STATE})
        assert verdict(f"unclos-{article}-authorisation", facts) == "inapplicable"
        assert verdict(f"unclos-{article}-military", facts) == "open_norm"


def test_a_known_contract_area_helps_only_a_contractor() -> None:
    known = {"zone__isa_contract_area": "a contract", "contract__site_in_contract_area": None}
    for contract, expected in ((True, "satisfied"), (False, "undetermined")):
        facts = situated(*AREA, **{**GOOD, **MINING, **known, "consents__isa_contract": contract})
        assert verdict("unclos-annex-iii-3-3-area", facts) == expected


def test_a_research_zone_has_no_exception_of_its_own() -> None:
    facts = situated(*EEZ, **{**GOOD, **RESEARCH, **WIDE},
                     claims__safety_zone_exception_authorised=True)  # fmt: skip
    assert verdict("unclos-60-5-width", facts) == "satisfied"
    assert verdict("unclos-260-width", facts) == "violated"


@pytest.mark.parametrize("radius", [(500, "m"), (0.5, "km"), (500 / 1852, "nmi")])
def test_exactly_five_hundred_metres_is_allowed_in_any_unit(radius: tuple[float, str]) -> None:
    facts = situated(*EEZ, **{**GOOD, **OTHER, "safety_zone__radius": quantity(*radius)})
    assert verdict("unclos-60-5-width", facts) == "satisfied"


def test_another_number_in_the_law_changes_the_verdict(project: Path) -> None:
    path = project / "corpus" / "digest" / "unclos.md"
    front, _, law = path.read_text(encoding="utf-8").rpartition("60.5 ")
    edited = f"{front}60.5 {law.replace('500 metres', '400 metres', 1)}"
    text = read_digest(edited, file="unclos.md")
    kept = tuple(item for item in text.provisions if item.id in {"unclos:60", "unclos:60.5"})
    (rule,) = [rule for rule in rules() if rule.id == "unclos-60-5-width"]
    book = compile_rulebook(
        {"unclos": LawText(text.instrument, text.file, text.source, kept)},
        {"unclos": BindingFile(instrument="unclos", rules=(rule,))},
    )
    facts = situated(*EEZ, **{**GOOD, **OTHER, "safety_zone__radius": quantity(450, "m")})
    assert judge_rule(book.rules[0], BINDING, facts).verdict == "violated"
    assert verdict("unclos-60-5-width", facts) == "satisfied"


def test_the_shelf_rules_step_back_where_the_zone_covers_the_shelf() -> None:
    facts = situated(*EEZ, **{**GOOD, **OTHER, **WIDE})
    assert verdict("unclos-80-width", facts) == "inapplicable"
    assert verdict("unclos-60-5-width", facts) == "violated"


def official(name: str, corpora: Path) -> LawText:
    path = (
        corpora
        / {
            "unclos": "unclos/unclos_1982_full_en.md",
            "part-xi-agreement": "isa/part_xi_agreement_1994_bwb_en.md",
        }[name]
    )
    instrument = source(name).instrument(sha256="", verified=False, text_source="official")
    return treaty.read(path.read_text(encoding="utf-8"), instrument=instrument, file=path.name)


@pytest.mark.official
def test_the_digest_has_all_paragraphs_of_the_articles_that_it_restates(corpora: Path) -> None:
    text, digest = official("unclos", corpora), digests()["unclos"]

    def article(provision: str) -> str:
        path = provision.removeprefix("unclos:").split(".")
        return ".".join(path[:2] if path[0].startswith("annex") else path[:1])

    restated = {article(leaf.id) for leaf in digest.leaves}
    assert len(restated) > 100
    assert {leaf.id for leaf in digest.leaves} == {
        leaf.id for leaf in text.leaves if article(leaf.id) in restated
    }
    for provision in digest.provisions:
        assert provision.citation == text.by_id[provision.id].citation


@pytest.mark.official
@pytest.mark.parametrize("instrument", MINE)
def test_every_leaf_of_the_official_text_has_a_rule_or_a_review(
    instrument: str, corpora: Path
) -> None:
    text, file = official(instrument, corpora), bindings()[instrument]
    ruled = {rule.provision for rule in file.rules}
    reviewed = {name for entry in file.reviewed for name in entry.provisions}
    assert (ruled | reviewed) <= set(text.by_id)
    settled = ruled | reviewed
    assert [leaf.id for leaf in text.leaves if not settled & set(containing(text, leaf.id))] == []


@pytest.mark.official
def test_official_words_and_ours_give_the_rules_the_same_numbers(corpora: Path) -> None:
    numbered = {rule.provision for rule in rules() if list(law_numbers(rule.require))}
    numbered.add("unclos:60.5")
    texts = {}
    for name in MINE:
        text = official(name, corpora)
        kept = {ancestor for provision in numbered if provision in text.by_id
                for ancestor in containing(text, provision)}  # fmt: skip
        texts[name] = LawText(
            text.instrument,
            text.file,
            text.source,
            tuple(provision for provision in text.provisions if provision.id in kept),
        )
    files_of = {
        name: BindingFile(
            instrument=name,
            rules=tuple(rule for rule in file.rules if list(law_numbers(rule.require))),
        )
        for name, file in bindings().items()
    }
    theirs = {rule.id: rule for rule in compile_rulebook(texts, files_of).rules}
    assert len(theirs) == 8
    for name, rule in theirs.items():
        mine = compiled()[name].numbers[0].value
        found = rule.numbers[0].value
        assert mine is not None and found is not None, name
        assert (found.value, found.unit, found.comparator) == (
            mine.value, mine.unit, mine.comparator
        ), name  # fmt: skip


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


@pytest.mark.official
@pytest.mark.parametrize("instrument", MINE)
def test_digests_use_their_own_words(instrument: str, corpora: Path, project: Path) -> None:
    run = 12
    mine = words((project / "corpus" / "digest" / f"{instrument}.md").read_text(encoding="utf-8"))
    own = {tuple(mine[at : at + run]) for at in range(len(mine) - run + 1)}
    assert len(own) > 500
    for path in [*sorted(corpora.glob("unclos/*")), *sorted(corpora.glob("isa/part_xi*"))]:
        theirs = words(path.read_text(encoding="utf-8"))
        assert own & {tuple(theirs[at : at + run]) for at in range(len(theirs) - run + 1)} == set()
