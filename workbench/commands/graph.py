"""``bathylex graph``: export the jurisdiction graph."""

from __future__ import annotations

from pathlib import Path

import click

from base import UsageError, write_whole
from workbench.output import echo_json, json_option, progress

_FORMATS = (".graphml", ".json", ".svg")


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="FILE.graphml, FILE.json or FILE.svg."
)
@click.option("--corpus", type=click.Path(path_type=Path), help="Folder of official law texts.")
@json_option
def command(output: Path | None, corpus: Path | None, as_json: bool) -> int:
    """Export the graph of jurisdictions, instruments, provisions, norms, rules and attributes."""
    from collections import Counter

    from jurisdictions import graph_export
    from jurisdictions.graph import build_graph
    from workbench.law import rulebook

    if output is not None and output.suffix.lower() not in _FORMATS:
        raise UsageError(
            f"-o: {output.name!r} has no known ending", hint=f"use {', '.join(_FORMATS)}"
        )
    graph = build_graph(rulebook(corpus))
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
