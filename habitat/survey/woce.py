"""WOCE exchange files: CTD casts (ct1) and bottle data (hy1), read by their header.

The second header row holds the units; columns are found by name, never by position. -999 is
missing. Quality flags: CTD 2 acceptable, 6 interpolated, 7 despiked; water samples 2 acceptable, 6
mean of replicates; the rest is left out. Source: WOCE Operations Manual, WHPO 91-1 (recalled).
Temperatures headed ``IPTS-68`` are converted; ``ITS-90`` and the bare ``DEG_C`` (cruises after
1990) are taken as ITS-90.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from base import SurveyError, read_text
from habitat.survey.cast import Profile, screened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MISSING = -999.0
_CTD_FLAGS = frozenset("267")
_BOTTLE_FLAGS = frozenset("26")
_TEMPERATURE_UNITS = ("ITS-90", "IPTS-68", "DEG_C", "DEG C")
_STATION = ("EXPOCODE", "STNNBR", "CASTNO")


class _Table:
    """Rows of text under named columns with units."""

    def __init__(
        self, names: list[str], units: list[str], rows: list[list[str]], where: str
    ) -> None:
        self.names = [name.strip().upper() for name in names]
        padded = [*units, *[""] * len(names)]
        self.units = {n: u.strip().upper() for n, u in zip(self.names, padded, strict=False)}
        self.rows, self.where = rows, where

    def text(self, name: str, row: list[str]) -> str:
        return row[self.names.index(name)].strip()

    def numbers(self, name: str, flags: frozenset[str]) -> Floats:
        """Return a column; NaN where missing, flagged bad, or where there is no such column."""
        import numpy as np

        if name not in self.names:
            return np.full(len(self.rows), np.nan)
        flag = f"{name}_FLAG_W"
        values = np.array([self._number(name, row) for row in self.rows], dtype=np.float64)
        if flag in self.names:
            values[[self.text(flag, row) not in flags for row in self.rows]] = np.nan
        values[np.isclose(values, MISSING)] = np.nan
        return values

    def temperature(self, flags: frozenset[str]) -> Floats:
        """Return CTDTMP in ITS-90."""
        import gsw
        import numpy as np

        unit = self.units.get("CTDTMP", "")
        if unit not in _TEMPERATURE_UNITS:
            raise SurveyError(
                f"unknown temperature scale '{unit}' of CTDTMP",
                where=self.where,
                hint=f"expected {', '.join(_TEMPERATURE_UNITS[:3])}",
            )
        values = self.numbers("CTDTMP", flags)
        return np.asarray(gsw.t90_from_t68(values) if unit == "IPTS-68" else values)

    def oxygen(self, name: str, flags: frozenset[str]) -> Floats | None:
        """Return oxygen where it is in µmol/kg; other units are left out."""
        if name not in self.names or self.units.get(name) != "UMOL/KG":
            return None
        return self.numbers(name, flags)

    def pressure(self, flags: frozenset[str]) -> Floats:
        if self.units.get("CTDPRS") != "DBAR":
            raise SurveyError("no column CTDPRS in DBAR", where=self.where)
        return self.numbers("CTDPRS", flags)

    def _number(self, name: str, row: list[str]) -> float:
        text = self.text(name, row)
        try:
            return float(text) if text else float("nan")
        except ValueError:
            raise SurveyError(f"{name} of '{text[:40]}' is no number", where=self.where) from None


def read_ct1(path: Path) -> Profile:
    """Read a WOCE CTD cast.

    Raises:
        SurveyError: not such a file, or no position.
    """
    lines, where = _lines(path, "CTD,"), str(path)
    head = next((n for n, line in enumerate(lines) if line.upper().startswith("CTDPRS")), None)
    if head is None:
        raise SurveyError("no column CTDPRS", where=where)
    facts = {
        key.strip().upper(): value.strip()
        for key, _, value in (line.partition("=") for line in lines[:head])
    }
    table = _table(lines[head:], where)
    return screened(
        table.pressure(_CTD_FLAGS),
        table.temperature(_CTD_FLAGS),
        table.numbers("CTDSAL", _CTD_FLAGS),
        table.oxygen("CTDOXY", _CTD_FLAGS),
        latitude=_degrees(facts.get("LATITUDE"), where),
        longitude=_degrees(facts.get("LONGITUDE"), where),
        name=f"{facts.get('EXPOCODE', path.stem)} station {facts.get('STNNBR', '?')}",
        where=where,
    )


def read_hy1(path: Path) -> list[Profile]:
    """Read the bottle casts of a WOCE section; casts with fewer than two good levels are left out.

    Salinity is the CTD's where it is good, else the bottle's.

    Raises:
        SurveyError: not such a file.
    """
    import numpy as np

    lines, where = _lines(path, "BOTTLE,"), str(path)
    table = _table([line for line in lines if not line.startswith("BOTTLE")], where)
    lacking = [name for name in (*_STATION, "LATITUDE", "LONGITUDE") if name not in table.names]
    if lacking:
        raise SurveyError(f"no column {lacking[0]}", where=where)
    ctd = table.numbers("CTDSAL", _CTD_FLAGS)
    columns = (
        table.pressure(_CTD_FLAGS),
        table.temperature(_CTD_FLAGS),
        np.where(np.isfinite(ctd), ctd, table.numbers("SALNTY", _BOTTLE_FLAGS)),
    )
    oxygen = table.oxygen("OXYGEN", _BOTTLE_FLAGS)
    profiles = []
    for station, index in _stations(table):
        row = table.rows[index[0]]
        good = np.isfinite(np.sum([column[index] for column in columns], axis=0))
        if np.count_nonzero(good) < 2:
            continue
        profiles.append(
            screened(
                columns[0][index],
                columns[1][index],
                columns[2][index],
                None if oxygen is None else oxygen[index],
                latitude=_degrees(table.text("LATITUDE", row), where),
                longitude=_degrees(table.text("LONGITUDE", row), where),
                name=f"{station[0]} station {station[1]} cast {station[2]}",
                where=where,
            )
        )
    return profiles


def _stations(table: _Table) -> Iterator[tuple[tuple[str, ...], list[int]]]:
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(table.rows):
        groups.setdefault(tuple(table.text(name, row) for name in _STATION), []).append(number)
    yield from groups.items()


def _lines(path: Path, stamp: str) -> list[str]:
    text = read_text(path, error=SurveyError)
    if not text.startswith(stamp):
        raise SurveyError(f"no WOCE exchange file ({stamp.strip(',')})", where=str(path))
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if lines[-1].strip() != "END_DATA":
        raise SurveyError("cut off: END_DATA is missing", where=str(path), hint="copy it again")
    return lines[:-1]


def _table(lines: list[str], where: str) -> _Table:
    """Make a table of column names, units and rows; longer rows end in empty cells."""
    if len(lines) < 3:
        raise SurveyError("no rows below the column names and units", where=where)
    try:
        names, units, *rows = csv.reader(lines)
    except (csv.Error, ValueError) as problem:
        raise SurveyError(f"no CSV ({problem})", where=where) from None
    while names and not names[-1].strip():
        names.pop()
    for number, row in enumerate(rows, 1):
        if len(row) < len(names):
            raise SurveyError(
                f"row {number} has {len(row)} cells, expected {len(names)}", where=where
            )
    return _Table(names, units, rows, where)


def _degrees(text: str | None, where: str) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        raise SurveyError(f"position '{text}' is no number", where=where) from None
