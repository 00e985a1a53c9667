"""The life of a finding over successive audits of one design: new, open, waived, fixed, regressed.

A finding is known by its design, its provision and its rule. It begins when a duty is first found
owed (violated, undetermined, or overridden by policy only), and ends when the duty is found met, or
no longer to apply. What an audit did not judge keeps its state: silence mends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from compliance.finding import LEFT_OUT, AuditResult, Finding, State, Verdict
from jurisdictions.regimes import CUSTOM_LEFT_OUT

STATES: tuple[State, ...] = get_args(State)

#: Provision and rule; the rule is empty for a provision without one.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lived:
    """One finding in one audit.

    Attributes:
        finding: as judged now; ``None`` where this audit did not judge it.
        state: where it stands in its life; ``None`` while nothing was ever owed.
    """

    finding: Finding | None
    state: State | None


def key_of(finding: Finding) -> Key:
    """Return what a finding is known by within a design."""
    return finding.provision, finding.rule or ""


def judged(verdict: Verdict, reason: str) -> bool:
    """Say whether an audit judged a finding, rather than being asked to leave it out."""
    left_out = reason.startswith((LEFT_OUT, CUSTOM_LEFT_OUT))
    return not (verdict == "inapplicable" and left_out)


def lives(previous: Mapping[Key, State], result: AuditResult) -> dict[Key, Lived]:
    """Return every finding of an audit with its state, then the earlier ones that it lacks.

    Args:
        previous: states after the audit before, for the findings that have one.
        result: the audit now.
    """
    owed = still_owed(result)
    found: dict[Key, Lived] = {}
    for finding in result.findings:
        key = key_of(finding)
        before = previous.get(key)
        if judged(finding.verdict, finding.reason):
            after = next_state(before, finding.verdict, still_owed=finding.rule in owed)
            found[key] = Lived(finding, after)
        else:
            found[key] = Lived(None, carried(before))
    for key, state in previous.items():
        if key not in found:
            found[key] = Lived(None, carried(state))
    return found


def still_owed(result: AuditResult) -> frozenset[str]:
    """Return the rules that policy overrides, so that their duty goes on."""
    return frozenset(rule for conflict in result.conflicts for rule in conflict.still_owed)


def next_state(before: State | None, verdict: Verdict, *, still_owed: bool = False) -> State | None:
    """Return the state of a finding that is judged now.

    >>> next_state(None, "violated"), next_state("open", "satisfied")
    ('new', 'fixed')
    >>> next_state("fixed", "violated"), next_state("waived", "violated")
    ('regressed', 'open')

    Args:
        before: its state after the audit before.
        verdict: as judged now.
        still_owed: an overridden duty that goes on.
    """
    if verdict == "waived":
        return "waived"
    if verdict in ("violated", "undetermined") or (verdict == "overridden" and still_owed):
        return "new" if before is None else "regressed" if before == "fixed" else "open"
    if before in (None, "fixed"):
        return before
    # A person must judge an open norm: it begins no life, and ends none.
    return "open" if verdict == "open_norm" else "fixed"


def carried(before: State | None) -> State | None:
    """Return the state of a finding that was not judged again.

    >>> carried("regressed"), carried("waived"), carried(None)
    ('open', 'waived', None)
    """
    return "open" if before in ("new", "regressed") else before
