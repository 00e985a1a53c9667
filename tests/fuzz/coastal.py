"""Readers of gauges, tracks, weather, chips, scenarios, spaces and coastal students, with seeds."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fuzz.targets import Target

EXAMPLES = Path(__file__).parents[2] / "examples"
COAST = EXAMPLES / "coastal"
MEDS = (
    b"Station_Name,LAMP HARBOUR\nStation_Number,490\nLatitude_Decimal_Degrees,44.6\n"
    b"Longitude_Decimal_Degrees,63.6\nDatum,CD\nTime_zone,UTC\nObs_date,SLEV(metres)\n"
    + b"".join(f"2003/01/01 {hour:02d}:00,1.{hour:02d},\n".encode() for hour in range(24))
)
HAWAII = b"".join(f"{73000 + hour / 24:.5f} {1200 + hour}\n".encode() for hour in range(24))
PSMSL = b"".join(
    f" {1990 + (month + 0.5) / 12:.4f}; {7000 + month};  0;000\n".encode() for month in range(36)
)
TRACK = b"".join(
    f"AL, 15, 20030929{hour:02d},   , BEST,   0, {340 + hour}N,  636W, 90,  970, HU, 34, NEQ, 150,"
    f" 150,  75,  75, 1012,  200,  25, 100,   0,   L,   0,    ,   0,   0,       LAMP, D,\n".encode()
    for hour in (0, 6, 12)
)
WEATHER = (
    b'"Station Name","LAMP A"\n"Latitude","44.88"\n"Longitude","-63.5"\n"Elevation","145.4"\n\n'
    b'"Date/Time","Wind Dir (10s deg)","Wind Spd (km/h)","Stn Press (kPa)"\n'
    + b"".join(f'"2003-09-01 {hour:02d}:00","18","20","99.{hour}"\n'.encode() for hour in range(24))
)
MAXIMA = b"Year,SeaLevel\n" + b"".join(f"{1950 + at},1.{at}\n".encode() for at in range(20))
FLOODS = b"ID,lat,long,Began,Ended,Dead,Severity\n" + b"".join(
    f"{at},10.{at},-60.{at},199{at}-03-01,199{at}-03-09,{at},1.5\n".encode() for at in range(9)
)
SPACE = (
    b"base: design.yaml\naxes:\n  safety_zone.radius: {from: 300 m, to: 700 m, step: 50 m}\n"
    b"  hull.thickness: {latin: [20 mm, 120 mm]}\n  consents.coastal_state: [true, false, null]\n"
    b"  site:\n    - {latitude: 37.84, longitude: -31.52}\nsamples: 20\nseed: 7\nfilters:\n"
    b'  - {fact: hull.thickness, "<=": 80 mm}\n  - {verdict: [lawful]}\n'
    b'  - {measure: cost, "<=": 250000}\ntop: 3\npareto: [cost, margin]\n'
)


def surveys() -> tuple[Target, ...]:
    """Return the readers of measurements."""
    from coastal.extremes.records import read_maxima
    from coastal.flood import read_chip
    from coastal.gauge import read_atcf, read_meds, read_psmsl, read_weather
    from coastal.gauge.feeds import read_levels, read_marks, read_runs, read_sky
    from coastal.gauge.levels import read_uhslc
    from coastal.risk.climate import read_floods
    from tests.fuzz.targets import Target

    radar, label = _images()

    def chip(path: Path) -> Any:
        path.with_name("lamp_S1Hand.tif").write_bytes(path.read_bytes())
        path.with_name("lamp_LabelHand.tif").write_bytes(label)
        return read_chip(path.parent, "lamp")

    def lines(name: str) -> bytes:
        return b"".join((COAST / f"own_{name}.csv").read_bytes().splitlines(keepends=True)[:40])

    return (
        Target("levels", ".csv", (lines("gauge"), lines("neighbour")), read_levels),
        Target("marks", ".csv", (lines("reports"),), read_marks),
        Target("runs", ".csv", (lines("forecast"),), read_runs),
        Target("sky", ".csv", (lines("weather"),), read_sky),
        Target("meds", ".csv", (MEDS,), read_meds),
        Target("uhslc", ".txt", (HAWAII,), read_uhslc),
        Target("psmsl", ".rlrdata", (PSMSL,), read_psmsl),
        Target("atcf", ".dat", (TRACK,), read_atcf),
        Target("weather", ".csv", (WEATHER,), read_weather),
        Target("maxima", ".csv", (MAXIMA,), read_maxima),
        Target("floods", ".csv", (FLOODS,), read_floods),
        Target("chip", ".tif", (radar,), chip),
    )


def _images() -> tuple[bytes, bytes]:
    """Return a radar chip and its labels as TIFF."""
    import numpy as np
    import tifffile

    written = []
    for values in (np.full((2, 64, 64), -12.5, dtype=np.float32), np.eye(64, dtype=np.int16)):
        file = io.BytesIO()
        tifffile.imwrite(
            file,
            values,
            compression="zlib",
            photometric="minisblack",
            planarconfig="separate" if values.ndim == 3 else None,
        )
        written.append(file.getvalue())
    return written[0], written[1]


def files() -> tuple[Target, ...]:
    """Return the readers of what a person writes."""
    from coastal.assess import load_site
    from coastal.plan.scenario import load_scenario
    from compliance.sweep.space import load_space
    from tests.fuzz.targets import Target

    design = (EXAMPLES / "azores_vent_station.yaml").read_bytes()

    def space(path: Path) -> Any:
        path.with_name("design.yaml").write_bytes(design)
        return load_space(path)

    storm, site = (COAST / name for name in ("halifax_storm.yaml", "harbour_site.yaml"))
    return (
        Target("scenario", ".yaml", (storm.read_bytes(),), load_scenario),
        Target("site", ".yaml", (site.read_bytes(),), load_site),
        Target("space", ".yml", (SPACE,), space),
    )


def models() -> tuple[Target, ...]:
    """Return the readers of students; their seeds carry no hash, or no change would get by it."""
    from coastal import surge
    from coastal.extremes import student as extremes
    from coastal.risk import assess as risk
    from tests.fuzz.targets import Target

    loads: tuple[tuple[str, Path, Callable[[Path], Any]], ...] = (
        ("extremes_student", extremes.SHIPPED, extremes.Student.load),
        ("risk_student", risk.SHIPPED, risk.RiskStudent.load),
        (
            "surge_student",
            Path(surge.__file__).parent / "student.safetensors",
            surge.SurgeStudent.load,
        ),
    )
    return tuple(
        Target(name, ".safetensors", (_unhashed(path),), load) for name, path, load in loads
    )


def _unhashed(path: Path) -> bytes:
    from safetensors.torch import save

    from distill.weights import load_note, load_tensors

    return save(load_tensors(path), metadata=load_note(path))
