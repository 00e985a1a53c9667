"""A map to pick sites on: the world, or a window of it, with coasts; a click is a position.

Degrees are drawn at one scale each way, longitudes shortened by the cosine of the middle latitude,
so that the position of a pixel is found by two divisions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np

from base import visible
from jurisdictions.zones.coast import load_coast
from jurisdictions.zones.map import GRID, INK, LAND, SEA, caption, degrees

WIDTH, HEIGHT = 720, 400
#: Degrees of longitude that the steps of zooming show.
SPANS = (360.0, 120.0, 40.0, 12.0, 4.0)
_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Window:
    """What a map shows.

    Attributes:
        latitude, longitude: of its middle, degrees.
        span: degrees of longitude from its left to its right, one of :data:`SPANS`.
    """

    latitude: float
    longitude: float
    span: float

    @property
    def east(self) -> float:
        """Pixels per degree of longitude."""
        return WIDTH / self.span

    @property
    def north(self) -> float:
        """Pixels per degree of latitude."""
        if self.span >= 360.0:
            return HEIGHT / 180.0
        return self.east / math.cos(math.radians(min(abs(self.latitude), 80.0)))

    def pixel(self, latitude: float, longitude: float) -> tuple[float, float]:
        """Return where a position is drawn; it may lie outside."""
        east = (longitude - self.longitude + 180.0) % 360.0 - 180.0
        return WIDTH / 2 + east * self.east, HEIGHT / 2 - (latitude - self.latitude) * self.north


def window(latitude: float, longitude: float, span: float) -> Window:
    """Return a window with the nearest span that is drawn; the world is always whole."""
    chosen = min(SPANS, key=lambda known: abs(math.log(known / max(span, 0.1))))
    if chosen >= 360.0:
        return Window(0.0, 0.0, chosen)
    # To two decimals, so that windows are kept and shared.
    return Window(round(max(-80.0, min(80.0, latitude)), 2), round(longitude, 2), chosen)


@lru_cache(maxsize=64)
def ground(view: Window) -> str:
    """Draw sea, land and graticule as SVG elements."""
    grid = list(_graticule(view))
    land = "".join(_land(view))
    return "".join(
        (
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{SEA}"/>',
            *(part for part in grid if not part.startswith("<text")),
            # The ink under the fill shows at coasts only, so that the map draws no borders.
            f'<defs><path id="pick-land" d="{land}"/></defs>'
            f'<use href="#pick-land" fill="{LAND}" stroke="{INK}" stroke-width="1.1"/>'
            f'<use href="#pick-land" fill="{LAND}" stroke="{LAND}" stroke-width="0.4"/>',
            *(part for part in grid if part.startswith("<text")),
        )
    )


def picture(view: Window, marks: Sequence[tuple[float, float, str]] = ()) -> str:
    """Return the map as an ``<svg>`` element.

    Args:
        view: what it shows.
        marks: positions with a label; the first is the design's own.
    """
    drawn = "".join(_mark(view, *mark, own=index == 0) for index, mark in enumerate(marks))
    title = "The world" if view.span >= 360 else f"Map around {degrees(view.latitude, 'N', 'S')}, "
    if view.span < 360:
        title += degrees(view.longitude, "E", "W")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}" font-family="Helvetica, Arial, sans-serif" font-size="12" '
        f'data-latitude="{view.latitude}" data-longitude="{view.longitude}" '
        f'data-east="{view.east}" data-north="{view.north}" data-span="{view.span}">'
        f'<clipPath id="pick-clip"><rect width="{WIDTH}" height="{HEIGHT}"/></clipPath>'
        f'<g clip-path="url(#pick-clip)">{ground(view)}<g data-marks>{drawn}</g></g>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="{INK}"/></svg>'
    )


def _mark(view: Window, latitude: float, longitude: float, label: str, *, own: bool) -> str:
    x, y = view.pixel(latitude, longitude)
    colour = "#cc79a7" if own else "#0072b2"
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{colour}" stroke="{INK}" '
        f'stroke-width="1.5"><title>{escape(visible(label))}</title></circle>'
    )


def _graticule(view: Window) -> Iterator[str]:
    step = next((step for step in _STEPS if view.span / step <= 12), _STEPS[-1])
    tall = HEIGHT / view.north
    for latitude in _ticks(max(-90.0, view.latitude - tall / 2), view.latitude + tall / 2, step):
        if abs(latitude) <= 90:
            _, y = view.pixel(latitude, view.longitude)
            yield f'<path d="M0 {y:.1f}H{WIDTH}" stroke="{GRID}" stroke-width="0.5"/>'
            yield caption(4, y - 3, degrees(latitude, "N", "S"), anchor="start", size=10)
    for longitude in _ticks(view.longitude - view.span / 2, view.longitude + view.span / 2, step):
        x = WIDTH / 2 + (longitude - view.longitude) * view.east
        yield f'<path d="M{x:.1f} 0V{HEIGHT}" stroke="{GRID}" stroke-width="0.5"/>'
        if 30 < x < WIDTH - 30:
            shown = (longitude + 180.0) % 360.0 - 180.0
            yield caption(x, HEIGHT - 5, degrees(shown, "E", "W"), size=10)


def _ticks(low: float, high: float, step: float) -> list[float]:
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _land(view: Window) -> Iterator[str]:
    """Draw each ring of the coast that is large enough to be seen, cut to the window."""
    import shapely

    half_tall = HEIGHT / 2 / view.north + 1.0
    half_wide = view.span / 2 + 1.0
    # From the middle to a corner in nautical miles, generously.
    reach = 20_000.0 if view.span >= 120 else 60.0 * math.hypot(half_tall, half_wide) + 300.0
    box = (-half_wide, view.latitude - half_tall, half_wide, view.latitude + half_tall)
    for ring in load_coast().rings_near(view.latitude, view.longitude, radius_nmi=reach):
        east = np.unwrap(ring[:, 0], period=360.0) - view.longitude
        if len(ring) < 4 or np.ptp(east) * view.east < 0.8:
            continue
        shape: Any = shapely.Polygon(np.column_stack([east, ring[:, 1]]))
        shape = shape.simplify(0.4 / view.east)
        for shift in (-720.0, -360.0, 0.0, 360.0, 720.0):
            west, _, far, _ = shape.bounds
            if far + shift < box[0] or west + shift > box[2]:
                continue
            moved = shapely.transform(shape, lambda points, by=shift: points + np.array([by, 0.0]))
            yield from _outlines(shapely.clip_by_rect(moved, *box), view)


def _outlines(shape: Any, view: Window) -> Iterator[str]:
    for part in getattr(shape, "geoms", [shape]):
        if part.is_empty or part.geom_type != "Polygon":
            continue
        points = np.asarray(part.exterior.coords)
        x = WIDTH / 2 + points[:, 0] * view.east
        y = HEIGHT / 2 - (points[:, 1] - view.latitude) * view.north
        yield "M" + " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)) + "Z"
