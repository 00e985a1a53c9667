"""Pieces of SVG: boxes, lines, text that fits its box, and the figure around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

from base import visible

INK, QUIET, LINE, WASH, PAPER = "#16202a", "#4a555f", "#9aa7b1", "#f1f5f8", "#ffffff"
#: Width of every figure, in its own pixels: on A4 a pixel is a quarter of a millimetre.
WIDTH = 720
_FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
#: Width of a character over the size of its font, on average over words of Helvetica.
_WIDE = 0.53
_NARROW, _BROAD = frozenset("iIjl.,:;'|()[] tf"), frozenset("mwMWQO@%—…→")


def figure(name: str, height: float, title: str, description: str, parts: Iterable[str]) -> str:
    """Return an ``<svg>`` element.

    Args:
        name: starts the ids inside, so that a page can hold many figures.
        height: in pixels of a figure that is :data:`WIDTH` wide.
        title, description: read aloud in place of the drawing.
        parts: what is drawn, from back to front.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'font-family="{_FONT}" font-size="12">'
        f'<title id="{name}-title">{written(title)}</title>'
        f'<desc id="{name}-desc">{written(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def written(words: str) -> str:
    """Return text for SVG: escaped, nothing in it acts."""
    return escape(visible(words))


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = 12,
    anchor: str = "start",
    bold: bool = False,
    fill: str = INK,
) -> str:
    """Write one line; ``y`` is its base line."""
    weight = ' font-weight="bold"' if bold else ""
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{placed}{weight} fill="{fill}">'
        f"{written(words)}</text>"
    )


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str = PAPER,
    stroke: str = LINE,
    thick: float = 1,
) -> str:
    """Draw a rectangle."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}" '
        f'stroke="{stroke}" stroke-width="{thick:g}"/>'
    )


def path(
    data: str, *, stroke: str = INK, thick: float = 1, dash: str = "", fill: str = "none"
) -> str:
    """Draw path data."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{data}" fill="{fill}" stroke="{stroke}" stroke-width="{thick:g}"{dashed}/>'


def line(
    points: Sequence[tuple[float, float]], *, stroke: str = INK, thick: float = 1, dash: str = ""
) -> str:
    """Draw straight lines from point to point."""
    data = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return path(data, stroke=stroke, thick=thick, dash=dash)


def titled(title: str, *parts: str) -> str:
    """Group parts under a title that shows when pointed at."""
    return f"<g><title>{written(title)}</title>{''.join(parts)}</g>"


def measured(words: str, size: float = 12, *, bold: bool = False) -> float:
    """Return about how wide a line of text is, in pixels."""
    units = sum(map(_width, words))
    return units * size * (1.07 if bold else 1.0)


@lru_cache(maxsize=4096)
def _width(char: str) -> float:
    if char in _NARROW:
        return 0.34
    return 0.86 if char in _BROAD else 0.68 if char.isupper() else _WIDE


def fitted(words: str, width: float, size: float = 12, *, bold: bool = False) -> str:
    """Return a text cut so that it is no wider than ``width`` pixels."""
    shown = " ".join(visible(words[:1000]).split())
    if measured(shown, size, bold=bold) <= width:
        return shown
    while shown and measured(shown + "…", size, bold=bold) > width:
        shown = shown[:-1]
    return shown.rstrip() + "…"


def wrapped(words: str, width: float, size: float = 12, *, most: int = 2) -> list[str]:
    """Return a text as at most ``most`` lines no wider than ``width`` pixels; the last is cut."""
    left = " ".join(visible(words[:2000]).split()).split(" ")
    lines: list[str] = []
    while left and len(lines) < most - 1:
        taken = 1
        while taken < len(left) and measured(" ".join(left[: taken + 1]), size) <= width:
            taken += 1
        if measured(left[0], size) > width:
            break
        lines.append(" ".join(left[:taken]))
        left = left[taken:]
    if left:
        lines.append(fitted(" ".join(left), width, size))
    return lines
