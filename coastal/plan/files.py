"""The part of a scenario file that names a user's own observations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_Metres = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
_Amplitude = Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)]
_Phase = Annotated[float, Field(ge=-360, le=360, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _named(given: Any) -> Any:
    return {"file": given} if isinstance(given, str) else given


class Source(_Strict):
    """A file, and how long after its times each row arrived where no column ``arrived`` says."""

    file: Annotated[str, Field(min_length=1, max_length=400)]
    delay_hours: Annotated[float, Field(ge=0, le=48, allow_inf_nan=False)] = 0.0


class Constants(_Strict):
    """Harmonic constants of a tide: amplitude in metres, phase lag on Greenwich in degrees."""

    mean_m: _Metres
    constants: Annotated[dict[str, tuple[_Amplitude, _Phase]], Field(min_length=1, max_length=60)]


def _constants(given: Any) -> Any:
    return None if given == "fitted" else given


class GaugeFile(Source):
    """Levels of a gauge; ``offset_m`` is added to make them levels above the site's datum.

    The tide is fitted on the file's own levels, which may be said (``tide: fitted``), or given.
    """

    offset_m: _Metres = 0.0
    tide: Annotated[Constants | None, BeforeValidator(_constants)] = None


class WeatherFile(Source):
    """Pressure and wind; ``onshore_deg`` is where a wind comes from that blows into the harbour."""

    onshore_deg: Annotated[float, Field(ge=0, le=360)]
    elevation_m: Annotated[float, Field(ge=-500, le=3000)] = 0.0
    zone_hours: Annotated[float, Field(ge=-14, le=14)] | None = None


def _moment(given: Any) -> Any:
    """Bring what YAML makes of a time to naive UTC."""
    if isinstance(given, str) and given != "now":
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            raise ValueError("no time; write 2026-11-30T12:00Z") from None
    if isinstance(given, datetime):
        return given.astimezone(UTC).replace(tzinfo=None) if given.tzinfo else given
    if isinstance(given, date):
        return datetime(given.year, given.month, given.day)
    return given


_Moment = Annotated[datetime, BeforeValidator(_moment)]
_NamedSource = Annotated[Source, BeforeValidator(_named)]
_NamedGauge = Annotated[GaugeFile, BeforeValidator(_named)]


class OwnFiles(_Strict):
    """A user's own observations: ``storm: {kind: observed, ...}``.

    Attributes:
        gauge: levels at the site.
        neighbour: levels of another gauge; only what its own tide leaves is used.
        weather: pressure at sea level and wind.
        forecast: surge or level by time of issue.
        sar, optical, reports: levels read off flood maps or told by people.
        since: first hour of the plan; 48 hours before ``until`` if not given.
        until: the hour of the last look; that of the newest observation if not given.
    """

    kind: Literal["observed"]
    gauge: _NamedGauge
    neighbour: _NamedGauge | None = None
    weather: WeatherFile | None = None
    forecast: _NamedSource | None = None
    sar: _NamedSource | None = None
    optical: _NamedSource | None = None
    reports: _NamedSource | None = None
    since: Annotated[_Moment | None, Field(alias="from")] = None
    until: Annotated[
        _Moment | Literal["now"] | None, BeforeValidator(_moment), Field(alias="to")
    ] = None

    @model_validator(mode="after")
    def _ordered(self) -> OwnFiles:
        if self.since is not None and isinstance(self.until, datetime) and self.since >= self.until:
            raise ValueError("to must be later than from")
        return self

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the streams that have a file."""
        names = ("gauge", "neighbour", "weather", "forecast", "sar", "optical", "reports")
        return tuple(name for name in names if getattr(self, name) is not None)

    def source(self, stream: str) -> Source:
        """Return the file of a stream that has one."""
        found = getattr(self, stream)
        assert isinstance(found, Source)
        return found

    def end(self) -> np.datetime64 | None:
        """Return the whole hour at or after ``to``, ``None`` where the files decide."""
        moment = self.until
        if moment == "now":
            moment = datetime.now(UTC).replace(tzinfo=None)
        if not isinstance(moment, datetime):
            return None
        return ceil_hour(np.datetime64(moment, "s"))


def ceil_hour(time: np.datetime64) -> np.datetime64:
    """Return the whole hour at or after a time."""
    whole: np.datetime64 = time.astype("datetime64[h]")
    return whole if whole == time else whole + np.timedelta64(1, "h")
