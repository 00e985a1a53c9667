"""The graph: typed references as edges, exports that other programs read, and what is left over."""

from __future__ import annotations

import io
import json
from datetime import date

import networkx as nx
import pytest

from corpus.model import Instrument
from jurisdictions.graph import EDGE_KINDS, build_graph, cross_references
from jurisdictions.graph_export import to_graphml, to_json, to_svg
from jurisdictions.references import REFERENCE_KINDS, Reference, Unresolved
from jurisdictions.relations import load_relations
from jurisdictions.rulebook import InstrumentEntry, ProvisionEntry, RuleBook, StatedNorm

WORDS = {
    "unclos:56": "Subject to article 60, a State may build; article 60 binds it too.",
    "unclos:60": "Ships keep clear, as article 999 and Directive 2003/4/EC ask.",
    "unclos:80": "Article 60 applies mutatis mutandis to works on the shelf.",
}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    instrument = Instrument(
        id="unclos",
        jurisdiction="UNCLOS",
        title="A convention",
        short="UNCLOS",
        in_force_from=date(1994, 11, 16),
    )
    provisions = tuple(
        ProvisionEntry(
            id=name,
            instrument="unclos",
            citation=f"UNCLOS Art. {name.partition(':')[2]}",
            kind="article",
            heading="",
            text=words,
            start=0,
            end=len(words),
            leaf=True,
            norms=(StatedNorm(modality="permission", cue="may", bearer="State"),),
        )
        for name, words in WORDS.items()
    )
    entry = InstrumentEntry(instrument=instrument, file="convention.md")
    return RuleBook(key="", instruments=(entry,), provisions=provisions, rules=())


def references_in(graph: nx.MultiDiGraph[str]) -> list[tuple[str, str, str, str]]:
    return sorted(
        (source, target, data["kind"], WORDS[source][int(data["start"]) : int(data["end"])])
        for source, target, data in graph.edges(data=True)
        if data["kind"] in REFERENCE_KINDS and source in WORDS
    )


EXPECTED = [
    ("unclos:56", "unclos:60", "refers_to", "article 60"),
    ("unclos:56", "unclos:60", "subject_to", "article 60"),
    ("unclos:80", "unclos:60", "applies_mutatis_mutandis", "Article 60"),
]


def test_references_are_typed_edges_with_the_span_of_the_mention(book: RuleBook) -> None:
    assert references_in(build_graph(book)) == EXPECTED


def test_every_edge_is_of_a_known_kind(book: RuleBook) -> None:
    assert set(REFERENCE_KINDS) <= set(EDGE_KINDS)
    assert {kind for _, _, kind in build_graph(book).edges(data="kind")} <= set(EDGE_KINDS)


def test_what_leads_nowhere_is_kept_with_its_reason(book: RuleBook) -> None:
    found = list(cross_references(book))
    left = [item for item in found if isinstance(item, Unresolved)]
    assert [(item.source, item.mention, item.reason) for item in left] == [
        ("unclos:60", "article 999", "absent"),
        ("unclos:60", "Directive 2003/4/EC", "outside"),
    ]
    assert sum(isinstance(item, Reference) for item in found) == len(EXPECTED)


def test_graphml_and_json_are_read_back_as_the_same_graph(book: RuleBook) -> None:
    graph = build_graph(book)
    from_xml = nx.read_graphml(io.BytesIO(to_graphml(graph).encode()), force_multigraph=True)
    from_json = nx.node_link_graph(json.loads(to_json(graph)), edges="edges")
    for copy in (from_xml, from_json):
        assert set(copy) == set(graph)
        assert references_in(copy) == EXPECTED


def test_relations_between_laws_are_edges_with_their_gates(book: RuleBook) -> None:
    relation = next(item for item in load_relations() if item.provision == "part-xi-agreement:2.1")
    graph = build_graph(book)
    (data,) = graph.get_edge_data(relation.source, relation.target).values()
    assert data["kind"] == "prevails_over"
    assert data["parties_of"] == "unclos part-xi-agreement"
    assert "zones" not in data
    assert graph.nodes["unclos:133-191"]["kind"] == "articles"
    ranked = {kind for _, _, kind in graph.edges(data="kind")}
    assert {"lex_specialis", "lex_posterior", "implements", "cumulative"} <= ranked
    assert not nx.get_edge_attributes(build_graph(book, ()), "reason")


def test_the_drawing_shows_relations_of_parts_between_their_instruments(book: RuleBook) -> None:
    assert "part-xi-agreement prevails over unclos<" in to_svg(build_graph(book))


def test_the_drawing_leaves_provisions_without_rules_out(book: RuleBook) -> None:
    drawing = to_svg(build_graph(book))
    assert drawing.startswith("<svg ")
    assert "Art. 60" not in drawing
