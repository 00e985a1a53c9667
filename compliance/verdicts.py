"""From a rule and the facts to a verdict, with its reason, deciding facts, margin and remedy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from compliance.evaluate import Comparison, FactLike, Judgement, judge
from compliance.finding import Verdict
from habitat.facts import show_value
from jurisdictions.predicate import InZone
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Step:
    """One question that was put on the way to a verdict, and how it was judged."""

    kind: Literal["zone", "condition", "requirement", "exception", "permission"]
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Outcome:
    """What judging one rule gave.

    Attributes:
        verdict: never ``overridden`` or ``waived`` here; those are decided later.
        reason: one sentence for people.
        deciding: names of the facts that decide it.
        missing: names of the facts that would settle it.
        comparison: the comparison that carries the margin, where a number decided.
        steps: the questions in the order they were put; those never reached are not among them.
    """

    verdict: Verdict
    reason: str
    deciding: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    comparison: Comparison | None = None
    steps: tuple[Step, ...] = ()


def judge_rule(rule: Rule, scope: Scope, facts: Mapping[str, FactLike]) -> Outcome:
    """Judge one rule.

    A rule that does not apply is inapplicable. Where it applies, its requirement or its exception
    must hold. Where whether it applies, or whether it holds, depends on a missing fact, the verdict
    is undetermined: a missing fact never turns into pass or fail.
    """
    if scope.binding is False:
        return Outcome("inapplicable", scope.reason)
    asked = _applicability(rule, facts)
    applies = asked[-1].judgement if asked else Judgement(True)
    if applies.truth is False:
        return Outcome("inapplicable", _why_not(rule, applies), applies.deciding, steps=asked)
    if scope.binding is None:
        return Outcome(
            "undetermined",
            f"whether it binds is open: {scope.reason}",
            missing=scope.missing,
            steps=asked,
        )
    if applies.truth is None:
        missing = _to_give(applies.missing, facts)
        return Outcome(
            "undetermined",
            f"whether it applies depends on {_names(missing)}"
            if missing
            else "the law text states no number where the rule looks for one",
            missing=missing,
            steps=asked,
        )
    outcome = _content(rule, applies, facts)
    return replace(outcome, steps=(*asked, *outcome.steps))


def _applicability(rule: Rule, facts: Mapping[str, FactLike]) -> tuple[Step, ...]:
    """Ask for the zone, then for the condition; the last answer says whether the rule applies."""
    binding, asked = rule.binding, []
    if binding.zones:
        asked.append(Step("zone", judge(InZone(zone=binding.zones), facts, rule)))
        if asked[0].judgement.truth is not True:
            return tuple(asked)
    if binding.when is not None:
        asked.append(Step("condition", judge(binding.when, facts, rule)))
    return tuple(asked)


def _why_not(rule: Rule, applies: Judgement) -> str:
    if applies.deciding == ("zone.zones",) and rule.binding.zones:
        zones = ", ".join(name.replace("_", " ") for name in rule.binding.zones)
        return f"holds only in: {zones}"
    return f"does not apply in this case (decided by {_names(applies.deciding)})"


def _content(rule: Rule, applies: Judgement, facts: Mapping[str, FactLike]) -> Outcome:
    binding = rule.binding
    if binding.permit is not None:
        return _permission(rule, applies, facts)
    required = judge(binding.require, facts, rule)
    steps = (Step("requirement", required),) if binding.require is not None else ()
    comparison = _telling(required.comparisons)
    decided = tuple(dict.fromkeys((*required.deciding, *applies.deciding)))
    if required.truth is True:
        if binding.question is not None:
            return Outcome("open_norm", binding.question, decided, (), comparison, steps)
        reason = _shown(required, facts) if comparison is None else describe(comparison)
        return Outcome("satisfied", reason, decided, (), comparison, steps)
    excepted = judge(binding.unless, facts, rule) if binding.unless is not None else None
    if excepted is not None:
        steps = (*steps, Step("exception", excepted))
    if excepted is not None and excepted.truth is True:
        return Outcome(
            "satisfied",
            f"an exception of the provision is claimed ({_names(excepted.deciding)}); its proof "
            "is part of the evidence",
            excepted.deciding,
            (),
            comparison,
            steps,
        )
    if required.truth is False and (excepted is None or excepted.truth is False):
        exception = excepted.deciding if excepted is not None else ()
        reason = _shown(required, facts) if comparison is None else describe(comparison)
        return Outcome("violated", reason, (*decided, *exception), (), comparison, steps)
    if required.unread:
        return Outcome(
            "undetermined",
            "this edition of the law text states no number where the rule looks for one",
            decided,
            steps=steps,
        )
    missing = _to_give(
        (*required.missing, *(excepted.missing if excepted is not None else ())), facts
    )
    return Outcome("undetermined", f"depends on {_names(missing)}", decided, missing, None, steps)


def _permission(rule: Rule, applies: Judgement, facts: Mapping[str, FactLike]) -> Outcome:
    """A permission is satisfied where the design uses it; it asks nothing, so it cannot fail."""
    used = judge(rule.binding.permit, facts, rule)
    steps = (Step("permission", used),)
    if used.truth is True:
        decided = tuple(dict.fromkeys((*used.deciding, *applies.deciding)))
        reason = f"the design uses what the provision permits ({_shown(used, facts)})"
        return Outcome("satisfied", reason, decided, (), _telling(used.comparisons), steps)
    if used.truth is False:
        reason = f"a permission that the design does not use ({_shown(used, facts)})"
        return Outcome("inapplicable", reason, used.deciding, steps=steps)
    return Outcome(
        "inapplicable",
        f"a permission, which asks nothing; whether the design uses it depends on "
        f"{_names(_to_give(used.missing, facts)) if used.missing else 'a number not stated'}",
        steps=steps,
    )


#: Keys of the design file as the basis of an unknown derived fact names them.
_KEY = re.compile(r"\b[a-z][a-z_]*(?:\.[a-z][a-z0-9_]*)+\b")


def _to_give(missing: tuple[str, ...], facts: Mapping[str, FactLike]) -> tuple[str, ...]:
    """Put the keys that a user can give in the place of derived facts that lack them."""
    named: list[str] = []
    for name in missing:
        fact = facts.get(name)
        keys = _KEY.findall(fact.basis) if fact and name.startswith("derived.") else []
        named.extend(key for key in keys or [name] if key in facts)
    return tuple(dict.fromkeys(named)) or missing


def _telling(comparisons: tuple[Comparison, ...]) -> Comparison | None:
    """Return the comparison with a number of the law that is failed by most or met by least."""
    if not comparisons:
        return None
    lawful = [item for item in comparisons if item.law is not None] or list(comparisons)
    return min(lawful, key=lambda item: item.margin / (abs(item.bound) or 1.0))


def _shown(required: Judgement, facts: Mapping[str, FactLike]) -> str:
    """Say what the facts are that decide, with their values."""
    return ", ".join(
        f"{name} is {in_words(show_value(facts[name].value))}" for name in required.deciding
    )


_WORDS = {"<=": "at most", "<": "less than", ">=": "at least", ">": "more than", "=": "exactly"}
_COUNTED = frozenset({"second", "minute", "hour", "day", "month", "year", "acre"})


def describe(comparison: Comparison) -> str:
    """Say a comparison in words: what it is, what the law asks, by how much it is met or failed."""
    relation = "margin" if comparison.margin >= 0 else "short by"
    return (
        f"{comparison.fact} is {measure(comparison.value, comparison.unit)}, "
        f"{_WORDS[comparison.order]} {measure(comparison.bound, comparison.unit)} required, "
        f"{relation} {measure(abs(comparison.margin), comparison.unit, digits=4)}"
    )


def measure(value: float, unit: str, *, digits: int = 6) -> str:
    """Write a number with its unit for people: ``90 days``, ``1 month``, ``12 nmi``, ``36``."""
    number = f"{value:.{digits}g}"
    if unit in ("", "count"):
        return number
    return f"{number} {unit}{'s' if unit in _COUNTED and number != '1' else ''}"


def in_words(value: object) -> str:
    """Write a fact's value for people: flags as yes and no, sets as lists."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value).replace("_", " ") or "none"
    return str(value).replace("_", " ")


def _names(facts: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(facts)) or "nothing further"
