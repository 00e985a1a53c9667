"""Drawings: whole SVG, read without colour, and true to what they draw."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.finding import WORST_FIRST, EstimatedFinding
from compliance.proof.tree import ProofNode
from compliance.report.graphics.heat import heat_map
from compliance.report.graphics.hull_chart import hull_chart, hull_margins
from compliance.report.graphics.intervals import intervals_chart
from compliance.report.graphics.law_graph import law_graph
from compliance.report.graphics.marks import FILLS, mark
from compliance.report.graphics.proof_drawing import MOST, proof_drawing
from compliance.report.graphics.svg import fitted, measured, wrapped
from compliance.report.graphics.variants import variants_chart
from compliance.report.html import to_html
from compliance.report.tables import counted
from compliance.report.words import VERDICTS
from jurisdictions.relations import Relation
from tests.report_cases import HOSTILE, background, example, hostile

SVG = "{http://www.w3.org/2000/svg}"
WORDS = st.text(st.characters(codec="utf-8"), max_size=200)


def read(svg: str | None) -> ElementTree.Element:
    """Parse a drawing; it has a title, a description, and reaches for nothing outside."""
    assert svg is not None
    root = ElementTree.fromstring(svg)
    held = {item.get("id"): item for item in root.iter() if item.get("id")}
    title, description = (held[name] for name in (root.get("aria-labelledby") or "").split())
    assert title.tag == f"{SVG}title"
    assert title.text
    assert description.tag == f"{SVG}desc"
    assert description.text
    assert root.get("role") == "img"
    assert not re.search(r"href|url\(|<script|<image|<style|@import", svg)
    return root


def titles(root: ElementTree.Element) -> list[str]:
    return [
        item.findtext(f"{SVG}title") or ""
        for item in root.iter(f"{SVG}g")
        if item.find(f"{SVG}title") is not None
    ]


def words(root: ElementTree.Element) -> list[str]:
    return [item.text or "" for item in root.iter(f"{SVG}text")]


def test_each_verdict_has_its_own_sign_and_colour() -> None:
    assert set(FILLS) == set(WORST_FIRST)
    assert len(set(FILLS.values())) == len(WORST_FIRST)
    plain = {re.sub(r'(fill|stroke)="[^"]*"', "", mark(verdict, 0, 0)) for verdict in WORST_FIRST}
    assert len(plain) == len(WORST_FIRST)


@pytest.mark.parametrize("name", ["florida_reef", "azores_vent_station"])
def test_the_heat_map_has_a_tile_for_each_provision_that_asks_something(name: str) -> None:
    result = example(name).result
    asked = [item for item in counted(result.findings) if item.verdict != "inapplicable"]
    shown = titles(read(heat_map(result)))
    assert len(shown) == len(asked) == sum(result.totals.values()) - result.totals["inapplicable"]
    for verdict in WORST_FIRST[:-1]:
        ends = f": {VERDICTS[verdict][0]}, "
        assert sum(ends in title for title in shown) == result.totals[verdict]


def test_the_graph_shows_the_facts_of_a_violation_and_the_rules_on_them() -> None:
    result = example("florida_reef").result
    finding = next(item for item in result.by_verdict("violated") if item.jurisdiction == "UNCLOS")
    relations = (
        Relation("unclos", "ocsla", "prevails_over", "unclos:311.1", "a test says so"),
        Relation("isa-nodules", "unclos:136", "implements", "", "elsewhere"),
        Relation("unclos:194", "unclos:2", "cumulative", "", "within"),
    )
    root = read(law_graph(finding, result, relations, name="g"))
    shown = titles(root)
    assert f"{finding.citation}: {finding.title}" in shown
    assert "ocsla gives way to it: a test says so (unclos:311.1)" in shown
    assert not any(title.startswith("isa-nodules") for title in shown)
    assert any(title.startswith("unclos:2 ") for title in shown), "the part of the law that it is"
    for name in finding.facts:
        assert any(title.startswith(f"{name} = ") for title in shown)
    others = [
        item
        for item in result.findings
        if item.rule != finding.rule
        and item.rule
        and item.verdict != "inapplicable"
        and set(finding.facts) & {*item.facts, *item.missing}
    ]
    more = sum(
        int(found[1]) for text in words(root) if (found := re.match(r"and (\d+) more", text))
    )
    drawn = sum(
        any(t.startswith(f"{item.citation}: {item.title}") for t in shown) for item in others
    )
    assert drawn + more == len(others) > 0


def test_a_proof_is_drawn_with_every_statement() -> None:
    prove = background("florida_reef").prove
    assert prove is not None

    def count(nodes: tuple[ProofNode, ...]) -> int:
        return len(nodes) + sum(count(node.children) for node in nodes)

    for finding in example("florida_reef").result.findings[:40]:
        proof = prove(finding)
        drawn = proof_drawing(proof, name="p")
        if not 0 < count(proof.steps) <= MOST:
            assert drawn is None
            continue
        assert len(titles(read(drawn))) == count(proof.steps)


def test_the_hull_chart_is_true_to_the_audit() -> None:
    """The margin of collapse at the site is that of the factor which the audit derived."""
    result = example("azores_vent_station").result
    margins = hull_margins(result)
    assert margins is not None
    assert margins.depth_m == 850.0
    collapse = next(mode for mode in margins.modes if mode.name == "krenzke_kiernan_collapse")
    factor = float(str(result.derived["derived.hull.collapse_factor"]["value"]).split()[0])
    assert collapse.here == pytest.approx(factor / 1.73 - 1.0, rel=1e-4)
    for mode in margins.modes:
        assert list(mode.margins) == sorted(mode.margins, reverse=True)
        if mode.deepest_m is not None:
            before = [d for d, m in zip(margins.depths_m, mode.margins, strict=True) if m >= 0]
            assert before[-1] <= mode.deepest_m <= margins.depths_m[len(before)]
    root = read(hull_chart(margins))
    assert "site, 850 m" in words(root)
    assert f"{collapse.here:+.0%}" in words(root)


def test_a_design_without_a_hull_has_no_hull_chart() -> None:
    assert hull_margins(hostile("plain")) is None


FACTS = (
    {"fact": "safety_zone.radius", "estimate": 480.0, "low": 420.0, "high": 560.0, "unit": "m",
     "level": 0.9},
    {"fact": "same", "estimate": 5.0, "low": 5.0, "high": 5.0, "unit": "", "level": 0.9},
    {"fact": "open", "estimate": 5.0, "low": None, "high": 9.0, "unit": "m", "level": 0.9},
    {"fact": "reporting", "probability": 0.75},
    {"fact": "waste.treatment", "value": "secondary", "probability": 0.5},
    {"fact": "nothing", "source": "unknown"},
)  # fmt: skip


def estimated(*facts: dict[str, object]) -> EstimatedFinding:
    return EstimatedFinding(
        provision="a:1", citation="A", jurisdiction="UNCLOS", rule="r", title="", severity="minor",
        applies=None, met=None, facts=facts,
    )  # fmt: skip


def test_intervals_and_probabilities_are_drawn_to_scale() -> None:
    root = read(intervals_chart([estimated(*FACTS), estimated(*FACTS)]))
    shown = titles(root)
    assert shown == [
        "safety_zone.radius: 480 m, 420 to 560",
        "same: 5, 5 to 5",
        "reporting: 0.75",
        "waste.treatment is secondary: 0.50",
    ]
    bars = [
        float(group.find(f"{SVG}rect").get("width"))  # type: ignore[union-attr, arg-type]
        for group in root.iter(f"{SVG}g")
        if group.find(f"{SVG}rect") is not None
    ]
    assert bars[0] / bars[1] == pytest.approx(1.5, rel=0.01)


def test_nothing_estimated_is_not_drawn() -> None:
    assert intervals_chart([]) is None
    assert intervals_chart([estimated({"fact": "nothing", "source": "unknown"})]) is None


def test_the_matrix_of_variants_frames_what_changes() -> None:
    rows = [
        ("Art. 1", "width", (("satisfied", ""), ("violated", "wider"), ("satisfied", ""))),
        ("Art. 2", HOSTILE[0], (("undetermined", ""), (None, "law not in force"), ("waived", "x"))),
    ]
    root = read(variants_chart(rows, ["as it is", "wide", HOSTILE[6]]))  # type: ignore[arg-type]
    shown = titles(root)
    assert "wide: violated: wider" in shown
    assert "wide: no such rule: law not in force" in shown
    frames = [item for item in root.iter(f"{SVG}rect") if item.get("width") == "24.0"]
    assert len(frames) == 3
    assert variants_chart([], ["a"]) is None
    assert variants_chart(rows, ["v"] * 21) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_drawing_is_text(text: str) -> None:
    result = hostile(text)
    for svg in (heat_map(result), law_graph(result.findings[0], result, (), name="g")):
        read(svg)
        assert "\u202e" not in svg
    assert result.estimates is not None
    read(intervals_chart(result.estimates))


def test_ids_are_unique_over_the_whole_page() -> None:
    known = background("florida_reef")
    page = to_html(example("florida_reef").result, prove=known.prove, relations=known.relations)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for named in re.findall(r'aria-labelledby="([^"]+)"', page):
        assert set(named.split()) <= set(ids)


@given(WORDS, st.floats(20, 400), st.sampled_from([11, 12, 13]))
def test_fitted_text_fits(text: str, width: float, size: int) -> None:
    shown = fitted(text, width, size)
    assert "\n" not in shown
    assert measured(shown, size) <= width or shown == "…"


@given(WORDS, st.floats(40, 400), st.integers(1, 4))
def test_wrapped_text_fits_and_keeps_its_order(text: str, width: float, most: int) -> None:
    lines = wrapped(text, width, 12, most=most)
    assert len(lines) <= most
    assert all(measured(line) <= width or line == "…" for line in lines)
    if lines and not lines[-1].endswith("…"):
        from base import visible

        assert "".join(" ".join(lines).split()) == "".join(visible(text).split())
