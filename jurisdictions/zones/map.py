"""A map of one site as a stand-alone SVG: coasts, distance lines, States and margins.

The projection is azimuthal equidistant about the site: straight lines from the site have true
length and direction. Colours are from the Okabe-Ito palette and every line also differs by dash
and label, so that the map reads in greyscale print and with any colour vision.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from jurisdictions.zones.coast import METRES_PER_NMI, load_coast
from jurisdictions.zones.site import SiteZones

Floats = npt.NDArray[np.float64]

#: Distance lines: nautical miles from any coast, colour, dash, what they bound.
LINES = (
    (12.0, "#d55e00", "", "12 nmi: territorial sea"),
    (24.0, "#0072b2", "7 3", "24 nmi: contiguous zone"),
    (200.0, "#009e73", "2 3", "200 nmi: economic zone, shelf"),
)
SEA, LAND, INK, GRID = "#f4f8fb", "#d9d3c3", "#1a1a1a", "#9fb0bd"
_LEGEND_PX = 118
_LEAST_NMI, _MOST_NMI = 18.0, 800.0
_STEPS_DEG = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
_BARS_NMI = (1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class View:
    """A window of ``width`` by ``height`` pixels with the site at its middle."""

    latitude: float
    longitude: float
    radius_nmi: float
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Pixels per nautical mile."""
        return min(self.width, self.height) / (2 * self.radius_nmi)

    @property
    def reach_nmi(self) -> float:
        """Distance from the site to a corner of the window."""
        return math.hypot(self.width, self.height) / (2 * self.scale)

    def box(self, margin_nmi: float = 0.0) -> Any:
        """The window as a shapely polygon in nautical miles about the site."""
        import shapely

        x = self.width / (2 * self.scale) + margin_nmi
        y = self.height / (2 * self.scale) + margin_nmi
        return shapely.box(-x, -y, x, y)

    def project(self, lonlat: Floats) -> Floats:
        """Return nautical miles east and north of the site for points, shape (n, 2)."""
        there = _projection(self.latitude, self.longitude)
        return np.column_stack(there(lonlat[:, 0], lonlat[:, 1])) / METRES_PER_NMI

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a point in nautical miles about the site."""
        return self.width / 2 + x * self.scale, self.height / 2 - y * self.scale

    def path(self, shape: Any) -> str:
        """Return SVG path data for a shapely geometry in nautical miles."""
        return "".join(
            f"M{_join([self.pixel(x, y) for x, y in points])}{'Z' if closed else ''}"
            for points, closed in _lines_of(shape)
        )


@lru_cache(maxsize=4)
def _projection(latitude: float, longitude: float) -> Any:
    import pyproj

    return pyproj.Proj(proj="aeqd", lat_0=latitude, lon_0=longitude, ellps="WGS84")


def site_map(site: SiteZones, *, width: int = 720, height: int = 520) -> str:
    """Draw the surroundings of a site.

    Args:
        site: what :func:`jurisdictions.zones.resolve` found.
        width, height: of the map in pixels; the legend adds to the height.

    Returns:
        An ``<svg>`` element with a title and a description, free of external resources.
    """
    view = View(site.latitude, site.longitude, _radius(site), width, height)
    land, islets = _land(view, site.distance_nmi)
    parts = [
        *_ground(view, land, islets),
        *_margin_ring(view, site),
        *_coast_lines(view, site),
        *_site_mark(view, site),
        *_scale_bar(view),
        f'<rect width="{width}" height="{height}" fill="none" stroke="{INK}"/>',
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-labelledby="zone-map-title zone-map-desc" '
        f'viewBox="0 0 {width} {height + _LEGEND_PX}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="12">'
        f'<title id="zone-map-title">{escape(_title(site))}</title>'
        f'<desc id="zone-map-desc">{escape(_description(site))}</desc>'
        f'<clipPath id="zone-map-clip"><rect width="{width}" height="{height}"/></clipPath>'
        f'<g clip-path="url(#zone-map-clip)">{"".join(parts)}</g>'
        f"{''.join(_legend(view, site))}</svg>"
    )


def surroundings(view: View) -> list[str]:
    """Draw sea, land, graticule, distance lines and a scale bar of a window, without any site.

    Returns:
        SVG elements that may reach beyond the window: clip them to it.
    """
    land, islets = _land(view)
    # Neighbours that were simplified one by one leave slivers along their border: close them.
    gap = 0.8 / view.scale
    return [*_ground(view, land.buffer(gap).buffer(-gap), islets), *_scale_bar(view)]


def _ground(view: View, land: Any, islets: Floats) -> Iterator[str]:
    yield f'<rect width="{view.width}" height="{view.height}" fill="{SEA}"/>'
    grid = list(_graticule(view))
    yield from (part for part in grid if not part.startswith("<text"))
    if view.radius_nmi <= _MOST_NMI:
        yield from _distance_lines(view, land, islets)
    yield (
        f'<path d="{view.path(_clip(land, view))}" fill="{LAND}" fill-rule="evenodd" '
        f'stroke="{INK}" stroke-width="0.6"/>'
    )
    if view.radius_nmi <= _MOST_NMI:
        yield from _islets(view, islets)
    # Degrees are written last: land would cover them.
    yield from (part for part in grid if part.startswith("<text"))


def _radius(site: SiteZones) -> float:
    """Show the nearest coast, and the second State's where it is not much farther."""
    wanted = site.distance_nmi
    second = site.second_distance_nmi
    if second is not None and second <= 2.5 * max(site.distance_nmi, 20.0):
        wanted = max(wanted, second)
    return min(max(1.25 * wanted, _LEAST_NMI), _MOST_NMI)


