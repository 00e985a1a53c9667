"""Readers of sea level files: MEDS, UHSLC, DART and PSMSL, each as its publisher writes it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from base import SurveyError, csv_problems, read_text
from coastal.gauge.series import Floats, Series, Times, on_hours

#: UHSLC research-quality ASCII counts days from here (113225 is 2010-01-01).
UHSLC_EPOCH = np.datetime64("1700-01-01", "s")
#: Days from then to 2200: hours between times that are further apart would fill the memory.
DAYS = 182_621
#: When the 2010 Chile earthquake began (USGS), from which the DART file counts seconds.
CHILE_2010 = np.datetime64("2010-02-27T06:34:14", "s")
#: PSMSL's revised local reference lies about 7 m under mean sea level, so that none is negative.
RLR_OFFSET_M = 7.0
RLR_MISSING = -99999.0
#: No tide gauge reads beyond it (metres).
LARGEST_M = 50.0


def read_meds(path: Path) -> Series:
    """Read hourly levels as Fisheries and Oceans Canada (MEDS) writes them.

    A head of ``key,value`` lines, then ``YYYY/MM/DD HH:MM,metres`` in UTC. Longitudes are counted
    westward there. Hours without a row become gaps.

    Raises:
        SurveyError: it is no such file, or a row cannot be read.
    """
    head: dict[str, str] = {}
    times: list[np.datetime64] = []
    values: list[float] = []
    with csv_problems(str(path), SurveyError):
        rows = list(csv.reader(_lines(path)))
    for number, row in enumerate(rows, 1):
        if not row or not row[0].strip():
            continue
        if not row[0][0].isdigit():
            head[row[0].strip()] = row[1].strip() if len(row) > 1 else ""
            continue
        date, _, clock = row[0].strip().partition(" ")
        times.append(_time(f"{date.replace('/', '-')}T{clock}", path, number))
        values.append(_number(row[1] if len(row) > 1 else "", path, number))
    if "Station_Name" not in head or head.get("Time_zone") != "UTC":
        raise SurveyError(
            "no MEDS file in UTC", where=str(path), hint="its head names Station_Name and Time_zone"
        )
    found, filled = on_hours(*_rising(times, values, path))
    return Series(
        head["Station_Name"].title(), head.get("Station_Number", ""),
        _number(head.get("Latitude_Decimal_Degrees", "nan"), path, 0),
        -_number(head.get("Longitude_Decimal_Degrees", "nan"), path, 0),
        found, filled, "chart datum" if head.get("Datum") == "CD" else head.get("Datum", ""),
    )  # fmt: skip


def read_uhslc(
    path: Path, *, name: str = "Honolulu", station: str = "057", latitude: float = 21.307,
    longitude: float = -157.867,
) -> Series:  # fmt: skip
    """Read hourly levels of the University of Hawaii: days since 1700-01-01 and millimetres.

    The file says nothing of its place; the defaults are Honolulu's. Times are rounded to hours.

    Raises:
        SurveyError: a row cannot be read.
    """
    days, values = _columns(path, 2)
    if not ((days >= 0) & (days < DAYS)).all():
        raise SurveyError(
            "a day out of 1700 to 2200", where=str(path), hint="check the first column"
        )
    times = UHSLC_EPOCH + np.round(days * 24).astype("timedelta64[h]")
    found, level = _rising(list(times.astype("datetime64[h]")), list(values / 1000), path)
    found, filled = on_hours(found, level)
    return Series(name, station, latitude, longitude, found, filled, "station datum")


def read_dart(path: Path, *, origin: np.datetime64 = CHILE_2010) -> Series:
    """Read a de-tided DART record: seconds from an origin, and metres.

    The defaults are those of buoy 32412 in the 2010 Chile tsunami. Stretches of coarse and fine
    sampling overlap in such files: rows are sorted, and the last one of a second counts.

    Raises:
        SurveyError: a row cannot be read.
    """
    seconds, values = _columns(path, 2)
    if not (np.abs(seconds) < DAYS * 86_400).all():
        raise SurveyError("a second of another age", where=str(path), hint="check the first column")
    times = origin + np.round(seconds).astype("timedelta64[s]")
    latest = dict(zip(times.tolist(), values.tolist(), strict=True))
    stamps = sorted(latest)
    found, level = _rising(
        list(np.array(stamps, dtype="datetime64[s]")), [latest[one] for one in stamps], path
    )
    return Series("DART 32412", "32412", -17.975, -86.392, found, level, "tide removed")


def read_psmsl(path: Path, *, name: str = "", latitude: float = float("nan"),
               longitude: float = float("nan")) -> Series:  # fmt: skip
    """Read monthly means of PSMSL (Holgate et al. 2013), revised local reference, less its 7 m.

    Rows are ``decimal year; mm; missing days; flags``; -99999 is a gap. Times are the middles of
    the months.

    Raises:
        SurveyError: a row cannot be read.
    """
    decimals: list[float] = []
    levels: list[float] = []
    for number, line in enumerate(_lines(path), 1):
        parts = line.split(";")
        if len(parts) != 4:
            raise SurveyError(
                f"{len(parts)} columns instead of 4", where=f"{path}:{number}",
                hint="give a PSMSL monthly RLR file",
            )  # fmt: skip
        year, level = _number(parts[0], path, number), _number(parts[1], path, number)
        if not 1700 <= year < 2200:
            raise SurveyError(f"{year} is no year", where=f"{path}:{number}")
        decimals.append(year)
        levels.append(level)
    decimal, level_mm = np.array(decimals), np.array(levels)
    months = (np.floor(decimal) - 1970) * 12 + np.floor(decimal % 1 * 12)
    starts = months.astype(np.int64).astype("datetime64[M]")
    first = starts.astype("datetime64[s]")
    middles = first + ((starts + 1).astype("datetime64[s]") - first) // 2
    values = np.where(level_mm == RLR_MISSING, np.nan, level_mm / 1000 - RLR_OFFSET_M)
    found, level_m = _rising(middles.astype("datetime64[h]"), values, path, gaps=True)
    return Series(name or path.stem, path.stem, latitude, longitude, found, level_m, "RLR less 7 m")


def read_psmsl_folder(folder: Path) -> dict[str, Series]:
    """Read all stations of a folder with ``filelist.txt`` and ``<number>.rlrdata``, by number.

    Names are as the list writes them, in capitals.

    Raises:
        SurveyError: the list or a file cannot be read.
    """
    found = {}
    for number, line in enumerate(_lines(folder / "filelist.txt"), 1):
        parts = [part.strip() for part in line.split(";")]
        if not parts[0].isdigit():
            continue
        if len(parts) < 4:
            raise SurveyError("a row without a place", where=f"{folder / 'filelist.txt'}:{number}")
        path = folder / f"{parts[0]}.rlrdata"
        north, east = (_number(part, folder / "filelist.txt", number) for part in parts[1:3])
        name = " ".join(parts[3].split())
        found[parts[0]] = read_psmsl(path, name=name, latitude=north, longitude=east)
    if not found:
        raise SurveyError("a list without stations", where=str(folder / "filelist.txt"))
    return found


def _lines(path: Path) -> Iterator[str]:
    text = read_text(path, error=SurveyError).removeprefix("﻿")
    return (line for line in text.splitlines() if line.strip())


def _columns(path: Path, count: int) -> tuple[np.ndarray, ...]:
    rows = []
    for number, line in enumerate(_lines(path), 1):
        parts = line.split()
        if len(parts) != count:
            raise SurveyError(
                f"{len(parts)} columns instead of {count}", where=f"{path}:{number}",
                hint="give time and level, apart by spaces",
            )  # fmt: skip
        rows.append([_number(part, path, number) for part in parts])
    if not rows:
        raise SurveyError("an empty file", where=str(path))
    return tuple(np.array(rows).T)


def _number(text: str, path: Path, line: int) -> float:
    place = f"{path}:{line}" if line else str(path)
    try:
        value = float(text)
    except ValueError:
        raise SurveyError(
            f"{text.strip()!r} is no number", where=place, hint="leave the row out for a gap"
        ) from None
    if np.isinf(value):
        raise SurveyError("an infinite number", where=place)
    return value


def _time(text: str, path: Path, line: int) -> np.datetime64:
    try:
        found: np.datetime64 = np.datetime64(text, "m").astype("datetime64[h]")
    except ValueError:
        found = np.datetime64("NaT", "h")
    since = (found - UHSLC_EPOCH) / np.timedelta64(1, "D")
    if not 0 <= since < DAYS:
        raise SurveyError(
            f"{text!r} is no time of 1700 to 2200", where=f"{path}:{line}",
            hint="write YYYY/MM/DD HH:MM",
        )  # fmt: skip
    return found


def _rising(
    times: Sequence[np.datetime64] | Times, values: Sequence[float] | Floats, path: Path, *,
    gaps: bool = False,
) -> tuple[Times, Floats]:  # fmt: skip
    if not len(times):
        raise SurveyError("no measurement", where=str(path), hint="give another file")
    found, level = np.array(times), np.array(values, dtype=np.float64)
    falls = np.flatnonzero(np.diff(found) <= np.timedelta64(0))
    if len(falls):
        raise SurveyError(
            f"times that do not rise at {found[falls[0] + 1]}", where=str(path),
            hint="sort the rows, one per time",
        )  # fmt: skip
    if not gaps and np.nanmax(np.abs(level)) > LARGEST_M:
        raise SurveyError(
            f"a level of {np.nanmax(np.abs(level)):g} m", where=str(path), hint="check the unit"
        )
    return found, level
