"""The hull's margins over depth: how deep each failure mode lets the hull go."""

from __future__ import annotations

import math
from collections.abc import Iterator

from base import BathylexError
from compliance.finding import AuditResult
from compliance.report.graphics.svg import (
    INK,
    LINE,
    QUIET,
    WASH,
    WIDTH,
    figure,
    line,
    path,
    rect,
    text,
    wrapped,
)
from habitat.hull.over_depth import MarginsOverDepth, ModeOverDepth

_LEFT, _TOP, _PLOT_W, _PLOT_H = 64.0, 14.0, 470.0, 270.0
#: Least margin shown.
_LOW = -0.5
_TICKS = (-0.5, 0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 63.0, 127.0)
#: Colour, dash and sign of each curve, in the order of the modes.
_LOOKS = (
    ("#0072b2", "", "circle"),
    ("#d55e00", "8 3", "square"),
    ("#009e73", "2 3", "triangle"),
    ("#cc79a7", "10 3 2 3", "diamond"),
)


def hull_margins(result: AuditResult) -> MarginsOverDepth | None:
    """Return the margins of the hull over depth, from the facts of the design.

    Returns:
        ``None`` where the design does not describe a metal hull with its wall and depth.
    """
    from habitat.derived_hull import margins_over_depth
    from habitat.design import Design, Hull
    from habitat.load import validate

    facts = result.design["facts"]
    hull = {name: facts.get(f"hull.{name}") for name in Hull.model_fields}
    site = {"latitude": result.site["latitude"], "longitude": result.site["longitude"]}
    data = {
        "name": "hull",
        "purpose": "other",
        "site": {**site, "depth": facts.get("site.depth")},
        "hull": {name: value for name, value in hull.items() if value is not None},
    }
    try:
        found = margins_over_depth(validate(Design, data, where=""))
    except BathylexError:
        return None
    return found if found is not None and found.modes else None


def hull_chart(margins: MarginsOverDepth, *, name: str = "hull") -> str:
    """Draw the margin of each failure mode over depth.

    Returns:
        An ``<svg>`` element; the table beside it says the same in numbers.
    """
    parts = [*_axes(margins)]
    parts += _names(margins)
    for curve, look in zip(margins.modes, _LOOKS, strict=False):
        parts += _curve(margins, curve, look)
    told = "; ".join(f"{curve.name.replace('_', ' ')} {curve.here:+.0%}" for curve in margins.modes)
    return figure(
        name,
        _TOP + _PLOT_H + 54,
        f"Margins of the hull at {margins.depth_m:g} m and over depth",
        f"Margin of each failure mode at the site's depth: {told}. Zero is the least allowed.",
        parts,
    )


def _x(margins: MarginsOverDepth, depth: float) -> float:
    return _LEFT + _PLOT_W * depth / margins.depths_m[-1]


def _high(margins: MarginsOverDepth) -> float:
    """Return the greatest margin shown: a tick above what the site has."""
    most = max((mode.here for mode in margins.modes if math.isfinite(mode.here)), default=1.0)
    return next((tick for tick in _TICKS if tick >= max(most, 1.0)), _TICKS[-1])


def _y(margins: MarginsOverDepth, margin: float) -> float:
    """Return the place of a margin on a scale on which doubling the strength is one step."""
    low, high = math.log2(1 + _LOW), math.log2(1 + _high(margins))
    held = min(max(math.log2(1 + max(margin, _LOW)), low), high)
    return _TOP + _PLOT_H * (high - held) / (high - low)


def _axes(margins: MarginsOverDepth) -> Iterator[str]:
    yield rect(_LEFT, _TOP, _PLOT_W, _PLOT_H)
    zero = _y(margins, 0.0)
    yield rect(_LEFT, zero, _PLOT_W, _TOP + _PLOT_H - zero, fill="#ececec", stroke="none")
    for tick in (tick for tick in _TICKS if tick <= _high(margins)):
        y = _y(margins, tick)
        yield line([(_LEFT, y), (_LEFT + _PLOT_W, y)], stroke=LINE, thick=0.5)
        yield text(_LEFT - 6, y + 4, f"{tick:+.0%}" if tick else "0", anchor="end", size=11)
    step = _round_step(margins.depths_m[-1])
    for k in range(int(margins.depths_m[-1] / step) + 1):
        x = _x(margins, k * step)
        yield line([(x, _TOP + _PLOT_H), (x, _TOP + _PLOT_H + 5)], stroke=INK)
        yield text(x, _TOP + _PLOT_H + 18, f"{k * step:,.0f}", anchor="middle", size=11)
    yield text(_LEFT + _PLOT_W / 2, _TOP + _PLOT_H + 38, "depth, metres", anchor="middle")
    yield text(_LEFT + 8, zero + 16, "below zero: less than the code allows", size=11, fill=QUIET)
    yield line([(_LEFT, zero), (_LEFT + _PLOT_W, zero)], thick=1.8)
    x = _x(margins, margins.depth_m)
    yield line([(x, _TOP), (x, _TOP + _PLOT_H)], thick=1.4, dash="5 3")
    words = f"site, {margins.depth_m:,.0f} m"
    yield text(x + 5, _TOP + 15, words, bold=True)


def _round_step(most: float) -> float:
    raw = most / 6
    power = 10 ** math.floor(math.log10(raw))
    return float(next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw))


def _curve(
    margins: MarginsOverDepth, curve: ModeOverDepth, look: tuple[str, str, str]
) -> Iterator[str]:
    colour, dash, sign = look
    points = [
        (_x(margins, depth), _y(margins, margin))
        for depth, margin in zip(margins.depths_m, curve.margins, strict=True)
        if _LOW <= margin <= _high(margins)
    ]
    if len(points) > 1:
        yield line(points, stroke=colour, thick=2.2 if curve.binding else 1.4, dash=dash)
    if _LOW <= curve.here <= _high(margins):
        yield _sign(sign, _x(margins, margins.depth_m), _y(margins, curve.here), colour)


def _sign(sign: str, x: float, y: float, colour: str) -> str:
    if sign == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}" stroke="{INK}"/>'
    corners = {
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "triangle": ((0, -1.2), (1.2, 1), (-1.2, 1)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    }[sign]
    data = "M" + "L".join(f"{x + 4.6 * u:.1f} {y + 4.6 * v:.1f}" for u, v in corners) + "Z"
    return path(data, fill=colour)


def _names(margins: MarginsOverDepth) -> Iterator[str]:
    x, y = _LEFT + _PLOT_W + 16, _TOP + 14
    yield text(x, y, "At the site", bold=True)
    for curve, (colour, dash, sign) in zip(margins.modes, _LOOKS, strict=False):
        y += 26
        yield line([(x, y - 4), (x + 26, y - 4)], stroke=colour, thick=2.2, dash=dash)
        yield _sign(sign, x + 13, y - 4, colour)
        here = f"{curve.here:+.0%}" if math.isfinite(curve.here) else "unloaded"
        yield text(x + 34, y, f"{here}", bold=True)
        y += 15
        for words in wrapped(curve.name.replace("_", " "), WIDTH - x - 36, 11):
            yield text(x + 34, y, words, size=11)
            y += 13
        y -= 13
        if not curve.binding:
            y += 13
            yield text(x + 34, y, "for information", size=10.5, fill=QUIET)
    yield rect(x, y + 14, WIDTH - x, 1, fill=WASH, stroke="none")
