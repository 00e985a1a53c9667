"""Answers by jurisdiction: the rule engine's where stated facts settle it, else the student's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from compliance.scoring.dataset import SCORED
from compliance.scoring.estimate import (
    SURE,
    Estimates,
    Inputs,
    binding_chance,
    is_thin,
    judge_of,
    rounded_chance,
)
from compliance.situation import situate
from habitat.design import Design, Purpose
from jurisdictions.regimes import Circumstances, jurisdiction_scope

if TYPE_CHECKING:
    from compliance.finding import AuditResult
    from compliance.scoring.heads import Scores
    from compliance.scoring.judging import Verdicts
    from compliance.scoring.shipped import Shipped
    from compliance.shared import Shared
    from habitat.facts import Fact
    from jurisdictions.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a design complies with one jurisdiction.

    Attributes:
        id: of the jurisdiction.
        binds: probability that it binds.
        probability: of compliance, where it binds; ``None`` where it certainly does not.
        answer: ``compliant``, ``violated``, ``abstain`` or ``not_binding``.
        by: ``rules`` where stated facts settle it, else ``student``.
        conformal_set: answers that are not too strange at 90 % coverage.
        thresholds: between which the student abstains; ``None`` for an answer of the rules.
        why: of an abstention, else empty.
    """

    id: str
    binds: float
    probability: float | None
    answer: str
    by: str
    conformal_set: tuple[str, ...]
    thresholds: Mapping[str, float] | None
    why: str = ""

    def to_data(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "id": self.id,
            "binds": rounded_chance(self.binds),
            "probability": None if self.probability is None else rounded_chance(self.probability),
            "answer": self.answer,
            "by": self.by,
            "conformal_set": list(self.conformal_set),
            "thresholds": None if self.thresholds is None else dict(self.thresholds),
        }


def answers_of(
    scores: Scores,
    inputs: Inputs,
    estimates: Estimates,
    shipped: Shipped,
    book: RuleBook,
    *,
    binding: Mapping[str, bool | None],
    ruled: Mapping[str, str | None],
) -> tuple[Answer, ...]:
    """Answer for every jurisdiction, in report order.

    Args:
        scores, inputs, estimates, shipped, book: see there.
        binding: what the rules say of whether each binds (:func:`binding_by_rules`).
        ruled: what the rules say of each on the stated facts alone (:func:`verdict_of`); empty
            where those cannot be audited.
    """
    chances = binding_chance(estimates, shipped, book)
    thin, unread = is_thin(inputs, shipped.vocabulary), _unread(shipped, book)
    found = []
    for at, name in enumerate(SCORED):
        settled = binding[name]
        binds = chances[name] if settled is None else float(settled)
        said = ruled.get(name)
        if settled is False:
            found.append(_by_rules(name, "not_binding", binds, None))
        elif settled and said is not None:
            found.append(_by_rules(name, said, 1.0, float(said == "compliant")))
        else:
            verdicts = judge_of(inputs, shipped).verdicts[at]
            probability = float(verdicts.probability(float(scores.compliance[0, at])))
            found.append(_by_student(name, binds, probability, verdicts, thin, name in unread))
    return tuple(found)


def _unread(shipped: Shipped, book: RuleBook) -> set[str]:
    """Return the jurisdictions with a rule that the student does not carry."""
    left_out = set(shipped.reader.compliance.circuit.left_out)
    return {
        book.instrument_by_id[rule.instrument].instrument.jurisdiction
        for rule in book.rules
        if rule.id in left_out
    }


def verdict_of(jurisdiction: str, result: AuditResult) -> str | None:
    """Return what the rules say of a jurisdiction: ``violated``, ``compliant`` or nothing yet.

    A violation stands whatever the facts that are missing turn out to be; compliance needs every
    rule that applies to be decided.
    """
    own = [
        item.verdict
        for item in result.findings
        if item.jurisdiction == jurisdiction and item.rule is not None
    ]
    if "violated" in own:
        return "violated"
    return None if "undetermined" in own else "compliant"


def binding_by_rules(
    facts: Mapping[str, Fact],
    design: Design | None,
    *,
    as_of: date,
    shared: Shared | None = None,
) -> dict[str, bool | None]:
    """Return whether each jurisdiction binds as far as stated facts tell, whatever the purpose is.

    Args:
        facts: that are stated.
        design: the stated facts as a design at a known position, of any purpose; ``None`` where
            the position is unknown.
        as_of: the date whose law counts.
        shared: what keeps the zones of positions.
    """
    told = facts.get("purpose")
    purposes = get_args(Purpose) if told is None else (told.value,)
    found: dict[str, bool | None] = {}
    at = [_circumstances(facts, design, purpose, as_of, shared) for purpose in purposes]
    for name in SCORED:
        said = {jurisdiction_scope(name, one).binding for one in at}
        found[name] = said.pop() if len(said) == 1 else None
    return found


def _circumstances(
    facts: Mapping[str, Fact],
    design: Design | None,
    purpose: Any,
    as_of: date,
    shared: Shared | None,
) -> Circumstances:
    if design is not None:
        meant = design.model_copy(update={"purpose": purpose})
        return situate(meant, as_of=as_of, shared=shared).circumstances

    def word(name: str) -> Any:
        return facts[name].value if name in facts else None

    return Circumstances(
        as_of=as_of,
        zones=None,
        purpose=purpose,
        coastal_state=None,
        operator_state=word("operator_state"),
        sponsoring_state=word("sponsoring_state"),
        eu_marine_waters=None,
        us_ocs=None,
        us_state_waters=None,
        resource=word("contract.resource"),
    )


def _by_rules(name: str, answer: str, binds: float, probability: float | None) -> Answer:
    return Answer(name, binds, probability, answer, "rules", (answer,), None)


def _by_student(
    name: str, binds: float, probability: float, verdicts: Verdicts, thin: bool, unread: bool
) -> Answer:
    answer, why = verdicts.answer(probability), ""
    if binds <= 1 - SURE:
        answer = "not_binding"
    elif thin:
        answer, why = "abstain", "thin"
    elif answer == "abstain":
        why = "between"
    elif answer == "compliant" and unread:
        answer, why = "abstain", "unread"
    thresholds = {
        "compliant_from": rounded_chance(verdicts.compliant_from),
        "violated_to": rounded_chance(verdicts.violated_to),
        "strangest": rounded_chance(verdicts.strangest),
    }
    return Answer(
        name, binds, probability, answer, "student",
        verdicts.prediction_set(probability), thresholds, why,
    )  # fmt: skip
