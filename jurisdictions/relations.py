"""How laws stand to each other: typed relations, each with the provision that states it.

``data/relations.toml`` holds them as data. A relation holds only where its gates do: at the site,
on the day, for the purpose, and between the States concerned. :mod:`jurisdictions.order` ranks by
those that hold.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from base import BindingError
from corpus.sources import JURISDICTIONS, load_sources
from jurisdictions.parties import party_status, reservation
from jurisdictions.party_table import load_party_table
from jurisdictions.places import place
from jurisdictions.regimes import Circumstances

RelationKind = Literal[
    "prevails_over",
    "lex_specialis",
    "lex_posterior",
    "without_prejudice_to",
    "implements",
    "cumulative",
]

#: Kinds that put the source above the target.
RANKING: frozenset[str] = frozenset({"prevails_over", "lex_specialis", "lex_posterior"})

#: Flags of a site that a relation may ask for.
FLAGS = ("us_ocs", "us_state_waters", "eu_marine_waters")


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between two places in the law, stated by a provision.

    Attributes:
        source, target: jurisdiction, instrument, provision or range of articles.
        kind: type; with ``without_prejudice_to`` the source yields and the target is unaffected.
        provision: the provision that states it, or ``""`` where it follows from practice.
        reason: one sentence.
        zones: one of them must hold at the site; any where empty.
        where: flag of the site that must hold; none where empty.
        purposes: the design must have one of them; any where empty.
        parties_of: treaties to which every State concerned must be party. A State's reservation to
            the provision or to an end shuts the relation too.
        since, until: first and last day.
    """

    source: str
    target: str
    kind: RelationKind
    provision: str
    reason: str
    zones: frozenset[str] = frozenset()
    where: str = ""
    purposes: frozenset[str] = frozenset()
    parties_of: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def ranks(self) -> bool:
        """Whether it puts the source above the target."""
        return self.kind in RANKING

    def holds(self, at: Circumstances) -> bool | None:
        """Say whether all gates are open; ``None`` where that hangs on a missing fact."""
        gates = (
            self._in_time(at.as_of),
            not self.purposes or at.purpose in self.purposes,
            self._in_zone(at),
            True if not self.where else getattr(at, self.where),
            self._between_parties(at),
        )
        if False in gates:
            return False
        return None if None in gates else True

    def gates(self) -> dict[str, str]:
        """Return the gates that are set, as text for a graph's edge."""
        table = {
            "zones": " ".join(sorted(self.zones)),
            "where": self.where,
            "purposes": " ".join(sorted(self.purposes)),
            "parties_of": " ".join(self.parties_of),
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return {name: value for name, value in table.items() if value}

    def _in_time(self, as_of: date) -> bool:
        if (self.since is not None and as_of < self.since) or (
            self.until is not None and as_of > self.until
        ):
            return False
        known = load_sources()
        for name in (self.source, self.target):
            source = known.get(name.partition(":")[0])
            if source is None:
                continue
            if source.status == "draft" or (source.in_force_from or date.min) > as_of:
                return False
            if source.in_force_until is not None and as_of > source.in_force_until:
                return False
        return True

    def _in_zone(self, at: Circumstances) -> bool | None:
        if not self.zones:
            return True
        if at.zones is None:
            return None
        worlds = [at.zones]
        if at.seabed_open:
            worlds.append((at.zones - {"area"}) | {"continental_shelf"})
        answers = {bool(self.zones & zones) for zones in worlds}
        return answers.pop() if len(answers) == 1 else None

    def _between_parties(self, at: Circumstances) -> bool | None:
        states = [
            state
            for state in (at.coastal_state, at.operator_state, at.sponsoring_state)
            if state is not None
        ]
        ends = (self.provision, self.source, self.target)
        if any(reservation(name, state, at.as_of) for name in ends for state in states):
            return False
        if not self.parties_of:
            return True
        bound = [
            party_status(treaty, state, at.as_of).party
            for treaty in self.parties_of
            for state in states
        ]
        if False in bound:
            return False
        return None if None in bound or at.operator_state is None else True


@cache
def load_relations() -> tuple[Relation, ...]:
    """Return the embedded relations, in the order of the file.

    Raises:
        BindingError: naming the relation that is wrong.
    """
    text = resources.files("jurisdictions.data").joinpath("relations.toml").read_text("utf-8")
    return read_relations(text, where="relations.toml")


@cache
def other_places() -> dict[str, str]:
    """Return the names beyond the known instruments that a relation may use, with their meaning."""
    text = resources.files("jurisdictions.data").joinpath("relations.toml").read_text("utf-8")
    return dict(tomllib.loads(text).get("other", {}))


def read_relations(text: str, *, where: str) -> tuple[Relation, ...]:
    """Read and validate relations.

    Raises:
        BindingError: an unknown key, kind, place, treaty, zone or flag, or ends that overlap.
    """
    data = tomllib.loads(text)
    others = data.get("other", {})
    relations = []
    for number, row in enumerate(data.get("relation", ()), start=1):
        spot = f"{where}, relation {number}"
        try:
            relation = Relation(**_typed(row))
        except TypeError as problem:
            raise BindingError(f"a key is missing or unknown ({problem})", where=spot) from problem
        _check(relation, others, spot)
        relations.append(relation)
    return tuple(relations)


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    sets = {"zones": frozenset, "purposes": frozenset, "parties_of": tuple}
    return {name: sets[name](value) if name in sets else value for name, value in row.items()}


def _check(relation: Relation, others: dict[str, str], where: str) -> None:
    if relation.kind not in get_args(RelationKind):
        raise BindingError(f"kind '{relation.kind}' is not known", where=where)
    if relation.where and relation.where not in FLAGS:
        raise BindingError(f"flag '{relation.where}' is not known", where=where)
    for treaty in relation.parties_of:
        if treaty not in load_party_table().treaties:
            raise BindingError(f"the parties of '{treaty}' are not in the table", where=where)
    for name in (relation.source, relation.target):
        known = {*JURISDICTIONS, *load_sources(), *load_party_table().treaties, *others}
        if name.partition(":")[0] not in known:
            raise BindingError(f"'{name}' is no place in a known law", where=where)
    if place(relation.source).overlaps(place(relation.target)):
        raise BindingError(
            f"{relation.source} and {relation.target} overlap: nothing ranks above itself",
            where=where,
        )


def prevails(first: str, second: str) -> Relation | None:
    """Return the relation by which ``first``, or a part of it, prevails over a part of ``second``.

    This looks at no site, day or State, and leaves out relations that hold on one side of a line
    only; :class:`jurisdictions.order.PartialOrder` decides with circumstances.
    """
    one, two = place(first), place(second)
    if one.overlaps(two):
        return None
    return next(
        (
            relation
            for relation in load_relations()
            if relation.ranks
            and not relation.where
            and place(relation.source).overlaps(one)
            and place(relation.target).overlaps(two)
        ),
        None,
    )
