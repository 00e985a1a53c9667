"""All conflicts of the law that binds at a site, for a given design or for every purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from compliance.audit import judge_rules
from compliance.conflicts import Clash, Limits, Settlement, find_conflicts
from compliance.conflicts.order import relations_at
from compliance.finding import Conflict
from compliance.settlement import applied_rules, conflict_of, in_force
from compliance.situation import situate
from jurisdictions.rulebook import RuleBook

if TYPE_CHECKING:
    from habitat.design import Design


@dataclass(frozen=True, slots=True)
class SiteConflicts:
    """What was found at a site.

    Attributes:
        conflicts: minimal conflicting sets up to the size asked for, smallest first, each with the
            purposes of a design for which it arises.
        larger: how many larger sets the resolution came upon.
        bound: how many rules bind, by purpose.
        barred: rules that no design meets at the site, with the purposes for which they bind.
        left_out: rules that were not compared, and why.
        undetermined: rules of which it is open whether they bind.
        complete: whether no set of the size lacks; ``exact``: whether each outcome is proved.
    """

    conflicts: tuple[tuple[Conflict, tuple[str, ...]], ...]
    larger: int
    bound: Mapping[str, int]
    barred: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, str]
    undetermined: tuple[str, ...]
    complete: bool
    exact: bool

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        return {
            "conflicts": [
                {**conflict.model_dump(mode="json"), "purposes": list(purposes)}
                for conflict, purposes in self.conflicts
            ],
            "larger_sets": self.larger,
            "rules_that_bind": dict(self.bound),
            "barred_at_the_site": {name: list(found) for name, found in self.barred.items()},
            "left_out": dict(self.left_out),
            "open_whether_they_bind": list(self.undetermined),
            "complete": self.complete,
            "exact": self.exact,
        }


def purposes_of_designs() -> tuple[str, ...]:
    """Return every purpose that a design may have."""
    from habitat.design import Purpose

    return get_args(Purpose)


def conflicts_at(
    designs: Mapping[str, Design],
    book: RuleBook,
    *,
    as_of: date,
    size: int | None,
    limits: Limits,
    given: bool,
) -> SiteConflicts:
    """Find the conflicts among all rules that bind each of some designs, and join the answers.

    Args:
        designs: by purpose; they differ in nothing else.
        book: compiled law.
        as_of: the date whose law applies.
        size: most rules in a set; ``None`` for any.
        limits: effort per group of rules.
        given: whether the design is one that a person proposes, so that it matters whether the
            members of a conflict apply to it.
    """
    found: dict[Conflict, list[str]] = {}
    barred: dict[str, list[str]] = {}
    left_out: dict[str, str] = {}
    undetermined: set[str] = set()
    bound: dict[str, int] = {}
    larger: set[tuple[str, ...]] = set()
    settlements: list[Settlement] = []
    for purpose, design in designs.items():
        situation = situate(design, as_of=as_of)
        judged = judge_rules(book, situation)
        rules = in_force(judged)
        settlement = find_conflicts(
            rules,
            situation.facts,
            size=size,
            limits=limits,
            relations=relations_at(situation.circumstances),
        )
        settlements.append(settlement)
        bound[purpose] = len(rules)
        applied = applied_rules(judged)
        by_id = {item.id: item.rule for item in rules}
        undetermined |= {item.rule.id for item in judged if item.scope.binding is None}
        left_out.update(settlement.left_out)
        for name in settlement.barred:
            barred.setdefault(name, []).append(purpose)
        for clash in settlement.clashes:
            if size is not None and _duties(clash) > size:
                larger.add(clash.rules)
                continue
            applies = applied.issuperset(clash.rules) if given else None
            conflict = conflict_of(clash, by_id, book, applies=applies)
            found.setdefault(conflict, []).append(purpose)
    return SiteConflicts(
        conflicts=tuple(
            (conflict, tuple(found[conflict]))
            for conflict in sorted(found, key=lambda item: (len(item.rules), item.rules))
        ),
        larger=len(larger),
        bound=bound,
        barred={name: tuple(purposes) for name, purposes in sorted(barred.items())},
        left_out=dict(sorted(left_out.items())),
        undetermined=tuple(sorted(undetermined)),
        complete=all(settlement.complete for settlement in settlements),
        exact=all(settlement.exact for settlement in settlements),
    )


def _duties(clash: Clash) -> int:
    return len(clash.rules) - (clash.permission is not None)
