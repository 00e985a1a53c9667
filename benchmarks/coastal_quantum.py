"""A quantum kernel beside RBF and linear, whole groups held out one at a time.

    python -m benchmarks.coastal_quantum chips DATA [--count N] [--seeds N]
    python -m benchmarks.coastal_quantum events FILE [--count N] [--seeds N]

``chips``: water pixels of the Sen1Floods11 chips in DATA, one chip held out. Features are VV, VH,
their ratio and their smoothed values on the coarse grid, real radar alone. ``events``: floods of
the Dartmouth archive (FILE is its table as CSV), a span of years or a country held out; two
questions of an event: is it severe, and did it displace many. All kernels have the same folds,
grids and classifier.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

#: Severity from which an event counts as severe: the archive's classes are 1, 1.5 and 2.
SEVERE = 1.5
#: Displaced people from which an event counts as one of many.
MANY = 10_000
#: First years of the spans that are held out.
SPANS = (1985, 1990, 1995, 2000, 2005, 2010)
#: Countries held out: those with the most events.
COUNTRIES = 8
QUESTIONS, GROUPINGS = ("severe", "displaced"), ("years", "country")


def pixels(data: Path, count: int, seed: int) -> tuple[Any, Any, Any]:
    """Return features, labels and chips of pixels drawn per chip, half of each class if it can."""
    from scipy.ndimage import gaussian_filter

    from coastal.flood import chip_names, read_chip
    from coastal.flood.optics import blocks, water_share

    rows, labels, groups = [], [], []
    for number, name in enumerate(chip_names(data)):
        chip = read_chip(data, name)
        share, valid = water_share(chip)
        vv, vh = blocks(chip.vv), blocks(chip.vh)
        parts = [vv, vh, vv - vh, gaussian_filter(vv, 2), gaussian_filter(vh, 2)]
        draw = np.random.default_rng((seed, number))
        for label in (0, 1):
            pure = (valid > 0.99) & ((share > 0.5) == bool(label))
            places = np.flatnonzero(pure)
            taken = draw.permutation(places)[: count // 2]
            rows.append(np.stack([one.ravel()[taken] for one in parts], axis=1))
            labels.append(np.full(len(taken), label))
            groups += [name] * len(taken)
    return np.concatenate(rows), np.concatenate(labels), np.array(groups)


def events(
    file: Path, count: int, seed: int, *, question: str, grouping: str
) -> tuple[Any, Any, Any]:
    """Return features, labels and groups of flood events, half of each class if it can.

    Features are the logarithms of duration in days, area, deaths and, for "severe", of displaced
    people, or the severity for "displaced"; and the distance from the equator.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    common = [name for name, _ in Counter(one["Country"].strip() for one in table).most_common()]
    rows, labels, groups = [], [], []
    for one in table:
        began, ended = (date.fromisoformat(one[key]) for key in ("Began", "Ended"))
        severity, displaced = float(one["Severity"]), float(one["Displaced"])
        severe = question == "severe"
        rows.append(
            [
                np.log1p((ended - began).days),
                np.log(float(one["Area"])),
                np.log1p(float(one["Dead"])),
                np.log1p(displaced) if severe else severity,
                abs(float(one["lat"])),
            ]
        )
        labels.append(severity >= SEVERE if severe else displaced >= MANY)
        country = one["Country"].strip()
        span = f"from {max(year for year in SPANS if year <= began.year)}"
        groups.append(span if grouping == "years" else country)
    features, truth, names = np.array(rows), np.array(labels).astype(int), np.array(groups)
    held = np.unique(names) if grouping == "years" else common[:COUNTRIES]
    draw, taken = np.random.default_rng((seed, 11)), []
    for name in held:
        for label in (0, 1):
            places = np.flatnonzero((names == name) & (truth == label))
            taken.append(draw.permutation(places)[: count // 2])
    kept = np.concatenate(taken)
    return features[kept], truth[kept], names[kept]


def summary(found: list[Any]) -> dict[str, Any]:
    """Return the means over draws, by kernel and group, with intervals over groups."""
    from coastal.quantum import Comparison

    kernels = found[0].f1
    mean = {one: tuple(np.mean([each.f1[one] for each in found], axis=0)) for one in kernels}
    aligned = {
        one: tuple(np.mean([each.alignment[one] for each in found], axis=0)) for one in kernels
    }
    whole = Comparison(mean, aligned, found[0].groups)
    return {
        "groups": whole.groups,
        "f1": {name: [round(float(one), 3) for one in each] for name, each in mean.items()},
        "mean f1": {name: round(float(np.mean(each)), 3) for name, each in mean.items()},
        "alignment": {name: round(float(np.mean(each)), 3) for name, each in aligned.items()},
        "quantum less rbf": [round(one, 4) for one in whole.gain()],
        "quantum less linear": [round(one, 4) for one in whole.gain(other="linear")],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("on", choices=["chips", "events"])
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=60, help="samples of a group")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    from coastal.quantum import compare

    seeds = range(given.seeds)
    if given.on == "chips":
        found = summary([compare(*pixels(given.data, given.count, seed)) for seed in seeds])
    else:
        found = {
            f"{question}, {grouping} held out": summary(
                [
                    compare(
                        *events(given.data, given.count, seed, question=question, grouping=grouping)
                    )
                    for seed in seeds
                ]
            )
            for question in QUESTIONS for grouping in GROUPINGS
        }  # fmt: skip
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
