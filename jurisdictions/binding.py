"""Binding files: which provision constrains which fact of a design, when, and what follows.

A binding file is reviewed by people and holds no number of the law: bounds, units and comparators
come from what was extracted from the provision's text (:class:`jurisdictions.predicate.LawNumber`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from jurisdictions.predicate import Predicate

PriorityClass = Literal["environmental", "safety", "commercial", "procedural"]
Severity = Literal["critical", "major", "minor", "observation"]
Addressee = Literal["operator", "state", "organ"]
Effect = Literal["direct", "through_state", "voluntary"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


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


class BindingFile(_Frozen):
    """One YAML file of ``jurisdictions/bindings/``: the rules of one instrument."""

    instrument: str
    rules: tuple[RuleBinding, ...] = ()
    reviewed: tuple[ReviewedBinding, ...] = ()
