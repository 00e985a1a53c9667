"""Binding files: which provision constrains which fact of a design, when, and what follows.

A binding file is reviewed by people and holds no number of the law: bounds, units and comparators
come from what was extracted from the provision's text (:class:`jurisdictions.predicate.LawNumber`).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from jurisdictions.predicate import Known, Predicate

PriorityClass = Literal["environmental", "safety", "commercial", "procedural"]
Severity = Literal["critical", "major", "minor", "observation"]
Addressee = Literal["operator", "state", "organ"]
Effect = Literal["direct", "through_state", "voluntary"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Dated(_Frozen):
    """What a person decided on a day."""

    on: date

    @model_validator(mode="before")
    @classmethod
    def _read_on(cls, data: Any) -> Any:
        """Read the key ``on``, which YAML 1.1 takes for the word "true" unless it is quoted."""
        if isinstance(data, dict) and True in data and "on" not in data:
            return {"on" if key is True else key: value for key, value in data.items()}
        return data


class Acceptance(_Dated):
    """Who made a rule of a proposal.

    Attributes:
        by: the reviewer.
        on: the day.
        proposed_with: confidence of the proposal; ``None`` where the reviewer named the fact.
        reason: what the proposal rested on.
    """

    by: str = Field(min_length=1, max_length=120)
    proposed_with: float | None = Field(default=None, ge=0, le=1)
    reason: str = ""


class Rejection(_Dated):
    """A proposal that a reviewer refused: it is not shown again.

    Attributes:
        rule: id of the proposal.
        provision: what it stood on.
        by: the reviewer.
        on: the day.
    """

    rule: str = Field(pattern=r"^[a-z0-9-]+$")
    provision: str = Field(pattern=r"^[a-z0-9-]+:\S+$")
    by: str = Field(min_length=1, max_length=120)


class RuleBinding(_Frozen):
    """One executable rule on one provision.

    A rule *applies* where its jurisdiction binds, one of its ``zones`` holds (any, when empty) and
    ``when`` holds. Where it applies, ``require`` or ``unless`` must hold: ``unless`` states an
    exception of the law itself, usually over a ``claims.…`` fact that its beneficiary must prove.
    ``open`` replaces ``require`` where the law uses a standard that a person must judge; with
    both, the rule is an open norm only if ``require`` holds (a checkable floor below a standard).
    ``permit`` alone makes a permission: what the provision allows. It cannot be violated; it is
    satisfied by a design that uses it, and conflicts with rules that rule its use out.

    Attributes:
        id: unique across all files, such as ``unclos-60-5-width``.
        provision: id of the provision, at any depth, present in the embedded digest.
        title: what is required, in a few words.
        priority: class for conflict resolution (key ``class`` in YAML).
        severity: of a violation.
        addressee: who owes the duty by the text: ``operator``, ``state`` or ``organ``.
        effect: how it reaches the design: ``direct``, ``through_state`` (a State must see to it;
            the finding is worded as a shortfall) or ``voluntary``.
        remedy: what to do about a violation; ``{bound}`` and ``{value}`` are filled in.
        evidence: what would settle an undetermined finding.
        question: for an open norm, the question to the person who judges.
        accepted: who accepted it, for a rule that came from a proposal.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    provision: str = Field(pattern=r"^[a-z0-9-]+:\S+$")
    title: str = Field(min_length=8)
    priority: PriorityClass = Field(alias="class")
    severity: Severity
    addressee: Addressee
    effect: Effect
    zones: tuple[str, ...] = ()
    when: Predicate | None = None
    require: Predicate | None = None
    unless: Predicate | None = None
    permit: Predicate | None = None
    question: str | None = Field(default=None, alias="open")
    remedy: str = ""
    evidence: str = ""
    accepted: Acceptance | None = None

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """All that the rule asks: its condition, requirement, exception and permission."""
        parts = (self.when, self.require, self.unless, self.permit)
        return tuple(part for part in parts if part is not None)

    @model_validator(mode="after")
    def _has_content(self) -> RuleBinding:
        if self.permit is not None:
            if (self.require, self.unless, self.question) != (None, None, None):
                raise ValueError(f"rule {self.id}: 'permit' stands alone, without a duty")
            return self
        if self.require is None and self.question is None:
            raise ValueError(f"rule {self.id}: give 'require', 'permit' or 'open'")
        if self.require is not None and not self.remedy:
            raise ValueError(f"rule {self.id}: a rule that can be violated needs a 'remedy'")
        return self


