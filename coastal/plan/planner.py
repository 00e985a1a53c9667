"""From a scenario to a plan: learn the streams, calibrate the guard, play the storm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from base import UsageError
from coastal.plan.calibration import Promise, calibrated
from coastal.plan.guard import CHANCE, DOUBT, NONE, Guard
from coastal.plan.learn import Reading, Senses, learn
from coastal.plan.observed import ObservedStorm
from coastal.plan.observing import observed_storm
from coastal.plan.play import Outcome, count, play
from coastal.plan.record import as_data
from coastal.plan.scenario import Scenario
from coastal.plan.simulate import NO_FAILURES, Storm, flooding, forecast_of, simulate
from coastal.plan.streams import Cut

#: Storms to learn from and to scale the belief by.
TRAINING, APART = 150, 80
#: Floods that shape the guard's margin and that calibrate it at least, of each kind promised for.
SHAPING, FLOODS = 80, 200
#: How the gauge is read.
READING: Reading = "both"
#: Tries to draw a storm with a peak as high as a scenario asks for.
_DRAWS = 2000

#: What every plan must be read with.
LIMITS = (
    "Advice for people who decide, not an order: the plan knows only the assets, actions and "
    "costs that the scenario states.",
    "The level is still water: waves, run-up, rain and rivers are not in it.",
    "The bound on missed floods holds for storms that are exchangeable with those it was "
    "calibrated on, which are synthetic; a real storm of another kind may break it.",
    "A flood counts as missed where its response is not in effect; that the response suffices is "
    "not promised.",
    "Expected costs rest on Gaussian beliefs and look one look ahead.",
)


@dataclass(frozen=True)
class Plan:
    """A played scenario.

    Attributes:
        scenario: what was asked.
        cuts: of streams, those of the file and those asked for.
        seed: of learning and calibration.
        storm: what happened.
        guard: and what it was calibrated to.
        outcome: decisions and costs.
        nothing: loss had nothing been done.
    """

    scenario: Scenario
    cuts: tuple[Cut, ...]
    seed: int
    storm: Storm
    guard: Guard
    outcome: Outcome
    nothing: float

    @property
    def notes(self) -> tuple[str, ...]:
        """What is synthetic and what was measured."""
        if self.scenario.synthetic:
            return ("The storm and all its streams are synthetic.",)
        if isinstance(self.storm, ObservedStorm):
            return self.storm.notes(may_ask=self.scenario.site.asking is not None)
        told = [
            "Levels and weather were measured (Fisheries and Oceans Canada, station 490; "
            "Environment Canada, station 6358); the tide is predicted from levels before 25 "
            "September 2003. Experts learn from 2003 before that day and from synthetic storms."
        ]
        if self.scenario.synthetic_forecast:
            told.append(
                "The forecast is synthetic: it was made from what came, with errors of size and "
                "time that grow with lead. No such forecast was issued."
            )
        return tuple(told)


def prepare(
    scenario: Scenario,
    *,
    seed: int = 0,
    earlier: Sequence[Storm] = (),
    reading: Reading = READING,
    progress: Callable[[str], None] | None = None,
) -> tuple[Senses, Guard]:
    """Learn experts and calibrate the guard on synthetic storms, and on earlier months if any.

    Args:
        scenario: its climate, failures, streams, assets and ``alpha``.
        seed: of the storms; the same gives the same.
        earlier: measured windows; even ones train, odd ones scale the belief.
        reading: of the gauge.
        progress: told what is being done.
    """
    say = progress or (lambda line: None)
    say(f"learning from {TRAINING} synthetic storms")
    senses = learned(scenario, seed=seed, earlier=earlier, reading=reading)
    say(f"calibrating the guard on {FLOODS} floods or more")
    return senses, guards(scenario, senses, [(scenario.alpha, DOUBT)], seed=seed)[0]


def learned(
    scenario: Scenario,
    *,
    seed: int = 0,
    earlier: Sequence[Storm] = (),
    reading: Reading = READING,
) -> Senses:
    """Return what :func:`prepare` learns, for the same arguments."""
    rng = np.random.default_rng([seed, 1])
    quay = min(asset.threshold_m for asset in scenario.site.assets)

    def storms(count: int, *, failing: bool) -> list[Storm]:
        law = scenario.failures if failing else NO_FAILURES
        made = (simulate(rng, scenario.climate, law, quay_m=quay) for _ in range(count))
        return [_only(storm, scenario.streams) for storm in made]

    train = storms(TRAINING, failing=False)
    apart = storms(APART, failing=True)
    return learn([*train, *earlier[::2]], [*apart, *earlier[1::2]], reading=reading)


def guards(
    scenario: Scenario,
    senses: Senses,
    promises: Sequence[Promise],
    *,
    seed: int = 0,
) -> list[Guard]:
    """Return a guard for each promise, calibrated on floods that the senses never saw."""
    least = min(alpha for alpha, _ in promises)
    wanted = max(FLOODS, int(np.ceil(4 / least)))
    kinds = (False, True) if scenario.each_kind else (None,)
    groups = [floods(scenario, wanted, seed=(seed, 4), tight=kind) for kind in kinds]
    shaping = [
        storm for kind in kinds for storm in floods(scenario, SHAPING, seed=(seed, 5), tight=kind)
    ]
    return calibrated(scenario.site, senses, groups, shaping, promises=promises)


def floods(
    scenario: Scenario, count: int, *, seed: tuple[int, int], tight: bool | None = None
) -> list[Storm]:
    """Return flooded storms of a scenario's climate, fewer where floods are rare.

    Args:
        scenario: its climate, failures, streams and assets.
        count: how many are wanted.
        seed: and what they are for; those of another purpose are others.
        tight: of which kind, as for :func:`coastal.plan.simulate.flooding`.
    """
    rng = np.random.default_rng([*seed, 2 if tight is None else int(tight)])
    quay = min(asset.threshold_m for asset in scenario.site.assets)
    found = flooding(
        rng, scenario.climate, scenario.failures, quay_m=quay, count=count, tight=tight
    )
    return [_only(storm, scenario.streams) for storm in found]


def make_plan(
    scenario: Scenario,
    *,
    cuts: Sequence[Cut] = (),
    seed: int = 0,
    data: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Plan:
    """Play a scenario.

    Args:
        scenario: from :func:`coastal.plan.scenario.load_scenario`.
        cuts: beside those of the file.
        seed: of learning and calibration, and of data asked for.
        data: folder of measured series; a replay needs it.
        progress: told what is being done.

    Raises:
        UsageError: a replay without data, or storms so mild that the guard cannot be calibrated.
        SurveyError: the data cannot be read.
    """
    storm, earlier = storm_of(scenario, data)
    observed = isinstance(storm, ObservedStorm)
    if isinstance(storm, ObservedStorm):
        scenario = replace(scenario, climate=storm.climate)
    senses, guard = prepare(scenario, seed=seed, earlier=earlier, progress=progress)
    if not np.isfinite(guard.k.get(CHANCE, np.inf)):
        raise UsageError(
            f"only {guard.floods.get(CHANCE, 0)} storms flood an asset, too few for a bound of "
            f"{scenario.alpha:g}",
            where=scenario.name,
            hint="raise alpha, lower thresholds or make the climate stormier",
        )
    every = (*scenario.cuts, *cuts)
    outcome = play(
        scenario.site,
        senses,
        guard,
        storm,
        cuts=every,
        expected=scenario.streams,
        runners=2,
        asks=None if observed else np.random.default_rng([seed, 2]),
        look_last=observed,
    )
    came = storm.level
    if isinstance(storm, ObservedStorm):
        came = storm.measured_level
        outcome = replace(outcome, loss=count(scenario.site, came, outcome.on)[0])
    idle = {action.name: np.zeros(len(storm.hours), dtype=bool) for action in scenario.site.actions}
    nothing, _, _ = count(scenario.site, came, idle)
    return Plan(scenario, every, seed, storm, guard, outcome, nothing)


def storm_of(scenario: Scenario, data: Path | None) -> tuple[Storm, tuple[Storm, ...]]:
    """Return the storm of a scenario and measured windows to learn from, if there are any.

    Raises:
        UsageError: a replay without data, too few or too many hours of own files, or no storm with
            a peak as high as asked for.
        SurveyError: the data cannot be read.
    """
    if scenario.synthetic:
        rng = np.random.default_rng([scenario.seed, 0])
        quay = min(asset.threshold_m for asset in scenario.site.assets)
        for _ in range(_DRAWS):
            storm = simulate(rng, scenario.climate, scenario.failures, quay_m=quay)
            if storm.surge.max() >= scenario.least_peak_m:
                return _only(storm, scenario.streams), ()
        raise UsageError(
            f"no storm of {_DRAWS} has a surge of {scenario.least_peak_m:g} m",
            where=f"{scenario.name}: storm.least_peak_m",
            hint="ask for less, or make the climate stormier",
        )
    if scenario.files is not None:
        own, before = observed_storm(
            scenario.files,
            scenario.folder if data is None else data,
            latitude=float(np.mean([asset.latitude for asset in scenario.site.assets])),
            climate=scenario.climate,
        )
        return _only(own, scenario.streams), tuple(_only(one, scenario.streams) for one in before)
    if data is None:
        raise UsageError(
            "a replay needs measured series",
            where=scenario.name,
            hint="give their folder with --data DIR",
        )
    from coastal.plan.replay import juan

    storm, earlier = juan(data)
    if scenario.synthetic_forecast:
        rng = np.random.default_rng([scenario.seed, 3])
        made = forecast_of(rng, storm.hours, storm.surge)
        storm = replace(storm, streams={**storm.streams, "forecast": made})
    return _only(storm, scenario.streams), tuple(_only(one, scenario.streams) for one in earlier)


def _only(storm: Storm, names: Sequence[str]) -> Storm:
    return replace(
        storm, streams={name: table for name, table in storm.streams.items() if name in names}
    )


def _peak(storm: Storm) -> dict[str, Any]:
    """Return the highest level that came, of an observed storm the highest that was measured."""
    level = storm.level
    if not np.isfinite(level).any():
        return {"peak_level_m": None, "peak_hour": None}
    return {
        "peak_level_m": round(float(np.nanmax(level)), 3),
        "peak_hour": int(np.nanargmax(level)),
    }


def plan_data(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON data."""
    scenario, outcome = plan.scenario, plan.outcome
    site = scenario.site
    storm = plan.storm
    of_files = {"observed": storm.as_data()} if isinstance(storm, ObservedStorm) else {}
    return of_files | {
        "scenario": scenario.name,
        "about": scenario.about,
        "synthetic": scenario.synthetic,
        "notes": list(plan.notes),
        "site": {"name": site.name, "datum": site.datum},
        "assets": [
            {
                "name": asset.name,
                "latitude": asset.latitude,
                "longitude": asset.longitude,
                "threshold_m": asset.threshold_m,
                "response": asset.response,
            }
            for asset in site.assets
        ],
        "cuts": [
            {
                "stream": cut.stream,
                "from": cut.start if np.isfinite(cut.start) else None,
                "to": cut.stop if np.isfinite(cut.stop) else None,
            }
            for cut in plan.cuts
        ],
        "failed": list(plan.storm.failed),
        "guard": {
            "alpha": plan.guard.alpha,
            "promise": "each kind" if scenario.each_kind else "climate",
            "caution": {
                name: round(k, 3) if np.isfinite(k) else None for name, k in plan.guard.k.items()
            },
            "calibration_floods": dict(plan.guard.floods),
            "conditions": {CHANCE: "streams fail by chance", NONE: "no stream but the climate"},
        },
        "decisions": [as_data(one, site) for one in outcome.decisions],
        "outcome": {
            **_peak(plan.storm),
            "flooded": list(outcome.flooded),
            "missed": list(outcome.missed),
            "action_cost": round(outcome.action_cost, 2),
            "loss": round(outcome.loss, 2),
            "cost": round(outcome.cost, 2),
            "loss_had_nothing_been_done": round(plan.nothing, 2),
        },
        "limits": list(LIMITS),
        "inputs": {"scenario_sha256": scenario.sha256, "seed": plan.seed},
    }
