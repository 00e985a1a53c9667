"""What a scored design is told as: parameters, answers, violations, remedies, one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from compliance.audit import audit
from compliance.evaluate import judge
from compliance.report.words import ABSTAINED, stale_words
from compliance.scoring.answers import Answer, answers_of, binding_by_rules, verdict_of
from compliance.scoring.dataset import SCORED
from compliance.scoring.estimate import (
    LIKELY,
    Estimates,
    Inputs,
    RuleChance,
    alarms_of,
    concepts_of,
    estimates_of,
    likely_violations,
    parameters_of,
    rounded_chance,
    rule_chances,
    score,
)
from compliance.scoring.predicted import (
    COUNTED,
    NOT_KEYS,
    Predicted,
    estimate_of,
    facts_in,
    predict,
    stated_design,
)
from compliance.shared import Shared
from compliance.situation import situate
from compliance.verdicts import measure
from habitat.facts import Fact, show_value
from habitat.units import quantity
from jurisdictions.predicate import InZone

if TYPE_CHECKING:
    from compliance.finding import AuditResult, Finding
    from compliance.scoring.shipped import Shipped
    from jurisdictions.rulebook import Rule, RuleBook

_SEVERITY = {"critical": 0, "major": 1, "minor": 2, "observation": 3}
#: Half: more likely than not.
_ALARM = 0.5


@dataclass(frozen=True, slots=True)
class _Case:
    """A scored design with the audits that its facts allow."""

    estimates: Estimates
    chances: Mapping[str, RuleChance]
    predicted: Predicted
    stated: AuditResult | None
    filled: AuditResult | None
    known: Mapping[str, Fact]
    book: RuleBook


def score_report(
    inputs: Inputs,
    shipped: Shipped,
    book: RuleBook,
    *,
    as_of: date,
    position: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Score a design and return everything but the ``inputs`` of the JSON report.

    Args:
        inputs: raw surveys; ``inputs.site`` holds the facts of the position where it is known.
        shipped: the student, loaded over ``book``.
        book: compiled law.
        as_of: the date whose law counts.
        position: latitude and longitude, where known.

    Raises:
        DesignError: the stated facts assert something impossible about their site.
    """
    scores = score(inputs, shipped)
    estimates = estimates_of(scores, inputs, shipped)
    predicted = predict(estimates, position=position)
    placed = stated_design(estimates.stated, position, {"purpose": "other"})
    shared = Shared(book)
    case = _Case(
        estimates=estimates,
        chances=rule_chances(scores, inputs, shipped),
        predicted=predicted,
        stated=_audited(predicted.stated, book, as_of, shared),
        filled=_audited(predicted.filled, book, as_of, shared),
        known={} if placed is None else situate(placed, as_of=as_of, shared=shared).facts,
        book=book,
    )
    answers = answers_of(
        scores,
        inputs,
        estimates,
        shipped,
        book,
        binding=binding_by_rules(estimates.stated, placed, as_of=as_of),
        ruled={}
        if case.stated is None
        else {name: verdict_of(name, case.stated) for name in SCORED},
    )
    violations = _violations(case)
    return {
        "parameters": parameters_of(estimates),
        "compliance": [answer.to_data() for answer in answers],
        "emergencies": {
            name: {
                "probability": chance,
                "alarm": chance >= _ALARM,
                "measured": inputs.sensor is not None,
            }
            for name, chance in alarms_of(estimates).items()
        },
        "violations": violations,
        "likely": _likely(case),
        "recommendations": [_recommendation(one) for one in violations],
        "undetermined": _undetermined(case, shipped),
        "abstained": _abstained(answers),
        "stale": {"rules": list(shipped.stale), "meaning": stale_words(len(shipped.stale))},
        "predicted_design": facts_in(predicted, estimates),
    }


def _audited(design: Any, book: RuleBook, as_of: date, shared: Shared) -> AuditResult | None:
    return None if design is None else audit(design, book, as_of=as_of, shared=shared)


def _violations(case: _Case) -> list[dict[str, Any]]:
    """Return what the rules find on the predicted design, or else what is likely violated.

    A violation on estimates counts where it is more likely than not: an amount at its estimate may
    lie on the wrong side of a bound by chance.
    """
    if case.filled is None:
        return [_of_rule(name, case) for name in likely_violations(case.chances)]
    certain = set() if case.stated is None else {f.rule for f in case.stated.by_verdict("violated")}
    found = [_of_finding(one, one.rule in certain, case) for one in _found(case.filled, case)]
    return sorted(
        (one for one in found if one["based_on"] == "stated" or one["probability"] >= LIKELY),
        key=lambda one: (
            one["based_on"] != "stated",
            _SEVERITY[one["severity"]],
            -one["probability"],
            one["rule"],
        ),
    )


def _found(filled: AuditResult, case: _Case) -> Iterable[Finding]:
    """Yield violations of the predicted design, and stated ones that estimates would hide."""
    own = filled.by_verdict("violated")
    yield from own
    if case.stated is not None:
        told = {one.rule for one in own}
        yield from (one for one in case.stated.by_verdict("violated") if one.rule not in told)


