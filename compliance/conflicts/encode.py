"""From a rule to the region of the design space where it is met, as a positive formula.

A rule is met where it does not apply, or where it applies and its requirement or exception holds:
where :func:`compliance.verdicts.judge_rule` finds neither a violation nor a missing fact. A
predicate may be unknown where a fact is not given; so it has two formulas, for true and for false.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compliance.conflicts.formula import Formula, among, every, facts_in, some
from compliance.conflicts.space import Leaf, Space, answer, leaves_of, questions_of
from jurisdictions.predicate import All, Any_, InZone, Not, Predicate
from jurisdictions.rulebook import Rule


@dataclass(frozen=True, slots=True)
class Rails:
    """Where a predicate is true and where it is false; elsewhere it is unknown."""

    true: Formula
    false: Formula


def met(rule: Rule, space: Space) -> Formula:
    """Return where a rule with a requirement is met."""
    binding, domains = rule.binding, space.domains
    applies = applicability(rule, space)
    required = rails(binding.require, rule, space)
    content = [required.true]
    if binding.unless is not None:
        content.append(rails(binding.unless, rule, space).true)
    inside = some(content, domains)
    if _unknown_possible(applies, space):
        inside = every((applies.true, inside), domains)
    return some((applies.false, inside), domains)


def used(rule: Rule, space: Space) -> Formula:
    """Return where a permission applies and is used."""
    return every(
        (applicability(rule, space).true, rails(rule.binding.permit, rule, space).true),
        space.domains,
    )


def applicability(rule: Rule, space: Space) -> Rails:
    """Return where a rule applies: one of its zones holds, and its condition."""
    binding = rule.binding
    parts = [rails(binding.when, rule, space)]
    if binding.zones:
        parts.insert(0, rails(InZone(zone=binding.zones), rule, space))
    return _all(parts, space)


def rails(predicate: Predicate | None, rule: Rule, space: Space) -> Rails:
    """Return where a predicate is true and where it is false."""
    match predicate:
        case None:
            return Rails(True, False)
        case All(all=parts):
            return _all((rails(part, rule, space) for part in parts), space)
        case Any_(any=parts):
            inner = _all((_swap(rails(part, rule, space)) for part in parts), space)
            return _swap(inner)
        case Not(not_=part):
            return _swap(rails(part, rule, space))
    return _leaf(predicate, rule, space)


def _leaf(leaf: Leaf, rule: Rule, space: Space) -> Rails:
    questions = questions_of(leaf, rule) or ()
    if all(question not in space.regions for question in questions):
        truth = answer(leaf, rule, space)
        return Rails(truth is True, truth is False)
    parts = []
    for question in questions:
        true, false = space.regions[question]
        parts.append(
            Rails(
                among(question.fact, true, space.domains),
                among(question.fact, false, space.domains),
            )
        )
    return _all(parts, space)


def _all(parts: Iterable[Rails], space: Space) -> Rails:
    pairs = list(parts)
    return Rails(
        every((pair.true for pair in pairs), space.domains),
        some((pair.false for pair in pairs), space.domains),
    )


def _swap(pair: Rails) -> Rails:
    return Rails(pair.false, pair.true)


def _unknown_possible(pair: Rails, space: Space) -> bool:
    facts = facts_in(pair.true) | facts_in(pair.false)
    return any(None in space.axes[fact].values for fact in facts)


def unanswered(rule: Rule, space: Space) -> tuple[str, ...]:
    """Return facts of the situation whose lack leaves open what a rule asks at this site."""
    lacking: list[str] = []
    for predicate in _situational(rule, space):
        if answer(predicate, rule, space) is None:
            lacking.extend(question.fact for question in questions_of(predicate, rule) or ())
    return tuple(dict.fromkeys(lacking))


def _situational(rule: Rule, space: Space) -> Iterable[Leaf]:
    for leaf in leaves_of(rule):
        questions = questions_of(leaf, rule)
        if questions and all(question not in space.regions for question in questions):
            yield leaf


def formulas(rules: Mapping[str, Rule], space: Space) -> dict[str, Formula]:
    """Return where each rule with a requirement is met, by rule id in order."""
    return {name: met(rules[name], space) for name in sorted(rules)}
