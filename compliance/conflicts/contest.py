"""What was put to the resolver: conflicts of one group of rules, the order, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from compliance.conflicts.formula import Domains, Formula


@dataclass(frozen=True, slots=True)
class Contest:
    """One question of what gives way.

    Attributes:
        conflicts: minimal sets of rules that cannot be met together.
        above: for each member, the members that go before it; a strict partial order.
        overridden: members that give way, by the exact route.
        open: members of which it leaves open whether they do; not told of a ``deontic`` conflict.
        exact: whether that is proved.
        choices: what each preferred subtheory gives up; empty where not told.
        permission: id of the permission, where it is one that the other members leave no room for.
        formulas: where each rule of the group is met, conflicting or not; empty for permissions.
        domains: all regions of each fact, as bits.
    """

    conflicts: tuple[tuple[str, ...], ...]
    above: Mapping[str, frozenset[str]]
    overridden: frozenset[str]
    open: frozenset[str] = frozenset()
    exact: bool = True
    choices: tuple[frozenset[str], ...] = ()
    permission: str | None = None
    formulas: Mapping[str, Formula] = field(default_factory=dict, compare=False, repr=False)
    domains: Domains = field(default_factory=dict, compare=False, repr=False)

    @property
    def members(self) -> tuple[str, ...]:
        """Rules in some conflict, sorted."""
        return tuple(sorted(self.above))
