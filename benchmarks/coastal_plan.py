"""What the planning agent keeps when a stream is missing, and how many floods it misses.

    python -m benchmarks.coastal_plan [DATA] [--seeds 10] [--storms 8] [--floods 100]
        [--parts main errors readings kinds] [--keep DIR]

For each seed: experts from 150 synthetic storms, the scale of the belief from 80, the margin of the
guard from 80 floods and its caution from 200, and the test storms are apart from all of them: as
many wide lows as tight cyclones, weighed as the climate mixes them. Every condition plays the same
storms. Parts that were kept are not played again.

    kept          (V_missing - V_none) / (V_all - V_none), V = minus mean cost; "none" has no stream
                  but the climate. Once under the bound on missed floods, once with no bound at all
                  (cost alone), and once with the bound against "none" without it. Intervals: 95 %
                  percentile, seeds drawn with replacement.
    errors        of the belief from the gauge alone, by how the gauge is read.
    readings      the same storms with the gauge read by its changes, by the surge student, by both,
                  each with a guard of its own; "gauge alone" has no other stream.
    kinds         the same storms with the bound kept for wide and for tight storms each, and with
                  experts and guard that know wide lows alone.
    missed        flooded storms with an asset whose response was not in effect, with the exact
                  binomial interval at 95 %: of the agent, and of the guard alone on many more
                  floods, at two bounds.
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
from coastal.plan.calibration import conditions, guard_misses
from coastal.plan.explain import explain
from coastal.plan.guard import CHANCE, DOUBT, NONE, Guard
from coastal.plan.learn import Z90, Reading, Senses
from coastal.plan.planner import floods, guards, learned, prepare, storm_of
from coastal.plan.play import Outcome, count, play
from coastal.plan.scenario import Scenario, load_scenario
from coastal.plan.simulate import Storm, simulate
from coastal.plan.streams import STREAMS, Cut, Floats
from distill.intervals import share_bounds

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "coastal"
LEADS = (0, 3, 6, 12)
KINDS = ("wide", "tight")
#: Bound and doubt of the guards that are replayed; the first is the agent's own.
PROMISES: dict[str, tuple[float, float | None]] = {
    "0.1": (0.1, DOUBT),
    "0.05": (0.05, DOUBT),
    "0.1 in the mean": (0.1, None),
    "0.05 in the mean": (0.05, None),
}
#: How the gauge is read; the last is the agent's own.
READINGS: tuple[Reading, ...] = ("changes", "student", "both")
ALONE = "gauge alone"


def of_kinds(scenario: Scenario, storms: int, seed: int) -> list[Storm]:
    """Return so many storms of each kind, wide ones first."""
    rng = np.random.default_rng([seed, 99])
    quay = min(asset.threshold_m for asset in scenario.site.assets)
    made = []
    for share in (0.0, 1.0):
        climate = replace(scenario.climate, tight_share=share)
        made += [simulate(rng, climate, scenario.failures, quay_m=quay) for _ in range(storms)]
    return made


def main_part(scenario: Scenario, seed: int, storms: int, count: int) -> dict[str, Any]:
    """Return what the agent shows: costs by kind, misses, coverage and what was left unsaid."""
    senses = learned(scenario, seed=seed)
    bounds = guards(scenario, senses, list(PROMISES.values()), seed=seed)
    test = of_kinds(scenario, storms, seed)
    bound, free, missed, stale = {}, {}, {}, [0, 0]
    for condition, cuts in conditions(scenario.streams).items():
        outcomes = played(scenario, senses, bounds[0], test, cuts)
        bound[condition] = by_kind(outcomes, storms)
        missed[condition] = misses_by_kind(outcomes, storms)
        stale = [old + new for old, new in zip(stale, unsaid(outcomes, scenario), strict=True)]
        outcomes = played(scenario, senses, None, test, cuts)
        free[condition] = by_kind(outcomes, storms)
        if condition == CHANCE:
            missed["no bound"] = misses_by_kind(outcomes, storms)
    return {
        "bound": bound,
        "free": free,
        "missed": missed,
        "stale": stale,
        "replayed": replays(scenario, senses, bounds, list(PROMISES), seed=seed, count=count),
        "coverage": _coverage(senses, test).tolist(),
    }


def kinds_part(scenario: Scenario, seed: int, storms: int, count: int) -> dict[str, Any]:
    """Return costs and misses with the promise kept for each kind, and with wide lows alone."""
    test = of_kinds(scenario, storms, seed)
    narrow = replace(scenario, climate=replace(scenario.climate, tight_share=0.0))
    found: dict[str, Any] = {}
    for words, one in (("each kind", replace(scenario, each_kind=True)), ("wide lows", narrow)):
        senses, guard = prepare(one, seed=seed)
        listed = conditions(scenario.streams)
        names = [CHANCE, "gauge", "neighbour", "weather", "forecast", NONE]
        found[words] = {
            "bound": {
                name: by_kind(played(scenario, senses, guard, test, listed[name]), storms)
                for name in (names if words == "each kind" else names[:1])
            },
            "replayed": replays(scenario, senses, [guard], ["0.1"], seed=seed, count=count),
        }
    return found


def readings_part(scenario: Scenario, seed: int, storms: int, count: int) -> dict[str, Any]:
    """Return costs by kind, condition and reading of the gauge, each with its own guard.

    The student alone is played without a guard only.
    """
    test = of_kinds(scenario, storms, seed)
    listed: dict[str, tuple[Cut, ...]] = {
        CHANCE: (),
        "forecast": (Cut("forecast"),),
        ALONE: tuple(Cut(name) for name in scenario.streams if name != "gauge"),
    }
    found: dict[str, dict[str, list[float]]] = {}
    for reading in READINGS:
        senses = learned(scenario, seed=seed, reading=reading)
        ways: dict[str, Guard | None] = {"free": None}
        if reading != "student":
            ways["bound"] = guards(scenario, senses, [(scenario.alpha, DOUBT)], seed=seed)[0]
        for name, cuts in listed.items():
            for words, guard in ways.items():
                costs = by_kind(played(scenario, senses, guard, test, cuts), storms)
                found.setdefault(f"{name}, {words}", {})[reading] = costs
    return found


def errors_part(scenario: Scenario, seed: int, storms: int, count: int) -> dict[str, Any]:
    """Return errors of the belief from the gauge alone by reading, kind and hours ahead, cm."""
    test = of_kinds(scenario, count, seed)
    found: dict[str, Any] = {}
    for reading in READINGS:
        senses = learned(scenario, seed=seed, reading=reading)
        halves = zip(KINDS, (test[:count], test[count:]), strict=True)
        found[reading] = {kind: errors(senses, half).tolist() for kind, half in halves}
    return found


#: Parts of the benchmark, kept one by one.
PARTS = {
    "main": main_part,
    "errors": errors_part,
    "readings": readings_part,
    "kinds": kinds_part,
}


def replays(
    scenario: Scenario,
    senses: Senses,
    bounds: Sequence[Guard],
    words: Sequence[str],
    *,
    seed: int,
    count: int,
) -> dict[str, dict[str, dict[str, tuple[int, int]]]]:
    """Missed and all floods of each guard alone, by promise, law of the storms and condition."""
    told: dict[str, dict[str, dict[str, tuple[int, int]]]] = {one: {} for one in words}
    for law, tight in (("climate", None), ("tight", True)):
        test = floods(scenario, count, seed=(seed, 6), tight=tight)
        missed = guard_misses(scenario.site, senses, bounds, test, scenario.streams)
        for place, one in enumerate(words):
            told[one][law] = {
                name: (int(rows[:, place].sum()), len(rows)) for name, rows in missed.items()
            }
    return told


def by_kind(outcomes: Sequence[Outcome], storms: int) -> list[float]:
    """Return mean costs of the wide and of the tight storms."""
    costs = [one.cost for one in outcomes]
    return [float(np.mean(costs[:storms])), float(np.mean(costs[storms:]))]


def played(
    scenario: Scenario,
    senses: Senses,
    guard: Guard | None,
    test: Sequence[Storm],
    cuts: Sequence[Cut],
) -> list[Outcome]:
    """Play storms, each with noise of its own in what is asked for."""
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
    by_kind = np.asarray(held).reshape(len(KINDS), -1, len(LEADS), held[0].size)
    return np.asarray(by_kind.mean(axis=(1, 3)), dtype=np.float64)


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


def misses_by_kind(outcomes: Sequence[Outcome], storms: int) -> list[tuple[int, int]]:
    """Return the misses of the wide and of the tight storms."""
    return [misses(outcomes[:storms]), misses(outcomes[storms:])]


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


def juan_before(data: Path) -> None:
    """Print what the hurricane gives with other readings of the gauge, and with other promises."""
    scenario = load_scenario(EXAMPLES / "halifax_juan.yaml")
    mixed = replace(scenario, each_kind=False)
    narrow = replace(mixed, climate=replace(scenario.climate, tight_share=0.0))
    listed: list[tuple[str, Scenario, Reading]] = [
        ("wide lows alone", narrow, "changes"),
        ("promise for the climate", mixed, "both"),
        *((f"promise for each kind, {reading}", scenario, reading) for reading in READINGS),
    ]
    for words, one, reading in listed:
        storm, earlier = storm_of(one, data)
        senses, guard = prepare(one, earlier=earlier, reading=reading)
        print(f"\nHurricane Juan, measured streams: {words}")
        said = ", ".join(
            f"{error:.0f} cm {lead} h"
            for lead, error in zip(LEADS, errors(senses, [storm]), strict=True)
        )
        print(f"  error of the belief from the gauge alone: {said}")
        for out in ((), ("weather",), ("gauge",), ("gauge", "weather")):
            for kind, held in (("bound", guard), ("no bound", None)):
                told = _told(_replayed(one, senses, held, storm, [Cut(name) for name in out]))
                print(f"  {' and '.join(out) or 'nothing'} cut, {kind}: {told}")


def measured_errors(data: Path) -> None:
    """Print errors of the gauge's belief in measured months that no expert was fitted on."""
    scenario = load_scenario(EXAMPLES / "halifax_juan.yaml")
    storm, earlier = storm_of(scenario, data)
    held = _unseen(data, earlier[1::2])
    print(
        f"\nerror of the belief from the gauge alone, cm at {LEADS} h: {len(held)} windows of "
        "January to September 2003 that neither experts nor student were fitted to, then Juan"
    )
    for words, months in (("synthetic storms alone", ()), ("and every other window", earlier)):
        for reading in READINGS:
            senses = learned(scenario, earlier=months, reading=reading)
            row = [errors(senses, one) for one in (held, [storm])]
            shown = "   ".join(" ".join(f"{one:6.2f}" for one in part) for part in row)
            print(f"  fitted to {words:<24}{reading:<9}{shown}")


