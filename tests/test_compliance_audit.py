"""The audit on a small law of our own: accounting, totals, order, determinism."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest

from compliance import AuditResult, audit
from compliance.accounting import addressee_of, units_of_account
from compliance.finding import WORST_FIRST, worst
from compliance.report.as_json import to_json
from compliance.report.html import to_html
from corpus.model import Instrument
from habitat.design import Design
from jurisdictions.binding import ReviewedBinding, RuleBinding
from jurisdictions.predicate import LawNumber
from jurisdictions.rulebook import (
    InstrumentEntry,
    LawValue,
    ProvisionEntry,
    ResolvedNumber,
    Rule,
    RuleBook,
    StatedNorm,
)

WORDS = {
    "unclos:1": ("", ()),
    "unclos:1.1": ("A zone shall not exceed 500 metres.", (("prohibition", None),)),
    "unclos:1.2": ("States shall cooperate.", (("obligation", "States"),)),
    "unclos:1.3": ("A ship means a vessel.", (("constitutive", "ship"),)),
    "unclos:1.4": ("Any State may fish.", (("permission", "State"),)),
    "unclos:1.5": ("Noise shall be kept low.", (("obligation", None),)),
    "unclos:2": ("Fish shall be counted.", (("obligation", None),)),
}


def book(bound: float = 500.0) -> RuleBook:
    provisions, start = [], 0
    for name, (text, norms) in WORDS.items():
        provisions.append(
            ProvisionEntry(
                id=name,
                instrument="unclos",
                citation=f"Test {name.split(':')[1]}",
                kind="article" if "." not in name else "paragraph",
                heading="",
                text=text,
                start=start,
                end=start + len(text),
                parent=name.rpartition(".")[0] or None,
                leaf=bool(text),
                norms=tuple(
                    StatedNorm(modality=modality, cue="shall", bearer=bearer)  # type: ignore[arg-type]
                    for modality, bearer in norms
                ),
                binds_installation=name == "unclos:1.5",
            )
        )
        start += len(text) + 1
    pointer = LawNumber(unit="m")
    value = LawValue(
        provision="unclos:1.1", span="500 metres", start=23, end=33,
        value=bound, unit="m", comparator="<=",
    )  # fmt: skip
    binding: dict[str, Any] = {
        "provision": "unclos:1.1", "class": "safety", "severity": "major", "addressee": "state",
        "effect": "through_state", "remedy": "reduce from {value} to {bound}",
    }  # fmt: skip
    rules = [
        {
            "id": "width",
            "title": "width of the zone",
            "require": {"fact": "safety_zone.radius", "law": {"unit": "m"}},
        },
        {
            "id": "notice",
            "title": "notice of the zone",
            "require": {"fact": "safety_zone.notice_given", "is": True},
        },
    ]
    return RuleBook(
        key="test",
        instruments=(
            InstrumentEntry(
                instrument=Instrument(
                    id="unclos", jurisdiction="UNCLOS", title="Test law", short="Test"
                ),
                file="test.md",
            ),
        ),
        provisions=tuple(provisions),
        rules=tuple(
            Rule(
                binding=RuleBinding.model_validate({**binding, **rule}),
                instrument="unclos",
                numbers=(ResolvedNumber(pointer=pointer, value=value),),
            )
            for rule in rules
        ),
        reviewed={
            "unclos": (
                ReviewedBinding(provisions=("unclos:2",), reason="fisheries management of States"),
            )
        },
    )


def design(**sections: Any) -> Design:
    return Design.model_validate(
        {
            "name": "Test",
            "purpose": "scientific_research",
            "operator_state": "FRA",
            "site": {"latitude": 37.84, "longitude": -31.52},
            **sections,
        }
    )


def judged(**sections: Any) -> AuditResult:
    return audit(design(**sections), book(), as_of=date(2026, 1, 1))


def verdicts(result: AuditResult) -> dict[str, str]:
    return {finding.rule or finding.provision: finding.verdict for finding in result.findings}


def test_every_provision_ends_in_one_verdict() -> None:
    result = judged(safety_zone={"radius": "600 m", "notice_given": True})
    assert verdicts(result) == {
        "width": "violated",
        "notice": "satisfied",
        "unclos:1.2": "inapplicable",
        "unclos:1.3": "inapplicable",
        "unclos:1.4": "inapplicable",
        "unclos:1.5": "open_norm",
        "unclos:2": "inapplicable",
    }
    assert sum(result.totals.values()) == len(units_of_account(book()))


def test_totals_are_what_the_findings_say() -> None:
    result = judged(safety_zone={"radius": "400 m"})
    found: dict[str, set[Any]] = {}
    for finding in result.findings:
        found.setdefault(finding.provision, set()).add(finding.verdict)
    counted = Counter(worst(kinds) for kinds in found.values())
    assert {verdict: counted[verdict] for verdict in WORST_FIRST} == result.totals
    assert result.totals["undetermined"] == 1, "a satisfied and an undetermined rule count as one"


@pytest.mark.parametrize(
    ("zone", "status"),
    [
        ({"radius": "500 m", "notice_given": True}, 0),
        ({"radius": "501 m", "notice_given": True}, 1),
        ({"radius": "501 m"}, 1),
        ({"radius": "400 m"}, 3),
        ({}, 3),
    ],
)
def test_exit_status(zone: dict[str, Any], status: int) -> None:
    assert judged(safety_zone=zone).exit_status == status


def test_violations_come_first_and_name_their_remedy() -> None:
    result = judged(safety_zone={"radius": "0.6 km"})
    first = result.findings[0]
    assert first.verdict == "violated"
    assert first.margin == pytest.approx(-100)
    assert first.remedy == "reduce from 600 m to 500 m"
    assert first.bound is not None
    assert first.bound.text == "500 metres"


def test_a_jurisdiction_left_out_binds_nothing() -> None:
    result = audit(
        design(), book(), as_of=date(2026, 1, 1), jurisdictions=frozenset({"ENGINEERING"})
    )
    assert {finding.verdict for finding in result.findings} == {"inapplicable"}


def test_what_is_only_custom_can_be_left_out() -> None:
    american = design(site={"latitude": 28.17, "longitude": -89.2}, operator_state="USA")
    shown, left_out = (
        audit(american, book(), as_of=date(2026, 1, 1), custom=custom) for custom in (True, False)
    )
    assert (shown.options, left_out.options) == ({"custom": True}, {"custom": False})
    assert {finding.basis for finding in shown.findings} == {"custom"}
    assert {finding.verdict for finding in left_out.findings} == {"inapplicable"}
    assert all("only as custom" in finding.reason for finding in left_out.findings)
    assert next(item for item in left_out.jurisdictions if item.id == "UNCLOS").binding is False


def test_the_same_inputs_give_the_same_bytes() -> None:
    first = to_json(judged(safety_zone={"radius": "600 m"}))
    second = to_json(judged(safety_zone={"radius": "600 m"}))
    assert first == second
    assert json.loads(first)["zone"] == json.loads(first)["site"]


HOSTILE = '<script>alert(1)</script> \u202eevil\u202c & "quotes" ' + "x" * 10_000


def test_a_hostile_name_shows_as_text() -> None:
    page = to_html(audit(design(name=HOSTILE[:200]), book(), as_of=date(2026, 1, 1)), site_map="")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page


def test_the_page_reaches_for_nothing_outside() -> None:
    page = to_html(judged(safety_zone={"radius": "600 m"}), site_map="<svg></svg>")
    for reach in ("http://", "https://", "src=", "@import", "url("):
        assert reach not in page.replace("http://www.w3.org", ""), reach


@pytest.mark.parametrize(
    ("bearer", "addressee"),
    [
        ("coastal State", "state"),
        ("States Parties", "state"),
        ("contractor", "operator"),
        ("Secretary-General", "organ"),
        ("lessees", "operator"),
        ("Legal and Technical Commission", "organ"),
        (None, None),
        ("fixed points", None),
    ],
)
def test_who_a_bearer_is(bearer: str | None, addressee: str | None) -> None:
    assert addressee_of(bearer) == addressee
