"""What changed since an earlier audit, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from compliance.finding import Baseline, Change, Verdict
from compliance.report.words import VERDICTS

_SHOWN = 12
_STYLE = {
    "regressed": "bold red",
    "new": "red",
    "open": "yellow",
    "waived": "cyan",
    "fixed": "green",
}
_MEANING = {
    "regressed": "fixed before, owed again",
    "new": "owed for the first time",
    "open": "still owed",
    "waived": "released from",
    "fixed": "owed before, now met or not applying",
}


def print_baseline(baseline: Baseline, say: Any) -> None:
    """Print the states of the findings and those that changed.

    Args:
        baseline: the comparison.
        say: prints one line, in a style, indented.
    """
    say()
    say(f"Since {_source(baseline)}", "bold")
    for note in baseline.notes:
        say(f"Note: {note}", "dim")
    if not baseline.findings and not baseline.other:
        say("Nothing was owed then, and nothing is now.")
    for state, meaning in _MEANING.items():
        found = [item for item in baseline.findings if item.state == state]
        if not found:
            continue
        say(f"{state} {len(found)} ({meaning})", _STYLE[state])
        _changes([item for item in found if state in ("new", "regressed") or _moved(item)], say)
    if baseline.other:
        say(f"other verdicts that changed: {len(baseline.other)}")
        _changes(baseline.other, say)
    say()


def _source(baseline: Baseline) -> str:
    source = baseline.source
    name = source.get("file") or f"register entry {source.get('entry')}"
    return f"the audit in {name} (law as of {source['as_of']}, {source['verdict']})"


def _moved(item: Change) -> bool:
    return item.before != item.now


def _changes(items: Sequence[Change], say: Any) -> None:
    for item in items[:_SHOWN]:
        moved = f"{_word(item.before)} → {_word(item.now)}"
        say(f"{item.citation}: {item.title} [{item.severity}]: {moved}", indent=4)
    if len(items) > _SHOWN:
        say(f"and {len(items) - _SHOWN} more in the JSON report", indent=4)


def _word(verdict: Verdict | None) -> str:
    return "not judged" if verdict is None else VERDICTS[verdict][0]
