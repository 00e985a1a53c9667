"""What long records teach about extremes at stations with two to five years of data.

    python -m benchmarks.coastal_extremes DATA [--seeds 10]

DATA holds ``tide-gauge`` and ``sea-level-extremes``. First the published fits of Port Pirie and
Fremantle. Then stations that no arm has learnt from: windows of two to five years of monthly means
are given, the level of 50 years that the whole record tells is asked for. Errors are in metres;
intervals are of a bootstrap over stations (95 %). At last both records of annual maxima, cut to
short windows.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coastal.extremes.examples import Lesson, lessons, split
from coastal.extremes.gev import (
    fit_l_moments,
    fit_likelihood,
    fit_regression,
    levels,
    profile_interval,
)
from coastal.extremes.records import block_maxima, read_maxima
from coastal.extremes.regional import EmpiricalBayes, IndexFlood
from coastal.extremes.short import from_maxima
from coastal.extremes.student import Student, long_records, train_student, true_level
from coastal.extremes.teacher import Taught
from distill.conformal import split_quantile
from distill.intervals import share_bounds

Floats = NDArray[np.float64]
Draw = Callable[[Lesson], Floats]
PERIOD = 50.0
WINDOWS = 20
ARMS = ("student", "empirical Bayes", "empirical Bayes, conformal", "index flood", "Gumbel at site")


def gumbel_draws(maxima: Floats, base: float, years: float, *, count: int = 400) -> Floats:
    """Return draws of a level by the bootstrap of a Gumbel fitted by L-moments at the site."""
    fitted = fit_l_moments(maxima)
    scale = max(fitted.scale if len(maxima) == 2 else _gumbel_scale(maxima), 1e-3)
    location = maxima.mean() - 0.5772 * scale
    chance = np.random.default_rng(0).uniform(size=(count, len(maxima)))
    drawn = location - scale * np.log(-np.log(chance))
    again = np.array([_gumbel_scale(one) for one in drawn])
    growth = float(levels(0.0, 1.0, 0.0, years))
    found = drawn.mean(axis=1) + again * (growth - 0.5772)
    return np.asarray(2 * (location + scale * growth) - found - base, dtype=np.float64)


def _gumbel_scale(maxima: Floats) -> float:
    ordered = np.sort(maxima)
    rank = np.arange(len(ordered))
    second = 2 * (ordered * rank / (len(ordered) - 1)).mean() - ordered.mean()
    return float(second / np.log(2))


def scored(draws: Floats, truth: Floats, future: list[Floats]) -> dict[str, Floats]:
    """Return per window: absolute and squared error, hit, width, CRPS and quantile score.

    Args:
        draws: shape (windows, draws).
        truth: the whole record's level, shape (windows,).
        future: the maxima of the other years at the site, above the same base.
    """
    low, middle, high = np.quantile(draws, [0.05, 0.5, 0.95], axis=1)
    spread = np.abs(draws[:, ::2] - draws[:, 1::2]).mean(axis=1)
    share = 1 - 1 / PERIOD
    pinball = [
        float(np.where(one > at, share * (one - at), (1 - share) * (at - one)).mean())
        for one, at in zip(future, middle, strict=True)
    ]
    return {
        "error": np.abs(middle - truth), "bias": middle - truth,
        "hit": ((low <= truth) & (truth <= high)).astype(float), "width": high - low,
        "crps": np.abs(draws - truth[:, None]).mean(axis=1) - 0.5 * spread,
        "quantile": np.array(pinball),
    }  # fmt: skip


def others(lesson: Lesson, stations: list[Taught]) -> Floats:
    """Return the maxima of all years outside the window, above the window's base."""
    one = stations[lesson.station]
    kept = np.ones(len(one.trend), dtype=bool)
    kept[lesson.rows] = False
    return (one.record.maxima - one.trend)[kept] - lesson.offset


