"""Findings and the result of an audit: the one model that every report is a view of."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from corpus.model import TextSource
from jurisdictions.binding import Acceptance, Addressee, Effect, PriorityClass, Severity

Verdict = Literal[
    "satisfied", "violated", "inapplicable", "undetermined", "open_norm", "overridden", "waived"
]

#: A provision with several findings counts once, under the first of these that it has.
WORST_FIRST: tuple[Verdict, ...] = (
    "violated",
    "undetermined",
    "open_norm",
    "overridden",
    "waived",
    "satisfied",
    "inapplicable",
)

#: Where a finding stands in its life over the audits of a design (see :mod:`compliance.life`).
State = Literal["new", "open", "waived", "fixed", "regressed"]

#: The reason for what an audit was asked to leave out.
LEFT_OUT = "left out of this audit on request"

#: Exit statuses of ``audit``.
LAWFUL, VIOLATED, UNDETERMINED = 0, 1, 3


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class SpanRef(_Frozen):
    """Where a quote stands: file, character offsets, and page for PDF."""

    file: str
    start: int
    end: int
    page: int | None = None


class BoundRef(_Frozen):
    """The number of the law that a verdict rests on, and the characters that state it."""

    text: str
    value: float
    unit: str
    comparator: str
    span: SpanRef


class WaiverNote(_Frozen):
    """A waiver that covers a violated finding: in force it waives it, else it is only told.

    ``until`` is its last day or ``none``; ``start`` its first, ``None`` where it holds from ever.
    """

    entry: int
    standing: Literal["in force", "expired", "not yet valid"]
    provision: str
    who: str
    reason: str
    start: str | None
    until: str
    reference: str | None


class WaiverUse(_Frozen):
    """What became of one entry of the waivers, and the violations that it touched.

    ``findings`` are rules that it waives, or would if it were in force.
    """

    entry: int
    provision: str
    who: str
    reason: str
    start: str | None
    until: str
    reference: str | None
    status: Literal["used", "expired", "not yet valid", "unused"]
    findings: tuple[str, ...]
    explanation: str


class Finding(_Frozen):
    """One rule judged on one design, or the account of one provision without a rule.

    ``lead_in`` is what a list item hangs on; it is no part of ``quote``, which is exactly the
    characters of ``span``. ``margin`` is in ``margin_unit``, signed, positive when met. ``basis``
    says whether the provision binds as treaty or other written law, or is invoked as custom.
    ``accepted`` names who made the rule of a proposal; it is ``None`` for embedded rules.
    """

    provision: str
    citation: str
    jurisdiction: str
    instrument: str
    rule: str | None
    title: str
    verdict: Verdict
    reason: str
    lead_in: str
    quote: str
    span: SpanRef
    text_source: TextSource
    addressee: Addressee | None
    effect: Effect | None
    basis: Literal["law", "custom", "voluntary", "engineering"]
    facts: dict[str, Any]
    missing: tuple[str, ...]
    margin: float | None
    margin_unit: str | None
    bound: BoundRef | None
    priority: PriorityClass
    severity: Severity
    remedy: str
    evidence: str
    wording: str
    accepted: Acceptance | None = None
    waivers: tuple[WaiverNote, ...] = ()


class ProposedFinding(_Frozen):
    """What a rule that nobody has reviewed would say of the design; it counts nowhere.

    ``verdict`` is what the rule would judge if it were accepted. ``rank`` orders the facts proposed
    for one duty of a provision; ``confidence`` is the probability that a reviewer would bind the
    fact there.
    """

    id: str
    reviewed: Literal[False] = False
    provision: str
    citation: str
    instrument: str
    rank: int
    attribute: str
    confidence: float
    score: float
    reason: str
    suggested: str
    title: str
    requirement: dict[str, Any]
    verdict: Verdict
    verdict_reason: str
    facts: dict[str, Any]
    missing: tuple[str, ...]
    margin: float | None
    margin_unit: str | None
    quote: str
    span: SpanRef
    addressee: Addressee
    effect: Effect
    zones: tuple[str, ...]
    priority: PriorityClass
    severity: Severity


class EstimatedFinding(_Frozen):
    """What a student that read surveys believes where a finding is undetermined: no verdict.

    Attributes:
        provision, citation, jurisdiction, rule, title, severity: of the finding.
        applies: probability that the rule applies; ``None`` where the student does not carry it.
        met: probability that it is met where it applies.
        facts: missing facts with their estimate (``source`` is ``estimated``), or without any
            (``unknown``).
    """

    source: Literal["estimated"] = "estimated"
    provision: str
    citation: str
    jurisdiction: str
    rule: str
    title: str
    severity: Severity
    applies: float | None
    met: float | None
    facts: tuple[dict[str, Any], ...]


class Change(_Frozen):
    """A finding that an audit compares with an earlier one.

    Attributes:
        provision, citation, jurisdiction, rule, title, severity: of the finding.
        state: where it stands in its life; ``None`` where nothing was ever owed.
        before, now: its verdicts; ``None`` where that audit did not judge it.
        reason: of the later verdict, or why there is none.
    """

    provision: str
    citation: str
    jurisdiction: str
    rule: str | None
    title: str
    severity: str
    state: State | None
    before: Verdict | None
    now: Verdict | None
    reason: str


class Baseline(_Frozen):
    """What changed since an earlier audit.

    Attributes:
        source: the earlier audit: its file or register entry, design, date of law and hashes.
        notes: what else differs between the two audits, so that a change may come from there.
        states: findings by state; those that were not judged again keep theirs.
        totals: provisions by verdict in the earlier audit.
        findings: those with a life, in the order of the states, then of the report.
        other: changed verdicts of all others.
    """

    source: dict[str, Any]
    notes: tuple[str, ...]
    states: dict[State, int]
    totals: dict[Verdict, int]
    findings: tuple[Change, ...]
    other: tuple[Change, ...]


class JurisdictionStatus(_Frozen):
    """Whether a jurisdiction binds at the site; ``None`` when a fact is missing."""

    id: str
    binding: bool | None
    reason: str


class Conflict(_Frozen):
    """Rules that no design can meet together at the site, and what is done about it.

    Attributes:
        kind: ``bounds`` (two bounds on one fact), ``joint`` (any other set of duties) or
            ``deontic`` (duties that rule out what a permission allows; abstaining meets them all).
        facts: what a designer could choose, over which they clash.
        rules, provisions, citations, titles, quotes: the members of the minimal set, in one order.
        resolution: ``legal`` (a relation that the law itself states), ``policy`` (our order of
            priority) or ``open`` (nothing decides).
        winners, overridden: members that go before, and those that give way to them.
        still_owed: overridden by policy only, so that the duty goes on.
        claims: exceptions not claimed so far, one of which would resolve it if proved.
        permission: the permission of a ``deontic`` conflict.
        applies: whether every member applies to the design; ``None`` where there is no design.
        reason: why it is resolved so.
    """

    kind: Literal["bounds", "joint", "deontic"]
    facts: tuple[str, ...]
    rules: tuple[str, ...]
    provisions: tuple[str, ...]
    citations: tuple[str, ...]
    titles: tuple[str, ...]
    quotes: tuple[str, ...]
    resolution: Literal["legal", "policy", "open"]
    winners: tuple[str, ...]
    overridden: tuple[str, ...]
    still_owed: tuple[str, ...]
    claims: tuple[str, ...]
    permission: str | None
    applies: bool | None
    reason: str


class Limit(_Frozen):
    """A regime that bears on the site but is not modelled."""

    name: str
    reason: str


class AuditResult(_Frozen):
    """Everything an audit found, in the order a report shows it.

    Attributes:
        design: name, purpose and the design's facts as given.
        site: zones, States, distances and margins (the ``zone`` command's keys).
        as_of: the date whose law was applied (ISO 8601).
        verdict: ``violated``, ``undetermined`` or ``lawful`` (no violation in the modelled law).
        jurisdictions: which bind, and why.
        findings: worst first, then in document order.
        totals: provisions by verdict; their sum is the number of provisions accounted for.
        totals_by_jurisdiction: the same, split.
        conflicts: sets of rules that cannot be met together.
        waivers: what became of each waiver that was given.
        hull: engineering figures with their basis, where the hull is described.
        proposals: unreviewed rules on instruments without bindings and what they would say; they
            count neither in the totals nor for the verdict or the exit status.
        left_out: rules of the user's own that stand on law which was not read, with the reason.
        limits: regimes not modelled.
        options: how the audit was asked for: ``custom`` tells whether provisions that are invoked
            only as custom were judged.
        inputs: hashes and versions of everything that went in.
        estimates: what a student believes of undetermined findings; ``None`` where none was asked.
        baseline: what changed since an earlier audit; ``None`` where none was given.
    """

    design: dict[str, Any]
    site: dict[str, Any]
    as_of: str
    verdict: Literal["lawful", "violated", "undetermined"]
    jurisdictions: tuple[JurisdictionStatus, ...]
    findings: tuple[Finding, ...]
    totals: dict[Verdict, int]
    totals_by_jurisdiction: dict[str, dict[Verdict, int]]
    conflicts: tuple[Conflict, ...]
    waivers: tuple[WaiverUse, ...] = ()
    derived: dict[str, Any] = Field(default_factory=dict)
    proposals: tuple[ProposedFinding, ...] = ()
    left_out: dict[str, str] = Field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
    options: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, Any] = Field(default_factory=dict)
    estimates: tuple[EstimatedFinding, ...] | None = None
    baseline: Baseline | None = None

    @property
    def exit_status(self) -> int:
        """0 lawful, 1 any provision violated, else 3 any undetermined."""
        return {"lawful": LAWFUL, "violated": VIOLATED, "undetermined": UNDETERMINED}[self.verdict]

    def by_verdict(self, verdict: Verdict) -> tuple[Finding, ...]:
        """Return the findings with a verdict, in report order."""
        return tuple(finding for finding in self.findings if finding.verdict == verdict)


def worst(verdicts: set[Verdict]) -> Verdict:
    """Return the verdict under which a provision with these findings counts."""
    return next(verdict for verdict in WORST_FIRST if verdict in verdicts)
