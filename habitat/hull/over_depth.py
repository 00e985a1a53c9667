"""Margins of a hull as designed over a range of depths."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from habitat.hull.modes import Mode

#: The deepest sea floor is a little shallower than this, in metres.
_DEEPEST_M = 11_000.0
_POINTS = 48


@dataclass(frozen=True, slots=True)
class ModeOverDepth:
    """One failure mode.

    Attributes:
        name: of the mode, such as ``krenzke_kiernan_collapse``.
        binding: whether the rules ask for it.
        margins: allowable over actual load, less one, at each depth; infinite where unloaded.
        here: margin at the site's depth.
        deepest_m: depth at which the margin is used up; ``None`` where it is not in the range.
    """

    name: str
    binding: bool
    margins: tuple[float, ...]
    here: float
    deepest_m: float | None


@dataclass(frozen=True, slots=True)
class MarginsOverDepth:
    """The modes of a hull over some depths in metres, ascending, and the depth of its site."""

    depth_m: float
    depths_m: tuple[float, ...]
    modes: tuple[ModeOverDepth, ...]


def margins_over_depth(
    modes: Sequence[Mode], depth_m: float, load_mpa: Callable[[float], float]
) -> MarginsOverDepth:
    """Return the margin of each mode down to well below the site.

    Args:
        modes: of the hull at its wall as designed.
        depth_m: of the site, above 0.
        load_mpa: external pressure difference at a depth in metres; grows with depth.
    """
    allowed = [mode.allowable_mpa for mode in modes if mode.allowable_mpa is not None]
    most = max(1.3 * depth_m, 20.0)
    while most < _DEEPEST_M and any(load_mpa(most) < least for least in allowed):
        most *= 1.25
    most = min(most, _DEEPEST_M)
    depths = tuple(most * (index + 1) / _POINTS for index in range(_POINTS))
    loads = [load_mpa(depth) for depth in depths]
    here = load_mpa(depth_m)
    found = []
    for mode in modes:
        allowable = mode.allowable_mpa
        if allowable is None:
            continue
        margins = tuple(_margin(allowable, load) for load in loads)
        deepest = _crossing(depths, margins)
        found.append(
            ModeOverDepth(mode.name, mode.binding, margins, _margin(allowable, here), deepest)
        )
    return MarginsOverDepth(depth_m, depths, tuple(found))


def _margin(allowable: float, load: float) -> float:
    return math.inf if load <= 0.0 else allowable / load - 1.0


def _crossing(depths: Sequence[float], margins: Sequence[float]) -> float | None:
    """Return where margins fall below zero, on a straight line between two depths."""
    for index, margin in enumerate(margins):
        if margin >= 0.0:
            continue
        before = margins[index - 1] if index else math.inf
        if not math.isfinite(before):
            return depths[index]
        share = before / (before - margin)
        return depths[index - 1] + share * (depths[index] - depths[index - 1])
    return None