class ReviewedBinding(_Frozen):
    """Provisions that a person reviewed and found to ask nothing of a seabed installation.

    Attributes:
        provisions: ids; each covers the provision and everything below it.
        verdict: ``inapplicable``, or ``open_norm`` for standards a person must judge.
        reason: why, in one sentence.
    """

    provisions: tuple[str, ...] = Field(min_length=1)
    verdict: Literal["inapplicable", "open_norm"] = "inapplicable"
    reason: str = Field(min_length=10)
    addressee: Addressee = "state"


class RuleChange(_Frozen):
    """What a reading makes of one rule: the given keys replace the rule's own, null clears one.

    ``applies: false`` says that under this reading the rule asks nothing.
    """

    rule: str
    applies: bool = True
    zones: tuple[str, ...] = ()
    when: Predicate | None = None
    require: Predicate | None = None
    unless: Predicate | None = None
    question: str | None = Field(default=None, alias="open")
    remedy: str = ""
    evidence: str = ""

    def of(self, rule: RuleBinding) -> RuleBinding:
        """Return the rule as this reading has it."""
        given = self.model_fields_set - {"rule", "applies"}
        changed = {name: getattr(self, name) for name in given}
        if not self.applies:
            # Every design has a purpose, so that this never holds.
            changed["when"] = Known(fact="purpose", known=False)
        kept = {name: getattr(rule, name) for name in RuleBinding.model_fields}
        return RuleBinding.model_validate({**kept, **changed})


class Reading(_Frozen):
    """One way to read a provision.

    Attributes:
        id: unique across all files.
        title: what the provision means by this reading.
        held_by: kinds of actors who read it so.
        because: their argument, in a sentence.
        change: rules of the same file that read otherwise.
        add: rules that stand beside the others, on provisions that have one.
    """

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    title: str = Field(min_length=8)
    held_by: tuple[str, ...] = Field(min_length=1)
    because: str = Field(min_length=10)
    change: tuple[RuleChange, ...] = ()
    add: tuple[RuleBinding, ...] = ()


class Dispute(_Frozen):
    """A provision that is read in more than one way: the reading of this file, and its rivals."""

    provision: str = Field(pattern=r"^[a-z0-9-]+:\S+$")
    question: str = Field(min_length=10)
    default: Reading
    rivals: tuple[Reading, ...] = Field(min_length=1)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All readings, the default one first."""
        return (self.default, *self.rivals)

    @model_validator(mode="after")
    def _default_changes_nothing(self) -> Dispute:
        if self.default.change or self.default.add:
            raise ValueError(f"reading {self.default.id}: the default is what the rules say")
        for rival in self.rivals:
            if not rival.change and not rival.add:
                raise ValueError(f"reading {rival.id}: a rival must change or add a rule")
        return self


class BindingFile(_Frozen):
    """One YAML file: the rules of one instrument, embedded or of the user's own.

    ``rejected`` stands in files of the user's own only.
    """

    instrument: str
    rules: tuple[RuleBinding, ...] = ()
    reviewed: tuple[ReviewedBinding, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    rejected: tuple[Rejection, ...] = ()

    @model_validator(mode="after")
    def _readings_fit_the_rules(self) -> BindingFile:
        names = {rule.id: rule for rule in self.rules}
        places = {rule.provision for rule in self.rules}
        for reading in (item for dispute in self.disputes for item in dispute.readings):
            lost = [change.rule for change in reading.change if change.rule not in names]
            if lost:
                raise ValueError(f"reading {reading.id} changes {lost[0]}, which is no rule here")
            for change in reading.change:
                change.of(names[change.rule])
            apart = [rule.id for rule in reading.add if rule.provision not in places]
            if apart:
                raise ValueError(
                    f"reading {reading.id} adds {apart[0]} to a provision without a rule: review "
                    "the provision by a rule first, so that every reading accounts for it alike"
                )
        return self
