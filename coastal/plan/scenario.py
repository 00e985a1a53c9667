"""Scenario files: a site with its assets and actions, and the storm to plan for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from base import UsageError, read_text, sha256_text
from coastal.plan.belief import HORIZON
from coastal.plan.files import OwnFiles
from coastal.plan.simulate import TIDE, Climate, Failures
from coastal.plan.site import Action, Asset, Effect, Site, check_site
from coastal.plan.streams import STREAMS, Cut, read_cut

_Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Level = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
_Hours = Annotated[float, Field(ge=0, le=72, allow_inf_nan=False)]
_Name = Annotated[str, Field(min_length=1, max_length=80)]
_MOST_BYTES = 1_000_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Damage(_Strict):
    depth_m: tuple[float, ...]
    share: tuple[_Share, ...]

    @model_validator(mode="after")
    def _rises(self) -> _Damage:
        if len(self.depth_m) != len(self.share) or len(self.share) < 2:
            raise ValueError("depth_m and share need the same number of entries, at least two")
        if any(b <= a for a, b in zip(self.depth_m, self.depth_m[1:], strict=False)):
            raise ValueError("depth_m must rise")
        if any(b < a for a, b in zip(self.share, self.share[1:], strict=False)) or self.share[0]:
            raise ValueError("share must begin at 0 and never fall")
        return self


class _Asset(_Strict):
    name: _Name
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    threshold_m: _Level
    value: _Amount
    harm: _Amount = 0.0
    curve: str = "commercial"
    damage: _Damage | None = None
    response: _Name


class _Effect(_Strict):
    raises_m: Annotated[float, Field(ge=0, le=20)] = 0.0
    saves: _Share = 0.0
    shelters: _Share = 0.0


class _Action(_Strict):
    name: _Name
    cost: _Amount
    hourly: _Amount = 0.0
    lead_hours: _Hours = 0.0
    effects: dict[str, _Effect] = {}
    excludes: tuple[str, ...] = ()
    asks: Literal["reports", "sar", "optical"] | None = None
    asked_sd_m: Annotated[float, Field(gt=0, le=5)] = 0.1
    look_hours: Annotated[int, Field(ge=1, le=6)] | None = None


class _Site(_Strict):
    name: _Name
    datum: _Name
    look_hours: Annotated[int, Field(ge=1, le=6)] = 3
    watch_hours: Annotated[int, Field(ge=0, le=6)] = 2


_Line = tuple[Annotated[float, Field(gt=1, le=1000)], Annotated[float, Field(ge=0)]]


class _Climate(_Strict):
    mean_level_m: _Level = 1.0
    tide: dict[str, _Line] | None = None
    background_sd_m: Annotated[float, Field(gt=0, le=2)] = 0.07
    peak_scale_m: Annotated[float, Field(gt=0, le=5)] = 0.28
    peak_shape: Annotated[float, Field(gt=0, le=20)] = 2.4
    tight_share: _Share = 0.1


class _Failures(_Strict):
    outage: _Share = 0.25
    outage_hours: Annotated[float, Field(gt=0, le=96)] = 12.0
    late: _Share = 0.1
    offset: _Share = 0.03


class _Simulated(_Strict):
    kind: Literal["synthetic"]
    seed: Annotated[int, Field(ge=0)] = 0
    least_peak_m: Annotated[float, Field(ge=0, le=3)] = 0.0
    failures: _Failures = _Failures()


class _Replayed(_Strict):
    kind: Literal["replay"]
    case: Literal["juan-halifax-2003"]
    synthetic_forecast: bool = False
    seed: Annotated[int, Field(ge=0)] = 0


class _File(_Strict):
    name: _Name
    about: str = ""
    alpha: Annotated[float, Field(ge=0.01, le=0.5)] = 0.1
    promise: Literal["climate", "each kind"] = "climate"
    site: _Site
    climate: _Climate | None = None
    storm: Annotated[_Simulated | _Replayed | OwnFiles, Field(discriminator="kind")]
    streams: tuple[str, ...] | None = None
    cuts: tuple[str, ...] = ()
    assets: tuple[_Asset, ...]
    actions: tuple[_Action, ...]

    @model_validator(mode="after")
    def _one_tide(self) -> _File:
        given = set() if self.climate is None else self.climate.model_fields_set
        if isinstance(self.storm, OwnFiles) and given & {"tide", "mean_level_m"}:
            raise ValueError(
                "an observed storm has mean level and tide of its gauge; leave them out of climate"
            )
        if not isinstance(self.storm, OwnFiles) and self.climate and self.climate.tide is None:
            raise ValueError("climate needs tide")
        return self


@dataclass(frozen=True)
class Scenario:
    """What a scenario file says.

    Attributes:
        name, about: in words.
        site: assets and actions.
        climate: of storms and tides, for experts, calibration and synthetic storms.
        failures: of streams in synthetic storms.
        synthetic: whether the storm is simulated; otherwise ``case`` names what is replayed.
        seed: of the storm.
        least_peak_m: of the surge of the storm that is taken.
        case: of a replay.
        synthetic_forecast: whether a replay is given a forecast made from what came.
        files: a user's own observations, for a storm that is neither of these.
        folder: of the scenario file, where its own files are looked for.
        streams: that should be there.
        cuts: that the file itself makes.
        alpha: share of floods that may be missed.
        each_kind: whether of wide and of tight storms each, rather than of the climate's mix.
        sha256: of the file.
    """

    name: str
    about: str
    site: Site
    climate: Climate
    failures: Failures
    synthetic: bool
    seed: int
    least_peak_m: float
    case: str | None
    synthetic_forecast: bool
    streams: tuple[str, ...]
    cuts: tuple[Cut, ...]
    alpha: float
    each_kind: bool
    sha256: str
    files: OwnFiles | None = None
    folder: Path = Path()


def load_scenario(path: Path) -> Scenario:
    """Read a scenario file (YAML or JSON).

    Raises:
        UsageError: it cannot be read, or says what no plan can be made for; names the key.
    """
    text = read_text(path, limit=_MOST_BYTES, error=UsageError)
    where = str(path)
    try:
        raw: Any = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as problem:
        raise UsageError("not YAML", where=where, hint=_yaml_place(problem)) from problem
    except ValueError as problem:
        # A date of month 13, or a number of thousands of digits.
        raise UsageError(f"not YAML ({problem})", where=where, hint="mend it") from problem
    if not isinstance(raw, dict):
        raise UsageError("not a mapping", where=where, hint="see docs/coastal_plan.md")
    try:
        file = _File.model_validate(raw)
    except ValidationError as problem:
        raise _first(problem, where) from problem
    except RecursionError as problem:
        raise UsageError("nested too deep", where=where) from problem
    site = Site(
        name=file.site.name,
        datum=file.site.datum,
        assets=tuple(_asset(one, where) for one in file.assets),
        actions=tuple(_action(one) for one in file.actions),
        look_hours=file.site.look_hours,
        watch_hours=file.site.watch_hours,
    )
    check_site(site, horizon=HORIZON, where=where)
    storm = file.storm
    own = storm if isinstance(storm, OwnFiles) else None
    streams = file.streams
    if streams is None:
        streams = tuple(STREAMS) if own is None else own.streams
    for name in streams:
        if name not in STREAMS:
            raise UsageError(
                f"no stream is called {name!r}",
                where=f"{where}: streams",
                hint=f"use {', '.join(STREAMS)}",
            )
    simulated = storm if isinstance(storm, _Simulated) else None
    law = simulated.failures if simulated else _Failures()
    return Scenario(
        name=file.name,
        about=file.about,
        site=site,
        climate=_climate(file.climate),
        failures=Failures(**law.model_dump()),
        synthetic=simulated is not None,
        seed=0 if isinstance(storm, OwnFiles) else storm.seed,
        least_peak_m=simulated.least_peak_m if simulated else 0.0,
        case=storm.case if isinstance(storm, _Replayed) else None,
        synthetic_forecast=isinstance(storm, _Replayed) and storm.synthetic_forecast,
        streams=streams,
        cuts=tuple(read_cut(text, where=f"{where}: cuts") for text in file.cuts),
        alpha=file.alpha,
        each_kind=file.promise == "each kind",
        sha256=sha256_text(text),
        files=own,
        folder=path.parent,
    )


def _asset(one: _Asset, where: str) -> Asset:
    curve = one.damage
    if curve is None:
        from coastal.risk.curves import KINDS, depth_damage

        if one.curve not in KINDS:
            raise UsageError(
                f"no depth-damage curve of {one.curve!r}",
                where=f"{where}: asset {one.name}",
                hint=f"use {', '.join(KINDS)}, or give damage",
            )
        known = depth_damage(one.curve)
        curve = _Damage.model_construct(depth_m=known.depths, share=known.shares)
    return Asset(
        name=one.name,
        latitude=one.latitude,
        longitude=one.longitude,
        threshold_m=one.threshold_m,
        value=one.value,
        harm=one.harm,
        depth_m=curve.depth_m,
        damage=curve.share,
        response=one.response,
    )


def _action(one: _Action) -> Action:
    return Action(
        name=one.name,
        cost=one.cost,
        hourly=one.hourly,
        lead_hours=one.lead_hours,
        effects={
            name: Effect(effect.raises_m, effect.saves, effect.shelters)
            for name, effect in one.effects.items()
        },
        excludes=one.excludes,
        asks=one.asks,
        asked_sd_m=one.asked_sd_m,
        look_hours=one.look_hours,
    )


def _climate(given: _Climate | None) -> Climate:
    if given is None:
        return Climate(tide=TIDE)
    return Climate(
        mean_level_m=given.mean_level_m,
        tide=TIDE
        if given.tide is None
        else tuple((name, period, size) for name, (period, size) in given.tide.items()),
        background_sd_m=given.background_sd_m,
        peak_scale_m=given.peak_scale_m,
        peak_shape=given.peak_shape,
        tight_share=given.tight_share,
    )


def _first(problem: ValidationError, where: str) -> UsageError:
    error = problem.errors(include_url=False)[0]
    place = ".".join(
        str(part) for part in error["loc"] if part not in ("synthetic", "replay", "observed")
    )
    words = str(error["msg"]).removeprefix("Value error, ")
    words = words[0].lower() + words[1:]
    if error["type"] == "extra_forbidden":
        words = "unknown key"
    return UsageError(words, where=f"{where}: {place or 'top'}", hint="see docs/coastal_plan.md")


def _yaml_place(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    return "check the syntax" if mark is None else f"check line {mark.line + 1}"
