"""Reading a sensor series: a CSV of named channels, binned to the last 48 hours."""

from __future__ import annotations

import csv
import difflib
import io
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from base import SurveyError, csv_problems, read_text
from habitat.survey.ocean import CHANNELS, STEPS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_SENSOR_BYTES = 32 * 1024 * 1024
LEAST_ROWS = 3
#: Hours of a thousand years: a larger number is a count of seconds, or a slip.
LATEST_HOUR = 8_766_000.0
TIME = "time"
#: Written for a missing value, in any case.
_BLANK = frozenset(("", "nan", "na", "null", "none", "-"))
#: What each channel can be. Pressure: Challenger Deep is about 11 300 dbar, and a gauge may stand
#: off zero; oxygen of the cabin: ambient habitats; strain: steel breaks before.
POSSIBLE = MappingProxyType(
    {
        "pressure_dbar": (-20.0, 11_500.0),
        "temperature_c": (-5.0, 450.0),
        "salinity": (0.0, 50.0),
        "oxygen_umol_kg": (0.0, 1000.0),
        "turbidity_ntu": (0.0, 10_000.0),
        "noise_db": (0.0, 280.0),
        "oil_mg_l": (0.0, 1_000_000.0),
        "cabin_o2_kpa": (0.0, 500.0),
        "cabin_co2_kpa": (0.0, 100.0),
        "hull_strain_ue": (-50_000.0, 50_000.0),
    }
)


@dataclass(frozen=True, slots=True)
class Series:
    """Hourly sensor data.

    Attributes:
        values: shape (STEPS, 10), columns as :data:`CHANNELS`, NaN where absent; the last row ends
            with the record.
        hours: length of the record in the file, of which the last 48 hours at most are used.
    """

    values: NDArray[np.float32]
    hours: float


def read_sensor(path: Path | str) -> Series:
    """Read a CSV of sensor data and take the median of each hour.

    The first row names the columns: ``time`` (ISO 8601, UTC where no zone is given, or hours as
    numbers) and one or more of :data:`CHANNELS`, whose names carry their units. Times rise. An
    empty cell, ``NaN``, ``NA`` or ``null`` is a missing value. Bin 47 holds the last hour up to and
    with the last record, bin 46 the one before; hours before the record are NaN.

    Args:
        path: the file, UTF-8 with commas, at most 32 MiB.

    Raises:
        SurveyError: one line that says what is wrong, with row (the header is row 1) and column.
    """
    import numpy as np

    file = Path(path)
    where = str(file)
    text = read_text(file, limit=MAX_SENSOR_BYTES, error=SurveyError).removeprefix("\ufeff")
    rows = _rows(text, where)
    names = _header(rows[0], where)
    if len(rows) < LEAST_ROWS + 1:
        raise SurveyError(
            f"{len(rows) - 1} rows of data", where=where, hint=f"give at least {LEAST_ROWS}"
        )
    hours = _times([row[names.index(TIME)] for row in rows[1:]], where)
    channels = [name for name in names if name != TIME]
    table = np.full((len(rows) - 1, len(CHANNELS)), np.nan)
    for name in channels:
        place = names.index(name)
        table[:, CHANNELS.index(name)] = [
            _value(row[place], name, number, where) for number, row in enumerate(rows[1:], 2)
        ]
    values = _hourly(table, hours)
    if not np.isfinite(values).any():
        raise SurveyError(
            f"no value in the last {STEPS} hours", where=where, hint="give at least one channel"
        )
    return Series(values, float(hours[-1] - hours[0]))


def _rows(text: str, where: str) -> list[list[str]]:
    """Split into rows of equal length; empty lines at the end are left out."""
    if not text.strip():
        raise SurveyError("empty file", where=where, hint="give a CSV with a header")
    if "\0" in text:
        raise SurveyError("no text: it holds a zero byte", where=where, hint="give a CSV")
    with csv_problems(where, SurveyError):
        rows = list(csv.reader(io.StringIO(text), strict=True))
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise SurveyError("no cell with text", where=where, hint="give a CSV with a header")
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise SurveyError(
                f"row {number} has {len(row)} cells, expected {len(rows[0])}", where=where
            )
    return rows


def _header(cells: list[str], where: str) -> list[str]:
    names = [cell.strip() for cell in cells]
    known = (TIME, *CHANNELS)
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
            raise SurveyError(
                f"unknown column '{name[:40]}'",
                where=f"{where}, row 1",
                hint=f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}",
            )
        if names.count(name) > 1:
            raise SurveyError(f"column '{name}' is given twice", where=f"{where}, row 1")
    if TIME not in names:
        raise SurveyError(f"no column '{TIME}'", where=f"{where}, row 1", hint="add it")
    if len(names) < 2:
        raise SurveyError(
            "no channel beside the time",
            where=f"{where}, row 1",
            hint=f"give one of {', '.join(CHANNELS)}",
        )
    return names


def _times(cells: list[str], where: str) -> NDArray[np.float64]:
    """Return times in hours; all are of the kind of the first."""
    import numpy as np

    hours: list[float] = []
    numeric = _number(cells[0]) is not None
    for number, cell in enumerate(cells, 2):
        place = f"{where}, row {number}, column {TIME}"
        value = _number(cell) if numeric else _iso_hours(cell)
        if value is None:
            kind = "hours" if numeric else "an ISO 8601 time"
            raise SurveyError(
                f"expected {kind}, found '{cell.strip()[:40]}'",
                where=place,
                hint=None if numeric else "such as 2026-05-01T12:00Z",
            )
        if abs(value) > LATEST_HOUR:
            raise SurveyError(
                f"time of {value:g} hours", where=place, hint="give hours or ISO 8601"
            )
        if hours and value <= hours[-1]:
            raise SurveyError("time does not rise", where=place, hint="sort the rows by time")
        hours.append(value)
    return np.array(hours, dtype=np.float64)


def _iso_hours(cell: str) -> float | None:
    try:
        moment = datetime.fromisoformat(cell.strip())
        zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return zoned.timestamp() / 3600.0
    except (ValueError, OverflowError):
        return None


def _number(cell: str) -> float | None:
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in cell else None


def _value(cell: str, name: str, row: int, where: str) -> float:
    if cell.strip().lower() in _BLANK:
        return math.nan
    place = f"{where}, row {row}, column {name}"
    value = _number(cell)
    if value is None:
        raise SurveyError(
            f"expected a number, found '{cell.strip()[:40]}'",
            where=place,
            hint="leave the cell empty where the value is missing",
        )
    low, high = POSSIBLE[name]
    if not low <= value <= high:
        raise SurveyError(
            f"impossible value {value:g}", where=place, hint=f"expected {low:g} to {high:g}"
        )
    return value


def _hourly(table: NDArray[np.float64], hours: NDArray[np.float64]) -> NDArray[np.float32]:
    """Median of each channel in each of the last STEPS hours, each closed at its end."""
    import numpy as np

    back = np.floor(hours[-1] - hours + 1e-6).astype(np.int64)
    values = np.full((STEPS, table.shape[1]), np.nan)
    for step in range(STEPS):
        rows = table[back == STEPS - 1 - step]
        # Unknown ones sort to the end, so that the middle of the known is a place from the start.
        ranked = np.sort(np.where(np.isfinite(rows), rows, np.nan), axis=0)
        count = np.count_nonzero(~np.isnan(ranked), axis=0)
        there = np.flatnonzero(count)
        low, high = (count[there] - 1) // 2, count[there] // 2
        values[step, there] = (ranked[low, there] + ranked[high, there]) / 2
    return values.astype(np.float32)