def _unseen(data: Path, windows: Sequence[Storm]) -> list[Storm]:
    """Return the windows without an hour of the share that the shipped student was fitted to."""
    from coastal.gauge import read_meds
    from coastal.surge.storms import draw_share
    from coastal.surge.train import GAUGE, juan_hours

    series = read_meds(data / GAUGE)
    drawn = draw_share(series.present & ~juan_hours(series), 0.05, seed=0).known
    found = []
    for window in windows:
        size = len(window.hours)
        starts = range(0, len(series) - size, size)
        apart = [np.abs(series.values[start : start + size] - window.level) for start in starts]
        gaps = [np.nan_to_num(one, nan=0.0).max() if np.isfinite(one).any() else np.inf
                for one in apart]  # fmt: skip
        start = starts[int(np.argmin(gaps))]
        if min(gaps) < 1e-6 and not drawn[start : start + size].any():
            found.append(window)
    return found


def errors(senses: Senses, storms: Sequence[Storm]) -> Floats:
    """Return root mean squares of the belief from the gauge alone by hours ahead, cm."""
    found = []
    for storm in storms:
        now = storm.hours[12 : -max(LEADS)]
        read = {"gauge": senses.read(storm)["gauge"]}
        beliefs = senses.fuse(now, read)
        ahead = now[:, None].astype(int) + np.array(LEADS)
        found.append(beliefs.mean[:, LEADS] - storm.surge[ahead])
    return np.asarray(100 * np.sqrt(np.mean(np.concatenate(found) ** 2, axis=0)))