def _land(view: View, distance_nmi: float = math.inf) -> tuple[Any, Floats]:
    """Return land as one geometry and islets as points, both in nautical miles about the site.

    Args:
        view: the window.
        distance_nmi: of the site to some coast: land beyond the window matters only for distance
            lines that can show in it, and no point of it is farther from the coast than this and
            the reach of the window together.
    """
    import shapely

    farthest = distance_nmi + view.reach_nmi
    margin = 5.0 + max((line[0] for line in LINES if line[0] <= 1.05 * farthest), default=0.0)
    rings = load_coast().rings_near(
        view.latitude, view.longitude, radius_nmi=view.reach_nmi + margin
    )
    if not rings:
        return shapely.Polygon(), np.empty((0, 2))
    flat = np.split(view.project(np.concatenate(rings)), np.cumsum([len(r) for r in rings])[:-1])
    window = view.box(margin).bounds
    polygons = []
    for ring in flat:
        if len(ring) > 2:
            # Clipping by a rectangle is fast and bears rings that projection made cross themselves.
            clipped = shapely.clip_by_rect(shapely.Polygon(ring), *window)
            polygons.append(clipped.simplify(0.7 / view.scale).buffer(0))
    points = [ring for ring in flat if len(ring) == 1]
    joined = shapely.union_all(polygons) if polygons else shapely.Polygon()
    return joined, np.concatenate(points) if points else np.empty((0, 2))


def _clip(shape: Any, view: View) -> Any:
    return shape.intersection(view.box(2.0 / view.scale))


def _distance_lines(view: View, land: Any, islets: Floats) -> Iterator[str]:
    import shapely

    coast = shapely.union_all([land, shapely.MultiPoint(islets)])
    farthest = coast.distance(shapely.Point(0.0, 0.0)) + view.reach_nmi
    for distance, colour, dash, _ in LINES:
        # No line shows where no point of the window is so far from the coast; buffers cost most.
        if distance * view.scale < 4 or farthest < 0.98 * distance:
            continue
        # Half a pixel or a hundredth of the distance: buffers of raw fjords take seconds.
        near = coast.intersection(view.box(distance + 1.0))
        smooth = near.simplify(max(0.5 / view.scale, 0.01 * distance))
        reach = smooth.buffer(distance, quad_segs=12)
        if reach.is_empty:
            continue
        outline = _clip(reach.boundary, view).simplify(0.4 / view.scale)
        yield (
            f'<path d="{view.path(outline)}" fill="none" stroke="{colour}" stroke-width="1.6" '
            f'stroke-dasharray="{dash}"/>'
        )


def _islets(view: View, islets: Floats) -> Iterator[str]:
    for x, y in islets:
        px, py = view.pixel(x, y)
        yield f'<circle cx="{px:.1f}" cy="{py:.1f}" r="1.8" fill="{LAND}" stroke="{INK}"/>'


