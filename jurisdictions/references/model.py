"""What a mention of another provision comes to: a typed reference, or a reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

ReferenceKind = Literal[
    "refers_to",
    "applies_mutatis_mutandis",
    "subject_to",
    "prevails_over",
    "without_prejudice_to",
    "pursuant_to",
]
REFERENCE_KINDS: tuple[ReferenceKind, ...] = get_args(ReferenceKind)

#: ``outside``: of an instrument that is not held. ``absent``: the held text has no such piece.
#: ``ambiguous``: it points back ("that article") and nothing before it fits.
Reason = Literal["outside", "absent", "ambiguous"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A mention of another provision.

    Attributes:
        source: id of the provision whose text mentions it.
        target: id of the provision that is meant, the deepest that exists; the id of an instrument
            where all of it is meant.
        kind: how: a plain reference, application with the necessary changes, submission
            ("subject to"), precedence ("notwithstanding"), reserve ("without prejudice to"), or
            conformity ("pursuant to", "in accordance with").
        start, end: offsets of the mention in the source's own words.
        exact: whether the target is the very piece; else it is what contains the piece.
    """

    source: str
    target: str
    kind: ReferenceKind
    start: int
    end: int
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A mention that leads to no provision that is held.

    Attributes:
        source: id of the provision whose text mentions it.
        mention: its words.
        reason: why it leads nowhere.
        detail: the outside instrument, or the place that was sought.
        start, end: offsets of the mention in the source's own words.
    """

    source: str
    mention: str
    reason: Reason
    detail: str
    start: int
    end: int
