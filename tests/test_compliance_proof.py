"""Proof trees: the judgement of the verdict, shown whole, with words that stand in the law."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import AuditResult
from compliance.audit import Assessment, assess
from compliance.evaluate import judge
from compliance.finding import Conflict, Finding
from compliance.proof import LawSpan, Proof, ProofNode
from compliance.proof.build import Prover
from compliance.proof.nodes import node_of
from compliance.proof.text import proof_text
from compliance.report.html import to_html
from corpus.digests import load_digests
from examples import examples
from habitat.facts import Fact
from habitat.load import load_design
from jurisdictions.compiler import rulebook_for
from jurisdictions.predicate import Predicate
from jurisdictions.rulebook import LawValue, Rule
from tests.small_rules import make
from tests.test_compliance_audit import book as small_book
from tests.test_compliance_audit import design
from tests.test_compliance_evaluate import PREDICATE, law, metres, rule
from tests.test_compliance_proof_deciding import SIMPLE, STRANGE, VALUES, shapes

DESIGNS = {path.stem: path for path in examples()}
STATION, REEF, POWER = "azores_vent_station", "florida_reef", "us_shelf_energy"
WORDS_OF_TRUTH = {"yes": True, "no": False, "open": None}


@cache
def assessed(name: str) -> Assessment:
    return assess(load_design(DESIGNS[name]), rulebook_for(load_digests()), as_of=date(2026, 1, 1))


def found(name: str, rule_id: str) -> tuple[Finding, Proof]:
    at = assessed(name)
    finding = next(item for item in at.result.findings if item.rule == rule_id)
    return finding, Prover(at).prove(finding)


def walk(nodes: tuple[ProofNode, ...]) -> Iterator[ProofNode]:
    for node in nodes:
        yield node
        yield from walk(node.children)


def place(number: LawValue) -> LawSpan:
    return LawSpan(provision="x:1", file="f", start=number.start, end=number.end, words="w")


def tree(shape: Any, facts: dict[str, Fact], item: Rule) -> tuple[bool | None, ProofNode]:
    predicate: Predicate = PREDICATE.validate_python(shape)
    judged = judge(predicate, facts, item)
    return judged.truth, node_of(judged, item, facts, place)


def table(kind: str, truths: list[bool | None]) -> bool | None:
    """Kleene's strong tables, written out: the reference that the evaluator does not share."""
    if kind == "not":
        (truth,) = truths
        return None if truth is None else not truth
    decisive = kind == "any"
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def plain_truth(shape: dict[str, Any], values: dict[str, Any]) -> bool | None:
    """A test, read straight from its binding."""
    if "zone" in shape:
        zones = values["zone.zones"]
        return None if zones is None else bool(set(shape["zone"]) & zones)
    value = values[shape["fact"]]
    if "known" in shape:
        return (value is not None) is shape["known"]
    if value is None:
        return None
    if "is" in shape:
        return bool(value == shape["is"])
    if "in" in shape:
        return value in shape["in"]
    return bool(value > 2) if ">" in shape else bool(value <= 5)


def truth_of(shape: dict[str, Any], values: dict[str, Any]) -> bool | None:
    for kind in ("all", "any", "not"):
        if kind in shape:
            parts = shape[kind] if isinstance(shape[kind], list) else [shape[kind]]
            return table(kind, [truth_of(part, values) for part in parts])
    return plain_truth(shape, values)


@settings(max_examples=300, deadline=None)
@given(shapes(SIMPLE + STRANGE), st.data())
def test_the_tree_is_the_judgement(shape: Any, data: st.DataObject) -> None:
    values = {name: data.draw(st.sampled_from(choice)) for name, choice in VALUES.items()}
    values["zone.zones"] = data.draw(st.sampled_from([frozenset({"eez"}), frozenset({"land"})]))
    facts = {
        name: Fact(metres(value) if isinstance(value, float) else value, "test")
        for name, value in values.items()
    }
    truth, node = tree(shape, facts, rule(law(5, "m", "<=")))
    assert node.truth is truth
    assert truth is truth_of(shape, values)
    for inner in walk((node,)):
        if inner.children:
            assert inner.truth is table(inner.kind, [child.truth for child in inner.children])
        else:
            assert inner.facts, inner.statement


def test_a_range_shows_both_ends() -> None:
    facts = {"safety_zone.radius": Fact(metres(7), "design")}
    item = rule(law(2, "m", "range", 5))
    _, node = tree({"fact": "safety_zone.radius", "law": {"unit": "m"}}, facts, item)
    assert [child.truth for child in node.children] == [True, False]
    assert node.children[1].statement == "safety_zone.radius is at most 5 m (short by 2 m)"


def test_a_number_that_the_edition_lacks_is_said() -> None:
    _, node = tree({"fact": "d", "law": {"unit": "m"}}, {}, rule(None))
    assert node.truth is None
    assert node.law is None
    assert "states no number here (m)" in node.statement


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_words_of_the_law_stand_where_the_proof_says(name: str) -> None:
    at, texts = assessed(name), load_digests()
    by_file = {entry.file: entry.instrument.id for entry in at.book.instruments}
    prover, spans = Prover(at), 0
    for finding in at.result.findings:
        proof = prover.prove(finding)
        for span in (proof.law, *(node.law for node in walk(proof.steps) if node.law)):
            source = texts[by_file[span.file]].source
            assert source[span.start : span.end] == span.words
            spans += 1
    assert spans > len(at.result.findings)


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_the_steps_lead_to_the_verdict(name: str) -> None:
    """Read the verdict off the truths of the steps, by the rules of docs/verdicts.md."""
    at = assessed(name)
    prover = Prover(at)
    for finding in at.result.findings:
        if finding.rule is None:
            continue
        proof = prover.prove(finding)
        truths = {step.kind: step.truth for step in proof.steps}
        applies = [truths[kind] for kind in ("zone", "condition") if kind in truths]
        if False in (truths["scope"], *applies):
            expected = "inapplicable"
        elif None in (truths["scope"], *applies):
            expected = "undetermined"
        elif "permission" in truths:
            expected = "satisfied" if truths["permission"] else "inapplicable"
        elif truths.get("requirement", True):
            expected = "open_norm" if "question" in truths else "satisfied"
        elif truths.get("exception"):
            expected = "satisfied"
        else:
            left = (truths["requirement"], truths.get("exception", False))
            expected = "undetermined" if None in left else "violated"
        assert expected == finding.verdict, proof_text(proof)