def _coast_lines(view: View, site: SiteZones) -> Iterator[str]:
    """Draw a line to each State's nearest coast point with its distance."""
    ends = [(site.nearest_coast, site.distance_nmi, site.coastal_state or site.territory, "")]
    if site.second_coast is not None and site.second_distance_nmi is not None:
        ends.append((site.second_coast, site.second_distance_nmi, site.second_state, "5 4"))
    x0, y0 = view.pixel(0.0, 0.0)
    for (latitude, longitude), distance, state, dash in ends:
        east, north = view.project(np.array([[longitude, latitude]]))[0]
        x, y = view.pixel(float(east), float(north))
        yield (
            f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x:.1f}" y2="{y:.1f}" stroke="{INK}" '
            f'stroke-width="1.2" stroke-dasharray="{dash}"/>'
        )
        outside = max(abs(x - x0) / (view.width / 2), abs(y - y0) / (view.height / 2))
        share = min(1.0, 0.94 / outside) if outside > 0 else 1.0
        at_x = min(max(x0 + share * (x - x0), 60.0), view.width - 60.0)
        at_y = min(max(y0 + share * (y - y0) + (14 if y > y0 else -6), 14.0), view.height - 22.0)
        yield caption(at_x, at_y, f"{state or 'coast'} {distance:.1f} nmi", weight="bold")


def _margin_ring(view: View, site: SiteZones) -> Iterator[str]:
    """Draw how far the site may move in any direction before it may meet a boundary."""
    radius = site.margin_nmi * view.scale
    if 9.0 <= radius <= view.reach_nmi * view.scale:
        x, y = view.pixel(0.0, 0.0)
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#cc79a7" '
            f'fill-opacity="0.14" stroke="#7a3b66" stroke-width="1.4" stroke-dasharray="1.5 3"/>'
        )


def _site_mark(view: View, site: SiteZones) -> Iterator[str]:
    x, y = view.pixel(0.0, 0.0)
    yield (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="#cc79a7" stroke="{INK}" stroke-width="2"/>'
    )
    below = view.project(np.array([site.nearest_coast[::-1]]))[0][1] > 0
    yield caption(x, y + (22 if below else -12), "site", weight="bold")


def _graticule(view: View) -> Iterator[str]:
    import shapely

    span = view.reach_nmi / 60.0
    south, north = max(view.latitude - span, -90.0), min(view.latitude + span, 90.0)
    narrow = math.cos(math.radians(min(max(abs(south), abs(north)), 89.9)))
    half = min(span / narrow, 180.0)
    west, east = view.longitude - half, view.longitude + half
    window = view.box()
    for value in _ticks(south, north):
        along = np.linspace(west, east, 121)
        drawn = shapely.LineString(view.project(np.column_stack([along, 0 * along + value])))
        yield from _grid_line(view, drawn.intersection(window), degrees(value, "N", "S"), 0)
    for value in _ticks(west, east if half < 180 else east - 1e-6):
        along = np.linspace(south, north, 61)
        drawn = shapely.LineString(view.project(np.column_stack([0 * along + value, along])))
        label = degrees((value + 180) % 360 - 180, "E", "W")
        yield from _grid_line(view, drawn.intersection(window), label, 1)


def _grid_line(view: View, drawn: Any, label: str, axis: int) -> Iterator[str]:
    """Draw a parallel (axis 0, labelled at the left) or a meridian (axis 1, at the bottom)."""
    if drawn.is_empty:
        return
    yield f'<path d="{view.path(drawn)}" fill="none" stroke="{GRID}" stroke-width="0.5"/>'
    points = np.concatenate([line for line, _ in _lines_of(drawn)])
    x, y = view.pixel(*(float(v) for v in points[np.argmin(points[:, axis])]))
    if axis == 0 and x < 2:
        yield caption(4, min(max(y - 3, 12), view.height - 20), label, anchor="start", size=10)
    elif axis == 1 and y > view.height - 2 and 30 < x < view.width - 30:
        yield caption(x, view.height - 5, label, size=10)


def _ticks(low: float, high: float) -> list[float]:
    """Return round degrees between two values, about three to seven of them."""
    step = next((step for step in _STEPS_DEG if (high - low) / step <= 7), _STEPS_DEG[-1])
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def degrees(value: float, positive: str, negative: str) -> str:
    """Write a whole or tenth of a degree with its letter: ``30° N``."""
    rounded = round(value, 1)
    letter = "" if rounded in (0, 180, -180) else positive if rounded > 0 else negative
    return f"{abs(rounded):g}° {letter}".strip()


