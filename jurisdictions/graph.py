"""The jurisdiction graph: jurisdictions, instruments, provisions, norms, rules, zones, attributes.

Nodes carry ``kind`` and ``label``; edges carry ``kind``, one of :data:`EDGE_KINDS`. An edge that is
a relation between laws carries the ``provision`` that states it, a ``reason`` and its gates, each
only where it is set: ``zones``, ``where``, ``purposes``, ``parties_of``, ``since``, ``until``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from corpus.sources import load_sources
from jurisdictions.party_table import load_party_table
from jurisdictions.places import place
from jurisdictions.predicate import All, Any_, ByLaw, Compare, In, InZone, Is, Known, Not, Predicate
from jurisdictions.references import Atlas, Reference, Unresolved, references
from jurisdictions.regimes import JURISDICTIONS
from jurisdictions.relations import Relation, load_relations, other_places
from jurisdictions.rulebook import Rule, RuleBook

if TYPE_CHECKING:
    import networkx as nx

#: Typed edges: what contains what, what a provision states, how provisions and laws relate,
#: which provision a rule executes, which attribute a rule is bound to, and where it holds.
EDGE_KINDS = (
    "contains",
    "states",
    "refers_to",
    "applies_mutatis_mutandis",
    "subject_to",
    "prevails_over",
    "lex_specialis",
    "lex_posterior",
    "without_prejudice_to",
    "pursuant_to",
    "implements",
    "cumulative",
    "executes",
    "bound_to",
    "holds_in",
)


def build_graph(
    book: RuleBook, relations: Iterable[Relation] | None = None
) -> nx.MultiDiGraph[str]:
    """Return the graph of a rule book.

    Args:
        book: compiled law.
        relations: relations between laws to draw; all of them when ``None``.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name in JURISDICTIONS:
        graph.add_node(name, kind="jurisdiction", label=name)
    for entry in book.instruments:
        instrument = entry.instrument
        graph.add_node(
            instrument.id,
            kind="instrument",
            label=instrument.title,
            status=instrument.status,
            text_source=instrument.text_source,
        )
        graph.add_node(instrument.jurisdiction, kind="jurisdiction", label=instrument.jurisdiction)
        graph.add_edge(instrument.jurisdiction, instrument.id, kind="contains")
    _add_provisions(graph, book)
    for rule in book.rules:
        _add_rule(graph, rule)
    for relation in load_relations() if relations is None else relations:
        for name in (relation.source, relation.target):
            _add_place(graph, name)
        graph.add_edge(
            relation.source,
            relation.target,
            kind=relation.kind,
            provision=relation.provision,
            reason=relation.reason,
            **relation.gates(),
        )
    return graph


def _add_place(graph: nx.MultiDiGraph[str], name: str) -> None:
    """Add an end of a relation that the rule book does not hold."""
    if name in graph:
        return
    known, spot = load_sources(), place(name)
    if spot.instrument not in known:
        title = other_places().get(name) or load_party_table().treaties[name].title
        graph.add_node(name, kind="law", label=title)
        return
    source = known[spot.instrument]
    if name == source.id:
        graph.add_node(name, kind="instrument", label=source.title, status=source.status)
        return
    kind = "articles" if spot.articles is not None else "provision"
    graph.add_node(name, kind=kind, label=f"{source.short} {name.partition(':')[2]}")
    _add_place(graph, source.id)
    graph.add_edge(source.id, name, kind="contains")


def _add_provisions(graph: nx.MultiDiGraph[str], book: RuleBook) -> None:
    for provision in book.provisions:
        graph.add_node(
            provision.id,
            kind="provision",
            label=provision.citation,
            heading=provision.heading,
            start=provision.start,
            end=provision.end,
        )
        graph.add_edge(provision.parent or provision.instrument, provision.id, kind="contains")
        for number, norm in enumerate(provision.norms, start=1):
            name = f"{provision.id}#{number}"
            graph.add_node(
                name,
                kind="norm",
                label=f"{norm.modality}: {norm.cue}",
                modality=norm.modality,
                bearer=norm.bearer or "",
            )
            graph.add_edge(provision.id, name, kind="states")
            for zone in provision.zones:
                graph.add_node(f"zone:{zone}", kind="zone", label=zone.replace("_", " "))
                graph.add_edge(name, f"zone:{zone}", kind="holds_in")
    for found in cross_references(book):
        if isinstance(found, Reference):
            graph.add_edge(
                found.source, found.target, kind=found.kind, start=found.start, end=found.end
            )


def cross_references(book: RuleBook) -> Iterator[Reference | Unresolved]:
    """Yield what every mention of another provision comes to, in the order of the law."""
    atlas = Atlas(book.provisions)
    for provision in book.provisions:
        yield from references(provision.id, provision.text, atlas)


def _add_rule(graph: nx.MultiDiGraph[str], rule: Rule) -> None:
    binding = rule.binding
    name = f"rule:{rule.id}"
    graph.add_node(
        name,
        kind="rule",
        label=binding.title,
        priority=binding.priority,
        severity=binding.severity,
        effect=binding.effect,
    )
    graph.add_edge(name, binding.provision, kind="executes")
    for fact in (*attributes_of(binding.require), *attributes_of(binding.permit)):
        node = f"attribute:{fact}"
        graph.add_node(node, kind="attribute", label=fact)
        graph.add_edge(name, node, kind="bound_to")
    for zone in binding.zones:
        graph.add_node(f"zone:{zone}", kind="zone", label=zone.replace("_", " "))
        graph.add_edge(name, f"zone:{zone}", kind="holds_in")


def attributes_of(predicate: Predicate | None) -> tuple[str, ...]:
    """Return the facts that a predicate asks for, each once, in order."""
    return tuple(dict.fromkeys(_facts(predicate)))


def _facts(predicate: Predicate | None) -> Iterator[str]:
    match predicate:
        case All(all=parts) | Any_(any=parts):
            for part in parts:
                yield from _facts(part)
        case Not(not_=part):
            yield from _facts(part)
        case InZone():
            yield "zone.zones"
        case Is() | In() | Known() | ByLaw() | Compare():
            yield predicate.fact