def conformal(draw: Draw, held: list[Lesson]) -> Draw:
    """Return draws widened so that 90 % of validation windows were held, as the student's are."""
    sides: tuple[list[float], list[float]] = ([], [])
    for one in held:
        low, middle, high = np.quantile(draw(one), [0.05, 0.5, 0.95])
        apart = true_level(one, PERIOD) - middle
        sides[0].append(-apart / max(middle - low, 1e-6))
        sides[1].append(apart / max(high - middle, 1e-6))
    factor = [min(split_quantile(np.array(one), 0.05), 10.0) for one in sides]

    def widened(lesson: Lesson) -> Floats:
        found = draw(lesson)
        middle = np.median(found)
        return middle + (found - middle) * np.where(found < middle, factor[0], factor[1])

    return widened


def one_seed(stations: list[Taught], seed: int) -> tuple[dict[str, dict[str, Floats]], Floats]:
    """Return the scores of all arms at the test's stations, and the station of each window."""
    parts = split(stations, seed=seed)
    learn = [stations[at] for at in parts.train]
    check = [stations[at] for at in parts.validation]
    test = [stations[at] for at in parts.test]
    student, _ = train_student(learn, check, seed=seed)
    bayes = EmpiricalBayes(lessons(learn, each=60, seed=seed), learn, reach=3000.0)
    flood = IndexFlood(learn, reach=1000.0)
    held = lessons(check, each=20, seed=seed + 1)
    plain: Draw = lambda one: bayes.draws(one.short, PERIOD)  # noqa: E731
    arms: dict[str, Draw] = {
        "student": lambda one: student.draws(one.short, PERIOD),
        "empirical Bayes": plain,
        "empirical Bayes, conformal": conformal(plain, held),
        "index flood": lambda one: flood.draws(one.short, PERIOD),
        "Gumbel at site": lambda one: gumbel_draws(one.short.maxima, one.short.base, PERIOD),
    }
    asked = lessons(test, each=WINDOWS, seed=1000 + seed)
    truth = np.array([true_level(one, PERIOD) for one in asked])
    future = [others(one, test) for one in asked]
    scores = {
        name: scored(np.stack([draw(one) for one in asked]), truth, future)
        for name, draw in arms.items()
    }
    return scores, np.array([one.station for one in asked])


def by_station(scores: list[tuple[dict[str, dict[str, Floats]], Floats]], arm: str, key: str) -> (
    Floats
):  # fmt: skip
    """Return the mean of a score at each station over windows and seeds."""
    values = np.concatenate([one[arm][key] for one, _ in scores])
    station = np.concatenate([at for _, at in scores])
    return np.array([values[station == one].mean() for one in np.unique(station)])


