"""The partial order of laws at a site, on a day: which of two prevails, and by what chain."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from base import BindingError
from jurisdictions.places import Place, place
from jurisdictions.regimes import Circumstances
from jurisdictions.relations import Relation, load_relations


@dataclass(frozen=True)
class PartialOrder:
    """Relations with the circumstances that open or shut them.

    Two places that no chain joins are incomparable: neither prevails. A relation that hangs on a
    missing fact ranks nothing and is listed by :meth:`undecided`.

    Attributes:
        relations: all of them.
        circumstances: site, day, purpose and States.

    Raises:
        BindingError: those that hold run in a circle; the message names it.
    """

    relations: tuple[Relation, ...]
    circumstances: Circumstances
    _active: tuple[Relation, ...] = field(init=False, repr=False)
    _ranking: tuple[Relation, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        active = tuple(item for item in self.relations if item.holds(self.circumstances))
        object.__setattr__(self, "_active", active)
        object.__setattr__(self, "_ranking", tuple(item for item in active if item.ranks))
        for relation in self._ranking:
            circle = self._chain([relation], place(relation.source))
            if circle:
                names = " > ".join([*(item.source for item in circle), circle[0].source])
                raise BindingError(
                    f"relations run in a circle: {names}",
                    where="relations.toml",
                    hint="narrow one of them by zone, date or parties",
                )

    def active(self) -> tuple[Relation, ...]:
        """Return the relations that hold."""
        return self._active

    def undecided(self) -> tuple[Relation, ...]:
        """Return the relations of which a missing fact decides."""
        return tuple(item for item in self.relations if item.holds(self.circumstances) is None)

    def prevails(self, first: str, second: str) -> Relation | None:
        """Return the relation by which ``first`` prevails over ``second``, or ``None``.

        Where a chain of several joins them it is the first of the chain.

        Args:
            first, second: provision, instrument or jurisdiction.
        """
        chain = self.chain(first, second)
        return chain[0] if chain else None

    def chain(self, first: str, second: str) -> tuple[Relation, ...]:
        """Return the shortest chain of relations from ``first`` down to ``second``."""
        upper = place(first)
        starts = [item for item in self._ranking if place(item.source).covers(upper)]
        return self._chain(starts, place(second), whole=True)

    def _chain(
        self, starts: Iterable[Relation], goal: Place, *, whole: bool = False
    ) -> tuple[Relation, ...]:
        """Breadth first, so that the shortest chain is found and ties follow the file."""
        came: dict[Relation, Relation | None] = dict.fromkeys(starts)
        queue = deque(came)
        while queue:
            relation = queue.popleft()
            target = place(relation.target)
            if target.covers(goal) if whole else target.overlaps(goal):
                return _trail(relation, came)
            for item in self._ranking:
                if item not in came and target.overlaps(place(item.source)):
                    came[item] = relation
                    queue.append(item)
        return ()


def _trail(last: Relation, came: dict[Relation, Relation | None]) -> tuple[Relation, ...]:
    trail: list[Relation] = []
    step: Relation | None = last
    while step is not None:
        trail.append(step)
        step = came[step]
    return tuple(reversed(trail))


def order_at(circumstances: Circumstances) -> PartialOrder:
    """Return the order of the embedded relations in these circumstances."""
    return PartialOrder(load_relations(), circumstances)
