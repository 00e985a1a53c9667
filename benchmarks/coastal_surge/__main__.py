"""Surge hours ahead on held-out storms: student, teacher, baselines, and how sure they are.

    python -m benchmarks.coastal_surge DATA [-o FOLDER] [--first N] [--draws N] [--summary]

DATA holds tide-gauge/ and storm-tracks/. Each piece of work is a file of FOLDER: a run that was
stopped goes on where it was. Storms of Halifax 2003 are dealt into five folds, Juan is in no
training at all; the tide, the weights, the stopping and the choice of penalties rest on the hours
that a share leaves outside the fold. A fifth of every test history is cut out. A draw is a seed
of hours, weights and gaps. Intervals of errors are bootstraps over storms of the mean over draws.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.coastal_surge.errors import errors, errors_of
from benchmarks.coastal_surge.intervals import coverage_of, intervals
from benchmarks.coastal_surge.parts import kept, read
from benchmarks.coastal_surge.simulated import on_simulated
from benchmarks.coastal_surge.site import site, site_of
from benchmarks.coastal_surge.teacher import teacher
from benchmarks.coastal_surge.workshop import Workshop

#: Shares of the hours; the first is the bar's, the others are the curve's, with fewer draws.
SHARES, CURVE_DRAWS = (0.05, 0.01, 0.2, 1.0), 3


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("coastal-surge-parts"))
    parser.add_argument("--first", type=int, default=20, help="number of the first draw")
    parser.add_argument("--draws", type=int, default=10, help="how many")
    parser.add_argument("--summary", action="store_true", help="only sum up what is there")
    given = parser.parse_args()
    if not (given.data / "tide-gauge").is_dir():
        parser.error(f"{given.data}: no folder tide-gauge in it")
    if not given.summary:
        run(Workshop(given.data, given.out), range(given.first, given.first + given.draws))
    print(json.dumps(summary(given.out), indent=1))


def run(shop: Workshop, draws: range) -> None:
    """Do what is not done yet; no held-out storm before the simulated ones."""

    def piece(name: str, make: Callable[[], Any]) -> None:
        kept(shop.out / f"{name}.json", make)

    piece("simulated", partial(on_simulated, shop))
    piece("teacher", partial(teacher, shop))
    for draw in draws:
        piece(f"share-{SHARES[0]}-{draw}", partial(errors, shop, SHARES[0], draw))
        piece(f"intervals-{draw}", partial(intervals, shop, draw))
        piece(f"site-{draw}", partial(site, shop, draw))
    for draw in draws[:CURVE_DRAWS]:
        for share in SHARES[1:]:
            piece(f"share-{share}-{draw}", partial(errors, shop, share, draw))
        piece(f"ablated-{draw}", partial(errors, shop, SHARES[0], draw, ablated=True))


def summary(out: Path) -> dict[str, Any]:
    """Return all figures of the pieces that are there."""
    found: dict[str, Any] = {}
    for name in ("simulated", "teacher"):
        if one := read(out, f"{name}.json"):
            found[name] = one[0]
    for share in SHARES:
        if parts := read(out, f"share-{share}-*.json"):
            found[f"share {share}"] = {"draws": len(parts), **errors_of(parts)}
    if parts := read(out, "ablated-*.json"):
        found["without the teacher"] = {"draws": len(parts), **errors_of(parts)}
    if parts := read(out, "intervals-*.json"):
        found["intervals"] = coverage_of(parts)
    if parts := read(out, "site-*.json"):
        found["Honolulu, 6 h"] = site_of(parts)
    return found


if __name__ == "__main__":
    main()
