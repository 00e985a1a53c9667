"""Plain CSV of observations: times in ISO 8601, and columns whose names end in their unit."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from base import SurveyError, csv_problems, read_text
from coastal.gauge.series import Floats, Times
from coastal.gauge.tracks import KNOT_MS

_LENGTH = {"m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048}
#: Quantities with the units that a column may be in, as factors to m, hPa, m/s and degrees.
UNITS = {
    "level": _LENGTH,
    "surge": _LENGTH,
    "sd": _LENGTH,
    "pressure": {"hpa": 1.0, "mbar": 1.0, "kpa": 10.0},
    "wind": {"ms": 1.0, "kmh": 1 / 3.6, "kn": KNOT_MS},
    "wind_from": {"deg": 1.0},
}
#: What values may be, in the unit that they are brought to.
BOUNDS = {
    "level": (-50.0, 50.0),
    "surge": (-10.0, 10.0),
    "sd": (0.0, 10.0),
    "pressure": (800.0, 1100.0),
    "wind": (0.0, 150.0),
    "wind_from": (0.0, 360.0),
}
_GAPS = ("", "nan", "na")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a file holds.

    Attributes:
        times: by column, UTC, ``NaT`` where a cell is empty, shape (n,).
        values: by quantity, in m, hPa, m/s and degrees, NaN for gaps, shape (n,).
        lines: number of each row's line in the file, shape (n,).
    """

    times: dict[str, Times]
    values: dict[str, Floats]
    lines: np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def read_columns(
    path: Path, *, times: Sequence[str], values: Sequence[str],
    may: Sequence[str] = (), either: Sequence[str] = (),
) -> Columns:  # fmt: skip
    """Read a table with a head; lines that start with ``#`` are remarks.

    A time without an offset is in UTC. Every file may have a column ``arrived``: when a row was
    there to be read.

    Args:
        path: of the file.
        times: columns of times that must be there, in every row.
        values: quantities of :data:`UNITS` that must be there.
        may: quantities that may be there.
        either: quantities of which exactly one must be there.

    Raises:
        SurveyError: a column is missing or unknown, or a cell cannot be read; names the line.
    """
    text = read_text(path, error=SurveyError).removeprefix("\ufeff")
    rows = [
        (number, _cells(line, f"{path}:{number}"))
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    if not rows:
        raise SurveyError("an empty file", where=str(path), hint=f"its head names {times[0]!r}")
    (number, head), *body = rows
    found = _head(head, f"{path}:{number}", times, values, may, either)
    stamps: dict[str, list[str]] = {name: [] for name in found if found[name] is None}
    numbers: dict[str, list[float]] = {str(one[0]): [] for one in found.values() if one}
    for number, row in body:
        where = f"{path}:{number}"
        if len(row) != len(head):
            raise SurveyError(
                f"{len(row)} columns instead of {len(head)}", where=where,
                hint="an empty cell is a gap",
            )  # fmt: skip
        for name, cell in zip(head, row, strict=True):
            unit = found[name]
            if unit is None:
                stamps[name].append(_utc(cell, where, needed=name in times))
            else:
                numbers[unit[0]].append(_value(cell, unit, where))
    return Columns(
        {name: np.array(cells, dtype="datetime64[s]") for name, cells in stamps.items()},
        {name: np.array(cells, dtype=np.float64) for name, cells in numbers.items()},
        np.array([number for number, _ in body], dtype=np.int64),
    )


def _cells(line: str, where: str) -> list[str]:
    with csv_problems(where, SurveyError):
        return [cell.strip() for row in csv.reader([line]) for cell in row]


def _head(
    head: list[str], where: str, times: Sequence[str], values: Sequence[str],
    may: Sequence[str], either: Sequence[str],
) -> dict[str, tuple[str, float] | None]:  # fmt: skip
    """Return for each column its quantity and factor, ``None`` for a time."""
    known = (*values, *may, *either)
    found: dict[str, tuple[str, float] | None] = {}
    for name in head:
        quantity, _, unit = name.rpartition("_")
        if name in found or quantity in [one[0] for one in found.values() if one]:
            raise SurveyError(f"column {name!r} is there twice", where=where)
        if name in times or name == "arrived":
            found[name] = None
        elif quantity in known and unit in UNITS[quantity]:
            found[name] = (quantity, UNITS[quantity][unit])
        elif quantity in known or name in known:
            told = ", ".join(f"{quantity or name}_{one}" for one in UNITS[quantity or name])
            raise SurveyError(f"column {name!r} has no known unit", where=where, hint=f"use {told}")
        else:
            told = ", ".join([*times, "arrived", *(f"{one}_UNIT" for one in known)])
            raise SurveyError(f"unknown column {name!r}", where=where, hint=f"known: {told}")
    there = {one[0] for one in found.values() if one}
    for name in times:
        if name not in found:
            raise SurveyError(f"no column {name!r}", where=where, hint="times are ISO 8601, UTC")
    for name in values:
        if name not in there:
            told = " or ".join(f"{name}_{one}" for one in UNITS[name])
            raise SurveyError(f"no column {name}", where=where, hint=f"name it {told}")
    if either and len(there & set(either)) != 1:
        told = " or ".join(f"{one}_m" for one in either)
        raise SurveyError("one column of levels is due", where=where, hint=f"name it {told}")
    return found


def _utc(cell: str, where: str, *, needed: bool) -> str:
    if not cell and not needed:
        return "NaT"
    try:
        time = datetime.fromisoformat(cell)
        time = time.astimezone(UTC) if time.tzinfo else time
    except (ValueError, OverflowError):
        raise SurveyError(
            f"{cell!r} is no time", where=where, hint="write 2026-11-30T12:00Z"
        ) from None
    if not 1800 <= time.year < 2200:
        raise SurveyError(f"a time in the year {time.year}", where=where, hint="check the date")
    return time.replace(tzinfo=None).isoformat(timespec="seconds")


def _value(cell: str, unit: tuple[str, float], where: str) -> float:
    if cell.lower() in _GAPS:
        return math.nan
    try:
        value = float(cell) * unit[1]
    except ValueError:
        raise SurveyError(
            f"{cell!r} is no number", where=where, hint="leave the cell empty for a gap"
        ) from None
    low, high = BOUNDS[unit[0]]
    if not low <= value <= high:
        raise SurveyError(
            f"{unit[0]} of {cell}", where=where, hint="check the unit; leave empty for a gap"
        )
    return value
