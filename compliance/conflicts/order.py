"""Which rule goes before which: a strict partial order over the rules of one group.

A group is what facts tie together on which rules can be at odds (:mod:`.witness`).

In this sequence:

1. Rules of the engineering code go before all others, and no relation ranks over them.
2. A relation prevails (superior, special, later) between provisions, instruments or jurisdictions.
3. The better priority class goes first: Environmental, Safety, Commercial, Procedural; rules of a
   voluntary standard come after all of these.
4. Within a class, the strictly stricter rule goes first: it allows a proper subset of the other.

Taken one after the other these could run in a circle: a procedural rule that prevails by relation
over an environmental one, which outranks a safety rule, which outranks the procedural one. So a
rule ranks with the best class among the rules that it prevails over (its *standing*), and steps 3
and 4 compare rules only where step 2 does not tell them apart. Then *a* goes before *b* if its
standing is better; or standings are equal and a relation says so; or both relate to the same rules
in the same way and class, then strictness, decide. That is lexicographic, hence transitive and
without circles as long as the relations have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from base import BindingError
from jurisdictions import relations
from jurisdictions.binding import PriorityClass
from jurisdictions.order import PartialOrder, order_at
from jurisdictions.regimes import Circumstances
from jurisdictions.rulebook import Rule

PRIORITY: tuple[PriorityClass, ...] = ("environmental", "safety", "commercial", "procedural")
ENGINEERING = "ENGINEERING"
#: Better than any class.
_FIRST = -1

#: Provision, instrument and jurisdiction of a rule.
Standing = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule that binds at the site, and the jurisdiction that it belongs to."""

    rule: Rule
    jurisdiction: str

    @property
    def id(self) -> str:
        """The rule's id."""
        return self.rule.id

    @property
    def standing(self) -> Standing:
        """What relations are stated between."""
        return self.rule.binding.provision, self.rule.instrument, self.jurisdiction

    @property
    def rank(self) -> int:
        """Place of its priority class, smaller is better.

        The engineering code is before all; a voluntary standard adds to the law and displaces none,
        so it comes after every class.
        """
        if self.jurisdiction == ENGINEERING:
            return _FIRST
        place = PRIORITY.index(self.rule.binding.priority)
        return place + len(PRIORITY) if self.rule.binding.effect == "voluntary" else place


class RelationLike(Protocol):
    """A relation: the provision that states it (``""`` when none does), and a reason."""

    @property
    def provision(self) -> str: ...

    @property
    def reason(self) -> str: ...


class Relations(Protocol):
    """The graph's relations, as far as the order needs them."""

    def prevails(self, winner: Standing, loser: Standing) -> RelationLike | None:
        """Return the relation by which ``winner`` prevails over ``loser``, or ``None``."""


