"""Casts and moorings as instruments write them: Argo, Sea-Bird cnv, CastAway csv, BIO ODF.

Units and temperature scales are read from the header; columns are found by name.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base import SurveyError, csv_problems, read_bytes, read_text
from habitat.survey.cast import Profile, faults, screened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Argo quality flags that are used: 1 good, 2 probably good (Argo user's manual, recalled).
_ARGO_GOOD = (b"1", b"2")
_DEGREES = re.compile(r"(\d{1,3})\s+(\d{1,2}(?:\.\d*)?)\s*([NSEW])\b")


@dataclass(frozen=True, slots=True)
class Mooring:
    """A moored series at one depth; arrays have shape (records,), NaN where missing.

    Attributes:
        hours: since the first record.
        pressure_dbar, temperature_c, salinity: as in a profile.
        latitude, longitude: degrees north and east, as the header has them.
        name: of the instrument.
    """

    hours: Floats
    pressure_dbar: Floats
    temperature_c: Floats
    salinity: Floats
    latitude: float
    longitude: float
    name: str


def read_argo(path: Path) -> list[Profile]:
    """Read the profiles of an Argo float (netCDF classic).

    Adjusted values are used where the mode is adjusted or delayed; profiles without a position or
    with fewer than two good levels are left out. Argo temperatures are ITS-90.

    Raises:
        SurveyError: not such a file.
    """
    import numpy as np
    from scipy.io import netcdf_file

    data = read_bytes(path, error=SurveyError)
    try:
        with netcdf_file(io.BytesIO(data), mmap=False) as file:
            table = {name: np.array(item[:]) for name, item in file.variables.items()}
    except Exception as problem:
        # A damaged file makes the reader raise whatever its bytes happen to lead to.
        raise SurveyError("no netCDF classic file, or a broken one", where=str(path)) from problem
    try:
        return [
            made
            for number in range(table["PRES"].shape[0])
            if (made := _argo_profile(table, number, str(path))) is not None
        ]
    except (
        AttributeError,
        IndexError,
        KeyError,
        OverflowError,
        TypeError,
        ValueError,
    ) as problem:
        raise SurveyError("no Argo profile file (netCDF classic)", where=str(path)) from problem


def _argo_profile(table: dict[str, Any], number: int, where: str) -> Profile | None:
    import numpy as np

    adjusted = table["DATA_MODE"][number] in (b"A", b"D")
    columns = []
    for name in ("PRES", "TEMP", "PSAL"):
        key = f"{name}_ADJUSTED" if adjusted else name
        values = np.asarray(table[key][number], dtype=np.float64)
        good = np.isin(table[f"{key}_QC"][number], _ARGO_GOOD)
        columns.append(np.where(good & (values < 99_999.0), values, np.nan))
    latitude, longitude = float(table["LATITUDE"][number]), float(table["LONGITUDE"][number])
    placed = abs(latitude) <= 90.0 and abs(longitude) <= 360.0
    if not placed or table["POSITION_QC"][number] not in _ARGO_GOOD:
        return None
    if np.count_nonzero(np.isfinite(np.sum(columns, axis=0))) < 2:
        return None
    platform = b"".join(table["PLATFORM_NUMBER"][number]).decode("ascii", "replace").strip()
    return screened(
        columns[0],
        columns[1],
        columns[2],
        None,
        latitude=latitude,
        longitude=longitude,
        name=f"Argo {platform} cycle {int(table['CYCLE_NUMBER'][number])}",
        where=where,
    )


def read_cnv(path: Path) -> Profile:
    """Read a Sea-Bird cnv file.

    Where there are two pairs of temperature and conductivity sensors, the pair with fewer
    implausible or spiky levels is used, so that a broken primary sensor does not spoil the cast.

    Raises:
        SurveyError: not such a file, or no pressure, temperature, salinity or position in it.
    """
    text, where = read_bytes(path, error=SurveyError).decode("latin-1"), str(path)
    try:
        return _cnv(text, path.stem, where)
    except (ValueError, IndexError, OverflowError) as problem:
        raise SurveyError(f"no Sea-Bird cnv file ({problem})", where=where) from None


def _cnv(text: str, stem: str, where: str) -> Profile:
    import numpy as np

    header, found, body = text.partition("*END*")
    if not found:
        raise SurveyError("no Sea-Bird cnv file: *END* is missing", where=where)
    titles = dict(re.findall(r"^# name (\d+) = (\S+?):", header, re.MULTILINE))
    scales = {
        name: "IPTS-68" in line
        for name, line in re.findall(r"^# name \d+ = (\S+?):(.*)$", header, re.MULTILINE)
    }
    columns = {name: int(number) for number, name in titles.items()}
    table = _cnv_numbers(body, len(columns), where)
    bad = re.search(r"^# bad_flag = (\S+)", header, re.MULTILINE)
    if bad is not None:
        table[np.isclose(table, float(bad.group(1)), rtol=1e-6, atol=0.0)] = np.nan
    pressure = next((table[:, columns[n]] for n in ("prDM", "prdM", "prSM") if n in columns), None)
    pairs = [
        (_its90(table[:, columns[t]], scales[t]), table[:, columns[s]])
        for t, s in _cnv_pairs(columns)
    ]
    if pressure is None or not pairs:
        raise SurveyError("no pressure (db), temperature and salinity", where=where)
    temperature, salinity = min(pairs, key=lambda pair: faults(*pair))
    gas = next((table[:, c] for n, c in columns.items() if n.startswith("sbeox0Mm/Kg")), None)
    latitude, longitude = _cnv_position(header, where)
    return screened(
        pressure,
        temperature,
        salinity,
        gas,
        latitude=latitude,
        longitude=longitude,
        name=f"Sea-Bird {stem}",
        where=where,
    )


def _cnv_pairs(columns: dict[str, int]) -> list[tuple[str, str]]:
    """Names of the temperature and salinity of the primary and of the secondary sensors."""
    pairs = []
    for temperatures, salinity in (
        (("t090C", "tv290C", "t068C", "t090"), "sal00"),
        (("t190C", "t168C"), "sal11"),
    ):
        name = next((t for t in temperatures if t in columns), None)
        if name is not None and salinity in columns:
            pairs.append((name, salinity))
    return pairs


def _its90(values: Floats, old: bool) -> Floats:
    import gsw
    import numpy as np

    return np.asarray(gsw.t90_from_t68(values) if old else values, dtype=np.float64)


def _cnv_numbers(body: str, columns: int, where: str) -> Floats:
    import numpy as np

    rows = [line.split() for line in body.splitlines()[1:] if line.strip()]
    if not rows or not columns or any(len(row) != columns for row in rows):
        raise SurveyError(f"rows that do not have {columns} columns", where=where)
    try:
        return np.array(rows, dtype=np.float64)
    except ValueError as problem:
        raise SurveyError(f"a cell that is no number ({problem})", where=where) from None


def _cnv_position(header: str, where: str) -> tuple[float, float]:
    """Read degrees and minutes from the header: NMEA lines or the ship's own notes."""
    found: dict[str, float] = {}
    for degrees, minutes, side in _DEGREES.findall(header):
        value = float(degrees) + float(minutes) / 60.0
        found.setdefault("lat" if side in "NS" else "lon", -value if side in "SW" else value)
    if len(found) < 2:
        raise SurveyError("no position in the header", where=where, hint="such as '12 40.46 N'")
    return found["lat"], found["lon"]


