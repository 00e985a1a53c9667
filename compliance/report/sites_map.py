"""A map of many sites, each marked by what its variants' verdicts are: by shape and by colour."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from base import visible
from compliance.finding import AuditResult
from compliance.whatif.rank import Score, on_land
from jurisdictions.zones.coast import geodesic_nmi
from jurisdictions.zones.map import INK, View, caption, surroundings

if TYPE_CHECKING:
    from compliance.whatif.comparison import Comparison

#: Classes of a site from worst to best: what they say, the colour (of the palette of Okabe and
#: Ito, which people with any colour vision tell apart); the shape of each needs no colour at all.
CLASSES = (
    ("critical", "a critical provision of law is violated", "#d55e00"),
    ("violated", "a provision of law is violated, none critical", "#cc79a7"),
    ("undetermined", "undetermined: a fact is missing", "#56b4e9"),
    ("voluntary", "only a voluntary standard is not met", "#f0e442"),
    ("lawful", "no violation found in the modelled law", "#009e73"),
    ("land", "on land: no site of the sea", "#999999"),
)
_NAMES = tuple(name for name, _, _ in CLASSES)
_COLOUR = {name: colour for name, _, colour in CLASSES}
#: Outlines in units of the mark's size: a cross, a square, a triangle, a plus
#: sign, a diamond; else a circle.
_CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "critical": (
        *((-1.1, -0.7), (-0.7, -1.1), (0.0, -0.4), (0.7, -1.1), (1.1, -0.7), (0.4, 0.0)),
        *((1.1, 0.7), (0.7, 1.1), (0.0, 0.4), (-0.7, 1.1), (-1.1, 0.7), (-0.4, 0.0)),
    ),
    "violated": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "undetermined": ((0.0, -1.1), (1.1, 0.85), (-1.1, 0.85)),
    "land": (
        *((-0.3, -1.0), (0.3, -1.0), (0.3, -0.3), (1.0, -0.3), (1.0, 0.3), (0.3, 0.3)),
        *((0.3, 1.0), (-0.3, 1.0), (-0.3, 0.3), (-1.0, 0.3), (-1.0, -0.3), (-0.3, -0.3)),
    ),
    "voluntary": ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
}
_WIDTH, _HEIGHT, _ROW_PX = 900, 560, 22
#: Beyond this reach one plane about the middle distorts too much: the world is drawn instead.
_PLANE_NMI = 2500.0
_LEAST_NMI = 18.0
_SIZE = 6.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the map with the variants that are there (by index)."""

    latitude: float
    longitude: float
    variants: tuple[int, ...]
    name: str
    words: str

    @property
    def base(self) -> bool:
        """Whether the design's own place is here."""
        return 0 in self.variants


def class_of(result: AuditResult, score: Score) -> str:
    """Return the class of one variant; voluntary standards weigh less than a missing fact."""
    if on_land(result):
        return "land"
    if score.critical:
        return "critical"
    if score.major or score.minor or score.observation:
        return "violated"
    if result.totals["undetermined"]:
        return "undetermined"
    return "voluntary" if score.voluntary_gaps else "lawful"


def sites_map(comparison: Comparison) -> str:
    """Draw the sites of a comparison with the coast, a legend and a title for each mark.

    Where several variants stand on one site, the mark shows the worst.

    Returns:
        An ``<svg>`` element free of external resources.
    """
    spots = _spots(comparison)
    ground, pixels, height = _ground(spots)
    marks = "".join(
        _mark(spot, x, y) for spot, (x, y) in sorted(zip(spots, pixels, strict=True), key=_depth)
    )
    shown = [name for name in _NAMES if any(spot.name == name for spot in spots)]
    total = height + 40 + _ROW_PX * len(shown)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-labelledby="sites-map-title sites-map-desc" viewBox="0 0 {_WIDTH} {total}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="13">'
        f'<title id="sites-map-title">{len(spots)} sites by verdict</title>'
        f'<desc id="sites-map-desc">{escape(_description(spots))}</desc>'
        f'<clipPath id="sites-map-clip"><rect width="{_WIDTH}" height="{height}"/></clipPath>'
        f'<g clip-path="url(#sites-map-clip)">{"".join(ground)}{marks}</g>'
        f'<rect width="{_WIDTH}" height="{height}" fill="none" stroke="{INK}"/>'
        f"{''.join(_legend(spots, shown, height))}</svg>"
    )


