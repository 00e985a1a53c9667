"""A map of assets at the coast: numbered marks, by shape and colour flooded, missed or dry."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from base import visible
from compliance.report.graphics.svg import written
from jurisdictions.zones.coast import geodesic_nmi
from jurisdictions.zones.map import INK, View, caption, surroundings

_WIDTH, _HEIGHT, _ROW_PX = 720, 400, 19
#: Below this radius the coast of the world map is too coarse to show.
_LEAST_NMI = 4.0
#: State, what it means, fill (Okabe and Ito), corners in units of the mark's size (none: circle).
STATES = {
    "missed": ("water came and the response was not in effect", "#d55e00",
               ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9))),
    "flooded": ("water came, the response was in effect", "#56b4e9",
                ((0.0, -1.2), (1.2, 0.9), (-1.2, 0.9))),
    "threatened": ("more than 5 % chance of water", "#f0e442",
                   ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0))),
    "dry": ("no water", "#ffffff", ()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """An asset on the map: where, its name with its level, and one of :data:`STATES`."""

    latitude: float
    longitude: float
    words: str
    state: str


def asset_map(spots: Sequence[Spot], *, words: Mapping[str, str] | None = None) -> str:
    """Draw the assets with the coast around them and a numbered legend.

    Args:
        spots: at least one.
        words: what the states mean, where not as in :data:`STATES`.

    Returns:
        An ``<svg>`` element free of external resources.
    """
    meaning = {state: told[0] for state, told in STATES.items()} | dict(words or {})
    latitude = float(np.mean([spot.latitude for spot in spots]))
    longitude = _middle([spot.longitude for spot in spots])
    reach = max(geodesic_nmi(latitude, longitude, spot.latitude, spot.longitude) for spot in spots)
    view = View(latitude, longitude, max(1.3 * reach, _LEAST_NMI), _WIDTH, _HEIGHT)
    placed = _apart(
        [
            view.pixel(float(x), float(y))
            for x, y in view.project(np.array([[s.longitude, s.latitude] for s in spots]))
        ]
    )
    marks = "".join(
        _mark(number, spot, at, meaning[spot.state])
        for number, (spot, at) in enumerate(zip(spots, placed, strict=True), 1)
    )
    shown = [state for state in STATES if any(spot.state == state for spot in spots)]
    rows = math.ceil(len(spots) / 2) + len(shown)
    total = _HEIGHT + 14 + _ROW_PX * (rows + 1)
    told = "; ".join(
        f"{number} {spot.words}: {meaning[spot.state]}" for number, spot in enumerate(spots, 1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="assets-title '
        f'assets-desc" viewBox="0 0 {_WIDTH} {total}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="12">'
        f'<title id="assets-title">{len(spots)} assets at the coast</title>'
        f'<desc id="assets-desc">{written(told)}.</desc>'
        f'<clipPath id="assets-clip"><rect width="{_WIDTH}" height="{_HEIGHT}"/></clipPath>'
        f'<g clip-path="url(#assets-clip)">{"".join(surroundings(view))}{marks}</g>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="none" stroke="{INK}"/>'
        f"{''.join(_legend(spots, shown, meaning))}</svg>"
    )


def _middle(longitudes: Sequence[float]) -> float:
    turned = np.exp(1j * np.radians(longitudes)).mean()
    return float(np.degrees(np.angle(turned)))


def _apart(pixels: list[tuple[float, float]], least: float = 21.0) -> list[tuple[float, float]]:
    """Push marks apart until no two overlap; a few pixels are less than the coast is off."""
    at = np.array(pixels, dtype=np.float64)
    for _ in range(200):
        moved = False
        for i in range(len(at)):
            for j in range(i):
                gap = at[i] - at[j]
                size = float(np.hypot(*gap))
                if size < least:
                    way = gap / size if size > 0.1 else np.array([math.cos(i), math.sin(i)])
                    push = 0.51 * (least - size) * way
                    at[i] += push
                    at[j] -= push
                    moved = True
        if not moved:
            break
    return [(float(x), float(y)) for x, y in at]


def _mark(number: int, spot: Spot, at: tuple[float, float], meaning: str) -> str:
    x, y = at
    ink = "#ffffff" if spot.state == "missed" else INK
    digits = (
        f'<text x="{x:.1f}" y="{y + 3.6:.1f}" font-size="10" text-anchor="middle" '
        f'font-weight="bold" fill="{ink}">{number}</text>'
    )
    title = f"<title>{written(f'{spot.words}: {meaning}')}</title>"
    return f"<g>{title}{_shape(spot.state, x, y)}{digits}</g>"


def _shape(state: str, x: float, y: float, size: float = 9.5) -> str:
    _, fill, corners = STATES[state]
    look = f'fill="{fill}" stroke="{INK}" stroke-width="1.2"'
    if not corners:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" {look}/>'
    points = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" {look}/>'


def _legend(
    spots: Sequence[Spot], shown: Sequence[str], meaning: Mapping[str, str]
) -> Iterator[str]:
    half = math.ceil(len(spots) / 2)
    for index, spot in enumerate(spots):
        x, y = (4.0, index) if index < half else (_WIDTH / 2, index - half)
        words = visible(f"{index + 1}  {spot.words}")
        yield caption(x, _HEIGHT + 22 + _ROW_PX * y, words[:60], anchor="start")
    for row, state in enumerate(shown):
        y = _HEIGHT + 24 + _ROW_PX * (half + row)
        yield _shape(state, 12, y - 4, 6.5)
        yield caption(28, y, meaning[state], anchor="start")
    caption_y = _HEIGHT + 24 + _ROW_PX * (half + len(shown))
    yield caption(
        4, caption_y, "Coasts: Natural Earth, good to about a kilometre; marks may be moved a "
        "little so that none hides another.", anchor="start", size=11,
    )  # fmt: skip