def read_castaway(path: Path) -> Profile:
    """Read a CastAway csv file.

    Raises:
        SurveyError: not such a file, other units, or no position in it.
    """
    import numpy as np

    lines, where = read_text(path, error=SurveyError).lstrip("\ufeff").splitlines(), str(path)
    notes = {
        key.strip("% ").lower(): value
        for key, _, value in (line.partition(",") for line in lines if line.startswith("%"))
    }
    kept = (line for line in lines if line.strip() and not line.startswith("%"))
    with csv_problems(where, SurveyError):
        rows = list(csv.reader(kept))
    names = ["pressure (decibar)", "temperature (celsius)", "salinity (practical salinity scale)"]
    head = [name.strip().lower() for name in rows[0]] if rows else []
    if any(name not in head for name in names):
        raise SurveyError(f"expected the columns {', '.join(names)}", where=where)
    try:
        cells = [[row[head.index(name)] for name in names] for row in rows[1:]]
        table = np.array(cells, dtype=np.float64).reshape(-1, 3)
        latitude, longitude = float(notes["start latitude"]), float(notes["start longitude"])
    except (ValueError, IndexError, KeyError) as problem:
        raise SurveyError(f"no CastAway cast ({problem})", where=where) from None
    return screened(
        table[:, 0],
        table[:, 1],
        table[:, 2],
        None,
        latitude=latitude,
        longitude=longitude,
        name=f"CastAway {path.stem}",
        where=where,
    )


