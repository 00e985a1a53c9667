"""``bathylex graph``: export the jurisdiction graph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from base import UsageError, write_whole
from workbench.output import echo_json, json_option, progress

if TYPE_CHECKING:
    from jurisdictions.rulebook import RuleBook

_FORMATS = (".graphml", ".json", ".svg")


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="FILE.graphml, FILE.json or FILE.svg."
)
@click.option("--corpus", type=click.Path(path_type=Path), help="Folder of official law texts.")
@click.option("--unresolved", is_flag=True, help="List references that lead nowhere, and why.")
@json_option
def command(output: Path | None, corpus: Path | None, unresolved: bool, as_json: bool) -> int:
    """Export the graph of jurisdictions, instruments, provisions, norms, rules and attributes."""
    from collections import Counter

    from jurisdictions import graph_export
    from jurisdictions.graph import build_graph
    from workbench.law import rulebook

    if output is not None and output.suffix.lower() not in _FORMATS:
        raise UsageError(
            f"-o: {output.name!r} has no known ending", hint=f"use {', '.join(_FORMATS)}"
        )
    book = rulebook(corpus)
    if unresolved:
        return _list_unresolved(book, as_json)
    graph = build_graph(book)
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
        echo_json({"nodes": dict(nodes), "edges": dict(edges)})
        return 0
    for title, counts in (("Nodes", nodes), ("Edges", edges)):
        click.echo(title)
        for kind, count in counts.most_common():
            click.echo(f"  {kind:<26} {count:>6}")
    return 0


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
