"""What changed since an earlier audit, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from compliance.finding import Baseline, Change
from compliance.report.changes import (
    NOTHING_OWED,
    STATE_MEANINGS,
    by_state,
    moved_words,
    source_words,
)

_SHOWN = 12
_STYLE = {
    "regressed": "bold red",
    "new": "red",
    "open": "yellow",
    "waived": "cyan",
    "fixed": "green",
}


def print_baseline(baseline: Baseline, say: Any) -> None:
    """Print the states of the findings and those that changed.

    Args:
        baseline: the comparison.
        say: prints one line, in a style, indented.
    """
    say()
    say(f"Since {source_words(baseline)}", "bold")
    for note in baseline.notes:
        say(f"Note: {note}", "dim")
    if not baseline.findings and not baseline.other:
        say(NOTHING_OWED)
    for state, found in by_state(baseline).items():
        say(f"{state} {len(found)} ({STATE_MEANINGS[state]})", _STYLE[state])
        _changes(
            [item for item in found if state in ("new", "regressed") or item.before != item.now],
            say,
        )
    if baseline.other:
        say(f"other verdicts that changed: {len(baseline.other)}")
        _changes(baseline.other, say)
    say()


def _changes(items: Sequence[Change], say: Any) -> None:
    for item in items[:_SHOWN]:
        say(f"{item.citation}: {item.title} [{item.severity}]: {moved_words(item)}", indent=4)
    if len(items) > _SHOWN:
        say(f"and {len(items) - _SHOWN} more in the JSON report", indent=4)