def interval(values: Floats) -> str:
    """Return mean and bounds of a bootstrap over stations."""
    generator = np.random.default_rng(0)
    drawn = values[generator.integers(len(values), size=(5000, len(values)))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{values.mean():.4f} [{low:.4f}, {high:.4f}]"


def published(data: Path) -> None:
    """Print the fits that Coles (2001) gives, made again."""
    folder = data / "sea-level-extremes"
    pirie = read_maxima(folder / "portpirie.csv")["SeaLevel"]
    fitted = fit_likelihood(pirie)
    print(f"Port Pirie: {fitted} (Coles: 3.87, 0.198, -0.050)")
    low, high = profile_interval(pirie, 100, confidence=0.95)
    print(f"  100 years: {fitted.level(100):.3f} m, profile 95 % [{low:.2f}, {high:.2f}]")
    table = read_maxima(folder / "fremantle.csv")
    years = table["Year"] - 1943
    fits = [
        fit_regression(table["SeaLevel"], columns)
        for columns in (np.zeros((len(years), 0)),
                        years[:, None], np.stack([years, table["SOI"]], axis=1))
    ]  # fmt: skip
    for name, fit in zip(("constant", "trend", "trend and SOI"), fits, strict=True):
        print(
            f"Fremantle, {name}: {fit.gev}, {fit.slopes}, log-likelihood {fit.log_likelihood:.1f}"
        )


def annual_maxima(data: Path, students: list[Student]) -> None:
    """Print errors at Port Pirie and Fremantle, cut to short windows: real annual maxima."""
    for name in ("portpirie", "fremantle"):
        values = read_maxima(data / "sea-level-extremes" / f"{name}.csv")["SeaLevel"]
        truth = fit_likelihood(values).level(PERIOD)
        for length in (2, 5):
            starts = range(len(values) - length + 1)
            rows: dict[str, list[tuple[float, bool]]] = {"student": [], "Gumbel at site": []}
            for start in starts:
                short = from_maxima(values[start : start + length])
                drawn = {
                    "student": students[start % len(students)].draws(short, PERIOD),
                    "Gumbel at site": gumbel_draws(short.maxima, short.base, PERIOD),
                }
                for arm, one in drawn.items():
                    low, middle, high = np.quantile(one + short.base, [0.05, 0.5, 0.95])
                    rows[arm].append((abs(middle - truth), low <= truth <= high))
            for arm, found in rows.items():
                error = np.array([one for one, _ in found])
                hits = np.mean([hit for _, hit in found])
                what = f"{name}, {length} years, {arm}: mean error {error.mean():.3f} m"
                print(f"{what}, coverage of 90 %: {hits:.2f} of {len(found)} overlapping windows")


def hourly(data: Path) -> None:
    """Print monthly block maxima of the hourly years, to show how far they stand above means."""
    folder = data / "tide-gauge"
    halifax = np.array([
        float(line.split(",")[1]) for line in (folder / "halifax_490_2003_hourly.csv")
        .read_text().splitlines() if line[:4].isdigit()
    ])  # fmt: skip
    honolulu = np.loadtxt(folder / "honolulu_2010_hourly.asc")[:, 1] / 1000
    for name, level in (("Halifax 2003", halifax), ("Honolulu 2010", honolulu)):
        known = np.where(np.abs(level) < 50, level, np.nan)
        known = np.where(np.isfinite(known), known, np.nan)
        above = block_maxima(known, 730) - np.nanmean(known)
        print(f"{name}: highest hour of a month {above.mean():.2f} m above the year's mean, "
              f"of the year {above.max():.2f} m")  # fmt: skip


def main() -> None:
    """Run all parts and print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    given = parser.parse_args()
    published(given.data)
    hourly(given.data)
    stations = long_records(given.data)
    scores = [one_seed(stations, seed) for seed in range(given.seeds)]
    held = len(np.unique(scores[0][1]))
    print(f"\n{len(stations)} long records, {held} held out, {given.seeds} seeds, "
          f"{WINDOWS} windows each; level of {PERIOD:.0f} years, metres")  # fmt: skip
    print("arm: mean absolute error; CRPS; quantile score x 1000; coverage of 90 %; width; bias")
    for arm in ARMS:
        error, crps, pinball, hit, width, bias = (
            by_station(scores, arm, key)
            for key in ("error", "crps", "quantile", "hit", "width", "bias")
        )
        print(f"{arm}: {interval(error)}; {interval(crps)}; {interval(1000 * pinball)}; "
              f"{interval(hit)}; {interval(width)}; {interval(bias)}")  # fmt: skip
    for arm in ARMS[1:]:
        for key in ("error", "crps", "quantile"):
            apart = by_station(scores, "student", key) - by_station(scores, arm, key)
            print(f"student less {arm}, {key}: {interval(apart)}")
    hits = np.concatenate([one["student"]["hit"] for one, _ in scores])
    whole = by_station(scores, "student", "hit")
    low, high = share_bounds(round(float(whole.sum())), held)
    print(f"student: {hits.mean():.3f} of {len(hits)} windows; of {held} stations as one trial "
          f"each [{low:.2f}, {high:.2f}]\n")  # fmt: skip
    makers = [split(stations, seed=seed) for seed in range(2)]
    students = [
        train_student([stations[at] for at in one.train],
                      [stations[at] for at in one.validation], seed=seed)[0]
        for seed, one in enumerate(makers)
    ]  # fmt: skip
    annual_maxima(given.data, students)


if __name__ == "__main__":
    main()
