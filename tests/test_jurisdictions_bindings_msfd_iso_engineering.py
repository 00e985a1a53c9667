"""Bindings of the marine strategy directive, ISO 14001 and the engineering code: complete, true to
their digests, and able to fail."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from base import DesignError
from compliance.evaluate import ZONE_FACT
from compliance.verdicts import judge_rule
from corpus.digests import load_digests
from corpus.editions import edition_at
from corpus.model import LawText
from corpus.readers import official_journal
from corpus.sources import source
from examples import examples
from habitat.design import Design
from habitat.facts import Fact, facts_of
from habitat.load import load_design
from habitat.units import quantity
from jurisdictions.binding import BindingFile, RuleBinding
from jurisdictions.compiler import compile_rulebook, law_numbers
from jurisdictions.graph import attributes_of
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import Rule

MINE = ("msfd", "iso14001", "engineering")


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
    book = compile_rulebook(digests(), bindings())
    return {rule.id: rule for rule in book.rules}


def test_each_file_has_the_rules_it_should() -> None:
    assert len(bindings()["msfd"].rules) >= 16
    assert len(bindings()["iso14001"].rules) >= 14
    assert len(bindings()["engineering"].rules) >= 10


@pytest.mark.parametrize("instrument", MINE)
def test_rules_and_reviews_stand_on_provisions_of_the_digest(instrument: str) -> None:
    known = digests()[instrument].by_id
    file = bindings()[instrument]
    named = [rule.provision for rule in file.rules]
    named += [name for entry in file.reviewed for name in entry.provisions]
    assert [name for name in named if name not in known] == []


@pytest.mark.parametrize("instrument", MINE)
def test_every_provision_has_a_rule_or_a_review_and_not_both(instrument: str) -> None:
    text = digests()[instrument]
    file = bindings()[instrument]
    ruled = {rule.provision for rule in file.rules}
    reviewed = [name for entry in file.reviewed for name in entry.provisions]
    assert len(reviewed) == len(set(reviewed))
    for leaf in text.leaves:
        chain = {leaf.id, *(ancestor.id for ancestor in text.ancestors(leaf.id))}
        assert bool(chain & ruled) != bool(chain & set(reviewed)), leaf.id


def test_a_directive_reaches_a_design_only_through_its_state() -> None:
    assert {(rule.effect, rule.addressee) for rule in bindings()["msfd"].rules} == {
        ("through_state", "state")
    }


def test_iso_is_voluntary_and_never_more_than_an_observation() -> None:
    assert {(rule.effect, rule.severity) for rule in bindings()["iso14001"].rules} == {
        ("voluntary", "observation")
    }


def test_the_engineering_code_binds_the_operator_for_safety() -> None:
    found = {
        (rule.effect, rule.addressee, rule.priority) for rule in bindings()["engineering"].rules
    }
    assert found == {("direct", "operator", "safety")}


def test_every_rule_says_what_to_do_and_what_to_show() -> None:
    assert [rule.id for rule in rules() if not rule.evidence or not rule.remedy] == []


def test_remedies_name_bounds_only_where_a_number_is_compared() -> None:
    for rule in rules():
        if "{bound}" in rule.remedy:
            assert list(law_numbers(rule.require)), rule.id


def test_every_fact_is_a_key_of_the_design_or_derived() -> None:
    keys = set(facts_of(load_design(examples()[0])))
    used = {fact for rule in rules() for part in (rule.when, rule.require, rule.unless, rule.permit)
            for fact in attributes_of(part) if fact != ZONE_FACT}  # fmt: skip
    assert {fact for fact in used - keys if not fact.startswith("derived.")} == set()


@pytest.mark.parametrize(
    ("rule", "value", "unit", "comparator"),
    [
        ("engineering-1-1-collapse", 173.0, "percent", ">="),
        ("engineering-1-2-collapse-floor", 150.0, "percent", ">="),
        ("engineering-1-3-wall-stress", 66.67, "percent", "<="),
        ("engineering-1-4-interframe", 80.0, "percent", "<="),
        ("engineering-1-5-general-buckling", 50.0, "percent", "<="),
        ("engineering-1-6-proof-test", 125.0, "percent", ">="),
        ("engineering-1-8-weld", 102.0, "mm", ">"),
        ("engineering-2-2-flooding", 100.0, "percent", ">="),
        ("engineering-3-1-reserve", 96.0, "hour", ">="),
        ("engineering-3-2-carbon-dioxide", 0.005, "bar", "<="),
        ("engineering-4-1-waste-storage", 100.0, "percent", ">="),
        ("engineering-5-1-decompression-plan", 1.5, "bar", ">"),
        ("engineering-5-2-load-cases", 1.5, "bar", ">"),
    ],
)
def test_bounds_are_read_from_the_words_of_the_code(
    rule: str, value: float, unit: str, comparator: str
) -> None:
    first = compiled()[rule].numbers[0].value
    assert first is not None
    assert (first.value, first.unit, first.comparator) == (value, unit, comparator)


def derived() -> dict[str, Fact]:
    ratios = {
        "hull.collapse_factor": 1.85,
        "hull.stress_utilisation": 0.6,
        "hull.interframe_usage": 0.7,
        "hull.general_buckling_usage": 0.4,
        "waste.capacity_ratio": 1.12,
        "buoyancy.flooding_ratio": 1.4,
    }
    found = {f"derived.{name}": Fact(quantity(value, ""), "derived")
             for name, value in ratios.items()}  # fmt: skip
    found["derived.life_support.reserve"] = Fact(quantity(120, "hour"), "derived")
    found["derived.hull.externally_loaded"] = Fact(True, "derived")
    found["derived.hull.material_accepted"] = Fact(True, "derived")
    return found


@cache
def good() -> dict[str, Fact]:
    (path,) = [path for path in examples() if path.stem == "azores_vent_station"]
    return facts_of(load_design(path)) | derived()


def changed(**facts: Any) -> dict[str, Fact]:
    return good() | {name.replace("__", "."): Fact(value, "test") for name, value in facts.items()}


CYLINDER = {"hull__form": "cylinder"}
THICK = {"hull__thickness": quantity(120, "mm"), "hull__weld_procedure_qualified": True}
AMBIENT = {
    "hull__internal_pressure": quantity(2.6, "bar"),
    "life_support__decompression_plan": True,
    "hull__load_cases_verified": True,
}
FISH = {
    "purpose": "aquaculture",
    "pressures__wild_stocks_protected": True,
    "pressures__seafood_monitored": True,
}
CLAIMED = {"claims__overriding_public_interest": True}
SYSTEM = {"environment__management_system": False}

#: For each rule: facts, beyond the good design, under which it applies; the change that breaks it.
MUTANTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "engineering-1-1-collapse": ({}, {"derived__hull__collapse_factor": quantity(1.72, "")}),
    "engineering-1-2-collapse-floor": ({}, {"derived__hull__collapse_factor": quantity(1.49, "")}),
    "engineering-1-3-wall-stress": ({}, {"derived__hull__stress_utilisation": quantity(0.67, "")}),
    "engineering-1-4-interframe": (
        CYLINDER,
        {"derived__hull__interframe_usage": quantity(0.81, "")},
    ),
    "engineering-1-5-general-buckling": (
        CYLINDER,
        {"derived__hull__general_buckling_usage": quantity(0.51, "")},
    ),
    "engineering-1-6-proof-test": ({}, {"hull__proof_test_factor": quantity(1.2, "")}),
    "engineering-1-7-material": ({}, {"derived__hull__material_accepted": False}),
    "engineering-1-8-weld": (THICK, {"hull__weld_procedure_qualified": False}),
    "engineering-2-1-emergency-buoyancy": ({}, {"buoyancy__emergency": quantity(0, "kN")}),
    "engineering-2-2-flooding": (
        {"buoyancy__floodable_volume": quantity(6, "m**3")},
        {"derived__buoyancy__flooding_ratio": quantity(0.98, "")},
    ),
    "engineering-3-1-reserve": ({}, {"derived__life_support__reserve": quantity(3.9, "day")}),
    "engineering-3-2-carbon-dioxide": ({}, {"life_support__co2_limit": quantity(0.6, "kPa")}),
    "engineering-4-1-waste-storage": ({}, {"derived__waste__capacity_ratio": quantity(0.99, "")}),
    "engineering-5-1-decompression-plan": (AMBIENT, {"life_support__decompression_plan": False}),
    "engineering-5-2-load-cases": (AMBIENT, {"hull__load_cases_verified": False}),
    "iso14001-4-1-context": ({"environment__baseline_study": False}, SYSTEM),
    "iso14001-4-3-scope": ({}, SYSTEM),
    "iso14001-4-4-system": ({}, SYSTEM),
    "iso14001-5-2-policy": ({}, {"management__policy": False}),
    "iso14001-5-3-roles": ({}, SYSTEM),
    "iso14001-6-1-1-emergencies-identified": ({}, {"environment__contingency_plan": False}),
    "iso14001-6-1-2-aspects": (
        {"management__aspects_register": False},
        {"environment__impact_assessment": False},
    ),
    "iso14001-6-1-3-compliance-obligations": ({"management__compliance_register": False}, SYSTEM),
    "iso14001-6-2-1-objectives": ({}, {"management__objectives": False}),
    "iso14001-7-2-competence": ({}, SYSTEM),
    "iso14001-7-5-3-documents": ({}, SYSTEM),
    "iso14001-8-1-operations": ({}, {"end_of_life__removal_plan": False}),
    "iso14001-8-2-emergency-response": ({}, {"environment__contingency_plan": False}),
    "iso14001-9-1-1-monitoring": ({}, {"environment__monitoring_programme": False}),
    "iso14001-9-1-2-compliance-evaluation": ({"management__compliance_evaluated": False}, SYSTEM),
    "iso14001-9-2-1-internal-audit": ({}, {"management__internal_audit": False}),
    "iso14001-9-3-management-review": ({}, {"management__management_review": False}),
    "iso14001-10-2-corrective-action": ({}, SYSTEM),
    "msfd-1-2-b-inputs": ({}, {"environment__contingency_plan": False}),
    "msfd-1-3-ecosystem-approach": ({}, {"environment__impact_assessment": False}),
    "msfd-8-1-a-status": ({}, {"environment__baseline_study": False}),
    "msfd-8-1-b-pressures": ({}, {"environment__impact_assessment": False}),
    "msfd-8-1-b-cumulative": ({}, {"pressures__cumulative_effects_assessed": False}),
    "msfd-9-1-descriptors": ({}, {"environment__baseline_study": False}),
    "msfd-10-1-targets": ({}, {"pressures__targets_addressed": False}),
    "msfd-11-1-monitoring": ({}, {"environment__monitoring_programme": False}),
    "msfd-13-1-measures": ({}, {"pressures__mitigation_measures": False}),
    "msfd-13-4-protected-areas": ({}, {"consents__protected_area": False}),
    "msfd-13-8-beyond-waters": ({}, {"pressures__transboundary_effects_assessed": False}),
    "msfd-14-2-public-interest": (CLAIMED, {"end_of_life__removal_plan": False}),
    "msfd-19-1-participation": ({}, {"management__public_consultation": False}),
    "msfd-d1-biodiversity": ({}, {"environment__baseline_study": False}),
    "msfd-d2-non-indigenous": ({}, {"pressures__non_indigenous_species": True}),
    "msfd-d3-fish-stocks": (FISH, {"pressures__wild_stocks_protected": False}),
    "msfd-d5-eutrophication": (
        {"waste__treatment": "primary"},
        {"waste__sewage_discharge": "untreated"},
    ),
    "msfd-d6-sea-floor": ({}, {"pressures__seabed_disturbance_minimised": False}),
    "msfd-d7-hydrography": ({}, {"pressures__permanent_hydrographical_change": True}),
    "msfd-d8-contaminants": (
        {"pressures__contaminant_effects_excluded": False},
        {"pressures__contaminant_input": True},
    ),
    "msfd-d9-seafood": (FISH, {"pressures__seafood_monitored": False}),
    "msfd-d10-litter": ({}, {"waste__garbage_discharge": "other"}),
    "msfd-d11-noise": ({}, {"pressures__noise_impact_assessed": False}),
    "msfd-annex-vi-remediation": ({}, {"end_of_life__removal_plan": False}),
}

BINDING = Scope(True, "binds")


def verdict(rule: str, facts: dict[str, Fact]) -> str:
    return judge_rule(compiled()[rule], BINDING, facts).verdict


def test_every_rule_has_a_mutant() -> None:
    assert set(MUTANTS) == {rule.id for rule in rules() if rule.require is not None}


@pytest.mark.parametrize("rule", sorted(MUTANTS))
def test_a_good_design_passes_and_its_mutant_fails(rule: str) -> None:
    applies, breaks = MUTANTS[rule]
    question = compiled()[rule].binding.question
    assert verdict(rule, changed(**applies)) == ("open_norm" if question else "satisfied")
    assert verdict(rule, changed(**applies | breaks)) == "violated"


@pytest.mark.parametrize("rule", sorted(MUTANTS))
def test_a_design_that_says_nothing_never_passes_or_fails(rule: str) -> None:
    silent = Design.model_validate(
        {"name": "A", "purpose": "aquaculture", "site": {"latitude": 37.8, "longitude": -31.5}}
    )
    assert verdict(rule, facts_of(silent)) in ("undetermined", "inapplicable")


def test_exactly_at_a_bound_holds_in_any_unit() -> None:
    at_bound = changed(
        derived__hull__collapse_factor=quantity(1.73, ""),
        derived__life_support__reserve=quantity(4, "day"),
        life_support__co2_limit=quantity(500, "Pa"),
        hull__proof_test_factor=quantity(1.25, ""),
        hull__thickness=quantity(0.102, "m"),
    )
    for rule in ("1-1-collapse", "3-1-reserve", "3-2-carbon-dioxide", "1-6-proof-test"):
        assert verdict(f"engineering-{rule}", at_bound) == "satisfied", rule
    assert verdict("engineering-1-8-weld", at_bound) == "inapplicable"


@pytest.mark.parametrize(
    ("factor", "verified", "wanted"),
    [(1.6, True, "satisfied"), (1.6, False, "violated"), (1.4, True, "violated")],
)
def test_direct_verification_saves_a_hull_between_the_two_bounds_only(
    factor: float, verified: bool, wanted: str
) -> None:
    facts = changed(
        derived__hull__collapse_factor=quantity(factor, ""),
        claims__hull_direct_verification=verified,
    )
    assert verdict("engineering-1-1-collapse", facts) == wanted


def test_public_interest_excuses_physical_change_and_not_contaminants() -> None:
    broken = {
        "pressures__seabed_disturbance_minimised": False,
        "pressures__permanent_hydrographical_change": True,
        "pressures__contaminant_input": True,
        "pressures__contaminant_effects_excluded": False,
    }
    facts = changed(**CLAIMED | broken)
    assert verdict("msfd-d6-sea-floor", facts) == "satisfied"
    assert verdict("msfd-d7-hydrography", facts) == "satisfied"
    assert verdict("msfd-d8-contaminants", facts) == "violated"


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@pytest.mark.official
@pytest.mark.parametrize("instrument", MINE)
def test_digests_use_their_own_words(instrument: str, corpora: Path, project: Path) -> None:
    run = 12
    mine = words((project / "corpus" / "digest" / f"{instrument}.md").read_text(encoding="utf-8"))
    own = {tuple(mine[at : at + run]) for at in range(len(mine) - run + 1)}
    assert len(own) > 100
    for path in sorted(corpora.rglob("msfd/**/*")):
        if path.suffix not in (".txt", ".xml"):
            continue
        theirs = words(re.sub(r"<[^>]*>", " ", path.read_text(encoding="utf-8", errors="replace")))
        shared = own & {tuple(theirs[at : at + run]) for at in range(len(theirs) - run + 1)}
        assert shared == set(), path.name


@pytest.mark.official
def test_the_msfd_digest_has_every_leaf_of_the_official_text(corpora: Path) -> None:
    path = corpora / "msfd" / "msfd_2008_56_ec_oj_en.txt"
    instrument = source("msfd").instrument(sha256="", verified=False, text_source="official")
    official = official_journal.read(
        path.read_text(encoding="utf-8"), instrument=instrument, file=path.name
    )

    def leaves(text: LawText) -> set[str]:
        # Recitals bind nobody.
        return {leaf.id for leaf in text.leaves if leaf.kind != "recital"}

    assert leaves(official) == leaves(edition_at(digests()["msfd"], date(2010, 1, 1)))
    assert {rule.provision for rule in bindings()["msfd"].rules} <= set(official.by_id)


def test_examples_load_and_differ_in_place_and_purpose() -> None:
    designs = [load_design(path) for path in examples()]
    assert [path.stem for path in examples()] == [
        "azores_vent_station",
        "ccz_nodule_habitat",
        "florida_reef",
        "us_shelf_energy",
    ]
    assert len({design.purpose for design in designs}) == 4
    assert all(path.read_text(encoding="utf-8").startswith("# ") for path in examples())


def test_a_misspelt_key_of_an_example_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = examples()[0].read_text(encoding="utf-8").replace("biofouling_management", "biofouling")
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(DesignError, match="biofouling"):
        load_design(broken)
