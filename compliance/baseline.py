"""What changed since an earlier audit, which is read back from its JSON report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from base import UsageError, read_bytes, sha256_bytes
from compliance.finding import AuditResult, Baseline, Change, State, Verdict
from compliance.life import STATES, Key, Lived, judged, key_of, lives, next_state

MAX_REPORT_BYTES = 64 * 1024 * 1024
NOT_JUDGED = "not judged in this audit"
#: What needs attention comes first.
_ORDER: tuple[State, ...] = ("regressed", "new", "open", "waived", "fixed")


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Finding(_Read):
    provision: str
    rule: str | None
    verdict: Verdict
    reason: str
    citation: str
    title: str
    jurisdiction: str
    severity: str


class _Design(_Read):
    name: str


class _Conflict(_Read):
    still_owed: tuple[str, ...] = ()


class _Stood(_Read):
    provision: str
    citation: str
    jurisdiction: str
    rule: str | None
    title: str
    severity: str
    state: State | None


class _Baseline(_Read):
    findings: tuple[_Stood, ...] = ()


class _Text(_Read):
    id: str
    sha256: str = ""


class _Inputs(_Read):
    bathylex: str = ""
    design_sha256: str = ""
    rules_sha256: str = ""
    readings: tuple[str, ...] = ()
    waivers_sha256: str = ""
    texts: tuple[_Text, ...] = ()


class _Options(_Read):
    custom: bool = True


class _Report(_Read):
    """The keys of a JSON report that a comparison needs; later versions may add others."""

    design: _Design
    as_of: str
    verdict: str
    findings: tuple[_Finding, ...]
    totals: dict[Verdict, int]
    conflicts: tuple[_Conflict, ...] = ()
    inputs: _Inputs = Field(default_factory=_Inputs)
    options: _Options = Field(default_factory=_Options)
    baseline: _Baseline | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier audit to compare with.

    Attributes:
        source: what says where it is from.
        report: what its JSON report holds.
        states: where each finding stood in its life after it.
    """

    source: Mapping[str, Any]
    report: _Report
    states: Mapping[Key, State]


def read_baseline(path: Path) -> Earlier:
    """Read the JSON report of an earlier audit.

    Its own ``baseline``, if it has one, tells what was fixed before it.

    Raises:
        UsageError: it is not that.
    """
    data = read_bytes(path, limit=MAX_REPORT_BYTES, error=UsageError)
    try:
        report = _Report.model_validate_json(data)
    except ValidationError as problem:
        error = problem.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in error["loc"])
        place = f"{path}, {key}" if key else str(path)
        raise UsageError(
            f"is not the JSON report of an audit ({error['msg']})",
            where=place,
            hint="make one with bathylex audit DESIGN -o FOLDER --format json",
        ) from None
    return _earlier(report, {"file": path.name, "sha256": sha256_bytes(data)}, None)


def earlier_of(
    data: Mapping[str, Any], *, source: Mapping[str, Any], states: Mapping[Key, State]
) -> Earlier:
    """Return an earlier audit from its JSON report as plain data, where its states are known."""
    return _earlier(_Report.model_validate(data), source, states)


def _earlier(
    report: _Report, source: Mapping[str, Any], states: Mapping[Key, State] | None
) -> Earlier:
    told = {
        **source,
        "design": report.design.name,
        "design_sha256": report.inputs.design_sha256,
        "as_of": report.as_of,
        "verdict": report.verdict,
    }
    return Earlier(told, report, _states(report) if states is None else states)


def _states(report: _Report) -> dict[Key, State]:
    if report.baseline is not None:
        return {
            (item.provision, item.rule or ""): item.state
            for item in report.baseline.findings
            if item.state is not None
        }
    owed = {rule for conflict in report.conflicts for rule in conflict.still_owed}
    found: dict[Key, State] = {}
    for item in report.findings:
        state = next_state(None, item.verdict, still_owed=item.rule in owed)
        if state is not None:
            found[item.provision, item.rule or ""] = state
    return found


