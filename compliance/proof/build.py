"""Build the proof of a finding from the judgements that the audit itself made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from compliance.accounting import Accountant
from compliance.finding import Conflict, Finding
from compliance.proof.nodes import node_of, shown
from compliance.proof.tree import LawSpan, Proof, ProofNode
from compliance.verdicts import Step
from jurisdictions.rulebook import LawValue, ProvisionEntry, Rule

if TYPE_CHECKING:
    from compliance.audit import Assessment

_STEPS = {
    "condition": "the rule applies in this case",
    "requirement": "the design meets what is required",
    "exception": "an exception of the law holds",
    "permission": "the design uses what is permitted",
}


class Prover:
    """Gives findings of one audit their proofs.

    Args:
        assessment: the audit with what it was judged from.
    """

    def __init__(self, assessment: Assessment) -> None:
        self._at = assessment
        self._facts = assessment.situation.facts
        self._accountant = Accountant(assessment.book)

    def prove(self, finding: Finding) -> Proof:
        """Return why a finding is what it is."""
        return Proof(
            provision=finding.provision,
            citation=finding.citation,
            jurisdiction=finding.jurisdiction,
            rule=finding.rule,
            title=finding.title,
            verdict=finding.verdict,
            reason=finding.reason,
            deciding=shown(finding.facts, self._facts),
            missing=finding.missing,
            law=LawSpan(
                provision=finding.provision,
                file=finding.span.file,
                start=finding.span.start,
                end=finding.span.end,
                words=finding.quote,
            ),
            steps=tuple(self._steps(finding)),
        )

    def _steps(self, finding: Finding) -> Iterator[ProofNode]:
        yield self._scope(finding)
        if finding.rule is None:
            yield from self._account(finding)
            return
        item = self._at.judged[finding.rule]
        for step in item.outcome.steps:
            yield self._step(step, item.rule)
        question = item.rule.binding.question
        if question is not None and finding.verdict == "open_norm":
            yield ProofNode(
                kind="question", statement=f"a person must judge: {question}", truth=None
            )
        yield from self._conflicts(finding)
        yield from _waiver(finding)

    def _scope(self, finding: Finding) -> ProofNode:
        book = self._at.book
        instrument = book.instrument_by_id[finding.instrument].instrument
        scope = self._at.scope(finding.provision)
        grounds = self._at.grounds.of(finding.provision, instrument, scope)
        return ProofNode(
            kind="scope",
            statement=f"{instrument.title} binds here: {scope.reason}",
            truth=scope.binding,
            facts=shown(grounds.facts or scope.missing, self._facts),
        )

    def _step(self, step: Step, rule: Rule) -> ProofNode:
        inner = node_of(step.judgement, rule, self._facts, self._law)
        if step.kind == "zone":
            return inner.model_copy(update={"kind": "zone"})
        return ProofNode(
            kind=step.kind,
            statement=_STEPS[step.kind],
            truth=step.judgement.truth,
            children=(inner,),
        )

    def _law(self, number: LawValue) -> LawSpan:
        book = self._at.book
        return LawSpan(
            provision=number.provision,
            file=book.instrument_by_id[book.by_id[number.provision].instrument].file,
            start=number.start,
            end=number.end,
            words=number.span,
        )

    def _account(self, finding: Finding) -> Iterator[ProofNode]:
        """Say what settles a provision without a rule: a review, or its own norms."""
        book = self._at.book
        if self._at.scope(finding.provision).binding is False:
            return
        provision = book.by_id[finding.provision]
        reviewed = self._accountant.reviewed_at(provision)
        yield ProofNode(
            kind="account",
            statement=finding.reason
            if reviewed is None
            else f"reviewed at {book.by_id[reviewed].citation}: {finding.reason}",
            truth=None if finding.verdict in ("open_norm", "undetermined") else True,
            law=None if reviewed is None else self._words(book.by_id[reviewed]),
            children=() if reviewed is not None else tuple(_norms(provision)),
        )

    def _words(self, provision: ProvisionEntry) -> LawSpan | None:
        if not provision.text.strip():
            return None
        return LawSpan(
            provision=provision.id,
            file=self._at.book.instrument_by_id[provision.instrument].file,
            start=provision.start,
            end=provision.end,
            words=provision.text,
        )

    def _conflicts(self, finding: Finding) -> Iterator[ProofNode]:
        for conflict in self._at.result.conflicts:
            if finding.rule not in conflict.rules:
                continue
            others = [name for name in conflict.rules if name != finding.rule]
            if finding.rule in conflict.overridden:
                won = conflict.winners
                end = f"{' with '.join(won)} prevail{'s' * (len(won) == 1)}"
            elif conflict.winners:
                lost = conflict.overridden
                end = f"{' and '.join(lost)} give{'s' * (len(lost) == 1)} way"
            else:
                end = "nothing decides between them"
            words = [self._words(self._at.judged[name].provision) for name in others]
            yield ProofNode(
                kind="conflict",
                statement=f"{_clash(conflict, finding.rule, others)}; {end} "
                f"({conflict.resolution}): {conflict.reason}",
                truth=True,
                law=next((span for span in words if span is not None), None),
            )


def _clash(conflict: Conflict, rule: str | None, others: list[str]) -> str:
    """Say what cannot be together; duties that bar a permission are met by not using it."""
    if conflict.permission is None:
        return f"no design meets this together with {', '.join(others)}"
    if rule == conflict.permission:
        return f"no design that uses this permission meets {', '.join(others)}"
    duties = ", ".join(name for name in others if name != conflict.permission)
    together = f" together with {duties}" if duties else ""
    return f"no design that uses the permission {conflict.permission} meets this{together}"


def _waiver(finding: Finding) -> Iterator[ProofNode]:
    for note in finding.waivers:
        since = f" from {note.start}" if note.start else ""
        end = "without an end" if note.until == "none" else f"until {note.until}"
        yield ProofNode(
            kind="waiver",
            statement=f"{note.who} waived {note.provision}{since} {end} ({note.standing}): "
            f"{note.reason}",
            truth=note.standing == "in force",
        )


def _norms(provision: ProvisionEntry) -> Iterator[ProofNode]:
    for norm in provision.norms:
        bearer = f" on {norm.bearer}" if norm.bearer else ""
        yield ProofNode(
            kind="norm", statement=f"states one {norm.modality}{bearer} (“{norm.cue}”)", truth=True
        )
