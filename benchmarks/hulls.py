"""Required wall against real hulls: ``python benchmarks/hulls.py [REFERENCE_HULLS.csv]``.

Reads a table of published hulls (columns as in ``data/hulls`` of the reference data) and prints,
for each one-atmosphere sphere of metal, the wall that the rules require at its rated depth beside
the wall that was built. Rows whose figures are recalled (certainty low) are shown apart.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from habitat.hull import assess_cli  # noqa: E402


def compare(row: dict[str, str]) -> dict[str, Any]:
    """Assess one row of the table at its rated depth.

    Returns:
        The answer of :func:`habitat.hull.assess_cli`, with ``error``: required over built wall,
        less one; ``None`` where no wall is required of this material.
    """
    answer = assess_cli(
        row["shape"],
        row["material"],
        f"{row['inner_d_m']} m",
        f"{row['rated_depth_m']} m",
        length=f"{row['length_m']} m" if row["length_m"] else None,
    )
    required = answer["required_thickness_mm"]
    built = float(row["thickness_mm"])
    return {**answer, "error": None if required is None else required / built - 1.0}


def comparable(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Keep the one-atmosphere hulls whose bore and wall are given."""
    return [
        row
        for row in rows
        if row["pressure_regime"] == "1atm" and row["inner_d_m"] and row["thickness_mm"]
    ]


def main(arguments: list[str]) -> int:
    """Print the comparison; 0 when the median error of the trusted spheres is at most 15 %."""
    shared = Path(os.environ.get("BATHYLEX_SHARED", PROJECT.parent / "shared"))
    parser = argparse.ArgumentParser(description=__doc__)
    default = shared / "data" / "hulls" / "reference_hulls.csv"
    parser.add_argument("table", nargs="?", type=Path, default=default)
    table: Path = parser.parse_args(arguments).table
    if not table.is_file():
        print(f"{table}: no such file; give the path of a table of hulls", file=sys.stderr)
        return 2
    trusted: list[float] = []
    with table.open(encoding="utf-8", newline="") as stream:
        rows = comparable(list(csv.DictReader(stream)))
    print(
        f"{'hull':<26}{'certainty':<11}{'depth m':>8}{'built mm':>10}{'required':>10}{'error':>8}"
    )
    for row in rows:
        answer = compare(row)
        required, error = answer["required_thickness_mm"], answer["error"]
        print(
            f"{row['name'][:25]:<26}{row['certainty']:<11}{row['rated_depth_m']:>8}"
            f"{row['thickness_mm']:>10}"
            + ("   refused" if error is None else f"{required:>10.1f}{error:>+8.1%}")
        )
        if error is not None and row["shape"] == "sphere" and row["certainty"] != "low":
            trusted.append(abs(error))
    if not trusted:
        print("no sphere of medium or high certainty in the table", file=sys.stderr)
        return 2
    median = statistics.median(trusted)
    print(f"spheres of medium or high certainty: n = {len(trusted)}, median |error| {median:.1%}")
    return 0 if median <= 0.15 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
