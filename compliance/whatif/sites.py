"""Many places: written on the command line, listed in a file, or along a line over the globe."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from base import UsageError, csv_problems, one_line, read_text
from compliance.whatif.settings import Place
from habitat.fields import finite_number

MAX_FILE_BYTES = 1024 * 1024
MOST_SITES = 1000
_HEADERS = (["lat", "lon"], ["lat", "lon", "label"])
_LABEL_CHARACTERS = 80


def read_site(text: str, *, where: str = "--site") -> Place:
    """Read ``LAT,LON`` in decimal degrees.

    Raises:
        UsageError: not two numbers, or a number out of range.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2:
        raise UsageError(
            f"{text!r} is not a position", where=where, hint="write it as LAT,LON: 37.84,-31.52"
        )
    return _place(parts[0], parts[1], "", where)


class _Rows(Protocol):
    """What :func:`csv.reader` returns."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def read_site_file(path: Path) -> tuple[Place, ...]:
    """Read places from a CSV file with the header ``lat,lon`` or ``lat,lon,label``.

    Degrees are decimal, south and west negative. Empty lines are skipped.

    Raises:
        UsageError: one line that names the file and the line of the first problem.
    """
    text = read_text(path, limit=MAX_FILE_BYTES, error=UsageError).removeprefix("\ufeff")
    with csv_problems(str(path), UsageError):
        return _places(csv.reader(io.StringIO(text, newline="")), path)


def _places(rows: _Rows, path: Path) -> tuple[Place, ...]:
    header = [cell.strip().lower() for cell in next(rows, [])]
    if header not in _HEADERS:
        found = one_line(",".join(header))[:60]
        raise UsageError(
            f"expected the header lat,lon or lat,lon,label, found {found!r}",
            where=f"{path}, line 1",
        )
    places = []
    for cells in rows:
        where = f"{path}, line {rows.line_num}"
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise UsageError(
                f"expected {len(header)} values ({','.join(header)}), found {len(cells)}",
                where=where,
            )
        label = one_line(cells[2])[:_LABEL_CHARACTERS] if len(cells) == 3 else ""
        places.append(_place(cells[0].strip(), cells[1].strip(), label, where))
        if len(places) > MOST_SITES:
            raise UsageError(
                f"more than {MOST_SITES} sites", where=where, hint="split the file into several"
            )
    if not places:
        raise UsageError("no sites below the header", where=str(path), hint="one lat,lon a line")
    return tuple(places)


def along_line(start: Place, stop: Place, points: int) -> tuple[Place, ...]:
    """Return places at equal distances along the geodesic on WGS 84, both ends included.

    Args:
        start, stop: the ends.
        points: how many places, at least 2.

    Raises:
        UsageError: fewer than two points, too many, or no line between the ends.
    """
    if not 2 <= points <= MOST_SITES:
        raise UsageError(
            f"{points} is not a number of points on a line",
            where="--points",
            hint=f"give 2 to {MOST_SITES}",
        )
    if (start.latitude, start.longitude) == (stop.latitude, stop.longitude):
        raise UsageError("both ends are one point", where="--line", hint="give two places")
    from pyproj import Geod

    between = Geod(ellps="WGS84").npts(
        start.longitude, start.latitude, stop.longitude, stop.latitude, points - 2
    )
    # A millionth of a degree is a decimetre: more digits would only lengthen the labels.
    inner = [Place(round(latitude, 6), round(longitude, 6)) for longitude, latitude in between]
    return (start, *inner, stop)


def _place(latitude: str, longitude: str, label: str, where: str) -> Place:
    numbers = []
    for name, text, limit in (("latitude", latitude, 90.0), ("longitude", longitude, 180.0)):
        number = finite_number(text)
        if number is None:
            raise UsageError(
                f"{text!r} is not a {name} in decimal degrees", where=where, hint="such as 37.84"
            )
        if abs(number) > limit:
            raise UsageError(
                f"impossible {name} {number:g}", where=where, hint=f"give -{limit:g} to {limit:g}"
            )
        numbers.append(number + 0.0)
    return Place(numbers[0], numbers[1], label)
