"""The fewest facts that decide a verdict: with them alone it stands, without any one it does not.

A fact that is let go is unknown; a claim that is let go is not made. Kleene's logic never turns a
verdict into another one for want of a fact, so that leaving out a deciding fact leaves the verdict
undetermined. Two kinds of facts are different: without a claim the exception that it invokes falls
away, and a test of presence (``known: true``) is met or failed by the want of its fact.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compliance.evaluate import WORLDS_FACT, ZONE_FACT, FactLike
from compliance.proof.shrink import shrink
from compliance.proof.worlds import FACT_OF, ScopeFacts
from compliance.verdicts import Outcome, judge_rule
from jurisdictions.predicate import InZone
from jurisdictions.regimes import Scope
from jurisdictions.rulebook import Rule

_CLAIMS = "claims."


@dataclass(frozen=True, slots=True)
class _Absent:
    """A fact that was let go."""

    value: bool | None
    basis: str = "let go"


_UNKNOWN, _NOT_MADE = _Absent(None), _Absent(False)


def facts_asked(rule: Rule) -> tuple[str, ...]:
    """Return the facts that a rule asks for, each once."""
    named = (test.fact for test in rule.tests if not isinstance(test, InZone))
    zone = (ZONE_FACT,) if any(isinstance(test, InZone) for test in rule.tests) else ()
    return tuple(dict.fromkeys((*zone, *named)))


def only(
    facts: Mapping[str, FactLike], asked: Collection[str], kept: Collection[str]
) -> dict[str, FactLike]:
    """Return the facts that a rule asks for with only some of them known.

    That the seabed may be an extended shelf is a want of knowledge and stays.
    """
    table: dict[str, FactLike] = {
        name: facts[name]
        if name in kept and name in facts
        else (_NOT_MADE if name.startswith(_CLAIMS) else _UNKNOWN)
        for name in asked
    }
    if WORLDS_FACT in facts:
        table[WORLDS_FACT] = facts[WORLDS_FACT]
    return table


def judge_given(
    rule: Rule,
    scope: ScopeFacts,
    facts: Mapping[str, FactLike],
    kept: Collection[str],
    asked: Collection[str] | None = None,
) -> Outcome:
    """Judge a rule where only the facts ``kept`` are known, those of the site and States too.

    ``asked`` are the facts that the rule asks for, where the caller has them already.
    """
    binding = scope.binding(kept)
    known = scope.scope if binding is scope.scope.binding else Scope(binding, "open")
    return judge_rule(rule, known, only(facts, asked or facts_asked(rule), kept))


def deciding_facts(
    rule: Rule, outcome: Outcome, scope: ScopeFacts, facts: Mapping[str, FactLike]
) -> tuple[str, ...]:
    """Return the fewest facts that decide a rule's verdict; none where it is undetermined.

    The order: what the requirement compares, what it tests, the exception, what makes the rule
    apply, what makes it bind. Where one of several facts would do, the first in this order stays.
    """
    if outcome.verdict == "undetermined":
        return ()
    decided = tuple(dict.fromkeys(_decided(outcome, facts)))
    # A rule that does not apply asks nothing, whether it binds or not.
    binds = () if outcome.verdict == "inapplicable" and outcome.steps else scope.facts
    start = tuple(dict.fromkeys((*decided, *binds)))
    if not start or _smallest(rule, outcome, decided, binds):
        return start
    asked = facts_asked(rule)

    def same(kept: Collection[str]) -> bool:
        return judge_given(rule, scope, facts, kept, asked).verdict == outcome.verdict

    if not same(start):
        # Only a test of presence can make a larger set fail what a smaller one passes.
        start = tuple(dict.fromkeys((*start, *_given(asked, facts), *scope.read)))
    return shrink(start, same, again=True)


@dataclass(frozen=True, slots=True)
class Applying:
    """A rule with what makes it bind."""

    rule: Rule
    scope: ScopeFacts

    def given(self, facts: Mapping[str, FactLike], kept: Collection[str]) -> bool:
        """Say whether the rule is sure to apply where only the facts ``kept`` are known."""
        steps = judge_given(self.rule, self.scope, facts, kept).steps
        asked = [step for step in steps if step.kind in ("zone", "condition")]
        return self.scope.binding(kept) is True and all(
            step.judgement.truth is True for step in asked
        )


def applying_facts(rules: Sequence[Applying], facts: Mapping[str, FactLike]) -> tuple[str, ...]:
    """Return the fewest facts by which these rules all apply: what a conflict of them rests on."""
    start: dict[str, None] = {}
    for item in rules:
        start.update(dict.fromkeys(_given(facts_asked(item.rule), facts)))
        start.update(dict.fromkeys(item.scope.read))
    return shrink(
        tuple(start), lambda kept: all(item.given(facts, kept) for item in rules), again=True
    )


_ORDER = ("requirement", "permission", "exception", "condition", "zone")


def _decided(outcome: Outcome, facts: Mapping[str, FactLike]) -> Iterator[str]:
    """Yield the known facts that decided on the way, those that the law's number bounds first."""
    steps = sorted(outcome.steps, key=lambda step: _ORDER.index(step.kind))
    compared = {item.fact for step in steps for item in step.judgement.comparisons if item.law}
    decided = [fact for step in steps for fact in step.judgement.deciding]
    yield from _given([fact for fact in decided if fact in compared], facts)
    yield from _given(decided, facts)


def _given(names: Iterable[str], facts: Mapping[str, FactLike]) -> Iterator[str]:
    """Yield the facts that are known; a claim that is not made says nothing."""
    for name in names:
        value = facts[name].value if name in facts else None
        if value is not None and not (value is False and name.startswith(_CLAIMS)):
            yield name


def _smallest(
    rule: Rule, outcome: Outcome, decided: Collection[str], binds: Collection[str]
) -> bool:
    """Say whether what was found on the way can be seen to be smallest without judging again.

    Where every test asks for a fact of its own, the facts that decide one part decide no other, so
    that none can be spared. The regime's question is one more part, which must share no fact with
    the rule unless both need it.
    """
    if not rule.plain or (binds and not _apart(rule, decided, binds)):
        return False
    # An exception that holds makes the requirement needless; one that fails for want of a claim
    # fails whatever the facts are.
    return not any(
        step.judgement.truth or not name.startswith(_CLAIMS)
        for step in outcome.steps
        if step.kind == "exception"
        for name in step.judgement.deciding
    )


def _apart(rule: Rule, decided: Collection[str], binds: Collection[str]) -> bool:
    if any(name in _SITE and name not in binds for name in decided):
        return False
    asked = facts_asked(rule)
    return not any(name in asked and name not in decided for name in binds)


_SITE = frozenset(FACT_OF.values())
