"""Find every conflict among the rules that bind at a site, and say how each is resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from compliance.conflicts.checker import Checker, satisfiable
from compliance.conflicts.claims import resolving_claims
from compliance.conflicts.contest import Contest
from compliance.conflicts.cores import Limits, minimal_conflicts
from compliance.conflicts.encode import met, unanswered
from compliance.conflicts.formula import Domains, Formula, facts_in, negate
from compliance.conflicts.order import InForce, Order, Relations, StatedRelations
from compliance.conflicts.permissions import Deadlock, deadlocks
from compliance.conflicts.resolve import Defeat, resolve
from compliance.conflicts.space import Space, build_space, unread
from compliance.conflicts.witness import components, reduce, witness
from compliance.evaluate import FactLike

Kind = Literal["bounds", "joint", "deontic"]
Resolved = Literal["legal", "policy", "open"]

#: Rules in one conflicting set, unless asked otherwise.
SIZE = 4


@dataclass(frozen=True, slots=True)
class Clash:
    """Rules that no design can meet together, minimal, and the outcome.

    Attributes:
        kind: ``bounds`` (two numeric bounds on one fact), ``joint`` (any other set) or ``deontic``
            (rules that together rule out what a permission allows).
        rules: ids of all members, sorted; of a ``deontic`` one the permission too.
        facts: free facts over which they clash.
        resolution: ``legal``, ``policy`` or ``open``.
        winners: members before which others give way; empty when open.
        overridden: members that give way.
        still_owed: those of them that give way by policy only: the duty goes on.
        claims: exceptions not claimed so far, one of which, if proved, resolves the conflict.
        reason: why it is resolved so.
        permission: id of the permission of a ``deontic`` conflict.
    """

    kind: Kind
    rules: tuple[str, ...]
    facts: tuple[str, ...]
    resolution: Resolved
    winners: tuple[str, ...]
    overridden: tuple[str, ...]
    still_owed: tuple[str, ...]
    claims: tuple[str, ...]
    reason: str
    permission: str | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """All conflicts among some rules at a site.

    Attributes:
        clashes: minimal conflicting sets, smallest first, in an order that names alone decide.
        defeats: overridden rules with how each loses.
        open: rules whose conflict nothing decides.
        barred: rules that no design meets at this site even alone: no conflict of norms.
        left_out: rules that were not compared, and why.
        size: largest size of the sets that were searched for; larger ones are shown only where
            the resolution needed them.
        complete: whether all sets of that size were found.
        exact: whether the resolution is proved; if not, what is unproved stays open.
        checks: questions put to the solver; 0 where a design that meets all rules was at hand.
        contests: what was put to the resolver and to the order, for another route to answer.
    """

    clashes: tuple[Clash, ...]
    defeats: Mapping[str, Defeat]
    open: frozenset[str]
    barred: tuple[str, ...]
    left_out: Mapping[str, str]
    size: int | None
    complete: bool
    exact: bool
    checks: int
    contests: tuple[Contest, ...] = ()


def find_conflicts(
    rules: Iterable[InForce],
    facts: Mapping[str, FactLike],
    *,
    size: int | None = SIZE,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    relations: Relations | None = None,
) -> Settlement:
    """Find all minimal conflicting sets up to a size, and resolve them.

    The result depends on the set of rules alone, not on their sequence.

    Args:
        rules: the rules that bind at the site, permissions included.
        facts: facts of the situation by dotted path; those of the site, the claims and what
            decided which law binds are fixed, the design's own stay free.
        size: most rules in a set; ``None`` for any.
        limits: effort.
        relations: relations between provisions, instruments, jurisdictions; the graph's by default.

    Raises:
        BindingError: relations run in a circle or rank a rule over the engineering code.
    """
    members = {item.id: item for item in sorted(rules, key=lambda item: item.id)}
    duties = {name: item for name, item in members.items() if item.rule.binding.require is not None}
    permissions = [item for item in members.values() if item.rule.binding.permit is not None]
    left_out = {name: _why_unread(item) for name, item in members.items() if unread(item.rule)}
    space = build_space((item.rule for item in members.values()), facts)
    for name, item in members.items():
        lacking = unanswered(item.rule, space)
        if lacking and name not in left_out:
            left_out[name] = f"what it asks here depends on {', '.join(lacking)}"
    formulas = {
        name: met(item.rule, space) for name, item in duties.items() if name not in left_out
    }
    barred = [name for name, formula in formulas.items() if formula is False]
    formulas = {name: formula for name, formula in formulas.items() if formula is not False}
    search = _Search(members, space, facts, size, limits, relations or StatedRelations())
    reduced, domains = reduce(formulas, space.domains)
    for group in components(reduced):
        whole = {name: formulas[name] for name in group}
        search.group(whole, {name: reduced[name] for name in group}, domains, barred)
    usable = [item for item in permissions if item.id not in left_out]
    free = {
        name: formula
        for name, formula in formulas.items()
        if not isinstance(formula, bool) and name not in barred
    }
    search.permissions(usable, free)
    return search.settlement(tuple(sorted(barred)), left_out)


def _why_unread(item: InForce) -> str:
    first = unread(item.rule)[0]
    what = first.unit or f"ordinal of {first.ordinal}"
    return f"this edition of the law states no number ({what}) where the rule looks for one"


class _Search:
    """What is found, group after group of rules tied by shared facts."""

    def __init__(
        self,
        members: Mapping[str, InForce],
        space: Space,
        facts: Mapping[str, FactLike],
        size: int | None,
        limits: Limits,
        relations: Relations,
    ) -> None:
        self._members, self._space, self._facts = members, space, facts
        self._size, self._limits, self._relations = size, limits, relations
        self._clashes: list[Clash] = []
        self._defeats: dict[str, Defeat] = {}
        self._open: set[str] = set()
        self._contests: list[Contest] = []
        self._complete = self._exact = True
        self._checks = 0

    def group(
        self,
        formulas: Mapping[str, Formula],
        reduced: Mapping[str, Formula],
        domains: Domains,
        barred: list[str],
    ) -> None:
        """Search one group; rules that cannot be met even alone join ``barred``."""
        if witness(reduced.values(), domains) is not None:
            return
        checker = Checker(reduced, domains)
        alone = [name for name in reduced if not checker.consistent([name])]
        barred.extend(alone)
        names = sorted(set(reduced) - set(alone))
        if not checker.consistent(names):
            self._conflicts(names, formulas, checker)
        self._checks += checker.checks
        checker.close()

    def _conflicts(
        self, names: Sequence[str], formulas: Mapping[str, Formula], checker: Checker
    ) -> None:
        found = minimal_conflicts(checker, names, size=self._size, limits=self._limits)
        order = Order(
            [self._members[name] for name in names],
            self._relations,
            _Stricter(formulas, self._space),
        )
        result = resolve(names, checker, order, found.sets, self._limits)
        defeats = {defeat.rule: defeat for defeat in result.overridden}
        self._complete &= found.complete
        self._exact &= result.exact
        self._defeats.update(defeats)
        self._open.update(result.open)
        self._contests.append(
            Contest(
                conflicts=result.conflicts,
                above=_above(result.conflicts, order),
                overridden=frozenset(defeats),
                open=frozenset(result.open),
                exact=result.exact,
                choices=result.choices,
                formulas=formulas,
                domains=self._space.domains,
            )
        )
        self._clashes.extend(
            self._clash(conflict, formulas, defeats, result.exact) for conflict in result.conflicts
        )

    def _clash(
        self,
        conflict: tuple[str, ...],
        formulas: Mapping[str, Formula],
        defeats: Mapping[str, Defeat],
        exact: bool,
    ) -> Clash:
        lost = [defeats[name] for name in conflict if name in defeats]
        facts = _shared([formulas[name] for name in conflict])
        resolution: Resolved = "open"
        if lost:
            resolution = "legal" if all(defeat.legal for defeat in lost) else "policy"
        reason = "; ".join(dict.fromkeys(defeat.reason for defeat in lost))
        if not lost:
            reason = (
                "no relation and no priority decides"
                if exact
                else "too many conflicts hang together to be resolved exactly"
            )
        return Clash(
            kind="bounds" if self._one_number(conflict, formulas) else "joint",
            rules=conflict,
            facts=facts,
            resolution=resolution,
            winners=tuple(sorted({name for defeat in lost for name in defeat.winners})),
            overridden=tuple(defeat.rule for defeat in lost),
            still_owed=tuple(defeat.rule for defeat in lost if not defeat.legal),
            claims=resolving_claims([self._members[name] for name in conflict], self._facts),
            reason=reason,
        )

    def _one_number(self, conflict: tuple[str, ...], formulas: Mapping[str, Formula]) -> bool:
        facts = frozenset().union(*(facts_in(formulas[name]) for name in conflict))
        return len(conflict) == 2 and len(facts) == 1 and self._space.axes[min(facts)].numeric

    def permissions(self, permissions: list[InForce], formulas: Mapping[str, Formula]) -> None:
        """Find what rules out the use of each permission."""
        for permission in permissions:
            found = deadlocks(permission, formulas, self._space, self._size, self._limits)
            self._complete &= found.complete
            self._checks += found.checks
            self._clashes.extend(self._deontic(permission, lock) for lock in found.locks)

    def _deontic(self, permission: InForce, lock: Deadlock) -> Clash:
        members = [permission, *(self._members[name] for name in lock.rules)]
        order = Order(members, self._relations)
        names = tuple(sorted(item.id for item in members))
        loser = next(
            (name for name in names if order.above(name) == frozenset(names) - {name}), None
        )
        self._contests.append(
            Contest(
                conflicts=(names,),
                above=_above([names], order),
                overridden=frozenset() if loser is None else frozenset((loser,)),
                permission=permission.id,
            )
        )
        claims = resolving_claims(members, self._facts)
        shared = {"kind": "deontic", "rules": names, "facts": lock.facts, "claims": claims}
        if loser is None:
            return Clash(
                **shared,  # type: ignore[arg-type]
                resolution="open",
                winners=(),
                overridden=(),
                still_owed=(),
                reason="no relation and no priority decides; a design that does not use the "
                "permission meets every duty",
                permission=permission.id,
            )
        winners = tuple(name for name in names if name != loser)
        legal = all(order.by_law(name, loser) for name in winners)
        reasons = dict.fromkeys(order.why(name, loser).reason for name in winners)
        return Clash(
            **shared,  # type: ignore[arg-type]
            resolution="legal" if legal else "policy",
            winners=winners,
            overridden=(loser,),
            still_owed=() if legal or loser == permission.id else (loser,),
            reason="; ".join(reasons),
            permission=permission.id,
        )

    def settlement(self, barred: tuple[str, ...], left_out: Mapping[str, str]) -> Settlement:
        """Return all that was found, in an order that names alone decide."""
        return Settlement(
            clashes=tuple(
                sorted(self._clashes, key=lambda clash: (len(clash.rules), clash.rules, clash.kind))
            ),
            defeats=dict(sorted(self._defeats.items())),
            open=frozenset(self._open),
            barred=barred,
            left_out=dict(sorted(left_out.items())),
            size=self._size,
            complete=self._complete,
            exact=self._exact,
            checks=self._checks,
            contests=tuple(sorted(self._contests, key=lambda contest: contest.conflicts)),
        )


class _Stricter:
    """Whether one rule allows a proper subset of what another allows."""

    def __init__(self, formulas: Mapping[str, Formula], space: Space) -> None:
        self._formulas, self._space = formulas, space

    def __call__(self, first: str, second: str) -> bool:
        one, two = self._formulas[first], self._formulas[second]
        return self._implies(one, two) and not self._implies(two, one)

    def _implies(self, one: Formula, two: Formula) -> bool:
        if not facts_in(one) & facts_in(two):
            return False
        return not satisfiable([one, negate(two, self._space.domains)], self._space.domains)


def _above(conflicts: Iterable[tuple[str, ...]], order: Order) -> dict[str, frozenset[str]]:
    """Return which members of some conflicts go before each of them."""
    members = frozenset(name for conflict in conflicts for name in conflict)
    return {name: order.above(name) & members for name in sorted(members)}


def _shared(formulas: list[Formula]) -> tuple[str, ...]:
    """Return the facts over which rules meet: those that at least two of them depend on."""
    counted: dict[str, int] = {}
    for formula in formulas:
        for fact in facts_in(formula):
            counted[fact] = counted.get(fact, 0) + 1
    return tuple(sorted(fact for fact, count in counted.items() if count > 1))
