"""Best tracks of tropical storms in ATCF b-deck text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from base import SurveyError, read_text
from coastal.gauge.series import Floats, Times, hours_of

KNOT_MS = 1852 / 3600
NAUTICAL_KM = 1.852


@dataclass(frozen=True, slots=True)
class Track:
    """A storm's centre over time.

    Attributes:
        name: of the storm, as it was called last.
        times: UTC, shape (n,).
        latitude, longitude: degrees, north and east positive.
        wind_ms: greatest sustained wind (one minute).
        pressure_hpa: in the centre; NaN where not stated.
        outer_hpa: of the last closed isobar; NaN where not stated.
        radius_km: of greatest wind; NaN where not stated.
    """

    name: str
    times: Times
    latitude: Floats
    longitude: Floats
    wind_ms: Floats
    pressure_hpa: Floats
    outer_hpa: Floats
    radius_km: Floats

    @property
    def hours(self) -> Floats:
        """Hours since the first fix, shape (n,)."""
        return hours_of(self.times) - hours_of(self.times[:1])


def read_atcf(path: Path) -> Track:
    """Read a best track; rows of the same time, for other wind radii, count once.

    Raises:
        SurveyError: it is no b-deck, or a row cannot be read.
    """
    name = path.stem
    rows: dict[str, list[float]] = {}
    for number, line in enumerate(read_text(path, error=SurveyError).splitlines(), 1):
        cells = [cell.strip() for cell in line.split(",")]
        if len(cells) < 10:
            if line.strip():
                raise SurveyError(
                    f"{len(cells)} columns", where=f"{path}:{number}", hint="give an ATCF b-deck"
                )
            continue
        if cells[4] != "BEST":
            continue
        where = f"{path}:{number}"
        radius = cells[19] if len(cells) > 19 else ""
        outer = cells[17] if len(cells) > 17 else ""
        values = [
            _degrees(cells[6], "NS", where), _degrees(cells[7], "EW", where),
            _number(cells[8], where) * KNOT_MS,
            _stated(cells[9], where), _stated(outer, where),
            _stated(radius, where) * NAUTICAL_KM,
        ]  # fmt: skip
        rows.setdefault(cells[2], values)
        if len(cells) > 27 and cells[27] not in ("", "INVEST"):
            name = cells[27].title()
    if not rows:
        raise SurveyError("no best track", where=str(path), hint="give an ATCF b-deck (BEST rows)")
    stamps = sorted(rows)
    times = np.array([_time(stamp, str(path)) for stamp in stamps])
    return Track(name, times, *np.array([rows[stamp] for stamp in stamps]).T)


def _degrees(text: str, signs: str, where: str) -> float:
    if text[-1:] not in tuple(signs):
        raise SurveyError(f"{text!r} is no place", where=where, hint=f"end it with {signs}")
    value = _number(text[:-1], where) / 10
    if abs(value) > (90 if signs == "NS" else 360):
        raise SurveyError(f"{text!r} is no place on earth", where=where)
    return value if text[-1] in "NE" else -value


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SurveyError(f"{text!r} is no number", where=where) from None


def _stated(text: str, where: str) -> float:
    """Return a number, NaN where the deck has none or its 0."""
    value = _number(text or "0", where)
    return value if value > 0 else float("nan")


def _time(stamp: str, where: str) -> np.datetime64:
    try:
        return np.datetime64(f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[8:10]}", "h")
    except ValueError:
        raise SurveyError(f"{stamp!r} is no time", where=where, hint="YYYYMMDDHH") from None