def read_mooring(path: Path) -> Mooring:
    """Read a moored series of pressure, temperature and salinity (BIO ODF).

    Parameters are found by code and their units checked; a latitude of -99 (missing) is taken from
    the edits recorded in the header. Times are counted by the sampling interval.

    Raises:
        SurveyError: not such a file, or no temperature, pressure or salinity in it (as in that of
            a current profiler).
    """
    import numpy as np

    text, where = read_bytes(path, error=SurveyError).decode("latin-1"), str(path)
    header, found, body = text.partition("-- DATA --")
    if not found:
        raise SurveyError("no ODF file: -- DATA -- is missing", where=where)
    blocks = header.split("PARAMETER_HEADER,")[1:]
    codes = [_odf_value(block, "CODE") for block in blocks]
    wanted = {"PRES_01": "decibars", "TEMP_01": "degrees c", "PSAL_01": "psu"}
    for code, unit in wanted.items():
        if code not in codes or _odf_value(blocks[codes.index(code)], "UNITS").lower() != unit:
            raise SurveyError(f"no {code} in {unit}", where=where, hint="give a moored CTD series")
    rows = [line.split() for line in body.splitlines() if line.strip()]
    try:
        columns = []
        for code in wanted:
            place = codes.index(code)
            null = float(_odf_value(blocks[place], "NULL_VALUE"))
            values = np.array([row[place] for row in rows], dtype=np.float64)
            columns.append(np.where(np.isclose(values, null), np.nan, values))
        step = float(_odf_value(header, "SAMPLING_INTERVAL")) / 3600.0
        latitude, longitude = (_odf_degrees(header, axis) for axis in ("LATITUDE", "LONGITUDE"))
    except (ValueError, IndexError) as problem:
        raise SurveyError(f"no ODF series ({problem})", where=where) from None
    name = f"{_odf_value(header, 'MODEL')} {_odf_value(header, 'SERIAL_NUMBER')}"
    hours = np.arange(len(rows), dtype=np.float64) * step
    pressure, temperature, salinity = columns
    return Mooring(hours, pressure, temperature, salinity, latitude, longitude, name)


def _odf_value(block: str, key: str) -> str:
    match = re.search(rf"^\s*{key}=(.*?),?\s*$", block, re.MULTILINE)
    return match.group(1).strip().strip("'").strip() if match else ""


def _odf_degrees(header: str, axis: str) -> float:
    value = float(_odf_value(header, f"INITIAL_{axis}") or "nan")
    edit = re.search(rf"Edit Event: Initial[ _]{axis}=(-?[\d.]+)", header, re.IGNORECASE)
    if value <= -99.0 and axis == "LATITUDE" and edit is not None:
        value = float(edit.group(1))
    return value
