"""What a student estimates: intervals of amounts, and probabilities on one scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from compliance.finding import EstimatedFinding
from compliance.report.graphics.svg import (
    INK,
    LINE,
    QUIET,
    WIDTH,
    figure,
    fitted,
    line,
    rect,
    text,
    titled,
)

_NAMES, _LEFT, _RIGHT = 0.0, 262.0, 596.0
_ROW = 26.0
#: More facts than this are read better in the table.
_MOST = 24


def intervals_chart(
    estimates: Sequence[EstimatedFinding], *, name: str = "estimates"
) -> str | None:
    """Draw the estimates of the missing facts, each once.

    Amounts have a bar from the low to the high end of their interval, each on its own scale;
    probabilities share one from 0 to 1.

    Returns:
        An ``<svg>`` element; ``None`` where nothing is estimated.
    """
    facts = {fact["fact"]: fact for item in estimates for fact in item.facts}
    amounts = [fact for fact in facts.values() if _finite(fact)][:_MOST]
    chances = [fact for fact in facts.values() if "probability" in fact][:_MOST]
    if not amounts and not chances:
        return None
    parts: list[str] = []
    y = 4.0
    if amounts:
        levels = " or ".join(sorted({f"{fact['level']:.0%}" for fact in amounts}))
        parts.append(text(0, y + 12, f"Amounts with their {levels} interval", bold=True))
        parts.append(text(WIDTH, y + 12, "each on its own scale", anchor="end", fill=QUIET))
        y += 24
        for fact in amounts:
            parts += _amount(fact, y)
            y += _ROW + 8
        y += 8
    if chances:
        parts.append(text(0, y + 12, "Probabilities", bold=True))
        y += 22
        parts += _scale(y, y + _ROW * len(chances))
        for fact in chances:
            parts += _chance(fact, y)
            y += _ROW
        y += 20
    return figure(
        name,
        y + 4,
        f"Estimates of {len(amounts) + len(chances)} missing facts",
        "Estimates, not verdicts. The table says the same in words.",
        parts,
    )


def _finite(fact: dict[str, Any]) -> bool:
    ends = [fact.get(key) for key in ("estimate", "low", "high")]
    return all(value is not None and math.isfinite(value) for value in ends)


def _amount(fact: dict[str, Any], y: float) -> Iterator[str]:
    low, middle, high = (float(fact[key]) for key in ("low", "estimate", "high"))
    reach = max(high - low, abs(high) * 1e-6, 1e-12)
    start, stop = min(low, middle) - 0.15 * reach, max(high, middle) + 0.15 * reach

    def x(value: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (value - start) / (stop - start)

    unit = f" {fact['unit']}" if fact.get("unit") else ""
    base = y + 17
    yield text(_NAMES, base + 4, fitted(fact["fact"], _LEFT - 20, 12))
    yield line([(_LEFT, base), (_RIGHT, base)], stroke=LINE, thick=0.7)
    yield titled(
        f"{fact['fact']}: {middle:g}{unit}, {low:g} to {high:g}",
        line([(x(low), base), (x(high), base)], stroke="#0072b2", thick=5),
        line([(x(low), base - 7), (x(low), base + 7)], thick=1.6),
        line([(x(high), base - 7), (x(high), base + 7)], thick=1.6),
        f'<circle cx="{x(middle):.1f}" cy="{base:.1f}" r="5.5" fill="#e69f00" stroke="{INK}"/>',
    )
    yield text(x(low), base - 10, f"{low:.4g}", size=10.5, anchor="middle")
    yield text(x(high), base - 10, f"{high:.4g}", size=10.5, anchor="middle")
    yield text(WIDTH, base + 4, f"{middle:.4g}{unit}", anchor="end", bold=True)


def _scale(top: float, bottom: float) -> Iterator[str]:
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _LEFT + (_RIGHT - _LEFT) * tick
        yield line([(x, top), (x, bottom + 3)], stroke=LINE, thick=0.7)
        yield text(x, bottom + 15, f"{tick:g}", size=10.5, anchor="middle")


def _chance(fact: dict[str, Any], y: float) -> Iterator[str]:
    share = min(max(float(fact["probability"]), 0.0), 1.0)
    name = fact["fact"]
    if "value" in fact:
        name = f"{name} is {str(fact['value']).replace('_', ' ')}"
    wide = (_RIGHT - _LEFT) * share
    yield text(_NAMES, y + 17, fitted(name, _LEFT - 20, 12))
    yield titled(f"{name}: {share:.2f}", rect(_LEFT, y + 6, wide, 14, fill="#56b4e9", stroke=INK))
    yield text(WIDTH, y + 17, f"{share:.2f}", anchor="end", bold=True)
