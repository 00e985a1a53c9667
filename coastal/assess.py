"""The risk of named assets from a short record: site files in, return levels and risk out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from base import UsageError, read_bytes, read_text, sha256_bytes, sha256_text

if TYPE_CHECKING:
    from coastal.risk import Asset, Inputs

_Metres = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
_Name = Annotated[str, Field(min_length=1, max_length=80)]
_MOST_BYTES = 1_000_000

#: What every assessment must be read with.
LIMITS = (
    "Levels are still water: waves, run-up, rain, rivers and sinking land are not in them.",
    "A student learned from long records elsewhere; at a coast unlike all of them it may be wrong "
    "by more than its interval.",
    "Depth-damage curves are means over many buildings; the one at hand may be sturdier or not.",
    "Defences that stand at the site are not in it unless the elevation says so.",
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Record(_Strict):
    maxima_m: tuple[_Metres, ...] | None = None
    last_year: Annotated[int, Field(ge=1800, le=2100)] | None = None
    psmsl: str | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=360)] | None = None

    @model_validator(mode="after")
    def _one(self) -> _Record:
        if (self.maxima_m is None) == (self.psmsl is None):
            raise ValueError("give either maxima_m with last_year, or psmsl with its place")
        if self.maxima_m is not None and (len(self.maxima_m) < 2 or self.last_year is None):
            raise ValueError("maxima_m needs at least two years, and last_year")
        if self.psmsl is not None and None in (self.latitude, self.longitude):
            raise ValueError("psmsl needs latitude and longitude")
        return self


class _SiteAsset(_Strict):
    name: _Name
    kind: _Name
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    elevation_m: _Metres
    floor_height_m: _Metres = 0.0
    value: Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]


class _SiteFile(_Strict):
    name: _Name
    about: str = ""
    datum: _Name
    record: _Record
    year: Annotated[int, Field(ge=1900, le=2100)]
    scenario: str = "SSP2-4.5"
    excess_m: Annotated[float, Field(ge=0, le=20)] = 0.0
    excess_deviation_m: Annotated[float, Field(ge=0, le=20)] = 0.0
    periods: tuple[Annotated[float, Field(gt=1, le=10_000)], ...] = (10.0, 50.0, 100.0)
    assets: Annotated[tuple[_SiteAsset, ...], Field(min_length=1, max_length=200)]


@dataclass(frozen=True)
class SiteFile:
    """What a site file says: ``file`` as it stands, and its hash."""

    file: _SiteFile
    sha256: str
    where: str


def load_site(path: Path) -> SiteFile:
    """Read a site file (YAML or JSON).

    Raises:
        UsageError: it cannot be read, or a key is wrong; names the key.
    """
    text = read_text(path, limit=_MOST_BYTES, error=UsageError)
    try:
        raw: Any = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        # A date of month 13 or a number of thousands of digits is a ValueError.
        raise UsageError("not YAML", where=str(path), hint="check the syntax") from problem
    if not isinstance(raw, dict):
        raise UsageError("not a mapping", where=str(path), hint="see docs/coastal.md")
    try:
        return SiteFile(_SiteFile.model_validate(raw), sha256_text(text), str(path))
    except ValidationError as problem:
        error = problem.errors(include_url=False)[0]
        place = ".".join(str(part) for part in error["loc"]) or "top"
        words = str(error["msg"]).removeprefix("Value error, ")
        words = "unknown key" if error["type"] == "extra_forbidden" else words
        raise UsageError(
            words[0].lower() + words[1:], where=f"{path}: {place}", hint="see docs/coastal.md"
        ) from problem


def assess_site(
    site: SiteFile, *, data: Path | None = None, students: Path | None = None
) -> dict[str, Any]:
    """Return return levels and the risk of each asset as JSON data.

    Args:
        site: from :func:`load_site`.
        data: folder that a ``psmsl`` record is looked for in; the site file's own if ``None``.
        students: folder of ``extremes.safetensors`` and ``risk.safetensors``, as
            :func:`coastal.training.train_students` writes them; those of the package if ``None``.

    Raises:
        UsageError: no such scenario or kind, a year before the record's end or beyond 2100.
        SurveyError: a ``psmsl`` record that cannot be read.
        DistillError: a record too short for any method, or no such student.
    """
    file = site.file
    # What can be wrong in the files is found before anything that learns is loaded.
    assets = [_asset(one, site.where) for one in file.assets]
    inputs = _inputs(site, data)
    from coastal.extremes import Student, return_level
    from coastal.risk import RiskStudent

    taught = None if students is None else Student.load(students / "extremes.safetensors")
    levels = [return_level(inputs.record, years, student=taught) for years in file.periods]
    student = (
        RiskStudent.load() if students is None else RiskStudent.load(students / "risk.safetensors")
    )
    found = student.assess(inputs, assets)
    return {
        "site": file.name,
        "about": file.about,
        "datum": file.datum,
        "year": file.year,
        "scenario": file.scenario,
        "return_levels": [
            {
                "years": one.period,
                "level_m": _rounded(one.level),
                "low_m": _rounded(one.lo),
                "high_m": _rounded(one.hi),
                "method": one.method,
                "confidence": one.confidence,
                "of": one.of,
            }
            for one in levels
        ],
        "assets": [
            _plain(one.as_dict())
            | {"latitude": own.latitude, "longitude": own.longitude, "kind": own.kind}
            for one, own in zip(found, file.assets, strict=True)
        ],
        "limits": list(LIMITS),
        "inputs": {"site_sha256": site.sha256} | _hashes(students),
    }


def _hashes(students: Path | None) -> dict[str, str]:
    """Return the hashes of students that are not the package's."""
    if students is None:
        return {}
    return {
        f"{name}_sha256": sha256_bytes(read_bytes(students / f"{name}.safetensors"))
        for name in ("extremes", "risk")
    }


def _inputs(site: SiteFile, data: Path | None) -> Inputs:
    import numpy as np

    from coastal.extremes import read_psmsl_monthly
    from coastal.risk import Inputs, rise

    file = site.file
    record: Any
    if file.record.maxima_m is not None:
        record = np.array(file.record.maxima_m)
    else:
        folder = Path(site.where).parent if data is None else data
        record = read_psmsl_monthly(
            folder / str(file.record.psmsl),
            latitude=float(file.record.latitude or 0.0),
            longitude=float(file.record.longitude or 0.0),
            name=file.name,
        )
    inputs = Inputs(
        record=record,
        year=file.year,
        record_year=file.record.last_year,
        scenario=file.scenario,
        excess=file.excess_m,
        excess_deviation=file.excess_deviation_m,
    )
    rise(inputs.scenario, inputs.last_year, inputs.year)
    return inputs


def _asset(one: _SiteAsset, where: str) -> Asset:
    from coastal.risk import KINDS, Asset

    if one.kind not in KINDS:
        raise UsageError(
            f"no depth-damage curve of {one.kind!r}",
            where=f"{where}: asset {one.name}",
            hint=f"use {', '.join(KINDS)}",
        )
    return Asset(
        name=one.name,
        kind=one.kind,
        latitude=one.latitude,
        longitude=one.longitude,
        elevation=one.elevation_m,
        value=one.value,
        floor_height=one.floor_height_m,
    )


def _rounded(value: float) -> float:
    return round(float(value), 4)


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Round what is measured; intervals become value, low and high."""
    told: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, dict):
            told[name] = {key: _rounded(number) for key, number in value.items()}
        elif isinstance(value, float):
            told[name] = _rounded(value)
        else:
            told[name] = value if not hasattr(value, "__dataclass_fields__") else asdict(value)
    return told
