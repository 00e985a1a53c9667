"""The sign of each verdict: a fill of the palette of Okabe and Ito, and a shape without colour."""

from __future__ import annotations

from compliance.finding import Verdict
from compliance.report.graphics.svg import INK, PAPER, path, rect, text

#: Fill of each verdict.
FILLS: dict[Verdict, str] = {
    "violated": "#d55e00",
    "undetermined": "#f0e442",
    "open_norm": "#cc79a7",
    "overridden": "#56b4e9",
    "waived": "#0072b2",
    "satisfied": "#009e73",
    "inapplicable": "#e4e8eb",
}


def mark(verdict: Verdict, x: float, y: float, size: float = 16) -> str:
    """Draw the sign of a verdict in a square with its upper left corner at ``x``, ``y``."""
    frame = rect(x, y, size, size, fill=FILLS[verdict], stroke=INK)
    return frame + _sign(verdict, x, y, size)


def _sign(verdict: Verdict, x: float, y: float, size: float) -> str:
    def at(*points: tuple[float, float]) -> str:
        return "M" + "L".join(f"{x + size * u:.1f} {y + size * v:.1f}" for u, v in points)

    thick = size / 7
    match verdict:
        case "violated":
            cross = at((0.24, 0.24), (0.76, 0.76)) + at((0.76, 0.24), (0.24, 0.76))
            return path(cross, stroke=PAPER, thick=thick * 1.7) + path(cross, thick=thick)
        case "satisfied":
            tick = at((0.2, 0.55), (0.42, 0.76), (0.8, 0.26))
            return path(tick, stroke=PAPER, thick=thick)
        case "open_norm":
            diamond = at((0.5, 0.16), (0.84, 0.5), (0.5, 0.84), (0.16, 0.5)) + "Z"
            return path(diamond, fill=PAPER, thick=thick / 2)
        case "overridden":
            return path(at((0.62, 0.14), (0.32, 0.52), (0.66, 0.5), (0.38, 0.86)), thick=thick)
        case "inapplicable":
            return path(at((0.25, 0.5), (0.75, 0.5)), thick=thick)
    letter, ink = ("?", INK) if verdict == "undetermined" else ("w", PAPER)
    middle, base = x + size / 2, y + size * 0.78
    return text(middle, base, letter, size=size * 0.8, anchor="middle", bold=True, fill=ink)
