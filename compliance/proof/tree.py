"""What a proof is: a tree of statements, each with its truth, its facts and its law."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from compliance.finding import Verdict

Kind = Literal[
    "scope",
    "zone",
    "condition",
    "requirement",
    "exception",
    "permission",
    "all",
    "any",
    "not",
    "test",
    "presence",
    "comparison",
    "question",
    "conflict",
    "waiver",
    "account",
    "norm",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class LawSpan(_Frozen):
    """Words of the law and where they stand: ``words`` are exactly the characters of the span."""

    provision: str
    file: str
    start: int
    end: int
    words: str


class ProofFact(_Frozen):
    """A fact with its value (``None`` is unknown) and what it rests on."""

    name: str
    value: Any
    basis: str


class ProofNode(_Frozen):
    """One statement of a proof.

    Attributes:
        kind: what the statement is about.
        statement: one sentence.
        truth: true, false, or ``None`` where it is unknown or for a person to judge.
        facts: the facts that it speaks of.
        law: the number or words of the law that it applies.
        children: what it was concluded from, in the order in which it was asked.
    """

    kind: Kind
    statement: str
    truth: bool | None
    facts: tuple[ProofFact, ...] = ()
    law: LawSpan | None = None
    children: tuple[ProofNode, ...] = ()


class Proof(_Frozen):
    """Why a finding is what it is.

    Attributes:
        provision, citation, jurisdiction, rule, title: what was judged.
        verdict, reason: the finding.
        deciding: the fewest facts that decide it; none for an undetermined one.
        missing: the facts that would settle an undetermined one.
        law: the words of the provision.
        steps: the questions in the order in which they were put; those never reached are left out.
    """

    provision: str
    citation: str
    jurisdiction: str
    rule: str | None
    title: str
    verdict: Verdict
    reason: str
    deciding: tuple[ProofFact, ...]
    missing: tuple[str, ...]
    law: LawSpan
    steps: tuple[ProofNode, ...]