def compare(earlier: Earlier, result: AuditResult) -> Baseline:
    """Return what changed between an earlier audit and one now."""
    before = {(item.provision, item.rule or ""): item for item in earlier.report.findings}
    stood = earlier.report.baseline.findings if earlier.report.baseline is not None else ()
    named: dict[Key, _Finding | _Stood] = {
        **{(item.provision, item.rule or ""): item for item in stood},
        **before,
    }
    lived = lives(earlier.states, result)
    left_out = {key_of(item): item.reason for item in result.findings}
    changes = [
        _change(key, item, before.get(key), named.get(key), left_out.get(key))
        for key, item in lived.items()
    ]
    states = Counter(item.state for item in changes if item.state is not None)
    alive = [item for item in changes if item.state is not None]
    alive.sort(key=lambda item: _ORDER.index(item.state) if item.state is not None else 0)
    return Baseline(
        source=dict(earlier.source),
        notes=tuple(_notes(earlier, result)),
        states={state: states.get(state, 0) for state in STATES},
        totals=earlier.report.totals,
        findings=tuple(alive),
        other=tuple(
            item
            for item in changes
            if item.state is None and None not in (item.before, item.now)
            if item.before != item.now
        ),
    )


def compared(result: AuditResult, earlier: Earlier) -> AuditResult:
    """Return the result with what changed since an earlier audit; its verdicts stay."""
    return result.model_copy(update={"baseline": compare(earlier, result)})


def _change(
    key: Key,
    item: Lived,
    before: _Finding | None,
    named: _Finding | _Stood | None,
    reason: str | None,
) -> Change:
    told = item.finding if item.finding is not None else named
    was = before.verdict if before is not None and judged(before.verdict, before.reason) else None
    return Change(
        provision=key[0],
        citation=key[0] if told is None else told.citation,
        jurisdiction="" if told is None else told.jurisdiction,
        rule=key[1] or None,
        title="" if told is None else told.title,
        severity="observation" if told is None else told.severity,
        state=item.state,
        before=was,
        now=None if item.finding is None else item.finding.verdict,
        reason=reason if reason is not None else NOT_JUDGED,
    )


def _notes(earlier: Earlier, result: AuditResult) -> Iterator[str]:
    """Say what else differs, so that a change may come from there and not from the design."""
    old, new = earlier.report, result.inputs
    if old.design.name != result.design["name"]:
        yield f"the earlier audit is of a design of another name: {old.design.name}"
    if old.inputs.design_sha256 and old.inputs.design_sha256 == new.get("design_sha256"):
        yield "the design file is the same"
    if old.as_of != result.as_of:
        yield f"law as of {old.as_of} then, {result.as_of} now"
    if old.inputs.bathylex != new.get("bathylex"):
        yield f"bathylex {old.inputs.bathylex or 'unknown'} then, {new.get('bathylex')} now"
    if old.inputs.rules_sha256 != new.get("rules_sha256"):
        yield "the rules differ"
    then = {item.id: item.sha256 for item in old.inputs.texts}
    now = {item["id"]: item["sha256"] for item in new.get("texts", ())}
    differing = sorted(name for name in then.keys() | now if then.get(name) != now.get(name))
    if differing:
        yield f"law texts differ: {', '.join(differing)}"
    if list(old.inputs.readings) != new.get("readings", []):
        yield "disputed provisions are read otherwise"
    if old.inputs.waivers_sha256 != new.get("waivers_sha256", ""):
        yield "the waivers differ"
    if old.options.custom != result.options.get("custom", True):
        yield "custom was judged in one of them only"
    for name, reasons in (
        ("then", [(item.jurisdiction, item.verdict, item.reason) for item in old.findings]),
        ("now", [(item.jurisdiction, item.verdict, item.reason) for item in result.findings]),
    ):
        missing = {place for place, verdict, reason in reasons if not judged(verdict, reason)}
        if missing:
            yield f"not all judged {name}: {', '.join(sorted(missing))}"
