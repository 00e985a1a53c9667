"""Drawings of a plan over time: the hydrograph, what each stream delivered, and the actions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from coastal.plan.agent import Decision
from coastal.plan.learn import Z90
from coastal.plan.planner import Plan
from coastal.plan.streams import STREAMS, Floats
from compliance.report.graphics.svg import (
    INK,
    LINE,
    QUIET,
    figure,
    fitted,
    line,
    path,
    rect,
    text,
    titled,
)

_LEFT, _RIGHT = 118.0, 712.0
_TOP, _PLOT = 22.0, 250.0
#: Okabe and Ito: belief, tide, forecast, threshold.
_BELIEF, _TIDE, _AHEAD, _LIMIT = "#0072b2", "#56b4e9", "#e69f00", "#d55e00"
#: Status of a stream: fill, and dash of the outline.
_STATUS = {"fresh": "#009e73", "stale": "#f0e442", "missing": "#ffffff"}
_AHEAD_HOURS = 6


class Axis:
    """Hours to pixels, levels to pixels."""

    def __init__(self, last: float, low: float, high: float) -> None:
        self.last, self.low, self.high = max(last, 1.0), low, high

    def x(self, hour: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * min(max(hour, 0.0), self.last) / self.last

    def y(self, level: float) -> float:
        share = (level - self.low) / (self.high - self.low)
        return _TOP + _PLOT * (1 - min(max(share, 0.0), 1.0))


def hydrograph(plan: Plan) -> str:
    """Draw what came, what was believed at each look and 6 hours ahead, thresholds and streams.

    Returns:
        An ``<svg>`` element.
    """
    decisions, storm = plan.outcome.decisions, plan.storm
    bounds = [bound for one in decisions for bound in one.level[0][1:]]
    marks = [asset.threshold_m for asset in plan.scenario.site.assets]
    hours = np.arange(len(storm.tide), dtype=np.float64)
    known = np.isfinite(storm.level)
    # What a dead gauge did not tell is drawn from the tide, which is always known.
    came = storm.level[known] if known.any() else storm.tide
    low = math.floor(2 * min(*bounds, came.min(), *storm.tide[:1])) / 2
    high = math.ceil(2 * max(*bounds, came.max(), *marks)) / 2
    axis = Axis(
        float(hours[-1]), max(low, came.min() - 1.5), min(high, 1.5 + max(came.max(), *marks))
    )
    parts = [
        *_frame(axis, plan),
        *_thresholds(axis, plan),
        _band(axis, decisions),
        *_forecasts(axis, decisions),
        *_to_come(axis, plan),
        _curve(axis, hours, storm.tide, _TIDE, dash="5 3", thick=1.2),
        *(
            _curve(axis, storm.hours[run], storm.level[run], INK, thick=1.8)
            for run in _spans(known)
        ),
        _curve(
            axis,
            np.array([one.hour for one in decisions]),
            np.array([one.level[0][0] for one in decisions]),
            _BELIEF,
            thick=1.4,
        ),
        *_key(plan),
    ]
    strips, bottom = _strips(axis, plan)
    inside = sum(
        abs(float(storm.level[int(one.hour)]) - one.level[0][0])
        <= (one.level[0][2] - one.level[0][1]) / 2
        for one in decisions
    )
    looked = sum(bool(known[int(one.hour)]) for one in decisions)
    told = (
        f"The level peaks at {came.max():.2f} m at hour "
        f"{int(np.nanargmax(np.where(known, storm.level, -np.inf)))}. At "
        f"{inside} of {looked} looks the level lay within the 90 % interval held then."
        if known.any() else "No level was measured."
    )  # fmt: skip
    return figure(
        "hydrograph", bottom + 8, "Water level, belief and streams by hour", told, [*parts, *strips]
    )


def _spans(known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[slice]:
    """Return the runs of hours at which something is known, one for each."""
    return [slice(int(start), int(end)) for start, end in _runs(np.flatnonzero(known))]


def _to_come(axis: Axis, plan: Plan) -> Iterator[str]:
    """Draw what the last look believes of the hours after it, where the plan ends now."""
    last, decisions = float(plan.storm.hours[-1]), plan.outcome.decisions
    if axis.last <= last or not decisions or decisions[-1].hour != last:
        return
    mean, sd = decisions[-1].path
    hours = last + np.arange(len(mean), dtype=np.float64)
    edges = [*zip(hours, mean + Z90 * sd, strict=True)]
    edges += [*zip(hours, mean - Z90 * sd, strict=True)][::-1]
    data = "M" + "L".join(f"{axis.x(hour):.1f} {axis.y(level):.1f}" for hour, level in edges) + "Z"
    yield f'<path d="{data}" fill="{_BELIEF}" fill-opacity="0.22" stroke="none"/>'
    yield _curve(axis, hours, mean, _BELIEF, dash="2 2", thick=1.4)
    x = axis.x(last)
    yield line([(x, _TOP), (x, _TOP + _PLOT)], stroke=INK, dash="1 3")
    yield text(x + 3, _TOP + 11, "last look", size=10)


def _frame(axis: Axis, plan: Plan) -> Iterator[str]:
    yield rect(_LEFT, _TOP, _RIGHT - _LEFT, _PLOT)
    step = 0.5 if axis.high - axis.low <= 4 else 1.0
    level = math.ceil(axis.low / step) * step
    while level <= axis.high + 1e-9:
        yield line([(_LEFT, axis.y(level)), (_RIGHT, axis.y(level))], stroke="#e3e8ec")
        yield text(_LEFT - 6, axis.y(level) + 4, f"{level:.1f} m", anchor="end", size=11)
        level += step
    yield from _hours(axis, _TOP, _TOP + _PLOT)
    yield text(_LEFT, _TOP - 8, f"m above {plan.scenario.site.datum}", size=11, fill=QUIET)


def _hours(axis: Axis, top: float, bottom: float) -> Iterator[str]:
    for hour in range(0, int(axis.last) + 1, 12):
        yield line([(axis.x(hour), top), (axis.x(hour), bottom)], stroke="#e3e8ec")
        yield text(axis.x(hour), bottom + 14, f"{hour}", anchor="middle", size=11)
    yield text(_LEFT - 6, bottom + 14, "hour", anchor="end", size=11, fill=QUIET)


def _thresholds(axis: Axis, plan: Plan) -> Iterator[str]:
    last = -99.0
    assets = sorted(plan.scenario.site.assets, key=lambda one: one.threshold_m)
    for number, asset in enumerate(assets):
        y = axis.y(asset.threshold_m)
        yield titled(
            f"{asset.name}: water from {asset.threshold_m:.2f} m",
            line([(_LEFT, y), (_RIGHT, y)], stroke=_LIMIT, thick=0.8, dash="2 3"),
        )
        x = _LEFT + 4 if number % 2 == 0 else (_LEFT + _RIGHT) / 2
        if abs(y - last) > 0 or number == 0:
            yield text(x, y - 2, fitted(asset.name, 150, 9), size=9, fill="#8a3c00")
        last = y


def _band(axis: Axis, decisions: Sequence[Decision]) -> str:
    upper = [(axis.x(one.hour), axis.y(one.level[0][2])) for one in decisions]
    lower = [(axis.x(one.hour), axis.y(one.level[0][1])) for one in reversed(decisions)]
    data = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (*upper, *lower)) + "Z"
    return f'<path d="{data}" fill="{_BELIEF}" fill-opacity="0.22" stroke="none"/>'


def _forecasts(axis: Axis, decisions: Sequence[Decision]) -> Iterator[str]:
    for one in decisions:
        hour = one.hour + _AHEAD_HOURS
        if hour > axis.last:
            continue
        mean, sd = (float(row[_AHEAD_HOURS]) for row in one.path)
        x = axis.x(hour)
        yield titled(
            f"Believed at hour {one.hour:g} for hour {hour:g}: {mean:.2f} m "
            f"({mean - Z90 * sd:.2f} to {mean + Z90 * sd:.2f} m)",
            line([(x, axis.y(mean - Z90 * sd)), (x, axis.y(mean + Z90 * sd))], stroke=_AHEAD),
            f'<circle cx="{x:.1f}" cy="{axis.y(mean):.1f}" r="2.2" fill="{_AHEAD}" '
            f'stroke="{INK}" stroke-width="0.5"/>',
        )


def _curve(
    axis: Axis, hours: Floats, values: Floats, stroke: str, *, dash: str = "", thick: float
) -> str:
    points = [(axis.x(float(h)), axis.y(float(v))) for h, v in zip(hours, values, strict=True)]
    return line(points, stroke=stroke, dash=dash, thick=thick)


def _key(plan: Plan) -> Iterator[str]:
    came = "what came (synthetic)" if plan.scenario.synthetic else "what came (measured)"
    x, y = _LEFT + 128, _TOP - 8
    for words, stroke, dash, width in (
        (came, INK, "", 138), ("believed then, 90 %", _BELIEF, "", 118),
        ("6 h before, 90 %", _AHEAD, "", 102), ("tide", _TIDE, "5 3", 30),
    ):  # fmt: skip
        yield line([(x, y - 4), (x + 16, y - 4)], stroke=stroke, thick=2, dash=dash)
        yield text(x + 20, y, words, size=11)
        x += width + 20


def _strips(axis: Axis, plan: Plan) -> tuple[list[str], float]:
    y = _TOP + _PLOT + 34
    parts = [text(0, y, "Streams at each look", bold=True)]
    parts += _status_key(y)
    y += 10
    decisions = plan.outcome.decisions
    ends = [one.hour for one in decisions[1:]]
    ends.append(min(axis.last, float(plan.storm.hours[-1]) + 1.0))
    for name in plan.scenario.streams:
        parts.append(text(0, y + 11, name.replace("_", " "), size=11))
        for one, end in zip(decisions, ends, strict=True):
            state = next(stream for stream in one.streams if stream.name == name)
            x, wide = axis.x(one.hour), max(axis.x(end) - axis.x(one.hour), 0.5)
            age = "" if state.age_hours is None else f", {state.age_hours:.1f} h old"
            box = [rect(x, y, wide, 13, fill=_STATUS[state.status], stroke="#ffffff", thick=0.4)]
            if state.status == "stale":
                box.append(line([(x, y + 13), (x + min(wide, 13), y)], stroke=INK, thick=0.8))
            if state.status == "missing":
                box.append(line([(x, y + 6.5), (x + wide, y + 6.5)], stroke=LINE, thick=0.8))
            if state.clash:
                box.append(text(x + wide / 2, y + 11, "×", anchor="middle", bold=True))
            parts.append(titled(f"{STREAMS[name]} at hour {one.hour:g}: {state.status}{age}", *box))
        parts += _cut_marks(axis, plan, name, y)
        y += 16
    return parts, y


def _cut_marks(axis: Axis, plan: Plan, name: str, y: float) -> Iterator[str]:
    for cut in plan.cuts:
        if cut.stream == name:
            x, end = axis.x(max(cut.start, 0.0)), axis.x(min(cut.stop, axis.last))
            yield titled("cut", path(f"M{x:.1f} {y + 14.5}H{end:.1f}", stroke=_LIMIT, thick=2))


def _status_key(y: float) -> Iterator[str]:
    x = _LEFT + 40
    for status, words in (("fresh", "fresh"), ("stale", "stale"), ("missing", "missing")):
        yield rect(x, y - 10, 14, 11, fill=_STATUS[status], stroke=INK, thick=0.6)
        if status == "stale":
            yield line([(x, y + 1), (x + 11, y - 10)], stroke=INK, thick=0.8)
        if status == "missing":
            yield line([(x, y - 4.5), (x + 14, y - 4.5)], stroke=LINE, thick=0.8)
        yield text(x + 19, y, words, size=11)
        x += 80
    yield text(x, y, "× contradicts the others", size=11)
    yield line([(x + 150, y - 4), (x + 164, y - 4)], stroke=_LIMIT, thick=2)
    yield text(x + 170, y, "cut", size=11)


def timeline(plan: Plan) -> str:
    """Draw when each action was on, when the guard demanded it, and when water stood where.

    Returns:
        An ``<svg>`` element.
    """
    site, outcome, storm = plan.scenario.site, plan.outcome, plan.storm
    axis = Axis(float(storm.hours[-1]), 0.0, 1.0)
    parts: list[str] = []
    y, told = 14.0, []
    parts.append(text(0, y, "Actions", bold=True))
    parts += _action_key(y)
    y += 8
    for action in site.actions:
        hours = np.flatnonzero(outcome.on[action.name])
        parts.append(text(0, y + 12, fitted(action.name.replace("_", " "), 112, 11), size=11))
        parts.append(line([(_LEFT, y + 8), (_RIGHT, y + 8)], stroke="#e3e8ec"))
        for start, end in _runs(hours):
            ready = min(start + action.lead_hours, end)
            parts.append(
                titled(
                    f"{action.name} from hour {start:g} to {end:g}, in effect from {ready:g}",
                    rect(
                        axis.x(start),
                        y + 2,
                        axis.x(end) - axis.x(start),
                        12,
                        fill="#ffffff",
                        stroke=_BELIEF,
                    ),
                    rect(
                        axis.x(ready),
                        y + 2,
                        max(axis.x(end) - axis.x(ready), 0),
                        12,
                        fill=_BELIEF,
                        stroke=_BELIEF,
                    ),
                )
            )
            told.append(f"{action.name} on from hour {start:g} to {end:g}")
        for one in outcome.decisions:
            if action.name in one.demanded:
                x = axis.x(one.hour)
                parts.append(path(f"M{x:.1f} {y + 16}l-3.5 5h7z", fill=_LIMIT, stroke=_LIMIT))
        y += 22
    y += 14
    parts.append(text(0, y, "Water over the threshold", bold=True))
    y += 8
    for asset in site.assets:
        parts.append(text(0, y + 12, fitted(asset.name, 112, 11), size=11))
        parts.append(line([(_LEFT, y + 8), (_RIGHT, y + 8)], stroke="#e3e8ec"))
        missed = asset.name in outcome.missed
        for start, end in _runs(np.flatnonzero(storm.level > asset.threshold_m)):
            fill = _LIMIT if missed else "#56b4e9"
            words = "missed" if missed else "answered"
            x = axis.x(start)
            parts.append(
                titled(
                    f"{asset.name}: water from hour {start:g} to {end:g}, {words}",
                    rect(x, y + 2, max(axis.x(end) - x, 2.0), 12, fill=fill, stroke=INK, thick=0.6),
                    *([text(axis.x(end) + 4, y + 12, "missed", size=10)] if missed else []),
                )
            )
            told.append(f"water at {asset.name} from hour {start:g} to {end:g}, {words}")
        y += 18
    grid = list(_hours(axis, 20, y))
    return figure(
        "timeline", y + 22, "Actions and water by hour", "; ".join(told) or "Nothing was on.",
        [*grid, *parts],
    )  # fmt: skip


def _action_key(y: float) -> Iterator[str]:
    x = _LEFT + 40
    yield rect(x, y - 10, 14, 11, fill="#ffffff", stroke=_BELIEF)
    yield text(x + 19, y, "started, not yet in effect", size=11)
    yield rect(x + 168, y - 10, 14, 11, fill=_BELIEF, stroke=_BELIEF)
    yield text(x + 187, y, "in effect", size=11)
    yield path(f"M{x + 262:.1f} {y - 8}l-3.5 5h7z", fill=_LIMIT, stroke=_LIMIT)
    yield text(x + 272, y, "demanded by the guard", size=11)


def _runs(hours: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> list[tuple[float, float]]:
    """Return first hour and end of each run of consecutive hours."""
    if not len(hours):
        return []
    breaks = np.flatnonzero(np.diff(hours) > 1)
    firsts, lasts = hours[np.r_[0, breaks + 1]], hours[np.r_[breaks, len(hours) - 1]]
    return [(float(a), float(b) + 1) for a, b in zip(firsts, lasts, strict=True)]