def _spots(comparison: Comparison) -> list[Spot]:
    places: dict[tuple[float, float], list[int]] = {}
    for index, result in enumerate(comparison.results):
        at = (result.site["latitude"], result.site["longitude"])
        places.setdefault(at, []).append(index)
    return [
        _spot(comparison, latitude, longitude, indices)
        for (latitude, longitude), indices in places.items()
    ]


def _spot(
    comparison: Comparison, latitude: float, longitude: float, indices: Sequence[int]
) -> Spot:
    classes = {
        index: class_of(comparison.results[index], comparison.ranking.scores[index])
        for index in indices
    }
    worst = min(classes.values(), key=_NAMES.index)
    lines = [
        f"{index}: {visible(comparison.variants[index].label)}: {classes[index]}"
        for index in indices[:8]
    ]
    if len(indices) > 8:
        lines.append(f"and {len(indices) - 8} more variants")
    return Spot(latitude, longitude, tuple(indices), worst, "\n".join(lines))


def _ground(spots: Sequence[Spot]) -> tuple[list[str], list[tuple[float, float]], int]:
    """Return the map without marks, the pixel of each spot, and the height of the map."""
    latitude, longitude = _middle(spots)
    reach = max(geodesic_nmi(latitude, longitude, spot.latitude, spot.longitude) for spot in spots)
    if reach > _PLANE_NMI:
        from jurisdictions.zones.world import World

        world = World(longitude, _WIDTH)
        drawn = [world.pixel(spot.latitude, spot.longitude) for spot in spots]
        return world.ground(), drawn, world.height
    view = View(latitude, longitude, max(1.15 * reach, _LEAST_NMI), _WIDTH, _HEIGHT)
    flat = view.project(np.array([[spot.longitude, spot.latitude] for spot in spots]))
    return surroundings(view), [view.pixel(float(x), float(y)) for x, y in flat], _HEIGHT


def _middle(spots: Sequence[Spot]) -> tuple[float, float]:
    """Return the position in the middle of all spots on the sphere."""
    east = north = up = 0.0
    for spot in spots:
        phi, lam = math.radians(spot.latitude), math.radians(spot.longitude)
        east += math.cos(phi) * math.cos(lam)
        north += math.cos(phi) * math.sin(lam)
        up += math.sin(phi)
    return (
        math.degrees(math.atan2(up, math.hypot(east, north))),
        math.degrees(math.atan2(north, east)),
    )


def _depth(item: tuple[Spot, tuple[float, float]]) -> tuple[bool, int]:
    """Draw the worst last but one and the base last, so that neither hides under others."""
    spot, _ = item
    return spot.base, -_NAMES.index(spot.name)


def _mark(spot: Spot, x: float, y: float) -> str:
    ring = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_SIZE + 5:g}" fill="none" stroke="{INK}" '
        'stroke-width="1.5" stroke-dasharray="3 2"/>'
        if spot.base
        else ""
    )
    return f"<g><title>{escape(spot.words)}</title>{ring}{_shape(spot.name, x, y)}</g>"


def _shape(name: str, x: float, y: float) -> str:
    look = f'fill="{_COLOUR[name]}" stroke="{INK}" stroke-width="1"'
    if name not in _CORNERS:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_SIZE:g}" {look}/>'
    points = " ".join(f"{x + _SIZE * dx:.1f},{y + _SIZE * dy:.1f}" for dx, dy in _CORNERS[name])
    return f'<polygon points="{points}" {look}/>'


def _legend(spots: Sequence[Spot], shown: Sequence[str], top: int) -> Iterator[str]:
    words = {name: text for name, text, _ in CLASSES}
    for row, name in enumerate(shown):
        y = top + 22 + _ROW_PX * row
        count = sum(spot.name == name for spot in spots)
        yield _shape(name, 14, y - 4)
        sites = f"{count} site{'s' if count != 1 else ''}"
        yield caption(32, y, f"{sites}: {words[name]}", anchor="start", size=13)
    y = top + 22 + _ROW_PX * len(shown)
    yield (
        f'<circle cx="14" cy="{y - 4}" r="9" fill="none" stroke="{INK}" stroke-width="1.5" '
        'stroke-dasharray="3 2"/>'
    )
    yield caption(32, y, "the design's own site", anchor="start", size=13)
    yield caption(_WIDTH - 4, y, "Coasts: Natural Earth, low-water line.", anchor="end", size=11)


def _description(spots: Sequence[Spot]) -> str:
    counts = [
        f"{sum(spot.name == name for spot in spots)} sites: {words}" for name, words, _ in CLASSES
    ]
    return "Marks differ in shape and colour. " + "; ".join(counts) + "."
