"""Rival readings: data in binding files, compiled with the book, each with a case that it turns."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

from base import UsageError
from compliance import audit
from corpus.digests import load_digests
from habitat.design import Design
from habitat.load import apply_settings
from jurisdictions.binding import BindingFile
from jurisdictions.compiler import rulebook_for
from jurisdictions.readings import readings_of, with_readings
from jurisdictions.rulebook import RuleBook
from tests.witness import bare

AS_OF = date(2026, 1, 1)
EEZ = {"site.zone": "eez", "site.coastal_state": "PRT"}
US_SHELF = {"site.zone": "eez", "site.coastal_state": "USA"}
AREA = {"site.zone": "area", "operator_state": "FRA"}
NODULES = AREA | {
    "purpose": "mineral_exploration",
    "contract.resource": "nodules",
    "contract.year": 6,
    "contract.area": "70000 km2",
    "contract.relinquished": "20 %",
    "contract.relinquished_second": "0 %",
}

#: Reading, a design for which it matters, the rule, and the verdict by default and by the reading.
CASES: tuple[tuple[str, dict[str, Any], str, str, str], ...] = (
    ("unclos-60-1-military-consent", EEZ | {"purpose": "military", "consents.coastal_state": False},
     "unclos-60-1-authorisation", "inapplicable", "violated"),
    ("unclos-60-1-military-free", EEZ | {"purpose": "military", "consents.coastal_state": False},
     "unclos-60-1-military", "open_norm", "inapplicable"),
    ("unclos-60-7-interference", EEZ | {"site.recognized_sea_lane": True,
     "safety_zone.radius": "0 m"}, "unclos-60-7-sea-lanes", "violated", "satisfied"),
    ("unclos-60-7-interference", EEZ | {"site.recognized_sea_lane": True,
     "safety_zone.radius": "100 m"}, "unclos-60-7-sea-lanes", "violated", "violated"),
    ("unclos-60-7-interference", EEZ | {"site.recognized_sea_lane": True},
     "unclos-60-7-sea-lanes", "violated", "undetermined"),
    ("unclos-88-no-military", AREA | {"purpose": "military", "research.peaceful_purpose": True},
     "unclos-88-peaceful", "satisfied", "violated"),
    ("unclos-194-1-beyond-the-territorial-sea", EEZ | {"waste.sewage_discharge": "untreated",
     "waste.distance_to_land": "13 nmi"}, "unclos-194-1-means", "violated", "open_norm"),
    ("unclos-194-1-beyond-the-territorial-sea", EEZ | {"waste.sewage_discharge": "untreated",
     "waste.distance_to_land": "12 nmi"}, "unclos-194-1-means", "violated", "violated"),
    ("unclos-248-parties", US_SHELF | {"purpose": "scientific_research",
     "consents.research_request_lead_time": "2 month"},
     "unclos-248-lead-time", "violated", "inapplicable"),
    ("unclos-248-parties", EEZ | {"purpose": "scientific_research",
     "consents.research_request_lead_time": "2 month"},
     "unclos-248-lead-time", "violated", "violated"),
    ("ocsla-1333-e-resources", US_SHELF | {"purpose": "scientific_research",
     "consents.army_corps_permit": False},
     "ocsla-1333-e-army-permit-other", "violated", "inapplicable"),
    ("isa-nodules-25-1-first", NODULES, "isa-nodules-second-relinquishment",
     "satisfied", "violated"),
    ("isa-nodules-25-1-first", NODULES | {"contract.relinquished": "0 %"},
     "isa-nodules-second-relinquishment", "satisfied", "satisfied"),
)  # fmt: skip


@cache
def book() -> RuleBook:
    return rulebook_for(load_digests())


def verdict(book: RuleBook, settings: dict[str, Any], rule: str) -> str:
    design = apply_settings(Design.model_validate(bare()), settings)
    found = audit(design, book, as_of=AS_OF).findings
    return next(finding.verdict for finding in found if finding.rule == rule)


@pytest.mark.parametrize(("reading", "settings", "rule", "before", "after"), CASES)
def test_a_rival_reading_judges_otherwise(
    reading: str, settings: dict[str, Any], rule: str, before: str, after: str
) -> None:
    assert verdict(book(), settings, rule) == before
    assert verdict(with_readings(book(), [reading]), settings, rule) == after


def test_every_rival_has_a_design_for_which_it_matters() -> None:
    rivals = {reading.id for dispute in book().disputes for reading in dispute.readings[1:]}
    assert rivals == {case[0] for case in CASES if case[3] != case[4]}
    assert len(rivals) >= 5


def test_numbers_of_readings_stand_in_the_law_text() -> None:
    found = [
        number.value
        for _, reading in readings_of(book()).values()
        for rule in reading.rules
        for number in rule.numbers
    ]
    assert found
    for value in found:
        assert value is not None
        entry = book().by_id[value.provision]
        assert entry.text[value.start - entry.start : value.end - entry.start] == value.span


def test_a_default_reading_changes_nothing_but_is_recorded() -> None:
    chosen = with_readings(book(), ["unclos-60-7-chart"])
    assert chosen.rules == book().rules
    design = Design.model_validate(bare())
    assert audit(design, chosen, as_of=AS_OF).inputs["readings"] == ["unclos-60-7-chart"]


def test_the_order_of_readings_does_not_matter() -> None:
    names = ["unclos-88-no-military", "unclos-60-7-interference"]
    assert with_readings(book(), names) == with_readings(book(), names[::-1])


def test_choosing_leaves_the_book_as_it_was() -> None:
    rule = "unclos-60-7-sea-lanes"
    settings = EEZ | {"site.recognized_sea_lane": True, "safety_zone.radius": "0 m"}
    verdict(with_readings(book(), ["unclos-60-7-interference"]), settings, rule)
    assert verdict(book(), settings, rule) == "violated"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["unclos-60-7-interferense"], "did you mean 'unclos-60-7-interference'?"),
        (["zzz"], "--list-readings"),
        (["unclos-60-1-military-free", "unclos-60-1-military-consent"], "in different ways"),
    ],
)
def test_readings_that_cannot_be_chosen(names: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("?", r"\?")):
        with_readings(book(), names)


def dispute(**rival: Any) -> dict[str, Any]:
    rule = {
        "id": "width", "provision": "unclos:60.5", "title": "width of the zone", "class": "safety",
        "severity": "major", "addressee": "state", "effect": "direct", "remedy": "reduce it",
        "require": {"fact": "safety_zone.radius", "law": {"unit": "m"}},
    }  # fmt: skip
    words = {"held_by": ["engineers"], "because": "for the sake of a test"}
    return {
        "instrument": "unclos",
        "rules": [rule],
        "disputes": [
            {
                "provision": "unclos:60.5",
                "question": "Measured from where?",
                "default": {"id": "edge", "title": "from the edge", **words},
                "rivals": [{"id": "middle", "title": "from the middle", **words, **rival}],
            }
        ],
    }


@pytest.mark.parametrize(
    ("rival", "said"),
    [
        ({}, "must change or add"),
        ({"change": [{"rule": "depth", "applies": False}]}, "no rule here"),
        ({"change": [{"rule": "width", "require": None}]}, "give 'require', 'permit' or 'open'"),
        ({"add": [{**dispute()["rules"][0], "id": "new", "provision": "unclos:61"}]}, "without"),
    ],
)
def test_a_dispute_that_the_schema_refuses(rival: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        BindingFile.model_validate(dispute(**rival))


def test_a_change_replaces_what_it_names_and_keeps_the_rest() -> None:
    unless = {"fact": "claims.peaceful_use", "is": True}
    file = BindingFile.model_validate(dispute(change=[{"rule": "width", "unless": unless}]))
    changed = file.disputes[0].rivals[0].change[0].of(file.rules[0])
    assert changed.unless is not None
    assert changed.require == file.rules[0].require
    assert changed.severity == "major"
