"""A proposal: an unreviewed rule with its rank, its confidence and its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterable

from jurisdictions.binding import RuleBinding
from jurisdictions.predicate import LawNumber, Predicate, law_numbers
from jurisdictions.resolved import LawValue


class Proposal(BaseModel):
    """A fact that a duty of a provision may constrain, as a rule that nobody has reviewed.

    Attributes:
        rule: the rule that accepting it would write; its ``id`` names the proposal.
        citation: of the provision, for people.
        instrument: id of the instrument.
        rank: 1 for the likeliest fact of this duty, at most 3.
        attribute: the fact.
        score: what the witnesses add up to; comparable within one duty.
        confidence: probability that a reviewer would bind this fact here.
        reason: which of words, number and likeness spoke, and what they said.
        suggested: why this class, severity, addressee, effect and these zones.
        duty: the clause of the law.
        start, end: where the clause stands in the file's reading text.
        page: page of a PDF, else ``None``.
        number: the number of the law that the requirement points to.
        reviewed: always false.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: RuleBinding
    citation: str
    instrument: str
    rank: int
    attribute: str
    score: float
    confidence: float
    reason: str
    suggested: str
    duty: str
    start: int
    end: int
    page: int | None = None
    number: LawValue | None = None
    reviewed: Literal[False] = False

    @property
    def id(self) -> str:
        """The id of the rule that accepting it would write."""
        return self.rule.id

    @property
    def requirement(self) -> Predicate:
        """What the rule would require."""
        assert self.rule.require is not None
        return self.rule.require

    @property
    def pointer(self) -> LawNumber | None:
        """The pointer into the law that the requirement holds, if any."""
        return next(law_numbers(self.rule.require), None)


def first_choices(proposals: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """Return the proposals of rank 1, the most confident first."""
    first = [proposal for proposal in proposals if proposal.rank == 1]
    return tuple(sorted(first, key=lambda item: (-item.confidence, item.id)))