class StatedRelations:
    """The relations of :mod:`jurisdictions.relations`: the most special level that has one."""

    def prevails(self, winner: Standing, loser: Standing) -> RelationLike | None:
        """Return the relation between provisions, else instruments, else jurisdictions."""
        return next(
            (
                found
                for first, second in zip(winner, loser, strict=True)
                if (found := relations.prevails(first, second)) is not None
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class RelationsAt:
    """The graph's relations that hold in some circumstances, chains included."""

    order: PartialOrder

    def prevails(self, winner: Standing, loser: Standing) -> RelationLike | None:
        """Return the first relation of the chain from one provision down to the other."""
        return self.order.prevails(winner[0], loser[0])


def relations_at(circumstances: Circumstances) -> RelationsAt:
    """Return the embedded relations as they hold in these circumstances."""
    return RelationsAt(order_at(circumstances))


@dataclass(frozen=True, slots=True)
class Preference:
    """Why one rule goes before another: by the law's own relation or by our order."""

    kind: Literal["legal", "policy"]
    reason: str


class Order:
    """The strict partial order of some rules.

    Args:
        members: the rules of one group.
        relations: the graph's relations.
        stricter: whether the first rule allows a proper subset of what the second allows.

    Raises:
        BindingError: relations that run in a circle, or that rank a rule over the engineering code.
    """

    def __init__(
        self,
        members: Sequence[InForce],
        relations: Relations,
        stricter: Callable[[str, str], bool] = lambda first, second: False,
    ) -> None:
        self._members = {item.id: item for item in sorted(members, key=lambda item: item.id)}
        self._stricter = stricter
        direct = dict(self._direct(relations))
        self._over = _closure(direct, self._members)
        stated = {pair: found for pair, found in direct.items() if found.provision}
        self._by_law = _closure(stated, self._members)
        self._reasons = {pair: found.reason for pair, found in direct.items()}
        self._under: dict[str, frozenset[str]] = {
            name: frozenset(other for other in self._members if name in self._over[other])
            for name in self._members
        }
        self._best = {
            name: min(self._members[other].rank for other in (name, *below))
            for name, below in self._over.items()
        }
        self._known: dict[tuple[str, str], bool] = {}

    def before(self, first: str, second: str) -> bool:
        """Say whether the first rule goes before the second."""
        pair = (first, second)
        if pair not in self._known:
            self._known[pair] = first != second and self._before(first, second)
        return self._known[pair]

    def above(self, name: str) -> frozenset[str]:
        """Return all rules that go before one."""
        return frozenset(other for other in self._members if self.before(other, name))

    def by_law(self, first: str, second: str) -> bool:
        """Say whether relations that the law itself states put the first before the second."""
        return second in self._by_law[first]

    def why(self, winner: str, loser: str) -> Preference:
        """Return why a rule goes before another (``before`` holds)."""
        one, two = self._members[winner], self._members[loser]
        if loser in self._over[winner]:
            reason = self._reasons.get(
                (winner, loser), "it prevails through a chain of relations of the graph"
            )
            return Preference("legal" if self.by_law(winner, loser) else "policy", reason)
        if one.rank == _FIRST:
            return Preference("policy", "structural and life-support rules are never overridden")
        if self._best[winner] < self._best[loser]:
            better, worse = _class(self._best[winner]), _class(self._best[loser])
            ranks = "" if one.rank == self._best[winner] else "ranks with what it prevails over: "
            return Preference("policy", f"{ranks}{better} prevails over {worse}")
        if one.rank < two.rank:
            return Preference("policy", f"{_class(one.rank)} prevails over {_class(two.rank)}")
        return Preference("policy", "the stricter rule of the same class prevails")

    def _before(self, first: str, second: str) -> bool:
        if self._best[first] != self._best[second]:
            return self._best[first] < self._best[second]
        if second in self._over[first]:
            return True
        if (self._over[first], self._under[first]) != (self._over[second], self._under[second]):
            return False
        one, two = self._members[first], self._members[second]
        if one.rank != two.rank:
            return one.rank < two.rank
        # Rules of the engineering code are never overridden, not even by each other.
        return one.rank != _FIRST and self._stricter(first, second)

    def _direct(self, relations: Relations) -> Iterator[tuple[tuple[str, str], RelationLike]]:
        for winner in self._members.values():
            for loser in self._members.values():
                if winner is loser:
                    continue
                found = relations.prevails(winner.standing, loser.standing)
                if found is None:
                    continue
                if loser.jurisdiction == ENGINEERING:
                    raise BindingError(
                        f"a relation ranks {winner.id} over the engineering code",
                        where=loser.id,
                        hint="structural and life-support rules are never overridden",
                    )
                yield (winner.id, loser.id), found


def _class(rank: int) -> str:
    place = rank % len(PRIORITY)
    return PRIORITY[place] if place == rank else f"{PRIORITY[place]} of a voluntary standard"


def _closure(
    edges: Mapping[tuple[str, str], RelationLike], names: Mapping[str, InForce]
) -> dict[str, frozenset[str]]:
    """Return all that each rule prevails over, directly or through others.

    Raises:
        BindingError: a rule prevails over itself.
    """
    nearest: dict[str, set[str]] = {name: set() for name in names}
    for winner, loser in edges:
        nearest[winner].add(loser)
    over: dict[str, frozenset[str]] = {}
    for name in names:
        reached: set[str] = set()
        queue = list(nearest[name])
        while queue:
            current = queue.pop()
            if current not in reached:
                reached.add(current)
                queue.extend(nearest[current])
        if name in reached:
            others = sorted(other for other in reached if name in over.get(other, ()))
            raise BindingError(
                "relations of priority run in a circle",
                where=", ".join([name, *others]),
                hint="correct the relations of the jurisdiction graph",
            )
        over[name] = frozenset(reached)
    return over
