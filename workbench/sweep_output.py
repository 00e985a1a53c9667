"""What sweeps show: a bar while they run, and the summary as text."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compliance.sweep.run import Progress

_BAR = 30


@contextmanager
def shown_progress(things: str) -> Iterator[Callable[[Progress], None]]:
    """Show a bar on stderr where that is a terminal.

    Args:
        things: what is swept, in the plural.
    """
    shown = sys.stderr.isatty()

    def show(progress: Progress) -> None:
        if shown:
            share = progress.done / progress.total
            bar = ("#" * int(share * _BAR)).ljust(_BAR, ".")
            line = f"\r[{bar}] {share:4.0%}  {progress.done:,} of {progress.total:,} {things}"
            sys.stderr.write(line)
            sys.stderr.flush()

    try:
        yield show
    finally:
        if shown:
            sys.stderr.write("\n")


def summary_text(summary: dict[str, Any]) -> str:
    """Return a summary as JSON."""
    return json.dumps(summary, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