def test_a_provision_without_a_rule_names_its_review_or_its_norms() -> None:
    at = assess(design(), small_book(), as_of=date(2026, 1, 1))
    prover = Prover(at)
    steps = {item.provision: prover.prove(item).steps for item in at.result.findings}
    assert {nodes[0].kind for nodes in steps.values()} == {"scope"}
    reviewed, duty = steps["unclos:2"][1], steps["unclos:1.5"][1]
    assert reviewed.statement == "reviewed at Test 2: fisheries management of States"
    assert (reviewed.truth, reviewed.children) == (True, ())
    assert duty.truth is None
    assert [child.statement for child in duty.children] == ["states one obligation (“shall”)"]
    (norm,) = steps["unclos:1.2"][1].children
    assert norm.statement == "states one obligation on States (“shall”)"


def test_an_overridden_finding_names_the_conflict_and_what_decided() -> None:
    at = assessed(POWER)
    finding, _ = found(POWER, "unclos-60-5-width")
    conflict = Conflict(
        kind="joint",
        facts=("safety_zone.radius",),
        rules=("unclos-60-5-width", "unclos-60-3-removal"),
        provisions=("unclos:60.5", "unclos:60.3"),
        citations=("a", "b"),
        titles=("a", "b"),
        quotes=("a", "b"),
        resolution="policy",
        winners=("unclos-60-3-removal",),
        overridden=("unclos-60-5-width",),
        still_owed=("unclos-60-5-width",),
        claims=(),
        permission=None,
        applies=True,
        reason="environmental prevails over safety",
    )
    result = at.result.model_copy(update={"conflicts": (conflict,)})
    other = Assessment(result, at.book, at.situation, at.judged, at.grounds, at.scopes)
    (node,) = [step for step in Prover(other).prove(finding).steps if step.kind == "conflict"]
    assert "unclos-60-3-removal prevails (policy): environmental prevails over" in node.statement
    assert node.law is not None
    assert node.law.provision == "unclos:60.3"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("unclos-60-4-right-to-a-safety-zone", "no design that uses this permission meets ban"),
        ("ban", "no design that uses the permission unclos-60-4-right-to-a-safety-zone meets this"),
    ],
)
def test_duties_that_bar_a_permission_are_met_by_abstaining(rule: str, said: str) -> None:
    ban = make("ban", provision="unclos:192", require={"fact": "safety_zone.radius", "=": "0 m"})
    law = rulebook_for(load_digests())
    law = law.model_copy(update={"rules": (*law.rules, ban.rule)})
    at = assess(load_design(DESIGNS[STATION]), law, as_of=date(2026, 1, 1))
    finding = next(item for item in at.result.findings if item.rule == rule)
    steps = [step for step in Prover(at).prove(finding).steps if step.kind == "conflict"]
    assert any(step.statement.startswith(f"{said};") for step in steps)


def test_the_text_numbers_every_step_and_keeps_to_the_page() -> None:
    finding, proof = found(POWER, "unclos-60-5-width")
    text = proof_text(proof)
    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == f"{finding.citation}: {finding.title} (rule unclos-60-5-width)"
    assert "Decided by: safety_zone.radius = 600 m; zone.zones = continental shelf, eez" in lines
    assert "3.1. no, comparison: safety_zone.radius is at most 500 m (short by 100 m)" in lines
    assert 'law: "500 metres" (unclos:60.5, corpus/digest/unclos.md, characters' in text
    assert max(map(len, text.splitlines())) <= 100
    for node in walk(proof.steps):
        assert node.truth in WORDS_OF_TRUTH.values()
    assert not set(text) & set("│├└─┃")


def test_json_holds_the_whole_tree() -> None:
    _, proof = found(REEF, "engineering-1-5-general-buckling")
    data = json.loads(proof.model_dump_json())
    assert data["verdict"] == "undetermined"
    assert data["deciding"] == []
    requirement = next(step for step in data["steps"] if step["kind"] == "requirement")
    assert requirement["truth"] is None
    assert requirement["children"][0]["facts"][0]["value"] is None
    assert Proof.model_validate(data) == proof


def page(result: AuditResult, **options: Any) -> str:
    return to_html(result, site_map="<svg></svg>", **options)


def test_the_page_shows_the_proof_of_each_finding_that_asks_something() -> None:
    at = assessed(POWER)
    shown = page(at.result, prove=Prover(at).prove)
    asking = [item for item in at.result.findings if item.rule and item.verdict != "inapplicable"]
    open_accounts = [
        item for item in at.result.findings if item.rule is None and item.verdict == "open_norm"
    ]
    assert shown.count('<details class="proof">') == len(asking) + len(open_accounts)
    assert '<details class="proof">' not in page(at.result)
    assert len(shown) < 2 * len(page(at.result))
