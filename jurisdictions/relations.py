"""How jurisdictions stand to each other: a typed partial order, each relation with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RelationKind = Literal["prevails_over", "without_prejudice_to", "implements", "cumulative"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between two jurisdictions or instruments, stated by a provision.

    Attributes:
        source, target: jurisdiction or instrument ids.
        kind: type of the relation.
        provision: the provision that states it, or ``""`` where it follows from practice.
        reason: one sentence.
    """

    source: str
    target: str
    kind: RelationKind
    provision: str
    reason: str


RELATIONS: tuple[Relation, ...] = (
    Relation(
        "part-xi-agreement",
        "unclos",
        "prevails_over",
        "part-xi-agreement:2.1",
        "where the 1994 Agreement and Part XI are inconsistent, the Agreement prevails",
    ),
    Relation(
        "ISA",
        "UNCLOS",
        "implements",
        "unclos:145",
        "the Authority's regulations implement Part XI and the 1994 Agreement",
    ),
    Relation(
        "UNCLOS",
        "ISA",
        "prevails_over",
        "unclos:153.1",
        "regulations are made in accordance with the Convention and yield to it",
    ),
    Relation(
        "EU_MSFD",
        "UNCLOS",
        "without_prejudice_to",
        "msfd:2",
        "the Directive is applied in waters delimited under UNCLOS; both are met together",
    ),
    Relation(
        "US_OCSLA",
        "UNCLOS",
        "cumulative",
        "",
        "federal law on the shelf and the rules of custom hold side by side",
    ),
    Relation(
        "ISO_14001",
        "EU_MSFD",
        "cumulative",
        "",
        "a voluntary standard adds to the law and never displaces it",
    ),
)


def prevails(first: str, second: str) -> Relation | None:
    """Return the relation by which ``first`` prevails over ``second``, or ``None``."""
    return next(
        (
            relation
            for relation in RELATIONS
            if relation.kind == "prevails_over"
            and relation.source == first
            and relation.target == second
        ),
        None,
    )
