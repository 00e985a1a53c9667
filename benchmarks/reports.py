"""Time of each report format beside the audit itself, in one process.

    python benchmarks/reports.py [DESIGN] [--runs N] [--format LIST]

The audit is what a command does once its modules are loaded: read the law from the compiled cache,
read the design, judge it. Each figure is the median processor time of several runs, so that other
work on the machine counts little; ratios are to the audit of the same run. "first" is the first
time a format is made, its libraries and their imports included. Nothing is asserted: timings belong
to the machine they were taken on.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from compliance.audit import assess
from compliance.report.formats import FORMATS, background_of, render
from habitat.load import load_design
from workbench.law import rulebook

if TYPE_CHECKING:
    from compliance.audit import Assessment

PROJECT = Path(__file__).resolve().parent.parent
AS_OF = date(2026, 1, 1)


def timed(work: Callable[[], object]) -> float:
    """Return the processor seconds that some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "design", nargs="?", type=Path, default=PROJECT / "examples/florida_reef.yaml"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--format", default=",".join(FORMATS), help="formats, joined by commas")
    asked = parser.parse_args()

    def audit() -> Assessment:
        return assess(load_design(asked.design), rulebook(None), as_of=AS_OF)

    assessment = audit()
    base = statistics.median(timed(audit) for _ in range(asked.runs))
    print(f"{'audit':<8} {base * 1000:>9.0f} ms {1:>8.2f} x")
    for name in asked.format.split(","):

        def report(name: str = name) -> bytes:
            return render(name, assessment.result, background=background_of(assessment))

        first = timed(report)
        size = len(report())
        median = statistics.median(timed(report) for _ in range(asked.runs))
        print(
            f"{name:<8} {median * 1000:>9.0f} ms {median / base:>8.2f} x   first "
            f"{first * 1000:>6.0f} ms   {size / 1024:>7.0f} KiB"
        )


if __name__ == "__main__":
    main()