def _replayed(
    scenario: Scenario,
    senses: Senses,
    guard: Guard | None,
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


def simulated(parts: Sequence[str], seeds: int, storms: int, count: int, keep: Path | None) -> None:
    scenario = load_scenario(EXAMPLES / "halifax_storm.yaml")
    for part in parts:
        run, found = PARTS[part], []
        for seed in range(seeds):
            path = None if keep is None else keep / f"{part}-{seed}-of-{storms}-and-{count}.json"
            if path is None or not path.exists():
                told = run(scenario, seed, storms, count)
                if path is not None:
                    write_whole(path, json.dumps(told))
            else:
                told = json.loads(path.read_text("utf-8"))
            found.append(told)
            print(f"{part}: seed {seed} played", file=sys.stderr, flush=True)
        REPORTS[part](scenario, found)


def worth(found: Sequence[Mapping[str, Any]], share: float, *keys: str) -> Floats:
    """Return V by seed, from costs of wide and tight storms."""
    both = taken(found, *keys)
    return np.asarray(-((1 - share) * both[:, 0] + share * both[:, 1]))


def shares(scenario: Scenario) -> dict[str, float]:
    """Return shares of tight storms by what they are the V of."""
    return {"climate": scenario.climate.tight_share, "wide storms": 0.0, "tight storms": 1.0}


def report_main(scenario: Scenario, found: Sequence[Mapping[str, Any]]) -> None:
    """Print what the agent shows."""
    for words, share in shares(scenario).items():
        print(f"\nV, {words} ({len(found)} seeds; {share:.0%} tight)")
        tables(*(
            {name: worth(found, share, kind, name) for name in found[0][kind]}
            for kind in ("bound", "free")
        ))  # fmt: skip
    print(f"\nmissed by the agent, bound {scenario.alpha:g}: wide storms, tight storms")
    for name in found[0]["missed"]:
        both = taken(found, "missed", name).sum(axis=0)
        print(f"  {name:<12}" + "".join(_share(one).ljust(40) for one in both))
    for words in PROMISES:
        _replayed_table(words, found, ("replayed", words))
    bad, total = np.sum([one["stale"] for one in found], axis=0).tolist()
    print(f"\nstale streams with a say: {total}, unsaid {bad}")
    for place, kind in enumerate(KINDS):
        covered = np.mean([one["coverage"][place] for one in found], axis=0)
        shown = ", ".join(f"{lead} h {one:.3f}" for lead, one in zip(LEADS, covered, strict=True))
        print(f"coverage of 90 % intervals, {kind} storms: {shown}")


def report_readings(scenario: Scenario, found: Sequence[Mapping[str, Any]]) -> None:
    """Print V by reading of the gauge, and how much better than by its changes."""
    for words, share in shares(scenario).items():
        print(f"\nreading of the gauge, {words}: V, and less that by changes ({len(found)} seeds)")
        for name, costs in found[0].items():
            row, plain = f"  {name:<22}", worth(found, share, name, "changes")
            for reading in costs:
                told = worth(found, share, name, reading)
                row += f"{reading:>9} {told.mean():7.1f}"
                if reading != "changes":
                    low, high = seeds_interval(told - plain)
                    row += f" {(told - plain).mean():+6.2f} ({low:+.2f} to {high:+.2f})"
            print(row)


def report_kinds(scenario: Scenario, found: Sequence[Mapping[str, Any]]) -> None:
    """Print what the promise for each kind costs, and what knowing wide lows alone would miss."""
    for law, share in shares(scenario).items():
        print(f"\npromise for each kind, {law} ({len(found)} seeds)")
        every, none = (worth(found, share, "each kind", "bound", one) for one in (CHANCE, NONE))
        for name in found[0]["each kind"]["bound"]:
            told = worth(found, share, "each kind", "bound", name)
            row = f"  {name:<12}{told.mean():8.1f}"
            if name not in (CHANCE, NONE):
                row += "  kept {:.3f} ({:.3f} to {:.3f})".format(*kept(told, every, none))
            print(row)
        wide = worth(found, share, "wide lows", "bound", CHANCE)
        print(f"  wide lows alone, all streams {wide.mean():8.1f}")
    for words in ("each kind", "wide lows"):
        _replayed_table(f"0.1, {words}", found, (words, "replayed", "0.1"))


def report_errors(scenario: Scenario, found: Sequence[Mapping[str, Any]]) -> None:
    """Print errors by reading, and how much less than by the gauge's changes."""
    print(f"\nerror of the belief from the gauge alone, cm at {LEADS} h ({len(found)} seeds)")
    for kind in KINDS:
        plain = taken(found, "changes", kind)
        for reading in READINGS:
            told = taken(found, reading, kind)
            row = f"  {kind:<7}{reading:<9}"
            for place in range(len(LEADS)):
                low, high = seeds_interval((told - plain)[:, place])
                less = (told - plain)[:, place].mean()
                row += f"{told[:, place].mean():7.2f} {less:+.2f} ({low:+.2f} to {high:+.2f})"
            print(row)


REPORTS = {
    "main": report_main,
    "errors": report_errors,
    "readings": report_readings,
    "kinds": report_kinds,
}


def _replayed_table(words: str, found: Sequence[Mapping[str, Any]], keys: tuple[str, ...]) -> None:
    print(f"\nmissed by the guard alone, bound {words}: climate, tight storms")
    for name in _inside(found[0], (*keys, "climate")):
        both = [taken(found, *keys, law, name).sum(axis=0) for law in ("climate", "tight")]
        print(f"  {name:<12}" + "".join(_share(one).ljust(40) for one in both))


def _share(counts: Any) -> str:
    missed, flooded = (int(one) for one in counts)
    low, high = share_bounds(missed, flooded)
    return f"{missed:>5} of {flooded:<5}{missed / max(flooded, 1):.3f} ({low:.3f} to {high:.3f})"


def taken(found: Sequence[Mapping[str, Any]], *keys: str) -> Floats:
    """Return what lies under keys, one row for each seed."""
    return np.array([_inside(one, keys) for one in found], dtype=np.float64)


def _inside(one: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        one = one[key]
    return one


def seeds_interval(values: Floats) -> tuple[float, float]:
    """Return the 95 % interval of the mean, seeds drawn with replacement."""
    draws = np.random.default_rng(0).integers(0, len(values), (4000, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", nargs="?", type=Path, help="folder that holds tide-gauge/")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--storms", type=int, default=8, help="of each kind, played")
    parser.add_argument("--floods", type=int, default=100, help="for the guard alone")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--keep", type=Path, help="folder of finished seeds, to go on from")
    parser.add_argument("--no-simulation", action="store_true", help="replay the hurricane alone")
    given = parser.parse_args()
    began = time.process_time()
    if not given.no_simulation:
        simulated(given.parts, given.seeds, given.storms, given.floods, given.keep)
    if given.data is not None:
        juan(given.data, given.seeds)
        juan_before(given.data)
        measured_errors(given.data)
    print(f"\n{time.process_time() - began:.0f} s of processor time")


if __name__ == "__main__":
    main()
