"""The jurisdiction graph as GraphML, JSON (node-link) and an SVG overview."""

from __future__ import annotations

import io
import json
from html import escape
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

_COLUMNS = ("jurisdiction", "instrument", "provision", "attribute")
_X = (20, 170, 400, 760)
_FILL = {
    "jurisdiction": "#0b3c5d",
    "instrument": "#1d6a96",
    "provision": "#16202a",
    "attribute": "#7a4b00",
}
_STROKE = {
    "contains": "#9aa7b1",
    "bound_to": "#b07d2b",
    "prevails_over": "#9b1c1c",
    "lex_specialis": "#b4501e",
    "lex_posterior": "#c2185b",
    "implements": "#14532d",
    "without_prejudice_to": "#5b2a86",
    "cumulative": "#56626d",
}
_ROW = 17
_TOP = 60


def to_graphml(graph: nx.MultiDiGraph[str]) -> str:
    """Return the graph as GraphML."""
    import networkx as nx

    buffer = io.BytesIO()
    nx.write_graphml(graph, buffer)
    return buffer.getvalue().decode("utf-8")


def to_json(graph: nx.MultiDiGraph[str]) -> str:
    """Return the graph as node-link JSON (``nodes`` and ``edges``)."""
    import networkx as nx

    return json.dumps(nx.node_link_data(graph, edges="edges"), ensure_ascii=False, indent=1) + "\n"


def to_svg(graph: nx.MultiDiGraph[str]) -> str:
    """Return an overview: jurisdictions, instruments, provisions with rules, and attributes.

    Provisions without a rule are left out: the whole graph has thousands of nodes and is exported
    as GraphML or JSON.
    """
    links = _links(graph)
    places = _places(graph, links)
    height = round(_TOP + _ROW * (max((row for _, row in places.values()), default=0) + 2))
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="1080" '
        f'height="{height}" viewBox="0 0 1080 {height}" role="img" '
        'aria-labelledby="t d" font-family="sans-serif" font-size="11">',
        '<title id="t">Jurisdiction graph</title>',
        '<desc id="d">Jurisdictions, their instruments, the provisions that carry rules, and the '
        "design attributes that the rules are bound to.</desc>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    lines += [
        f'<text x="{x}" y="30" font-size="13" font-weight="bold">{title}s</text>'
        for x, title in zip(_X, _COLUMNS, strict=True)
    ]
    lines += [_edge(places, source, target, kind) for source, target, kind in links]
    lines += [_node(graph, name, place) for name, place in places.items()]
    return "\n".join([*lines, "</svg>\n"])


def _links(graph: nx.MultiDiGraph[str]) -> list[tuple[str, str, str]]:
    """Edges of the overview; a rule is drawn as the line from its provision to its attribute."""
    kinds = dict(graph.nodes(data="kind"))
    found: dict[tuple[str, str, str], None] = {}
    for rule in (name for name, kind in kinds.items() if kind == "rule"):
        out = list(graph.out_edges(rule, data="kind"))
        provision = next((target for _, target, kind in out if kind == "executes"), None)
        if provision is None:
            continue
        found[_instrument_of(provision), provision, "contains"] = None
        for _, target, kind in out:
            if kind == "bound_to":
                found[provision, target, "bound_to"] = None
    for source, target, data in graph.edges(data=True):
        kind = data["kind"]
        if kind == "contains" and {kinds[source], kinds[target]} <= {"jurisdiction", "instrument"}:
            found[source, target, kind] = None
        elif "reason" in data:
            upper, lower = _drawn(source, kinds), _drawn(target, kinds)
            if upper != lower and {kinds[upper], kinds[lower]} <= {"jurisdiction", "instrument"}:
                found[upper, lower, kind] = None
    return list(found)


def _drawn(name: str, kinds: dict[str, str]) -> str:
    """The instrument in whose place a provision or range of articles stands in the overview."""
    return _instrument_of(name) if kinds[name] in ("provision", "articles") else name


def _instrument_of(provision: str) -> str:
    return provision.partition(":")[0]


def _places(
    graph: nx.MultiDiGraph[str], links: list[tuple[str, str, str]]
) -> dict[str, tuple[int, float]]:
    """Column and row of each node: provisions in the order of the law, the rest beside theirs."""
    kinds = dict(graph.nodes(data="kind"))
    order = {name: position for position, name in enumerate(graph.nodes)}
    named = dict.fromkeys(name for source, target, _ in links for name in (source, target))
    neighbours: dict[str, list[str]] = {name: [] for name in named}
    for source, target, _ in links:
        neighbours[source].append(target)
        neighbours[target].append(source)
    rows: dict[str, float] = {}
    provisions = [name for name in named if kinds[name] == "provision"]
    home = {
        target: source for source, target, kind in graph.edges(data="kind") if kind == "contains"
    }
    provisions.sort(key=lambda name: (order[home[_instrument_of(name)]], order[name]))
    rows.update({name: float(row) for row, name in enumerate(provisions)})
    for kind in ("instrument", "attribute", "jurisdiction"):
        column = [name for name in named if kinds[name] == kind]
        wish = {
            name: fmean([rows[other] for other in neighbours[name] if other in rows] or [0.0])
            for name in column
        }
        rows.update(_spread(wish))
    return {name: (_COLUMNS.index(kinds[name]), rows[name]) for name in named}


def _spread(wish: dict[str, float]) -> dict[str, float]:
    """Give each name the row it wishes for, or the next free one below."""
    rows: dict[str, float] = {}
    free = 0.0
    for name in sorted(wish, key=lambda item: (wish[item], item)):
        rows[name] = max(free, wish[name])
        free = rows[name] + 1.0
    return rows


def _edge(places: dict[str, tuple[int, float]], source: str, target: str, kind: str) -> str:
    (x1, row1), (x2, row2) = places[source], places[target]
    y1, y2 = (round(_TOP + _ROW * row - 4) for row in (row1, row2))
    left, right = _X[x1], _X[x2]
    colour = _STROKE[kind]
    if x1 == x2:
        bend = left - 14
        path = f"M{left - 2} {y1} C{bend} {y1} {bend} {y2} {left - 2} {y2}"
    else:
        start = left + (110 if x1 < 2 else 190)
        path = f"M{start} {y1} C{start + 60} {y1} {right - 60} {y2} {right - 4} {y2}"
    tip = f"<title>{escape(source)} {kind.replace('_', ' ')} {escape(target)}</title>"
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-opacity="0.55">{tip}</path>'


def _node(graph: nx.MultiDiGraph[str], name: str, place: tuple[int, float]) -> str:
    kind = graph.nodes[name]["kind"]
    label = name if kind in ("jurisdiction", "instrument") else graph.nodes[name]["label"]
    column, row = place
    weight = ' font-weight="bold"' if kind == "jurisdiction" else ""
    return (
        f'<text x="{_X[column]}" y="{round(_TOP + _ROW * row)}" fill="{_FILL[kind]}"{weight}>'
        f"{escape(label)}</text>"
    )
