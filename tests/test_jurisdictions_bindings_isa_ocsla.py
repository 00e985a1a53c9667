"""Bindings of the ISA exploration sets, OCSLA and the Submerged Lands Act.

Each rule is driven by designs that are derived from its own predicates: one that meets it, one
that breaks it, one that is silent, one that claims its exception and one that it does not concern.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from compliance.verdicts import judge_rule
from corpus.digests import load_digests
from corpus.digests import read as read_digest
from corpus.model import LawText, Provision
from corpus.readers import isa, uscode_text
from corpus.sources import source
from habitat.design import Design
from habitat.facts import Fact, facts_of
from jurisdictions.binding import BindingFile, RuleBinding
from jurisdictions.compiler import compile_rulebook, law_numbers
from jurisdictions.predicate import (
    All,
    Any_,
    ByLaw,
    Compare,
    In,
    InZone,
    Is,
    Known,
    LawBound,
    LawNumber,
    Not,
    Order,
    Predicate,
)
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import LawValue, Rule

ISA = ("isa-nodules", "isa-sulphides", "isa-crusts")
MINE = (*ISA, "ocsla", "sla")
OFFICIAL = {
    "isa-nodules": "isa/isba_19_c_17_nodules_exploration_2013.txt",
    "isa-sulphides": "isa/isba_16_a_12_rev1_sulphides_exploration_2010.txt",
    "isa-crusts": "isa/isba_18_a_11_crusts_exploration_2012.txt",
    "ocsla": "ocsla/ocsla_43usc_ch29_s1301-1356c.txt",
    "sla": "ocsla/ocsla_43usc_ch29_s1301-1356c.txt",
}
SECTIONS = {"ocsla": ("1331", "1356c"), "sla": ("1301", "1315")}
BINDING = Scope(True, "for this test")

#: How a number of the law is written in a design file.
WRITTEN = {
    "km2": "{} km2", "km": "{} km", "acre": "{} acre", "percent": "{} %", "day": "{} day",
    "month": "{} month", "year": "{} year",
}  # fmt: skip
#: Another word for facts that are one of some words.
OTHER_WORDS = {
    "purpose": ("tourism", "energy", "mineral_exploration"),
    "contract.resource": ("oil_gas", "sulphur"),
    "site.vulnerable_ecosystem": ("none",),
    "site.fishing_intensity": ("intense",),
}


@cache
def bindings() -> dict[str, BindingFile]:
    folder = files("jurisdictions.bindings")
    return {
        name: BindingFile.model_validate(
            yaml.safe_load(folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))
        )
        for name in MINE
    }


def rules(*instruments: str) -> list[RuleBinding]:
    return [rule for name in instruments or MINE for rule in bindings()[name].rules]


def pointers(rule: RuleBinding) -> list[LawNumber]:
    parts = (rule.when, rule.require, rule.unless, rule.permit)
    return [number for part in parts for number in law_numbers(part)]


def official(name: str, corpora: Path) -> LawText:
    text = (corpora / OFFICIAL[name]).read_text(encoding="utf-8")
    instrument = source(name).instrument(sha256="", verified=False)
    if name in SECTIONS:
        return uscode_text.read(
            text, instrument=instrument, file=OFFICIAL[name], sections=SECTIONS[name]
        )
    return isa.read(text, instrument=instrument, file=OFFICIAL[name])


def compile_numbers(texts: dict[str, LawText]) -> dict[str, Rule]:
    """Compile the rules that read numbers; only the provisions that they read are analysed."""
    slim: dict[str, LawText] = {}
    kept: dict[str, BindingFile] = {}
    for name, text in texts.items():
        numeric = tuple(rule for rule in bindings()[name].rules if pointers(rule))
        read = {rule.provision for rule in numeric}
        read |= {
            number.provision
            for rule in numeric
            for number in pointers(rule)
            if number.provision is not None
        }
        slim[name] = replace(text, provisions=tuple(within(text, read)))
        kept[name] = BindingFile(instrument=name, rules=numeric)
    return {rule.id: rule for rule in compile_rulebook(slim, kept).rules}


def within(text: LawText, wanted: set[str]) -> Iterator[Provision]:
    """Yield the wanted provisions with what they contain and what contains them."""
    kept: set[str] = set()
    for provision in text.provisions:
        chain = {provision.id, *(ancestor.id for ancestor in text.ancestors(provision.id))}
        if chain & wanted:
            kept |= chain
    yield from (provision for provision in text.provisions if provision.id in kept)


@cache
def compiled() -> dict[str, Rule]:
    numeric = compile_numbers({name: load_digests()[name] for name in MINE})
    return {
        rule.id: numeric.get(rule.id) or Rule(binding=rule, instrument=name)
        for name in MINE
        for rule in bindings()[name].rules
    }


def beside(number: LawValue, order: Order, met: bool) -> str | int:
    """Write an amount at the bound, or a tenth of it on the wrong side."""
    strict = 0.001 if order in ("<", ">") else 0.0
    sign = 1 if order in (">", ">=") else -1
    amount = number.value * (1 + sign * strict) if met else number.value * (1 - sign * 0.1)
    if number.unit in WRITTEN:
        return WRITTEN[number.unit].format(amount)
    return round(amount)


def count_beside(number: LawValue, order: Order, met: bool) -> int:
    """Write a whole number at, above or below the bound: contract years and blocks."""
    step = {"<": -1, ">": 1}.get(order, 0)
    wrong = {"<=": 1, "<": 0, ">=": -1, ">": 0, "=": 1}[order]
    return round(number.value) + (step if met else wrong)


def settle(predicate: Predicate | None, rule: Rule, want: bool) -> dict[str, Any]:
    """Return keys of a design file that make a predicate hold, or fail."""
    match predicate:
        case All(all=parts):
            chosen = parts if want else parts[-1:]
            return {k: v for part in chosen for k, v in settle(part, rule, want).items()}
        case Any_(any=parts):
            chosen = parts[:1] if want else parts
            return {k: v for part in chosen for k, v in settle(part, rule, want).items()}
        case Not(not_=part):
            return settle(part, rule, not want)
        case Is(fact=fact, is_=bool(value)):
            return {fact: value is want}
        case Is(fact=fact, is_=value):
            return {fact: value if want else another(fact, (str(value),))}
        case In(fact=fact, in_=words):
            return {fact: words[0] if want else another(fact, words)}
        case Known(fact="sponsoring_state", known=known):
            return {"sponsoring_state": "NRU" if known is want else None}
        case Known(fact=fact, known=known):
            return {fact: "1 year" if known is want else None}
        case ByLaw(fact=fact, law=pointer):
            number = rule.number(pointer)
            assert number is not None and number.comparator != "range", rule.id
            return {fact: written(fact, number, number.comparator, want)}
        case Compare(fact=fact, order=order, bound=LawBound(law=pointer)):
            number = rule.number(pointer)
            assert number is not None, rule.id
            return {fact: written(fact, number, order, want)}
        case Compare(fact=fact, order=order, bound=str(degrees)):
            amount = float(degrees.removesuffix(" degree"))
            return {fact: amount if want else amount + {"<=": 1, ">=": -1}[order]}
        case None:
            return {}
    raise AssertionError(f"not used here: {predicate!r}")


def written(fact: str, number: LawValue, order: Order, want: bool) -> str | int:
    if fact in ("contract.year", "contract.blocks"):
        return count_beside(number, order, want)
    return beside(number, order, want)


def another(fact: str, taken: tuple[str, ...]) -> str:
    return next(word for word in OTHER_WORDS[fact] if word not in taken)


def facts(**settings: Any) -> dict[str, Fact]:
    """Load a design with these dotted keys, so that each case is a design file one can write."""
    keys = {"name": "Test habitat", "purpose": "other", "site.latitude": 10, "site.longitude": -117}
    design: dict[str, Any] = {}
    for path, value in {**keys, **settings}.items():
        section = design
        *parents, key = path.split(".")
        for parent in parents:
            section = section.setdefault(parent, {})
        section[key] = value
    return facts_of(Design.model_validate(design))


def verdict(rule: Rule, *settings: dict[str, Any]) -> str:
    merged = {key: value for part in settings for key, value in part.items()}
    return judge_rule(rule, BINDING, facts(**merged)).verdict


#: The figures that each rule reads, from the regulations and the Act themselves.
NUMBERS: list[tuple[str, Sequence[float]]] = [
    ("isa-nodules-area-cap", [150_000]),
    ("isa-nodules-first-relinquishment", [3, 20, 75_000]),
    ("isa-nodules-second-relinquishment", [5, 10, 75_000]),
    ("isa-nodules-third-relinquishment", [8, 20, 75_000]),
    ("isa-sulphides-block-size", [100]),
    ("isa-sulphides-number-of-blocks", [100, 200]),
    ("isa-sulphides-extent-of-blocks", [1_000]),
    ("isa-sulphides-area-cap", [10_000]),
    ("isa-sulphides-first-relinquishment", [8, 50, 2_500]),
    ("isa-sulphides-second-relinquishment", [10, 75, 2_500]),
    ("isa-sulphides-area-nominated", [15]),
    ("isa-sulphides-application-fee", [500_000, 50_000]),
    ("isa-crusts-block-size", [20]),
    ("isa-crusts-number-of-blocks", [150, 300]),
    ("isa-crusts-extent-of-blocks", [550]),
    ("isa-crusts-first-relinquishment", [8, 100 / 3, 1_000]),
    ("isa-crusts-second-relinquishment", [10, 200 / 3, 1_000]),
    ("isa-crusts-area-nominated", [15]),
    *((f"{name}-term", [15]) for name in ISA),
    *((f"{name}-extension", [5]) for name in ISA),
    *((f"{name}-extension-asked-in-time", [6]) for name in ISA),
    *((f"{name}-periodic-review", [5]) for name in ISA),
    *((f"{name}-clause-annual-report", [90]) for name in ISA),
    *((f"{name}-clause-monitoring-report", [90]) for name in ISA),
    ("isa-nodules-application-fee", [500_000]),
    ("isa-crusts-application-fee", [500_000]),
    ("ocsla-1337-b-1-tract", [5_760]),
    ("ocsla-1337-b-2-b-term", [10]),
    ("ocsla-1337-b-2-b-finding", [5]),
    ("ocsla-1337-j-sulphur-term", [10]),
]

IDS = [rule.id for rule in rules()]
CHECKED = [rule.id for rule in rules() if rule.require is not None]
EXCEPTED = [rule.id for rule in rules() if rule.unless is not None]
CONDITIONAL = [rule.id for rule in rules() if rule.when is not None]


def test_each_set_binds_contract_environment_reports_area_and_removal() -> None:
    needed = {"contract", "first-relinquishment", "second-relinquishment", "area-cap", "term",
              "clause-annual-report", "clause-contingency-plan", "clause-impact-assessment",
              "incidents-reported", "finds-reported", "sponsorship", "clause-inspection",
              "clause-removal", "reference-zones", "extension-asked-in-time"}  # fmt: skip
    for name in ISA:
        have = {rule.id.removeprefix(f"{name}-") for rule in bindings()[name].rules}
        # No figure caps a crust contract: its application is capped by the number of blocks.
        missing = needed - have - ({"area-cap"} if name == "isa-crusts" else set())
        assert not missing, name
    assert len(rules("ocsla", "sla")) >= 40


@pytest.mark.parametrize("name", ISA)
def test_rules_of_a_set_concern_its_own_resource_only(name: str) -> None:
    wrong = {"contract.resource": "sulphur"}
    for rule in bindings()[name].rules:
        assert verdict(compiled()[rule.id], wrong) == "inapplicable", rule.id


@pytest.mark.parametrize("rule_id", IDS)
def test_a_good_design_meets_the_rule(rule_id: str) -> None:
    rule = compiled()[rule_id]
    binding = rule.binding
    found = verdict(
        rule,
        settle(binding.unless, rule, False),
        settle(binding.when, rule, True),
        settle(binding.require or binding.permit, rule, True),
    )
    assert found == ("open_norm" if binding.question else "satisfied")


@pytest.mark.parametrize("rule_id", CHECKED)
def test_a_mutant_design_breaks_the_rule(rule_id: str) -> None:
    rule = compiled()[rule_id]
    found = verdict(
        rule,
        settle(rule.binding.unless, rule, False),
        settle(rule.binding.when, rule, True),
        settle(rule.binding.require, rule, False),
    )
    assert found == "violated"


@pytest.mark.parametrize("rule_id", [name for name in CHECKED if not name.endswith("-extension")])
def test_a_silent_design_is_undetermined(rule_id: str) -> None:
    # The rules on the length of an extension apply only where the length itself is given.
    rule = compiled()[rule_id]
    applies = settle(rule.binding.when, rule, True)
    required = settle(rule.binding.require, rule, True)
    assert verdict(rule, dict.fromkeys(required), applies) == "undetermined"


@pytest.mark.parametrize("rule_id", EXCEPTED)
def test_an_exception_of_the_law_defeats_the_rule(rule_id: str) -> None:
    rule = compiled()[rule_id]
    exception = settle(rule.binding.unless, rule, True)
    found = verdict(
        rule,
        settle(rule.binding.when, rule, True),
        settle(rule.binding.require, rule, False),
        exception,
    )
    assert found == "satisfied"


@pytest.mark.parametrize("rule_id", CONDITIONAL)
def test_a_design_outside_its_conditions_is_not_concerned(rule_id: str) -> None:
    rule = compiled()[rule_id]
    found = verdict(
        rule, settle(rule.binding.require, rule, False), settle(rule.binding.when, rule, False)
    )
    assert found == "inapplicable"


@pytest.mark.parametrize(("rule_id", "values"), NUMBERS)
def test_numbers_are_read_from_the_words_of_the_law(rule_id: str, values: Sequence[float]) -> None:
    read = [number.value.value if number.value else None for number in compiled()[rule_id].numbers]
    assert read == pytest.approx(values)


def test_every_rule_that_reads_a_number_is_listed_above() -> None:
    names = {rule_id for rule_id, _ in NUMBERS}
    assert {rule.id for rule in rules() if pointers(rule)} == names


def test_relinquishment_of_a_small_area_is_not_required() -> None:
    rule = compiled()["isa-nodules-first-relinquishment"]
    late = {"contract.resource": "nodules", "contract.year": 4, "contract.relinquished": "5 %"}
    assert verdict(rule, late, {"contract.area": "75000 km2"}) == "satisfied"
    assert verdict(rule, late, {"contract.area": "75001 km2"}) == "violated"
    assert verdict(rule, late, {"contract.area": "100000 km2", "contract.year": 3}) == (
        "inapplicable"
    )
    assert verdict(rule, late) == "undetermined"


def test_an_annual_report_is_on_time_up_to_the_last_day_in_any_unit() -> None:
    rule = compiled()["isa-nodules-clause-annual-report"]
    base = {"contract.resource": "nodules"}
    assert verdict(rule, base, {"reporting.annual_report_within": "90 day"}) == "satisfied"
    assert verdict(rule, base, {"reporting.annual_report_within": "2160 hour"}) == "satisfied"
    assert verdict(rule, base, {"reporting.annual_report_within": "91 day"}) == "violated"


def test_an_edited_law_text_changes_the_verdict() -> None:
    text = load_digests()["isa-nodules"]
    edited = read_digest(
        text.source.replace("shall, within 90 days", "shall, within 30 days"), file="edited.md"
    )
    rule = compile_numbers({"isa-nodules": edited})["isa-nodules-clause-annual-report"]
    case = {"contract.resource": "nodules", "reporting.annual_report_within": "80 day"}
    assert verdict(compiled()[rule.id], case) == "satisfied"
    assert verdict(rule, case) == "violated"


def test_a_research_habitat_owes_the_army_permit_but_no_lease() -> None:
    case = {"purpose": "scientific_research"}
    judged = {rule.id: verdict(compiled()[rule.id], case) for rule in rules("ocsla")}
    assert {name for name, found in judged.items() if found != "inapplicable"} == {
        "ocsla-1333-e-army-permit-other"
    }


def test_every_rule_says_what_to_do_and_what_to_show() -> None:
    assert [rule.id for rule in rules() if not rule.evidence] == []
    assert [rule.id for rule in rules() if not (rule.remedy or rule.question or rule.permit)] == []


def test_a_remedy_names_a_bound_only_where_a_number_is_compared() -> None:
    for rule in rules():
        if "{bound}" in rule.remedy:
            assert list(law_numbers(rule.require)), rule.id


@pytest.mark.parametrize("name", MINE)
def test_every_provision_of_the_digest_has_a_rule_or_a_review(name: str) -> None:
    assert unaccounted(load_digests()[name]) == []


@pytest.mark.official
@pytest.mark.parametrize("name", MINE)
def test_every_provision_of_the_official_text_has_a_rule_or_a_review(
    name: str, corpora: Path
) -> None:
    assert unaccounted(official(name, corpora)) == []


def unaccounted(text: LawText) -> list[str]:
    file = bindings()[text.instrument.id]
    settled = {rule.provision for rule in file.rules}
    settled |= {provision for entry in file.reviewed for provision in entry.provisions}
    return [
        leaf.id
        for leaf in text.leaves
        if not settled & {leaf.id, *(ancestor.id for ancestor in text.ancestors(leaf.id))}
    ]


@pytest.mark.official
@pytest.mark.parametrize("name", MINE)
def test_digest_rules_and_reviews_use_official_numbering(name: str, corpora: Path) -> None:
    known = set(official(name, corpora).by_id)
    file = bindings()[name]
    named = {rule.provision for rule in file.rules}
    named |= {provision for entry in file.reviewed for provision in entry.provisions}
    named |= {provision.id for provision in load_digests()[name].provisions}
    assert named - known == set()


@pytest.mark.official
def test_the_official_wording_gives_the_numbers_of_the_digest(corpora: Path) -> None:
    found = compile_numbers({name: official(name, corpora) for name in MINE})
    differing = {
        rule_id
        for rule_id, rule in found.items()
        if _numbers(rule) != _numbers(compiled()[rule_id])
    }
    # "100 polymetallic sulphide blocks": words between count and noun may hide the count.
    assert differing <= {"isa-sulphides-number-of-blocks", "isa-crusts-number-of-blocks"}
    for rule_id in differing:
        assert not any(_numbers(found[rule_id])), "unread is tolerable, misread is not"


def _numbers(rule: Rule) -> list[tuple[float, str, str] | None]:
    return [
        (number.value.value, number.value.unit, number.value.comparator) if number.value else None
        for number in rule.numbers
    ]


def test_no_zone_test_is_needed_where_the_jurisdiction_gates() -> None:
    def zones(predicate: Predicate | None) -> bool:
        match predicate:
            case All(all=parts) | Any_(any=parts):
                return any(zones(part) for part in parts)
            case Not(not_=part):
                return zones(part)
            case InZone():
                return True
        return False

    assert [rule.id for rule in rules() if rule.zones or zones(rule.when)] == []