def _likely(case: _Case) -> list[dict[str, Any]]:
    """Return what the predicted design leaves open and is more likely violated than not."""
    if case.filled is None:
        return []
    left_open = {one.rule for one in case.filled.by_verdict("undetermined")}
    return [_of_rule(name, case) for name in likely_violations(case.chances) if name in left_open]


def _of_finding(finding: Finding, certain: bool, case: _Case) -> dict[str, Any]:
    assert finding.rule is not None
    chance = case.chances.get(finding.rule)
    violated = 1.0 if certain or chance is None else chance.violated
    return {
        "rule": finding.rule,
        "provision": finding.provision,
        "citation": finding.citation,
        "jurisdiction": finding.jurisdiction,
        "title": finding.title,
        "severity": finding.severity,
        "effect": finding.effect,
        "based_on": "stated" if certain else "estimated",
        "probability": rounded_chance(violated),
        "reason": finding.reason,
        "quote": finding.quote,
        "span": finding.span.model_dump(mode="json"),
        "text_source": finding.text_source,
        "facts": [_deciding(name, value, case) for name, value in finding.facts.items()],
        "remedy": finding.remedy,
    }


def _deciding(name: str, value: Any, case: _Case) -> dict[str, Any]:
    """Tell one deciding fact: stated, estimated, or computed from either."""
    guess = case.predicted.guesses.get(name)
    if guess is not None:
        return {"fact": name, "value": value, **guess.told}
    known = case.known.get(name)
    told = known is not None and known.value is not None
    stated = told or (known is not None and value is None)
    found = {"fact": name, "value": value, "source": "stated" if stated else "estimated"}
    if not stated:
        found["basis"] = "computed from estimates"
    elif known is not None and known.source not in ("design", "not given"):
        found["basis"] = known.source
    return found


def _of_rule(name: str, case: _Case) -> dict[str, Any]:
    """Tell a rule that is more likely violated than not, judged by no audit."""
    rule = next(rule for rule in case.book.rules if rule.id == name)
    entry = case.book.by_id[rule.binding.provision]
    source = case.book.instrument_by_id[rule.instrument]
    asked = dict.fromkeys(
        test.fact
        for test in rule.tests
        if not isinstance(test, InZone) and not test.fact.startswith("claims.")
    )
    chance = rounded_chance(case.chances[name].violated)
    return {
        "rule": name,
        "provision": entry.id,
        "citation": entry.citation,
        "jurisdiction": source.instrument.jurisdiction,
        "title": rule.binding.title,
        "severity": rule.binding.severity,
        "effect": rule.binding.effect,
        "based_on": "estimated",
        "probability": chance,
        "reason": f"violated with a probability of {chance:g}, by estimates",
        "quote": entry.text,
        "span": {"file": source.file, "start": entry.start, "end": entry.end, "page": entry.page},
        "text_source": source.text_source,
        "facts": [one for fact in asked if (one := _believed(fact, case.estimates)) is not None],
        "remedy": _remedy(rule, case.estimates),
    }


def _believed(fact: str, estimates: Estimates) -> dict[str, Any] | None:
    stated = estimates.stated.get(fact)
    if stated is not None:
        return {"fact": fact, "value": show_value(stated.value), "source": "stated"}
    told = estimate_of(fact, estimates)
    return None if told is None else {**told, "source": "estimated"}


def _remedy(rule: Rule, estimates: Estimates) -> str:
    """Fill in the bound of the law and the estimate of the fact that is held against it."""
    text, facts = rule.binding.remedy, {**_amounts(estimates), **estimates.stated}
    for found in judge(rule.binding.require, facts, rule).comparisons:
        value = measure(found.value, found.unit, digits=4)
        about = value if found.fact in estimates.stated else f"about {value}"
        text = text.replace("{bound}", measure(found.bound, found.unit)).replace("{value}", about)
    return text


def _amounts(estimates: Estimates) -> dict[str, Fact]:
    """Return estimated amounts as facts; counts are plain numbers."""
    return {
        fact: Fact(quantity(middle, unit), "estimate")
        for fact, (middle, _, _, unit) in estimates.amounts.items()
        if estimates.calibrated(fact) and unit not in COUNTED
    }


def _recommendation(violation: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: violation[name]
        for name in ("rule", "citation", "jurisdiction", "severity", "based_on", "remedy")
    }


def _undetermined(case: _Case, shipped: Shipped) -> int:
    """Count the facts that would settle what is open: those that the audit misses, or all."""
    if case.filled is not None:
        return len({n for one in case.filled.by_verdict("undetermined") for n in one.missing})
    keys = [name for name in concepts_of(shipped.vocabulary) if not name.startswith(NOT_KEYS)]
    known = {*case.estimates.stated, *case.predicted.guesses}
    return sum(name not in known for name in keys)


def _abstained(answers: Iterable[Answer]) -> list[dict[str, str]]:
    found = []
    for one in answers:
        if one.answer == "abstain":
            limits = one.thresholds or {}
            why = ABSTAINED[one.why].format(probability=one.probability or 0.0, **limits)
            found.append({"id": one.id, "why": why})
    return found
