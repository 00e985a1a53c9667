"""What the planning agent keeps when a stream is missing, and how many floods it misses.

    python -m benchmarks.coastal_plan [DATA] [--seeds 10] [--storms 12] [--keep DIR]

For each seed: experts from 150 synthetic storms, the scale of the belief from 80, the guard from
200, and the test storms are apart from all of them. Every condition plays the same storms.

    kept          (V_missing - V_none) / (V_all - V_none), V = minus mean cost; "none" has no stream
                  but the climate. Once under the bound on missed floods, once with no bound at all
                  (cost alone), and once with the bound against "none" without it. Intervals: 95 %
                  percentile, seeds drawn with replacement.
    missed        flooded storms with an asset whose response was not in effect, with the exact
                  binomial interval at 95 %.
    coverage      of the 90 % interval of the level, by hours ahead, on the test storms.

With DATA (a folder that holds tide-gauge/), Hurricane Juan is replayed as well: whole, with each
stream cut, with streams cut at random, and with a forecast made from what came (synthetic).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from base import write_whole
from coastal.plan.calibration import conditions
from coastal.plan.explain import explain
from coastal.plan.guard import CHANCE, NONE, Guard
from coastal.plan.learn import Z90, Senses
from coastal.plan.planner import prepare, storm_of
from coastal.plan.play import Outcome, count, play
from coastal.plan.scenario import Scenario, load_scenario
from coastal.plan.simulate import Storm, simulate
from coastal.plan.streams import STREAMS, Cut, Floats
from distill.intervals import share_bounds

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "coastal"
LEADS = (0, 3, 6, 12)


def one_seed(scenario: Scenario, seed: int, storms: int) -> dict[str, Any]:
    """Return what one seed shows: mean costs, misses, coverage and what was left unsaid."""
    senses, guard = prepare(scenario, seed=seed)
    rng = np.random.default_rng([seed, 99])
    quay = min(asset.threshold_m for asset in scenario.site.assets)
    test = [simulate(rng, scenario.climate, scenario.failures, quay_m=quay) for _ in range(storms)]
    off = Guard(guard.alpha, dict.fromkeys(guard.k, -np.inf), guard.floods)
    bound, free, missed, stale = {}, {}, {}, [0, 0]
    for condition, cuts in conditions(scenario.streams).items():
        outcomes = _played(scenario, senses, guard, test, cuts)
        bound[condition] = float(np.mean([one.cost for one in outcomes]))
        missed[condition] = misses(outcomes)
        stale = [old + new for old, new in zip(stale, unsaid(outcomes, scenario), strict=True)]
        outcomes = _played(scenario, senses, off, test, cuts)
        free[condition] = float(np.mean([one.cost for one in outcomes]))
        if condition == CHANCE:
            missed["no bound"] = misses(outcomes)
    return {
        "bound": bound,
        "free": free,
        "missed": missed,
        "stale": stale,
        "coverage": _coverage(senses, test).tolist(),
    }


def _played(
    scenario: Scenario, senses: Senses, guard: Guard, test: Sequence[Storm], cuts: Sequence[Cut]
) -> list[Outcome]:
    return [
        play(
            scenario.site,
            senses,
            guard,
            storm,
            cuts=cuts,
            expected=scenario.streams,
            asks=np.random.default_rng(number),
        )
        for number, storm in enumerate(test)
    ]


def _coverage(senses: Senses, test: Sequence[Storm]) -> Floats:
    held = []
    for storm in test:
        now = storm.hours[: -max(LEADS)]
        beliefs = senses.believe(now, storm)
        for lead in LEADS:
            truth = storm.surge[now.astype(int) + lead]
            held.append(np.abs(truth - beliefs.mean[:, lead]) <= Z90 * beliefs.sd[:, lead])
    return np.asarray(held).reshape(len(test), len(LEADS), -1).mean(axis=(0, 2))


def kept(missing: Floats, every: Floats, none: Floats) -> tuple[float, float, float]:
    """Return the share of value kept, with a 95 % interval over seeds; arrays are (seeds,)."""
    draws = np.random.default_rng(0).integers(0, len(every), (4000, len(every)))
    ratios = [
        (missing[rows].mean(axis=-1) - none[rows].mean(axis=-1))
        / (every[rows].mean(axis=-1) - none[rows].mean(axis=-1))
        for rows in (np.arange(len(every))[None], draws)
    ]
    low, high = np.quantile(ratios[1], [0.025, 0.975])
    return float(ratios[0][0]), float(low), float(high)


def misses(outcomes: Sequence[Outcome]) -> tuple[int, int]:
    """Return flooded storms with a miss, and flooded storms."""
    flooded = [one for one in outcomes if one.flooded]
    return sum(bool(one.missed) for one in flooded), len(flooded)


def unsaid(outcomes: Sequence[Outcome], scenario: Scenario) -> tuple[int, int]:
    """Return decisions that used a stale stream without saying so, and those that used one."""
    bad = total = 0
    for outcome in outcomes:
        for one in outcome.decisions:
            for stream in one.stale_used:
                total += 1
                said = " ".join(explain(one, scenario.site))
                named = f"Stale: {STREAMS[stream.name]}" in said
                bad += not (named and stream.inflation > 1)
    return bad, total


def tables(bound: Mapping[str, Floats], free: Mapping[str, Floats]) -> None:
    print(f"\n{'condition':<12}{'V':>9}{'kept, bound':>26}{'kept, cost alone':>26}"
          f"{'bound, against free none':>30}")  # fmt: skip
    for name in bound:
        row = f"{name:<12}{bound[name].mean():>9.1f}"
        if name not in (CHANCE, NONE):
            for values, every, none in (
                (bound[name], bound[CHANCE], bound[NONE]),
                (free[name], free[CHANCE], free[NONE]),
                (bound[name], bound[CHANCE], free[NONE]),
            ):
                share, low, high = kept(values, every, none)
                row += f"{share:>12.3f} ({low:.3f} to {high:.3f})"
        print(row)
    print(
        f"cost alone: V {free[CHANCE].mean():.1f} with all streams, "
        f"{free[NONE].mean():.1f} with none"
    )


def juan(data: Path, draws: int) -> None:
    scenario = load_scenario(EXAMPLES / "halifax_juan.yaml")
    guessed = replace(scenario, streams=("gauge", "weather", "forecast"), synthetic_forecast=True)
    cuts: dict[str, list[Cut]] = {
        "all streams": [],
        "gauge cut": [Cut("gauge")],
        "weather cut": [Cut("weather")],
        "gauge and weather cut": [Cut("gauge"), Cut("weather")],
        "gauge cut from hour 60": [Cut("gauge", 60)],
        "forecast cut from hour 48": [Cut("forecast", 48)],
        "forecast cut from hour 68": [Cut("forecast", 68)],
    }
    for words, one in (("measured streams", scenario), ("and a synthetic forecast", guessed)):
        storm, earlier = storm_of(one, data)
        senses, guard = prepare(one, earlier=earlier)
        idle = {action.name: np.zeros(len(storm.hours), dtype=bool) for action in one.site.actions}
        nothing = count(one.site, storm.level, idle)[0]
        print(f"\nHurricane Juan, Halifax 2003, {words}; {nothing:.0f} had nothing been done")
        played = partial(_replayed, one, senses, guard, storm)
        for name, listed in cuts.items():
            if all(cut.stream in one.streams for cut in listed):
                print(f"  {name:<28}{_told(played(listed))}")
        found = []
        for draw in range(draws):
            rng = np.random.default_rng(draw)
            starts = rng.uniform(0, 80, len(one.streams))
            silent = [
                Cut(name, float(start), float(start + rng.exponential(18)))
                for name, start in zip(one.streams, starts, strict=True)
            ]
            found.append(played(silent, draw))
        bad, total = unsaid(found, one)
        costs = [outcome.cost for outcome in found]
        print(f"  {f'cut at random, {draws} draws':<28}cost {np.mean(costs):.0f} (least "
              f"{min(costs):.0f}, most {max(costs):.0f}), assets missed "
              f"{sum(len(outcome.missed) for outcome in found)} of "
              f"{sum(len(outcome.flooded) for outcome in found)}, stale with a say {total}, unsaid "
              f"{bad}")  # fmt: skip


def _replayed(
    scenario: Scenario,
    senses: Senses,
    guard: Guard,
    storm: Storm,
    cuts: Sequence[Cut],
    draw: int = 0,
) -> Outcome:
    asks = np.random.default_rng([draw, 2])
    return play(
        scenario.site, senses, guard, storm, cuts=cuts, expected=scenario.streams, asks=asks
    )


def _told(outcome: Outcome) -> str:
    missed = ", ".join(outcome.missed) or "none"
    return (
        f"cost {outcome.cost:.0f}, missed {len(outcome.missed)} of {len(outcome.flooded)}: {missed}"
    )


def simulated(seeds: int, storms: int, keep: Path | None) -> None:
    scenario = load_scenario(EXAMPLES / "halifax_storm.yaml")
    found = []
    for seed in range(seeds):
        path = None if keep is None else keep / f"seed-{seed}-of-{storms}-storms.json"
        if path is None or not path.exists():
            told = one_seed(scenario, seed, storms)
            if path is not None:
                write_whole(path, json.dumps(told))
        else:
            told = json.loads(path.read_text("utf-8"))
        found.append(told)
        print(f"seed {seed} played", file=sys.stderr, flush=True)
    tables(*(
        {name: -np.array([one[kind][name] for one in found]) for name in found[0][kind]}
        for kind in ("bound", "free")
    ))  # fmt: skip
    print(f"\nmissed floods, bound {scenario.alpha:g} ({seeds} seeds of {storms} storms)")
    for name in found[0]["missed"]:
        missed, flooded = np.sum([one["missed"][name] for one in found], axis=0).tolist()
        low, high = share_bounds(missed, flooded)
        print(
            f"  {name:<12}{missed:>4} of {flooded:<4} {missed / flooded:.3f} "
            f"({low:.3f} to {high:.3f})"
        )
    bad, total = np.sum([one["stale"] for one in found], axis=0).tolist()
    print(f"stale streams with a say: {total}, unsaid {bad}")
    covered = np.mean([one["coverage"] for one in found], axis=0)
    shown = ", ".join(f"{lead} h {mean:.3f}" for lead, mean in zip(LEADS, covered, strict=True))
    print(f"coverage of 90 % intervals: {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, help="folder that holds tide-gauge/")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--storms", type=int, default=12)
    parser.add_argument("--keep", type=Path, help="folder of finished seeds, to go on from")
    parser.add_argument("--no-simulation", action="store_true", help="replay the hurricane alone")
    given = parser.parse_args()
    began = time.process_time()
    if not given.no_simulation:
        simulated(given.seeds, given.storms, given.keep)
    if given.data is not None:
        juan(given.data, given.seeds)
    print(f"\n{time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
