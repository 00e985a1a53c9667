"""What one citation says, before it is looked up: its steps, its holder and its manner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jurisdictions.references.model import ReferenceKind
from jurisdictions.references.names import Name

How = Literal["this", "that", "preceding", "following"]


@dataclass(frozen=True, slots=True)
class Step:
    """One unit with its labels; ``choices`` in the order in which they are to be tried."""

    unit: str
    choices: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place told from where the text stands: "this Part", "that article"."""

    unit: str
    how: How
    plural: bool


@dataclass(frozen=True, slots=True)
class Citation:
    """One citation as the text has it.

    Attributes:
        steps: units from the outermost to the innermost.
        holder: the instrument or place that they are steps of, where the text says so.
        inherited: steps of the citation before it that may hold for this one too ("Annex III,
            article 4, and article 13").
        shared: whether the holder stands after a later citation of the same list.
        kind: in what manner it is cited.
        start, end: offsets.
        between: whether it lies inside a range, so that the text does not write its label.
    """

    steps: tuple[Step, ...]
    holder: Name | Anchor | None
    start: int
    end: int
    inherited: tuple[Step, ...] = ()
    shared: bool = False
    kind: ReferenceKind = "refers_to"
    between: bool = False
