"""Words for what changed since an earlier audit, the same in every report."""

from __future__ import annotations

from compliance.finding import Baseline, Change, State, Verdict
from compliance.report.words import VERDICTS

CHANGES_TITLE = "Since the earlier audit"
NOTHING_OWED = "Nothing was owed then, and nothing is now."

#: What needs attention comes first.
STATE_MEANINGS: dict[State, str] = {
    "regressed": "fixed before, owed again",
    "new": "owed for the first time",
    "open": "still owed",
    "waived": "released from",
    "fixed": "owed before, now met or not applying",
}


def source_words(baseline: Baseline) -> str:
    """Say which audit was the earlier one."""
    source = baseline.source
    name = source.get("file") or f"register entry {source.get('entry')}"
    return f"the audit in {name} (law as of {source['as_of']}, {source['verdict']})"


def by_state(baseline: Baseline) -> dict[State, list[Change]]:
    """Return the findings of each state that has any, what needs attention first."""
    found = {
        state: [item for item in baseline.findings if item.state == state]
        for state in STATE_MEANINGS
    }
    return {state: items for state, items in found.items() if items}


def moved_words(change: Change) -> str:
    """Say which verdict became which: ``violated → satisfied``."""
    if change.before == change.now:
        return f"still {_word(change.now)}"
    return f"{_word(change.before)} → {_word(change.now)}"


def rows(baseline: Baseline) -> list[tuple[str, str, str, str, str]]:
    """Return state, citation, requirement, severity and verdicts of every change, for a table."""
    listed = [
        *((state, item) for state, items in by_state(baseline).items() for item in items),
        *(("", item) for item in baseline.other),
    ]
    return [
        (state, item.citation, item.title or item.reason, item.severity, moved_words(item))
        for state, item in listed
    ]


def _word(verdict: Verdict | None) -> str:
    return "not judged" if verdict is None else VERDICTS[verdict][0]