def _scale_bar(view: View) -> Iterator[str]:
    length = max((bar for bar in _BARS_NMI if bar * view.scale <= view.width / 4), default=1)
    right, y = view.width - 16.0, view.height - 26.0
    left = right - length * view.scale
    yield (
        f'<rect x="{left - 8:.1f}" y="{y - 20}" width="{right - left + 16:.1f}" height="28" '
        f'fill="{SEA}" opacity="0.85"/>'
    )
    yield (
        f'<path d="M{left:.1f} {y - 4}V{y + 4}M{left:.1f} {y}H{right}M{right} {y - 4}V{y + 4}" '
        f'stroke="{INK}" stroke-width="1.5" fill="none"/>'
    )
    kilometres = length * METRES_PER_NMI / 1000
    yield caption((left + right) / 2, y - 7, f"{length} nmi = {kilometres:.3g} km")


def _legend(view: View, site: SiteZones) -> Iterator[str]:
    top = view.height + 18
    yield caption(4, top, _title(site), anchor="start", weight="bold", size=13)
    second = "" if site.second_state is None else f"; second State {site.second_state}"
    doubt = "certain" if site.certain else "not certain: see the notes"
    margin = f"Margin {site.margin_nmi:.1f} nmi to: {site.nearest_threshold}{second}; {doubt}"
    yield caption(4, top + 18, margin, anchor="start")
    for row, (distance, colour, dash, words) in enumerate(LINES):
        y = top + 40 + 18 * row
        hidden = " (too near the shore to draw)" if distance * view.scale < 4 else ""
        yield (
            f'<path d="M4 {y - 4}H44" stroke="{colour}" stroke-width="1.6" fill="none" '
            f'stroke-dasharray="{dash}"/>'
        )
        yield caption(52, y, words + hidden, anchor="start")
    yield from _margin_key(view, site, top + 18)
    yield caption(
        view.width / 2,
        top + 40,
        "Lines run from any coast (low-water line of the atlas),",
        anchor="start",
    )
    yield caption(
        view.width / 2, top + 58, "not from straight or archipelagic baselines.", anchor="start"
    )
    yield caption(
        view.width / 2, top + 76, "Azimuthal equidistant; coasts: Natural Earth.", anchor="start"
    )


def _margin_key(view: View, site: SiteZones, y: float) -> Iterator[str]:
    if 9.0 <= site.margin_nmi * view.scale <= view.reach_nmi * view.scale:
        x = view.width - 176
        yield (
            f'<circle cx="{x}" cy="{y - 4}" r="7" fill="#cc79a7" fill-opacity="0.14" '
            'stroke="#7a3b66" stroke-width="1.4" stroke-dasharray="1.5 3"/>'
        )
        yield caption(x + 13, y, "ring: margin to the boundary", anchor="start")


def _title(site: SiteZones) -> str:
    water = site.water_column.replace("_", " ").replace("eez", "EEZ")
    seabed = site.seabed.replace("_", " ")
    state = f", {site.coastal_state}" if site.coastal_state else ""
    place = f"{_place(site.latitude, 'N', 'S')} {_place(site.longitude, 'E', 'W')}"
    return (
        f"{place}: {water} over {seabed}{state}" if water != seabed else f"{place}: {water}{state}"
    )


def _place(value: float, positive: str, negative: str) -> str:
    return f"{abs(value):.4f}° {positive if value >= 0 else negative}"


def _description(site: SiteZones) -> str:
    sentences = [
        f"The nearest coast ({site.coastal_state or site.territory or 'no State in reach'}) is "
        f"{site.distance_nmi:.1f} nautical miles away."
    ]
    if site.second_state is not None and site.second_distance_nmi is not None:
        sentences.append(
            f"The second State is {site.second_state}, {site.second_distance_nmi:.1f} nautical "
            "miles away."
        )
    sentences.append(f"The margin is {site.margin_nmi:.1f} nautical miles.")
    return " ".join(sentences)


def caption(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "middle",
    weight: str = "normal",
    size: int = 12,
) -> str:
    """Write words on a map, with a light rim so that they read on any ground.

    The rim is a text of its own behind the words: printers know no order of painting.
    """
    place = (
        f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}"'
    )
    return (
        f'<text {place} fill="#ffffff" stroke="#ffffff" stroke-width="3" stroke-linejoin="round" '
        f'aria-hidden="true">{escape(words)}</text>'
        f'<text {place} fill="{INK}">{escape(words)}</text>'
    )


def _join(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _lines_of(shape: Any) -> Iterator[tuple[Floats, bool]]:
    """Yield the vertex rings and lines of a geometry, and whether each is closed."""
    for part in getattr(shape, "geoms", [shape]):
        if part.is_empty:
            continue
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield np.asarray(ring.coords), True
        elif part.geom_type in ("LineString", "LinearRing"):
            yield np.asarray(part.coords), False
        elif hasattr(part, "geoms"):
            yield from _lines_of(part)
