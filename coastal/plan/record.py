"""Decisions as plain data, and the log that they are appended to, one whole line each."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from base import BathylexError
from coastal.plan.agent import Decision, StreamState
from coastal.plan.explain import explain
from coastal.plan.site import Site


def as_data(decision: Decision, site: Site) -> dict[str, Any]:
    """Return a decision as JSON data; numbers are rounded to what they mean."""
    choice = decision.choice
    return {
        "hour": _number(decision.hour),
        "level_m": {
            str(hour): {"mean": _metres(mean), "low90": _metres(low), "high90": _metres(high)}
            for hour, (mean, low, high) in decision.level.items()
        },
        "chance_of_water": {name: round(value, 4) for name, value in decision.chance.items()},
        "streams": [_stream(one) for one in decision.streams],
        "climate_weight": round(decision.climate_weight, 4),
        "guard": {
            "margin_m": {str(hour): _metres(margin) for hour, margin in decision.margin.items()},
            "demanded": {name: list(assets) for name, assets in decision.demanded.items()},
            "held": list(decision.held),
        },
        "on": list(decision.on),
        "started": list(decision.started),
        "stopped": list(decision.stopped),
        "monitor": choice.watch,
        "ask_for_data": choice.ask,
        "next_look_hours": choice.look_hours,
        "expected_cost": _number(choice.cost),
        "expected_cost_of_starting_nothing": _number(choice.idle_cost),
        "other_plans": [
            {"on": list(on), "expected_cost": _number(worth)} for on, worth in choice.others
        ],
        "would_change": [
            {"level_shift_m": shift, "on": list(on)} for shift, on in decision.tipping
        ],
        "explanation": list(explain(decision, site)),
    }


def _stream(one: StreamState) -> dict[str, Any]:
    return {
        "name": one.name,
        "status": one.status,
        "contradicts": one.clash,
        "age_hours": None if one.age_hours is None else _number(one.age_hours),
        "weight": round(one.weight, 4),
        "variance_inflation": _number(one.inflation),
        "innovation": _number(math.sqrt(one.strange)),
        "level_m": None if one.level_m is None else _metres(one.level_m),
        "sd_m": None if one.sd_m is None else _metres(one.sd_m),
    }


def _number(value: float) -> float | None:
    return round(float(value), 3) if math.isfinite(value) else None


def _metres(value: float) -> float:
    return round(float(value), 3)


def append_lines(path: Path, records: Iterable[dict[str, Any]]) -> None:
    """Append records to a log of JSON lines; each line is written in one piece and kept.

    Raises:
        BathylexError: the log cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            for record in records:
                line = json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"
                data = line.encode("utf-8")
                if os.write(handle, data) != len(data):
                    raise OSError(28, "no space left for a whole line")
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as problem:
        raise BathylexError(f"cannot be written ({problem.strerror})", where=str(path)) from problem
