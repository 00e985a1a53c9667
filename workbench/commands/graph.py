"""``bathylex graph``: export the jurisdiction graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError, write_whole
from workbench.options import as_of_option, corpus_option, output_option
from workbench.output import echo_json, json_option, progress

if TYPE_CHECKING:
    from jurisdictions.order import PartialOrder
    from jurisdictions.rulebook import RuleBook

_FORMATS = (".graphml", ".json", ".svg")


@click.command()
@output_option("FILE.graphml, FILE.json or FILE.svg.")
@corpus_option("")
@click.option("--unresolved", is_flag=True, help="List references that lead nowhere, and why.")
@as_of_option("Only relations between laws that hold on this date.")
@click.option("--at", metavar="LAT,LON", help="Only relations between laws that hold there.")
@click.option(
    "--state", metavar="CODE", help="The operator's State, of which --at and --as-of ask."
)
@json_option
def command(
    output: Path | None,
    corpus: Path | None,
    unresolved: bool,
    as_of: str | None,
    at: str | None,
    state: str | None,
    as_json: bool,
) -> int:
    """Export the graph of jurisdictions, instruments, provisions, norms, rules and attributes.

    With --at or --as-of only the relations that hold there and then are edges; those of which a
    missing fact decides (mostly the operator's State) are left out and counted.
    """
    from collections import Counter

    from jurisdictions import graph_export
    from jurisdictions.graph import build_graph
    from workbench.law import rulebook

    if output is not None and output.suffix.lower() not in _FORMATS:
        raise UsageError(
            f"-o: {output.name!r} has no known ending", hint=f"use {', '.join(_FORMATS)}"
        )
    if state is not None and at is None and as_of is None:
        raise UsageError("--state says for whom --at and --as-of ask; give one of them")
    order = None if at is None and as_of is None else _order(at, as_of, state)
    book = rulebook(corpus)
    if unresolved:
        return _list_unresolved(book, as_json)
    graph = build_graph(book, None if order is None else order.active())
    if output is not None:
        writer = {
            ".graphml": graph_export.to_graphml,
            ".json": graph_export.to_json,
            ".svg": graph_export.to_svg,
        }[output.suffix.lower()]
        write_whole(output, writer(graph))
        progress(f"{output} written")
    nodes = Counter(kind for _, kind in graph.nodes(data="kind"))
    edges = Counter(kind for _, _, kind in graph.edges(data="kind"))
    if as_json:
        echo_json({"nodes": dict(nodes), "edges": dict(edges), "relations": _relations(order)})
        return 0
    for title, counts in (("Nodes", nodes), ("Edges", edges)):
        click.echo(title)
        for kind, count in counts.most_common():
            click.echo(f"  {kind:<26} {count:>6}")
    if order is not None:
        _print_order(order)
    return 0


def _order(at: str | None, as_of: str | None, state: str | None) -> PartialOrder:
    """The order of laws at a place and on a day, for an operator's State."""
    from jurisdictions.order import order_at
    from jurisdictions.parties import eu_member
    from jurisdictions.regimes import NATIONAL_ZONES, Circumstances
    from jurisdictions.zones import resolve
    from workbench.options import day, known_state, position

    if state is not None:
        known_state(state)
    on = day(as_of, option="--as-of")
    site = None if at is None else resolve(*position(at, option="--at"))
    coastal = site.coastal_state if site is not None and site.zones & NATIONAL_ZONES else None
    european = site is not None and site.eu_marine_waters
    return order_at(
        Circumstances(
            as_of=on,
            zones=None if site is None else frozenset(site.zones),
            purpose="",
            coastal_state=coastal,
            operator_state=state,
            sponsoring_state=None,
            eu_marine_waters=None
            if site is None
            else european and coastal is not None and eu_member(coastal, on),
            us_ocs=None if site is None else site.us_ocs,
            us_state_waters=None if site is None else site.us_state_waters,
            resource=None,
        )
    )


def _relations(order: PartialOrder | None) -> list[dict[str, object]]:
    from jurisdictions.relations import load_relations

    return [
        {
            "source": item.source,
            "target": item.target,
            "kind": item.kind,
            "provision": item.provision,
            "reason": item.reason,
            "gates": item.gates(),
            "holds": None if order is None else item.holds(order.circumstances),
        }
        for item in load_relations()
    ]


def _print_order(order: PartialOrder) -> None:
    click.echo("Relations that hold")
    for item in order.active():
        stated = f" ({item.provision})" if item.provision else ""
        click.echo(f"  {item.source} {item.kind.replace('_', ' ')} {item.target}{stated}")
    open_ones = order.undecided()
    if open_ones:
        click.echo(f"  {len(open_ones)} more hang on a missing fact (give --at, --as-of, --state)")


def _list_unresolved(book: RuleBook, as_json: bool) -> int:
    from dataclasses import asdict

    from jurisdictions.graph import cross_references
    from jurisdictions.references import Unresolved

    rows = [item for item in cross_references(book) if isinstance(item, Unresolved)]
    if as_json:
        echo_json([asdict(item) for item in rows])
        return 0
    for item in rows:
        place = f"{item.source} [{item.start}-{item.end}]"
        click.echo(f"{place} {item.mention!r}: {item.reason}, {item.detail}")
    return 0
